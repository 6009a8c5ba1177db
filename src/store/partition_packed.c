/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The description of a partition as a message: for each table the rows, the
 * columns, their types, names and roles. Ranks of one run read what one of
 * them wrote, so only the end of the message is looked at.
 */
#include "colonnade/base/file.h"
#include "colonnade/base/memory.h"
#include "partition_file.h"

#include <stdlib.h>
#include <string.h>

static cln_status pack_table(const cln_file_table *table, cln_buffer *packed, cln_error *err) {
    uint64_t head[3] = {table->rows, table->column_count, 0};
    for (size_t i = 0; i < table->column_count; i++) {
        head[2] += strlen(table->columns[i].name) + strlen(table->columns[i].role) + 2;
    }
    CLN_TRY(cln_buffer_append(packed, head, sizeof head, err));
    for (size_t i = 0; i < table->column_count; i++) {
        const uint8_t type = (uint8_t)table->columns[i].type;
        CLN_TRY(cln_buffer_append(packed, &type, 1, err));
    }
    for (size_t i = 0; i < table->column_count; i++) {
        CLN_TRY(cln_buffer_append(packed, table->columns[i].name, strlen(table->columns[i].name) + 1, err));
        CLN_TRY(cln_buffer_append(packed, table->columns[i].role, strlen(table->columns[i].role) + 1, err));
    }
    return CLN_OK;
}

cln_status cln_partition_file_pack(const cln_partition_file *file, cln_buffer *packed, cln_error *err) {
    for (size_t t = 0; t < CLN_TABLE_COUNT; t++) CLN_TRY(pack_table(&file->tables[t], packed, err));
    return CLN_OK;
}

static cln_status take(cln_span packed, size_t *at, size_t size, const char **bytes, cln_error *err) {
    if (size > packed.size - *at) return cln_fail(err, CLN_ERR_INTERNAL, "the description of partitions ends early");
    *bytes = packed.data + *at;
    *at += size;
    return CLN_OK;
}

static void take_columns(cln_file_table *table, const char *types) {
    const char *text = table->names;
    for (size_t i = 0; i < table->column_count; i++) {
        cln_file_column *column = &table->columns[i];
        column->type = (cln_type)(uint8_t)types[i];
        column->name = text;
        column->role = text + strlen(text) + 1;
        column->was_read = &table->were_read[i];
        text = column->role + strlen(column->role) + 1;
    }
}

static cln_status unpack_table(cln_file_table *table, cln_span packed, size_t *at, cln_error *err) {
    uint64_t head[3];
    const char *bytes, *types, *texts;
    CLN_TRY(take(packed, at, sizeof head, &bytes, err));
    memcpy(head, bytes, sizeof head);
    CLN_TRY(take(packed, at, (size_t)head[1], &types, err));
    CLN_TRY(take(packed, at, (size_t)head[2], &texts, err));
    table->rows = head[0];
    CLN_TRY(cln_new_array(&table->columns, (size_t)head[1], sizeof *table->columns, err));
    CLN_TRY(cln_new_array(&table->were_read, (size_t)head[1], sizeof *table->were_read, err));
    CLN_TRY(cln_new_array(&table->names, (size_t)head[2] + 1, 1, err));
    memcpy(table->names, texts, (size_t)head[2]);
    table->column_count = (size_t)head[1];
    take_columns(table, types);
    return CLN_OK;
}

cln_status cln_partition_file_unpack(cln_partition_file *file, const char *dataset_dir, const cln_partition_info *info,
                                     cln_span packed, size_t *at, cln_error *err) {
    *file = (cln_partition_file){.info = info, .file = H5I_INVALID_HID};
    CLN_TRY(cln_path_join(&file->path, dataset_dir, info->file, err));
    for (size_t t = 0; t < CLN_TABLE_COUNT; t++) CLN_TRY(unpack_table(&file->tables[t], packed, at, err));
    return CLN_OK;
}
