/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the parts of the detection share: a dialect's score, and the table that
 * it finds in the sample. All functions are local and fail for want of memory
 * only.
 */
#ifndef COLONNADE_CSV_DETECT_PARTS_H
#define COLONNADE_CSV_DETECT_PARTS_H

#include "colonnade/csv/detect.h"
#include "colonnade/csv/record_block.h"

/* Records with more fields count as one kind. */
enum { CLN_DETECT_MAX_FIELDS = 4096 };

/* How one dialect cuts the sample. */
typedef struct cln_detect_cut {
    double score;             /* pattern × type */
    uint64_t record_count;    /* well-formed or not */
    uint64_t column_count;    /* fields of most well-formed records */
    uint64_t malformed_count; /* records */
    uint64_t multiline_count; /* records with a line end inside */
    uint64_t quoted_count;    /* fields */
    bool is_cut_short;        /* the sample ends in a record much longer than others */
} cln_detect_cut;

/* Room that is used for one dialect after the other. */
typedef struct cln_detect_room {
    cln_record_block block;
    cln_buffer arena;
    uint64_t field_counts[CLN_DETECT_MAX_FIELDS + 1]; /* records with so many fields */
} cln_detect_room;

/* bytes: begin at the beginning of a record; is_whole: they end with the file,
 * else their last record may be cut and does not count. */
CLN_CHECKED cln_status cln_detect_score(cln_detect_cut *cut, cln_detect_room *room, const cln_dialect *dialect,
                                        cln_span bytes, bool is_whole, cln_error *err);

/* Where the table is in the sample, and whether it has a header. Fills in all
 * but the dialect's delimiter, quote and newlines_in_quotes, which are set. */
CLN_CHECKED cln_status cln_detect_table(cln_detection *detection, cln_detect_room *room,
                                        const cln_detect_sample *sample, const cln_detect_given *given, cln_error *err);

#endif
