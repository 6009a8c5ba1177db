/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/store/partition_writer.h"

#include "colonnade/base/hash.h"
#include "colonnade/base/memory.h"
#include "create.h"
#include "encode.h"
#include "finish.h"
#include "h5.h"
#include "writer_state.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_column_name(const char *name) {
    return name != NULL && name[0] != '\0' && strchr(name, '/') == NULL && strcmp(name, ".") != 0;
}

static cln_status check_table(const cln_stored_table *table, cln_error *err) {
    if (strcmp(table->name, cln_table_names[0]) != 0 && strcmp(table->name, cln_table_names[1]) != 0) {
        return cln_fail(err, CLN_ERR_INTERNAL, "a partition has no table '%s'", table->name);
    }
    if (table->column_count == 0) return cln_fail(err, CLN_ERR_INTERNAL, "table '%s' has no columns", table->name);
    for (size_t i = 0; i < table->column_count; i++) {
        const cln_stored_column *column = &table->columns[i];
        if (!is_column_name(column->name)) {
            return cln_fail(err, CLN_ERR_USAGE, "a column cannot be stored under the name '%s'",
                            column->name == NULL ? "" : column->name);
        }
        if (column->null_count > table->rows) {
            return cln_fail(err, CLN_ERR_INTERNAL, "column '%s' has more nulls than rows", column->name);
        }
    }
    return CLN_OK;
}

static uint32_t mix(uint32_t crc, uint64_t value) {
    return cln_crc32c(crc, &value, sizeof value);
}

/* A checksum of what must be the same on all ranks. */
static uint32_t digest_tables(const cln_stored_table *tables, size_t table_count) {
    uint32_t crc = mix(0, table_count);
    for (size_t t = 0; t < table_count; t++) {
        crc = mix(mix(crc, tables[t].rows), tables[t].column_count);
        for (size_t i = 0; i < tables[t].column_count; i++) {
            const cln_stored_column *column = &tables[t].columns[i];
            crc = cln_crc32c(crc, column->name, strlen(column->name));
            crc = mix(mix(crc, (uint64_t)column->type), column->null_count);
            crc = mix(mix(crc, (uint64_t)column->min), (uint64_t)column->max);
            crc = mix(mix(mix(crc, column->dictionary_count), column->text_size_bytes), column->text_size_max);
        }
    }
    return crc;
}

static cln_status check_same_everywhere(const cln_comm *comm, const cln_stored_table *tables, size_t table_count,
                                        cln_error *err) {
    const int64_t digest = digest_tables(tables, table_count);
    int64_t least = digest, greatest = digest;
    cln_min_i64(comm, &least, 1);
    cln_max_i64(comm, &greatest, 1);
    if (least == greatest) return CLN_OK;
    return cln_fail(err, CLN_ERR_INTERNAL, "the ranks disagree on the columns of a partition");
}

static cln_status init_column(cln_writer_column *column, const cln_stored_column *from, uint64_t rows, cln_error *err) {
    for (size_t i = 0; i < CLN_MOST_DATASETS; i++) column->datasets[i] = H5I_INVALID_HID;
    column->null_count = from->null_count;
    column->text_size_bytes = from->text_size_bytes;
    column->encoding = (cln_encoding){.type = from->type,
                                      .layout = cln_layout_of(from, rows),
                                      .may_be_null = from->null_count > 0,
                                      .min = from->min,
                                      .max = from->max,
                                      .text_size_max = from->text_size_max};
    if (from->type == CLN_TYPE_CATEGORY || from->type == CLN_TYPE_TEXT) {
        column->encoding.min = 0;
        column->encoding.max = (int64_t)from->dictionary_count - 1;
    } else if (from->type == CLN_TYPE_BOOLEAN) {
        column->encoding.min = 0;
        column->encoding.max = 1;
    }
    return cln_copy_string(&column->name, from->name, err);
}

static cln_status init_tables(cln_partition_writer *writer, const cln_stored_table *tables, cln_error *err) {
    for (size_t t = 0; t < writer->table_count; t++) {
        cln_writer_table *table = &writer->tables[t];
        table->name = strcmp(tables[t].name, cln_table_names[0]) == 0 ? cln_table_names[0] : cln_table_names[1];
        table->rows = tables[t].rows;
        CLN_TRY(cln_new_array(&table->columns, tables[t].column_count, sizeof *table->columns, err));
        table->column_count = tables[t].column_count;
        for (size_t i = 0; i < table->column_count; i++) {
            CLN_TRY(init_column(&table->columns[i], &tables[t].columns[i], table->rows, err));
        }
    }
    return CLN_OK;
}

static cln_status open_column(hid_t file, const char *table, cln_writer_column *column, cln_error *err) {
    const cln_layout layout = column->encoding.layout;
    if (layout.is_all_null) return CLN_OK;
    const char *names[CLN_MOST_DATASETS];
    const size_t count = cln_layout_names(layout, names);
    for (size_t i = 0; i < count; i++) {
        char *path;
        CLN_TRY(cln_format_string(&path, err, "%s/%s%s%s", table, column->name, names[i] == NULL ? "" : "/",
                                  names[i] == NULL ? "" : names[i]));
        column->datasets[i] = H5Dopen2(file, path, H5P_DEFAULT);
        const cln_status status =
            column->datasets[i] < 0 ? cln_h5_fail(err, "cannot open the dataset '%s'", path) : CLN_OK;
        free(path);
        CLN_TRY(status);
    }
    return CLN_OK;
}

void cln_writer_close_column(cln_partition_writer *writer) {
    if (writer->open == NULL) return;
    for (size_t i = 0; i < CLN_MOST_DATASETS; i++) {
        if (writer->open->datasets[i] >= 0) (void)H5Dclose(writer->open->datasets[i]);
        writer->open->datasets[i] = H5I_INVALID_HID;
    }
    writer->open = NULL;
}

/* One column at a time: open datasets of thousands would take much memory. */
static cln_status open_for_writing(cln_partition_writer *writer, const cln_writer_table *table,
                                   cln_writer_column *column, cln_error *err) {
    if (writer->open == column) return CLN_OK;
    cln_writer_close_column(writer);
    writer->open = column;
    return open_column(writer->file, table->name, column, err);
}

static cln_status init_writer(cln_partition_writer *writer, const char *path, const cln_stored_table *tables,
                              size_t table_count, cln_error *err) {
    for (size_t t = 0; t < table_count; t++) CLN_TRY(check_table(&tables[t], err));
    CLN_TRY(cln_copy_string(&writer->path, path, err));
    CLN_TRY(cln_new_array(&writer->tables, table_count, sizeof *writer->tables, err));
    writer->table_count = table_count;
    CLN_TRY(init_tables(writer, tables, err));
    CLN_TRY(cln_new_array(&writer->stored, (size_t)CLN_WRITE_BYTES, 1, err));
    return cln_new_array(&writer->beside, (size_t)CLN_WRITE_BYTES, 1, err);
}

/* MPI may wait for ever for a rank that cannot open what the others can. */
static cln_status check_is_shared(const cln_comm *comm, const char *path, cln_error *err) {
    if (access(path, R_OK | W_OK) == 0) return CLN_OK;
    return cln_fail_errno(err,
                          "rank %d cannot write to %s, which rank 0 has created; the store must stand in a folder that "
                          "all nodes share (see --store)",
                          comm->rank, path);
}

static cln_status open_writer(cln_partition_writer *writer, const char *path, const cln_stored_table *tables,
                              size_t table_count, cln_error *err) {
    const cln_comm *comm = &writer->comm;
    CLN_TRY_AGREED(comm, init_writer(writer, path, tables, table_count, err), err);
    CLN_TRY_AGREED(comm, check_same_everywhere(comm, tables, table_count, err), err);
    cln_status status = CLN_OK;
    if (comm->rank == 0) status = cln_create_partition_file(path, tables, table_count, err);
    CLN_TRY_AGREED(comm, status, err);
    CLN_TRY_AGREED(comm, check_is_shared(comm, path, err), err);
    CLN_TRY_AGREED(comm, cln_h5_open_shared(&writer->file, comm, path, err), err);
    return CLN_OK;
}

cln_status cln_partition_writer_new(cln_partition_writer **writer, const cln_comm *comm, const char *path,
                                    const cln_stored_table *tables, size_t table_count, cln_error *err) {
    cln_error spare;
    if (err == NULL) err = &spare; /* the ranks agree on its message */
    cln_partition_writer *made = calloc(1, sizeof *made);
    const cln_status allocated = made == NULL ? cln_fail_memory(err, "opening a partition") : CLN_OK;
    const cln_status agreed = cln_agree(comm, allocated, err);
    if (agreed != CLN_OK || made == NULL) {
        free(made);
        return agreed;
    }
    made->comm = *comm;
    made->file = H5I_INVALID_HID;
    const cln_status status = open_writer(made, path, tables, table_count, err);
    if (status != CLN_OK) {
        cln_partition_writer_abandon(made);
        return status;
    }
    *writer = made;
    return CLN_OK;
}

static cln_status write_text_data(const cln_writer_column *column, uint64_t first_byte, const cln_vector *vector,
                                  cln_error *err) {
    const uint64_t size = vector->offsets[vector->rows] - vector->offsets[0];
    const char *bytes = vector->bytes + vector->offsets[0];
    for (uint64_t done = 0; done < size;) {
        const uint64_t count = size - done < CLN_WRITE_BYTES ? size - done : CLN_WRITE_BYTES;
        CLN_TRY(cln_h5_write_rows(column->datasets[1], first_byte + done, count, bytes + done, err));
        done += count;
    }
    return CLN_OK;
}

/* Rows [first, first + count) of the vector to the staging buffers, zone by zone. */
static cln_status encode_run(cln_partition_writer *writer, cln_writer_column *column, uint64_t first_row,
                             uint64_t first_byte, const cln_vector *vector, size_t first, size_t count,
                             cln_error *err) {
    const cln_encoding *encoding = &column->encoding;
    for (size_t done = 0; done < count;) {
        const uint64_t row = first_row + first + done;
        const uint64_t left = CLN_ZONE_ROWS - row % CLN_ZONE_ROWS;
        const size_t rows = count - done < left ? count - done : (size_t)left;
        char *stored = writer->stored + done * encoding->layout.width_bytes;
        cln_piece piece = {.first_row = row};
        if (encoding->type == CLN_TYPE_TEXT) {
            void *codes = writer->beside + done * encoding->layout.code_width_bytes;
            CLN_TRY(cln_encode_texts(encoding, vector, first_byte, first + done, rows, stored, codes, &piece, err));
        } else {
            uint8_t *mask = writer->beside + done;
            CLN_TRY(cln_encode_values(encoding, vector, first + done, rows, stored, mask, &piece, err));
        }
        CLN_TRY(cln_pieces_add(&column->pieces, &piece, encoding->type, encoding->layout, err));
        done += rows;
    }
    return CLN_OK;
}

static cln_status put_rows(cln_partition_writer *writer, cln_writer_column *column, uint64_t first_row,
                           uint64_t first_byte, const cln_vector *vector, cln_error *err) {
    const cln_layout layout = column->encoding.layout;
    const unsigned widest = layout.width_bytes > layout.code_width_bytes ? layout.width_bytes : layout.code_width_bytes;
    const size_t rows_per_write = (size_t)(CLN_WRITE_BYTES / widest);
    for (size_t done = 0; done < vector->rows;) {
        const size_t rows = vector->rows - done < rows_per_write ? vector->rows - done : rows_per_write;
        CLN_TRY(encode_run(writer, column, first_row, first_byte, vector, done, rows, err));
        CLN_TRY(cln_h5_write_rows(column->datasets[0], first_row + done, rows, writer->stored, err));
        if (layout.form == CLN_FORM_NULLABLE || layout.code_width_bytes > 0) {
            const hid_t beside = column->datasets[layout.form == CLN_FORM_NULLABLE ? 1 : 2];
            CLN_TRY(cln_h5_write_rows(beside, first_row + done, rows, writer->beside, err));
        }
        done += rows;
    }
    return layout.form == CLN_FORM_TEXT ? write_text_data(column, first_byte, vector, err) : CLN_OK;
}

static bool is_null(const cln_vector *vector, size_t row) {
    switch (vector->type) {
    case CLN_TYPE_DOUBLE:
        return vector->doubles[row] != vector->doubles[row];
    case CLN_TYPE_CATEGORY:
        return vector->codes[row] == CLN_NULL_CODE;
    case CLN_TYPE_TEXT:
        return vector->offsets[row] == vector->offsets[row + 1] &&
               (vector->codes == NULL || vector->codes[row] == CLN_NULL_CODE);
    default:
        return vector->integers[row] == CLN_NULL_INTEGER;
    }
}

static cln_status check_all_null(const cln_vector *vector, cln_error *err) {
    for (size_t row = 0; row < vector->rows; row++) {
        if (!is_null(vector, row)) {
            return cln_fail(err, CLN_ERR_INTERNAL, "a value stands in a column announced without values");
        }
    }
    return CLN_OK;
}

static cln_status check_place(const cln_writer_table *table, const cln_writer_column *column, uint64_t first_row,
                              uint64_t first_byte, const cln_vector *vector, cln_error *err) {
    if (vector->type != column->encoding.type) {
        return cln_fail(err, CLN_ERR_INTERNAL, "values of type %s for a column of type %s", cln_type_name(vector->type),
                        cln_type_name(column->encoding.type));
    }
    if (first_row > table->rows || vector->rows > table->rows - first_row) {
        return cln_fail(err, CLN_ERR_INTERNAL, "rows %" PRIu64 " to %" PRIu64 " of a table of %" PRIu64, first_row,
                        first_row + vector->rows, table->rows);
    }
    if (vector->type != CLN_TYPE_TEXT || vector->rows == 0) return CLN_OK;
    if (column->encoding.layout.code_width_bytes > 0 && vector->codes == NULL) {
        return cln_fail(err, CLN_ERR_INTERNAL, "the texts come without numbers");
    }
    const uint64_t size = vector->offsets[vector->rows] - vector->offsets[0];
    if (first_byte > column->text_size_bytes || size > column->text_size_bytes - first_byte) {
        return cln_fail(err, CLN_ERR_INTERNAL, "bytes %" PRIu64 " to %" PRIu64 " of a text of %" PRIu64, first_byte,
                        first_byte + size, column->text_size_bytes);
    }
    return CLN_OK;
}

cln_status cln_partition_writer_put(cln_partition_writer *writer, size_t table, size_t column, uint64_t first_row,
                                    uint64_t first_byte, const cln_vector *vector, cln_error *err) {
    const cln_writer_table *in = &writer->tables[table];
    cln_writer_column *to = &in->columns[column];
    cln_error inner = {.message = ""};
    cln_status status = check_place(in, to, first_row, first_byte, vector, &inner);
    if (status == CLN_OK && vector->rows > 0) {
        if (to->encoding.layout.is_all_null) {
            status = check_all_null(vector, &inner);
        } else {
            status = open_for_writing(writer, in, to, &inner);
            if (status == CLN_OK) status = put_rows(writer, to, first_row, first_byte, vector, &inner);
        }
    }
    if (status == CLN_OK) return CLN_OK;
    writer->failed = true;
    return cln_fail(err, status, "cannot store column '%s' in %s: %s", to->name, writer->path, inner.message);
}
