/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tables at random, with quotes, doubled quotes, bad cells, stray quotes and
 * bytes that are not UTF-8, are decoded to the same whether they come in one
 * run, record by record, or in runs of any size: what blocks keep for later,
 * and what they take together, makes no difference.
 */
#include "decoding.h"

#include "random_source.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* How a table is spelt. One in so many, 0: never. */
typedef struct manner {
    uint64_t quoted;  /* cells */
    uint64_t doubled; /* quoted cells with doubled quotes */
    uint64_t bad;     /* numbers and times */
    uint64_t foreign; /* texts with a byte beyond ASCII */
    uint64_t broken;  /* records with a stray quote, or fields too few or too many */
    const char *line_end;
} manner;

enum { COLUMNS = 5, FORMS = 8 };

static const char *const cells[COLUMNS][FORMS] = {
    {"1", "-7", "", " 12 ", "9223372036854775807", "-9223372036854775807", "1234567890123456789",
     "9223372036854775808"},
    {"1.5", "-0", "", "-2.25", "1e3", "123456789.125", "-.5", "0.00000012345678901234"},
    {"2015-07-12 09:55:00", "1/2/1970", "", "2015-07-13 09:55:00", "2015-07-14 00:00:00", " 1/3/1970", "1/4/1970",
     "12/31/2069"},
    {"Dry", "Wet", "", "Icy and so on for long", " Dry ", "a category that is longer than thirty-two bytes", "snow",
     "x"},
    {"text", "", "y", "some more", "more, and a comma", "two lines", "r",
     "a long text of more than sixty-four bytes, which is never kept for later"}};

static bool one_in(random_source *random, uint64_t rarity) {
    return rarity > 0 && random_below(random, rarity) == 0;
}

static void append(cln_buffer *text, const char *piece) {
    must(cln_buffer_append_string(text, piece, NULL));
}

/* The usual forms most of the time, and many days and texts that come back. */
static void append_content(cln_buffer *text, size_t column, const manner *how, random_source *random) {
    if (column < 3 && one_in(random, how->bad)) {
        append(text, "bad");
    } else if (column == 2 && one_in(random, 2)) {
        const int month = 1 + (int)random_below(random, 12), day = 1 + (int)random_below(random, 28);
        must(cln_buffer_append_format(text, NULL, "%d/%d/%d", month, day, 1970 + (int)random_below(random, 90)));
    } else if (column >= 3 && one_in(random, 6)) {
        must(cln_buffer_append_format(text, NULL, "v%d", (int)random_below(random, 3000)));
    } else {
        append(text, cells[column][random_below(random, one_in(random, 3) ? FORMS : 3)]);
    }
    if (column >= 3 && one_in(random, how->foreign)) append(text, one_in(random, 2) ? "\xE9" : "\xC3\xA9");
}

static void append_cell(cln_buffer *text, size_t column, const manner *how, random_source *random) {
    const size_t begin = text->size;
    append_content(text, column, how, random);
    const cln_span content = cln_span_of(text->data + begin, text->size - begin);
    const bool needs_quotes = memchr(content.data, ',', content.size) != NULL;
    if (!needs_quotes && !one_in(random, how->quoted)) return;
    char copy[128];
    assert_true(content.size < sizeof copy);
    memcpy(copy, content.data, content.size);
    text->size = begin;
    append(text, "\"");
    must(cln_buffer_append(text, copy, content.size, NULL));
    if (one_in(random, how->doubled)) append(text, one_in(random, 2) ? "\"\"" : "x\"\"\"\"y\"\"");
    append(text, "\"");
}

static void append_record(cln_buffer *text, const manner *how, random_source *random) {
    const size_t fields = one_in(random, how->broken) ? 3 + random_below(random, 4) : COLUMNS;
    for (size_t column = 0; column < fields; column++) {
        if (column > 0) append(text, ",");
        append_cell(text, column < COLUMNS ? column : COLUMNS - 1, how, random);
        if (one_in(random, 4 * how->broken)) append(text, "z\"");
    }
    append(text, how->line_end);
}

/* The last record may lack its line end. */
static void make_table(cln_buffer *text, random_source *random) {
    static const uint64_t quoted[] = {0, 1, 2, 5}, doubled[] = {0, 6, 200}, rare[] = {0, 0, 150};
    const manner how = {.quoted = quoted[random_below(random, 4)],
                        .doubled = doubled[random_below(random, 3)],
                        .bad = rare[random_below(random, 3)],
                        .foreign = rare[random_below(random, 3)],
                        .broken = rare[random_below(random, 3)],
                        .line_end = one_in(random, 2) ? "\n" : "\r\n"};
    cln_buffer_clear(text);
    for (uint64_t left = random_below(random, 500); left > 0; left--) {
        append_record(text, &how, random);
        if (one_in(random, 300)) append(text, how.line_end);
    }
    if (text->size > 0 && one_in(random, 3)) text->size -= strlen(how.line_end);
    if (text->size > 0 && one_in(random, 8)) append(text, "\xE9");
}

static char *decoded(cln_span bytes, setting how, size_t run_lines) {
    decoding d;
    how.run_lines = run_lines;
    must(decode(&d, bytes, how));
    char *found = describe(&d);
    clean(&d);
    return found;
}

static void runs_of_any_size_give_the_same(void **state) {
    (void)state;
    random_source random = {20151};
    cln_buffer text;
    cln_buffer_init(&text, SIZE_MAX);
    for (int round = 0; round < 600; round++) {
        make_table(&text, &random);
        setting how = usual();
        how.fallback = one_in(&random, 2) ? CLN_FALLBACK_WINDOWS_1252 : CLN_FALLBACK_NONE;
        how.policy.on_bad_cell = one_in(&random, 2) ? CLN_ON_BAD_NULL : CLN_ON_BAD_REJECT;
        how.policy.repair_malformed = one_in(&random, 2);
        char *copy = malloc(text.size + 1);
        assert_non_null(copy);
        memcpy(copy, text.data, text.size);
        const cln_span bytes = cln_span_of(copy, text.size);
        char *whole = decoded(bytes, how, 0);
        char *one_by_one = decoded(bytes, how, 1);
        char *by_some = decoded(bytes, how, 1 + random_below(&random, 300));
        assert_string_equal(whole, one_by_one);
        assert_string_equal(whole, by_some);
        free(whole);
        free(one_by_one);
        free(by_some);
        free(copy);
    }
    cln_buffer_clean_up(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(runs_of_any_size_give_the_same)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
