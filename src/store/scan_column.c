/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scan_column.h"

#include "colonnade/base/memory.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

cln_status cln_scan_column_init(cln_scan_column *column, const char *name, cln_type type, cln_error *err) {
    *column = (cln_scan_column){.type = type};
    for (int i = 0; i < CLN_MOST_DATASETS; i++) column->file.datasets[i] = H5I_INVALID_HID;
    cln_stored_block_init(&column->block);
    cln_buffer_init(&column->room.values, SIZE_MAX);
    cln_buffer_init(&column->room.bytes, SIZE_MAX);
    return cln_copy_string(&column->name, name, err);
}

void cln_scan_column_clean_up(cln_scan_column *column) {
    cln_scan_column_leave(column);
    for (size_t i = 0; i < column->partition_count; i++) free(column->remaps[i]);
    free(column->remaps);
    cln_dictionary_clean_up(&column->united);
    cln_stored_block_clean_up(&column->block);
    cln_buffer_clean_up(&column->room.values);
    cln_buffer_clean_up(&column->room.bytes);
    free(column->name);
}

/* The texts of all dictionaries, one after another, and their codes in the union. */
typedef struct united_texts {
    cln_span *texts;
    int32_t *codes;
    size_t count;
} united_texts;

static cln_status collect_texts(const cln_dictionary *dictionaries, size_t count, united_texts *all, cln_error *err) {
    size_t total = 0;
    for (size_t i = 0; i < count; i++) total += dictionaries[i].count;
    CLN_TRY(cln_new_array(&all->texts, total, sizeof *all->texts, err));
    CLN_TRY(cln_new_array(&all->codes, total, sizeof *all->codes, err));
    for (size_t i = 0; i < count; i++) {
        for (size_t code = 0; code < dictionaries[i].count; code++) {
            all->texts[all->count++] = cln_dictionary_text(&dictionaries[i], code);
        }
    }
    return CLN_OK;
}

static cln_status take_remaps(cln_scan_column *column, const cln_dictionary *dictionaries, const united_texts *all,
                              cln_error *err) {
    size_t position = 0;
    for (size_t i = 0; i < column->partition_count; i++) {
        CLN_TRY(cln_new_array(&column->remaps[i], dictionaries[i].count, sizeof *column->remaps[i], err));
        for (size_t code = 0; code < dictionaries[i].count; code++) {
            column->remaps[i][code] = all->codes[position++];
        }
    }
    return CLN_OK;
}

static cln_status unite_dictionaries(cln_scan_column *column, const cln_dictionary *dictionaries, cln_error *err) {
    united_texts all = {0};
    cln_status status = collect_texts(dictionaries, column->partition_count, &all, err);
    if (status == CLN_OK) status = cln_dictionary_build(&column->united, all.texts, all.count, all.codes, err);
    if (status == CLN_OK) status = take_remaps(column, dictionaries, &all, err);
    free(all.texts);
    free(all.codes);
    return status;
}

/* Of all columns: those of column c begin at c times the number of partitions. */
static cln_status read_of_partition(const cln_scan_column *columns, size_t column_count,
                                    const cln_partition_range *range, size_t i, cln_dictionary *dictionaries,
                                    cln_error *err) {
    cln_partition_file *partition = &range->partitions[range->first + i];
    for (size_t c = 0; c < column_count; c++) {
        if (columns[c].type != CLN_TYPE_CATEGORY ||
            cln_partition_file_column(partition, range->table, columns[c].name) == NULL) {
            continue;
        }
        CLN_TRY(cln_column_file_dictionary(partition, range->table, columns[c].name,
                                           &dictionaries[c * (range->end - range->first) + i], err));
    }
    return CLN_OK;
}

static cln_status read_dictionaries(const cln_scan_column *columns, size_t column_count,
                                    const cln_partition_range *range, cln_dictionary *dictionaries, cln_error *err) {
    cln_status status = CLN_OK;
    for (size_t i = 0; status == CLN_OK && i < range->end - range->first; i++) {
        cln_partition_file *partition = &range->partitions[range->first + i];
        CLN_TRY(cln_partition_file_need(partition, err)); /* once for all columns */
        status = read_of_partition(columns, column_count, range, i, dictionaries, err);
        cln_partition_file_drop(partition);
    }
    return status;
}

/* Behind the size of each. */
static cln_status pack_dictionaries(const cln_dictionary *dictionaries, size_t count, cln_buffer *packed,
                                    cln_error *err) {
    for (size_t i = 0; i < count; i++) {
        const size_t place = packed->size;
        uint64_t size = 0;
        CLN_TRY(cln_buffer_append(packed, &size, sizeof size, err));
        if (dictionaries[i].offsets == NULL) continue; /* the partition lacks the column */
        CLN_TRY(cln_dictionary_pack(&dictionaries[i], packed, err));
        size = packed->size - place - sizeof size;
        memcpy(packed->data + place, &size, sizeof size);
    }
    return CLN_OK;
}

static cln_status unpack_dictionaries(cln_dictionary *dictionaries, size_t count, cln_span packed, cln_error *err) {
    for (size_t i = 0; i < count; i++) {
        uint64_t size;
        memcpy(&size, packed.data, sizeof size);
        packed = cln_span_of(packed.data + sizeof size, packed.size - sizeof size);
        if (size > 0) CLN_TRY(cln_dictionary_unpack(&dictionaries[i], cln_span_of(packed.data, (size_t)size), err));
        packed = cln_span_of(packed.data + size, packed.size - (size_t)size);
    }
    return CLN_OK;
}

/* Collective. What rank 0 has read, on all ranks. */
static cln_status share_dictionaries(const cln_comm *comm, cln_dictionary *dictionaries, size_t count, cln_error *err) {
    if (comm->size == 1) return CLN_OK;
    cln_buffer packed;
    cln_buffer_init(&packed, SIZE_MAX);
    cln_status status = CLN_OK;
    if (comm->rank == 0) status = pack_dictionaries(dictionaries, count, &packed, err);
    status = cln_agree(comm, status, err);
    if (status == CLN_OK) status = cln_broadcast_buffer(comm, &packed, 0, err);
    if (status == CLN_OK && comm->rank != 0) {
        status = unpack_dictionaries(dictionaries, count, cln_buffer_span(&packed), err);
    }
    cln_buffer_clean_up(&packed);
    return cln_agree(comm, status, err);
}

static bool has_category(const cln_scan_column *columns, size_t column_count) {
    for (size_t c = 0; c < column_count; c++) {
        if (columns[c].type == CLN_TYPE_CATEGORY) return true;
    }
    return false;
}

static cln_status take_dictionaries(cln_scan_column *columns, size_t column_count, const cln_partition_range *range,
                                    const cln_dictionary *dictionaries, cln_error *err) {
    const size_t count = range->end - range->first;
    for (size_t c = 0; c < column_count; c++) {
        if (columns[c].type != CLN_TYPE_CATEGORY) continue;
        CLN_TRY(cln_new_array(&columns[c].remaps, count, sizeof *columns[c].remaps, err));
        columns[c].partition_count = count;
        CLN_TRY(unite_dictionaries(&columns[c], dictionaries + c * count, err));
    }
    return CLN_OK;
}

cln_status cln_scan_columns_unite(cln_scan_column *columns, size_t column_count, const cln_comm *comm,
                                  const cln_partition_range *range, cln_error *err) {
    const size_t count = (range->end - range->first) * column_count;
    for (size_t c = 0; c < column_count; c++) columns[c].first_partition = range->first;
    if (!has_category(columns, column_count)) return CLN_OK;
    cln_dictionary *dictionaries = NULL;
    cln_status status = cln_agree(comm, cln_new_array(&dictionaries, count, sizeof *dictionaries, err), err);
    if (status == CLN_OK) {
        if (comm->rank == 0) status = read_dictionaries(columns, column_count, range, dictionaries, err);
        status = cln_agree(comm, status, err);
    }
    if (status == CLN_OK) status = share_dictionaries(comm, dictionaries, count, err);
    if (status == CLN_OK) {
        status = cln_agree(comm, take_dictionaries(columns, column_count, range, dictionaries, err), err);
    }
    for (size_t i = 0; dictionaries != NULL && i < count; i++) cln_dictionary_clean_up(&dictionaries[i]);
    free(dictionaries);
    return status;
}

cln_status cln_scan_column_enter(cln_scan_column *column, cln_partition_file *partition, size_t table,
                                 size_t partition_index, cln_error *err) {
    const cln_file_column *about = cln_partition_file_column(partition, table, column->name);
    column->is_recorded = about != NULL;
    if (about == NULL) return CLN_OK;
    CLN_TRY(cln_column_file_open(&column->file, partition, table, about, err));
    column->how = (cln_widening){.to = column->type, .dictionary = &column->own};
    if (!cln_column_file_has_dictionary(&column->file)) return CLN_OK;
    if (column->type == CLN_TYPE_CATEGORY) {
        column->how.remap = column->remaps[partition_index - column->first_partition];
    }
    return cln_column_file_dictionary(partition, table, column->name, &column->own, err);
}

void cln_scan_column_leave(cln_scan_column *column) {
    cln_column_file_close(&column->file);
    cln_dictionary_clean_up(&column->own);
    column->own = (cln_dictionary){0};
    column->is_recorded = false;
}

/* Whether values of the partition that was entered stand in its file. */
static bool has_values(const cln_scan_column *column) {
    return column->is_recorded && !column->file.layout.is_all_null;
}

cln_status cln_scan_column_load(cln_scan_column *column, uint64_t zone, cln_error *err) {
    column->zone = zone;
    return has_values(column) ? cln_column_file_read(&column->file, zone, &column->block, err) : CLN_OK;
}

size_t cln_scan_column_limit(const cln_scan_column *column, size_t first, size_t count) {
    return has_values(column) ? cln_widen_limit(&column->file, &column->block, first, count, &column->how) : count;
}

static cln_status widen_rows(cln_scan_column *column, size_t first, size_t count, cln_vector *vector, cln_error *err) {
    if (column->file.type == CLN_TYPE_TEXT) {
        CLN_TRY(cln_column_file_load_text(&column->file, &column->block, first, count, err));
    }
    return cln_widen(&column->file, &column->block, first, count, &column->how, &column->room, vector, err);
}

cln_status cln_scan_column_read(cln_scan_column *column, size_t first, size_t count, cln_vector *vector, bool *recorded,
                                cln_error *err) {
    *recorded = column->is_recorded;
    if (!column->is_recorded) {
        *vector = (cln_vector){.type = column->type, .rows = count};
        return CLN_OK;
    }
    if (!has_values(column)) return cln_widen_nulls(column->type, count, &column->room, vector, err);
    cln_error inner = {.message = ""};
    const cln_status status = widen_rows(column, first, count, vector, &inner);
    if (status == CLN_OK) return CLN_OK;
    const uint64_t row = column->zone * CLN_ZONE_ROWS + first;
    return cln_fail(err, status, "column '%s' of partition '%s' (%s) is damaged in rows %" PRIu64 " to %" PRIu64 ": %s",
                    column->name, column->file.partition->info->id, column->file.partition->path, row + 1, row + count,
                    inner.message);
}
