/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How near a loaded table comes to the expected one, as the Pollock benchmark
 * scores it: whether it was loaded at all, and precision, recall and their
 * harmonic mean for the cells of the header, the records and all cells, each
 * compared as multisets; ten numbers between 0 and 1, whose sum is the score.
 * A record is its cells put together without anything between them.
 */
#ifndef COLONNADE_TESTS_POLLUTION_SCORE_H
#define COLONNADE_TESTS_POLLUTION_SCORE_H

#include "colonnade/base/buffer.h"
#include "colonnade/base/memory.h"

#include <stdlib.h>

static inline void score_must(cln_status status) {
    if (status != CLN_OK) abort();
}

/* Rows of cells, in one run of bytes. */
typedef struct grid {
    cln_buffer bytes;
    size_t *cell_ends; /* in bytes */
    size_t cell_count, cell_capacity;
    size_t *row_ends; /* in cells */
    size_t row_count, row_capacity;
} grid;

static inline void grid_init(grid *g) {
    *g = (grid){.cell_count = 0};
    cln_buffer_init(&g->bytes, SIZE_MAX);
}

static inline void grid_clean_up(grid *g) {
    cln_buffer_clean_up(&g->bytes);
    free(g->cell_ends);
    free(g->row_ends);
}

static inline void grid_add_cell(grid *g, cln_span text) {
    score_must(cln_buffer_append_span(&g->bytes, text, NULL));
    score_must(cln_grow_array(&g->cell_ends, &g->cell_capacity, g->cell_count + 1, sizeof(size_t), NULL));
    g->cell_ends[g->cell_count++] = g->bytes.size;
}

static inline void grid_end_row(grid *g) {
    score_must(cln_grow_array(&g->row_ends, &g->row_capacity, g->row_count + 1, sizeof(size_t), NULL));
    g->row_ends[g->row_count++] = g->cell_count;
}

static inline cln_span grid_bytes(const grid *g, size_t first_cell, size_t end_cell) {
    const size_t begin = first_cell == 0 ? 0 : g->cell_ends[first_cell - 1];
    const size_t end = end_cell == 0 ? 0 : g->cell_ends[end_cell - 1];
    return cln_span_of(g->bytes.size == 0 ? "" : g->bytes.data + begin, end - begin);
}

static inline size_t grid_row_begin(const grid *g, size_t row) {
    return row == 0 ? 0 : g->row_ends[row - 1];
}

typedef struct multiset {
    cln_span *items;
    size_t count;
} multiset;

static inline int compare_spans(const void *a, const void *b) {
    return cln_span_compare(*(const cln_span *)a, *(const cln_span *)b);
}

static inline multiset cells_of(const grid *g, size_t begin, size_t end) {
    multiset set = {.count = end - begin};
    score_must(cln_new_array(&set.items, set.count, sizeof(cln_span), NULL));
    for (size_t i = 0; i < set.count; i++) set.items[i] = grid_bytes(g, begin + i, begin + i + 1);
    qsort(set.items, set.count, sizeof(cln_span), compare_spans);
    return set;
}

/* All but the first row. */
static inline multiset records_of(const grid *g) {
    multiset set = {.count = g->row_count == 0 ? 0 : g->row_count - 1};
    score_must(cln_new_array(&set.items, set.count, sizeof(cln_span), NULL));
    for (size_t i = 0; i < set.count; i++) set.items[i] = grid_bytes(g, grid_row_begin(g, i + 1), g->row_ends[i + 1]);
    qsort(set.items, set.count, sizeof(cln_span), compare_spans);
    return set;
}

static inline size_t common_count(const multiset *a, const multiset *b) {
    size_t common = 0;
    for (size_t i = 0, j = 0; i < a->count && j < b->count;) {
        const int order = cln_span_compare(a->items[i], b->items[j]);
        common += order == 0;
        i += order <= 0;
        j += order >= 0;
    }
    return common;
}

/* Precision, recall and their harmonic mean added up: 3 when all agree. Takes
 * the sets away. */
static inline double three_measures(multiset expected, multiset loaded) {
    const size_t common = common_count(&expected, &loaded);
    double sum = 3;
    if (expected.count > 0) {
        const double precision = (double)common / (double)expected.count;
        const double recall = loaded.count == 0 ? 0 : (double)common / (double)loaded.count;
        sum = common == 0 ? 0 : precision + recall + 2 * precision * recall / (precision + recall);
    }
    free(expected.items);
    free(loaded.items);
    return sum;
}

/* Of a table that was loaded; 0 for one that was refused. */
static inline double score_of(const grid *expected, const grid *loaded) {
    if (expected->row_count == 0) return 10;
    const size_t expected_header = expected->row_ends[0];
    const size_t loaded_header = loaded->row_count == 0 ? 0 : loaded->row_ends[0];
    return 1 + three_measures(cells_of(expected, 0, expected_header), cells_of(loaded, 0, loaded_header)) +
           three_measures(records_of(expected), records_of(loaded)) +
           three_measures(cells_of(expected, 0, expected->cell_count), cells_of(loaded, 0, loaded->cell_count));
}

#endif
