/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/store/partition_writer.h"

#include "finish.h"
#include "sync.h"

#include <stdlib.h>

/* Collective: the MPI driver closes on all ranks together. */
static cln_status close_shared(cln_partition_writer *writer, cln_error *err) {
    cln_writer_close_column(writer);
    const hid_t file = writer->file;
    writer->file = H5I_INVALID_HID;
    if (file < 0) return CLN_OK;
    if (writer->comm.size == 1) {
        return cln_h5_close_written(file, writer->path, writer->failed ? CLN_ERR_IO : CLN_OK, err);
    }
    return H5Fclose(file) < 0 ? cln_h5_fail(err, "cannot close %s", writer->path) : CLN_OK;
}

static void free_writer(cln_partition_writer *writer) {
    for (size_t t = 0; t < writer->table_count; t++) {
        cln_writer_table *table = &writer->tables[t];
        for (size_t i = 0; i < table->column_count; i++) {
            free(table->columns[i].name);
            free(table->columns[i].zones);
            cln_pieces_clean_up(&table->columns[i].pieces);
        }
        free(table->columns);
    }
    free(writer->tables);
    free(writer->stored);
    free(writer->beside);
    free(writer->path);
    free(writer);
}

/* Collective. All ranks' pieces of one column, on rank 0, as a copy. */
static cln_status gather_pieces(const cln_comm *comm, const cln_pieces *own, cln_buffer *all, cln_error *err) {
    const cln_span bytes = cln_span_of((const char *)own->items, own->count * sizeof *own->items);
    if (comm->size == 1) return cln_buffer_append_span(all, bytes, err);
    return cln_gather_bytes(comm, bytes, 0, all, NULL, err);
}

/* Collective. */
static cln_status combine_column(const cln_comm *comm, const cln_writer_table *table, cln_writer_column *column,
                                 cln_error *err) {
    if (column->encoding.layout.is_all_null) return CLN_OK;
    cln_buffer all;
    cln_buffer_init(&all, SIZE_MAX);
    cln_status status = gather_pieces(comm, &column->pieces, &all, err);
    if (status == CLN_OK && comm->rank == 0) {
        const cln_zones_of of = {.column = column->name,
                                 .type = column->encoding.type,
                                 .layout = column->encoding.layout,
                                 .rows = table->rows,
                                 .null_count = column->null_count,
                                 .text_size_bytes = column->text_size_bytes};
        status = cln_zones_from_pieces(&column->zones, &of, (cln_piece *)(void *)all.data, all.size / sizeof(cln_piece),
                                       err);
    }
    cln_buffer_clean_up(&all);
    return cln_agree(comm, status, err);
}

static cln_status combine_zones(cln_partition_writer *writer, cln_error *err) {
    for (size_t t = 0; t < writer->table_count; t++) {
        for (size_t i = 0; i < writer->tables[t].column_count; i++) {
            CLN_TRY(combine_column(&writer->comm, &writer->tables[t], &writer->tables[t].columns[i], err));
        }
    }
    return CLN_OK;
}

static cln_status complete(cln_partition_writer *writer, const cln_stored_attribute *attributes, size_t attribute_count,
                           bool sync, uint64_t *size_bytes, cln_error *err) {
    if (writer->comm.rank != 0) return CLN_OK;
    CLN_TRY(cln_complete_partition_file(writer, attributes, attribute_count, size_bytes, err));
    return sync ? cln_sync_file(writer->path, err) : CLN_OK;
}

static cln_status finish(cln_partition_writer *writer, const cln_stored_attribute *attributes, size_t attribute_count,
                         bool sync, uint64_t *size_bytes, cln_error *err) {
    const cln_comm *comm = &writer->comm;
    cln_status status = CLN_OK;
    if (writer->failed) {
        status =
            cln_fail(err, CLN_ERR_INTERNAL, "%s is finished although rows of it could not be written", writer->path);
    }
    CLN_TRY_AGREED(comm, status, err);
    CLN_TRY_AGREED(comm, close_shared(writer, err), err);
    CLN_TRY_AGREED(comm, sync ? cln_sync_file(writer->path, err) : CLN_OK, err);
    CLN_TRY(combine_zones(writer, err));
    *size_bytes = 0;
    CLN_TRY_AGREED(comm, complete(writer, attributes, attribute_count, sync, size_bytes, err), err);
    cln_sum_u64(comm, size_bytes, 1);
    return CLN_OK;
}

cln_status cln_partition_writer_finish(cln_partition_writer *writer, const cln_stored_attribute *attributes,
                                       size_t attribute_count, bool sync, uint64_t *size_bytes, cln_error *err) {
    cln_error spare;
    if (err == NULL) err = &spare; /* the ranks agree on its message */
    const cln_status status = finish(writer, attributes, attribute_count, sync, size_bytes, err);
    cln_partition_writer_abandon(writer);
    return status;
}

void cln_partition_writer_abandon(cln_partition_writer *writer) {
    (void)close_shared(writer, NULL);
    free_writer(writer);
}
