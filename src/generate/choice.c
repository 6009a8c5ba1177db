/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "choice.h"

#include "colonnade/base/memory.h"

#include <stdlib.h>

/* Slots that are less and more than full wait in one array, from its two ends. */
typedef struct waiting {
    uint64_t *parts; /* of each slot: weight * count; full is the sum of weights */
    uint32_t *slots;
    uint32_t small_count;
    uint32_t large_count;
} waiting;

static void enqueue(waiting *w, uint32_t slot, uint64_t full, uint32_t count) {
    if (w->parts[slot] < full) {
        w->slots[w->small_count++] = slot;
    } else {
        w->slots[count - ++w->large_count] = slot;
    }
}

static void fill_slots(cln_choice *choice, waiting *w, uint64_t full) {
    const uint32_t count = choice->count;
    for (uint32_t i = 0; i < count; i++) {
        choice->slots[i].threshold = UINT32_MAX;
        choice->slots[i].other = i;
        enqueue(w, i, full, count);
    }
    while (w->small_count > 0 && w->large_count > 0) {
        const uint32_t small = w->slots[--w->small_count];
        const uint32_t large = w->slots[count - w->large_count--];
        choice->slots[small].threshold = (uint32_t)((w->parts[small] << 32) / full);
        choice->slots[small].other = large;
        w->parts[large] -= full - w->parts[small];
        enqueue(w, large, full, count);
    }
}

cln_status cln_choice_build(cln_choice *choice, const uint32_t *weights, uint32_t count, cln_error *err) {
    waiting w = {0};
    uint64_t sum = 0;
    for (uint32_t i = 0; i < count; i++) sum += weights[i];
    if (sum == 0 || sum >> 31 != 0) return cln_fail(err, CLN_ERR_INTERNAL, "the weights of a choice are out of range");
    choice->count = count;
    cln_status status = cln_new_array(&choice->slots, count, sizeof *choice->slots, err);
    if (status == CLN_OK) status = cln_new_array(&w.parts, count, sizeof *w.parts, err);
    if (status == CLN_OK) status = cln_new_array(&w.slots, count, sizeof *w.slots, err);
    if (status == CLN_OK) {
        for (uint32_t i = 0; i < count; i++) w.parts[i] = (uint64_t)weights[i] * count;
        fill_slots(choice, &w, sum);
    }
    free(w.parts);
    free(w.slots);
    return status;
}

void cln_choice_clean_up(cln_choice *choice) {
    free(choice->slots);
    *choice = (cln_choice){0};
}

cln_status cln_text_choice_build(cln_text_choice *choice, const cln_weighted_table *table, const char *blank,
                                 cln_error *err) {
    uint32_t *weights = NULL;
    CLN_TRY(cln_new_array(&choice->texts, table->count, sizeof *choice->texts, err));
    CLN_TRY(cln_new_array(&weights, table->count, sizeof *weights, err));
    for (uint32_t i = 0; i < table->count; i++) {
        const char *text = table->items[i].text;
        choice->texts[i] = cln_span_of_string(text[0] == '\0' ? blank : text);
        weights[i] = table->items[i].weight;
    }
    const cln_status status = cln_choice_build(&choice->choice, weights, table->count, err);
    free(weights);
    return status;
}

void cln_text_choice_clean_up(cln_text_choice *choice) {
    cln_choice_clean_up(&choice->choice);
    free(choice->texts);
    choice->texts = NULL;
}
