/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A set of polluted files, after the recipe of the Pollock benchmark
 * (Vitagliano et al., "Pollock: A Data Loading Benchmark", PVLDB 16, 2023), and
 * further ones of our own; each is loaded with its dialect given and with its
 * dialect detected, as `colonnade records` loads it, and scored as Pollock
 * scores. Prints the scores and every kind of file that is not perfect;
 * docs/detection.md explains these.
 */
#include "colonnade/base/utf8.h"
#include "colonnade/csv/detect.h"
#include "colonnade/csv/lines.h"
#include "colonnade/csv/record_block.h"

#include "pollution/pollute.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static source_table source;

/* ---- Loading, as the command does ---- */

typedef enum loading { LOAD_GIVEN, LOAD_DETECTED, LOADING_COUNT } loading;

static void add_record(grid *loaded, const cln_automaton *automaton, const cln_record_block *block,
                       const cln_record *record, cln_buffer *arena) {
    const bool is_utf8 = cln_utf8_is_valid(cln_record_raw(block, record));
    for (uint32_t i = 0; i < record->field_count; i++) {
        cln_span content;
        score_must(cln_field_content(automaton, block, &block->fields[record->first_field + i], arena, &content, NULL));
        if (is_utf8) {
            grid_add_cell(loaded, content);
            continue;
        }
        cln_buffer converted;
        cln_buffer_init(&converted, SIZE_MAX);
        bool is_defined;
        score_must(cln_utf8_from_windows_1252(content, &converted, &is_defined, NULL));
        grid_add_cell(loaded, cln_buffer_span(&converted));
        cln_buffer_clean_up(&converted);
    }
    grid_end_row(loaded);
}

static void load_records(grid *loaded, const cln_dialect *dialect, cln_span bytes) {
    static cln_record_block block;
    cln_automaton automaton;
    cln_automaton_init(&automaton, dialect);
    uint64_t left;
    const size_t skipped = cln_lines_skip(bytes, dialect->skip_lines, &left);
    cln_record_block_init(&block);
    cln_buffer arena;
    cln_buffer_init(&arena, SIZE_MAX);
    cln_splitter splitter;
    cln_splitter_init(&splitter, &automaton, cln_span_of(bytes.data + skipped, bytes.size - skipped), 0, 1);
    for (bool more = true; more;) {
        score_must(cln_splitter_next(&splitter, &block, &more, NULL));
        for (size_t i = 0; more && i < block.record_count; i++) {
            add_record(loaded, &automaton, &block, &block.records[i], &arena);
        }
    }
    cln_buffer_clean_up(&arena);
    cln_record_block_clean_up(&block);
}

static double score_file(const polluted *file, loading how) {
    cln_span bytes = cln_buffer_span(&file->bytes);
    if (bytes.size >= 2 && memcmp(bytes.data, "\xff\xfe", 2) == 0) return 0; /* refused, with the way out */
    const size_t mark = bytes.size >= 3 && memcmp(bytes.data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    bytes = cln_span_of(bytes.data + mark, bytes.size - mark);
    cln_dialect dialect = file->dialect;
    if (how == LOAD_DETECTED) {
        const cln_detect_given nothing = {.dialect = cln_dialect_default()};
        const cln_detect_sample sample = {.head = bytes, .head_offset = mark, .file_bytes = mark + bytes.size};
        cln_detection detection;
        score_must(cln_detect(&detection, &sample, &nothing, NULL));
        dialect = detection.dialect;
        bytes.size = (size_t)detection.footer_offset - mark;
    }
    grid loaded;
    grid_init(&loaded);
    load_records(&loaded, &dialect, bytes);
    const double score = score_of(&file->expected, &loaded);
    grid_clean_up(&loaded);
    return score;
}

/* ---- Groups of files and their scores ---- */

typedef struct group {
    const char *name;
    size_t file_count;
    double weight; /* of all its files */
    double weighted_sums[LOADING_COUNT];
    double sums[LOADING_COUNT];
    double least[LOADING_COUNT];
    char least_name[LOADING_COUNT][64];
} group;

static void score_pollution(group *g, const pollution *p) {
    polluted file;
    pollute(p, &source, &file);
    for (int how = 0; how < LOADING_COUNT; how++) {
        const double score = score_file(&file, (loading)how);
        g->sums[how] += score;
        g->weighted_sums[how] += score * p->weight;
        if (g->file_count > 0 && score >= g->least[how]) continue;
        g->least[how] = score;
        (void)snprintf(g->least_name[how], sizeof g->least_name[how], "%s", p->name);
    }
    g->file_count++;
    g->weight += p->weight;
    grid_clean_up(&file.expected);
    cln_buffer_clean_up(&file.bytes);
}

static void print_group(const group *g) {
    const double count = (double)g->file_count;
    if (g->least[LOAD_GIVEN] > 9.9999 && g->least[LOAD_DETECTED] > 9.9999) {
        print_message("  %-28s %5zu files  10.000  10.000\n", g->name, g->file_count);
        return;
    }
    print_message("  %-28s %5zu files  %6.3f  %6.3f", g->name, g->file_count, g->sums[LOAD_GIVEN] / count,
                  g->sums[LOAD_DETECTED] / count);
    if (g->file_count > 1) {
        print_message("  least: %s %.3f, %s %.3f", g->least_name[LOAD_GIVEN], g->least[LOAD_GIVEN],
                      g->least_name[LOAD_DETECTED], g->least[LOAD_DETECTED]);
    }
    print_message("\n");
}

static void add_group(group *total, const group *g) {
    total->file_count += g->file_count;
    total->weight += g->weight;
    for (int how = 0; how < LOADING_COUNT; how++) {
        total->sums[how] += g->sums[how];
        total->weighted_sums[how] += g->weighted_sums[how];
    }
    print_group(g);
}

static double mean(const group *g, loading how) {
    return g->sums[how] / (double)g->file_count;
}

static double weighted_mean(const group *g, loading how) {
    return g->weighted_sums[how] / g->weight;
}

static void score_each(group *total, const pollution *pollutions, size_t count) {
    for (size_t i = 0; i < count; i++) {
        group one = {.name = pollutions[i].name};
        score_pollution(&one, &pollutions[i]);
        add_group(total, &one);
    }
}

/* Of every row, and where a column matters of every column from the first on. */
static void score_rows(group *total, const char *name, row_fault fault, int first_column, int end_column,
                       double weight) {
    group g = {.name = name};
    for (int row = 0; row < SOURCE_ROWS; row++) {
        for (int column = first_column; column < end_column; column++) {
            pollution p = {.fault = fault, .row = row, .column = column, .weight = weight};
            (void)snprintf(p.name, sizeof p.name, "%s %d %d", name, row, column);
            score_pollution(&g, &p);
        }
    }
    add_group(total, &g);
}

/* ---- The recipe of Pollock ---- */

/* The weights are the files in which Pollock's survey of 3,712 published files
 * found each pollution, shared among the files that stand for it. */

static const pollution pollock_files[] = {
    {.name = "clean", .weight = 1},
    {.name = "no payload", .weight = 15, .empty = true},
    {.name = "no trailing newline", .weight = 184, .no_last_line_end = true},
    {.name = "double trailing newline", .weight = 5, .two_last_line_ends = true},
    {.name = "no header", .weight = 470, .no_header = true},
    {.name = "two header rows", .weight = 47, .header_rows = 2},
    {.name = "three header rows", .weight = 47, .header_rows = 3},
    {.name = "preamble", .weight = 282, .preamble = "PREAMBLE,,,,,,,,\r\n,,,,,,,,\r\n", .preamble_lines = 2},
    {.name = "second table, fewer columns", .weight = 62.7, .second_columns = 8},
    {.name = "second table, same columns", .weight = 62.7, .second_columns = 9},
    {.name = "second table, more columns", .weight = 62.7, .second_columns = 10},
    {.name = "header only", .weight = 3, .rows = 1},
    {.name = "one data row", .weight = 4, .rows = 2},
    {.name = "records end with LF", .weight = 1691, .line_end = "\n"},
    {.name = "records end with CR", .weight = 7, .line_end = "\r"},
    {.name = "semicolons", .weight = 834, .delimiter = ";"},
    {.name = "tabs", .weight = 4, .delimiter = "\t"},
    {.name = "comma and blank", .weight = 101, .delimiter = ", "},
    {.name = "blanks", .weight = 4, .delimiter = " "},
    {.name = "apostrophes as quotes", .weight = 11, .quote = '\''},
    {.name = "backslash escapes", .weight = 1, .escape = "\\"},
    {.name = "no escapes", .weight = 7, .escape = ""},
};

static void the_recipe_of_pollock(void **state) {
    (void)state;
    group total = {.name = "Pollock's recipe"};
    print_message("Pollock's recipe: score of 10 with the dialect given, and detected\n");
    score_each(&total, pollock_files, sizeof pollock_files / sizeof *pollock_files);
    score_rows(&total, "row: one delimiter more", ROW_MORE_DELIMITERS, 0, SOURCE_COLUMNS, 520.0 / 1428);
    score_rows(&total, "row: one delimiter less", ROW_LESS_DELIMITERS, 1, SOURCE_COLUMNS, 520.0 / 1428);
    score_rows(&total, "row: an extra quote", ROW_EXTRA_QUOTE, 0, SOURCE_COLUMNS, 7.0 / 756);
    score_rows(&total, "row: blanks as delimiters", ROW_OTHER_DELIMITERS, 0, 1, 12.0 / 84);
    print_message("  simple average of %zu files: %.4f given, %.4f detected\n", total.file_count,
                  mean(&total, LOAD_GIVEN), mean(&total, LOAD_DETECTED));
    print_message("  weighted average: %.4f given, %.4f detected\n", weighted_mean(&total, LOAD_GIVEN),
                  weighted_mean(&total, LOAD_DETECTED));
    assert_int_equal(total.file_count, 2290);
    assert_true(mean(&total, LOAD_GIVEN) > 9.961);
    assert_true(mean(&total, LOAD_DETECTED) > 9.961);
    assert_true(weighted_mean(&total, LOAD_GIVEN) > 9.7);
    assert_true(weighted_mean(&total, LOAD_DETECTED) > 9.7);
}

/* ---- Our own ---- */

static const pollution own_files[] = {
    {.name = "every field quoted", .all_quoted = true},
    {.name = "pipes", .delimiter = "|"},
    {.name = "colons", .delimiter = ":", .all_quoted = true},
    {.name = "no quotes at all", .no_quotes = true, .delimiter = ";"},
    {.name = "byte-order mark", .with_mark = true},
    {.name = "Windows-1252", .windows_1252 = true},
    {.name = "UTF-16", .utf_16 = true},
    {.name = "blanks around cells", .padded = true},
    {.name = "delimiter behind every row", .trailing_delimiter = true},
    {.name = "blank line behind every row", .blank_lines = true},
    {.name = "title lines", .preamble = "Items, all of them\r\nas of 2018\r\n\r\n", .preamble_lines = 3},
    {.name = "comment lines", .preamble = "# made by hand, twice\r\n# a,b,c\r\n", .preamble_lines = 2},
    {.name = "title with a quote", .preamble = "The \"best\" items\r\n\"\r\n", .preamble_lines = 2},
    {.name = "note at the end", .footer = "Source: the city\r\nAll rights reserved\r\n"},
    {.name = "note in a row of its own", .footer = ",,,,,,,,\r\nFOOTNOTE,,,,,,,,\r\n"},
    {.name = "total at the end", .footer = "\r\nTotal,,1234\r\n"},
    {.name = "second table apart", .second_columns = 9, .second_apart = true},
    {.name = "four columns", .columns = 4},
    {.name = "one column", .columns = 1},
    {.name = "900 columns", .columns = 900},
    {.name = "LF, once", .fault = ROW_ENDS_WITH_LF, .row = 40},
};

static void our_own(void **state) {
    (void)state;
    group total = {.name = "our own"};
    print_message("Our own: score of 10 with the dialect given, and detected\n");
    score_each(&total, own_files, sizeof own_files / sizeof *own_files);
    score_rows(&total, "row: cells are missing", ROW_CUT, 1, SOURCE_COLUMNS, 0);
    score_rows(&total, "row: a line end in quotes", ROW_LINE_END, 6, 7, 0);
    score_rows(&total, "row: a blank line before it", ROW_BLANK_LINE, 0, 1, 0);
    print_message("  simple average of %zu files: %.4f given, %.4f detected\n", total.file_count,
                  mean(&total, LOAD_GIVEN), mean(&total, LOAD_DETECTED));
    assert_true(mean(&total, LOAD_GIVEN) > 9.98);
    assert_true(mean(&total, LOAD_DETECTED) > 9.98);
}

static int fill(void **state) {
    (void)state;
    source_fill(&source);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_recipe_of_pollock),
        cmocka_unit_test(our_own),
    };
    return cmocka_run_group_tests(tests, fill, NULL);
}
