/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../../src/par/comm_internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "colonnade/base/date.h"
#include "colonnade/query/groups.h"
#include "query/memory_source.h"

static cln_comm comm;

#define N            CLN_NULL_INTEGER
#define DAY(y, m, d) (cln_days_from_civil(y, m, d) * 86400 + 3600)

/* Columns: when (timestamp), road (category: DRY ICY WET), hurt (integer), street (text), weight (double). */
static char road_bytes[] = "DRYICYWET";
static uint64_t road_offsets[] = {0, 3, 6, 9};
static const cln_dictionary roads = {3, road_offsets, road_bytes};
static const cln_batch_column columns[] = {{"when", CLN_TYPE_TIMESTAMP, NULL},
                                           {"road", CLN_TYPE_CATEGORY, &roads},
                                           {"hurt", CLN_TYPE_INTEGER, NULL},
                                           {"street", CLN_TYPE_TEXT, NULL},
                                           {"weight", CLN_TYPE_DOUBLE, NULL}};
enum { COLUMNS = 5, PARTITIONS = 2, OLD_ROWS = 4, NEW_ROWS = 7 };

static int64_t old_when[OLD_ROWS], new_when[NEW_ROWS];
static const int64_t old_hurt[OLD_ROWS] = {1, N, 2, N};
static const int64_t new_hurt[NEW_ROWS] = {N, 5, INT64_MAX, INT64_MAX, -INT64_MAX, -8, N};
static const int32_t new_road[NEW_ROWS] = {2, 0, 0, -1, 2, 1, 0};
static const char *const old_street[OLD_ROWS] = {"Zuni", "Ash", "Zuni", ""};
static const char *const new_street[NEW_ROWS] = {"Émile", "Ash", "Zuni", "", "Émile", "Yates", "Ash"};
static const double new_weight[NEW_ROWS] = {1, 2, 3, 4, 5, 6, 7};
static memory_partition partitions[PARTITIONS];

static int set_up(void **state) {
    (void)state;
    const int64_t old[OLD_ROWS] = {DAY(2014, 12, 31), DAY(2014, 1, 1), N, DAY(1969, 12, 31)};
    const int64_t new[NEW_ROWS] = {
        DAY(2016, 2, 29), DAY(2015, 1, 2), DAY(2015, 1, 3), DAY(2015, 1, 3), DAY(2016, 2, 28), N, DAY(2016, 3, 1)};
    memcpy(old_when, old, sizeof old);
    memcpy(new_when, new, sizeof new);
    partitions[0] = (memory_partition){"b-old", OLD_ROWS, {old_when, NULL, old_hurt, old_street, NULL}};
    partitions[1] = (memory_partition){"a-new", NEW_ROWS, {new_when, new_road, new_hurt, new_street, new_weight}};
    return 0;
}

static cln_status run(const cln_plan *plan, size_t batch_rows, cln_table *result, cln_error *err) {
    memory_source *memory =
        memory_source_new(columns, COLUMNS, partitions, PARTITIONS, batch_rows, comm.rank, comm.size);
    const cln_status status = cln_query_run(&comm, plan, &memory->source, result, err);
    memory->source.release(&memory->source);
    return status;
}

/* The table as rows of "a|b|c\n". */
static void to_text(const cln_table *table, char *text, size_t size) {
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < table->row_count * table->column_count; i++) {
        const cln_cell *cell = &table->cells[i];
        const char *end = (i + 1) % table->column_count == 0 ? "\n" : "|";
        if (cell->kind == CLN_CELL_TEXT) {
            used += (size_t)snprintf(text + used, size - used, "%s%s", cell->as.text, end);
        } else if (cell->kind == CLN_CELL_INTEGER) {
            used += (size_t)snprintf(text + used, size - used, "%lld%s", (long long)cell->as.integer, end);
        } else {
            used += (size_t)snprintf(text + used, size - used, "-%s", end);
        }
        if (used >= size) abort();
    }
}

static void expect(const cln_plan *plan, const char *expected) {
    for (size_t batch_rows = 1; batch_rows <= 64; batch_rows *= 4) {
        cln_table result;
        cln_error err = {""};
        assert_int_equal(run(plan, batch_rows, &result, &err), CLN_OK);
        char text[4096];
        to_text(&result, text, sizeof text);
        const bool is_right = strcmp(text, comm.rank == 0 ? expected : "") == 0;
        if (!is_right) print_error("rank %d has:\n%s", comm.rank, text);
        assert_int_equal(cln_agree(&comm, is_right ? CLN_OK : CLN_ERR_DATA, &err), CLN_OK);
        cln_table_clean_up(&result);
    }
}

static const cln_aggregate count_rows = {CLN_AGGREGATE_COUNT, NULL, "rows"};

static void test_no_key_is_one_row(void **state) {
    (void)state;
    const cln_aggregate aggregates[] = {count_rows,
                                        {CLN_AGGREGATE_MIN, "hurt", "least"},
                                        {CLN_AGGREGATE_MAX, "hurt", "most"},
                                        {CLN_AGGREGATE_SUM, "hurt", "sum"}};
    /* The partial sums pass 64 bits; the whole does not. */
    expect(&(cln_plan){.aggregates = aggregates, .aggregate_count = 4},
           "11|-9223372036854775807|9223372036854775807|9223372036854775807\n");
}

static void test_category_order_null_and_not_recorded(void **state) {
    (void)state;
    const cln_key keys[] = {{CLN_KEY_VALUE, "road", "road"}};
    expect(&(cln_plan){.keys = keys, .key_count = 1, .aggregates = &count_rows, .aggregate_count = 1},
           "DRY|3\nICY|1\nWET|2\n-|1\n(not recorded)|4\n");
}

static void test_year_and_month(void **state) {
    (void)state;
    const cln_key keys[] = {{CLN_KEY_YEAR, "when", "year"}, {CLN_KEY_MONTH, "when", "month"}};
    expect(&(cln_plan){.keys = keys, .key_count = 2, .aggregates = &count_rows, .aggregate_count = 1},
           "1969|12|1\n2014|1|1\n2014|12|1\n2015|1|3\n2016|2|2\n2016|3|1\n-|-|2\n");
}

static void test_text_and_partition_order(void **state) {
    (void)state;
    const cln_key keys[] = {{CLN_KEY_PARTITION, NULL, "partition"}, {CLN_KEY_VALUE, "street", "street"}};
    expect(&(cln_plan){.keys = keys, .key_count = 2, .aggregates = &count_rows, .aggregate_count = 1},
           "a-new|Ash|2\na-new|Yates|1\na-new|Zuni|1\na-new|Émile|2\na-new|-|1\n"
           "b-old|Ash|1\nb-old|Zuni|2\nb-old|-|1\n");
}

static void test_integer_key_takes_every_value(void **state) {
    (void)state;
    const cln_key keys[] = {{CLN_KEY_VALUE, "hurt", "hurt"}};
    expect(&(cln_plan){.keys = keys, .key_count = 1, .aggregates = &count_rows, .aggregate_count = 1},
           "-9223372036854775807|1\n-8|1\n1|1\n2|1\n5|1\n9223372036854775807|2\n-|4\n");
}

static void test_filter_is_half_open_and_drops_nulls(void **state) {
    (void)state;
    const cln_filter filters[] = {{"when", DAY(2015, 1, 2), DAY(2016, 2, 29)}};
    const cln_key keys[] = {{CLN_KEY_YEAR, "when", "year"}};
    expect(&(cln_plan){filters, 1, keys, 1, &count_rows, 1}, "2015|3\n2016|1\n");
    const cln_filter none[] = {{"when", DAY(2030, 1, 1), DAY(2031, 1, 1)}};
    expect(&(cln_plan){none, 1, keys, 1, &count_rows, 1}, "");
    expect(&(cln_plan){.filters = none, .filter_count = 1, .aggregates = &count_rows, .aggregate_count = 1}, "0\n");
}

static void test_aggregates_of_nothing_are_null(void **state) {
    (void)state;
    const cln_aggregate aggregates[] = {{CLN_AGGREGATE_MIN, "hurt", "least"}, {CLN_AGGREGATE_SUM, "hurt", "sum"}};
    const cln_key keys[] = {{CLN_KEY_VALUE, "road", "road"}};
    const cln_filter filters[] = {{"when", DAY(2016, 1, 1), DAY(2017, 1, 1)}};
    expect(&(cln_plan){filters, 1, keys, 1, aggregates, 2}, "DRY|-|-\nWET|-9223372036854775807|-9223372036854775807\n");
}

static void expect_failure(const cln_plan *plan, cln_status status, const char *part_of_message) {
    cln_table result;
    cln_error err = {""};
    assert_int_equal(run(plan, 2, &result, &err), status);
    assert_non_null(strstr(err.message, part_of_message));
    cln_table_clean_up(&result);
}

static void test_wrong_plans_are_refused(void **state) {
    (void)state;
    const cln_key unknown[] = {{CLN_KEY_VALUE, "colour", "colour"}};
    expect_failure(&(cln_plan){.keys = unknown, .key_count = 1}, CLN_ERR_USAGE,
                   "no column 'colour'; the columns are: when, road, hurt, street, weight");
    const cln_key number[] = {{CLN_KEY_VALUE, "weight", "weight"}};
    expect_failure(&(cln_plan){.keys = number, .key_count = 1}, CLN_ERR_USAGE, "'weight' has the type double");
    const cln_key year[] = {{CLN_KEY_YEAR, "hurt", "hurt"}};
    expect_failure(&(cln_plan){.keys = year, .key_count = 1}, CLN_ERR_USAGE, "needs a timestamp");
    const cln_aggregate sum = {CLN_AGGREGATE_SUM, "when", "sum"};
    expect_failure(&(cln_plan){.aggregates = &sum, .aggregate_count = 1}, CLN_ERR_USAGE, "cannot be summed");
    const cln_filter filter = {"road", 0, 1};
    expect_failure(&(cln_plan){.filters = &filter, .filter_count = 1}, CLN_ERR_USAGE, "in a filter");
}

static void test_a_sum_beyond_64_bits_is_told(void **state) {
    (void)state;
    const cln_aggregate sum = {CLN_AGGREGATE_SUM, "hurt", "sum"};
    const cln_filter filter = {"hurt", 1, INT64_MAX};
    expect(&(cln_plan){.filters = &filter, .filter_count = 1, .aggregates = &sum, .aggregate_count = 1}, "8\n");
    const cln_key year = {CLN_KEY_YEAR, "when", "year"};
    expect_failure(&(cln_plan){.keys = &year, .key_count = 1, .aggregates = &sum, .aggregate_count = 1}, CLN_ERR_DATA,
                   "sum of column 'hurt'");
}

/* Only the last rank fails to read: all leave with its message. */
static void test_a_failing_source_fails_everywhere(void **state) {
    (void)state;
    memory_source *memory = memory_source_new(columns, COLUMNS, partitions, PARTITIONS, 1, comm.rank, comm.size);
    memory->fail_at = OLD_ROWS + NEW_ROWS - 1;
    cln_table result;
    cln_error err = {""};
    const cln_plan plan = {.aggregates = &count_rows, .aggregate_count = 1};
    assert_int_equal(cln_query_run(&comm, &plan, &memory->source, &result, &err), CLN_ERR_IO);
    assert_string_equal(err.message, "cannot read row 10");
    cln_table_clean_up(&result);
    memory->source.release(&memory->source);
}

/* More groups than one rank's chunk and first hash table hold, and then more than are allowed. */
static void test_many_groups(void **state) {
    (void)state;
    const size_t rows = CLN_QUERY_MAX_GROUPS + 1;
    int64_t *values = malloc(rows * sizeof *values);
    assert_non_null(values);
    for (size_t i = 0; i < rows; i++) values[i] = (int64_t)((i * 7919) % rows);
    const cln_batch_column column = {"n", CLN_TYPE_INTEGER, NULL};
    const cln_key key = {CLN_KEY_VALUE, "n", "n"};
    const cln_plan plan = {.keys = &key, .key_count = 1, .aggregates = &count_rows, .aggregate_count = 1};
    for (size_t extra = 0; extra < 2; extra++) {
        const memory_partition partition = {"p", rows - 1 + extra, {values}};
        memory_source *memory = memory_source_new(&column, 1, &partition, 1, 65536, comm.rank, comm.size);
        cln_table result;
        cln_error err = {""};
        bool is_sorted = true;
        const cln_status status = cln_query_run(&comm, &plan, &memory->source, &result, &err);
        assert_int_equal(status, extra == 0 ? CLN_OK : CLN_ERR_USAGE);
        if (extra == 0 && comm.rank == 0) {
            is_sorted = result.row_count == rows - 1;
            for (size_t i = 1; i < result.row_count; i++) {
                is_sorted &= cln_table_cell(&result, i - 1, 0)->as.integer < cln_table_cell(&result, i, 0)->as.integer;
            }
        }
        assert_int_equal(cln_agree(&comm, is_sorted ? CLN_OK : CLN_ERR_DATA, &err), CLN_OK);
        cln_table_clean_up(&result);
        memory->source.release(&memory->source);
    }
    free(values);
}

static void test_columns_of_a_plan_are_named_once(void **state) {
    (void)state;
    const cln_filter filters[] = {{"when", 0, 1}};
    const cln_key keys[] = {{CLN_KEY_YEAR, "when", "y"}, {CLN_KEY_PARTITION, NULL, "p"}, {CLN_KEY_VALUE, "road", "r"}};
    const cln_aggregate aggregates[] = {count_rows, {CLN_AGGREGATE_SUM, "hurt", "s"}};
    const char *names[6];
    const cln_plan plan = {filters, 1, keys, 3, aggregates, 2};
    assert_int_equal(cln_plan_columns(&plan, names), 3);
    assert_string_equal(names[0], "when");
    assert_string_equal(names[1], "road");
    assert_string_equal(names[2], "hurt");
}

int main(void) {
    cln_comm_prepare_environment();
    cln_comm_start(&comm);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_key_is_one_row),
        cmocka_unit_test(test_category_order_null_and_not_recorded),
        cmocka_unit_test(test_year_and_month),
        cmocka_unit_test(test_text_and_partition_order),
        cmocka_unit_test(test_integer_key_takes_every_value),
        cmocka_unit_test(test_filter_is_half_open_and_drops_nulls),
        cmocka_unit_test(test_aggregates_of_nothing_are_null),
        cmocka_unit_test(test_wrong_plans_are_refused),
        cmocka_unit_test(test_a_sum_beyond_64_bits_is_told),
        cmocka_unit_test(test_a_failing_source_fails_everywhere),
        cmocka_unit_test(test_many_groups),
        cmocka_unit_test(test_columns_of_a_plan_are_named_once),
    };
    int failed = cmocka_run_group_tests(tests, set_up, NULL);
    cln_comm_piece_bytes = 16; /* as if INT_MAX were that small */
    failed += cmocka_run_group_tests_name("groups in pieces", tests, set_up, NULL);
    cln_comm_stop(&comm);
    return failed;
}
