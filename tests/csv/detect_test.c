/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the detection says of small files, each a kind that people meet.
 */
#include "colonnade/csv/detect.h"

#include "colonnade/csv/detect_cell.h"
#include "colonnade/csv/lines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static cln_detection detect_with(const char *text, const cln_detect_given *given) {
    const cln_span bytes = cln_span_of_string(text);
    const cln_detect_sample sample = {.head = bytes, .file_bytes = bytes.size};
    cln_detection detection;
    assert_int_equal(cln_detect(&detection, &sample, given, NULL), CLN_OK);
    return detection;
}

static cln_detection detect(const char *text) {
    const cln_detect_given given = {.dialect = cln_dialect_default()};
    return detect_with(text, &given);
}

/* dialect: delimiter, quote ('-': none), header ('h' or '-'). */
static void is_dialect(const char *text, const char *dialect) {
    const cln_detection d = detect(text);
    const char found[] = {(char)d.dialect.delimiter, d.dialect.has_quote ? (char)d.dialect.quote : '-',
                          d.dialect.has_header ? 'h' : '-', '\0'};
    if (strcmp(found, dialect) != 0) print_message("%s\n", text);
    assert_string_equal(found, dialect);
}

static void delimiters_are_found(void **state) {
    (void)state;
    is_dialect("name,count,share\nA,1,2.5\nB,2,3.5\n", ",\"h");
    is_dialect("name;count;share\nA;1;2,5\nB;2;3,5\n", ";\"h"); /* decimal commas */
    is_dialect("name\tcount\nSmith, John\t1\nDoe, Jane\t2\n", "\t\"h");
    is_dialect("id|text\n1|a, b; c\n2|d\n3|e, f\n", "|\"h");
    is_dialect("root:x:0:/root\nbin:x:1:/bin\nsync:x:4:/bin\n", ":\"-");
    is_dialect("x y z\n1.5 2.5 3.5\n4 5 6\n", " \"h");
}

/* What stands inside values is no delimiter. */
static void delimiters_within_values_are_not_found(void **state) {
    (void)state;
    is_dialect("when,what\n2015-07-12 09:55:00,Accident: fatal\n2015-07-13 10:00:00,Accident: other\n", ",\"h");
    is_dialect("time\n09:55:00\n10:00:00\n23:59:59\n", ",\"h");
    is_dialect("when\n2015-07-12 09:55:00\n2015-07-13 10:00:00\n", ",\"h");
    is_dialect("name\nAnna Smith\nBob Jones\nCarl\n", ",\"h");
    is_dialect("name,address\nA,\"1 Main St; Apt 2\"\nB,\"2 Main St; Apt 3\"\nC,\"3 Main St; Apt 4\"\n", ",\"h");
}

static void quotes_are_found(void **state) {
    (void)state;
    is_dialect("'a','b'\n'x, y','1'\n'z','2'\n", ",'h");
    is_dialect("a,b\nO'Brien,1\n'tis,2\nD'Arcy,3\n", ",\"h");
    is_dialect("a,b\n5\" pipe,1\n\"6 inch,2\n7\" pipe,3\n8,4\n9,5\n", ",-h"); /* a quote that never closes */
    is_dialect("\"a\" \"b\"\n\"x, y\" \"1\"\n\"z z\" \"2\"\n", " \"h");
    is_dialect("a,b\n\"x\ny, \"\"z\"\"\",1\n\"u\nv\",2\n", ",\"h");
}

/* An open quote damages one line only where no quotes hold line ends. */
static void stray_quotes_end_with_their_line(void **state) {
    (void)state;
    const char *rows = "a,b,c\n\"x, y\",1,2\n\"p, q\",3,4\n\"r,5,6\n\"t, u\",7,8\n\"v, w\",9,10\n";
    const cln_detection stray = detect(rows);
    assert_false(stray.dialect.newlines_in_quotes);
    assert_true(stray.dialect.has_quote);
    assert_true(detect("a,b\n\"x\ny\",1\n\"u\nv\",2\n").dialect.newlines_in_quotes);
    assert_true(detect("a,b\n\"x\",1\n\"u\",2\n").dialect.newlines_in_quotes);
}

static void headers_are_found(void **state) {
    (void)state;
    is_dialect("Anna,Berlin\nBob,Paris\nCarl,Rome\n", ",\"h"); /* nothing speaks against one */
    is_dialect("Anna,30\nBob,40\nCarl,50\n", ",\"-");
    is_dialect("2015-01-01,x\n2015-01-02,y\n", ",\"-");
    is_dialect("city,2010,2011\nRome,5,6\nOslo,7,8\n", ",\"h"); /* years as names */
    is_dialect("yes,a\nno,b\nyes,c\n", ",\"-");                 /* the first value comes again */
    is_dialect("id,name\n", ",\"h");
    is_dialect("17,3.5\n", ",\"-");
    is_dialect("code,,name\nAB1,x,Anna\nCD2,y,Bob\n", ",\"h"); /* a name is missing */
}

static void titles_before_the_table_are_skipped(void **state) {
    (void)state;
    const char *title = "Accidents in the city\nas of 2020, preliminary\n\nid,name,count\n1,A,5\n2,B,6\n3,C,7\n";
    cln_detection d = detect(title);
    assert_int_equal(d.dialect.skip_lines, 3);
    assert_int_equal(d.table_offset, strstr(title, "id,name") - title);
    assert_true(d.dialect.has_header);
    assert_int_equal(detect("Title,,\r\n,,\r\nid,name,count\r\n1,A,5\r\n2,B,6\r\n").dialect.skip_lines, 2);
    assert_int_equal(detect("# made by x\n# on y\na,b\n1,2\n3,4\n").dialect.skip_lines, 2);
    assert_int_equal(detect("#CHROM\tPOS\n1\t2\n3\t4\n").dialect.skip_lines, 0);
    /* A header that is only a little short is one. */
    assert_int_equal(detect("id,name,count\n1,A,5,\n2,B,6,\n3,C,7,\n").dialect.skip_lines, 0);
    assert_int_equal(detect("a\n1\n2\n").dialect.skip_lines, 0);
}

/* Rows of three cells, enough of them that a sparse one is no row. */
static void make_table(char *text, size_t size, const char *footer) {
    (void)snprintf(text, size, "id,name,count\n");
    for (int i = 1; i <= 12; i++) {
        (void)snprintf(text + strlen(text), size - strlen(text), "%d,name %d,%d\n", i, i, i * i);
    }
    (void)snprintf(text + strlen(text), size - strlen(text), "%s", footer);
}

static void notes_behind_the_table_are_found(void **state) {
    (void)state;
    char text[1000];
    make_table(text, sizeof text, "Source: the city\nAll rights reserved");
    const cln_detection d = detect(text);
    assert_int_equal(d.footer_offset, strstr(text, "Source") - text);
    assert_int_equal(d.footer_lines, 2);
    make_table(text, sizeof text, "\nTotal,700\n");
    assert_int_equal(detect(text).footer_lines, 1);
    make_table(text, sizeof text, "Note,,\n,,\n");
    assert_int_equal(detect(text).footer_lines, 2);
    make_table(text, sizeof text, "");
    assert_int_equal(detect(text).footer_offset, strlen(text));
    make_table(text, sizeof text, "13,,\n14,x,1\n"); /* sparse, but inside */
    assert_int_equal(detect(text).footer_lines, 0);
    make_table(text, sizeof text, ",,\n"); /* says nothing */
    assert_int_equal(detect(text).footer_lines, 0);
    /* Sparse rows are usual here, so that the last is one of them. */
    assert_int_equal(detect("a,b,c\n1,,\n2,x,y\n3,,\n4,x,y\n5,,\n6,x,y\n7,,\n8,x,y\n9,,\n10,x,y\n11,,\n").footer_lines,
                     0);
}

/* Of a longer file only the beginning and the end are seen. */
static void a_cut_sample_has_no_last_record(void **state) {
    (void)state;
    const char *head = "a;b;c\n1;2;3\n4;5;6\n7;8;9\n10;11";
    const char *tail = "7;8\n101;102;103\n104;105;106\n107;108;109\nThe end\n";
    const cln_detect_sample sample = {.head = cln_span_of_string(head),
                                      .tail = cln_span_of_string(tail),
                                      .head_offset = 3,
                                      .tail_offset = 10000 - strlen(tail),
                                      .file_bytes = 10000};
    const cln_detect_given given = {.dialect = cln_dialect_default()};
    cln_detection d;
    assert_int_equal(cln_detect(&d, &sample, &given, NULL), CLN_OK);
    assert_int_equal(d.dialect.delimiter, ';');
    assert_int_equal(d.column_count, 3);
    assert_int_equal(d.table_offset, 3);
    assert_int_equal(d.footer_offset, 10000); /* three rows are too few to tell */
    assert_true(d.is_certain);
}

static void what_is_given_wins(void **state) {
    (void)state;
    cln_detect_given given = {.dialect = cln_dialect_default(), .delimiter = true};
    given.dialect.delimiter = '|';
    const char *text = "a;b\n1;2\n3;4\n";
    assert_int_equal(detect_with(text, &given).dialect.delimiter, '|');
    given = (cln_detect_given){.dialect = cln_dialect_default(), .quote = true, .header = true};
    given.dialect.has_quote = false;
    given.dialect.has_header = false;
    const cln_detection d = detect_with("\"a\";\"b\"\n\"1\";\"2\"\n", &given);
    assert_int_equal(d.dialect.delimiter, ';');
    assert_false(d.dialect.has_quote);
    assert_false(d.dialect.has_header);
    given = (cln_detect_given){.dialect = cln_dialect_default(), .skip_lines = true};
    given.dialect.skip_lines = 1;
    const cln_detection skipped = detect_with("x,y,z,u,v\na;b\n1;2\n3;4\n", &given);
    assert_int_equal(skipped.dialect.delimiter, ';');
    assert_int_equal(skipped.dialect.skip_lines, 1);
    assert_int_equal(skipped.table_offset, 10);
}

static void nothing_is_taken_for_the_standard(void **state) {
    (void)state;
    const char *const texts[] = {"", "\n\n", "\r\n", "x", "\"", "\"\"\"", "\0"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const cln_detection d = detect(texts[i]);
        assert_int_equal(d.dialect.delimiter, ',');
        assert_int_equal(d.footer_offset, strlen(texts[i]));
        assert_int_equal(d.dialect.skip_lines, 0);
    }
    assert_false(detect("").is_certain);
}

/* Any bytes have an answer, whose positions are within the file. */
static void any_bytes_have_an_answer(void **state) {
    (void)state;
    static const char alphabet[] = "a1,;\"'\n\r| \t:#.-";
    uint64_t seed = 1;
    for (int round = 0; round < 3000; round++) {
        char text[80];
        const size_t size = (size_t)round % (sizeof text - 1);
        for (size_t i = 0; i < size; i++) {
            seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            text[i] = alphabet[(seed >> 33) % (sizeof alphabet - 1)];
        }
        text[size] = '\0';
        const cln_detection d = detect(text);
        assert_true(d.table_offset <= size && d.footer_offset <= size);
        assert_true(d.footer_offset >= d.table_offset || d.footer_offset == size);
        uint64_t left = 0;
        const size_t skipped = cln_lines_skip(cln_span_of(text, size), d.dialect.skip_lines, &left);
        assert_int_equal(left, 0);
        assert_true(skipped <= d.table_offset);
        assert_int_equal(cln_dialect_check(&d.dialect, NULL), CLN_OK);
    }
}

static void looks(const char *cell, cln_cell_look expected) {
    if (cln_cell_look_of(cln_span_of_string(cell)) != expected) print_message("%s\n", cell);
    assert_int_equal(cln_cell_look_of(cln_span_of_string(cell)), expected);
}

static void cells_look_like_what_they_are(void **state) {
    (void)state;
    const char *const numbers[] = {"1",   "-1.5",           "+3",   "1,234,567.8", "1.234.567,8", "$74.69",
                                   "-$3", "12.5%",          "1e-5", ".5",          "(1,234)",     "3,14",
                                   "7.",  "\xe2\x82\xac 5", "5 %",  "5 $",         " 12  ",       "0017"};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) looks(numbers[i], CLN_LOOK_NUMBER);
    const char *const times[] = {"2015-07-12",   "2015-07-12 09:55:00",      "8/2/2025 4:16:00 PM",
                                 "31.12.2024",   "2015-07-12T09:55:00Z",     "09:55",
                                 "09:55:00.123", "2013-11-23T02:30:31-08:00"};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) looks(times[i], CLN_LOOK_TIME);
    const char *const texts[] = {"Five Points",
                                 "O'Brien",
                                 "MG-8769",
                                 "http://a.b/c?d=1,2",
                                 "a@b.c",
                                 "Stra\xc3\x9f"
                                 "e"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) looks(texts[i], CLN_LOOK_TEXT);
    const char *const foreign[] = {"a,b", "1;2", "a|b", "\"a\"", "'a'", "a\tb", "1, 2", "\"a"};
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) looks(foreign[i], CLN_LOOK_FOREIGN);
    const char *const odd[] = {"--", "a: b", "24\"x", "Smith, John", "303-555-1234", "2015-07-12 09"};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) looks(odd[i], CLN_LOOK_ODD);
    looks("", CLN_LOOK_EMPTY);
    looks(" \t ", CLN_LOOK_EMPTY);
}

static void lines_are_counted_and_skipped(void **state) {
    (void)state;
    const cln_span bytes = cln_span_of_string("a\r\nb\rc\n\nd");
    uint64_t left;
    assert_int_equal(cln_lines_count(bytes), 4);
    assert_int_equal(cln_lines_skip(bytes, 0, &left), 0);
    assert_int_equal(cln_lines_skip(bytes, 1, &left), 3);
    assert_int_equal(cln_lines_skip(bytes, 2, &left), 5);
    assert_int_equal(cln_lines_skip(bytes, 4, &left), 8);
    assert_int_equal(left, 0);
    assert_int_equal(cln_lines_skip(bytes, 6, &left), 9);
    assert_int_equal(left, 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(delimiters_are_found),
        cmocka_unit_test(delimiters_within_values_are_not_found),
        cmocka_unit_test(quotes_are_found),
        cmocka_unit_test(stray_quotes_end_with_their_line),
        cmocka_unit_test(headers_are_found),
        cmocka_unit_test(titles_before_the_table_are_skipped),
        cmocka_unit_test(notes_behind_the_table_are_found),
        cmocka_unit_test(a_cut_sample_has_no_last_record),
        cmocka_unit_test(what_is_given_wins),
        cmocka_unit_test(nothing_is_taken_for_the_standard),
        cmocka_unit_test(any_bytes_have_an_answer),
        cmocka_unit_test(cells_look_like_what_they_are),
        cmocka_unit_test(lines_are_counted_and_skipped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
