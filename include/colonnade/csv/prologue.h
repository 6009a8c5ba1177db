/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What stands before the data of a file: a byte-order mark, lines that the
 * dialect skips, blank lines and the header record. Rank 0 reads it, all ranks get the same bytes.
 */
#ifndef COLONNADE_CSV_PROLOGUE_H
#define COLONNADE_CSV_PROLOGUE_H

#include "colonnade/base/byte_source.h"
#include "colonnade/csv/account.h"
#include "colonnade/csv/automaton.h"

typedef struct cln_prologue {
    uint64_t bom_bytes;
    uint64_t skipped_bytes; /* of the lines that the dialect skips */
    uint64_t blank_bytes;   /* blank lines before the header */
    uint64_t blank_lines;
    uint64_t header_offset;
    uint64_t header_bytes;
    uint64_t data_offset;  /* of the first byte behind the header */
    uint64_t first_record; /* the number of the first data record: 2 behind a header, otherwise 1 */
    size_t name_count;     /* of columns in the header */
    char **names;          /* contents of the header's fields, UTF-8; column_1, column_2, ... without a header */
    bool is_undefined;     /* the header has no reading in its encoding; names as without one */
} cln_prologue;

/* Collective; dialect and max_record_bytes must agree; source is used on rank
 * 0 only. UTF-16 and UTF-32, known by their marks or by where the NULs of the
 * first KiB stand, and a header longer than max_record_bytes are CLN_ERR_DATA. An empty file has no names. The caller
 * cleans up. */
CLN_CHECKED cln_status cln_prologue_read(cln_prologue *prologue, const cln_comm *comm, cln_byte_source *source,
                                         const cln_dialect *dialect, uint64_t max_record_bytes, cln_error *err);
/* Local. CLN_ERR_DATA when the header has no reading, for those who need names. */
CLN_CHECKED cln_status cln_prologue_check_names(const cln_prologue *prologue, const char *file, cln_error *err);
void cln_prologue_clean_up(cln_prologue *prologue);

#define CLN_MAX_SKIPPED_BYTES ((uint64_t)16 << 20)

/* Collective; dialect must agree; source is used on rank 0 only. Where the
 * records begin, the header being one: behind the byte-order mark and the
 * lines that the dialect skips. UTF-16 and UTF-32, as above, and skipped lines
 * that do not end within CLN_MAX_SKIPPED_BYTES, are CLN_ERR_DATA. */
CLN_CHECKED cln_status cln_records_offset_read(uint64_t *offset, const cln_comm *comm, cln_byte_source *source,
                                               const cln_dialect *dialect, cln_error *err);

/* Local. Counts the prologue's bytes and lines, skipped ones with the header;
 * on one rank only. */
void cln_account_prologue(cln_account *account, const cln_prologue *prologue);

#endif
