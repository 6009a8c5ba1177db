/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The splitter against the reference.
 */
#include "reference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

typedef struct split {
    cln_record_block *block;
    cln_buffer texts;
    cln_buffer arena;
    cln_account account;
    size_t block_count;
} split;

static int set_up(void **state) {
    static split s;
    must(cln_new_array(&s.block, 1, sizeof *s.block, NULL));
    cln_record_block_init(s.block);
    cln_buffer_init(&s.texts, SIZE_MAX);
    cln_buffer_init(&s.arena, SIZE_MAX);
    *state = &s;
    return 0;
}

static int tear_down(void **state) {
    split *s = *state;
    cln_record_block_clean_up(s->block);
    free(s->block);
    cln_buffer_clean_up(&s->texts);
    cln_buffer_clean_up(&s->arena);
    return 0;
}

static void split_all(split *s, const cln_automaton *automaton, cln_span bytes, bool defers_fields, uint64_t offset,
                      uint64_t number) {
    cln_buffer_clear(&s->texts);
    memset(&s->account, 0, sizeof s->account);
    s->block_count = 0;
    cln_splitter splitter;
    cln_splitter_init(&splitter, automaton, bytes, offset, number);
    splitter.defers_fields = defers_fields;
    for (;;) {
        bool more;
        must(cln_splitter_next(&splitter, s->block, &more, NULL));
        if (!more) break;
        s->block_count++;
        cln_account_block(&s->account, s->block);
        cln_record_block_cut_fields(s->block);
        for (size_t i = 0; i < s->block->record_count; i++) {
            describe_block_record(&s->texts, automaton, s->block, i, &s->arena);
            cln_account_record(&s->account, s->block->records[i].size, CLN_REASON_NONE);
        }
    }
}

static bool split_is_right(split *s, const cln_automaton *automaton, cln_span given) {
    char *copy = exact_copy(given.data, given.size);
    const cln_span bytes = cln_span_of(copy, given.size);
    reference r;
    reference_read(&r, automaton, bytes, 100, 7);
    bool good = true;
    for (int defers_fields = 0; defers_fields < 2; defers_fields++) {
        split_all(s, automaton, bytes, defers_fields, 100, 7);
        good &= cln_span_equal(cln_buffer_span(&r.texts), cln_buffer_span(&s->texts)) &&
                accounts_are_equal(&r.account, &s->account);
    }
    reference_clean_up(&r);
    free(copy);
    return good;
}

static void short_strings(void **state) {
    for (int which = 0; which < TRIED_DIALECT_COUNT; which++) {
        const cln_dialect dialect = tried_dialect(which);
        cln_automaton automaton;
        cln_automaton_init(&automaton, &dialect);
        const char alphabet[] = {'a', (char)dialect.quote, (char)dialect.delimiter, '\n', '\r'};
        for (size_t size = 0; size <= 6; size++) {
            char text[8];
            memset(text, 'a', sizeof text);
            do assert_true(split_is_right(*state, &automaton, cln_span_of(text, size)));
            while (next_string(text, size, alphabet, sizeof alphabet));
        }
    }
}

static void random_strings(void **state) {
    random_source random = {99};
    for (int round = 0; round < 4000; round++) {
        const cln_dialect dialect = tried_dialect(round % TRIED_DIALECT_COUNT);
        cln_automaton automaton;
        cln_automaton_init(&automaton, &dialect);
        char text[400];
        const size_t size = random_below(&random, sizeof text + 1);
        random_text(&random, &dialect, text, size, 1 + random_below(&random, 6));
        assert_true(split_is_right(*state, &automaton, cln_span_of(text, size)));
    }
}

/* Whole groups of 64 bytes are cut by their masks, on this processor and by
 * the portable twin, and those with stray quotes byte by byte. */
static void written_csv(void **state) {
    random_source random = {314};
    static const uint64_t rarities[] = {4, 30, 300, 1000000};
    for (int round = 0; round < 3000; round++) {
        const cln_dialect dialect = tried_dialect(round % TRIED_DIALECT_COUNT);
        cln_automaton automaton;
        cln_automaton_init(&automaton, &dialect);
        char text[2000];
        const size_t size = random_below(&random, sizeof text + 1);
        random_csv(&random, &dialect, text, size, rarities[round % 4]);
        assert_true(split_is_right(*state, &automaton, cln_span_of(text, size)));
        automaton.kernels = &cln_mask_kernels_portable;
        assert_true(split_is_right(*state, &automaton, cln_span_of(text, size)));
    }
}

/* A table of records that are all alike, but for a rare one that is not. */
static void random_table(random_source *random, const cln_dialect *dialect, cln_buffer *text) {
    static const char *const line_ends[] = {"\n", "\r\n", "\r"};
    static const char *const odd[] = {"\n", "short\n", "a\"b,c\n", "\"d\"\"e\",f\r\n", "\"g\"h,i\n", "\r\r\n", ","};
    const char *const line_end = line_ends[random_below(random, 3)];
    const size_t columns = 1 + random_below(random, 6), records = random_below(random, 300);
    const uint64_t rarity = random_below(random, 2) == 0 ? 100 : UINT64_MAX;
    const bool is_quoted = random_below(random, 2) == 0;
    cln_buffer_clear(text);
    for (size_t r = 0; r < records; r++) {
        for (size_t c = 0; c < columns; c++) {
            if (c > 0) must(cln_buffer_append(text, &dialect->delimiter, 1, NULL));
            const int size = (int)random_below(random, 12);
            const char *form = is_quoted && random_below(random, 3) > 0 ? "\"%.*s\n%.*s\"" : "%.*s%.*s";
            must(cln_buffer_append_format(text, NULL, form, size, "abcdefghijkl", size / 4, "xyz"));
        }
        must(cln_buffer_append_string(text, line_end, NULL));
        if (random_below(random, rarity) == 0) must(cln_buffer_append_string(text, odd[random_below(random, 7)], NULL));
    }
}

/* On every kind of processor that can be had here. */
static void tables(void **state) {
    const cln_mask_kernels *const kernels[] = {&cln_mask_kernels_portable, cln_mask_kernels_avx2(),
                                               cln_mask_kernels_avx512()};
    random_source random = {2718};
    cln_buffer text;
    cln_buffer_init(&text, SIZE_MAX);
    for (int round = 0; round < 600; round++) {
        const cln_dialect dialect = tried_dialect(round % TRIED_DIALECT_COUNT);
        cln_automaton automaton;
        cln_automaton_init(&automaton, &dialect);
        random_table(&random, &dialect, &text);
        if (kernels[round % 3] != NULL) automaton.kernels = kernels[round % 3];
        assert_true(split_is_right(*state, &automaton, cln_buffer_span(&text)));
    }
    cln_buffer_clean_up(&text);
}

/* More records than a block holds, with blank lines where blocks end. */
static void several_blocks(void **state) {
    split *s = *state;
    const cln_dialect dialect = cln_dialect_default();
    cln_automaton automaton;
    cln_automaton_init(&automaton, &dialect);
    cln_buffer bytes;
    cln_buffer_init(&bytes, SIZE_MAX);
    for (int i = 0; i < 2 * CLN_BLOCK_RECORDS; i++) {
        must(cln_buffer_append_format(&bytes, NULL, "%d,\"%d\"\"\",\r\n", i, i));
        if (i % CLN_BLOCK_RECORDS == CLN_BLOCK_RECORDS - 1) must(cln_buffer_append_string(&bytes, "\n\r\n", NULL));
    }
    assert_true(split_is_right(s, &automaton, cln_buffer_span(&bytes)));
    assert_int_equal(s->block_count, 3); /* the last holds blank lines only */
    assert_int_equal(s->account.records_read, 2 * CLN_BLOCK_RECORDS);
    assert_int_equal(s->account.blank_lines, 4);
    cln_buffer_clean_up(&bytes);
}

/* A field without escapes is a run of the file's bytes. */
static void plain_fields_borrow_the_bytes(void **state) {
    split *s = *state;
    const cln_dialect dialect = cln_dialect_default();
    cln_automaton automaton;
    cln_automaton_init(&automaton, &dialect);
    const cln_span bytes = cln_span_of_string("ab,\"c,d\",\"e\"\"f\"\n");
    cln_splitter splitter;
    cln_splitter_init(&splitter, &automaton, bytes, 0, 1);
    bool more;
    must(cln_splitter_next(&splitter, s->block, &more, NULL));
    const char *const places[] = {bytes.data, bytes.data + 4, NULL};
    for (int f = 0; f < 3; f++) {
        cln_span content;
        must(cln_field_content(&automaton, s->block, &s->block->fields[f], &s->arena, &content, NULL));
        assert_ptr_equal(content.data, places[f] != NULL ? places[f] : s->arena.data);
        assert_int_equal(s->block->fields[f].is_quoted, f > 0);
        assert_int_equal(s->block->fields[f].has_escapes, f == 2);
    }
}

/* Wide records end a block early; of each at most max_fields fields are kept,
 * and all are counted. */
static void wide_records(void **state) {
    split *s = *state;
    const cln_dialect dialect = cln_dialect_default();
    cln_automaton automaton;
    cln_automaton_init(&automaton, &dialect);
    enum { WIDTH = 1000, RECORDS = 100 };
    cln_buffer bytes;
    cln_buffer_init(&bytes, SIZE_MAX);
    for (int i = 0; i < RECORDS * WIDTH; i++) {
        must(cln_buffer_append_format(&bytes, NULL, i % 3 == 0 ? "\"%d\"%c" : "%d%c", i,
                                      i % WIDTH == WIDTH - 1 ? '\n' : ','));
    }
    assert_true(split_is_right(s, &automaton, cln_buffer_span(&bytes)));
    assert_int_equal(s->block_count, RECORDS * WIDTH / CLN_BLOCK_FIELDS + 1);
    cln_splitter splitter;
    cln_splitter_init(&splitter, &automaton, cln_buffer_span(&bytes), 0, 1);
    splitter.max_fields = 2;
    bool more;
    must(cln_splitter_next(&splitter, s->block, &more, NULL));
    assert_int_equal(s->block->record_count, RECORDS);
    assert_int_equal(s->block->field_count, 2 * RECORDS);
    assert_int_equal(s->block->unkept_field_count, (WIDTH - 2) * RECORDS);
    assert_int_equal(s->block->quoted_field_count, (RECORDS * WIDTH + 2) / 3);
    for (int i = 0; i < RECORDS; i++) {
        const cln_record *record = &s->block->records[i];
        assert_int_equal(record->field_count, WIDTH);
        const cln_field *second = &s->block->fields[record->first_field + 1];
        char text[32];
        (void)snprintf(text, sizeof text, "%d", i * WIDTH + 1);
        assert_true(cln_span_equal(cln_span_of(bytes.data + second->begin, second->size), cln_span_of_string(text)));
    }
    cln_buffer_clean_up(&bytes);
}

/* More fields with escapes than a block lists, in whole groups of 64 bytes up
 * to the end. */
static void escapes_in_every_field(void **state) {
    cln_dialect dialect = cln_dialect_default();
    cln_automaton automaton;
    cln_automaton_init(&automaton, &dialect);
    cln_buffer text;
    cln_buffer_init(&text, SIZE_MAX);
    for (int records = 0; records < 200; records++) {
        must(cln_buffer_append_string(&text, "\"\"\"\",\"\"\"\"\n", NULL));
        assert_true(split_is_right(*state, &automaton, cln_buffer_span(&text)));
    }
    cln_buffer_clean_up(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(short_strings),
        cmocka_unit_test(random_strings),
        cmocka_unit_test(written_csv),
        cmocka_unit_test(tables),
        cmocka_unit_test(several_blocks),
        cmocka_unit_test(plain_fields_borrow_the_bytes),
        cmocka_unit_test(escapes_in_every_field),
        cmocka_unit_test(wide_records),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
