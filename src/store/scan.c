/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/store/dataset.h"

#include "colonnade/base/memory.h"
#include "dataset_state.h"
#include "scan_column.h"

#include <stdlib.h>
#include <string.h>

typedef struct scan {
    cln_batch_source source; /* first: the public face */
    cln_dataset *dataset;
    size_t table;
    size_t first_partition, end_partition;
    size_t column_count;
    cln_scan_column *columns;
    cln_batch_column *faces;
    cln_vector *vectors;
    bool *recorded;
    size_t row, block_rows;    /* how far the block that is loaded was given out */
    uint64_t block, end_block; /* the next one and the end of this rank's, counted over all partitions */
    uint64_t partition_block;  /* the first block of the partition */
    size_t partition;
    bool is_open; /* the columns are those of the partition */
} scan;

static uint64_t rows_of(const scan *self, size_t partition) {
    return self->dataset->partitions[partition].tables[self->table].rows;
}

static void close_columns(scan *self) {
    for (size_t i = 0; i < self->column_count; i++) cln_scan_column_leave(&self->columns[i]);
    self->is_open = false;
}

/* Moves to the partition that holds the next block. */
static cln_status enter_partition(scan *self, cln_error *err) {
    for (;;) {
        const uint64_t count = cln_zone_count(rows_of(self, self->partition));
        if (self->block < self->partition_block + count) break;
        if (self->is_open) close_columns(self);
        self->partition_block += count;
        self->partition++;
    }
    if (self->is_open) return CLN_OK;
    self->is_open = true;
    const cln_partition_file *file = &self->dataset->partitions[self->partition];
    for (size_t i = 0; i < self->column_count; i++) {
        CLN_TRY(cln_scan_column_enter(&self->columns[i], file, self->table, self->partition, err));
    }
    return CLN_OK;
}

/* The next block of this rank, in all columns. */
static cln_status load_block(scan *self, cln_error *err) {
    CLN_TRY(enter_partition(self, err));
    const uint64_t zone = self->block - self->partition_block;
    const uint64_t left = rows_of(self, self->partition) - zone * CLN_ZONE_ROWS;
    for (size_t i = 0; i < self->column_count; i++) CLN_TRY(cln_scan_column_load(&self->columns[i], zone, err));
    self->row = 0;
    self->block_rows = (size_t)(left < CLN_ZONE_ROWS ? left : CLN_ZONE_ROWS);
    self->block++;
    return CLN_OK;
}

/* A block is one batch, or several where it holds long texts. */
static cln_status get_next(cln_batch_source *source, cln_batch *batch, cln_error *err) {
    scan *self = (scan *)source;
    *batch = (cln_batch){.vectors = self->vectors, .recorded = self->recorded};
    if (self->row == self->block_rows) {
        if (self->block == self->end_block) return CLN_OK;
        CLN_TRY(load_block(self, err));
    }
    size_t rows = self->block_rows - self->row;
    for (size_t i = 0; i < self->column_count; i++) rows = cln_scan_column_limit(&self->columns[i], self->row, rows);
    for (size_t i = 0; i < self->column_count; i++) {
        CLN_TRY(cln_scan_column_read(&self->columns[i], self->row, rows, &self->vectors[i], &self->recorded[i], err));
    }
    self->row += rows;
    batch->rows = rows;
    batch->partition = self->dataset->partitions[self->partition].id;
    return CLN_OK;
}

static void release(cln_batch_source *source) {
    scan *self = (scan *)source;
    for (size_t i = 0; i < self->column_count; i++) cln_scan_column_clean_up(&self->columns[i]);
    free(self->columns);
    free(self->faces);
    free(self->vectors);
    free(self->recorded);
    free(self);
}

/* Contiguous runs of blocks, so that rank order is row order. */
static void deal_blocks(scan *self) {
    uint64_t total = 0;
    for (size_t p = self->first_partition; p < self->end_partition; p++) total += cln_zone_count(rows_of(self, p));
    const uint64_t size = (uint64_t)self->dataset->comm.size, rank = (uint64_t)self->dataset->comm.rank;
    const uint64_t share = total / size, rest = total % size;
    self->block = rank * share + (rank < rest ? rank : rest);
    self->end_block = self->block + share + (rank < rest ? 1 : 0);
    self->partition = self->first_partition;
}

/* Over all partitions, also when one is scanned: a type does not depend on the choice. */
static cln_status type_of(scan *self, const char *name, cln_type *type, cln_error *err) {
    const cln_dataset_column *columns;
    size_t count;
    CLN_TRY(cln_dataset_columns(self->dataset, cln_table_names[self->table], &columns, &count, err));
    for (size_t i = 0; i < count; i++) {
        if (strcmp(columns[i].name, name) != 0) continue;
        *type = columns[i].type;
        return CLN_OK;
    }
    return cln_fail(err, CLN_ERR_USAGE, "dataset '%s' has no column '%s'; list its columns with: colonnade info %s",
                    self->dataset->manifest.dataset, name, self->dataset->manifest.dataset);
}

static cln_status init_columns(scan *self, const char *const *names, size_t count, cln_error *err) {
    CLN_TRY(cln_new_array(&self->columns, count, sizeof *self->columns, err));
    CLN_TRY(cln_new_array(&self->faces, count, sizeof *self->faces, err));
    CLN_TRY(cln_new_array(&self->vectors, count, sizeof *self->vectors, err));
    CLN_TRY(cln_new_array(&self->recorded, count, sizeof *self->recorded, err));
    for (size_t i = 0; i < count; i++) {
        cln_type type = CLN_TYPE_TEXT;
        CLN_TRY(type_of(self, names[i], &type, err));
        self->column_count = i + 1;
        CLN_TRY(cln_scan_column_init(&self->columns[i], names[i], type, err));
        CLN_TRY(cln_scan_column_unite(&self->columns[i], self->dataset->partitions, self->first_partition,
                                      self->end_partition, self->table, err));
        self->faces[i] = (cln_batch_column){.name = self->columns[i].name,
                                            .type = type,
                                            .dictionary = type == CLN_TYPE_CATEGORY ? &self->columns[i].united : NULL};
    }
    self->source.column_count = count;
    self->source.columns = self->faces;
    return CLN_OK;
}

static cln_status init_scan(scan *self, const char *table, int partition, const char *const *columns,
                            size_t column_count, cln_error *err) {
    self->table = cln_table_index(table);
    if (self->table == CLN_TABLE_COUNT) return cln_fail(err, CLN_ERR_INTERNAL, "a dataset has no table '%s'", table);
    self->end_partition = self->dataset->manifest.partition_count;
    if (partition >= 0) {
        if ((size_t)partition >= self->end_partition) {
            return cln_fail(err, CLN_ERR_INTERNAL, "a dataset of %zu partitions has no partition %d",
                            self->end_partition, partition);
        }
        self->first_partition = (size_t)partition;
        self->end_partition = (size_t)partition + 1;
    }
    CLN_TRY(init_columns(self, columns, column_count, err));
    deal_blocks(self);
    return CLN_OK;
}

cln_status cln_dataset_scan(cln_dataset *dataset, const char *table, int partition, const char *const *columns,
                            size_t column_count, cln_batch_source **source, cln_error *err) {
    cln_error spare;
    if (err == NULL) err = &spare; /* the ranks agree on its message */
    scan *self = calloc(1, sizeof *self);
    cln_status status = self == NULL ? cln_fail_memory(err, "opening a scan") : CLN_OK;
    if (status == CLN_OK) {
        self->source.get_next = get_next;
        self->source.release = release;
        self->dataset = dataset;
        status = init_scan(self, table, partition, columns, column_count, err);
    }
    status = cln_agree(&dataset->comm, status, err);
    if (status != CLN_OK) {
        if (self != NULL) release(&self->source);
        return status;
    }
    *source = &self->source;
    return CLN_OK;
}
