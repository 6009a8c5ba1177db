/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Records become values and entries of the list of rejects, the same however
 * the file is cut into runs and however often builders move to the stage.
 */
#include "decoding.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void values_and_nulls(void **state) {
    (void)state;
    decoding d;
    must(decode(&d,
                text_of("1, 2.5 ,2015-07-12 09:55:00, Dry ,\"a,\"\"b\"\"\"\n"
                        ",,  ,\"\",\n"
                        "-7,1e3,1/2/1970,Wet,\" x \"\n"),
                usual()));
    assert_builder_holds(&d.decoder.record_numbers, "2|3|4|");
    assert_builder_holds(&d.decoder.columns[0], "1||-7|");
    assert_builder_holds(&d.decoder.columns[1], "2.5||1000|");
    assert_builder_holds(&d.decoder.columns[2], "1436694900||86400|");
    assert_builder_holds(&d.decoder.columns[3], "Dry||Wet|");
    assert_builder_holds(&d.decoder.columns[4], "a,\"b\"||x|");
    assert_builder_holds(&d.decoder.rejects[CLN_REJECT_RECORD], "");
    assert_int_equal(d.decoder.account.records_stored, 3);
    clean(&d);
}

static void rejects_are(const decoding *d, const char *records, const char *offsets, const char *column_names,
                        const char *reasons, const char *raw) {
    assert_builder_holds(&d->decoder.rejects[CLN_REJECT_RECORD], records);
    assert_builder_holds(&d->decoder.rejects[CLN_REJECT_OFFSET], offsets);
    assert_builder_holds(&d->decoder.rejects[CLN_REJECT_COLUMN], column_names);
    assert_builder_holds(&d->decoder.rejects[CLN_REJECT_REASON], reasons);
    assert_builder_holds(&d->decoder.rejects[CLN_REJECT_RAW], raw);
}

/* 2: good; 3: bad n and t; 4: bad x. */
static const char with_bad_cells[] = "1,1,,,a\n"
                                     "z,1,99/9/2015,,b\n"
                                     "2,\"-\",,,c\n";

static void bad_cells_become_null(void **state) {
    (void)state;
    decoding d;
    must(decode(&d, text_of(with_bad_cells), usual()));
    assert_builder_holds(&d.decoder.columns[0], "1||2|");
    assert_builder_holds(&d.decoder.columns[1], "1|1||");
    assert_builder_holds(&d.decoder.columns[4], "a|b|c|");
    rejects_are(&d, "3|3|4|", "58|62|78|", "n|t|x|", "not an integer|not a time in a declared format|not a number|",
                "z|99/9/2015|-|");
    assert_builder_holds(&d.decoder.rejects[CLN_REJECT_SIZE_BYTES], "1|9|1|");
    assert_int_equal(d.decoder.account.cells_bad, 3);
    assert_int_equal(d.decoder.account.records_rejected, 0);
    clean(&d);
}

static void bad_cells_reject_their_record(void **state) {
    (void)state;
    setting how = usual();
    how.policy.on_bad_cell = CLN_ON_BAD_REJECT;
    decoding d;
    must(decode(&d, text_of(with_bad_cells), how));
    assert_builder_holds(&d.decoder.record_numbers, "2|");
    for (int c = 0; c < 4; c++) assert_int_equal(d.decoder.columns[c].entries[0].rows, 1);
    assert_builder_holds(&d.decoder.columns[4], "a|");
    rejects_are(&d, "3|3|3|4|4|", "58|58|62|75|78|", "|n|t||x|",
                "a cell that does not fit its type|not an integer|not a time in a declared format|"
                "a cell that does not fit its type|not a number|",
                "z,1,99/9/2015,,b|z|99/9/2015|2,\"-\",,,c|-|");
    assert_int_equal(d.decoder.account.cells_bad, 0); /* none became null */
    assert_int_equal(d.decoder.account.rejected_for[CLN_REASON_BAD_CELL], 2);
    clean(&d);
}

/* By column the bad time of record 4 would come behind that of record 3's x. */
static void the_first_bad_cell_in_the_file_ends_the_ingest(void **state) {
    (void)state;
    setting how = usual();
    how.policy.on_bad_cell = CLN_ON_BAD_FAIL;
    decoding d;
    assert_int_equal(decode(&d, text_of("1,1,,,\n1,1,later\x01,,\nz,1,,,\n"), how), CLN_ERR_DATA);
    assert_int_equal(d.failed_record, 3);
    assert_string_equal(d.err.message,
                        "x.csv, record 3, byte 61, column \"t\": \"later\\x01\" is not a time in a declared "
                        "format. Mend the file, or use --on-bad-cell null");
    clean(&d);
}

/* A wrong number of fields, text behind a quote, an open quote. */
static const char misshapen[] = "1,1,,,a\n"
                                "2,1,,\n"
                                "3,1,,,b,more,and more\n"
                                "4,1,,\"c\"d,e\n"
                                "5,1,,,\"open";

static void misshapen_records_are_rejected(void **state) {
    (void)state;
    decoding d;
    must(decode(&d, text_of(misshapen), usual()));
    assert_builder_holds(&d.decoder.record_numbers, "2|");
    rejects_are(&d, "3|4|5|6|", "58|64|86|98|", "||||",
                "too few fields|too many fields|text after a closing quote|a quote that is not closed|",
                "2,1,,|3,1,,,b,more,and more|4,1,,\"c\"d,e|5,1,,,\"open|");
    assert_int_equal(d.decoder.account.fields, 5 + 4 + 7 + 5 + 5);
    assert_int_equal(d.decoder.account.records_rejected, 4);
    clean(&d);
}

static void misshapen_records_are_repaired(void **state) {
    (void)state;
    setting how = usual();
    how.policy.repair_malformed = true;
    decoding d;
    must(decode(&d, text_of(misshapen), how));
    assert_builder_holds(&d.decoder.record_numbers, "2|3|5|6|");
    assert_builder_holds(&d.decoder.columns[3], "||cd||");
    assert_builder_holds(&d.decoder.columns[4], "a||e|open|");
    assert_builder_holds(&d.decoder.rejects[CLN_REJECT_REASON],
                         "stored after repair|too many fields|stored after repair|stored after repair|");
    clean(&d);
}

/* Record 3 is not UTF-8; the record as a whole is taken as Windows-1252, also
 * the cell that would be UTF-8. */
static const char not_utf8[] = "1,1,,caf\xC3\xA9,a\n"
                               "2,1,,caf\xE9,\"it\x92s \xC3\xA9\"\n"
                               "3,1,,b,c\n";

static void other_records_are_converted(void **state) {
    (void)state;
    decoding d;
    must(decode(&d, text_of(not_utf8), usual()));
    assert_builder_holds(&d.decoder.columns[3], "caf\xC3\xA9|caf\xC3\xA9|b|");
    assert_builder_holds(&d.decoder.columns[4], "a|it\xE2\x80\x99s \xC3\x83\xC2\xA9|c|");
    rejects_are(&d, "3|", "63|", "|", "converted from windows-1252|", "2,1,,caf\xE9,\"it\x92s \xC3\xA9\"|");
    assert_int_equal(d.decoder.account.records_converted, 1);
    assert_int_equal(d.decoder.account.cells_converted, 2);
    assert_int_equal(d.decoder.account.records_stored, 3);
    clean(&d);
}

static void other_records_are_rejected_without_a_fallback(void **state) {
    (void)state;
    setting how = usual();
    how.fallback = CLN_FALLBACK_NONE;
    decoding d;
    must(decode(&d, text_of(not_utf8), how));
    assert_builder_holds(&d.decoder.record_numbers, "2|4|");
    assert_int_equal(d.decoder.account.rejected_for[CLN_REASON_ENCODING], 1);
    assert_int_equal(d.decoder.account.records_converted, 0);
    clean(&d);
}

/* Wherever in the record the byte stands. */
static void undefined_bytes_reject_the_record(void **state) {
    (void)state;
    setting how = usual();
    how.policy.max_record_bytes = 100000;
    for (size_t place = 0; place < 9000; place += 4091) {
        char bytes[10000] = "1,1,,,";
        memset(bytes + 6, '\xE9', 9000);
        bytes[6 + place] = '\x81';
        bytes[9006] = '\n';
        decoding d;
        must(decode(&d, cln_span_of(bytes, 9007), how));
        assert_int_equal(d.decoder.account.rejected_for[CLN_REASON_ENCODING], 1);
        clean(&d);
    }
}

/* A record that a bad cell rejects was not stored after conversion. */
static void rejected_records_are_not_listed_as_changed(void **state) {
    (void)state;
    setting how = usual();
    how.policy.on_bad_cell = CLN_ON_BAD_REJECT;
    how.policy.repair_malformed = true;
    decoding d;
    must(decode(&d, text_of("z,1,,\xE9,a\nz,1\n1,1,,\xE9,b\n"), how));
    assert_builder_holds(
        &d.decoder.rejects[CLN_REJECT_REASON],
        "a cell that does not fit its type|not an integer|a cell that does not fit its type|not an integer|"
        "converted from windows-1252|");
    assert_int_equal(d.decoder.account.records_converted, 1);
    clean(&d);
}

/* Whatever the number of distinct texts. */
static void tables_of_texts_stay_within_their_share(void **state) {
    (void)state;
    cln_buffer text;
    cln_buffer_init(&text, SIZE_MAX);
    for (int i = 0; i < 5000; i++) must(cln_buffer_append_format(&text, NULL, "1,1,,value %d,\n", i));
    setting how = usual();
    how.run_lines = 100;
    how.stage_memory_bytes = 100000;
    decoding d;
    must(decode(&d, cln_buffer_span(&text), how));
    assert_true(cln_column_builder_table_bytes(&d.decoder.columns[3]) <= d.decoder.table_bytes);
    assert_true(d.decoder.columns[3].is_spelt && !d.decoder.columns[3].has_overflowed);
    clean(&d);
    how.stage_memory_bytes = 10 << 20; /* plenty */
    must(decode(&d, cln_buffer_span(&text), how));
    assert_false(d.decoder.columns[3].is_spelt);
    clean(&d);
    cln_buffer_clean_up(&text);
}

/* Rejects are whole, also where no line end ends them. */
static void an_open_quote_keeps_its_last_line_end(void **state) {
    (void)state;
    decoding d;
    must(decode(&d, text_of("1,1,,,a,b\r\n2,1,,,\"open\r\n"), usual()));
    assert_builder_holds(&d.decoder.rejects[CLN_REJECT_RAW], "1,1,,,a,b|2,1,,,\"open\r\n|");
    clean(&d);
}

static void over_long_records_keep_their_ends(void **state) {
    (void)state;
    decoding d;
    must(decode(&d, text_of("1,1,,,a\n"), usual()));
    char kept[1000], tail[CLN_TAIL_BYTES];
    memset(kept, 'y', sizeof kept);
    memset(tail, 'z', sizeof tail);
    const cln_csv_run run = {.stripe = 3,
                             .offset = 400,
                             .first_record = 3,
                             .bytes = {kept, sizeof kept},
                             .size_bytes = 1 << 30,
                             .tail = {tail, sizeof tail}};
    must(cln_decoder_take(&d.decoder, &run, &d.failed_record, NULL));
    must(cln_decoder_end(&d.decoder, NULL));
    assert_int_equal(d.decoder.account.bytes_rejected, 1 << 30);
    assert_int_equal(d.decoder.account.rejected_for[CLN_REASON_OVER_LONG], 1);
    assert_builder_holds(&d.decoder.rejects[CLN_REJECT_SIZE_BYTES], "1073741824|");
    char *raw = describe_builder(&d.decoder.rejects[CLN_REJECT_RAW]);
    char expected[1200];
    (void)snprintf(expected, sizeof expected, "%.512s[... 1073740800 bytes are left out ...]%.512s|", kept, tail);
    assert_string_equal(raw, expected);
    free(raw);
    clean(&d);
}

static bool finds_the_mark(const char *lines) {
    decoding d;
    must(decode(&d, text_of(lines), usual()));
    const bool found = d.decoder.is_sample;
    clean(&d);
    return found;
}

static void the_sample_mark_counts_in_any_record(void **state) {
    (void)state;
    assert_true(finds_the_mark("1,1,,,see " CLN_SAMPLE_MARK "!\n1,1,,,a\n"));
    assert_true(finds_the_mark("1,1,,,a\n\n1,1,,," CLN_SAMPLE_MARK "\n"));
    assert_true(finds_the_mark("1,1,,,a\n\"" CLN_SAMPLE_MARK "\"\n")); /* in one that is rejected, too */
    assert_false(finds_the_mark("1,1,,,SAMPLE DATA\n1,1,,,- NOT REAL\n"));
    char many[8 * 1000 + 64] = "";
    for (size_t i = 0; i < 1000; i++) memcpy(many + 8 * i, "1,1,,,a\n", 9);
    assert_false(finds_the_mark(many));
    (void)strcpy(many + 8 * 999, "1,1,,," CLN_SAMPLE_MARK "\n");
    assert_true(finds_the_mark(many));
}

static void append_line(cln_buffer *bytes, int i) {
    static const char *const lines[] = {
        "%d,0.5,1/2/2015,dry,text\r\n",
        "%d,x,y,\"we\"\"t\",\n",
        "\n",
        "%d,1,,caf\xE9,\xE9\n",
        "%d,1\n",
        "z%d,1,,,\"q\"r\n",
        "%d,1,,\x81,\n",
        ",,,,\"\"\n",
        "\r\n",
        "%d,1,2/30/2015,%d,long text\n",
    };
    must(cln_buffer_append_format(bytes, NULL, lines[i % 10], i, i));
}

/* Runs of any number of records, stages of any size: the same values, the same
 * list, the same account. */
static void cutting_changes_nothing(void **state) {
    (void)state;
    cln_buffer bytes;
    cln_buffer_init(&bytes, SIZE_MAX);
    for (int i = 0; i < 3000; i++) append_line(&bytes, i);
    for (int policy = 0; policy < 4; policy++) {
        setting how = usual();
        how.policy.on_bad_cell = policy % 2 == 0 ? CLN_ON_BAD_NULL : CLN_ON_BAD_REJECT;
        how.policy.repair_malformed = policy >= 2;
        char *expected = NULL;
        const size_t runs[] = {0, 1, 7, 1024, 1025};
        for (int r = 0; r < 10; r++) {
            how.run_lines = runs[r % 5];
            how.stage_memory_bytes = r < 5 ? 0 : 1000;
            decoding d;
            must(decode(&d, cln_buffer_span(&bytes), how));
            char *found = describe(&d);
            if (expected == NULL) expected = found;
            assert_string_equal(found, expected);
            if (found != expected) free(found);
            clean(&d);
        }
        free(expected);
    }
    cln_buffer_clean_up(&bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_and_nulls),
        cmocka_unit_test(bad_cells_become_null),
        cmocka_unit_test(bad_cells_reject_their_record),
        cmocka_unit_test(the_first_bad_cell_in_the_file_ends_the_ingest),
        cmocka_unit_test(misshapen_records_are_rejected),
        cmocka_unit_test(misshapen_records_are_repaired),
        cmocka_unit_test(other_records_are_converted),
        cmocka_unit_test(other_records_are_rejected_without_a_fallback),
        cmocka_unit_test(undefined_bytes_reject_the_record),
        cmocka_unit_test(rejected_records_are_not_listed_as_changed),
        cmocka_unit_test(over_long_records_keep_their_ends),
        cmocka_unit_test(tables_of_texts_stay_within_their_share),
        cmocka_unit_test(an_open_quote_keeps_its_last_line_end),
        cmocka_unit_test(the_sample_mark_counts_in_any_record),
        cmocka_unit_test(cutting_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
