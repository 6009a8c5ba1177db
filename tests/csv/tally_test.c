/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the tally counts is what the automaton says of the same bytes, and it
 * stops in front of every record that is not plain.
 */
#include "reference.h"

#include "colonnade/csv/tally.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

typedef struct table {
    size_t columns;
    size_t plain_bytes; /* up to the first record that is not plain */
    size_t ends[64];    /* of the plain records */
    size_t record_count;
    cln_buffer text;
} table;

/* Records of the same number of fields with blank lines between some, up to
 * one that has another number, stands beyond ASCII or has a stray quote. */
static void random_table(random_source *random, table *t) {
    static const char *const line_ends[] = {"\n", "\r\n", "\r"};
    static const char *const odd[] = {"\xC3\xA9", "a,b,c,d,e,f,g", "x\"y", "\"x\"y,", "\"open"};
    t->columns = 1 + random_below(random, 6);
    const size_t records = random_below(random, 60);
    const bool is_quoted = random_below(random, 2) == 0;
    const char *const line_end = line_ends[random_below(random, 3)];
    cln_buffer_clear(&t->text);
    for (size_t r = 0; r < records; r++) {
        for (size_t c = 0; c < t->columns; c++) {
            const int size = (int)random_below(random, 40);
            const char *form = is_quoted && random_below(random, 3) > 0 ? "%s\"%.*s\"\"%.*s\n\"" : "%s%.*sz%.*s";
            must(cln_buffer_append_format(&t->text, NULL, form, c > 0 ? "," : "", size,
                                          "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz", size / 4,
                                          "ABCDEFGHIJ"));
        }
        must(cln_buffer_append_string(&t->text, line_end, NULL));
        t->ends[r] = t->text.size;
        if (random_below(random, 8) == 0) must(cln_buffer_append_string(&t->text, line_end, NULL));
    }
    t->record_count = records;
    t->plain_bytes = t->text.size;
    must(cln_buffer_append_string(&t->text, odd[random_below(random, 5)], NULL));
    must(cln_buffer_append_string(&t->text, "\nfollowed,by,more\n", NULL));
}

/* An account of the first bytes, as the tally keeps it: without what the last
 * record lacks. */
static bool account_is_right(const cln_automaton *automaton, cln_span bytes, const cln_tally *tally) {
    reference r;
    reference_read(&r, automaton, bytes, 0, 1);
    const bool good = accounts_are_equal(&r.account, &tally->account);
    reference_clean_up(&r);
    return good;
}

static void tables_up_to_what_is_odd(void **state) {
    (void)state;
    const cln_mask_kernels *const kernels[] = {&cln_mask_kernels_portable, cln_mask_kernels_avx2(),
                                               cln_mask_kernels_avx512()};
    const cln_dialect dialect = cln_dialect_default();
    random_source random = {1618};
    table t;
    cln_buffer_init(&t.text, SIZE_MAX);
    for (int round = 0; round < 3000; round++) {
        cln_automaton automaton;
        cln_automaton_init(&automaton, &dialect);
        if (kernels[round % 3] != NULL) automaton.kernels = kernels[round % 3];
        random_table(&random, &t);
        char *copy = exact_copy(t.text.data, t.text.size);
        cln_tally tally = {.automaton = &automaton, .expected_fields = t.columns};
        const size_t taken = cln_tally_take(&tally, cln_span_of(copy, t.text.size));
        assert_true(account_is_right(&automaton, cln_span_of(copy, taken), &tally));
        assert_true(taken <= t.plain_bytes);
        for (size_t r = 0; r < t.record_count; r++) {
            assert_true(taken >= t.ends[r] || t.ends[r] + CLN_MASK_BYTES > t.plain_bytes);
        }
        free(copy);
    }
    cln_buffer_clean_up(&t.text);
}

static void any_text(void **state) {
    (void)state;
    random_source random = {27182};
    static const uint64_t rarities[] = {4, 30, 300, 1000000};
    for (int round = 0; round < 6000; round++) {
        const cln_dialect dialect = tried_dialect(round % TRIED_DIALECT_COUNT);
        cln_automaton automaton;
        cln_automaton_init(&automaton, &dialect);
        char text[1500];
        const size_t size = random_below(&random, sizeof text + 1);
        random_csv(&random, &dialect, text, size, rarities[round % 4]);
        char *copy = exact_copy(text, size);
        cln_tally tally = {.automaton = &automaton, .expected_fields = 1 + random_below(&random, 3)};
        const size_t taken = cln_tally_take(&tally, cln_span_of(copy, size));
        assert_true(account_is_right(&automaton, cln_span_of(copy, taken), &tally));
        free(copy);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_up_to_what_is_odd),
        cmocka_unit_test(any_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
