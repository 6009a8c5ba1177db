/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The rules of the automaton, one by one, and against a reader that was
 * written from the rules without the table.
 */
#include "reference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* ---- The rules, as texts of records ---- */

/* Fields stand between [ and ], records end with |; ! behind a malformed one
 * and ? behind an unterminated one; _ for each blank line at the end. */
static void brief(cln_buffer *out, const reference *r) {
    for (size_t i = 0; i < r->record_count; i++) {
        const cln_span text = reference_text(r, i);
        const char *field = memchr(text.data, '<', text.size);
        while (field != NULL) {
            char *content;
            const size_t size = strtoul(field + 1, &content, 10);
            must(cln_buffer_append_char(out, '[', NULL));
            must(cln_buffer_append(out, content + 1, size, NULL));
            must(cln_buffer_append_char(out, ']', NULL));
            const char *next = content + 1 + size + 1;
            field = next < text.data + text.size ? next + 1 : NULL;
        }
        const size_t head = (size_t)((const char *)memchr(text.data, '<', text.size) - text.data);
        char flags[128] = "";
        memcpy(flags, text.data, head < sizeof flags ? head : sizeof flags - 1);
        if (strstr(flags, "malformed") != NULL) must(cln_buffer_append_char(out, '!', NULL));
        if (strstr(flags, "unterminated") != NULL) must(cln_buffer_append_char(out, '?', NULL));
        must(cln_buffer_append_char(out, '|', NULL));
    }
    for (uint64_t i = 0; i < r->account.blank_lines; i++) must(cln_buffer_append_char(out, '_', NULL));
    must(cln_buffer_terminate(out, NULL));
}

static void assert_records_in(const cln_dialect *dialect, const char *bytes, size_t size, const char *expected) {
    cln_automaton automaton;
    cln_automaton_init(&automaton, dialect);
    reference r;
    reference_read(&r, &automaton, cln_span_of(bytes, size), 0, 1);
    cln_buffer out;
    cln_buffer_init(&out, SIZE_MAX);
    brief(&out, &r);
    assert_string_equal(out.data, expected);
    cln_buffer_clean_up(&out);
    reference_clean_up(&r);
}

static void assert_records(const char *bytes, const char *expected) {
    const cln_dialect dialect = cln_dialect_default();
    assert_records_in(&dialect, bytes, strlen(bytes), expected);
}

static void a_record_ends_at_any_line_end_or_the_end_of_the_file(void **state) {
    (void)state;
    assert_records("", "");
    assert_records("a,b\nc,d\n", "[a][b]|[c][d]|");
    assert_records("a,b\r\nc,d", "[a][b]|[c][d]|");
    assert_records("a,b\rc,d\r", "[a][b]|[c][d]|");
    assert_records("a\r\nb\nc\rd", "[a]|[b]|[c]|[d]|");
    assert_records("a,", "[a][]|");
    assert_records(",\n,", "[][]|[][]|");
}

static void an_empty_line_is_no_record(void **state) {
    (void)state;
    assert_records("\n\r\n\r", "___");
    assert_records("a\n\nb\r\r\rc\r\n\r\n", "[a]|[b]|[c]|____");
    assert_records("\"\"\n", "[]|");
    assert_records(" \n", "[ ]|");
}

static void quotes_hold_delimiters_line_ends_and_doubled_quotes(void **state) {
    (void)state;
    assert_records("\"a,b\",\"c\nd\r\ne\"\n", "[a,b][c\nd\r\ne]|");
    assert_records("\"a\"\"b\",\"\"\"\",\"\"\n", "[a\"b][\"][]|");
    assert_records("\"a\"\r\"b\"", "[a]|[b]|");
}

static void a_quote_in_unquoted_text_is_literal(void **state) {
    (void)state;
    assert_records("a\"b\"\"c,d\n", "[a\"b\"\"c][d]|");
    assert_records(" \"a,b\"\n", "[ \"a][b\"]|");
}

static void text_behind_a_closing_quote_makes_the_record_malformed(void **state) {
    (void)state;
    assert_records("\"a\"b\"c,d\"\"e,f\ng\n", "[ab\"c][d\"\"e][f]!|[g]|");
    assert_records("\"a\" ,b\n", "[a ][b]!|");
    assert_records("\"a\"\"\"b\nc", "[a\"b]!|[c]|");
}

static void an_open_quote_at_the_end_makes_the_last_record_malformed(void **state) {
    (void)state;
    assert_records("a\nb,\"c\nd,e\n", "[a]|[b][c\nd,e\n]!?|");
    assert_records("\"", "[]!?|");
    assert_records("\"a\"\"", "[a\"]!?|");
    assert_records("\"a\"b,\"", "[ab][]!?|");
}

static void without_newlines_in_quotes_every_line_end_ends_a_record(void **state) {
    (void)state;
    cln_dialect dialect = cln_dialect_default();
    dialect.newlines_in_quotes = false;
    const char text[] = "a,\"b\nc,\"d,\r\n\"e\"\"\rf\n\"g,h\"\n";
    assert_records_in(&dialect, text, sizeof text - 1, "[a][b]!?|[c][d,]!?|[e\"]!?|[f]|[g,h]|");
}

static void without_a_quote_no_byte_quotes(void **state) {
    (void)state;
    cln_dialect dialect = cln_dialect_default();
    dialect.has_quote = false;
    assert_records_in(&dialect, "\"a,b\"\n\"\n", 8, "[\"a][b\"]|[\"]|");
}

static void other_delimiters_and_quotes(void **state) {
    (void)state;
    cln_dialect dialect = cln_dialect_default();
    dialect.delimiter = '\t';
    dialect.quote = '\'';
    const char text[] = "a,b\t'c\t''d'\t\"\n";
    assert_records_in(&dialect, text, sizeof text - 1, "[a,b][c\t'd][\"]|");
}

static void nul_and_bytes_beyond_ascii_are_content(void **state) {
    (void)state;
    cln_automaton automaton;
    const cln_dialect dialect = cln_dialect_default();
    cln_automaton_init(&automaton, &dialect);
    reference r;
    reference_read(&r, &automaton, cln_span_of("\0,\xFF\xEF\xBB\xBF\n\0\n", 9), 0, 1);
    assert_int_equal(r.record_count, 2);
    const cln_span first = reference_text(&r, 0);
    assert_int_equal(first.size, 23);
    assert_memory_equal(first.data, "1@0+7 e0 <1:\0> <4:\xFF\xEF\xBB\xBF>", 23);
    reference_clean_up(&r);
}

static void numbers_and_places_count_records_only(void **state) {
    (void)state;
    cln_automaton automaton;
    const cln_dialect dialect = cln_dialect_default();
    cln_automaton_init(&automaton, &dialect);
    reference r;
    reference_read(&r, &automaton, cln_span_of_string("\r\na\r\n\nb"), 10, 5);
    assert_int_equal(r.record_count, 2);
    assert_true(cln_span_equal(reference_text(&r, 0), cln_span_of_string("5@12+3 e1 <1:a>")));
    assert_true(cln_span_equal(reference_text(&r, 1), cln_span_of_string("6@16+1 e3 <1:b>")));
    assert_int_equal(r.account.bytes_blank, 3);
    reference_clean_up(&r);
}

/* ---- A second reader, from the rules ---- */

typedef struct rule_reader {
    const cln_dialect *dialect;
    cln_span bytes;
    size_t at;
    cln_buffer *out;
    cln_buffer fields;
    cln_buffer content;
    bool is_malformed, is_unterminated;
} rule_reader;

static bool at_line_end(const rule_reader *r) {
    return r->at < r->bytes.size && (r->bytes.data[r->at] == '\n' || r->bytes.data[r->at] == '\r');
}

static bool at_quote(const rule_reader *r) {
    return r->dialect->has_quote && r->at < r->bytes.size && r->bytes.data[r->at] == (char)r->dialect->quote;
}

static bool at_field_end(const rule_reader *r) {
    return r->at == r->bytes.size || at_line_end(r) || r->bytes.data[r->at] == (char)r->dialect->delimiter;
}

static void take_byte(rule_reader *r) {
    must(cln_buffer_append_char(&r->content, r->bytes.data[r->at++], NULL));
}

static void read_between_quotes(rule_reader *r) {
    for (r->at++;;) {
        const bool ends_here = at_line_end(r) && !r->dialect->newlines_in_quotes;
        if (r->at == r->bytes.size || ends_here) {
            r->is_malformed = r->is_unterminated = true;
            return;
        }
        if (!at_quote(r)) {
            take_byte(r);
            continue;
        }
        r->at++;
        if (!at_quote(r)) break;
        take_byte(r);
    }
    if (!at_field_end(r)) r->is_malformed = true;
}

static void read_field(rule_reader *r) {
    cln_buffer_clear(&r->content);
    if (at_quote(r)) read_between_quotes(r);
    while (!at_field_end(r)) take_byte(r);
    describe_field(&r->fields, cln_buffer_span(&r->content));
}

static int read_line_end(rule_reader *r) {
    if (r->at == r->bytes.size) return CLN_LINE_END_NONE;
    if (r->bytes.data[r->at++] == '\n') return CLN_LINE_END_LF;
    if (r->at == r->bytes.size || r->bytes.data[r->at] != '\n') return CLN_LINE_END_CR;
    r->at++;
    return CLN_LINE_END_CRLF;
}

static void read_by_rules(const cln_dialect *dialect, cln_span bytes, cln_buffer *out) {
    rule_reader r = {.dialect = dialect, .bytes = bytes, .out = out};
    cln_buffer_init(&r.fields, SIZE_MAX);
    cln_buffer_init(&r.content, SIZE_MAX);
    for (uint64_t number = 1; r.at < bytes.size;) {
        const size_t begin = r.at;
        if (at_line_end(&r)) {
            (void)read_line_end(&r);
            continue;
        }
        r.is_malformed = r.is_unterminated = false;
        cln_buffer_clear(&r.fields);
        read_field(&r);
        while (r.at < bytes.size && !at_line_end(&r)) {
            r.at++;
            read_field(&r);
        }
        const int line_end = read_line_end(&r);
        describe_record(out, number++, begin, r.at - begin, line_end, r.is_malformed, r.is_unterminated);
        must(cln_buffer_append_span(out, cln_buffer_span(&r.fields), NULL));
    }
    cln_buffer_clean_up(&r.fields);
    cln_buffer_clean_up(&r.content);
}

static bool table_follows_rules(const cln_dialect *dialect, const cln_automaton *automaton, cln_span bytes) {
    cln_buffer expected;
    cln_buffer_init(&expected, SIZE_MAX);
    read_by_rules(dialect, bytes, &expected);
    reference r;
    reference_read(&r, automaton, bytes, 0, 1);
    const bool good = cln_span_equal(cln_buffer_span(&r.texts), cln_buffer_span(&expected)) &&
                      cln_account_bytes(&r.account) == bytes.size;
    reference_clean_up(&r);
    cln_buffer_clean_up(&expected);
    return good;
}

/* All strings of up to six bytes. */
static void the_table_follows_the_rules(void **state) {
    (void)state;
    for (int which = 0; which < TRIED_DIALECT_COUNT; which++) {
        const cln_dialect dialect = tried_dialect(which);
        cln_automaton automaton;
        cln_automaton_init(&automaton, &dialect);
        const char alphabet[] = {'a', (char)dialect.quote, (char)dialect.delimiter, '\n', '\r'};
        for (size_t size = 0; size <= 6; size++) {
            char text[8];
            memset(text, 'a', sizeof text);
            do assert_true(table_follows_rules(&dialect, &automaton, cln_span_of(text, size)));
            while (next_string(text, size, alphabet, sizeof alphabet));
        }
    }
}

/* ---- The table in the documentation ---- */

static const char *const state_names[CLN_CSV_STATE_COUNT] = {"start", "cr", "field", "unquoted", "quoted", "quote"};

static void append_step(cln_buffer *line, cln_csv_step step) {
    static const struct {
        int action;
        const char *name;
    } names[] = {{CLN_CSV_RECORD, "record"},       {CLN_CSV_BLANK, "blank"},
                 {CLN_CSV_CONTENT, "content"},     {CLN_CSV_LITERAL_QUOTE, "literal"},
                 {CLN_CSV_END_FIELD, "end field"}, {CLN_CSV_END_RECORD, "end record"},
                 {CLN_CSV_MALFORMED, "malformed"}};
    must(cln_buffer_append_format(line, NULL, " %s", state_names[step.next]));
    const char *separator = ": ";
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (!(step.actions & names[i].action)) continue;
        must(cln_buffer_append_format(line, NULL, "%s%s", separator, names[i].name));
        separator = ", ";
    }
    must(cln_buffer_append_string(line, " |", NULL));
}

/* One row of the table, as docs/csv.md has it. */
static void write_row(cln_buffer *line, const cln_automaton *automaton, int from) {
    cln_buffer_clear(line);
    must(cln_buffer_append_format(line, NULL, "| **%s** |", state_names[from]));
    for (int class = 0; class < CLN_CSV_CLASS_COUNT; class ++) append_step(line, automaton->steps[from][class]);
    must(cln_buffer_append_char(line, '\n', NULL));
    must(cln_buffer_terminate(line, NULL));
}

static char *read_documentation(void) {
    char path[4096];
    const char *folder_end = strstr(__FILE__, "tests/csv/");
    assert_non_null(folder_end);
    (void)snprintf(path, sizeof path, "%.*sdocs/csv.md", (int)(folder_end - __FILE__), __FILE__);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    char *text = calloc(1, 1 << 20);
    assert_non_null(text);
    assert_true(fread(text, 1, (1 << 20) - 1, file) > 0);
    assert_int_equal(fclose(file), 0);
    return text;
}

static void the_documented_table_is_the_one_in_use(void **state) {
    (void)state;
    char *text = read_documentation();
    cln_buffer line;
    cln_buffer_init(&line, SIZE_MAX);
    for (int which = 0; which < 2; which++) { /* the second: a line end ends every record */
        const cln_dialect dialect = tried_dialect(which);
        cln_automaton automaton;
        cln_automaton_init(&automaton, &dialect);
        for (int from = 0; from < CLN_CSV_STATE_COUNT; from++) {
            write_row(&line, &automaton, from);
            if (strstr(text, line.data) == NULL) fail_msg("docs/csv.md lacks the row\n%s", line.data);
        }
    }
    cln_buffer_clean_up(&line);
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_ends_at_any_line_end_or_the_end_of_the_file),
        cmocka_unit_test(an_empty_line_is_no_record),
        cmocka_unit_test(quotes_hold_delimiters_line_ends_and_doubled_quotes),
        cmocka_unit_test(a_quote_in_unquoted_text_is_literal),
        cmocka_unit_test(text_behind_a_closing_quote_makes_the_record_malformed),
        cmocka_unit_test(an_open_quote_at_the_end_makes_the_last_record_malformed),
        cmocka_unit_test(without_newlines_in_quotes_every_line_end_ends_a_record),
        cmocka_unit_test(without_a_quote_no_byte_quotes),
        cmocka_unit_test(other_delimiters_and_quotes),
        cmocka_unit_test(nul_and_bytes_beyond_ascii_are_content),
        cmocka_unit_test(numbers_and_places_count_records_only),
        cmocka_unit_test(the_table_follows_the_rules),
        cmocka_unit_test(the_documented_table_is_the_one_in_use),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
