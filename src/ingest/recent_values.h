/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The values of texts that came lately: columns of days repeat a few hundred
 * texts, booleans two. Where texts do not repeat, it turns itself off. All
 * functions are local.
 */
#ifndef COLONNADE_INGEST_RECENT_VALUES_H
#define COLONNADE_INGEST_RECENT_VALUES_H

#include "colonnade/ingest/decoder.h"
#include "recent_texts.h"

#include <stdbool.h>

struct cln_recent_values {
    struct cln_recent_texts *texts; /* their codes are slots */
    int64_t *values;                /* by slot */
    size_t tried_count;
    size_t found_count;
};

/* With room for about so many different texts. */
CLN_CHECKED cln_status cln_recent_values_init(cln_recent_values *recent, size_t text_count, cln_error *err);
void cln_recent_values_clean_up(cln_recent_values *recent);

/* Whether it is worth asking: texts have repeated so far. */
bool cln_recent_values_is_on(const cln_recent_values *recent);

/* Sets the values of the first texts, up to one that is not known; returns
 * how many. count: at most CLN_BLOCK_RECORDS. */
size_t cln_recent_values_find(cln_recent_values *recent, const cln_span *texts, size_t count, int64_t *values);
void cln_recent_values_keep(cln_recent_values *recent, cln_span text, int64_t value);

#endif
