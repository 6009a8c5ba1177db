/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Records, fields and contents as the splitter cuts them, against the
 * reference reader; also when it keeps only some fields of each record.
 */
#include "csv_fuzz.h"

static const uint64_t text_offset = 1000, first_number = 3;

static void check_record(const reference *expected, const cln_automaton *automaton, const cln_record_block *block,
                         size_t i, cln_buffer *text, cln_buffer *arena) {
    const size_t at = (size_t)(block->first_number - first_number) + i;
    FUZZ_CHECK(at < expected->record_count);
    cln_buffer_clear(text);
    describe_block_record(text, automaton, block, i, arena);
    FUZZ_CHECK(cln_span_equal(cln_buffer_span(text), reference_text(expected, at)));
}

/* All fields. */
static void check_whole(const reference *expected, const cln_automaton *automaton, cln_span bytes,
                        cln_record_block *block, cln_buffer *text, cln_buffer *arena) {
    cln_splitter splitter;
    cln_splitter_init(&splitter, automaton, bytes, text_offset, first_number);
    cln_account account = {0};
    for (bool more = true; more;) {
        must(cln_splitter_next(&splitter, block, &more, NULL));
        cln_account_block(&account, block);
        for (size_t i = 0; i < block->record_count; i++) {
            check_record(expected, automaton, block, i, text, arena);
            cln_account_record(&account, block->records[i].size, CLN_REASON_NONE);
        }
    }
    FUZZ_CHECK(accounts_are_equal(&account, &expected->account));
    FUZZ_CHECK(cln_account_bytes(&account) == bytes.size);
}

static bool same_field(const cln_field *a, const cln_field *b) {
    return a->begin == b->begin && a->size == b->size && a->is_quoted == b->is_quoted &&
           a->has_escapes == b->has_escapes;
}

/* A splitter that keeps at most max_fields, and cuts some later, beside one
 * that keeps all: the same records, of the same fields the first ones. */
static void check_kept(const cln_automaton *automaton, cln_span bytes, size_t max_fields, cln_record_block *all,
                       cln_record_block *some) {
    cln_splitter whole, limited;
    cln_splitter_init(&whole, automaton, bytes, text_offset, first_number);
    limited = whole;
    limited.max_fields = max_fields;
    limited.defers_fields = true;
    for (bool more = true; more;) {
        bool more_limited;
        must(cln_splitter_next(&whole, all, &more, NULL));
        must(cln_splitter_next(&limited, some, &more_limited, NULL));
        cln_record_block_cut_fields(some);
        FUZZ_CHECK(more == more_limited && all->record_count == some->record_count);
        FUZZ_CHECK(all->field_count == some->field_count + some->unkept_field_count);
        FUZZ_CHECK(all->blank_bytes == some->blank_bytes && all->quoted_field_count == some->quoted_field_count);
        for (size_t i = 0; i < all->record_count; i++) {
            const cln_record *a = &all->records[i];
            const cln_record *b = &some->records[i];
            FUZZ_CHECK(a->begin == b->begin && a->size == b->size && a->field_count == b->field_count);
            FUZZ_CHECK(a->is_malformed == b->is_malformed && a->line_end == b->line_end);
            for (size_t f = 0; f < a->field_count && f < max_fields; f++) {
                FUZZ_CHECK(same_field(&all->fields[a->first_field + f], &some->fields[b->first_field + f]));
            }
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    cln_span input = fuzz_input(data, size);
    const cln_dialect dialect = fuzz_take_dialect(&input);
    const size_t max_fields = 1 + fuzz_take_byte(&input) % 8;
    char *copy = exact_copy(input.data, input.size);
    const cln_span bytes = cln_span_of(copy, input.size);
    static cln_record_block block, other;
    cln_record_block_init(&block);
    cln_record_block_init(&other);
    cln_buffer text, arena;
    cln_buffer_init(&text, SIZE_MAX);
    cln_buffer_init(&arena, SIZE_MAX);
    cln_automaton automaton;
    cln_automaton_init(&automaton, &dialect);
    reference expected;
    reference_read(&expected, &automaton, bytes, text_offset, first_number);
    check_whole(&expected, &automaton, bytes, &block, &text, &arena);
    automaton.kernels = &cln_mask_kernels_portable;
    check_whole(&expected, &automaton, bytes, &block, &text, &arena);
    check_kept(&automaton, bytes, max_fields, &block, &other);
    reference_clean_up(&expected);
    cln_record_block_clean_up(&block);
    cln_record_block_clean_up(&other);
    cln_buffer_clean_up(&text);
    cln_buffer_clean_up(&arena);
    free(copy);
    return 0;
}
