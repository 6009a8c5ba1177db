/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The decoder takes the records of a sweep, turns their cells into values,
 * column by column, and lists what it rejects or changes. It is a sink of
 * csv/sweep.h; all functions are local.
 */
#ifndef COLONNADE_INGEST_DECODER_H
#define COLONNADE_INGEST_DECODER_H

#include "colonnade/base/sample.h"
#include "colonnade/csv/account.h"
#include "colonnade/csv/sweep.h"
#include "colonnade/ingest/column_builder.h"
#include "colonnade/ingest/schema.h"

/* The columns of the list of rejects. */
typedef enum cln_reject_column {
    CLN_REJECT_RECORD,
    CLN_REJECT_OFFSET,
    CLN_REJECT_SIZE_BYTES,
    CLN_REJECT_COLUMN,
    CLN_REJECT_REASON,
    CLN_REJECT_RAW,
} cln_reject_column;

enum { CLN_REJECT_COLUMN_COUNT = CLN_REJECT_RAW + 1 };

extern const char *const cln_reject_column_names[CLN_REJECT_COLUMN_COUNT];

typedef struct cln_decoder_policy {
    cln_on_bad on_bad_cell;
    bool repair_malformed; /* malformed records are stored as the automaton read them, missing fields are null */
    uint64_t max_record_bytes;
} cln_decoder_policy;

/* An entry for the list of rejects, before it is staged. */
typedef struct cln_reject_note {
    uint32_t row;   /* in the block */
    int32_t column; /* in the schema; -1: the whole record */
    const char *reason;
    uint64_t offset; /* in the file */
    uint64_t size_bytes;
    cln_span raw;
} cln_reject_note;

typedef struct cln_recent_values cln_recent_values; /* of which the value is known at once */

typedef struct cln_decoder {
    const cln_automaton *automaton;
    const cln_schema *schema;
    cln_fallback fallback;
    cln_decoder_policy policy;
    const char *file;
    bool is_sample; /* CLN_SAMPLE_MARK stands in a record */
    cln_account account;
    cln_column_builder record_numbers;
    cln_column_builder *columns; /* one for each column of the schema */
    cln_recent_values *recent;   /* of each column; empty where it is of no use */
    cln_column_builder rejects[CLN_REJECT_COLUMN_COUNT];
    size_t flush_bytes; /* the builders move to the stage what they gathered when it is more */
    size_t table_bytes; /* what their tables of texts may take: the largest are given up when it is more */
    /* The current stripe and block. */
    uint64_t stripe;
    bool has_stripe;
    cln_record_block *block;
    bool is_plain; /* every record of the block is stored as it is, and each cell but the escaped ones is a run of the
                    * file's bytes */
    uint8_t reasons[CLN_BLOCK_RECORDS]; /* a cln_reason for each record */
    bool is_converted[CLN_BLOCK_RECORDS];
    /* The current column: what of it stands in each record. */
    cln_span cells[CLN_BLOCK_RECORDS];
    int64_t integers[CLN_BLOCK_RECORDS];
    double doubles[CLN_BLOCK_RECORDS];
    size_t note_count;
    size_t note_capacity;
    cln_reject_note *notes;
    cln_buffer cell_arena; /* of cells that are no run of the file's bytes */
    cln_buffer escape_arena;
    cln_buffer encoding_arena;
} cln_decoder;

/* All pointers are borrowed. What the decoder gathers before it moves to the
 * stage is in proportion to what the stage may keep in memory. */
CLN_CHECKED cln_status cln_decoder_init(cln_decoder *decoder, const cln_automaton *automaton, const cln_schema *schema,
                                        cln_fallback fallback, cln_decoder_policy policy, const char *file,
                                        cln_stage *stage, cln_error *err);
void cln_decoder_clean_up(cln_decoder *decoder);

/* The sink's take function; context is the decoder. */
CLN_CHECKED cln_status cln_decoder_take(void *context, const cln_csv_run *run, uint64_t *failed_record, cln_error *err);

/* Ends the last stripe. */
CLN_CHECKED cln_status cln_decoder_end(cln_decoder *decoder, cln_error *err);

#endif
