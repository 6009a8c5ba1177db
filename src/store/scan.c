/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/store/dataset.h"

#include "colonnade/base/memory.h"
#include "dataset_state.h"
#include "kept_rows.h"
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
    uint64_t block_step;       /* from one block of this rank to its next */
    uint64_t partition_block;  /* the first block of the partition */
    size_t partition;
    bool is_open; /* the columns are those of the partition */
    bool with_duplicates, as_text, in_own_types;
    cln_live_bits live; /* of the block that is loaded; of no partition when all rows are given */
    size_t dead;        /* rows of the block that do not count */
    uint32_t *kept;     /* rows of a batch that count; room for a block's */
    cln_kept_rows *rooms;
    uint64_t first_row; /* of the last batch in its partition */
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
    cln_partition_file *file = &self->dataset->partitions[self->partition];
    if (!self->with_duplicates) {
        const cln_partition_info *info = &self->dataset->manifest.partitions[self->partition];
        CLN_TRY(cln_live_bits_enter(&self->live, &self->dataset->live, info, err));
    }
    for (size_t i = 0; i < self->column_count; i++) {
        CLN_TRY(cln_scan_column_enter(&self->columns[i], file, self->table, self->partition, err));
    }
    return CLN_OK;
}

/* The next block of this rank, in all columns, unless none of its rows counts. */
static cln_status load_block(scan *self, cln_error *err) {
    CLN_TRY(enter_partition(self, err));
    const uint64_t zone = self->block - self->partition_block;
    const uint64_t left = rows_of(self, self->partition) - zone * CLN_ZONE_ROWS;
    const size_t rows = (size_t)(left < CLN_ZONE_ROWS ? left : CLN_ZONE_ROWS);
    self->block += self->block_step;
    self->row = self->block_rows = 0;
    CLN_TRY(cln_live_bits_read(&self->live, zone, rows, &self->dead, err));
    if (self->dead == rows) return CLN_OK;
    for (size_t i = 0; i < self->column_count; i++) CLN_TRY(cln_scan_column_load(&self->columns[i], zone, err));
    self->block_rows = rows;
    return CLN_OK;
}

/* Leaves the rows that count of those that were read. */
static cln_status drop_duplicates(scan *self, cln_batch *batch, cln_error *err) {
    size_t count = 0;
    for (size_t i = 0; i < batch->rows; i++) {
        if (cln_live_bits_has(&self->live, self->row + i)) self->kept[count++] = (uint32_t)i;
    }
    for (size_t i = 0; i < self->column_count; i++) {
        CLN_TRY(cln_keep_rows(&self->vectors[i], self->kept, count, &self->rooms[i], err));
    }
    batch->rows = count;
    return CLN_OK;
}

/* Of the block that is loaded; no rows when none of them counts. */
static cln_status read_batch(scan *self, cln_batch *batch, cln_error *err) {
    size_t rows = self->block_rows - self->row;
    for (size_t i = 0; i < self->column_count; i++) rows = cln_scan_column_limit(&self->columns[i], self->row, rows);
    for (size_t i = 0; i < self->column_count; i++) {
        CLN_TRY(cln_scan_column_read(&self->columns[i], self->row, rows, &self->vectors[i], &self->recorded[i], err));
    }
    batch->rows = rows;
    batch->partition = self->dataset->partitions[self->partition].info->id;
    self->first_row = (self->block - self->block_step - self->partition_block) * CLN_ZONE_ROWS + self->row;
    if (self->dead > 0) CLN_TRY(drop_duplicates(self, batch, err));
    self->row += rows;
    return CLN_OK;
}

/* A block is one batch, or several where it holds long texts. */
static cln_status get_next(cln_batch_source *source, cln_batch *batch, cln_error *err) {
    scan *self = (scan *)source;
    *batch = (cln_batch){.vectors = self->vectors, .recorded = self->recorded};
    /* The last batch may have borrowed from the map until now. */
    if (self->is_open) CLN_TRY(cln_partition_file_check_map(&self->dataset->partitions[self->partition], err));
    while (batch->rows == 0) {
        while (self->row == self->block_rows) {
            if (self->block >= self->end_block) return CLN_OK;
            CLN_TRY(load_block(self, err));
        }
        CLN_TRY(read_batch(self, batch, err));
    }
    return CLN_OK;
}

void cln_dataset_scan_place(const cln_batch_source *source, size_t *partition, uint64_t *first_row) {
    const scan *self = (const scan *)source;
    *partition = self->partition;
    *first_row = self->first_row;
}

static void release(cln_batch_source *source) {
    scan *self = (scan *)source;
    for (size_t i = 0; i < self->column_count; i++) {
        cln_scan_column_clean_up(&self->columns[i]);
        cln_kept_rows_clean_up(&self->rooms[i]);
    }
    cln_live_bits_leave(&self->live);
    free(self->kept);
    free(self->rooms);
    free(self->columns);
    free(self->faces);
    free(self->vectors);
    free(self->recorded);
    free(self);
}

static uint64_t count_blocks(const scan *self) {
    uint64_t total = 0;
    for (size_t p = self->first_partition; p < self->end_partition; p++) total += cln_zone_count(rows_of(self, p));
    return total;
}

/* Contiguous runs of blocks, so that rank order is row order. */
static void deal_runs(scan *self) {
    const uint64_t total = count_blocks(self);
    const uint64_t size = (uint64_t)self->dataset->comm.size, rank = (uint64_t)self->dataset->comm.rank;
    const uint64_t share = total / size, rest = total % size;
    self->block = rank * share + (rank < rest ? rank : rest);
    self->end_block = self->block + share + (rank < rest ? 1 : 0);
    self->block_step = 1;
}

static void deal_in_turn(scan *self) {
    self->block = (uint64_t)self->dataset->comm.rank;
    self->end_block = count_blocks(self);
    self->block_step = (uint64_t)self->dataset->comm.size;
}

/* Over all partitions, also when one is scanned: a type does not depend on the
 * choice, unless the partition's own is wanted. */
static cln_status type_of(scan *self, const char *name, cln_type *type, cln_error *err) {
    const cln_file_column *own = NULL;
    if (self->in_own_types) {
        own = cln_partition_file_column(&self->dataset->partitions[self->first_partition], self->table, name);
    }
    if (own != NULL) {
        *type = own->type;
        return CLN_OK;
    }
    const cln_dataset_column *columns;
    size_t count;
    CLN_TRY(cln_dataset_columns(self->dataset, cln_table_names[self->table], &columns, &count, err));
    for (size_t i = 0; i < count; i++) {
        if (strcmp(columns[i].name, name) != 0) continue;
        if (!self->as_text) *type = columns[i].type;
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
    CLN_TRY(cln_new_array(&self->rooms, count, sizeof *self->rooms, err));
    if (!self->with_duplicates) CLN_TRY(cln_new_array(&self->kept, (size_t)CLN_ZONE_ROWS, sizeof *self->kept, err));
    for (size_t i = 0; i < count; i++) {
        cln_type type = CLN_TYPE_TEXT;
        CLN_TRY(type_of(self, names[i], &type, err));
        self->column_count = i + 1;
        cln_kept_rows_init(&self->rooms[i]);
        CLN_TRY(cln_scan_column_init(&self->columns[i], names[i], type, err));
        self->faces[i] = (cln_batch_column){.name = self->columns[i].name,
                                            .type = type,
                                            .dictionary = type == CLN_TYPE_CATEGORY ? &self->columns[i].united : NULL};
    }
    self->source.column_count = count;
    self->source.columns = self->faces;
    return CLN_OK;
}

static bool has_duplicates(const cln_manifest *manifest) {
    for (size_t i = 0; i < manifest->partition_count; i++) {
        if (manifest->partitions[i].duplicates > 0) return true;
    }
    return false;
}

/* Collective. */
static cln_status unite_columns(scan *self, cln_error *err) {
    const cln_partition_range range = {.partitions = self->dataset->partitions,
                                       .first = self->first_partition,
                                       .end = self->end_partition,
                                       .table = self->table};
    return cln_scan_columns_unite(self->columns, self->column_count, &self->dataset->comm, &range, err);
}

static cln_status init_scan(scan *self, const cln_scan_options *options, cln_error *err) {
    const cln_manifest *manifest = &self->dataset->manifest;
    self->table = cln_table_index(options->table);
    if (self->table == CLN_TABLE_COUNT) {
        return cln_fail(err, CLN_ERR_INTERNAL, "a dataset has no table '%s'", options->table);
    }
    self->with_duplicates = options->with_duplicates || self->table != 0 || !has_duplicates(manifest);
    self->as_text = options->as_text;
    self->in_own_types = options->in_own_types;
    self->end_partition = manifest->partition_count;
    if (options->partition >= 0) {
        if ((size_t)options->partition >= self->end_partition) {
            return cln_fail(err, CLN_ERR_INTERNAL, "a dataset of %zu partitions has no partition %d",
                            self->end_partition, options->partition);
        }
        self->first_partition = (size_t)options->partition;
        self->end_partition = (size_t)options->partition + 1;
    }
    CLN_TRY(init_columns(self, options->columns, options->column_count, err));
    self->partition = self->first_partition;
    if (options->in_turn) {
        deal_in_turn(self);
    } else {
        deal_runs(self);
    }
    return CLN_OK;
}

cln_status cln_dataset_scan_with(cln_dataset *dataset, const cln_scan_options *options, cln_batch_source **source,
                                 cln_error *err) {
    cln_error spare;
    if (err == NULL) err = &spare; /* the ranks agree on its message */
    scan *self = calloc(1, sizeof *self);
    cln_status status = self == NULL ? cln_fail_memory(err, "opening a scan") : CLN_OK;
    if (self != NULL) {
        self->source.get_next = get_next;
        self->source.release = release;
        self->dataset = dataset;
        cln_live_bits_init(&self->live);
        status = init_scan(self, options, err);
    }
    status = cln_agree(&dataset->comm, status, err);
    if (self == NULL) return status; /* and no rank goes on */
    if (status == CLN_OK) status = unite_columns(self, err);
    if (status != CLN_OK) {
        release(&self->source);
        return status;
    }
    *source = &self->source;
    return CLN_OK;
}

cln_status cln_dataset_scan(cln_dataset *dataset, const char *table, int partition, const char *const *columns,
                            size_t column_count, cln_batch_source **source, cln_error *err) {
    const cln_scan_options options = {
        .table = table, .partition = partition, .columns = columns, .column_count = column_count};
    return cln_dataset_scan_with(dataset, &options, source, err);
}

uint64_t cln_dataset_scan_block(const cln_batch_source *source) {
    const scan *self = (const scan *)source;
    return self->block - self->block_step;
}

uint64_t cln_dataset_block_count(const cln_dataset *dataset, const char *table, size_t partition) {
    const size_t index = cln_table_index(table);
    if (index == CLN_TABLE_COUNT || partition >= dataset->open_count) return 0;
    return cln_zone_count(dataset->partitions[partition].tables[index].rows);
}
