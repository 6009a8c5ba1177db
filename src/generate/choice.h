/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Drawing from weighted items in constant time (Walker's alias method, built
 * with integers).
 */
#ifndef GENERATE_CHOICE_H
#define GENERATE_CHOICE_H

#include "colonnade/base/span.h"
#include "colonnade/base/status.h"
#include "random.h"

#include <stdint.h>

typedef struct cln_weighted {
    uint32_t weight;
    const char *text;
} cln_weighted;

typedef struct cln_weighted_table {
    const cln_weighted *items;
    uint32_t count;
} cln_weighted_table;

#define CLN_WEIGHTED_TABLE(array)                                                                                      \
    { .items = (array), .count = sizeof(array) / sizeof((array)[0]) }

typedef struct cln_choice {
    struct cln_choice_slot {
        uint32_t threshold; /* of the lower half of a draw: below it the slot itself, else other */
        uint32_t other;
    } * slots;
    uint32_t count;
} cln_choice;

/* The sum of weights is positive and below 2^31. Cleaned up by the caller,
 * which may also clean up a zeroed choice. */
CLN_CHECKED cln_status cln_choice_build(cln_choice *choice, const uint32_t *weights, uint32_t count, cln_error *err);
void cln_choice_clean_up(cln_choice *choice);

static inline uint32_t cln_choice_pick(const cln_choice *choice, uint64_t draw) {
    const uint32_t slot = cln_random_below(draw, choice->count);
    return (uint32_t)draw < choice->slots[slot].threshold ? slot : choice->slots[slot].other;
}

/* A choice among texts. */
typedef struct cln_text_choice {
    cln_choice choice;
    cln_span *texts;
} cln_text_choice;

/* blank stands in for the text "". Borrows the texts. */
CLN_CHECKED cln_status cln_text_choice_build(cln_text_choice *choice, const cln_weighted_table *table,
                                             const char *blank, cln_error *err);
void cln_text_choice_clean_up(cln_text_choice *choice);

static inline cln_span cln_text_choice_pick(const cln_text_choice *choice, uint64_t draw) {
    return choice->texts[cln_choice_pick(&choice->choice, draw)];
}

#endif
