/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The steps of the decoder, in their order. All functions are local.
 */
#ifndef COLONNADE_INGEST_DECODER_PARTS_H
#define COLONNADE_INGEST_DECODER_PARTS_H

#include "colonnade/ingest/decoder.h"

static inline bool cln_is_text_like(const cln_schema_column *column) {
    return column->is_auto || column->type == CLN_TYPE_CATEGORY || column->type == CLN_TYPE_TEXT;
}

/* Whether a record of the block may not be stored. */
static inline bool cln_may_have_rejects(const cln_decoder *decoder) {
    return !decoder->is_plain || decoder->policy.on_bad_cell == CLN_ON_BAD_REJECT;
}

/* The bytes of the block's records, and of blank lines between them. */
static inline cln_span cln_decoder_block_bytes(const cln_decoder *decoder) {
    const cln_record_block *block = decoder->block;
    if (block->record_count == 0) return cln_span_of("", 0);
    const cln_record *last = &block->records[block->record_count - 1];
    const size_t begin = block->records[0].begin;
    return cln_span_of(block->bytes.data + begin, last->begin + (size_t)last->size - begin);
}

/* Decides which records of the block are stored; the others get a reason and
 * a note. */
CLN_CHECKED cln_status cln_decoder_judge(cln_decoder *decoder, cln_error *err);

/* Adds the cells of the stored records to the builders; bad cells get a note,
 * and by the policy reject their record or end the ingest. */
CLN_CHECKED cln_status cln_decoder_add_cells(cln_decoder *decoder, uint64_t *failed_record, cln_error *err);

/* Sets decoder->cells to the column's, empty where there is none. */
CLN_CHECKED cln_status cln_decoder_gather_cells(cln_decoder *decoder, size_t column, cln_error *err);

/* Parses one column of the block into decoder->integers or doubles; and adds
 * those of the stored records to the column's builder. */
CLN_CHECKED cln_status cln_decoder_parse_column(cln_decoder *decoder, size_t column, cln_error *err);
CLN_CHECKED cln_status cln_decoder_add_parsed(cln_decoder *decoder, size_t column, cln_error *err);

/* Notes one record as a whole. */
CLN_CHECKED cln_status cln_decoder_note_record(cln_decoder *decoder, uint32_t row, const char *reason, cln_error *err);

/* Notes a bad cell. */
CLN_CHECKED cln_status cln_decoder_note_cell(cln_decoder *decoder, uint32_t row, size_t column, const char *reason,
                                             cln_error *err);

/* That a record was stored after a change; void when a bad cell rejects it. */
extern const char *const cln_note_converted;
extern const char *const cln_note_repaired;

/* `fail`: the first bad cell of the block in file order ends the ingest. */
CLN_CHECKED cln_status cln_decoder_fail_on_bad_cell(const cln_decoder *decoder, uint64_t *failed_record,
                                                    cln_error *err);

/* Adds the block's notes to the list of rejects, and forgets them. */
CLN_CHECKED cln_status cln_decoder_list_notes(cln_decoder *decoder, cln_error *err);

/* Adds a record of which only the ends were kept to the list of rejects. */
CLN_CHECKED cln_status cln_decoder_list_over_long(cln_decoder *decoder, const cln_csv_run *run, cln_error *err);

#endif
