/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What becomes of a column, and its blocks as the vectors that are stored.
 */
#include "colonnade/ingest/final_column.h"

#include "harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static cln_comm world;

enum { STRIPE_COUNT = 4 };

typedef struct fixture {
    cln_stage stage;
    cln_column_builder builder;
    cln_final_column column;
    cln_error err;
} fixture;

static int make(void **state) {
    fixture *f;
    must(cln_new_array(&f, 1, sizeof *f, NULL));
    cln_stage_init(&f->stage, "/nowhere", 1 << 24);
    *state = f;
    return 0;
}

static int clean(void **state) {
    fixture *f = *state;
    cln_final_column_clean_up(&f->column);
    cln_column_builder_clean_up(&f->builder);
    cln_stage_clean_up(&f->stage);
    free(f);
    return 0;
}

/* Texts with | between them, as a block of the stripe. */
static void add_block(fixture *f, uint64_t stripe, const char *texts) {
    for (;;) {
        const size_t size = strcspn(texts, "|");
        must(cln_column_builder_add_texts(&f->builder, (cln_span[]){cln_span_of(texts, size)}, 1, NULL));
        if (texts[size] == '\0') break;
        texts += size + 1;
    }
    must(cln_column_builder_flush(&f->builder, stripe, NULL));
}

static void finish(fixture *f, const cln_config_column *declared, cln_type type) {
    uint64_t rows_before[STRIPE_COUNT + 1] = {0};
    for (size_t e = 0; e < f->builder.entry_count; e++) {
        for (uint64_t s = f->builder.entries[e].stripe; s < STRIPE_COUNT; s++) {
            rows_before[s + 1] += f->builder.entries[e].rows;
        }
    }
    const cln_status status =
        cln_final_column_init(&f->column, &world, &f->builder, declared, type, rows_before, STRIPE_COUNT, &f->err);
    assert_int_equal(status, CLN_OK);
}

static void append_value(cln_buffer *text, const cln_final_column *column, const cln_vector *vector, size_t row) {
    char number[32] = "";
    if (vector->type == CLN_TYPE_TEXT) {
        must(cln_buffer_append_span(text, cln_vector_text(vector, row), NULL));
    } else if (vector->type == CLN_TYPE_CATEGORY) {
        if (vector->codes[row] != CLN_NULL_CODE) {
            must(cln_buffer_append_span(text, cln_dictionary_text(&column->values, (size_t)vector->codes[row]), NULL));
        }
    } else if (vector->type == CLN_TYPE_DOUBLE) {
        if (!isnan(vector->doubles[row])) cln_format_double(vector->doubles[row], number);
    } else if (vector->integers[row] != CLN_NULL_INTEGER) {
        (void)snprintf(number, sizeof number, "%" PRId64, vector->integers[row]);
    }
    must(cln_buffer_append_string(text, number, NULL));
    must(cln_buffer_append_char(text, '|', NULL));
}

/* All blocks, converted: values with | behind each. */
static void assert_converts_to(fixture *f, const char *expected) {
    cln_conversion conversion;
    cln_conversion_init(&conversion);
    cln_buffer text;
    cln_buffer_init(&text, SIZE_MAX);
    for (size_t e = 0; e < f->builder.entry_count; e++) {
        cln_vector vector;
        must(cln_final_column_convert(&f->column, &f->builder.entries[e], &conversion, &vector, &f->err));
        assert_int_equal(vector.type, f->column.type);
        for (size_t row = 0; row < vector.rows; row++) append_value(&text, &f->column, &vector, row);
    }
    must(cln_buffer_terminate(&text, NULL));
    assert_string_equal(text.data, expected);
    cln_buffer_clean_up(&text);
    cln_conversion_clean_up(&conversion);
}

static void a_category_is_sorted(void **state) {
    fixture *f = *state;
    cln_column_builder_init_texts(&f->builder, &f->stage, 10, 100, false);
    add_block(f, 0, "pear|apple||fig");
    add_block(f, 2, "fig|pear");
    finish(f, NULL, CLN_TYPE_CATEGORY);
    assert_converts_to(f, "pear|apple||fig|fig|pear|");
    const cln_stored_column stored = cln_final_column_stored(&f->column);
    assert_int_equal(stored.dictionary_count, 3);
    assert_int_equal(stored.null_count, 1);
    assert_true(cln_span_equal(cln_dictionary_text(stored.dictionary, 0), text_of("apple")));
    assert_false(f->column.is_demoted);
}

/* The limit counts spellings; the stored dictionary what is left of them. */
static void rules_join_spellings(void **state) {
    fixture *f = *state;
    cln_config_synonym synonyms[] = {{(char[]){"DAYLIGHT"}, (char[]){"Day"}}};
    const cln_config_column declared = {.fold = CLN_FOLD_UPPER, .synonyms = synonyms, .synonym_count = 1};
    cln_column_builder_init_texts(&f->builder, &f->stage, 4, 100, false);
    add_block(f, 0, "Daylight|dark|DAYLIGHT|Dark||Daylight");
    finish(f, &declared, CLN_TYPE_CATEGORY);
    assert_converts_to(f, "Day|DARK|Day|DARK||Day|");
    assert_int_equal(f->column.values.count, 2);
    assert_int_equal(f->column.cells_renamed, 3);
}

/* As text, the same rules; every stripe's bytes at their place. */
static void too_many_values_become_text(void **state) {
    fixture *f = *state;
    cln_config_synonym synonyms[] = {{(char[]){"b"}, (char[]){"longer"}}};
    const cln_config_column declared = {.fold = CLN_FOLD_LOWER, .synonyms = synonyms, .synonym_count = 1};
    cln_column_builder_init_texts(&f->builder, &f->stage, 2, 100, false);
    add_block(f, 0, "A|B");
    add_block(f, 0, "|a");
    add_block(f, 1, "B|CC|a");
    add_block(f, 3, "DDD");
    finish(f, &declared, CLN_TYPE_CATEGORY);
    assert_true(f->column.is_demoted);
    assert_int_equal(f->column.type, CLN_TYPE_TEXT);
    const uint64_t before[] = {0, 8, 17, 17, 20};
    assert_memory_equal(f->column.bytes_before, before, sizeof before);
    assert_int_equal(cln_final_column_stored(&f->column).text_size_bytes, 20);
    assert_int_equal(f->column.cells_renamed, 0);
    assert_converts_to(f, "a|longer||a|longer|cc|a|ddd|");
    assert_int_equal(f->column.cells_renamed, 2);
}

/* Whether texts were spelt for lack of memory never shows, nor whether the
 * column was put aside. */
static void memory_does_not_decide(void **state) {
    fixture *f = *state;
    cln_config_synonym synonyms[] = {{(char[]){"fig"}, (char[]){"Fig"}}};
    const cln_config_column declared = {.synonyms = synonyms, .synonym_count = 1};
    for (int when = 0; when < 5; when++) {
        cln_column_builder_init_texts(&f->builder, &f->stage, 3, 100, false);
        if (when == 0) must(cln_column_builder_spell(&f->builder, NULL));
        add_block(f, 0, "pear|apple||fig");
        if (when == 1) must(cln_column_builder_spell(&f->builder, NULL));
        add_block(f, 2, "fig|pear");
        if (when == 2) must(cln_column_builder_spell(&f->builder, NULL));
        assert_int_equal(cln_column_builder_table_bytes(&f->builder) == 0, when < 3);
        finish(f, &declared, CLN_TYPE_CATEGORY);
        assert_int_equal(f->column.type, CLN_TYPE_CATEGORY);
        const cln_stored_column before = cln_final_column_stored(&f->column);
        assert_int_equal(before.dictionary_count, 3);
        assert_true(cln_span_equal(cln_dictionary_text(before.dictionary, 0), text_of("Fig")));
        if (when % 2 == 0) must(cln_final_column_put_aside(&f->column, true, NULL));
        const cln_stored_column stored = cln_final_column_stored(&f->column);
        assert_int_equal(stored.dictionary_count, 3);
        if (when % 2 == 0) {
            assert_null(stored.dictionary);
            must(stored.load_dictionary(stored.dictionary_context, &f->column.values, NULL));
        }
        must(cln_final_column_take_up(&f->column, NULL));
        assert_converts_to(f, "pear|apple||Fig|Fig|pear|");
        assert_int_equal(f->column.cells_renamed, 2);
        cln_final_column_clean_up(&f->column);
        cln_column_builder_clean_up(&f->builder);
    }
    cln_column_builder_init(&f->builder, &f->stage, CLN_TYPE_INTEGER);
}

/* Too many values, or one that is none for a category, found out late. */
static void spelt_texts_that_are_no_category(void **state) {
    fixture *f = *state;
    const struct {
        size_t count_limit;
        uint64_t bytes_limit;
        cln_span last;
    } cases[] = {{2, 100, cln_span_of("c", 1)}, {10, 2, cln_span_of("c", 1)}, {10, 100, cln_span_of("c\0", 2)}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cln_column_builder_init_texts(&f->builder, &f->stage, cases[i].count_limit, cases[i].bytes_limit, false);
        must(cln_column_builder_spell(&f->builder, NULL));
        add_block(f, 0, "a|b|a");
        cln_span last = cases[i].last;
        must(cln_column_builder_add_texts(&f->builder, &last, 1, NULL));
        must(cln_column_builder_flush(&f->builder, 1, NULL));
        finish(f, NULL, CLN_TYPE_CATEGORY);
        assert_true(f->column.is_demoted);
        assert_int_equal(f->column.text_size_bytes, 3 + cases[i].last.size);
        cln_final_column_clean_up(&f->column);
        cln_column_builder_clean_up(&f->builder);
    }
    cln_column_builder_init(&f->builder, &f->stage, CLN_TYPE_INTEGER);
}

static void declared_text_is_kept(void **state) {
    fixture *f = *state;
    cln_column_builder_init_texts(&f->builder, &f->stage, 0, 0, false);
    add_block(f, 1, "x||yy");
    add_block(f, 2, "z");
    finish(f, NULL, CLN_TYPE_TEXT);
    const uint64_t before[] = {0, 0, 3, 4, 4};
    assert_memory_equal(f->column.bytes_before, before, sizeof before);
    assert_converts_to(f, "x||yy|z|");
    assert_false(f->column.is_demoted);
}

/* Rows of texts, each of which comes so many times in a row. */
static void add_texts(fixture *f, uint64_t stripe, int first, int count, int times) {
    for (int i = first; i < first + count; i++) {
        char text[48];
        (void)snprintf(text, sizeof text, "a text of some length %d", i);
        for (int k = 0; k < times; k++) {
            cln_span cell = cln_span_of_string(text);
            must(cln_column_builder_add_texts(&f->builder, &cell, 1, NULL));
        }
    }
    must(cln_column_builder_flush(&f->builder, stripe, NULL));
}

/* Those of the first 65,536 rows, and of no others. */
static void texts_that_come_back_have_numbers(void **state) {
    fixture *f = *state;
    cln_column_builder_init_texts(&f->builder, &f->stage, 0, 0, false);
    add_texts(f, 0, 0, 1000, 60);
    add_texts(f, 1, 0, 5536, 1);
    add_texts(f, 1, 9000, 2, 1);
    finish(f, NULL, CLN_TYPE_TEXT);
    const cln_stored_column stored = cln_final_column_stored(&f->column);
    assert_int_equal(stored.type, CLN_TYPE_TEXT);
    assert_int_equal(stored.dictionary_count, 5536);
    assert_int_equal(stored.text_size_bytes, 2 * strlen("a text of some length 9000"));
    assert_int_equal(stored.text_size_max, strlen("a text of some length 9000"));
    cln_conversion conversion;
    cln_conversion_init(&conversion);
    cln_vector vector;
    must(cln_final_column_convert(&f->column, &f->builder.entries[2], &conversion, &vector, &f->err));
    assert_int_equal(vector.codes[0], CLN_NULL_CODE);
    assert_true(cln_span_equal(cln_vector_text(&vector, 1), text_of("a text of some length 9001")));
    must(cln_final_column_convert(&f->column, &f->builder.entries[1], &conversion, &vector, &f->err));
    assert_int_equal(cln_vector_text(&vector, 7).size, 0);
    assert_true(cln_span_equal(cln_dictionary_text(&f->column.values, (size_t)vector.codes[7]),
                               text_of("a text of some length 7")));
    cln_conversion_clean_up(&conversion);
}

static void texts_that_seldom_come_back_have_none(void **state) {
    fixture *f = *state;
    cln_column_builder_init_texts(&f->builder, &f->stage, 0, 0, false);
    add_texts(f, 0, 0, 70000, 1);
    add_texts(f, 1, 0, 1, 100000);
    finish(f, NULL, CLN_TYPE_TEXT);
    assert_int_equal(cln_final_column_stored(&f->column).dictionary_count, 0);
}

static void inferred_types_are_parsed(void **state) {
    fixture *f = *state;
    const struct {
        const char *first, *second;
        cln_type type;
        const char *expected;
    } cases[] = {{"1||2", "3", CLN_TYPE_INTEGER, "1||2|3|"},
                 {"1||2", "0.5", CLN_TYPE_DOUBLE, "1||2|0.5|"},
                 {"yes||N", "no", CLN_TYPE_BOOLEAN, "1||0|0|"},
                 {"1970-01-02||1970-01-01", "1970-01-03", CLN_TYPE_TIMESTAMP, "86400||0|172800|"},
                 {"1||2", "x", CLN_TYPE_CATEGORY, "1||2|x|"},
                 {"|", "", CLN_TYPE_CATEGORY, "|||"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        /* As codes, and with an overflow in the first block. */
        for (int overflows = 0; overflows < 2; overflows++) {
            if (cases[i].type == CLN_TYPE_CATEGORY && overflows) continue;
            cln_column_builder_init_texts(&f->builder, &f->stage, overflows ? 1 : 10, 100, true);
            add_block(f, 0, cases[i].first);
            add_block(f, 1, cases[i].second);
            finish(f, NULL, CLN_TYPE_CATEGORY);
            assert_int_equal(f->column.type, cases[i].type);
            assert_converts_to(f, cases[i].expected);
            cln_final_column_clean_up(&f->column);
            cln_column_builder_clean_up(&f->builder);
        }
    }
}

static void ranges_are_stored(void **state) {
    fixture *f = *state;
    cln_column_builder_init(&f->builder, &f->stage, CLN_TYPE_INTEGER);
    must(cln_column_builder_add_integers(&f->builder, (int64_t[]){5, CLN_NULL_INTEGER, -9}, 3, NULL));
    must(cln_column_builder_flush(&f->builder, 0, NULL));
    finish(f, NULL, CLN_TYPE_INTEGER);
    cln_stored_column stored = cln_final_column_stored(&f->column);
    assert_int_equal(stored.min, -9);
    assert_int_equal(stored.max, 5);
    assert_int_equal(stored.null_count, 1);
    assert_int_equal(stored.exponent_max, 0);
    assert_converts_to(f, "5||-9|");
}

static void a_column_without_values_has_no_range(void **state) {
    fixture *f = *state;
    cln_column_builder_init(&f->builder, &f->stage, CLN_TYPE_DOUBLE);
    must(cln_column_builder_add_doubles(&f->builder, (double[]){NAN}, 1, NULL));
    must(cln_column_builder_flush(&f->builder, 0, NULL));
    finish(f, NULL, CLN_TYPE_DOUBLE);
    const cln_stored_column stored = cln_final_column_stored(&f->column);
    assert_int_equal(stored.min, 0);
    assert_int_equal(stored.max, 0);
    assert_int_equal(stored.exponent_min, 0);
    assert_int_equal(stored.exponent_max, 0);
    assert_int_equal(stored.null_count, 1);
}

int main(void) {
    cln_comm_prepare_environment();
    cln_comm_start(&world);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_category_is_sorted, make, clean),
        cmocka_unit_test_setup_teardown(rules_join_spellings, make, clean),
        cmocka_unit_test_setup_teardown(too_many_values_become_text, make, clean),
        cmocka_unit_test_setup_teardown(memory_does_not_decide, make, clean),
        cmocka_unit_test_setup_teardown(spelt_texts_that_are_no_category, make, clean),
        cmocka_unit_test_setup_teardown(declared_text_is_kept, make, clean),
        cmocka_unit_test_setup_teardown(texts_that_come_back_have_numbers, make, clean),
        cmocka_unit_test_setup_teardown(texts_that_seldom_come_back_have_none, make, clean),
        cmocka_unit_test_setup_teardown(inferred_types_are_parsed, make, clean),
        cmocka_unit_test_setup_teardown(ranges_are_stored, make, clean),
        cmocka_unit_test_setup_teardown(a_column_without_values_has_no_range, make, clean),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    cln_comm_stop(&world);
    return failed;
}
