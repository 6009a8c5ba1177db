/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/csv/detect_cell.h"
#include "detect_parts.h"

#include <string.h>

/* Cells that are looked at; more would change no answer and take time. */
enum { MAX_CELLS = 20000 };

/* A file of one column is consistent for any delimiter that it does not hold,
 * so that finding one column says little. */
static const double one_column_weight = 0.2;

/* Where no cell looks like a value, for instance because the wrong quote is
 * given, the pattern alone decides. */
static const double least_type_score = 0.02;

typedef struct tally {
    uint64_t cells; /* that are not empty */
    double known;   /* of them, those that look like values */
} tally;

static double weight_of(cln_cell_look look) {
    static const double weights[] = {0, 1, 1, 1, 0.5, 0};
    return weights[look];
}

static void judge_cells(tally *cells, const cln_record_block *block, const cln_record *record) {
    for (size_t i = 0; i < record->field_count && cells->cells < MAX_CELLS; i++) {
        const cln_field *field = &block->fields[record->first_field + i];
        if (field->is_quoted) { /* what is quoted whole may be anything */
            cells->cells++;
            cells->known += 1;
            continue;
        }
        const cln_cell_look look = cln_cell_look_of(cln_span_of(block->bytes.data + field->begin, field->size));
        if (look == CLN_LOOK_EMPTY) continue;
        cells->cells++;
        cells->known += weight_of(look);
    }
}

static bool has_inner_line_end(cln_span raw) {
    while (raw.size > 0 && (raw.data[raw.size - 1] == '\n' || raw.data[raw.size - 1] == '\r')) raw.size--;
    return raw.size > 0 && (memchr(raw.data, '\n', raw.size) != NULL || memchr(raw.data, '\r', raw.size) != NULL);
}

static void count_record(cln_detect_cut *cut, cln_detect_room *room, const cln_record *record, tally *cells) {
    cut->record_count++;
    if (has_inner_line_end(cln_record_raw(&room->block, record))) cut->multiline_count++;
    if (record->is_malformed) {
        cut->malformed_count++;
        /* It is like no other record, and its cells are nobody's. */
        cells->cells += record->field_count;
        return;
    }
    room->field_counts[record->field_count < CLN_DETECT_MAX_FIELDS ? record->field_count : CLN_DETECT_MAX_FIELDS]++;
    judge_cells(cells, &room->block, record);
}

/* The chance that two records have the same number of fields, where records of
 * many fields count more. */
static double pattern_score(cln_detect_cut *cut, const cln_detect_room *room, double lost_records) {
    const double all = (double)cut->record_count + lost_records;
    double score = 0;
    for (uint64_t fields = 1; fields <= CLN_DETECT_MAX_FIELDS; fields++) {
        const uint64_t count = room->field_counts[fields];
        if (count == 0) continue;
        const double share = (double)count / all;
        score += share * share * (fields == 1 ? one_column_weight : (double)(fields - 1) / (double)fields);
        if (cut->column_count == 0 || count > room->field_counts[cut->column_count]) cut->column_count = fields;
    }
    return score;
}

/* A cut record at the end of the sample that is much longer than others has
 * swallowed some, as a quote that is none does. */
static double lost_in(cln_span bytes, size_t counted_bytes, uint64_t record_count) {
    if (record_count == 0) return 1;
    const double usual = (double)counted_bytes / (double)record_count;
    const double lost = (double)(bytes.size - counted_bytes) / usual;
    return lost > 16 ? lost : 0;
}

cln_status cln_detect_score(cln_detect_cut *cut, cln_detect_room *room, const cln_dialect *dialect, cln_span bytes,
                            bool is_whole, cln_error *err) {
    *cut = (cln_detect_cut){.score = 0};
    memset(room->field_counts, 0, sizeof room->field_counts);
    cln_automaton automaton;
    cln_automaton_init(&automaton, dialect);
    cln_splitter splitter;
    cln_splitter_init(&splitter, &automaton, bytes, 0, 1);
    tally cells = {0};
    size_t counted_bytes = 0;
    for (bool more = true;;) {
        CLN_TRY(cln_splitter_next(&splitter, &room->block, &more, err));
        if (!more) break;
        cut->quoted_count += room->block.quoted_field_count;
        for (size_t i = 0; i < room->block.record_count; i++) {
            const cln_record *record = &room->block.records[i];
            if (!is_whole && record->begin + (size_t)record->size == bytes.size) continue;
            counted_bytes = record->begin + (size_t)record->size;
            count_record(cut, room, record, &cells);
        }
    }
    if (cut->record_count == 0) return CLN_OK;
    const double lost = is_whole ? 0 : lost_in(bytes, counted_bytes, cut->record_count);
    cut->is_cut_short = lost > 0;
    const double type = cells.cells == 0 ? 1 : cells.known / (double)cells.cells;
    cut->score = pattern_score(cut, room, lost) * (type > least_type_score ? type : least_type_score);
    return CLN_OK;
}
