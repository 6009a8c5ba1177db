/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The masks of every processor are the same, and the structure that is made of
 * them is what the automaton does.
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

/* Text in which quotes stand where they should, or with some that are stray. */
static void fill(char *bytes, size_t size, bool is_clean, uint64_t *random) {
    static const char *const pieces[] = {",",          "a",        ",bc", "\n", "\r\n", "\r", ",\"x\",", ",\"a\"\"b\",",
                                         "\n\"y\n\",", "\r\"\"\n", "\""};
    size_t filled = 0;
    while (filled < size) {
        const uint64_t r = next_random(random);
        const char *piece = pieces[r % (is_clean || r & 0x30000 ? 10 : 11)];
        for (; *piece != '\0' && filled < size; piece++) bytes[filled++] = *piece;
    }
}

/* The masks of count groups. */
static void naive_masks(const char *bytes, size_t count, cln_masks *m) {
    memset(m, 0, sizeof *m);
    for (size_t g = 0; g < count; g++) {
        uint64_t odd = 0;
        for (int k = 0; k < CLN_MASK_BYTES; k++, bytes++) {
            const uint64_t bit = (uint64_t)1 << k;
            if (*bytes == '"') m->quote[g] |= bit, odd ^= 1;
            if (*bytes == ',') m->delimiter[g] |= bit;
            if (*bytes == '\n') m->lf[g] |= bit;
            if (*bytes == '\r') m->cr[g] |= bit;
            if ((unsigned char)*bytes >= 0x80) m->high[g] |= bit;
            if (odd) m->parity[g] |= bit;
        }
        m->any_quote |= m->quote[g];
    }
}

static void check_classify(cln_classify_function *classify) {
    char bytes[CLN_MASK_GROUPS * CLN_MASK_BYTES + 1];
    uint64_t random = 7;
    for (int round = 0; round < 5000; round++) {
        const size_t count = 1 + next_random(&random) % CLN_MASK_GROUPS;
        if (round % 2 == 0)
            fill(bytes + 1, sizeof bytes - 1, false, &random);
        else
            for (size_t i = 1; i < sizeof bytes; i++) bytes[i] = (char)next_random(&random);
        cln_masks made, naive;
        memset(&made, 0xAA, sizeof made);
        classify(bytes + 1, count, '"', 1, ',', &made); /* not aligned */
        naive_masks(bytes + 1, count, &naive);
        assert_memory_equal(&made, &naive, sizeof naive);
        classify(bytes + 1, count, '"', 0, ',', &made);
        assert_int_equal(made.any_quote, 0);
        for (size_t g = 0; g < CLN_MASK_GROUPS; g++) assert_true(made.quote[g] == 0 && made.parity[g] == 0);
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

/* What the automaton does on 64 bytes, in the words of cln_structure; false when
 * they are not clean. */
static bool step_group(const cln_automaton *automaton, const char *bytes, size_t g, uint8_t *state, cln_structure *s) {
    bool clean = true;
    for (int k = 0; k < CLN_MASK_BYTES; k++) {
        const uint64_t bit = (uint64_t)1 << k;
        const cln_csv_step step = cln_automaton_step(automaton, *state, bytes[k]);
        if (step.actions & (CLN_CSV_MALFORMED | CLN_CSV_LITERAL_QUOTE)) clean = false;
        if (step.actions & CLN_CSV_ITEM) s->items[g] |= bit;
        if (step.actions & CLN_CSV_RECORD) s->records[g] |= bit;
        if (step.actions & (CLN_CSV_END_RECORD | CLN_CSV_BLANK))
            s->line_ends[g] |= bit;
        else if (step.actions & CLN_CSV_END_FIELD)
            s->delimiters[g] |= bit;
        if (*state == CLN_CSV_QUOTE && step.next == CLN_CSV_QUOTED) s->doubled[g] |= bit;
        if (*state != CLN_CSV_QUOTE && *state != CLN_CSV_QUOTED && step.next == CLN_CSV_QUOTED) s->openings[g] |= bit;
        if (step.next == CLN_CSV_QUOTED) s->quoted[g] |= bit;
        *state = step.next;
    }
    return clean;
}

static void check_structure(cln_structure_function *structure, bool newlines_in_quotes) {
    cln_dialect dialect = cln_dialect_default();
    dialect.newlines_in_quotes = newlines_in_quotes;
    cln_automaton automaton;
    cln_automaton_init(&automaton, &dialect);
    char bytes[CLN_MASK_GROUPS * CLN_MASK_BYTES];
    uint64_t random = 11;
    size_t clean_count = 0, stray_count = 0;
    for (int round = 0; round < 30000; round++) {
        const size_t count = 1 + next_random(&random) % CLN_MASK_GROUPS;
        fill(bytes, sizeof bytes, round % 3 > 0, &random);
        if (round % 5 == 0) {
            for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = bytes[i] == '"' ? 'q' : bytes[i];
        }
        uint8_t state = (uint8_t)(next_random(&random) % CLN_CSV_STATE_COUNT);
        cln_masks masks;
        cln_structure made, expected;
        memset(&expected, 0, sizeof expected);
        naive_masks(bytes, count, &masks);
        const size_t clean = structure(&masks, count, state, newlines_in_quotes, &made);
        assert_true(clean <= count);
        for (size_t g = 0; g < clean; g++) {
            /* what is taken by masks has nothing to report byte by byte */
            assert_true(step_group(&automaton, bytes + g * CLN_MASK_BYTES, g, &state, &expected));
            assert_int_equal(made.delimiters[g], expected.delimiters[g]);
            assert_int_equal(made.line_ends[g], expected.line_ends[g]);
            assert_int_equal(made.items[g], expected.items[g]);
            assert_int_equal(made.records[g], expected.records[g]);
            assert_int_equal(made.openings[g], expected.openings[g]);
            assert_int_equal(made.doubled[g], expected.doubled[g]);
            assert_int_equal(made.quoted[g], expected.quoted[g]);
            assert_int_equal(cln_structure_end_state(&masks, &made, g), state);
        }
        clean_count += clean;
        if (clean == count) continue;
        stray_count++;
        assert_true(masks.any_quote != 0 || state == CLN_CSV_QUOTE || state == CLN_CSV_QUOTED);
    }
    assert_true(clean_count > 10000 && stray_count > 1000); /* the masks do most of the work, not all */
}

static void check_kernels(const cln_mask_kernels *kernels) {
    check_classify(kernels->classify);
    check_flatten(kernels->flatten);
    check_structure(kernels->structure, true);
    check_structure(kernels->structure, false);
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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_portable_masks_are_right),
        cmocka_unit_test(the_masks_of_this_processor_are_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
