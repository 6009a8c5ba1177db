/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Records cut into fields: a block of at most CLN_BLOCK_RECORDS records (fewer
 * where they have very many fields) with the positions of their fields, ready to be decoded column by column. The
 * block owns its positions and borrows the bytes. All functions are local.
 */
#ifndef COLONNADE_CSV_RECORD_BLOCK_H
#define COLONNADE_CSV_RECORD_BLOCK_H

#include "colonnade/base/buffer.h"
#include "colonnade/csv/automaton.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    CLN_BLOCK_RECORDS = 128,  /* its bytes stay in the caches while column after column is decoded */
    CLN_BLOCK_FIELDS = 65536, /* the record that brings a block to so many fields is its last */
};

/* How a record ends. */
typedef enum cln_line_end { CLN_LINE_END_LF, CLN_LINE_END_CRLF, CLN_LINE_END_CR, CLN_LINE_END_NONE } cln_line_end;

typedef struct cln_field {
    uint32_t begin; /* in the bytes; content, or with has_escapes the raw field with its quotes */
    uint32_t size;
    bool is_quoted;
    bool has_escapes; /* the content is not a run of the bytes: see cln_field_content */
} cln_field;

typedef struct cln_record {
    uint32_t begin; /* in the bytes */
    uint32_t size;  /* with its line end */
    uint32_t first_field;
    uint32_t field_count; /* all of them, also where the splitter keeps fewer */
    uint8_t line_end;
    bool is_malformed;    /* text behind a closing quote, or an open quote at its end */
    bool is_unterminated; /* ... the latter */
} cln_record;

typedef struct cln_record_block {
    cln_span bytes;        /* what the positions refer to */
    uint64_t offset;       /* of the bytes in the file */
    uint64_t first_number; /* of the block's first record */
    size_t record_count;
    cln_record records[CLN_BLOCK_RECORDS];
    size_t field_count; /* kept in fields */
    size_t field_capacity;
    cln_field *fields;
    size_t end_capacity;
    uint32_t *ends;        /* room for the splitter: where regular records' fields end */
    size_t end_columns;    /* of a block whose fields are not cut (cln_record_block_cut_fields):
                            * so many ends for each record, and at most CLN_BLOCK_RECORDS fields with escapes,
                            * which are in fields; 0: all are there */
    bool ends_have_quotes; /* ... and whether a field that begins with the quote is quoted */
    char quote;
    uint64_t escaped_field_count;               /* of the kept fields: those that have escapes */
    uint32_t escaped_fields[CLN_BLOCK_RECORDS]; /* the first of them: their places in fields */
    uint64_t unkept_field_count;                /* cut and counted, but not kept */
    /* What stood between and inside these records. */
    uint64_t blank_line_count;
    uint64_t blank_bytes;
    uint64_t literal_quote_count;
    uint64_t quoted_field_count;
} cln_record_block;

/* Whether it takes no more records. */
static inline bool cln_record_block_is_full(const cln_record_block *block) {
    return block->record_count == CLN_BLOCK_RECORDS || block->field_count >= CLN_BLOCK_FIELDS;
}

/* Counts and lists a kept field that has escapes. */
static inline void cln_record_block_add_escaped(cln_record_block *block, size_t field) {
    const uint64_t count = block->escaped_field_count++;
    if (count < CLN_BLOCK_RECORDS) block->escaped_fields[count] = (uint32_t)field;
}

void cln_record_block_init(cln_record_block *block);
void cln_record_block_clean_up(cln_record_block *block);

/* Cuts whole items into blocks. */
typedef struct cln_splitter {
    const cln_automaton *automaton;
    cln_span bytes;
    uint64_t offset;
    uint64_t next_number;
    size_t position;
    size_t max_fields;  /* of one record that are kept, at least 1; SIZE_MAX after init */
    bool defers_fields; /* false after init: blocks of regular records may come with ends instead of fields */
} cln_splitter;

/* bytes: whole items, at most 4 GiB, the first at the automaton's start
 * state; the last may lack its line end. */
void cln_splitter_init(cln_splitter *splitter, const cln_automaton *automaton, cln_span bytes, uint64_t offset,
                       uint64_t first_number);

/* Fills the block with the next records; *more is false when there were
 * neither records nor blank lines left. */
CLN_CHECKED cln_status cln_splitter_next(cln_splitter *splitter, cln_record_block *block, bool *more, cln_error *err);

/* Makes fields of the ends of a block that came with those. */
void cln_record_block_cut_fields(cln_record_block *block);

static inline cln_span cln_record_raw(const cln_record_block *block, const cln_record *record) {
    return cln_span_of(block->bytes.data + record->begin, record->size);
}

/* The content of a field: without quotes, doubled quotes single. Borrows the
 * block's bytes, or, when the field has escapes, arena's (which is cleared
 * first: the span is valid until the next call with the same arena). */
CLN_CHECKED cln_status cln_field_content(const cln_automaton *automaton, const cln_record_block *block,
                                         const cln_field *field, cln_buffer *arena, cln_span *content, cln_error *err);

#endif
