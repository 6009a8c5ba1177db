/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The automaton that says what a record is, for every byte string. It is one
 * table: state × byte class → next state, actions. Everything else in this
 * layer is a faster way to the same answer, and is tested against it.
 *
 * It is RFC 4180 with an answer for everything that the RFC leaves open:
 * - A record ends at LF, CRLF or CR outside quotes, or at the end of the file.
 * - An empty line is no record; it is skipped and counted.
 * - A quote inside an unquoted field is literal and counted.
 * - Text behind a closing quote goes on unquoted, its quotes literal, to the
 *   next delimiter or line end; the record is malformed.
 * - A quote that is open at the end of the file makes the last record malformed.
 * - Length, number of fields and encoding never change the state.
 *
 * An item is a record or an empty line, with its line end. The items of a
 * file tile its bytes.
 */
#ifndef COLONNADE_CSV_AUTOMATON_H
#define COLONNADE_CSV_AUTOMATON_H

#include "colonnade/csv/dialect.h"
#include "colonnade/csv/masks.h"

#include <stdint.h>

typedef enum cln_csv_state {
    CLN_CSV_START,    /* at the beginning of an item */
    CLN_CSV_CR,       /* behind a CR that ended an item: an LF would still belong to it */
    CLN_CSV_FIELD,    /* behind a delimiter */
    CLN_CSV_UNQUOTED, /* inside an unquoted field, or behind text that follows a closing quote */
    CLN_CSV_QUOTED,   /* between quotes */
    CLN_CSV_QUOTE,    /* behind a quote between quotes: the closing one, or the first of a doubled one */
} cln_csv_state;

enum { CLN_CSV_STATE_COUNT = CLN_CSV_QUOTE + 1 };

typedef enum cln_csv_class {
    CLN_CSV_OTHER,
    CLN_CSV_DELIMITER,
    CLN_CSV_QUOTE_MARK,
    CLN_CSV_LF,
    CLN_CSV_CARRIAGE_RETURN,
} cln_csv_class;

enum { CLN_CSV_CLASS_COUNT = CLN_CSV_CARRIAGE_RETURN + 1 };

/* What a byte does, besides leading to the next state. */
enum {
    CLN_CSV_ITEM = 1,           /* it is the first byte of an item */
    CLN_CSV_RECORD = 2,         /* ... of a record */
    CLN_CSV_BLANK = 4,          /* ... of an empty line */
    CLN_CSV_CONTENT = 8,        /* it is content of the field */
    CLN_CSV_END_FIELD = 16,     /* the field ends before it */
    CLN_CSV_END_RECORD = 32,    /* the record ends with it (or with the LF behind it) */
    CLN_CSV_MALFORMED = 64,     /* it makes the record malformed */
    CLN_CSV_LITERAL_QUOTE = 128 /* it is a quote that stands for itself in an unquoted field */
};

typedef struct cln_csv_step {
    uint8_t next;    /* a cln_csv_state */
    uint8_t actions; /* of the enumeration above */
} cln_csv_step;

/* The automaton of one dialect. */
typedef struct cln_automaton {
    cln_csv_step steps[CLN_CSV_STATE_COUNT][CLN_CSV_CLASS_COUNT];
    uint8_t classes[256]; /* byte → cln_csv_class */
    unsigned char delimiter, quote;
    bool has_quote;
    bool newlines_in_quotes;
    const cln_mask_kernels *kernels; /* how masks are made on this processor; tests set the portable twin */
} cln_automaton;

/* Local. */
void cln_automaton_init(cln_automaton *automaton, const cln_dialect *dialect);

static inline cln_csv_step cln_automaton_step(const cln_automaton *automaton, uint8_t state, char byte) {
    return automaton->steps[state][automaton->classes[(unsigned char)byte]];
}

/* Whether a record is open in the state, so that the end of the file ends it. */
static inline bool cln_csv_state_is_open(uint8_t state) {
    return state != CLN_CSV_START && state != CLN_CSV_CR;
}

#endif
