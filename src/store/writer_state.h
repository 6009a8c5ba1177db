/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The state of a partition that is being written, shared by the phases of
 * writing it.
 */
#ifndef COLONNADE_STORE_WRITER_STATE_H
#define COLONNADE_STORE_WRITER_STATE_H

#include "colonnade/store/partition_writer.h"
#include "encode.h"
#include "pieces.h"

typedef struct cln_writer_column {
    char *name;
    cln_encoding encoding;
    uint64_t null_count, text_size_bytes;
    hid_t datasets[CLN_MOST_DATASETS]; /* open while rows of the column are put; negative where there is nothing to
                                          write */
    cln_pieces pieces;                 /* what this rank wrote */
    cln_zone *zones;                   /* rank 0, while finishing */
} cln_writer_column;

typedef struct cln_writer_table {
    const char *name;
    uint64_t rows;
    size_t column_count;
    cln_writer_column *columns;
} cln_writer_table;

struct cln_partition_writer {
    cln_comm comm;
    char *path;
    hid_t file;
    size_t table_count;
    cln_writer_table *tables;
    cln_writer_column *open; /* the column whose datasets are open, or NULL */
    bool failed;             /* a put failed on this rank */
    char *stored;            /* CLN_WRITE_BYTES of values on their way to the file */
    uint8_t *beside;         /* and of their mask, or of the numbers of texts */
};

/* Local. */
void cln_writer_close_column(cln_partition_writer *writer);

#endif
