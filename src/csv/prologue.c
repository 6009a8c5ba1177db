/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/csv/prologue.h"

#include "colonnade/base/memory.h"
#include "colonnade/base/utf8.h"
#include "colonnade/csv/lines.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* The header is looked for in pieces of this size. */
#define PIECE_BYTES ((uint64_t)64 << 10)

/* The positions in a prologue that travel between ranks; the header's bytes follow them. */
enum { POSITION_COUNT = 8 };

static void pack_positions(const cln_prologue *p, uint64_t positions[POSITION_COUNT]) {
    const uint64_t values[POSITION_COUNT] = {p->bom_bytes,     p->skipped_bytes, p->blank_bytes, p->blank_lines,
                                             p->header_offset, p->header_bytes,  p->data_offset, p->first_record};
    memcpy(positions, values, sizeof values);
}

static void unpack_positions(cln_prologue *p, const uint64_t positions[POSITION_COUNT]) {
    p->bom_bytes = positions[0];
    p->skipped_bytes = positions[1];
    p->blank_bytes = positions[2];
    p->blank_lines = positions[3];
    p->header_offset = positions[4];
    p->header_bytes = positions[5];
    p->data_offset = positions[6];
    p->first_record = positions[7];
}

static bool begins_with(cln_span bytes, const char *mark, size_t size) {
    return bytes.size >= size && memcmp(bytes.data, mark, size) == 0;
}

/* How many of the bytes that stand at these places of each unit are NUL; in how
 * many units all of them are. */
static size_t count_nul_units(cln_span bytes, size_t unit_bytes, size_t first, size_t count) {
    size_t units = 0;
    for (size_t i = 0; i + unit_bytes <= bytes.size; i += unit_bytes) {
        size_t nuls = 0;
        for (size_t k = 0; k < count; k++) nuls += bytes.data[i + first + k] == '\0';
        units += nuls == count;
    }
    return units;
}

/* Text in these encodings has NULs at the same place of nearly each character,
 * and none at the others; the first KiB tells. Below 16 bytes it is left open. */
static const char *judge_nuls(cln_span bytes) {
    const cln_span sample = cln_span_of(bytes.data, (bytes.size < 1024 ? bytes.size : 1024) / 4 * 4);
    const size_t pairs = sample.size / 2, quads = sample.size / 4;
    if (sample.size < 16 || memchr(sample.data, '\0', sample.size) == NULL) return NULL;
    if (count_nul_units(sample, 4, 2, 2) == quads && count_nul_units(sample, 4, 0, 2) == 0) return "UTF-32LE";
    if (count_nul_units(sample, 4, 0, 2) == quads && count_nul_units(sample, 4, 2, 2) == 0) return "UTF-32BE";
    const size_t second = count_nul_units(sample, 2, 1, 1), first = count_nul_units(sample, 2, 0, 1);
    if (first == 0 && second >= pairs / 2) return "UTF-16LE";
    return second == 0 && first >= pairs / 2 ? "UTF-16BE" : NULL;
}

static cln_status refuse(const char *encoding, const char *file, const char *more, cln_error *err) {
    return cln_fail(err, CLN_ERR_DATA,
                    "%s is %s, which is not read. Convert it first: iconv -f %s -t UTF-8 FILE > NEW.csv%s", file,
                    encoding, encoding, more);
}

static cln_status find_byte_order_mark(uint64_t *bom_bytes, cln_span bytes, const cln_dialect *dialect,
                                       const char *file, cln_error *err) {
    *bom_bytes = begins_with(bytes, "\xEF\xBB\xBF", 3) ? 3 : 0;
    if (begins_with(bytes, "\xFF\xFE\0\0", 4) || begins_with(bytes, "\0\0\xFE\xFF", 4)) {
        return refuse("UTF-32", file, "", err);
    }
    if (begins_with(bytes, "\xFF\xFE", 2) || begins_with(bytes, "\xFE\xFF", 2)) {
        return refuse("UTF-16", file, "", err);
    }
    const char *encoding = dialect->takes_nuls ? NULL : judge_nuls(bytes);
    if (encoding == NULL) return CLN_OK;
    return refuse(encoding, file, ". Where NUL bytes are content, say --encoding", err);
}

/* Runs the automaton from *position until the header record is whole. Returns
 * true when it is, or when at_end says that no more bytes come. */
static bool find_header(cln_prologue *prologue, const cln_automaton *automaton, cln_span bytes, bool at_end,
                        size_t *position, uint8_t *state) {
    for (; *position < bytes.size; (*position)++) {
        const cln_csv_step step = cln_automaton_step(automaton, *state, bytes.data[*position]);
        const bool is_done = prologue->header_bytes > 0 && (step.actions & CLN_CSV_ITEM);
        if (is_done) return true;
        if (step.actions & CLN_CSV_BLANK) prologue->blank_lines++;
        if (step.actions & CLN_CSV_RECORD) prologue->header_offset = *position;
        if (step.actions & CLN_CSV_END_RECORD) prologue->header_bytes = *position + 1 - prologue->header_offset;
        const bool is_lf_behind_header = prologue->header_bytes > 0 && *state == CLN_CSV_CR && step.actions == 0;
        if (is_lf_behind_header) prologue->header_bytes++;
        *state = step.next;
        if (prologue->header_bytes > 0 && *state == CLN_CSV_START) {
            (*position)++;
            return true;
        }
    }
    if (at_end && cln_csv_state_is_open(*state)) prologue->header_bytes = bytes.size - prologue->header_offset;
    return at_end;
}

static cln_status read_more(cln_byte_source *source, cln_buffer *bytes, cln_error *err) {
    size_t got;
    CLN_TRY(cln_buffer_reserve(bytes, (size_t)PIECE_BYTES, err));
    CLN_TRY(cln_byte_source_read_some(source, bytes->size, bytes->data + bytes->size, (size_t)PIECE_BYTES, &got, err));
    bytes->size += got;
    return CLN_OK;
}

static cln_status fail_over_long(const cln_byte_source *source, uint64_t max_record_bytes, cln_error *err) {
    return cln_fail(err, CLN_ERR_DATA,
                    "the first record of %s does not end within %" PRIu64
                    " bytes; is it a CSV file, and are --delimiter and --quote right?",
                    source->name, max_record_bytes);
}

/* Reads on from *position, behind the byte-order mark, to the end of so many
 * lines or of the file. */
static cln_status skip_lines(cln_byte_source *source, uint64_t lines, uint64_t max_bytes, cln_buffer *bytes,
                             size_t *position, cln_error *err) {
    uint64_t left = lines;
    for (;;) {
        const bool at_end = bytes->size == source->size_bytes;
        cln_span rest = cln_span_of(bytes->data + *position, bytes->size - *position);
        /* Whether an LF follows a last CR is not known yet. */
        if (!at_end && rest.size > 0 && rest.data[rest.size - 1] == '\r') rest.size--;
        *position += cln_lines_skip(rest, left, &left);
        if (left == 0 || at_end) return CLN_OK;
        if (bytes->size > max_bytes) {
            return cln_fail(err, CLN_ERR_DATA,
                            "the %" PRIu64 " lines of %s that are to be skipped do not end within %" PRIu64
                            " bytes; is --skip-lines right?",
                            lines, source->name, max_bytes);
        }
        CLN_TRY(read_more(source, bytes, err));
    }
}

/* Reads until the header is whole; leaves its bytes in header. */
static cln_status read_header(cln_prologue *prologue, cln_byte_source *source, const cln_automaton *automaton,
                              uint64_t max_record_bytes, cln_buffer *bytes, cln_error *err) {
    size_t position = (size_t)(prologue->bom_bytes + prologue->skipped_bytes);
    uint8_t state = CLN_CSV_START;
    prologue->header_offset = position;
    while (!find_header(prologue, automaton, cln_buffer_span(bytes), bytes->size == source->size_bytes, &position,
                        &state)) {
        if (bytes->size > max_record_bytes) return fail_over_long(source, max_record_bytes, err);
        CLN_TRY(read_more(source, bytes, err));
    }
    if (prologue->header_bytes > max_record_bytes) return fail_over_long(source, max_record_bytes, err);
    if (prologue->header_bytes == 0) prologue->header_offset = bytes->size;
    return CLN_OK;
}

/* The byte-order mark and the lines that the dialect skips. */
static cln_status read_beginning(cln_prologue *prologue, cln_byte_source *source, const cln_dialect *dialect,
                                 uint64_t max_bytes, cln_buffer *bytes, cln_error *err) {
    CLN_TRY(read_more(source, bytes, err));
    CLN_TRY(find_byte_order_mark(&prologue->bom_bytes, cln_buffer_span(bytes), dialect, source->name, err));
    size_t position = (size_t)prologue->bom_bytes;
    CLN_TRY(skip_lines(source, dialect->skip_lines, max_bytes, bytes, &position, err));
    prologue->skipped_bytes = position - prologue->bom_bytes;
    return CLN_OK;
}

static cln_status read_on_root(cln_prologue *prologue, cln_byte_source *source, const cln_dialect *dialect,
                               uint64_t max_record_bytes, cln_buffer *message, cln_error *err) {
    cln_automaton automaton;
    cln_automaton_init(&automaton, dialect);
    cln_buffer bytes;
    cln_buffer_init(&bytes, max_record_bytes + 4 * PIECE_BYTES);
    cln_status status = read_beginning(prologue, source, dialect, max_record_bytes, &bytes, err);
    if (status == CLN_OK) status = read_header(prologue, source, &automaton, max_record_bytes, &bytes, err);
    prologue->blank_bytes = prologue->header_offset - prologue->bom_bytes - prologue->skipped_bytes;
    prologue->data_offset = prologue->header_offset + prologue->header_bytes;
    prologue->first_record = prologue->header_bytes > 0 ? 2 : 1;
    uint64_t positions[POSITION_COUNT];
    pack_positions(prologue, positions);
    if (status == CLN_OK) status = cln_buffer_append(message, positions, sizeof positions, err);
    if (status == CLN_OK && prologue->header_bytes > 0) {
        status = cln_buffer_append(message, bytes.data + prologue->header_offset, (size_t)prologue->header_bytes, err);
    }
    cln_buffer_clean_up(&bytes);
    return status;
}

/* Decided for the header as a whole, as for any record. */
typedef enum header_encoding { HEADER_UTF8, HEADER_WINDOWS_1252, HEADER_UNDEFINED } header_encoding;

static cln_status judge_header(cln_span raw, cln_fallback fallback, header_encoding *encoding, cln_error *err) {
    *encoding = HEADER_UTF8;
    if (cln_utf8_is_valid(raw)) return CLN_OK;
    *encoding = HEADER_UNDEFINED;
    if (fallback != CLN_FALLBACK_WINDOWS_1252) return CLN_OK;
    cln_buffer utf8;
    cln_buffer_init(&utf8, SIZE_MAX);
    bool is_defined = false;
    const cln_status status = cln_utf8_from_windows_1252(raw, &utf8, &is_defined, err);
    if (is_defined) *encoding = HEADER_WINDOWS_1252;
    cln_buffer_clean_up(&utf8);
    return status;
}

static cln_status copy_name(char **name, cln_span content, header_encoding encoding, cln_error *err) {
    if (encoding == HEADER_UTF8) return cln_copy_span(name, content, err);
    cln_buffer utf8;
    cln_buffer_init(&utf8, SIZE_MAX);
    bool is_defined; /* it is: the whole header was tried */
    cln_status status = cln_utf8_from_windows_1252(content, &utf8, &is_defined, err);
    if (status == CLN_OK) status = cln_copy_span(name, cln_buffer_span(&utf8), err);
    cln_buffer_clean_up(&utf8);
    return status;
}

static cln_status copy_names(cln_prologue *prologue, const cln_automaton *automaton, const cln_record_block *block,
                             header_encoding encoding, cln_error *err) {
    CLN_TRY(cln_new_array(&prologue->names, block->field_count, sizeof(char *), err));
    cln_buffer arena;
    cln_buffer_init(&arena, SIZE_MAX);
    cln_status status = CLN_OK;
    for (size_t i = 0; status == CLN_OK && i < block->field_count; i++) {
        cln_span content;
        status = cln_field_content(automaton, block, &block->fields[i], &arena, &content, err);
        if (status == CLN_OK) status = copy_name(&prologue->names[i], content, encoding, err);
        if (status == CLN_OK) prologue->name_count++;
    }
    cln_buffer_clean_up(&arena);
    return status;
}

static cln_status number_names(cln_prologue *prologue, size_t count, cln_error *err) {
    CLN_TRY(cln_new_array(&prologue->names, count, sizeof(char *), err));
    for (size_t i = 0; i < count; i++) {
        CLN_TRY(cln_format_string(&prologue->names[i], err, "column_%zu", i + 1));
        prologue->name_count++;
    }
    return CLN_OK;
}

/* Without a header the first record only tells how many columns there are. */
static cln_status make_names_without_header(cln_prologue *prologue, size_t count, cln_error *err) {
    CLN_TRY(number_names(prologue, count, err));
    prologue->data_offset = prologue->bom_bytes + prologue->skipped_bytes;
    prologue->header_bytes = 0;
    prologue->blank_bytes = 0;
    prologue->blank_lines = 0;
    prologue->first_record = 1;
    return CLN_OK;
}

static cln_status name_columns(cln_prologue *prologue, const cln_automaton *automaton, const cln_record_block *block,
                               cln_fallback fallback, cln_error *err) {
    header_encoding encoding;
    CLN_TRY(judge_header(cln_record_raw(block, &block->records[0]), fallback, &encoding, err));
    prologue->is_undefined = encoding == HEADER_UNDEFINED;
    if (prologue->is_undefined) return number_names(prologue, block->field_count, err);
    return copy_names(prologue, automaton, block, encoding, err);
}

cln_status cln_prologue_check_names(const cln_prologue *prologue, const char *file, cln_error *err) {
    if (!prologue->is_undefined) return CLN_OK;
    return cln_fail(err, CLN_ERR_DATA,
                    "the header of %s holds bytes that are not UTF-8, and that its declared encoding does not define; "
                    "see --encoding, or mend it",
                    file);
}

static cln_status split_header(cln_prologue *prologue, cln_span header, const cln_dialect *dialect, cln_error *err) {
    cln_automaton automaton;
    cln_automaton_init(&automaton, dialect);
    cln_record_block *block;
    CLN_TRY(cln_new_array(&block, 1, sizeof *block, err));
    cln_record_block_init(block);
    cln_splitter splitter;
    cln_splitter_init(&splitter, &automaton, header, prologue->header_offset, 1);
    bool more = false;
    cln_status status = cln_splitter_next(&splitter, block, &more, err);
    if (status == CLN_OK && more && dialect->has_header) {
        status = name_columns(prologue, &automaton, block, dialect->fallback, err);
    } else if (status == CLN_OK) {
        status = make_names_without_header(prologue, block->field_count, err);
    }
    cln_record_block_clean_up(block);
    free(block);
    return status;
}

static cln_status unpack(cln_prologue *prologue, cln_span message, const cln_dialect *dialect, cln_error *err) {
    uint64_t positions[POSITION_COUNT];
    memcpy(positions, message.data, sizeof positions);
    unpack_positions(prologue, positions);
    if (prologue->header_bytes == 0) return CLN_OK;
    const cln_span header = cln_span_of(message.data + sizeof positions, message.size - sizeof positions);
    return split_header(prologue, header, dialect, err);
}

cln_status cln_prologue_read(cln_prologue *prologue, const cln_comm *comm, cln_byte_source *source,
                             const cln_dialect *dialect, uint64_t max_record_bytes, cln_error *err) {
    *prologue = (cln_prologue){0};
    cln_buffer message;
    cln_buffer_init(&message, SIZE_MAX);
    cln_status status = CLN_OK;
    if (comm->rank == 0) status = read_on_root(prologue, source, dialect, max_record_bytes, &message, err);
    status = cln_agree(comm, status, err);
    if (status == CLN_OK) status = cln_broadcast_buffer(comm, &message, 0, err);
    if (status == CLN_OK) {
        status = unpack(prologue, cln_buffer_span(&message), dialect, err);
        status = cln_agree(comm, status, err);
    }
    cln_buffer_clean_up(&message);
    if (status != CLN_OK) cln_prologue_clean_up(prologue);
    return status;
}

void cln_prologue_clean_up(cln_prologue *prologue) {
    for (size_t i = 0; i < prologue->name_count; i++) free(prologue->names[i]);
    free(prologue->names);
    *prologue = (cln_prologue){0};
}

static cln_status read_offset_on_root(uint64_t *offset, cln_byte_source *source, const cln_dialect *dialect,
                                      cln_error *err) {
    cln_prologue prologue = {0};
    cln_buffer bytes;
    cln_buffer_init(&bytes, CLN_MAX_SKIPPED_BYTES + 4 * PIECE_BYTES);
    const cln_status status = read_beginning(&prologue, source, dialect, CLN_MAX_SKIPPED_BYTES, &bytes, err);
    *offset = prologue.bom_bytes + prologue.skipped_bytes;
    cln_buffer_clean_up(&bytes);
    return status;
}

cln_status cln_records_offset_read(uint64_t *offset, const cln_comm *comm, cln_byte_source *source,
                                   const cln_dialect *dialect, cln_error *err) {
    *offset = 0;
    cln_status status = CLN_OK;
    if (comm->rank == 0) status = read_offset_on_root(offset, source, dialect, err);
    CLN_TRY(cln_agree(comm, status, err));
    cln_sum_u64(comm, offset, 1);
    return CLN_OK;
}

void cln_account_prologue(cln_account *account, const cln_prologue *prologue) {
    account->bytes_bom += prologue->bom_bytes;
    account->bytes_header += prologue->skipped_bytes + prologue->header_bytes;
    account->bytes_blank += prologue->blank_bytes;
    account->blank_lines += prologue->blank_lines;
}
