/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/memory.h"
#include "colonnade/csv/detect_cell.h"
#include "colonnade/csv/lines.h"
#include "detect_parts.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_FOOTER_ROWS = 100 };

/* Rows that must be dense before a sparse one behind them is a note. */
enum { MIN_DENSE_ROWS = 8 };

/* One record of the sample, by what tells titles and notes from data. */
typedef struct row {
    size_t begin, size;
    uint32_t fields;
    uint32_t filled;       /* of them not empty */
    uint32_t first_filled; /* the first of those */
    bool is_comment;       /* begins with '#' */
} row;

typedef struct row_list {
    row *items;
    size_t count, capacity;
} row_list;

static row row_of(const cln_record_block *block, const cln_record *record) {
    row r = {.begin = record->begin, .size = record->size, .fields = record->field_count};
    r.is_comment = block->bytes.data[record->begin] == '#';
    for (uint32_t i = 0; i < record->field_count; i++) {
        const cln_field *field = &block->fields[record->first_field + i];
        const cln_span content = cln_span_of(block->bytes.data + field->begin, field->size);
        if (cln_span_trim(content).size == 0) continue;
        if (r.filled == 0) r.first_filled = i;
        r.filled++;
    }
    return r;
}

/* All records of the bytes; without the last one when they may cut it. */
static cln_status list_rows(row_list *rows, cln_detect_room *room, const cln_dialect *dialect, cln_span bytes,
                            bool is_whole, cln_error *err) {
    cln_automaton automaton;
    cln_automaton_init(&automaton, dialect);
    cln_splitter splitter;
    cln_splitter_init(&splitter, &automaton, bytes, 0, 1);
    for (bool more = true;;) {
        CLN_TRY(cln_splitter_next(&splitter, &room->block, &more, err));
        if (!more) break;
        CLN_TRY(
            cln_grow_array(&rows->items, &rows->capacity, rows->count + room->block.record_count, sizeof(row), err));
        for (size_t i = 0; i < room->block.record_count; i++) {
            rows->items[rows->count++] = row_of(&room->block, &room->block.records[i]);
        }
    }
    if (!is_whole && rows->count > 0) rows->count--;
    return CLN_OK;
}

/* The number of fields that most rows have; of two that are equally frequent the smaller. */
static uint32_t usual_fields(const row_list *rows, cln_detect_room *room) {
    memset(room->field_counts, 0, sizeof room->field_counts);
    uint32_t usual = 0;
    for (size_t i = 0; i < rows->count; i++) {
        const uint32_t fields = rows->items[i].fields;
        room->field_counts[fields < CLN_DETECT_MAX_FIELDS ? fields : CLN_DETECT_MAX_FIELDS]++;
    }
    for (uint32_t fields = 1; fields <= CLN_DETECT_MAX_FIELDS; fields++) {
        if (room->field_counts[fields] > room->field_counts[usual]) usual = fields;
    }
    return usual;
}

static bool has_blank_line_behind(const row_list *rows, size_t i) {
    return i + 1 < rows->count && rows->items[i].begin + rows->items[i].size < rows->items[i + 1].begin;
}

/* A title or note: one cell where rows have many, or a name and its value. */
static bool is_sparse(const row *r, uint32_t columns) {
    if (columns < 3) return false;
    return r->filled <= 1 || (r->filled == 2 && r->fields == 2 && columns >= 5);
}

static bool is_before_table(const row_list *rows, size_t i, uint32_t columns) {
    const row *r = &rows->items[i];
    if (columns < 2) return false;
    if (is_sparse(r, columns) || (r->is_comment && r->fields != columns)) return true;
    return r->fields < columns && has_blank_line_behind(rows, i);
}

/* The row in which the table begins; the first one when all look like titles. */
static size_t find_table(const row_list *rows, uint32_t columns) {
    for (size_t i = 0; i < rows->count; i++) {
        if (!is_before_table(rows, i, columns)) return i;
    }
    return 0;
}

/* ---- Header ---- */

/* What the values of one column have in common. */
typedef struct column_look {
    uint32_t counts[CLN_LOOK_FOREIGN + 1];
    uint32_t values; /* not empty */
    uint32_t year_count;
    size_t least_size, greatest_size;
    bool repeats_first; /* the first row's value comes again */
} column_look;

static cln_span field_text(const cln_record_block *block, size_t record, uint32_t column) {
    const cln_field *field = &block->fields[block->records[record].first_field + column];
    return cln_span_trim(cln_span_of(block->bytes.data + field->begin, field->size));
}

/* A year may stand above numbers, as the name of its column. */
static bool is_year(cln_span text) {
    return text.size == 4 && cln_cell_look_of(text) == CLN_LOOK_NUMBER &&
           (memcmp(text.data, "18", 2) == 0 || memcmp(text.data, "19", 2) == 0 || memcmp(text.data, "20", 2) == 0);
}

static column_look look_at_column(const cln_record_block *block, uint32_t column) {
    column_look look = {.least_size = SIZE_MAX};
    const cln_span first = field_text(block, 0, column);
    for (size_t i = 1; i < block->record_count; i++) {
        if (block->records[i].field_count <= column || block->records[i].is_malformed) continue;
        const cln_span value = field_text(block, i, column);
        if (value.size == 0) continue;
        look.counts[cln_cell_look_of(value)]++;
        look.values++;
        look.year_count += is_year(value);
        if (value.size < look.least_size) look.least_size = value.size;
        if (value.size > look.greatest_size) look.greatest_size = value.size;
        look.repeats_first |= cln_span_equal(first, value);
    }
    return look;
}

static bool is_mostly(const column_look *look, cln_cell_look kind) {
    return look->values > 0 && look->counts[kind] * 10 >= look->values * 9;
}

/* Votes for a header are positive: a word above numbers or times; against it a
 * number above numbers, or a value that comes again. */
static int vote(const cln_record_block *block, uint32_t column) {
    const column_look look = look_at_column(block, column);
    const cln_span first = field_text(block, 0, column);
    const cln_cell_look first_look = cln_cell_look_of(first);
    if (first_look == CLN_LOOK_EMPTY) return 0;
    if (is_mostly(&look, CLN_LOOK_NUMBER) || is_mostly(&look, CLN_LOOK_TIME)) {
        const cln_cell_look usual = is_mostly(&look, CLN_LOOK_NUMBER) ? CLN_LOOK_NUMBER : CLN_LOOK_TIME;
        if (first_look != usual) return 2;
        return is_year(first) && look.year_count * 2 < look.values ? 0 : -2;
    }
    if (look.repeats_first) return -2;
    if (first_look == CLN_LOOK_NUMBER || first_look == CLN_LOOK_TIME) return is_year(first) ? 0 : -1;
    const bool one_size = look.values > 1 && look.least_size == look.greatest_size;
    return one_size && first.size != look.least_size ? 1 : 0;
}

/* Without evidence there is one, as the standard dialect has it. */
static bool has_header(const cln_record_block *block) {
    int votes = 0;
    for (uint32_t column = 0; column < block->records[0].field_count; column++) votes += vote(block, column);
    return votes >= 0;
}

/* The first records of the table in room->block. */
static cln_status cut_table(cln_detect_room *room, const cln_dialect *dialect, cln_span bytes, cln_error *err) {
    cln_automaton automaton;
    cln_automaton_init(&automaton, dialect);
    cln_splitter splitter;
    cln_splitter_init(&splitter, &automaton, bytes, 0, 1);
    bool more = false;
    return cln_splitter_next(&splitter, &room->block, &more, err);
}

/* ---- Footer ---- */

static bool is_behind_table(const row_list *rows, size_t i, uint32_t columns, bool is_dense) {
    const row *r = &rows->items[i];
    if (columns < 2 || r->fields > columns) return false;
    const bool stands_apart = i > 0 && (has_blank_line_behind(rows, i - 1) || rows->items[i - 1].filled == 0);
    if (r->fields < columns && stands_apart) return true;
    return is_sparse(r, columns) && (is_dense || stands_apart || r->filled == 0);
}

/* The first of the rows at the end that look like notes. */
static size_t begin_of_notes(const row_list *rows, size_t first, uint32_t columns, bool is_dense) {
    size_t begin = rows->count;
    bool has_words = false;
    for (size_t i = rows->count; i-- > first + 1 && rows->count - i <= MAX_FOOTER_ROWS;) {
        if (!is_behind_table(rows, i, columns, is_dense)) break;
        has_words |= rows->items[i].filled > 0;
        begin = i;
    }
    return has_words && rows->count - begin < rows->count - first - 1 ? begin : rows->count;
}

/* ... in a table of which no other row has so few cells, else those that stand
 * apart from it; count when there are none. */
static size_t find_footer(const row_list *rows, size_t first, uint32_t columns) {
    const size_t begin = begin_of_notes(rows, first, columns, true);
    bool is_dense = begin > first + MIN_DENSE_ROWS;
    for (size_t i = first + 1; i < begin && is_dense; i++) is_dense = !is_sparse(&rows->items[i], columns);
    return is_dense ? begin : begin_of_notes(rows, first, columns, false);
}

static void set_footer(cln_detection *detection, const row_list *rows, size_t footer, cln_span bytes, uint64_t offset) {
    if (footer == rows->count) return;
    const size_t begin = rows->items[footer].begin;
    detection->footer_offset = offset + begin;
    const cln_span rest = cln_span_of(bytes.data + begin, bytes.size - begin);
    const char last = rest.data[rest.size - 1];
    detection->footer_lines = cln_lines_count(rest) + (last != '\n' && last != '\r');
}

/* In the tail no record's beginning is known: the first line of it is left
 * out, and it counts only where most records are like those of the head. */
static cln_status look_at_tail(cln_detection *detection, cln_detect_room *room, const cln_detect_sample *sample,
                               cln_error *err) {
    size_t begin = 0;
    while (begin < sample->tail.size && sample->tail.data[begin] != '\n') begin++;
    if (begin + 1 >= sample->tail.size) return CLN_OK;
    begin++;
    const cln_span bytes = cln_span_of(sample->tail.data + begin, sample->tail.size - begin);
    row_list rows = {0};
    const cln_status status = list_rows(&rows, room, &detection->dialect, bytes, true, err);
    if (status == CLN_OK && rows.count > 2) {
        const uint32_t columns = usual_fields(&rows, room);
        const bool is_alike = columns == detection->column_count && room->field_counts[columns] * 2 > rows.count;
        if (is_alike) {
            const size_t footer = find_footer(&rows, 0, columns);
            set_footer(detection, &rows, footer, bytes, sample->tail_offset + begin);
        }
    }
    free(rows.items);
    return status;
}

/* ---- The whole ---- */

static cln_status settle(cln_detection *detection, cln_detect_room *room, const cln_detect_sample *sample,
                         const cln_detect_given *given, const row_list *rows, cln_span bytes, cln_error *err) {
    const uint32_t columns = usual_fields(rows, room);
    const size_t first = given->skip_lines ? 0 : find_table(rows, columns);
    const size_t begin = first == 0 ? 0 : rows->items[first].begin;
    detection->column_count = columns;
    if (!given->skip_lines) detection->dialect.skip_lines = cln_lines_count(cln_span_of(bytes.data, begin));
    detection->table_offset += begin;
    CLN_TRY(cut_table(room, &detection->dialect, cln_span_of(bytes.data + begin, bytes.size - begin), err));
    if (room->block.record_count == 0) return CLN_OK;
    if (!given->header) detection->dialect.has_header = has_header(&room->block);
    if (sample->head_offset + sample->head.size >= sample->file_bytes) {
        const size_t footer = find_footer(rows, first, columns);
        set_footer(detection, rows, footer, bytes, sample->head_offset + sample->head.size - bytes.size);
        return CLN_OK;
    }
    return look_at_tail(detection, room, sample, err);
}

cln_status cln_detect_table(cln_detection *detection, cln_detect_room *room, const cln_detect_sample *sample,
                            const cln_detect_given *given, cln_error *err) {
    const size_t skipped = (size_t)(detection->table_offset - sample->head_offset);
    const cln_span bytes = cln_span_of(sample->head.data + skipped, sample->head.size - skipped);
    const bool is_whole = sample->head_offset + sample->head.size >= sample->file_bytes;
    row_list rows = {0};
    cln_status status = list_rows(&rows, room, &detection->dialect, bytes, is_whole, err);
    if (status == CLN_OK && rows.count > 0) status = settle(detection, room, sample, given, &rows, bytes, err);
    free(rows.items);
    return status;
}
