/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Numbers as people read them. All functions are local; texts are written
 * into the caller's room and returned.
 */
#ifndef COLONNADE_REPORT_WORDS_H
#define COLONNADE_REPORT_WORDS_H

#include <stdint.h>

/* Before a negative number, as the figures write it. */
#define CLN_MINUS "\xE2\x88\x92"

typedef struct cln_words {
    char text[64];
} cln_words;

cln_words cln_words_count(int64_t count);  /* "72,610" */
cln_words cln_words_percent(double share); /* 0.142 is "14.2 %"; NaN is "no share" */
cln_words cln_words_percent_to(double share, int decimals);
cln_words cln_words_number(double value, int decimals); /* NaN is "none" */
cln_words cln_words_p(double p);                        /* "p < 0.001", "p = 0.034"; NaN is "p unknown" */
const char *cln_month_name(int month);                  /* 1..12 */
const char *cln_month_short_name(int month);

#endif
