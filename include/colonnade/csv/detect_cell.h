/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a cell looks like, for guessing dialects and headers. Looser than the
 * types of columns: a price is a number here. Local; cannot fail.
 */
#ifndef COLONNADE_CSV_DETECT_CELL_H
#define COLONNADE_CSV_DETECT_CELL_H

#include "colonnade/base/span.h"

typedef enum cln_cell_look {
    CLN_LOOK_EMPTY,   /* or blank */
    CLN_LOOK_NUMBER,  /* with signs, separators, currency or percent sign */
    CLN_LOOK_TIME,    /* a date, a time of day, or both, in digits */
    CLN_LOOK_TEXT,    /* words, names, codes, addresses */
    CLN_LOOK_ODD,     /* could be a value, or the rest of a wrong cut */
    CLN_LOOK_FOREIGN, /* holds what should have cut it: a delimiter, or quotes around it */
} cln_cell_look;

/* cell: the content of an unquoted field. */
cln_cell_look cln_cell_look_of(cln_span cell);

#endif
