/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each start state is a hypothesis. Hypotheses that have come to the same
 * state share a lane from there on: their futures are the same, and only what
 * happened before differs. After the first bytes two lanes are left as a rule
 * (inside and outside quotes), after the first quote often one.
 */
#include "colonnade/csv/transition.h"

#include "colonnade/base/vectorise.h"
#include "colonnade/csv/quoting.h"

#include <string.h>

/* Lanes are compared, and merged where they agree, at the end of each block. */
#define BLOCK_BYTES ((size_t)4096)

typedef struct lane {
    uint8_t state;
    uint64_t record_count;
    uint64_t first_item; /* since the lane's last merge, or CLN_NO_POSITION */
    uint64_t last_item;  /* since the lane's last merge, or CLN_NO_POSITION */
} lane;

typedef struct hypothesis {
    int lane;
    cln_transition before; /* what happened before the lane's last merge; end_state is not used */
} hypothesis;

/* Notes the items that begin at the set bits of 64 bytes at position. */
static inline void note_items(lane *l, size_t position, uint64_t items) {
    if (items == 0) return;
    if (l->first_item == CLN_NO_POSITION) l->first_item = position + (uint64_t)__builtin_ctzll(items);
    l->last_item = position + 63 - (uint64_t)__builtin_clzll(items);
}

/* Runs one lane over bytes [begin, end), byte by byte. */
static void step_lane(const cln_automaton *automaton, const char *bytes, size_t begin, size_t end, lane *l) {
    uint8_t state = l->state;
    for (size_t i = begin; i < end; i++) {
        const cln_csv_step step = cln_automaton_step(automaton, state, bytes[i]);
        if (step.actions & CLN_CSV_ITEM) note_items(l, i, 1);
        l->record_count += (step.actions & CLN_CSV_RECORD) != 0;
        state = step.next;
    }
    l->state = state;
}

/* Runs one lane over clean groups at position; without a branch for each, for
 * where records begin cannot be guessed. */
static inline void run_lane_by_groups(const cln_groups *groups, size_t position, lane *l) {
    const size_t clean = groups->count;
    const cln_structure *s = &groups->structure;
    if (clean == 0) return;
    size_t first = clean, last = clean; /* groups with items */
    for (size_t g = 0; g < clean; g++) {
        l->record_count += (uint64_t)__builtin_popcountll(s->records[g]);
        last = s->items[g] != 0 ? g : last;
    }
    for (size_t g = clean; g-- > 0 && l->first_item == CLN_NO_POSITION;) first = s->items[g] != 0 ? g : first;
    if (first < clean) note_items(l, position + first * CLN_MASK_BYTES, s->items[first]);
    if (last < clean) note_items(l, position + last * CLN_MASK_BYTES, s->items[last]);
    l->state = cln_groups_end_state(groups);
}

/* Runs one lane over whole groups of 64 bytes by their masks; groups that are
 * not clean byte by byte. */
CLN_VECTORISED static void run_lane_by_masks(const cln_automaton *automaton, const char *bytes, size_t begin,
                                             size_t end, lane *l) {
    while (end - begin >= CLN_MASK_BYTES) {
        cln_groups groups;
        const size_t count = cln_group_count(end - begin);
        cln_groups_find(automaton, bytes + begin, count, l->state, &groups);
        run_lane_by_groups(&groups, begin, l);
        begin += groups.count * CLN_MASK_BYTES;
        if (groups.count == count) continue;
        step_lane(automaton, bytes, begin, begin + CLN_MASK_BYTES, l);
        begin += CLN_MASK_BYTES;
    }
}

/* Runs one lane over bytes [begin, end) of the stripe. */
static void run_lane(const cln_automaton *automaton, const char *bytes, size_t begin, size_t end, lane *l) {
    if (l->state == CLN_CSV_QUOTED && automaton->newlines_in_quotes) {
        /* Nothing but a quote leads out: the hypothesis that a text without
         * any quote lies between quotes costs next to nothing. */
        const char *quote = automaton->has_quote ? memchr(bytes + begin, automaton->quote, end - begin) : NULL;
        if (quote == NULL) return;
        begin = (size_t)(quote - bytes);
    }
    run_lane_by_masks(automaton, bytes, begin, end, l);
    step_lane(automaton, bytes, end - (end - begin) % CLN_MASK_BYTES, end, l);
}

/* Moves what a lane has seen into each of its hypotheses. */
static void settle(hypothesis *hypotheses, lane *lanes, int which) {
    lane *l = &lanes[which];
    for (int h = 0; h < CLN_CSV_STATE_COUNT; h++) {
        if (hypotheses[h].lane != which) continue;
        cln_transition *before = &hypotheses[h].before;
        before->record_count += l->record_count;
        if (before->first_item == CLN_NO_POSITION) before->first_item = l->first_item;
        if (l->last_item != CLN_NO_POSITION) before->last_item = l->last_item;
    }
    l->record_count = 0;
    l->first_item = CLN_NO_POSITION;
    l->last_item = CLN_NO_POSITION;
}

/* Joins lanes that are in the same state; returns how many are left, moved to
 * the front. */
static int merge_lanes(hypothesis *hypotheses, lane *lanes, int lane_count) {
    for (int a = 0; a < lane_count; a++) {
        for (int b = lane_count - 1; b > a; b--) {
            if (lanes[a].state != lanes[b].state) continue;
            settle(hypotheses, lanes, a);
            settle(hypotheses, lanes, b);
            lane_count--;
            lanes[b] = lanes[lane_count];
            for (int h = 0; h < CLN_CSV_STATE_COUNT; h++) {
                if (hypotheses[h].lane == b) hypotheses[h].lane = a;
                if (hypotheses[h].lane == lane_count) hypotheses[h].lane = b;
            }
        }
    }
    return lane_count;
}

/* The first blocks are short, so that lanes merge early. */
static size_t next_block_end(size_t begin, size_t size) {
    size_t block_bytes = begin < 64 ? 16 : begin < BLOCK_BYTES ? begin : BLOCK_BYTES;
    if (block_bytes > size - begin) block_bytes = size - begin;
    return begin + block_bytes;
}

void cln_transition_scan(const cln_automaton *automaton, cln_span stripe, cln_transition_function *function) {
    hypothesis hypotheses[CLN_CSV_STATE_COUNT];
    lane lanes[CLN_CSV_STATE_COUNT];
    int lane_count = CLN_CSV_STATE_COUNT;
    for (int s = 0; s < CLN_CSV_STATE_COUNT; s++) {
        lanes[s] = (lane){(uint8_t)s, 0, CLN_NO_POSITION, CLN_NO_POSITION};
        hypotheses[s] = (hypothesis){s, {0, CLN_NO_POSITION, CLN_NO_POSITION, 0}};
    }
    for (size_t begin = 0; begin < stripe.size;) {
        const size_t end = next_block_end(begin, stripe.size);
        for (int l = 0; l < lane_count; l++) run_lane(automaton, stripe.data, begin, end, &lanes[l]);
        lane_count = merge_lanes(hypotheses, lanes, lane_count);
        begin = end;
    }
    for (int l = 0; l < lane_count; l++) settle(hypotheses, lanes, l);
    memset(function, 0, sizeof *function); /* padding too: functions travel as bytes */
    for (int s = 0; s < CLN_CSV_STATE_COUNT; s++) {
        function->of[s].record_count = hypotheses[s].before.record_count;
        function->of[s].first_item = hypotheses[s].before.first_item;
        function->of[s].last_item = hypotheses[s].before.last_item;
        function->of[s].end_state = lanes[hypotheses[s].lane].state;
    }
}
