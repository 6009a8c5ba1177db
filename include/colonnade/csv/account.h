/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The account of a file: where every byte and every record went. The parts
 * tile the file (cln_account_check), whatever the number of ranks.
 */
#ifndef COLONNADE_CSV_ACCOUNT_H
#define COLONNADE_CSV_ACCOUNT_H

#include "colonnade/base/buffer.h"
#include "colonnade/csv/record_block.h"
#include "colonnade/par/comm.h"

#include <stdint.h>

typedef enum cln_reason {
    CLN_REASON_NONE, /* stored */
    CLN_REASON_MALFORMED,
    CLN_REASON_UNTERMINATED,
    CLN_REASON_TOO_FEW_FIELDS,
    CLN_REASON_TOO_MANY_FIELDS,
    CLN_REASON_ENCODING,
    CLN_REASON_OVER_LONG,
    CLN_REASON_BAD_CELL,
} cln_reason;

enum { CLN_REASON_COUNT = CLN_REASON_BAD_CELL + 1 };

/* "text after a closing quote", ... for people and for the list of rejects. */
const char *cln_reason_text(cln_reason reason);

/* Sums over all ranks, so every member is a count. */
typedef struct cln_account {
    uint64_t bytes_bom;
    uint64_t bytes_header;
    uint64_t bytes_stored;
    uint64_t bytes_rejected;
    uint64_t bytes_blank;
    uint64_t records_read; /* without the header */
    uint64_t records_stored;
    uint64_t records_rejected;
    uint64_t rejected_for[CLN_REASON_COUNT];
    uint64_t records_converted; /* stored after conversion to UTF-8 */
    uint64_t cells_converted;
    uint64_t cells_bad;       /* became null */
    uint64_t cells_renamed;   /* replaced by a declared synonym */
    uint64_t columns_demoted; /* declared categories with too many values, stored as text */
    uint64_t fields;
    uint64_t fields_quoted;
    uint64_t quotes_literal;
    uint64_t blank_lines;
    uint64_t line_ends[4]; /* by cln_line_end */
} cln_account;

/* Local. The size of the file that the parts of the account add up to. */
uint64_t cln_account_bytes(const cln_account *account);

/* Local. Counts a block's blank lines, fields, quotes and line ends; what
 * becomes of its records is the caller's to count (cln_account_record). */
void cln_account_block(cln_account *account, const cln_record_block *block);

/* Local. Counts one record of size_bytes as stored or rejected. */
void cln_account_record(cln_account *account, uint64_t size_bytes, cln_reason reason);

/* Local. Adds what another account counted. */
void cln_account_add(cln_account *account, const cln_account *other);

/* Collective. Adds up all ranks' accounts, on all ranks. */
void cln_account_sum(const cln_comm *comm, cln_account *account);

/* Local. CLN_ERR_INTERNAL when the parts do not tile size_bytes or the records
 * do not add up: nothing may be published then. */
CLN_CHECKED cln_status cln_account_check(const cln_account *account, uint64_t size_bytes, const char *file,
                                         cln_error *err);

/* Local. Appends the account as one JSON object. */
CLN_CHECKED cln_status cln_account_to_json(const cln_account *account, cln_buffer *json, cln_error *err);

#endif
