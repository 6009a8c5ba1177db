/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/store/dataset.h"

#include "colonnade/base/memory.h"
#include "colonnade/store/dataset_paths.h"
#include "dataset_state.h"
#include "manifest_text.h"

#include <stdlib.h>
#include <string.h>

/* Rank 0's manifest as text, so that all ranks see one version. */
static cln_status read_text_once(const cln_comm *comm, const char *store_dir, const char *name, cln_buffer *text,
                                 cln_error *err) {
    if (comm->rank != 0) return CLN_OK;
    cln_manifest manifest;
    bool exists;
    CLN_TRY(cln_manifest_read(&manifest, store_dir, name, &exists, err));
    cln_status status = CLN_OK;
    if (!exists) {
        status = cln_fail(err, CLN_ERR_USAGE,
                          "the store '%s' has no dataset '%s'; fill it with: colonnade ingest %s FILE...", store_dir,
                          name, name);
    } else {
        status = cln_manifest_to_text(&manifest, text, err);
    }
    cln_manifest_clean_up(&manifest);
    return status;
}

cln_status cln_manifest_share(cln_manifest *manifest, const cln_comm *comm, const char *store_dir, const char *name,
                              bool is_draft, const cln_manifest *draft, cln_error *err) {
    cln_buffer text;
    cln_buffer_init(&text, CLN_MANIFEST_LIMIT_BYTES);
    cln_status status = CLN_OK;
    if (!is_draft) status = read_text_once(comm, store_dir, name, &text, err);
    if (is_draft && comm->rank == 0) status = cln_manifest_to_text(draft, &text, err);
    status = cln_agree(comm, status, err);
    if (status == CLN_OK && comm->size > 1) status = cln_broadcast_buffer(comm, &text, 0, err);
    if (status == CLN_OK) {
        status = cln_manifest_from_text(manifest, cln_buffer_span(&text), err);
        status = cln_agree(comm, status, err);
    }
    cln_buffer_clean_up(&text);
    return status;
}

/* HDF5 takes more than half a MiB for each open file: of many partitions only
 * the first stay open, the others while somebody reads them. */
enum { OPEN_FILES = 16 };

static cln_status open_partitions(cln_dataset *dataset, cln_error *err) {
    const cln_manifest *manifest = &dataset->manifest;
    CLN_TRY(cln_new_array(&dataset->partitions, manifest->partition_count, sizeof *dataset->partitions, err));
    for (size_t i = 0; i < manifest->partition_count; i++) {
        dataset->open_count = i + 1;
        CLN_TRY(cln_partition_file_open(&dataset->partitions[i], dataset->dir, &manifest->partitions[i], err));
        if (i >= OPEN_FILES) cln_partition_file_let_go(&dataset->partitions[i]);
    }
    return CLN_OK;
}

static cln_status pack_partitions(const cln_dataset *dataset, cln_buffer *packed, cln_error *err) {
    for (size_t i = 0; i < dataset->open_count; i++) {
        CLN_TRY(cln_partition_file_pack(&dataset->partitions[i], packed, err));
    }
    return CLN_OK;
}

static cln_status unpack_partitions(cln_dataset *dataset, cln_span packed, cln_error *err) {
    const cln_manifest *manifest = &dataset->manifest;
    size_t at = 0;
    CLN_TRY(cln_new_array(&dataset->partitions, manifest->partition_count, sizeof *dataset->partitions, err));
    for (size_t i = 0; i < manifest->partition_count; i++) {
        dataset->open_count = i + 1;
        CLN_TRY(cln_partition_file_unpack(&dataset->partitions[i], dataset->dir, &manifest->partitions[i], packed, &at,
                                          err));
        dataset->partitions[i].stays_open = i < OPEN_FILES;
    }
    return CLN_OK;
}

/* Collective. Rank 0 opens all partitions and tells the others what they hold,
 * who open those that they need. */
static cln_status share_partitions(cln_dataset *dataset, cln_error *err) {
    const cln_comm *comm = &dataset->comm;
    cln_buffer packed;
    cln_buffer_init(&packed, SIZE_MAX);
    cln_status status = CLN_OK;
    if (comm->rank == 0) status = open_partitions(dataset, err);
    if (comm->rank == 0 && comm->size > 1 && status == CLN_OK) status = pack_partitions(dataset, &packed, err);
    status = cln_agree(comm, status, err);
    if (status == CLN_OK && comm->size > 1) status = cln_broadcast_buffer(comm, &packed, 0, err);
    if (status == CLN_OK && comm->rank != 0) status = unpack_partitions(dataset, cln_buffer_span(&packed), err);
    cln_buffer_clean_up(&packed);
    return cln_agree(comm, status, err);
}

/* Collective. */
static cln_status open_files(cln_dataset *dataset, cln_error *err) {
    CLN_TRY(share_partitions(dataset, err));
    CLN_TRY_AGREED(&dataset->comm, cln_live_file_open(&dataset->live, dataset->dir, &dataset->manifest, err), err);
    return CLN_OK;
}

/* What is asked of the file of a partition that is not published, and of the
 * rows that count: nothing is known of them yet. */
static cln_status take_draft(cln_manifest *manifest, const char *id, const char *file, cln_error *err) {
    cln_manifest_forget_live_rows(manifest);
    for (size_t i = 0; id != NULL && i < manifest->partition_count; i++) {
        cln_partition_info *info = &manifest->partitions[i];
        if (strcmp(info->id, id) != 0) continue;
        char *own;
        CLN_TRY(cln_copy_string(&own, file, err));
        free(info->file);
        info->file = own;
    }
    return CLN_OK;
}

static cln_status open_dataset(cln_dataset *dataset, const char *store_dir, const char *name, cln_error *err) {
    CLN_TRY_AGREED(&dataset->comm, cln_dataset_dir(&dataset->dir, store_dir, name, err), err);
    CLN_TRY(cln_manifest_share(&dataset->manifest, &dataset->comm, store_dir, name, false, NULL, err));
    return open_files(dataset, err);
}

/* Collective. Room for a dataset. */
static cln_status make_dataset(cln_dataset **dataset, const cln_comm *comm, cln_error *err) {
    cln_dataset *made = calloc(1, sizeof *made);
    const cln_status allocated = made == NULL ? cln_fail_memory(err, "opening a dataset") : CLN_OK;
    const cln_status agreed = cln_agree(comm, allocated, err);
    if (made == NULL) return agreed > allocated ? agreed : allocated; /* agreed is at least that, unseen by analyzers */
    if (agreed != CLN_OK) {
        free(made);
        return agreed;
    }
    made->comm = *comm;
    *dataset = made;
    return CLN_OK;
}

cln_status cln_dataset_open(cln_dataset **dataset, const cln_comm *comm, const char *store_dir, const char *name,
                            cln_error *err) {
    cln_error spare;
    if (err == NULL) err = &spare; /* the ranks agree on its message */
    cln_dataset *made = NULL;
    CLN_TRY(make_dataset(&made, comm, err));
    const cln_status status = open_dataset(made, store_dir, name, err);
    if (status != CLN_OK) {
        cln_dataset_close(made);
        return status;
    }
    *dataset = made;
    return CLN_OK;
}

static cln_status open_draft(cln_dataset *dataset, const char *store_dir, const char *name,
                             const cln_manifest *manifest, const char *id, const char *file, cln_error *err) {
    CLN_TRY_AGREED(&dataset->comm, cln_dataset_dir(&dataset->dir, store_dir, name, err), err);
    CLN_TRY(cln_manifest_share(&dataset->manifest, &dataset->comm, store_dir, name, true, manifest, err));
    CLN_TRY_AGREED(&dataset->comm, take_draft(&dataset->manifest, id, file, err), err);
    return open_files(dataset, err);
}

cln_status cln_dataset_open_draft(cln_dataset **dataset, const cln_comm *comm, const char *store_dir, const char *name,
                                  const cln_manifest *manifest, const char *id, const char *file, cln_error *err) {
    cln_error spare;
    if (err == NULL) err = &spare; /* the ranks agree on its message */
    cln_dataset *made = NULL;
    CLN_TRY(make_dataset(&made, comm, err));
    const cln_status status = open_draft(made, store_dir, name, manifest, id, file, err);
    if (status != CLN_OK) {
        cln_dataset_close(made);
        return status;
    }
    *dataset = made;
    return CLN_OK;
}

void cln_dataset_close(cln_dataset *dataset) {
    for (size_t i = 0; i < dataset->open_count; i++) cln_partition_file_close(&dataset->partitions[i]);
    for (size_t t = 0; t < CLN_TABLE_COUNT; t++) free(dataset->tables[t].columns);
    cln_live_file_close(&dataset->live);
    free(dataset->partitions);
    cln_manifest_clean_up(&dataset->manifest);
    free(dataset->dir);
    free(dataset);
}

const cln_manifest *cln_dataset_manifest(const cln_dataset *dataset) {
    return &dataset->manifest;
}

const char *cln_dataset_attribute(const cln_dataset *dataset, size_t partition, const char *name) {
    if (partition >= dataset->open_count) return NULL;
    return cln_partition_file_attribute(&dataset->partitions[partition], name);
}

static cln_type widest(cln_type a, cln_type b) {
    if (a == b) return a;
    const bool are_numbers =
        (a == CLN_TYPE_INTEGER || a == CLN_TYPE_DOUBLE) && (b == CLN_TYPE_INTEGER || b == CLN_TYPE_DOUBLE);
    return are_numbers ? CLN_TYPE_DOUBLE : CLN_TYPE_TEXT;
}

static cln_status unite_column(cln_dataset_table *table, size_t *capacity, const cln_file_column *from,
                               cln_error *err) {
    for (size_t i = 0; i < table->column_count; i++) {
        cln_dataset_column *column = &table->columns[i];
        if (strcmp(column->name, from->name) != 0) continue;
        column->type = widest(column->type, from->type);
        if (column->role[0] == '\0') column->role = from->role;
        return CLN_OK;
    }
    CLN_TRY(cln_grow_array(&table->columns, capacity, table->column_count + 1, sizeof *table->columns, err));
    table->columns[table->column_count++] =
        (cln_dataset_column){.name = from->name, .role = from->role, .type = from->type};
    return CLN_OK;
}

static cln_status unite_columns(cln_dataset *dataset, size_t index, cln_error *err) {
    cln_dataset_table *table = &dataset->tables[index];
    size_t capacity = table->column_count;
    for (size_t p = 0; p < dataset->manifest.partition_count; p++) {
        const cln_file_table *from = &dataset->partitions[p].tables[index];
        for (size_t i = 0; i < from->column_count; i++) {
            CLN_TRY(unite_column(table, &capacity, &from->columns[i], err));
        }
    }
    table->is_united = true;
    return CLN_OK;
}

cln_status cln_dataset_columns(cln_dataset *dataset, const char *table, const cln_dataset_column **columns,
                               size_t *column_count, cln_error *err) {
    const size_t index = cln_table_index(table);
    if (index == CLN_TABLE_COUNT) return cln_fail(err, CLN_ERR_INTERNAL, "a dataset has no table '%s'", table);
    if (!dataset->tables[index].is_united) CLN_TRY(unite_columns(dataset, index, err));
    *columns = dataset->tables[index].columns;
    *column_count = dataset->tables[index].column_count;
    return CLN_OK;
}

bool cln_dataset_has_column(const cln_dataset *dataset, const char *table, size_t partition, const char *column) {
    const size_t index = cln_table_index(table);
    if (index == CLN_TABLE_COUNT || partition >= dataset->open_count) return false;
    return cln_partition_file_column(&dataset->partitions[partition], index, column) != NULL;
}

const char *cln_dataset_partition_column(const cln_dataset *dataset, const char *table, size_t partition,
                                         size_t position) {
    const size_t index = cln_table_index(table);
    if (index == CLN_TABLE_COUNT || partition >= dataset->open_count) return NULL;
    const cln_file_table *from = &dataset->partitions[partition].tables[index];
    return position < from->column_count ? from->columns[position].name : NULL;
}

bool cln_dataset_partition_type(const cln_dataset *dataset, const char *table, size_t partition, const char *column,
                                cln_type *type) {
    if (!cln_dataset_has_column(dataset, table, partition, column)) return false;
    *type = cln_partition_file_column(&dataset->partitions[partition], cln_table_index(table), column)->type;
    return true;
}
