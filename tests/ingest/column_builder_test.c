/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a builder gathers comes back from the stage, whatever the widths, the
 * blocks and the moment when numbered texts become too many.
 */
#include "colonnade/ingest/column_builder.h"

#include "harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static int make_stage(void **state) {
    static cln_stage stage;
    cln_stage_init(&stage, "/nowhere", 64 << 20);
    *state = &stage;
    return 0;
}

static int clean_stage(void **state) {
    cln_stage_clean_up(*state);
    return 0;
}

static void add_integers(cln_column_builder *builder, const int64_t *values, size_t count) {
    must(cln_column_builder_add_integers(builder, values, count, NULL));
}

/* Texts with | between them. */
static void add_texts(cln_column_builder *builder, const char *texts) {
    cln_span spans[64];
    size_t count = 0;
    for (const char *c = texts;; c++) {
        const size_t size = strcspn(c, "|");
        spans[count++] = cln_span_of(c, size);
        c += size;
        if (*c == '\0') break;
    }
    must(cln_column_builder_add_texts(builder, spans, count, NULL));
}

static void flush(cln_column_builder *builder, uint64_t stripe) {
    must(cln_column_builder_flush(builder, stripe, NULL));
}

static void integers_at_the_limits_of_each_width(void **state) {
    const struct {
        int64_t value;
        uint8_t width;
    } cases[] = {{127, 1},        {-127, 1},        {-128, 2},       {128, 2},         {32767, 2},     {-32768, 4},
                 {2147483647, 4}, {-2147483647, 4}, {2147483648, 8}, {-2147483648, 8}, {INT64_MAX, 8}, {-INT64_MAX, 8}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cln_column_builder builder;
        cln_column_builder_init(&builder, *state, CLN_TYPE_INTEGER);
        add_integers(&builder, (int64_t[]){CLN_NULL_INTEGER, cases[i].value, 0, CLN_NULL_INTEGER}, 4);
        flush(&builder, 7);
        assert_int_equal(builder.entry_count, 1);
        assert_int_equal(builder.entries[0].width, cases[i].width);
        assert_int_equal(builder.entries[0].stripe, 7);
        char expected[64];
        (void)snprintf(expected, sizeof expected, "|%" PRId64 "|0||", cases[i].value);
        assert_builder_holds(&builder, expected);
        assert_int_equal(builder.null_count, 2);
        cln_column_builder_clean_up(&builder);
    }
}

/* Each block has the width that it needs; range and nulls are of all of them. */
static void blocks_of_several_widths(void **state) {
    cln_column_builder builder;
    cln_column_builder_init(&builder, *state, CLN_TYPE_TIMESTAMP);
    flush(&builder, 0); /* nothing: no block */
    add_integers(&builder, (int64_t[]){1, 2}, 2);
    flush(&builder, 1);
    add_integers(&builder, (int64_t[]){CLN_NULL_INTEGER}, 1);
    flush(&builder, 1);
    add_integers(&builder, (int64_t[]){-3000000000}, 1);
    flush(&builder, 4);
    assert_int_equal(builder.entry_count, 3);
    assert_int_equal(builder.entries[1].stripe, 1);
    assert_builder_holds(&builder, "1|2||-3000000000|");
    assert_int_equal(builder.range.min, -3000000000);
    assert_int_equal(builder.range.max, 2);
    assert_int_equal(builder.null_count, 1);
    cln_column_builder_clean_up(&builder);
}

static void doubles_are_kept_as_they_are(void **state) {
    cln_column_builder builder;
    cln_column_builder_init(&builder, *state, CLN_TYPE_DOUBLE);
    must(cln_column_builder_add_doubles(&builder, (double[]){0.1, NAN, -0.0, 1e308}, 4, NULL));
    flush(&builder, 0);
    assert_builder_holds(&builder, "0.1||-0|1e+308|");
    assert_int_equal(builder.null_count, 1);
    assert_int_equal(builder.range.exponent_min, -55);
    assert_int_equal(builder.range.exponent_max, 1024);
    cln_column_builder_clean_up(&builder);
}

static void plain_texts(void **state) {
    cln_column_builder builder;
    cln_column_builder_init_texts(&builder, *state, 0, 0, false);
    add_texts(&builder, "a||bcd|a|");
    flush(&builder, 0);
    add_texts(&builder, "e");
    flush(&builder, 1);
    assert_builder_holds(&builder, "a||bcd|a||e|");
    assert_int_equal(builder.null_count, 2);
    assert_int_equal(builder.strings.count, 0);
    cln_column_builder_clean_up(&builder);
}

static void numbered_texts(void **state) {
    cln_column_builder builder;
    cln_column_builder_init_texts(&builder, *state, 3, 1000, false);
    add_texts(&builder, "x|y||x|zz");
    flush(&builder, 0);
    add_texts(&builder, "zz|y");
    flush(&builder, 0);
    assert_builder_holds(&builder, "x|y||x|zz|zz|y|");
    assert_int_equal(builder.strings.count, 3);
    assert_false(builder.has_overflowed);
    cln_column_builder_clean_up(&builder);
}

/* Blocks before the overflow hold codes, in the one where it comes nothing is lost. */
static void too_many_texts_become_plain_at_any_moment(void **state) {
    for (int overflow_at = 0; overflow_at < 4; overflow_at++) {
        cln_column_builder builder;
        cln_column_builder_init_texts(&builder, *state, 2, 1000, false);
        for (int block = 0; block < 4; block++) {
            add_texts(&builder, block == overflow_at ? "a|b||c|a" : "b||a");
            flush(&builder, (uint64_t)block);
        }
        assert_true(builder.has_overflowed);
        assert_int_equal(builder.strings.count, 0); /* it is in the stage */
        char expected[64] = "";
        for (int block = 0; block < 4; block++) strcat(expected, block == overflow_at ? "a|b||c|a|" : "b||a|");
        assert_builder_holds(&builder, expected);
        assert_int_equal(builder.null_count, 4);
        cln_column_builder_clean_up(&builder);
    }
}

/* One reader for several columns, each with texts of its own in the stage. */
static void several_columns_overflow(void **state) {
    cln_column_builder builders[2];
    for (int b = 0; b < 2; b++) {
        cln_column_builder_init_texts(&builders[b], *state, 1, 1000, false);
        add_texts(&builders[b], b == 0 ? "a" : "x");
        flush(&builders[b], 0);
        add_texts(&builders[b], b == 0 ? "b" : "y");
        flush(&builders[b], 0);
    }
    cln_block_reader reader;
    cln_block_reader_init(&reader);
    for (int turn = 0; turn < 4; turn++) {
        cln_block block;
        must(cln_block_reader_read(&reader, &builders[turn % 2], &builders[turn % 2].entries[0], &block, NULL));
        assert_int_equal(block.encoding, CLN_BLOCK_TEXTS);
        assert_int_equal(block.text_bytes[0], turn % 2 == 0 ? 'a' : 'x');
    }
    cln_block_reader_clean_up(&reader);
    for (int b = 0; b < 2; b++) cln_column_builder_clean_up(&builders[b]);
}

static bool overflows(cln_stage *stage, uint64_t bytes_limit, cln_span a, cln_span b) {
    cln_column_builder builder;
    cln_column_builder_init_texts(&builder, stage, 100, bytes_limit, false);
    must(cln_column_builder_add_texts(&builder, (cln_span[]){a, b, a}, 3, NULL));
    flush(&builder, 0);
    const bool has_overflowed = builder.has_overflowed;
    cln_column_builder_clean_up(&builder);
    return has_overflowed;
}

static void what_makes_a_column_text(void **state) {
    assert_false(overflows(*state, 10, text_of("01234"), text_of("56789")));
    assert_true(overflows(*state, 10, text_of("01234"), text_of("567890")));
    assert_true(overflows(*state, 10, text_of("01234567890"), text_of("a")));
    assert_false(overflows(*state, 1000, cln_span_of("a", 1), cln_span_of("b", 1)));
    assert_true(overflows(*state, 1000, cln_span_of("a\0b", 3), cln_span_of("b", 1)));
    assert_true(overflows(*state, 1000, cln_span_of("b", 1), cln_span_of("\0", 1)));
}

/* The widths of codes change at 255 and 65,535 texts. */
static void codes_of_each_width(void **state) {
    const size_t counts[] = {254, 255, 65534, 65535};
    const uint8_t widths[] = {1, 2, 2, 4};
    for (int c = 0; c < 4; c++) {
        cln_column_builder builder;
        cln_column_builder_init_texts(&builder, *state, 70000, 1 << 20, false);
        char text[32];
        for (size_t i = 0; i < counts[c]; i++) {
            (void)snprintf(text, sizeof text, "%zu", i);
            must(cln_column_builder_add_texts(&builder, (cln_span[]){text_of(text)}, 1, NULL));
        }
        add_texts(&builder, "|0");
        flush(&builder, 0);
        assert_int_equal(builder.entries[0].width, widths[c]);
        char *found = describe_builder(&builder);
        char tail[64];
        (void)snprintf(tail, sizeof tail, "|%zu||0|", counts[c] - 1);
        assert_string_equal(found + strlen(found) - strlen(tail), tail);
        free(found);
        cln_column_builder_clean_up(&builder);
    }
}

/* Texts of every length that differ in one byte, wherever it stands, are told
 * apart, also when they come again and again. */
static void similar_texts_are_told_apart(void **state) {
    cln_column_builder builder;
    cln_column_builder_init_texts(&builder, *state, 4000, 1 << 20, false);
    cln_buffer expected;
    cln_buffer_init(&expected, SIZE_MAX);
    for (int round = 0; round < 2; round++) {
        for (size_t size = 1; size <= 40; size++) {
            for (size_t place = 0; place <= size; place++) {
                char text[64];
                memset(text, 'a', size);
                text[size] = '\0';
                if (place < size) text[place] = round == 0 ? 'b' : 'c';
                for (int again = 0; again < 2; again++) {
                    add_texts(&builder, text);
                    must(cln_buffer_append_format(&expected, NULL, "%s|", text));
                }
            }
        }
    }
    flush(&builder, 0);
    must(cln_buffer_terminate(&expected, NULL));
    assert_builder_holds(&builder, expected.data);
    /* aaa, and each place with b and with c */
    assert_int_equal(builder.strings.count, 40 + 2 * 40 * 41 / 2);
    cln_buffer_clean_up(&expected);
    cln_column_builder_clean_up(&builder);
}

/* A type is inferred from each distinct text, before and behind the overflow. */
static void inference_sees_every_value(void **state) {
    const char *const last[] = {"4", "4.5", "x"};
    const cln_type expected[] = {CLN_TYPE_INTEGER, CLN_TYPE_DOUBLE, CLN_TYPE_TEXT};
    for (int i = 0; i < 3; i++) {
        for (size_t limit = 1; limit < 6; limit++) {
            cln_column_builder builder;
            cln_column_builder_init_texts(&builder, *state, limit, 1000, true);
            add_texts(&builder, "1|2||2|3");
            add_texts(&builder, last[i]);
            cln_type type = CLN_TYPE_TEXT;
            const cln_date_format *format;
            cln_value_range range;
            (void)cln_inference_result(&builder.inference, &type, &format, &range);
            assert_int_equal(type, expected[i]);
            cln_column_builder_clean_up(&builder);
        }
    }
}

static void room_goes_back(void **state) {
    cln_column_builder builder;
    cln_column_builder_init_texts(&builder, *state, 0, 0, false);
    char *large;
    must(cln_new_array(&large, 1 << 20, 1, NULL));
    memset(large, 'x', 1 << 20);
    must(cln_column_builder_add_texts(&builder, (cln_span[]){cln_span_of(large, 1 << 20)}, 1, NULL));
    assert_true(cln_column_builder_gathered_bytes(&builder) > 1 << 20);
    flush(&builder, 0);
    assert_int_equal(cln_column_builder_gathered_bytes(&builder), 0);
    assert_true(cln_column_builder_room_bytes(&builder) > 1 << 20);
    cln_column_builder_release_room(&builder);
    assert_int_equal(cln_column_builder_room_bytes(&builder), 0);
    add_texts(&builder, "y");
    flush(&builder, 0);
    char *found = describe_builder(&builder);
    assert_string_equal(found + (1 << 20), "|y|");
    free(found);
    free(large);
    cln_column_builder_clean_up(&builder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(integers_at_the_limits_of_each_width, make_stage, clean_stage),
        cmocka_unit_test_setup_teardown(blocks_of_several_widths, make_stage, clean_stage),
        cmocka_unit_test_setup_teardown(doubles_are_kept_as_they_are, make_stage, clean_stage),
        cmocka_unit_test_setup_teardown(plain_texts, make_stage, clean_stage),
        cmocka_unit_test_setup_teardown(numbered_texts, make_stage, clean_stage),
        cmocka_unit_test_setup_teardown(too_many_texts_become_plain_at_any_moment, make_stage, clean_stage),
        cmocka_unit_test_setup_teardown(several_columns_overflow, make_stage, clean_stage),
        cmocka_unit_test_setup_teardown(what_makes_a_column_text, make_stage, clean_stage),
        cmocka_unit_test_setup_teardown(codes_of_each_width, make_stage, clean_stage),
        cmocka_unit_test_setup_teardown(similar_texts_are_told_apart, make_stage, clean_stage),
        cmocka_unit_test_setup_teardown(inference_sees_every_value, make_stage, clean_stage),
        cmocka_unit_test_setup_teardown(room_goes_back, make_stage, clean_stage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
