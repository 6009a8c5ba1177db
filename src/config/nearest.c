/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/config/nearest.h"

#include <stdint.h>
#include <string.h>

enum { NAME_MAX_BYTES = 63 }; /* longer names are not compared */

static int lower(char c) {
    return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

static int is_swap(const char *a, size_t i, const char *b, size_t j) {
    return i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]);
}

/* Optimal string alignment over three rows of the usual table. */
static size_t edit_distance(const char *a, size_t a_size, const char *b, size_t b_size) {
    size_t rows[3][NAME_MAX_BYTES + 1];
    for (size_t j = 0; j <= b_size; j++) rows[0][j] = j;
    for (size_t i = 1; i <= a_size; i++) {
        size_t *const now = rows[i % 3];
        const size_t *const above = rows[(i + 2) % 3];
        now[0] = i;
        for (size_t j = 1; j <= b_size; j++) {
            const size_t replaced = above[j - 1] + (lower(a[i - 1]) != lower(b[j - 1]));
            now[j] = least(replaced, least(above[j], now[j - 1]) + 1);
            if (is_swap(a, i, b, j)) now[j] = least(now[j], rows[(i + 1) % 3][j - 2] + 1);
        }
    }
    return rows[a_size % 3][b_size];
}

const char *cln_nearest_name(const char *name, const char *const *names, size_t count) {
    const size_t size = strlen(name);
    const char *nearest = NULL;
    size_t nearest_distance = SIZE_MAX;
    if (size > NAME_MAX_BYTES) return NULL;
    for (size_t i = 0; i < count; i++) {
        const size_t other_size = strlen(names[i]);
        if (other_size > NAME_MAX_BYTES) continue;
        const size_t distance = edit_distance(name, size, names[i], other_size);
        const size_t longer = size > other_size ? size : other_size;
        if (distance < nearest_distance && distance <= 1 + longer / 4 && distance < longer) {
            nearest = names[i];
            nearest_distance = distance;
        }
    }
    return nearest;
}
