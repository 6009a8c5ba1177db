/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The masks of every processor are the same, and what is made of them is what
 * the automaton does.
 */
#include "colonnade/csv/masks.h"
#include "colonnade/csv/quoting.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static uint64_t next_random(uint64_t *state) {
    *state += 0x9E3779B97F4A7C15U;
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
}

/* Text in which quotes stand mostly where they should. */
static void fill(char *bytes, size_t size, uint64_t *random) {
    static const char *const pieces[] = {",",    "a",       "bc",           "\n",   "\r\n", "\r",
                                         "\"\"", ",\"x\",", ",\"a\"\"b\",", "\n\"", "\""};
    size_t filled = 0;
    while (filled < size) {
        const uint64_t r = next_random(random);
        const char *piece = pieces[r % (r & 0x30000 ? 10 : 11)];
        for (; *piece != '\0' && filled < size; piece++) bytes[filled++] = *piece;
    }
}

static void naive_masks(const char *bytes, cln_masks *m) {
    memset(m, 0, sizeof *m);
    uint64_t parity = 0;
    for (int k = 0; k < CLN_MASK_BYTES; k++) {
        const uint64_t bit = (uint64_t)1 << k;
        if (bytes[k] == '"') m->quote |= bit, parity ^= 1;
        if (bytes[k] == ',') m->delimiter |= bit;
        if (bytes[k] == '\n') m->lf |= bit;
        if (bytes[k] == '\r') m->cr |= bit;
        if ((unsigned char)bytes[k] >= 0x80) m->high |= bit;
        if (parity) m->parity |= bit;
    }
}

static void check_classify(cln_classify_function *classify) {
    enum { GROUPS = 5 };
    char bytes[GROUPS * CLN_MASK_BYTES + 1];
    uint64_t random = 7;
    for (int round = 0; round < 5000; round++) {
        if (round % 2 == 0)
            fill(bytes + 1, sizeof bytes - 1, &random);
        else
            for (size_t i = 1; i < sizeof bytes; i++) bytes[i] = (char)next_random(&random);
        cln_masks made[GROUPS], naive;
        classify(bytes + 1, GROUPS, '"', 1, ',', made); /* not aligned */
        for (int g = 0; g < GROUPS; g++) {
            naive_masks(bytes + 1 + g * CLN_MASK_BYTES, &naive);
            assert_memory_equal(&made[g], &naive, sizeof naive);
        }
        classify(bytes + 1, GROUPS, '"', 0, ',', made);
        for (int g = 0; g < GROUPS; g++) assert_true(made[g].quote == 0 && made[g].parity == 0);
    }
}

static void check_flatten(cln_flatten_function *flatten) {
    enum { GROUPS = 5 };
    uint64_t random = 5;
    for (int round = 0; round < 5000; round++) {
        uint64_t bits[GROUPS];
        for (int g = 0; g < GROUPS; g++) {
            bits[g] = next_random(&random);
            for (uint64_t thinner = next_random(&random) % 6; thinner > 0; thinner--) bits[g] &= next_random(&random);
            if (round % 50 == 0) bits[g] = UINT64_MAX;
        }
        uint32_t positions[GROUPS * CLN_MASK_BYTES + CLN_FLATTEN_SLACK];
        const size_t count = flatten(bits, GROUPS, 1000, positions);
        size_t expected = 0;
        for (uint32_t k = 0; k < GROUPS * CLN_MASK_BYTES; k++) {
            if ((bits[k / CLN_MASK_BYTES] >> k % CLN_MASK_BYTES & 1) == 0) continue;
            assert_int_equal(positions[expected], 1000 + k);
            expected++;
        }
        assert_int_equal(count, expected);
    }
}

static void check_kernels(const cln_mask_kernels *kernels) {
    check_classify(kernels->classify);
    check_flatten(kernels->flatten);
}

static void the_portable_masks_are_right(void **state) {
    (void)state;
    check_kernels(&cln_mask_kernels_portable);
}

static void the_masks_of_this_processor_are_right(void **state) {
    (void)state;
    const cln_mask_kernels *const special[] = {cln_mask_kernels_avx2(), cln_mask_kernels_avx512()};
    static const char *const needs[] = {"AVX2 with carry-less multiplication", "AVX-512 with VBMI2"};
    for (size_t k = 0; k < sizeof special / sizeof special[0]; k++) {
        if (special[k] == NULL)
            print_message("SKIPPED: this processor has no %s\n", needs[k]);
        else
            check_kernels(special[k]);
    }
}

/* What the automaton does on 64 bytes, in the words of cln_structure. */
static uint8_t step_structure(const cln_automaton *automaton, const char *bytes, uint8_t state, cln_structure *s,
                              bool *clean) {
    memset(s, 0, sizeof *s);
    for (int k = 0; k < CLN_MASK_BYTES; k++) {
        const uint64_t bit = (uint64_t)1 << k;
        const cln_csv_step step = cln_automaton_step(automaton, state, bytes[k]);
        if (step.actions & (CLN_CSV_MALFORMED | CLN_CSV_LITERAL_QUOTE)) *clean = false;
        if (step.actions & CLN_CSV_ITEM) s->items |= bit;
        if (step.actions & CLN_CSV_RECORD) s->records |= bit;
        if (step.actions & (CLN_CSV_END_RECORD | CLN_CSV_BLANK))
            s->line_ends |= bit;
        else if (step.actions & CLN_CSV_END_FIELD)
            s->delimiters |= bit;
        if (state == CLN_CSV_QUOTE && step.next == CLN_CSV_QUOTED) s->doubled |= bit;
        state = step.next;
    }
    s->end_state = state;
    return state;
}

static void check_structure(bool newlines_in_quotes) {
    cln_dialect dialect = cln_dialect_default();
    dialect.newlines_in_quotes = newlines_in_quotes;
    cln_automaton automaton;
    cln_automaton_init(&automaton, &dialect);
    char bytes[CLN_MASK_BYTES];
    uint64_t random = 11;
    size_t clean_count = 0;
    for (int round = 0; round < 200000; round++) {
        fill(bytes, sizeof bytes, &random);
        const uint8_t begin = (uint8_t)(next_random(&random) % CLN_CSV_STATE_COUNT);
        cln_masks masks;
        cln_structure made, expected;
        bool clean = true;
        (void)step_structure(&automaton, bytes, begin, &expected, &clean);
        naive_masks(bytes, &masks);
        if (!cln_structure_of(&masks, begin, newlines_in_quotes, &made)) continue;
        clean_count++;
        assert_true(clean); /* what is taken by masks has nothing to report byte by byte */
        assert_int_equal(made.delimiters, expected.delimiters);
        assert_int_equal(made.line_ends, expected.line_ends);
        assert_int_equal(made.items, expected.items);
        assert_int_equal(made.records, expected.records);
        assert_int_equal(made.doubled, expected.doubled);
        assert_int_equal(made.end_state, expected.end_state);
    }
    assert_true(clean_count > 1000); /* the masks do most of the work */
}

static void clean_groups_are_what_the_automaton_does(void **state) {
    (void)state;
    check_structure(true);
    check_structure(false);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_portable_masks_are_right),
        cmocka_unit_test(the_masks_of_this_processor_are_right),
        cmocka_unit_test(clean_groups_are_what_the_automaton_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
