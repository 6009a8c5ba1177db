/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Transition functions against the automaton, and their composition at every
 * place where a file may be cut.
 */
#include "colonnade/csv/transition.h"

#include "reference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* What the automaton does from one state. */
static cln_transition run_automaton(const cln_automaton *automaton, uint8_t state, cln_span bytes) {
    cln_transition t = {0, CLN_NO_POSITION, CLN_NO_POSITION, state};
    for (size_t i = 0; i < bytes.size; i++) {
        const cln_csv_step step = cln_automaton_step(automaton, t.end_state, bytes.data[i]);
        t.end_state = step.next;
        if (!(step.actions & CLN_CSV_ITEM)) continue;
        t.record_count += (step.actions & CLN_CSV_RECORD) != 0;
        if (t.first_item == CLN_NO_POSITION) t.first_item = i;
        t.last_item = i;
    }
    return t;
}

static bool transitions_are_equal(const cln_transition *a, const cln_transition *b) {
    return a->record_count == b->record_count && a->first_item == b->first_item && a->last_item == b->last_item &&
           a->end_state == b->end_state;
}

/* `first`, then `second` of the stripe that begins at `cut`. */
static cln_transition compose(cln_transition first, const cln_transition_function *second, size_t cut) {
    const cln_transition *next = &second->of[first.end_state];
    first.record_count += next->record_count;
    if (first.first_item == CLN_NO_POSITION && next->first_item != CLN_NO_POSITION) {
        first.first_item = next->first_item + cut;
    }
    if (next->last_item != CLN_NO_POSITION) first.last_item = next->last_item + cut;
    first.end_state = next->end_state;
    return first;
}

static bool scan_is_right(const cln_automaton *automaton, cln_span bytes) {
    cln_transition_function whole;
    cln_transition_scan(automaton, bytes, &whole);
    for (int s = 0; s < CLN_CSV_STATE_COUNT; s++) {
        const cln_transition expected = run_automaton(automaton, (uint8_t)s, bytes);
        if (!transitions_are_equal(&whole.of[s], &expected)) return false;
    }
    return true;
}

static void scan_copy(const cln_automaton *automaton, const char *bytes, size_t size,
                      cln_transition_function *function) {
    char *copy = exact_copy(bytes, size);
    cln_transition_scan(automaton, cln_span_of(copy, size), function);
    free(copy);
}

static bool cut_is_right(const cln_automaton *automaton, cln_span bytes, size_t cut) {
    cln_transition_function left;
    cln_transition_function right;
    scan_copy(automaton, bytes.data, cut, &left);
    scan_copy(automaton, bytes.data + cut, bytes.size - cut, &right);
    for (int s = 0; s < CLN_CSV_STATE_COUNT; s++) {
        const cln_transition expected = run_automaton(automaton, (uint8_t)s, bytes);
        const cln_transition composed = compose(left.of[s], &right, cut);
        if (!transitions_are_equal(&composed, &expected)) return false;
    }
    return true;
}

static void short_strings_at_every_cut(void **state) {
    (void)state;
    for (int which = 0; which < 3; which++) {
        const cln_dialect dialect = tried_dialect(which);
        cln_automaton automaton;
        cln_automaton_init(&automaton, &dialect);
        const char alphabet[] = {'a', (char)dialect.quote, (char)dialect.delimiter, '\n', '\r'};
        for (size_t size = 0; size <= 5; size++) {
            char text[8];
            memset(text, 'a', sizeof text);
            do {
                for (size_t cut = 0; cut <= size; cut++) {
                    assert_true(cut_is_right(&automaton, cln_span_of(text, size), cut));
                }
            } while (next_string(text, size, alphabet, sizeof alphabet));
        }
    }
}

static void random_strings_at_every_cut(void **state) {
    (void)state;
    random_source random = {42};
    for (int round = 0; round < 2000; round++) {
        const cln_dialect dialect = tried_dialect(round % TRIED_DIALECT_COUNT);
        cln_automaton automaton;
        cln_automaton_init(&automaton, &dialect);
        char text[96];
        const size_t size = random_below(&random, sizeof text + 1);
        random_text(&random, &dialect, text, size, 1 + random_below(&random, 4));
        const cln_span bytes = cln_span_of(text, size);
        for (size_t cut = 0; cut <= size; cut++) assert_true(cut_is_right(&automaton, bytes, cut));
    }
}

/* Whole groups of 64 bytes are scanned by their masks, on this processor and
 * by the portable twin. */
static void written_csv_at_many_cuts(void **state) {
    (void)state;
    random_source random = {11};
    static const uint64_t rarities[] = {4, 30, 300, 1000000};
    for (int round = 0; round < 1000; round++) {
        const cln_dialect dialect = tried_dialect(round % TRIED_DIALECT_COUNT);
        cln_automaton automaton;
        cln_automaton_init(&automaton, &dialect);
        if (round % 2 == 0) automaton.kernels = &cln_mask_kernels_portable;
        char text[1500];
        const size_t size = random_below(&random, sizeof text + 1);
        random_csv(&random, &dialect, text, size, rarities[round % 4]);
        const cln_span bytes = cln_span_of(text, size);
        for (size_t cut = 0; cut <= size; cut += 1 + random_below(&random, 60)) {
            assert_true(cut_is_right(&automaton, bytes, cut));
        }
    }
}

/* Long enough for hypotheses to meet in every block, or never. */
static void long_strings(void **state) {
    (void)state;
    enum { SIZE = 40000 };
    static char text[SIZE];
    random_source random = {7};
    static const uint64_t rarities[] = {2, 20, 400, 3000, 30000};
    for (int round = 0; round < 200; round++) {
        const cln_dialect dialect = tried_dialect(round % TRIED_DIALECT_COUNT);
        cln_automaton automaton;
        cln_automaton_init(&automaton, &dialect);
        if (round % 2 == 0) {
            random_text(&random, &dialect, text, SIZE, rarities[round % 5]);
        } else {
            random_csv(&random, &dialect, text, SIZE, rarities[round % 5]);
        }
        assert_true(scan_is_right(&automaton, cln_span_of(text, SIZE - random_below(&random, 5000))));
    }
    const cln_dialect dialect = cln_dialect_default();
    cln_automaton automaton;
    cln_automaton_init(&automaton, &dialect);
    memset(text, 'x', SIZE);
    assert_true(scan_is_right(&automaton, cln_span_of(text, SIZE)));
    memset(text, '"', SIZE);
    assert_true(scan_is_right(&automaton, cln_span_of(text, SIZE - 1)));
}

static void an_empty_stripe_changes_nothing(void **state) {
    (void)state;
    const cln_dialect dialect = cln_dialect_default();
    cln_automaton automaton;
    cln_automaton_init(&automaton, &dialect);
    cln_transition_function function;
    cln_transition_scan(&automaton, cln_span_of("", 0), &function);
    for (int s = 0; s < CLN_CSV_STATE_COUNT; s++) {
        assert_int_equal(function.of[s].end_state, s);
        assert_int_equal(function.of[s].record_count, 0);
        assert_true(function.of[s].first_item == CLN_NO_POSITION && function.of[s].last_item == CLN_NO_POSITION);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(short_strings_at_every_cut),      cmocka_unit_test(random_strings_at_every_cut),
        cmocka_unit_test(written_csv_at_many_cuts),        cmocka_unit_test(long_strings),
        cmocka_unit_test(an_empty_stripe_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
