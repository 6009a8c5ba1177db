/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/csv/account.h"

#include <inttypes.h>
#include <stddef.h>

static const char *const reason_texts[CLN_REASON_COUNT] = {
    [CLN_REASON_NONE] = "stored",
    [CLN_REASON_MALFORMED] = "text after a closing quote",
    [CLN_REASON_UNTERMINATED] = "a quote that is not closed",
    [CLN_REASON_TOO_FEW_FIELDS] = "too few fields",
    [CLN_REASON_TOO_MANY_FIELDS] = "too many fields",
    [CLN_REASON_ENCODING] = "bytes that the encoding does not define",
    [CLN_REASON_OVER_LONG] = "longer than the maximum record",
    [CLN_REASON_BAD_CELL] = "a cell that does not fit its type",
};

const char *cln_reason_text(cln_reason reason) {
    return reason_texts[reason];
}

uint64_t cln_account_bytes(const cln_account *account) {
    return account->bytes_bom + account->bytes_header + account->bytes_stored + account->bytes_rejected +
           account->bytes_blank;
}

void cln_account_block(cln_account *account, const cln_record_block *block) {
    account->blank_lines += block->blank_line_count;
    account->bytes_blank += block->blank_bytes;
    account->fields += block->field_count + block->unkept_field_count;
    account->fields_quoted += block->quoted_field_count;
    account->quotes_literal += block->literal_quote_count;
    for (size_t i = 0; i < block->record_count; i++) account->line_ends[block->records[i].line_end]++;
}

void cln_account_record(cln_account *account, uint64_t size_bytes, cln_reason reason) {
    account->records_read++;
    if (reason == CLN_REASON_NONE) {
        account->records_stored++;
        account->bytes_stored += size_bytes;
    } else {
        account->records_rejected++;
        account->bytes_rejected += size_bytes;
        account->rejected_for[reason]++;
    }
}

void cln_account_add(cln_account *account, const cln_account *other) {
    uint64_t *to = (uint64_t *)account;
    const uint64_t *from = (const uint64_t *)other;
    for (size_t i = 0; i < sizeof *account / sizeof *to; i++) to[i] += from[i];
}

void cln_account_sum(const cln_comm *comm, cln_account *account) {
    _Static_assert(sizeof(cln_account) % sizeof(uint64_t) == 0, "the account is counts only");
    cln_sum_u64(comm, (uint64_t *)account, sizeof *account / sizeof(uint64_t));
}

cln_status cln_account_check(const cln_account *account, uint64_t size_bytes, const char *file, cln_error *err) {
    const uint64_t bytes = cln_account_bytes(account);
    if (bytes != size_bytes) {
        return cln_fail(err, CLN_ERR_INTERNAL,
                        "the account of %s covers %" PRIu64 " bytes, but the file has %" PRIu64
                        "; nothing was published. Please report this with the file",
                        file, bytes, size_bytes);
    }
    if (account->records_read != account->records_stored + account->records_rejected) {
        return cln_fail(err, CLN_ERR_INTERNAL,
                        "%s: %" PRIu64 " records were read, but %" PRIu64 " stored and %" PRIu64
                        " rejected; nothing was published. Please report this with the file",
                        file, account->records_read, account->records_stored, account->records_rejected);
    }
    return CLN_OK;
}

static cln_status append_rejected_for(const cln_account *account, cln_buffer *json, cln_error *err) {
    CLN_TRY(cln_buffer_append_string(json, ",\"rejected_for\":{", err));
    const char *separator = "";
    for (int reason = CLN_REASON_NONE + 1; reason < CLN_REASON_COUNT; reason++) {
        if (account->rejected_for[reason] == 0) continue;
        CLN_TRY(cln_buffer_append_format(json, err, "%s\"%s\":%" PRIu64, separator, reason_texts[reason],
                                         account->rejected_for[reason]));
        separator = ",";
    }
    return cln_buffer_append_string(json, "}", err);
}

cln_status cln_account_to_json(const cln_account *a, cln_buffer *json, cln_error *err) {
    CLN_TRY(cln_buffer_append_format(
        json, err,
        "{\"bytes\":%" PRIu64 ",\"bytes_bom\":%" PRIu64 ",\"bytes_header\":%" PRIu64 ",\"bytes_stored\":%" PRIu64
        ",\"bytes_rejected\":%" PRIu64 ",\"bytes_blank\":%" PRIu64,
        cln_account_bytes(a), a->bytes_bom, a->bytes_header, a->bytes_stored, a->bytes_rejected, a->bytes_blank));
    CLN_TRY(cln_buffer_append_format(
        json, err, ",\"records_read\":%" PRIu64 ",\"records_stored\":%" PRIu64 ",\"records_rejected\":%" PRIu64,
        a->records_read, a->records_stored, a->records_rejected));
    CLN_TRY(append_rejected_for(a, json, err));
    return cln_buffer_append_format(
        json, err,
        ",\"records_converted\":%" PRIu64 ",\"cells_converted\":%" PRIu64 ",\"cells_bad\":%" PRIu64
        ",\"cells_renamed\":%" PRIu64 ",\"columns_demoted\":%" PRIu64 ",\"fields\":%" PRIu64
        ",\"fields_quoted\":%" PRIu64 ",\"quotes_literal\":%" PRIu64 ",\"blank_lines\":%" PRIu64
        ",\"line_ends\":{\"lf\":%" PRIu64 ",\"crlf\":%" PRIu64 ",\"cr\":%" PRIu64 ",\"none\":%" PRIu64 "}}",
        a->records_converted, a->cells_converted, a->cells_bad, a->cells_renamed, a->columns_demoted, a->fields,
        a->fields_quoted, a->quotes_literal, a->blank_lines, a->line_ends[CLN_LINE_END_LF],
        a->line_ends[CLN_LINE_END_CRLF], a->line_ends[CLN_LINE_END_CR], a->line_ends[CLN_LINE_END_NONE]);
}
