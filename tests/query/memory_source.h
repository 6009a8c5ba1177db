/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A batch source over arrays of the test: partitions of rows, dealt to the
 * ranks in contiguous runs and given out in small batches.
 */
#ifndef COLONNADE_TESTS_QUERY_MEMORY_SOURCE_H
#define COLONNADE_TESTS_QUERY_MEMORY_SOURCE_H

#include "colonnade/column/batch.h"

#include <stdlib.h>

enum { MEMORY_MAX_COLUMNS = 8 };

typedef struct memory_partition {
    const char *name;
    size_t rows;
    const void *columns[MEMORY_MAX_COLUMNS]; /* int64_t, double or int32_t values; for text an array of
                                              * C strings; NULL: not recorded */
} memory_partition;

typedef struct memory_source {
    cln_batch_source source;
    const memory_partition *partitions;
    size_t partition_count;
    size_t batch_rows;
    size_t row, last_row; /* of all partitions together: this rank's share */
    size_t fail_at;       /* the row before which get_next fails; 0: never */
    cln_vector vectors[MEMORY_MAX_COLUMNS];
    bool recorded[MEMORY_MAX_COLUMNS];
    uint64_t offsets[MEMORY_MAX_COLUMNS][1024];
    char bytes[MEMORY_MAX_COLUMNS][65536];
} memory_source;

static inline const void *memory_at(const void *values, size_t first, size_t item_bytes) {
    return (const char *)values + first * item_bytes;
}

static inline void memory_set_text(memory_source *memory, size_t column, const char *const *texts, size_t rows) {
    size_t used = 0;
    for (size_t i = 0; i < rows; i++) {
        memory->offsets[column][i] = used;
        memcpy(memory->bytes[column] + used, texts[i], strlen(texts[i]));
        used += strlen(texts[i]);
    }
    memory->offsets[column][rows] = used;
    memory->vectors[column].offsets = memory->offsets[column];
    memory->vectors[column].bytes = memory->bytes[column];
}

static inline void memory_set_vector(memory_source *memory, size_t column, const void *values, size_t first,
                                     size_t rows) {
    cln_vector *vector = &memory->vectors[column];
    *vector = (cln_vector){.type = memory->source.columns[column].type, .rows = rows};
    memory->recorded[column] = values != NULL;
    if (values == NULL) return;
    switch (vector->type) {
    case CLN_TYPE_CATEGORY:
        vector->codes = memory_at(values, first, sizeof *vector->codes);
        break;
    case CLN_TYPE_DOUBLE:
        vector->doubles = memory_at(values, first, sizeof *vector->doubles);
        break;
    case CLN_TYPE_TEXT:
        memory_set_text(memory, column, memory_at(values, first, sizeof(const char *)), rows);
        break;
    default:
        vector->integers = memory_at(values, first, sizeof *vector->integers);
    }
}

static inline cln_status memory_get_next(cln_batch_source *self, cln_batch *batch, cln_error *err) {
    memory_source *memory = (memory_source *)self;
    size_t first = memory->row, partition = 0;
    if (memory->fail_at > 0 && first >= memory->fail_at) return cln_fail(err, CLN_ERR_IO, "cannot read row %zu", first);
    *batch = (cln_batch){0};
    while (partition < memory->partition_count && first >= memory->partitions[partition].rows) {
        first -= memory->partitions[partition++].rows;
    }
    if (memory->row >= memory->last_row || partition == memory->partition_count) return CLN_OK;
    const memory_partition *from = &memory->partitions[partition];
    size_t rows = from->rows - first < memory->batch_rows ? from->rows - first : memory->batch_rows;
    if (rows > memory->last_row - memory->row) rows = memory->last_row - memory->row;
    for (size_t i = 0; i < self->column_count; i++) memory_set_vector(memory, i, from->columns[i], first, rows);
    memory->row += rows;
    *batch =
        (cln_batch){.rows = rows, .vectors = memory->vectors, .recorded = memory->recorded, .partition = from->name};
    return CLN_OK;
}

static inline void memory_release(cln_batch_source *self) {
    free(self);
}

/* The share of one of `ranks` ranks. Released by its release function. */
static inline memory_source *memory_source_new(const cln_batch_column *columns, size_t column_count,
                                               const memory_partition *partitions, size_t partition_count,
                                               size_t batch_rows, int rank, int ranks) {
    memory_source *memory = calloc(1, sizeof *memory);
    if (memory == NULL) abort();
    size_t total = 0;
    for (size_t i = 0; i < partition_count; i++) total += partitions[i].rows;
    memory->source = (cln_batch_source){column_count, columns, memory_get_next, memory_release};
    memory->partitions = partitions;
    memory->partition_count = partition_count;
    memory->batch_rows = batch_rows;
    memory->row = total * (size_t)rank / (size_t)ranks;
    memory->last_row = total * ((size_t)rank + 1) / (size_t)ranks;
    return memory;
}

#endif
