/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "recent_values.h"

#include "colonnade/base/memory.h"
#include "colonnade/csv/record_block.h"

#include <stdlib.h>

/* After so many texts it is judged whether they repeat: each of a thousand
 * days of a column may have come for the first time. */
enum { TRIAL_COUNT = 4096 };

cln_status cln_recent_values_init(cln_recent_values *recent, size_t text_count, cln_error *err) {
    *recent = (cln_recent_values){.texts = NULL};
    CLN_TRY(cln_recent_texts_fit(&recent->texts, text_count, err));
    return cln_new_array(&recent->values, recent->texts->slot_count, sizeof *recent->values, err);
}

void cln_recent_values_clean_up(cln_recent_values *recent) {
    cln_recent_texts_free(recent->texts);
    free(recent->values);
    *recent = (cln_recent_values){.texts = NULL};
}

bool cln_recent_values_is_on(const cln_recent_values *recent) {
    return recent->texts != NULL &&
           (recent->tried_count < TRIAL_COUNT || recent->found_count > recent->tried_count / 2);
}

size_t cln_recent_values_find(cln_recent_values *recent, const cln_span *texts, size_t count, int64_t *values) {
    uint32_t slots[CLN_BLOCK_RECORDS];
    const size_t found = recent->texts->kernels->find(recent->texts, texts, count, slots);
    for (size_t i = 0; i < found; i++) values[i] = recent->values[slots[i]];
    recent->tried_count += found + (found < count);
    recent->found_count += found;
    return found;
}

void cln_recent_values_keep(cln_recent_values *recent, cln_span text, int64_t value) {
    const uint32_t slot = recent->texts->kernels->keep(recent->texts, text, CLN_RECENT_SLOT);
    if (slot != CLN_RECENT_SLOT) recent->values[slot] = value;
}
