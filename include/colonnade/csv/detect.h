/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How a file that nobody describes writes its records, found from its
 * beginning: delimiter, quote, header, whether quotes hold line ends, and what
 * stands before and behind the table.
 *
 * Every plausible dialect cuts the sample. The one wins whose records are most
 * alike and whose cells look most like values: the product of a pattern score
 * and a type score, after van den Burg, Nazábal and Sutton, "Wrangling messy
 * CSV files by detecting row and type patterns", Data Mining and Knowledge
 * Discovery 33 (2019). docs/detection.md has the formulas and what is missed.
 */
#ifndef COLONNADE_CSV_DETECT_H
#define COLONNADE_CSV_DETECT_H

#include "colonnade/base/byte_source.h"
#include "colonnade/csv/dialect.h"
#include "colonnade/par/comm.h"

#include <stdbool.h>
#include <stdint.h>

/* Of the file's beginning; of its end a part of this. */
#define CLN_DETECT_HEAD_BYTES ((uint64_t)1 << 20)
#define CLN_DETECT_TAIL_BYTES ((uint64_t)64 << 10)

/* What is known already, and wins. */
typedef struct cln_detect_given {
    cln_dialect dialect; /* of it, what the flags name; the encoding in any case */
    bool delimiter, quote, header, newlines_in_quotes, skip_lines;
} cln_detect_given;

/* Bytes of a file without byte-order mark. */
typedef struct cln_detect_sample {
    cln_span head;
    cln_span tail;        /* of a file of which head is not the whole; may be empty */
    uint64_t head_offset; /* in the file: the size of the byte-order mark */
    uint64_t tail_offset;
    uint64_t file_bytes; /* CLN_SIZE_UNKNOWN for a stream that goes on behind head */
} cln_detect_sample;

/* Plain data: travels between ranks as bytes. */
typedef struct cln_detection {
    cln_dialect dialect;    /* skip_lines: what stands before the table */
    uint64_t column_count;  /* fields of most records; 0: there are none */
    uint64_t table_offset;  /* of the header, or of the first record, in the file */
    uint64_t footer_offset; /* of what stands behind the table; the size of the file when nothing does */
    uint64_t footer_lines;
    bool is_certain; /* false: no dialect makes much sense of the sample */
} cln_detection;

/* Local; depends on its arguments only. Fails for want of memory only. */
CLN_CHECKED cln_status cln_detect(cln_detection *detection, const cln_detect_sample *sample,
                                  const cln_detect_given *given, cln_error *err);

/* Collective; given must agree; source is used on rank 0 only. Reads the
 * sample, and gives every rank the same answer. */
CLN_CHECKED cln_status cln_detect_read(cln_detection *detection, const cln_comm *comm, cln_byte_source *source,
                                       const cln_detect_given *given, cln_error *err);

#endif
