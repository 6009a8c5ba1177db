/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where the labels of a scatter plot stand, so that none lies on another one
 * or on a point. Local.
 */
#ifndef COLONNADE_REPORT_LABEL_H
#define COLONNADE_REPORT_LABEL_H

#include <stddef.h>

typedef enum cln_label_side {
    CLN_LABEL_NONE, /* there is no room for it, or none is wanted */
    CLN_LABEL_RIGHT,
    CLN_LABEL_LEFT,
    CLN_LABEL_ABOVE,
    CLN_LABEL_BELOW,
} cln_label_side;

typedef struct cln_label_point {
    double x, y;       /* in the plot, 0..1 from its lower left corner */
    size_t characters; /* of the label */
    cln_label_side side;
} cln_label_point;

/* Sets each side; the first `wanted` points get labels while there is room, the earlier ones first. */
void cln_place_labels(cln_label_point *points, size_t count, size_t wanted);

#endif
