/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The reference: one serial reader that does what the automaton's table says,
 * byte by byte, and nothing else. Every faster way to the records is compared
 * with it, by texts that describe a record with its number, place, flags and
 * fields.
 */
#ifndef COLONNADE_TESTS_CSV_REFERENCE_H
#define COLONNADE_TESTS_CSV_REFERENCE_H

#include "colonnade/base/buffer.h"
#include "colonnade/base/memory.h"
#include "colonnade/csv/account.h"
#include "colonnade/csv/automaton.h"
#include "colonnade/csv/record_block.h"

#include "must.h"
#include "random_source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct reference_record {
    uint64_t offset;
    uint64_t size;
    size_t text_begin; /* of its description in texts */
    size_t text_size;
} reference_record;

typedef struct reference {
    size_t record_count;
    size_t record_capacity;
    reference_record *records;
    cln_buffer texts;
    cln_account account; /* fields, quotes, blank lines and line ends; all records count as stored */
} reference;

/* The description of a record, to which describe_field adds its fields. */
static inline void describe_record(cln_buffer *text, uint64_t number, uint64_t offset, uint64_t size, int line_end,
                                   bool is_malformed, bool is_unterminated) {
    must(cln_buffer_append_format(text, NULL, "%llu@%llu+%llu e%d%s%s", (unsigned long long)number,
                                  (unsigned long long)offset, (unsigned long long)size, line_end,
                                  is_malformed ? " malformed" : "", is_unterminated ? " unterminated" : ""));
}

static inline void describe_field(cln_buffer *text, cln_span content) {
    must(cln_buffer_append_format(text, NULL, " <%zu:", content.size));
    must(cln_buffer_append_span(text, content, NULL));
    must(cln_buffer_append_char(text, '>', NULL));
}

/* What is known of the item that is being read. */
typedef struct reference_item {
    bool is_open; /* something began */
    bool is_record;
    uint64_t offset;
    int line_end;
    bool is_malformed;
    bool is_unterminated;
    cln_buffer fields; /* their descriptions */
    cln_buffer content;
} reference_item;

static inline void reference_end_field(reference *r, reference_item *item) {
    describe_field(&item->fields, cln_buffer_span(&item->content));
    cln_buffer_clear(&item->content);
    r->account.fields++;
}

static inline void reference_end_item(reference *r, reference_item *item, uint64_t end, uint64_t first_number) {
    if (!item->is_open) return;
    item->is_open = false;
    const uint64_t size = end - item->offset;
    if (!item->is_record) {
        r->account.blank_lines++;
        r->account.bytes_blank += size;
        return;
    }
    must(cln_grow_array(&r->records, &r->record_capacity, r->record_count + 1, sizeof *r->records, NULL));
    reference_record *record = &r->records[r->record_count];
    *record = (reference_record){.offset = item->offset, .size = size, .text_begin = r->texts.size};
    describe_record(&r->texts, first_number + r->record_count, item->offset, size, item->line_end, item->is_malformed,
                    item->is_unterminated);
    must(cln_buffer_append_span(&r->texts, cln_buffer_span(&item->fields), NULL));
    cln_buffer_clear(&item->fields);
    record->text_size = r->texts.size - record->text_begin;
    r->record_count++;
    r->account.line_ends[item->line_end]++;
    cln_account_record(&r->account, size, CLN_REASON_NONE);
}

static inline void reference_step(reference *r, reference_item *item, uint8_t state, char byte, cln_csv_step step) {
    if (step.actions & CLN_CSV_RECORD) item->is_record = true;
    const bool opens_quotes = step.next == CLN_CSV_QUOTED && state != CLN_CSV_QUOTED && state != CLN_CSV_QUOTE;
    r->account.fields_quoted += opens_quotes;
    r->account.quotes_literal += (step.actions & CLN_CSV_LITERAL_QUOTE) != 0;
    if (step.actions & CLN_CSV_CONTENT) must(cln_buffer_append_char(&item->content, byte, NULL));
    if (step.actions & CLN_CSV_MALFORMED) {
        item->is_malformed = true;
        if (step.actions & CLN_CSV_END_RECORD) item->is_unterminated = true;
    }
    if (step.actions & CLN_CSV_END_FIELD) reference_end_field(r, item);
    if (byte == '\n' && step.next == CLN_CSV_START) {
        item->line_end = state == CLN_CSV_CR ? CLN_LINE_END_CRLF : CLN_LINE_END_LF;
    }
    if (step.next == CLN_CSV_CR) item->line_end = CLN_LINE_END_CR;
}

/* Offsets count from offset, numbers from first_number. The caller cleans up. */
static inline void reference_read(reference *r, const cln_automaton *automaton, cln_span bytes, uint64_t offset,
                                  uint64_t first_number) {
    memset(r, 0, sizeof *r);
    cln_buffer_init(&r->texts, SIZE_MAX);
    reference_item item = {0};
    cln_buffer_init(&item.fields, SIZE_MAX);
    cln_buffer_init(&item.content, SIZE_MAX);
    uint8_t state = CLN_CSV_START;
    for (size_t i = 0; i < bytes.size; i++) {
        const cln_csv_step step = cln_automaton_step(automaton, state, bytes.data[i]);
        if (step.actions & CLN_CSV_ITEM) {
            reference_end_item(r, &item, offset + i, first_number);
            item.is_open = true;
            item.is_record = item.is_malformed = item.is_unterminated = false;
            item.offset = offset + i;
            item.line_end = CLN_LINE_END_NONE;
        }
        reference_step(r, &item, state, bytes.data[i], step);
        state = step.next;
    }
    if (cln_csv_state_is_open(state)) {
        item.is_unterminated = state == CLN_CSV_QUOTED;
        item.is_malformed = item.is_malformed || item.is_unterminated;
        reference_end_field(r, &item);
    }
    reference_end_item(r, &item, offset + bytes.size, first_number);
    cln_buffer_clean_up(&item.fields);
    cln_buffer_clean_up(&item.content);
}

static inline void reference_clean_up(reference *r) {
    free(r->records);
    cln_buffer_clean_up(&r->texts);
}

static inline cln_span reference_text(const reference *r, size_t record) {
    return cln_span_of(r->texts.data + r->records[record].text_begin, r->records[record].text_size);
}

/* The same description of a record that a splitter has cut. */
static inline void describe_block_record(cln_buffer *text, const cln_automaton *automaton,
                                         const cln_record_block *block, size_t i, cln_buffer *arena) {
    const cln_record *record = &block->records[i];
    describe_record(text, block->first_number + i, block->offset + record->begin, record->size, record->line_end,
                    record->is_malformed, record->is_unterminated);
    for (uint32_t f = 0; f < record->field_count; f++) {
        cln_span content;
        must(cln_field_content(automaton, block, &block->fields[record->first_field + f], arena, &content, NULL));
        describe_field(text, content);
    }
}

static inline bool accounts_are_equal(const cln_account *a, const cln_account *b) {
    return memcmp(a, b, sizeof *a) == 0;
}

/* ---- Dialects and strings to try ---- */

enum { TRIED_DIALECT_COUNT = 5 };

static inline cln_dialect tried_dialect(int which) {
    cln_dialect dialect = cln_dialect_default();
    if (which == 1) dialect.newlines_in_quotes = false;
    if (which == 2) dialect.has_quote = false;
    if (which == 3) {
        dialect.delimiter = '\t';
        dialect.quote = '\'';
    }
    if (which == 4) {
        dialect.delimiter = ';';
        dialect.newlines_in_quotes = false;
    }
    return dialect;
}

/* Fills text with size bytes, of which one in `rarity` means something to the
 * dialect and the others do not. */
static inline void random_text(random_source *random, const cln_dialect *dialect, char *text, size_t size,
                               uint64_t rarity) {
    const char special[] = {(char)dialect->quote, (char)dialect->quote, (char)dialect->delimiter, '\n', '\r', '\n'};
    const char plain[] = {'a', '\0', '\xC3', '\xA9', '\xC6', ' '};
    for (size_t i = 0; i < size; i++) {
        const bool is_special = random_below(random, rarity) == 0;
        text[i] =
            is_special ? special[random_below(random, sizeof special)] : plain[random_below(random, sizeof plain)];
    }
}

/* Fills text with CSV as programs write it: quotes stand where they belong,
 * but for one piece in `rarity`. */
static inline void random_csv(random_source *random, const cln_dialect *dialect, char *text, size_t size,
                              uint64_t rarity) {
    const char q = (char)dialect->quote;
    const char d = (char)dialect->delimiter;
    const char pieces[][12] = {
        {'a', 'b'},
        {'x', d},
        {d, d},
        {'\n'},
        {'\r', '\n'},
        {'\r'},
        {d, q, 'a', q, d},
        {d, q, d, '\n', q},
        {d, q, q, d},
        {d, q, q, q, q},
        {'\n', q, '\r', q},
        {d, q, 'x', q, q, 'y', q, '\n'},
    };
    const char strays[][4] = {{q}, {q, 'x'}, {'a', q}, {q, q}};
    for (size_t filled = 0; filled < size;) {
        const bool is_stray = random_below(random, rarity) == 0;
        const char *piece = is_stray ? strays[random_below(random, sizeof strays / sizeof strays[0])]
                                     : pieces[random_below(random, sizeof pieces / sizeof pieces[0])];
        for (; *piece != '\0' && filled < size; piece++) text[filled++] = *piece;
    }
}

/* A copy behind which nothing may be read: the sanitizer would tell. */
static inline char *exact_copy(const char *text, size_t size) {
    char *copy = NULL;
    must(cln_new_array(&copy, size, 1, NULL));
    if (size > 0) memcpy(copy, text, size);
    return copy;
}

/* The next string over an alphabet of count bytes, in the order of counting;
 * false behind the last. */
static inline bool next_string(char *text, size_t size, const char *alphabet, size_t count) {
    for (size_t i = size; i-- > 0;) {
        const char *at = memchr(alphabet, text[i], count);
        const size_t digit = (size_t)(at - alphabet) + 1;
        if (digit < count) {
            text[i] = alphabet[digit];
            return true;
        }
        text[i] = alphabet[0];
    }
    return false;
}

#endif
