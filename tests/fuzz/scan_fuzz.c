/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Masks, and transition functions made of them, against the automaton byte by
 * byte: of the whole input, of both parts at every split, and composed.
 */
#include "colonnade/csv/quoting.h"
#include "colonnade/csv/transition.h"

#include "csv_fuzz.h"

enum { ALL_SPLITS_BYTES = 64, SOME_SPLITS = 8 };

/* ---- Masks ---- */

static uint64_t mask_of(const char *bytes, char wanted) {
    uint64_t mask = 0;
    for (int i = 0; i < CLN_MASK_BYTES; i++) mask |= (uint64_t)(bytes[i] == wanted) << i;
    return mask;
}

static uint64_t parity_of(uint64_t quotes) {
    uint64_t parity = 0;
    uint64_t odd = 0;
    for (int i = 0; i < CLN_MASK_BYTES; i++) {
        odd ^= quotes >> i & 1;
        parity |= odd << i;
    }
    return parity;
}

static void check_groups(const cln_automaton *automaton, const cln_mask_kernels *kernels, const char *bytes,
                         size_t count) {
    cln_masks masks;
    kernels->classify(bytes, count, automaton->quote, automaton->has_quote, automaton->delimiter, &masks);
    for (size_t g = 0; g < count; g++, bytes += CLN_MASK_BYTES) {
        const uint64_t quotes = automaton->has_quote ? mask_of(bytes, (char)automaton->quote) : 0;
        FUZZ_CHECK(masks.quote[g] == quotes);
        FUZZ_CHECK(masks.parity[g] == parity_of(quotes));
        FUZZ_CHECK(masks.delimiter[g] == mask_of(bytes, (char)automaton->delimiter));
        uint64_t high = 0;
        for (size_t i = 0; i < CLN_MASK_BYTES; i++) high |= (uint64_t)((unsigned char)bytes[i] >= 0x80) << i;
        FUZZ_CHECK(masks.high[g] == high);
        FUZZ_CHECK(masks.lf[g] == mask_of(bytes, '\n'));
        FUZZ_CHECK(masks.cr[g] == mask_of(bytes, '\r'));
    }
}

static void check_masks(const cln_automaton *automaton, const cln_mask_kernels *kernels, cln_span text) {
    for (size_t begin = 0; text.size - begin >= CLN_MASK_BYTES;) {
        const size_t count = cln_group_count(text.size - begin);
        check_groups(automaton, kernels, text.data + begin, count);
        begin += count * CLN_MASK_BYTES;
    }
}

/* ---- Transition functions ---- */

static cln_transition walk(const cln_automaton *automaton, cln_span text, int state_before) {
    cln_transition t = {
        .first_item = CLN_NO_POSITION, .last_item = CLN_NO_POSITION, .end_state = (uint8_t)state_before};
    for (size_t i = 0; i < text.size; i++) {
        const cln_csv_step step = cln_automaton_step(automaton, t.end_state, text.data[i]);
        if (step.actions & CLN_CSV_ITEM) {
            if (t.first_item == CLN_NO_POSITION) t.first_item = i;
            t.last_item = i;
        }
        t.record_count += (step.actions & CLN_CSV_RECORD) != 0;
        t.end_state = step.next;
    }
    return t;
}

static bool same_transition(const cln_transition *a, const cln_transition *b) {
    return a->record_count == b->record_count && a->first_item == b->first_item && a->last_item == b->last_item &&
           a->end_state == b->end_state;
}

/* First a, which is size bytes long, then b. */
static cln_transition compose(const cln_transition_function *a, size_t size, const cln_transition_function *b,
                              int state_before) {
    const cln_transition *first = &a->of[state_before];
    const cln_transition *second = &b->of[first->end_state];
    cln_transition both = {.record_count = first->record_count + second->record_count,
                           .first_item = first->first_item,
                           .last_item = first->last_item,
                           .end_state = second->end_state};
    if (second->last_item != CLN_NO_POSITION) both.last_item = size + second->last_item;
    if (both.first_item == CLN_NO_POSITION && second->first_item != CLN_NO_POSITION) {
        both.first_item = size + second->first_item;
    }
    return both;
}

static void check_split(const cln_automaton *automaton, cln_span text, size_t at, const cln_transition *whole) {
    cln_transition_function head, tail;
    cln_transition_scan(automaton, cln_span_of(text.data, at), &head);
    cln_transition_scan(automaton, cln_span_of(text.data + at, text.size - at), &tail);
    for (int state = 0; state < CLN_CSV_STATE_COUNT; state++) {
        const cln_transition both = compose(&head, at, &tail, state);
        FUZZ_CHECK(same_transition(&both, &whole[state]));
    }
}

static void check_scan(const cln_automaton *automaton, cln_span text) {
    cln_transition whole[CLN_CSV_STATE_COUNT];
    cln_transition_function function;
    cln_transition_scan(automaton, text, &function);
    for (int state = 0; state < CLN_CSV_STATE_COUNT; state++) {
        whole[state] = walk(automaton, text, state);
        FUZZ_CHECK(same_transition(&function.of[state], &whole[state]));
    }
    const size_t stride = text.size <= ALL_SPLITS_BYTES ? 1 : text.size / SOME_SPLITS;
    for (size_t at = text.size % stride; at <= text.size; at += stride) check_split(automaton, text, at, whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    cln_span input = fuzz_input(data, size);
    const cln_dialect dialect = fuzz_take_dialect(&input);
    char *copy = exact_copy(input.data, input.size);
    const cln_span text = cln_span_of(copy, input.size);
    cln_automaton automaton;
    cln_automaton_init(&automaton, &dialect);
    const cln_mask_kernels *const all[] = {&cln_mask_kernels_portable, cln_mask_kernels_avx2(),
                                           cln_mask_kernels_avx512()};
    for (size_t k = 0; k < sizeof all / sizeof all[0]; k++) {
        if (all[k] == NULL) continue;
        automaton.kernels = all[k];
        check_masks(&automaton, all[k], text);
        check_scan(&automaton, text);
    }
    free(copy);
    return 0;
}
