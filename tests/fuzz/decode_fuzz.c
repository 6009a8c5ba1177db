/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Records to typed columns and the list of rejects, however the records come
 * in runs, against a decoder that knows one record and one cell at a time.
 */
#include "colonnade/base/utf8.h"
#include "colonnade/ingest/decoder.h"
#include "colonnade/ingest/text_rule.h"

#include "csv_fuzz.h"
#include "decoder_parts.h"
#include "ingest/harness.h"

enum { COLUMN_COUNT = 6, FIRST_NUMBER = 2, FIRST_OFFSET = 10 };

static const char *const header_names[COLUMN_COUNT] = {"n", "n,x", "n,x,b", "n,x,b,t", "n,x,b,t,z", "n,x,b,t,z,s"};
static cln_config config;
static cln_schema schemas[COLUMN_COUNT]; /* of the first 1, 2, ... columns */

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    parse_dataset(&config, "{\"name\":\"n\",\"type\":\"integer\"},{\"name\":\"x\",\"type\":\"double\"},"
                           "{\"name\":\"b\",\"type\":\"boolean\"},{\"name\":\"t\",\"type\":\"timestamp\"},"
                           "{\"name\":\"z\",\"type\":\"category\",\"normalise\":\"zip5\"},"
                           "{\"name\":\"s\",\"type\":\"text\",\"trim\":false}");
    for (int c = 0; c < COLUMN_COUNT; c++) {
        cln_prologue prologue;
        make_prologue(&prologue, header_names[c], true);
        must(cln_schema_match(&schemas[c], &config.datasets[0], &prologue, false, "x.csv", NULL));
        cln_prologue_clean_up(&prologue);
    }
    return 0;
}

/* What an input asks for. */
typedef struct setting {
    cln_dialect dialect;
    const cln_schema *schema;
    cln_decoder_policy policy;
    size_t run_records;  /* of each run */
    size_t stripe_bytes; /* a run belongs to the stripe in which it begins */
    uint64_t stage_bytes;
} setting;

static setting take_setting(cln_span *input) {
    setting s = {.dialect = fuzz_take_dialect(input)};
    const unsigned choice = fuzz_take_byte(input);
    s.schema = &schemas[COLUMN_COUNT - 1 - (choice & 7) % COLUMN_COUNT];
    s.policy.on_bad_cell = (cln_on_bad)((choice >> 3 & 3) % 3);
    s.policy.repair_malformed = (choice & 32) != 0;
    const unsigned limit = fuzz_take_byte(input);
    s.policy.max_record_bytes = limit == 0 ? CLN_MAX_RECORD_BYTES : limit;
    s.run_records = 1 + fuzz_take_byte(input);
    s.stripe_bytes = 1 + fuzz_take_byte(input);
    s.stage_bytes = choice & 64 ? 100 : 1 << 20;
    return s;
}

/* ---- What must come out ---- */

/* An entry of the list of rejects: of a cell it is only known in which record it stands. */
typedef struct expected_note {
    uint64_t number, offset, size, line_end_bytes;
    const char *column; /* "": the whole record */
    const char *reason;
} expected_note;

typedef struct expectation {
    const setting *how;
    cln_buffer numbers;
    cln_buffer columns[COLUMN_COUNT];
    size_t note_count, note_capacity;
    expected_note *notes;
    cln_account account;    /* what becomes of records and cells */
    uint64_t failed_record; /* the first with a bad cell; 0: none */
} expectation;

/* A field's content from the reference's description "... <size:content>". */
static cln_span next_content(cln_span *description) {
    const char *mark = memchr(description->data, '<', description->size);
    char *colon;
    const size_t size = (size_t)strtoull(mark + 1, &colon, 10);
    const size_t taken = (size_t)(colon + 1 - description->data) + size + 1;
    *description = cln_span_of(description->data + taken, description->size - taken);
    return cln_span_of(colon + 1, size);
}

static bool has_word(cln_span description, const char *word) {
    const char *end = memchr(description.data, '<', description.size);
    const size_t size = strlen(word);
    for (const char *at = description.data; at + size <= end; at++) {
        if (memcmp(at, word, size) == 0) return true;
    }
    return false;
}

static size_t count_fields(cln_span description) {
    size_t count = 0;
    for (; description.size > 0; count++) (void)next_content(&description);
    return count;
}

static void append(cln_buffer *text, cln_span cell) {
    must(cln_buffer_append_span(text, cell, NULL));
    must(cln_buffer_append_char(text, '|', NULL));
}

static void append_number(cln_buffer *text, uint64_t number) {
    must(cln_buffer_append_format(text, NULL, "%llu|", (unsigned long long)number));
}

static uint64_t line_end_bytes(cln_span description) {
    static const uint64_t sizes[] = {1, 2, 1, 0}; /* of cln_line_end */
    for (int e = 0; e < 4; e++) {
        const char words[][4] = {" e0", " e1", " e2", " e3"};
        if (has_word(description, words[e])) return sizes[e];
    }
    return 0;
}

static void expect_note(expectation *e, const reference_record *record, cln_span description, uint64_t number,
                        const char *column, const char *reason) {
    const uint64_t end = line_end_bytes(description);
    must(cln_grow_array(&e->notes, &e->note_capacity, e->note_count + 1, sizeof *e->notes, NULL));
    e->notes[e->note_count++] = (expected_note){number, record->offset, record->size, end, column, reason};
}

/* One cell as builder text; the reason by which it is bad, or NULL. */
static const char *expect_cell(const cln_schema_column *column, cln_span content, cln_buffer *text) {
    const cln_span trimmed = cln_span_trim(content);
    char shown[32];
    int64_t integer;
    double number;
    if (column->type == CLN_TYPE_CATEGORY || column->type == CLN_TYPE_TEXT) {
        cln_text_rule_cut(column->declared, &content, 1);
        append(text, content);
        return NULL;
    }
    if (trimmed.size == 0) {
        append(text, text_of(""));
        return NULL;
    }
    if (column->type == CLN_TYPE_DOUBLE) {
        const bool is_good = cln_parse_double(trimmed, &number);
        if (is_good) cln_format_double(number, shown);
        append(text, text_of(is_good ? shown : ""));
        return is_good ? NULL : "not a number";
    }
    bool is_good = false;
    if (column->type == CLN_TYPE_INTEGER) is_good = cln_parse_integer(trimmed, &integer);
    if (column->type == CLN_TYPE_BOOLEAN) is_good = cln_parse_boolean(trimmed, &integer);
    for (size_t f = 0; f < column->format_count && !is_good; f++) {
        is_good = cln_date_parse(&column->formats[f], trimmed, &integer);
    }
    if (is_good) (void)snprintf(shown, sizeof shown, "%" PRId64, integer);
    append(text, text_of(is_good ? shown : ""));
    return is_good                            ? NULL
           : column->type == CLN_TYPE_INTEGER ? "not an integer"
           : column->type == CLN_TYPE_BOOLEAN ? "not a boolean"
                                              : "not a time in a declared format";
}

static cln_reason expect_shape(const setting *how, const reference_record *record, cln_span description) {
    const size_t fields = count_fields(description);
    if (record->size > how->policy.max_record_bytes) return CLN_REASON_OVER_LONG;
    if (fields > how->schema->column_count) return CLN_REASON_TOO_MANY_FIELDS;
    if (how->policy.repair_malformed) return CLN_REASON_NONE;
    if (has_word(description, " unterminated")) return CLN_REASON_UNTERMINATED;
    if (has_word(description, " malformed")) return CLN_REASON_MALFORMED;
    return fields < how->schema->column_count ? CLN_REASON_TOO_FEW_FIELDS : CLN_REASON_NONE;
}

static cln_reason expect_encoding(const setting *how, cln_span raw, bool *is_converted) {
    *is_converted = false;
    if (cln_utf8_is_valid(raw)) return CLN_REASON_NONE;
    *is_converted = how->dialect.fallback == CLN_FALLBACK_WINDOWS_1252;
    for (size_t i = 0; i < raw.size; i++) {
        const char byte = raw.data[i];
        if (byte == '\x81' || byte == '\x8D' || byte == '\x8F' || byte == '\x90' || byte == '\x9D')
            *is_converted = false;
    }
    return *is_converted ? CLN_REASON_NONE : CLN_REASON_ENCODING;
}

/* The cells of a record that shape and encoding leave, and the reasons of the bad ones. */
static void make_cells(const setting *how, cln_span description, bool is_converted, cln_buffer *cells,
                       const char **bad) {
    cln_buffer utf8;
    cln_buffer_init(&utf8, SIZE_MAX);
    for (size_t c = 0; c < how->schema->column_count; c++) {
        cln_span content = description.size > 0 ? next_content(&description) : text_of("");
        bool is_defined = true;
        if (is_converted) {
            cln_buffer_clear(&utf8);
            must(cln_utf8_from_windows_1252(content, &utf8, &is_defined, NULL));
            content = cln_buffer_span(&utf8);
        }
        cln_buffer_clear(&cells[c]);
        bad[c] = expect_cell(&how->schema->columns[c], content, &cells[c]);
    }
    cln_buffer_clean_up(&utf8);
}

static size_t count_beyond_ascii(cln_span description) {
    size_t count = 0;
    while (description.size > 0) {
        const cln_span content = next_content(&description);
        bool is_ascii = true;
        for (size_t i = 0; i < content.size; i++) is_ascii = is_ascii && (unsigned char)content.data[i] < 0x80;
        count += !is_ascii;
    }
    return count;
}

static void expect_stored(expectation *e, const reference_record *record, cln_span description, uint64_t number,
                          bool is_converted, const cln_buffer *cells) {
    const size_t columns = e->how->schema->column_count;
    const bool is_repaired = count_fields(description) < columns || has_word(description, " malformed");
    if (is_converted) {
        expect_note(e, record, description, number, "", cln_note_converted);
        e->account.records_converted++;
        e->account.cells_converted += count_beyond_ascii(description);
    }
    if (is_repaired) expect_note(e, record, description, number, "", cln_note_repaired);
    append_number(&e->numbers, number);
    for (size_t c = 0; c < columns; c++) {
        must(cln_buffer_append_span(&e->columns[c], cln_buffer_span(&cells[c]), NULL));
    }
}

static void expect_record(expectation *e, const reference *r, size_t i, cln_span raw) {
    const setting *how = e->how;
    const reference_record *record = &r->records[i];
    const cln_span description = reference_text(r, i);
    const uint64_t number = FIRST_NUMBER + i;
    cln_buffer cells[COLUMN_COUNT];
    const char *bad[COLUMN_COUNT] = {NULL};
    size_t bad_count = 0;
    for (int c = 0; c < COLUMN_COUNT; c++) cln_buffer_init(&cells[c], SIZE_MAX);
    bool is_converted = false;
    cln_reason reason = expect_shape(how, record, description);
    if (reason == CLN_REASON_NONE) reason = expect_encoding(how, raw, &is_converted);
    if (reason == CLN_REASON_NONE) make_cells(how, description, is_converted, cells, bad);
    for (int c = 0; c < COLUMN_COUNT; c++) bad_count += bad[c] != NULL;
    if (bad_count > 0 && e->failed_record == 0) e->failed_record = number;
    if (bad_count > 0 && how->policy.on_bad_cell == CLN_ON_BAD_REJECT) reason = CLN_REASON_BAD_CELL;
    if (reason == CLN_REASON_NONE) {
        expect_stored(e, record, description, number, is_converted, cells);
        e->account.cells_bad += bad_count;
    } else {
        expect_note(e, record, description, number, "", cln_reason_text(reason));
    }
    for (size_t c = 0; c < how->schema->column_count; c++) {
        if (bad[c] != NULL) expect_note(e, record, description, number, how->schema->columns[c].name, bad[c]);
    }
    cln_account_record(&e->account, record->size, reason);
    for (int c = 0; c < COLUMN_COUNT; c++) cln_buffer_clean_up(&cells[c]);
}

static cln_span raw_record(const reference_record *record, cln_span bytes) {
    return cln_span_of(bytes.data + (record->offset - FIRST_OFFSET), (size_t)record->size);
}

static void expect_all(expectation *e, const setting *how, const reference *r, cln_span bytes) {
    *e = (expectation){.how = how};
    cln_buffer_init(&e->numbers, SIZE_MAX);
    for (int c = 0; c < COLUMN_COUNT; c++) cln_buffer_init(&e->columns[c], SIZE_MAX);
    for (size_t i = 0; i < r->record_count; i++) expect_record(e, r, i, raw_record(&r->records[i], bytes));
}

static void expectation_clean_up(expectation *e) {
    cln_buffer_clean_up(&e->numbers);
    for (int c = 0; c < COLUMN_COUNT; c++) cln_buffer_clean_up(&e->columns[c]);
    free(e->notes);
}

/* ---- What comes out ---- */

typedef struct decoding {
    const setting *how;
    cln_span bytes;
    cln_decoder decoder;
    uint64_t failed_record;
} decoding;

/* Bytes [begin, end) as a run, of which kept bytes are there. */
static cln_status take_run(decoding *d, size_t begin, size_t end, size_t kept, size_t first) {
    if (begin == end) return CLN_OK;
    cln_error err = {.message = ""};
    const size_t tail = kept == end - begin ? 0 : end - begin < CLN_TAIL_BYTES ? end - begin : CLN_TAIL_BYTES;
    const cln_csv_run run = {.stripe = begin / d->how->stripe_bytes,
                             .offset = FIRST_OFFSET + begin,
                             .first_record = FIRST_NUMBER + first,
                             .bytes = cln_span_of(d->bytes.data + begin, kept),
                             .size_bytes = end - begin,
                             .tail = cln_span_of(d->bytes.data + end - tail, tail)};
    const cln_status status = cln_decoder_take(&d->decoder, &run, &d->failed_record, &err);
    FUZZ_CHECK(status == CLN_OK || (status == CLN_ERR_DATA && err.message[0] != '\0'));
    return status;
}

/* In runs of at most run_records; of over-long records the beginnings, as the sweep has them. */
static cln_status take_all(decoding *d, const reference *r) {
    const size_t most = (size_t)d->how->policy.max_record_bytes;
    size_t begin = 0, first = 0;
    for (size_t i = 0; i < r->record_count; i++) {
        const size_t record_begin = (size_t)r->records[i].offset - FIRST_OFFSET;
        const size_t record_end = record_begin + (size_t)r->records[i].size;
        if (r->records[i].size > most) {
            CLN_TRY(take_run(d, begin, record_begin, record_begin - begin, first));
            CLN_TRY(take_run(d, record_begin, record_end, most, i));
        } else if (i + 1 - first == d->how->run_records) {
            CLN_TRY(take_run(d, begin, record_end, record_end - begin, first));
        } else {
            continue;
        }
        begin = record_end;
        first = i + 1;
    }
    CLN_TRY(take_run(d, begin, d->bytes.size, d->bytes.size - begin, first));
    return cln_decoder_end(&d->decoder, NULL);
}

static bool holds(const cln_column_builder *builder, const cln_buffer *expected) {
    cln_buffer found;
    cln_buffer_init(&found, SIZE_MAX);
    append_builder(builder, &found);
    const bool is_same = cln_span_equal(cln_buffer_span(&found), cln_buffer_span(expected));
    cln_buffer_clean_up(&found);
    return is_same;
}

/* The k-th of the numbers that a builder holds. */
static uint64_t next_number(const char **text) {
    char *end;
    const uint64_t number = strtoull(*text, &end, 10);
    *text = end + 1;
    return number;
}

/* What stands in the file at the place that a note names. */
static cln_span raw_of(const decoding *d, const expected_note *note, uint64_t offset, uint64_t size) {
    cln_span raw = cln_span_of(d->bytes.data + (offset - FIRST_OFFSET), (size_t)size);
    if (note->column[0] != '\0') return raw;
    if (strcmp(note->reason, cln_reason_text(CLN_REASON_OVER_LONG)) == 0) {
        return raw; /* cut by append_ends */
    }
    return cln_span_of(raw.data, raw.size - (size_t)note->line_end_bytes);
}

/* Of an over-long record, first and last bytes; of others everything. */
static void append_ends(const decoding *d, cln_buffer *text, const expected_note *note, cln_span raw) {
    const size_t most = (size_t)d->how->policy.max_record_bytes, half = CLN_TAIL_BYTES;
    const size_t first = most < half ? most : half;
    const bool is_over_long = strcmp(note->reason, cln_reason_text(CLN_REASON_OVER_LONG)) == 0;
    if (!is_over_long || raw.size <= first + half) {
        append(text, raw);
        return;
    }
    must(cln_buffer_append(text, raw.data, first, NULL));
    must(cln_buffer_append_format(text, NULL, "[... %zu bytes are left out ...]", raw.size - first - half));
    append(text, cln_span_of(raw.data + raw.size - half, half));
}

static void check_rejects(const decoding *d, const expectation *e) {
    const cln_column_builder *rejects = d->decoder.rejects;
    char *const offsets = describe_builder(&rejects[CLN_REJECT_OFFSET]);
    char *const sizes = describe_builder(&rejects[CLN_REJECT_SIZE_BYTES]);
    const char *next_offset = offsets, *next_size = sizes;
    cln_buffer expected[CLN_REJECT_COLUMN_COUNT];
    for (int c = 0; c < CLN_REJECT_COLUMN_COUNT; c++) cln_buffer_init(&expected[c], SIZE_MAX);
    for (size_t n = 0; n < e->note_count; n++) {
        const expected_note *note = &e->notes[n];
        FUZZ_CHECK(*next_offset != '\0' && *next_size != '\0');
        const uint64_t offset = next_number(&next_offset);
        const uint64_t size = next_number(&next_size);
        const bool is_cell = note->column[0] != '\0';
        FUZZ_CHECK(is_cell || (offset == note->offset && size == note->size));
        FUZZ_CHECK(offset >= note->offset && offset + size <= note->offset + note->size);
        append_number(&expected[CLN_REJECT_RECORD], note->number);
        append(&expected[CLN_REJECT_COLUMN], text_of(note->column));
        append(&expected[CLN_REJECT_REASON], text_of(note->reason));
        append_ends(d, &expected[CLN_REJECT_RAW], note, raw_of(d, note, offset, size));
    }
    FUZZ_CHECK(*next_offset == '\0' && *next_size == '\0');
    FUZZ_CHECK(holds(&rejects[CLN_REJECT_RECORD], &expected[CLN_REJECT_RECORD]));
    FUZZ_CHECK(holds(&rejects[CLN_REJECT_COLUMN], &expected[CLN_REJECT_COLUMN]));
    FUZZ_CHECK(holds(&rejects[CLN_REJECT_REASON], &expected[CLN_REJECT_REASON]));
    FUZZ_CHECK(holds(&rejects[CLN_REJECT_RAW], &expected[CLN_REJECT_RAW]));
    for (int c = 0; c < CLN_REJECT_COLUMN_COUNT; c++) cln_buffer_clean_up(&expected[c]);
    free(offsets);
    free(sizes);
}

static void check_account(const cln_account *found, const cln_account *expected) {
    FUZZ_CHECK(memcmp(found->rejected_for, expected->rejected_for, sizeof found->rejected_for) == 0);
    FUZZ_CHECK(found->records_stored == expected->records_stored && found->records_read == expected->records_read);
    FUZZ_CHECK(found->bytes_stored == expected->bytes_stored && found->bytes_rejected == expected->bytes_rejected);
    FUZZ_CHECK(found->records_converted == expected->records_converted);
    FUZZ_CHECK(found->cells_converted == expected->cells_converted && found->cells_bad == expected->cells_bad);
}

static void check_decoded(const decoding *d, const expectation *e) {
    FUZZ_CHECK(holds(&d->decoder.record_numbers, &e->numbers));
    for (size_t c = 0; c < d->how->schema->column_count; c++) {
        FUZZ_CHECK(holds(&d->decoder.columns[c], &e->columns[c]));
    }
    check_rejects(d, e);
    check_account(&d->decoder.account, &e->account);
}

static void decode(const setting *how, const cln_automaton *automaton, const reference *r, cln_span bytes) {
    decoding d = {.how = how, .bytes = bytes};
    expectation e;
    expect_all(&e, how, r, bytes);
    cln_stage stage;
    cln_stage_init(&stage, "/tmp", how->stage_bytes);
    must(cln_decoder_init(&d.decoder, automaton, how->schema, how->dialect.fallback, how->policy, "x.csv", &stage,
                          NULL));
    const cln_status status = take_all(&d, r);
    if (how->policy.on_bad_cell == CLN_ON_BAD_FAIL && e.failed_record > 0) {
        FUZZ_CHECK(status == CLN_ERR_DATA && d.failed_record == e.failed_record);
    } else {
        FUZZ_CHECK(status == CLN_OK);
        check_decoded(&d, &e);
    }
    cln_decoder_clean_up(&d.decoder);
    cln_stage_clean_up(&stage);
    expectation_clean_up(&e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    cln_span input = fuzz_input(data, size);
    const setting how = take_setting(&input);
    char *copy = exact_copy(input.data, input.size);
    const cln_span bytes = cln_span_of(copy, input.size);
    cln_automaton automaton;
    cln_automaton_init(&automaton, &how.dialect);
    reference r;
    reference_read(&r, &automaton, bytes, FIRST_OFFSET, FIRST_NUMBER);
    decode(&how, &automaton, &r, bytes);
    reference_clean_up(&r);
    free(copy);
    return 0;
}
