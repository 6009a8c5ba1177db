/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Spoiled rows: as many as asked for, of every kind, and no other row changes.
 */
#include "records.h"

#include <stdio.h>

enum { ROWS = 20000 };

static size_t clean_ends[ROWS];
static size_t dirty_ends[ROWS];

static cln_span row_at(const cln_buffer *rows, const size_t *ends, size_t i) {
    const size_t start = i == 0 ? 0 : ends[i - 1];
    return cln_span_of(rows->data + start, ends[i] - start);
}

static void check_dirt(const char *dataset, const char *vintage) {
    cln_generate_spec spec = {.dataset = dataset, .vintage = vintage, .seed = 3};
    cln_buffer clean, dirty;
    size_t spoiled = 0;
    make_rows(&spec, 1, ROWS, &clean, clean_ends);
    spec.dirt_rate = 0.1;
    make_rows(&spec, 1, ROWS, &dirty, dirty_ends);
    for (size_t i = 0; i < ROWS; i++) {
        const cln_span row = row_at(&dirty, dirty_ends, i);
        assert_memory_equal(row.data + row.size - 2, "\r\n", 2);
        spoiled += !cln_span_equal(row, row_at(&clean, clean_ends, i));
    }
    assert_true(spoiled > ROWS * 9 / 100 && spoiled < ROWS * 11 / 100);
    assert_true(cln_span_equal(row_at(&dirty, dirty_ends, 0), row_at(&clean, clean_ends, 0)));
    cln_buffer_clean_up(&clean);
    cln_buffer_clean_up(&dirty);
}

static void test_share_of_spoiled_rows(void **state) {
    (void)state;
    check_dirt("traffic_accidents", "2014");
    check_dirt("traffic_accidents", "2024");
    check_dirt("traffic_accidents", "extract");
    check_dirt("service_requests_311", "2015");
    check_dirt("service_requests_311", "rolling");
    check_dirt("service_requests_311", "2024");
}

static void test_marked_rows_are_never_spoiled(void **state) {
    (void)state;
    const cln_generate_spec spec = {.dataset = "service_requests_311", .dirt_rate = 1};
    cln_buffer rows;
    for (uint64_t row = 1; row < 2000; row += CLN_SAMPLE_MARK_PERIOD) {
        make_rows(&spec, row, 1, &rows, NULL);
        assert_memory_equal(rows.data, CLN_SAMPLE_MARK ",", sizeof CLN_SAMPLE_MARK);
        cln_buffer_clean_up(&rows);
    }
}

/* Fields by commas outside quotes; the row is one of those that hold no quotes. */
static size_t comma_count(cln_span row) {
    size_t count = 0;
    for (size_t i = 0; i < row.size; i++) count += row.data[i] == ',';
    return count;
}

static void test_every_kind_occurs(void **state) {
    (void)state;
    const char *const marks[] = {"\"closed\" too early",
                                 "a 5\" pipe",
                                 "one record\rand another",
                                 "\xFF\xFE",
                                 "\x81",
                                 "2015-02-30 10:00:00",
                                 "yesterday",
                                 ",one too many"};
    const size_t mark_count = sizeof marks / sizeof marks[0];
    const cln_generate_spec spec = {.dataset = "traffic_accidents", .vintage = "extract", .dirt_rate = 1};
    size_t found[8] = {0}, short_rows = 0, long_rows = 0;
    cln_buffer rows;
    make_rows(&spec, 1, 2000, &rows, dirty_ends);
    for (size_t i = 0; i < 2000; i++) {
        char text[4096];
        const cln_span row = row_at(&rows, dirty_ends, i);
        memcpy(text, row.data, row.size);
        text[row.size] = '\0';
        for (size_t m = 0; m < mark_count; m++) found[m] += strstr(text, marks[m]) != NULL;
        short_rows += comma_count(row) < 21;
        long_rows += strchr(text, '"') == NULL && comma_count(row) > 21;
    }
    for (size_t m = 0; m < mark_count; m++) assert_true(found[m] > 50);
    assert_true(short_rows > 50 && long_rows > 100);
    cln_buffer_clean_up(&rows);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_share_of_spoiled_rows),
        cmocka_unit_test(test_marked_rows_are_never_spoiled),
        cmocka_unit_test(test_every_kind_occurs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
