/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What stands before the data, as all ranks hear it from rank 0. Each rank
 * looks at what it got; that is asserted after all ranks have heard of it.
 */
#include "colonnade/csv/prologue.h"

#include "reference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static cln_comm comm;

static bool all_ranks(bool finding) {
    int all = finding;
    MPI_Allreduce(MPI_IN_PLACE, &all, 1, MPI_INT, MPI_LAND, comm.mpi);
    return all != 0;
}

/* Reads the prologue of bytes; only rank 0 has a source. */
static cln_status read_bytes(cln_prologue *prologue, cln_span bytes, const cln_dialect *dialect, uint64_t max_record,
                             cln_error *err) {
    cln_byte_source *source = NULL;
    if (comm.rank == 0) must(cln_byte_source_of_memory(&source, "x.csv", bytes, NULL));
    const cln_status status = cln_prologue_read(prologue, &comm, source, dialect, max_record, err);
    if (source != NULL) source->release(source);
    return status;
}

typedef struct expectation {
    uint64_t bom_bytes, blank_bytes, blank_lines, header_offset, header_bytes, data_offset, first_record;
    const char *names; /* with | behind each */
} expectation;

static bool is_as_expected(const cln_prologue *p, const expectation *e) {
    char names[256] = "";
    for (size_t i = 0; i < p->name_count; i++) {
        (void)snprintf(names + strlen(names), sizeof names - strlen(names), "%s|", p->names[i]);
    }
    return p->bom_bytes == e->bom_bytes && p->blank_bytes == e->blank_bytes && p->blank_lines == e->blank_lines &&
           p->header_offset == e->header_offset && p->header_bytes == e->header_bytes &&
           p->data_offset == e->data_offset && p->first_record == e->first_record && strcmp(names, e->names) == 0;
}

static bool prologue_is(const char *bytes, const cln_dialect *dialect, const expectation *expected) {
    cln_prologue prologue;
    cln_error err = {.message = ""};
    const cln_status status = read_bytes(&prologue, cln_span_of_string(bytes), dialect, 1000, &err);
    const bool good = status == CLN_OK && is_as_expected(&prologue, expected);
    cln_prologue_clean_up(&prologue);
    return all_ranks(good);
}

static void a_header_of_any_line_end(void **state) {
    (void)state;
    const cln_dialect dialect = cln_dialect_default();
    assert_true(prologue_is("a,b\n1,2\n", &dialect, &(expectation){0, 0, 0, 0, 4, 4, 2, "a|b|"}));
    assert_true(prologue_is("a,b\r\n1,2\n", &dialect, &(expectation){0, 0, 0, 0, 5, 5, 2, "a|b|"}));
    assert_true(prologue_is("a,b\r1,2\r", &dialect, &(expectation){0, 0, 0, 0, 4, 4, 2, "a|b|"}));
    assert_true(prologue_is("a,b\r\r\n1,2\r", &dialect, &(expectation){0, 0, 0, 0, 4, 4, 2, "a|b|"}));
    assert_true(prologue_is("a,b", &dialect, &(expectation){0, 0, 0, 0, 3, 3, 2, "a|b|"}));
    assert_true(prologue_is("a,b\r", &dialect, &(expectation){0, 0, 0, 0, 4, 4, 2, "a|b|"}));
    assert_true(prologue_is("\"a\n\"\"\",\n1", &dialect, &(expectation){0, 0, 0, 0, 8, 8, 2, "a\n\"||"}));
}

static void a_mark_and_blank_lines_stand_before_it(void **state) {
    (void)state;
    const cln_dialect dialect = cln_dialect_default();
    assert_true(prologue_is("\xEF\xBB\xBF"
                            "\"a\",b\n",
                            &dialect, &(expectation){3, 0, 0, 3, 6, 9, 2, "a|b|"}));
    assert_true(prologue_is("\n\r\n\ra\nb", &dialect, &(expectation){0, 4, 3, 4, 2, 6, 2, "a|"}));
    assert_true(prologue_is("\xEF\xBB\xBF\r\na\n", &dialect, &(expectation){3, 2, 1, 5, 2, 7, 2, "a|"}));
}

static void files_without_a_record(void **state) {
    (void)state;
    cln_dialect dialect = cln_dialect_default();
    for (int has_header = 0; has_header < 2; has_header++) {
        dialect.has_header = has_header != 0;
        assert_true(prologue_is("", &dialect, &(expectation){0, 0, 0, 0, 0, 0, 1, ""}));
        assert_true(prologue_is("\xEF\xBB\xBF", &dialect, &(expectation){3, 0, 0, 3, 0, 3, 1, ""}));
        assert_true(prologue_is("\n\r\n", &dialect, &(expectation){0, 3, 2, 3, 0, 3, 1, ""}));
    }
}

static void without_a_header_columns_are_numbered(void **state) {
    (void)state;
    cln_dialect dialect = cln_dialect_default();
    dialect.has_header = false;
    dialect.delimiter = ';';
    const expectation three = {0, 0, 0, 0, 0, 0, 1, "column_1|column_2|column_3|"};
    assert_true(prologue_is("a;b;\n1;2\n", &dialect, &three));
    /* Blank lines and the first record are data, for the sweep to count. */
    cln_prologue prologue;
    cln_error err;
    const cln_status status = read_bytes(&prologue, cln_span_of_string("\xEF\xBB\xBF\n\nx\n"), &dialect, 1000, &err);
    const bool good = status == CLN_OK && prologue.data_offset == 3 && prologue.blank_bytes == 0 &&
                      prologue.blank_lines == 0 && prologue.first_record == 1 && prologue.name_count == 1;
    cln_prologue_clean_up(&prologue);
    assert_true(all_ranks(good));
}

/* Columns are counted, but whoever needs their names is refused. */
static bool has_no_names(const char *bytes, const cln_dialect *dialect) {
    cln_prologue prologue;
    cln_error err = {.message = ""};
    bool good = read_bytes(&prologue, cln_span_of_string(bytes), dialect, 1000, &err) == CLN_OK;
    good = good && prologue.is_undefined && prologue.name_count == 2 && prologue.first_record == 2;
    good = good && cln_prologue_check_names(&prologue, "x.csv", &err) == CLN_ERR_DATA;
    good = good && strstr(err.message, "x.csv") != NULL && strstr(err.message, "--encoding") != NULL;
    cln_prologue_clean_up(&prologue);
    return all_ranks(good);
}

static void names_become_utf8(void **state) {
    (void)state;
    cln_dialect dialect = cln_dialect_default();
    const expectation converted = {0, 0, 0, 0, 7, 7, 2, "caf\xC3\xA9|b|"};
    assert_true(prologue_is("caf\xE9,b\n", &dialect, &converted));
    dialect.fallback = CLN_FALLBACK_NONE;
    assert_true(has_no_names("caf\xE9,b\n", &dialect));
    dialect.fallback = CLN_FALLBACK_WINDOWS_1252;
    assert_true(has_no_names("a\x81,b\n", &dialect));
}

/* Larger than the pieces in which the header is looked for, with a CRLF and
 * then a doubled quote where a piece ends. */
static void a_header_of_several_pieces(void **state) {
    (void)state;
    enum { PIECE = 65536, SIZE = 3 * PIECE };
    static char bytes[SIZE];
    const cln_dialect dialect = cln_dialect_default();
    bool good = true;
    for (int shift = -3; shift <= 3; shift++) {
        memset(bytes, 'x', SIZE);
        const size_t end = (size_t)(2 * PIECE + shift); /* of the header's content */
        bytes[0] = '"';
        memcpy(bytes + PIECE + shift, "\"\"", 2);
        memcpy(bytes + end - 1, "\"\r\n", 3);
        cln_prologue prologue;
        cln_error err;
        const cln_status status = read_bytes(&prologue, cln_span_of(bytes, SIZE), &dialect, SIZE, &err);
        good = good && status == CLN_OK && prologue.header_bytes == end + 2 && prologue.name_count == 1 &&
               strlen(prologue.names[0]) == end - 3;
        cln_prologue_clean_up(&prologue);
    }
    assert_true(all_ranks(good));
}

static void a_header_that_does_not_end_is_refused(void **state) {
    (void)state;
    enum { SIZE = 300000 };
    static char bytes[SIZE];
    memset(bytes, 'x', SIZE);
    bytes[0] = '"';
    const cln_dialect dialect = cln_dialect_default();
    cln_prologue prologue;
    static const uint64_t limits[] = {10, 1000, 100000, SIZE - 1};
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        cln_error err = {.message = ""};
        const cln_status status = read_bytes(&prologue, cln_span_of(bytes, SIZE), &dialect, limits[i], &err);
        assert_true(all_ranks(status == CLN_ERR_DATA && strstr(err.message, "x.csv does not end within") != NULL));
    }
    cln_error err;
    const cln_status status = read_bytes(&prologue, cln_span_of(bytes, SIZE), &dialect, SIZE, &err);
    const bool good = status == CLN_OK && prologue.header_bytes == SIZE;
    cln_prologue_clean_up(&prologue);
    assert_true(all_ranks(good));
}

static cln_status read_offset(cln_span bytes, uint64_t skip_lines, uint64_t *offset, cln_error *err) {
    cln_dialect dialect = cln_dialect_default();
    dialect.skip_lines = skip_lines;
    cln_byte_source *source = NULL;
    if (comm.rank == 0) must(cln_byte_source_of_memory(&source, "x.csv", bytes, NULL));
    const cln_status status = cln_records_offset_read(offset, &comm, source, &dialect, err);
    if (source != NULL) source->release(source);
    return status;
}

static void other_unicode_files_are_refused_with_advice(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        const char *encoding;
    } files[] = {{"\xFF\xFE"
                  "a\0",
                  "-f UTF-16"},
                 {"\xFE\xFF\0a", "-f UTF-16"},
                 {"\xFF\xFE\0\0", "-f UTF-32"},
                 {"\0\0\xFE\xFF", "-f UTF-32"}};
    const cln_dialect dialect = cln_dialect_default();
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        cln_prologue prologue;
        cln_error err = {.message = ""};
        cln_status status = read_bytes(&prologue, cln_span_of(files[i].bytes, 4), &dialect, 1000, &err);
        assert_true(all_ranks(status == CLN_ERR_DATA && strstr(err.message, files[i].encoding) != NULL));
        uint64_t bom_bytes;
        status = read_offset(cln_span_of(files[i].bytes, 4), 0, &bom_bytes, &err);
        assert_true(all_ranks(status == CLN_ERR_DATA && strstr(err.message, files[i].encoding) != NULL));
    }
}

/* Text as another encoding would have it: `unit` bytes for each character, of
 * which the one at `place` is its own. */
static size_t spread(const char *text, size_t unit, size_t place, char *bytes) {
    const size_t size = strlen(text);
    memset(bytes, 0, size * unit);
    for (size_t i = 0; i < size; i++) bytes[i * unit + place] = text[i];
    return size * unit;
}

/* Also without a mark, unless somebody says that NULs are content. */
static void other_unicode_files_are_known_by_their_nuls(void **state) {
    (void)state;
    static const struct {
        size_t unit, place;
        const char *advice;
    } files[] = {{2, 0, "iconv -f UTF-16LE"},
                 {2, 1, "iconv -f UTF-16BE"},
                 {4, 0, "iconv -f UTF-32LE"},
                 {4, 3, "iconv -f UTF-32BE"},
                 {1, 0, NULL}};
    static const char text[] = "name,number\r\nMain Street,17\r\n\"a, b\",3\r\n";
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char bytes[4 * sizeof text];
        const cln_span file = cln_span_of(bytes, spread(text, files[i].unit, files[i].place, bytes));
        for (int takes_nuls = 0; takes_nuls < 2; takes_nuls++) {
            cln_dialect dialect = cln_dialect_default();
            if (takes_nuls) must(cln_dialect_set_encoding(&dialect, "windows-1252", NULL));
            cln_prologue prologue;
            cln_error err = {.message = ""};
            const cln_status status = read_bytes(&prologue, file, &dialect, 1000, &err);
            const bool refuses = files[i].advice != NULL && !takes_nuls;
            const bool tells = !refuses || strstr(err.message, files[i].advice) != NULL;
            cln_prologue_clean_up(&prologue);
            assert_true(all_ranks(status == (refuses ? CLN_ERR_DATA : CLN_OK) && tells));
        }
    }
}

/* A few NULs, or at both places of a pair, are content. */
static void nuls_in_ordinary_files_are_content(void **state) {
    (void)state;
    static const char *const files[] = {"name,number\nMain\0Street,17\n", "a,b,c,d,e,f\n1,2,\0\0\0\0\0\0\0\0,\0,5\n"};
    static const size_t sizes[] = {28, 30};
    const cln_dialect dialect = cln_dialect_default();
    for (size_t i = 0; i < 2; i++) {
        cln_prologue prologue;
        cln_error err = {.message = ""};
        const cln_status status = read_bytes(&prologue, cln_span_of(files[i], sizes[i]), &dialect, 1000, &err);
        cln_prologue_clean_up(&prologue);
        assert_true(all_ranks(status == CLN_OK));
    }
}

/* As any record: half of it in another encoding would be nonsense. */
static void a_header_has_one_encoding(void **state) {
    (void)state;
    const cln_dialect dialect = cln_dialect_default();
    assert_true(prologue_is("\xC3\xA9,b\n", &dialect, &(expectation){0, 0, 0, 0, 5, 5, 2, "\xC3\xA9|b|"}));
    assert_true(
        prologue_is("\xC3\xA9,\xE9\n", &dialect, &(expectation){0, 0, 0, 0, 5, 5, 2, "\xC3\x83\xC2\xA9|\xC3\xA9|"}));
}

static void the_mark_alone(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        uint64_t expected;
    } files[] = {{"", 0}, {"\xEF\xBB", 0}, {"\xEF\xBB\xBF", 3}, {"\xEF\xBB\xBF\xEF\xBB\xBF", 3}, {"a\xEF\xBB\xBF", 0}};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        uint64_t bom_bytes = 99;
        cln_error err;
        const cln_status status = read_offset(cln_span_of_string(files[i].bytes), 0, &bom_bytes, &err);
        assert_true(all_ranks(status == CLN_OK && bom_bytes == files[i].expected));
    }
}

/* Lines that are skipped are skipped whatever quotes they hold. */
static void lines_are_skipped_before_the_header(void **state) {
    (void)state;
    cln_dialect dialect = cln_dialect_default();
    dialect.skip_lines = 2;
    const char *text = "The \"best\r\n\"table\n\na,b\n1,2\n";
    assert_true(prologue_is(text, &dialect, &(expectation){0, 1, 1, 19, 4, 23, 2, "a|b|"}));
    assert_true(prologue_is("\xEF\xBB\xBFx\ry\ra\n", &dialect, &(expectation){3, 0, 0, 7, 2, 9, 2, "a|"}));
    assert_true(prologue_is("x\ny\n", &dialect, &(expectation){0, 0, 0, 4, 0, 4, 1, ""}));
    assert_true(prologue_is("x", &dialect, &(expectation){0, 0, 0, 1, 0, 1, 1, ""})); /* fewer lines */
    dialect.has_header = false;
    assert_true(prologue_is("x\ny\n1,2\n", &dialect, &(expectation){0, 0, 0, 4, 0, 4, 1, "column_1|column_2|"}));
    uint64_t offset = 0;
    cln_error err;
    const cln_status status = read_offset(cln_span_of_string("\xEF\xBB\xBFx\r\ny\r\n1"), 2, &offset, &err);
    assert_true(all_ranks(status == CLN_OK && offset == 9));
}

/* ... also where CRLF lies across two pieces of reading. */
static void skipped_lines_may_be_long(void **state) {
    (void)state;
    enum { PIECE = 64 << 10, SIZE = 3 * PIECE };
    static char bytes[SIZE];
    for (size_t at = PIECE - 2; at <= PIECE + 1; at++) {
        memset(bytes, 'x', sizeof bytes);
        memcpy(bytes + at, "\r\n", 2);
        memcpy(bytes + SIZE - 4, "\na\n", 3);
        uint64_t one = 0;
        uint64_t two = 0;
        cln_error err;
        cln_status status = read_offset(cln_span_of(bytes, SIZE), 1, &one, &err);
        if (status == CLN_OK) status = read_offset(cln_span_of(bytes, SIZE), 2, &two, &err);
        assert_true(all_ranks(status == CLN_OK && one == at + 2 && two == SIZE - 3));
    }
}

static void its_bytes_are_accounted(void **state) {
    (void)state;
    const cln_prologue prologue = {
        .bom_bytes = 3, .skipped_bytes = 20, .blank_bytes = 4, .blank_lines = 2, .header_bytes = 50};
    cln_account account = {0};
    cln_account_prologue(&account, &prologue);
    assert_int_equal(cln_account_bytes(&account), 77);
    assert_int_equal(account.bytes_header, 70);
    assert_int_equal(account.blank_lines, 2);
}

int main(void) {
    cln_comm_prepare_environment();
    cln_comm_start(&comm);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_header_of_any_line_end),
        cmocka_unit_test(a_mark_and_blank_lines_stand_before_it),
        cmocka_unit_test(files_without_a_record),
        cmocka_unit_test(without_a_header_columns_are_numbered),
        cmocka_unit_test(names_become_utf8),
        cmocka_unit_test(a_header_of_several_pieces),
        cmocka_unit_test(a_header_that_does_not_end_is_refused),
        cmocka_unit_test(other_unicode_files_are_refused_with_advice),
        cmocka_unit_test(other_unicode_files_are_known_by_their_nuls),
        cmocka_unit_test(nuls_in_ordinary_files_are_content),
        cmocka_unit_test(a_header_has_one_encoding),
        cmocka_unit_test(the_mark_alone),
        cmocka_unit_test(lines_are_skipped_before_the_header),
        cmocka_unit_test(skipped_lines_may_be_long),
        cmocka_unit_test(its_bytes_are_accounted),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    cln_comm_stop(&comm);
    return failed;
}
