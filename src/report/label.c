/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/report/label.h"

#include <stdbool.h>

/* Sizes of texts and points in parts of the plot of plots/areas.gp, rather too large than too small: no two
 * programs draw texts alike. */
#define CHARACTER_WIDTH 0.0094
#define TEXT_HEIGHT     0.042
#define GAP_X           0.008
#define GAP_Y           0.012
#define POINT_X         0.005
#define POINT_Y         0.009

typedef struct box {
    double left, right, low, high;
} box;

/* The plot, and a little of the empty margin around it: sizes are guessed too large. */
#define OVERHANG 0.01
static const box plot = {-OVERHANG, 1 + OVERHANG, -OVERHANG, 1 + OVERHANG};

/* The corners in which the figure says which side is which. */
static const box corners[] = {{0, 0.27, 0.90, 1}, {0.70, 1, 0, 0.10}};

static bool overlap(box a, box b) {
    return a.left < b.right && b.left < a.right && a.low < b.high && b.low < a.high;
}

static bool holds(box outer, box inner) {
    return outer.left <= inner.left && inner.right <= outer.right && outer.low <= inner.low && inner.high <= outer.high;
}

static box box_of_point(const cln_label_point *point) {
    return (box){point->x - POINT_X, point->x + POINT_X, point->y - POINT_Y, point->y + POINT_Y};
}

static box box_of_label(const cln_label_point *point, cln_label_side side) {
    const double width = CHARACTER_WIDTH * (double)point->characters;
    const double low = side == CLN_LABEL_ABOVE   ? point->y + GAP_Y
                       : side == CLN_LABEL_BELOW ? point->y - GAP_Y - TEXT_HEIGHT
                                                 : point->y - TEXT_HEIGHT / 2;
    const double left = side == CLN_LABEL_RIGHT  ? point->x + GAP_X
                        : side == CLN_LABEL_LEFT ? point->x - GAP_X - width
                                                 : point->x - width / 2;
    return (box){left, left + width, low, low + TEXT_HEIGHT};
}

static bool is_free(const cln_label_point *points, size_t count, size_t position, box label) {
    if (!holds(plot, label) || overlap(label, corners[0]) || overlap(label, corners[1])) return false;
    for (size_t i = 0; i < count; i++) {
        const cln_label_point *other = &points[i];
        if (i != position && overlap(label, box_of_point(other))) return false;
        if (other->side != CLN_LABEL_NONE && overlap(label, box_of_label(other, other->side))) return false;
    }
    return true;
}

void cln_place_labels(cln_label_point *points, size_t count, size_t wanted) {
    static const cln_label_side sides[] = {CLN_LABEL_RIGHT, CLN_LABEL_LEFT, CLN_LABEL_ABOVE, CLN_LABEL_BELOW};
    for (size_t i = 0; i < count; i++) points[i].side = CLN_LABEL_NONE;
    for (size_t i = 0; i < count && i < wanted; i++) {
        for (size_t s = 0; s < 4 && points[i].side == CLN_LABEL_NONE; s++) {
            if (is_free(points, count, i, box_of_label(&points[i], sides[s]))) points[i].side = sides[s];
        }
    }
}
