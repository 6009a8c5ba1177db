/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/csv/tally.h"

#include "colonnade/base/vectorise.h"
#include "colonnade/csv/quoting.h"

/* Groups of 64 bytes that are classified at once. */
enum { MASK_BATCH = 16 };

/* The item that is open at a position. */
typedef struct open_item {
    size_t begin;
    size_t delimiters;
    size_t quoted_fields;
} open_item;

/* The item ends at the line end at position; false when it is a record that is
 * not plain. */
static inline bool end_item(cln_tally *tally, cln_span bytes, size_t position, open_item *item) {
    static const size_t sizes[] = {[CLN_LINE_END_LF] = 1, [CLN_LINE_END_CRLF] = 2, [CLN_LINE_END_CR] = 1};
    cln_account *account = &tally->account;
    cln_line_end line_end = CLN_LINE_END_LF;
    if (bytes.data[position] == '\r') {
        const bool is_crlf = position + 1 < bytes.size && bytes.data[position + 1] == '\n';
        line_end = is_crlf ? CLN_LINE_END_CRLF : CLN_LINE_END_CR;
    }
    const size_t end = position + sizes[line_end], size = end - item->begin;
    if (position == item->begin) {
        account->blank_lines++;
        account->bytes_blank += size;
    } else {
        if (item->delimiters + 1 != tally->expected_fields) return false;
        account->line_ends[line_end]++;
        account->fields_quoted += item->quoted_fields;
        account->bytes_stored += size;
        tally->record_count++;
        if (size > tally->greatest_record_bytes) tally->greatest_record_bytes = size;
    }
    *item = (open_item){.begin = end};
    return true;
}

/* Counts what 64 bytes at position hold. */
static inline bool take_group(cln_tally *tally, cln_span bytes, size_t position, const cln_structure *s,
                              open_item *item) {
    uint64_t left = UINT64_MAX;
    for (uint64_t line_ends = s->line_ends; line_ends != 0; line_ends &= line_ends - 1) {
        const uint64_t before = (line_ends & -line_ends) - 1;
        item->delimiters += (size_t)__builtin_popcountll(s->delimiters & left & before);
        item->quoted_fields += (size_t)__builtin_popcountll(s->openings & left & before);
        if (!end_item(tally, bytes, position + (size_t)__builtin_ctzll(line_ends), item)) return false;
        left = ~before;
    }
    item->delimiters += (size_t)__builtin_popcountll(s->delimiters & left);
    item->quoted_fields += (size_t)__builtin_popcountll(s->openings & left);
    return true;
}

/* 64 bytes of ASCII without quotes or line ends, outside quotes: most groups of
 * long records. False when they are not. */
static inline bool pass_over(const cln_masks *m, uint8_t *state, open_item *item) {
    if ((m->quote | m->lf | m->cr | m->high) != 0) return false;
    if (*state == CLN_CSV_QUOTED || *state == CLN_CSV_QUOTE) return false;
    item->delimiters += (size_t)__builtin_popcountll(m->delimiter);
    *state = m->delimiter >> 63 ? CLN_CSV_FIELD : CLN_CSV_UNQUOTED;
    return true;
}

CLN_VECTORISED static size_t take(cln_tally *tally, cln_span bytes) {
    const cln_automaton *a = tally->automaton;
    open_item item = {.begin = 0};
    uint8_t state = CLN_CSV_START;
    for (size_t position = 0; bytes.size - position >= CLN_MASK_BYTES;) {
        cln_masks masks[MASK_BATCH];
        const size_t left = (bytes.size - position) / CLN_MASK_BYTES;
        const size_t groups = left < MASK_BATCH ? left : MASK_BATCH;
        a->kernels->classify(bytes.data + position, groups, a->quote, a->has_quote, a->delimiter, masks);
        for (size_t g = 0; g < groups; g++, position += CLN_MASK_BYTES) {
            cln_structure structure;
            if (pass_over(&masks[g], &state, &item)) continue;
            if (masks[g].high != 0 || !cln_structure_of(&masks[g], state, a->newlines_in_quotes, &structure)) {
                return item.begin;
            }
            if (!take_group(tally, bytes, position, &structure, &item)) return item.begin;
            state = structure.end_state;
        }
    }
    return item.begin;
}

size_t cln_tally_take(cln_tally *tally, cln_span bytes) {
    const uint64_t before = tally->record_count;
    const size_t taken = take(tally, bytes);
    const uint64_t records = tally->record_count - before;
    tally->account.records_read += records;
    tally->account.records_stored += records;
    tally->account.fields += records * tally->expected_fields;
    return taken;
}
