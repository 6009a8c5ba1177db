/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "measure_loops.h"

#include <math.h>
#include <string.h>

/* Counts of two bytes each, so that a vector holds many, over so many rows that none overflows. */
enum { STEP_ROWS = 32768 };

/* Doubles whose bits are looked at together. */
enum { BITS_ROWS = 256 };

/* NOLINTBEGIN(bugprone-macro-parentheses): types, names, attributes and halves of comparisons take none */
#define DEFINE_COUNT(set, name, type, is_null, ATTRIBUTE)                                                              \
    ATTRIBUTE static uint64_t count_##set##name(const type *values, size_t rows) {                                     \
        uint64_t nulls = 0;                                                                                            \
        for (size_t first = 0; first < rows; first += STEP_ROWS) {                                                     \
            const size_t end = rows - first < STEP_ROWS ? rows : first + STEP_ROWS;                                    \
            uint16_t count = 0;                                                                                        \
            for (size_t i = first; i < end; i++) count = (uint16_t)(count + (values[i] is_null));                      \
            nulls += count;                                                                                            \
        }                                                                                                              \
        return nulls;                                                                                                  \
    }

#define DEFINE_INTEGERS(set, name, type, lowest_value, greatest, ATTRIBUTE)                                            \
    ATTRIBUTE static void plain_##set##name(const void *from, size_t rows, cln_integer_sums *sums) {                   \
        const type *values = from;                                                                                     \
        type least = greatest, most = lowest_value;                                                                    \
        for (size_t i = 0; i < rows; i++) {                                                                            \
            least = values[i] < least ? values[i] : least;                                                             \
            most = values[i] > most ? values[i] : most;                                                                \
        }                                                                                                              \
        *sums = (cln_integer_sums){.min = least, .max = most};                                                         \
    }                                                                                                                  \
    ATTRIBUTE static void masked_##set##name(const void *from, const uint8_t *mask, size_t rows,                       \
                                             cln_integer_sums *sums) {                                                 \
        const type *values = from;                                                                                     \
        type least = greatest, most = lowest_value, hidden = 0;                                                        \
        uint8_t seen = 0;                                                                                              \
        for (size_t i = 0; i < rows; i++) seen |= mask[i];                                                             \
        for (size_t i = 0; i < rows; i++) {                                                                            \
            const type low = mask[i] != 0 ? greatest : values[i];                                                      \
            const type high = mask[i] != 0 ? lowest_value : values[i];                                                 \
            hidden = (type)(hidden | (mask[i] != 0 ? values[i] : 0));                                                  \
            least = low < least ? low : least;                                                                         \
            most = high > most ? high : most;                                                                          \
        }                                                                                                              \
        *sums = (cln_integer_sums){                                                                                    \
            .min = least, .max = most, .nulls = count_##set##mask(mask, rows), .is_odd = hidden != 0 || seen > 1};     \
    }

/* A negative code is greater than all others when it is taken as unsigned. */
#define DEFINE_CODES(set, name, type, greatest, ATTRIBUTE)                                                             \
    DEFINE_COUNT(set, name, type, < 0, ATTRIBUTE)                                                                      \
    ATTRIBUTE static void codes_##set##name(const void *from, size_t rows, cln_integer_sums *sums) {                   \
        const type *codes = from;                                                                                      \
        type most = -1, lowest = 0;                                                                                    \
        u##type least = greatest;                                                                                      \
        for (size_t i = 0; i < rows; i++) {                                                                            \
            const u##type code = (u##type)codes[i];                                                                    \
            least = code < least ? code : least;                                                                       \
            lowest = codes[i] < lowest ? codes[i] : lowest;                                                            \
            most = codes[i] > most ? codes[i] : most;                                                                  \
        }                                                                                                              \
        *sums = (cln_integer_sums){                                                                                    \
            .min = (int64_t)least, .max = most, .nulls = count_##set##name(codes, rows), .lowest = lowest};            \
    }

/* Without any value the bounds are those of no zone, whatever the width. */
#define DEFINE_TIMES(set, name, type, lowest_value, greatest, ATTRIBUTE)                                               \
    ATTRIBUTE static void timestamps_##set##name(const void *from, size_t rows, cln_integer_sums *sums) {              \
        const type *values = from;                                                                                     \
        type least = greatest, most = lowest_value, nulls = 0;                                                         \
        for (size_t i = 0; i < rows; i++) {                                                                            \
            const type candidate = values[i] == lowest_value ? greatest : values[i];                                   \
            nulls += values[i] == lowest_value;                                                                        \
            least = candidate < least ? candidate : least;                                                             \
            most = values[i] > most ? values[i] : most;                                                                \
        }                                                                                                              \
        *sums = (cln_integer_sums){.min = least, .max = most, .nulls = (uint64_t)nulls};                               \
        if (sums->nulls < rows) return;                                                                                \
        sums->min = INT64_MAX;                                                                                         \
        sums->max = INT64_MIN;                                                                                         \
    }

#define DEFINE_DOUBLES(set, ATTRIBUTE)                                                                                 \
    ATTRIBUTE static void doubles_##set(const double *values, size_t rows, const cln_double_rule *rule,                \
                                        cln_double_sums *sums) {                                                       \
        double least[8], most[8]; /* one for each place of a vector: comparisons must not wait for each other */       \
        uint64_t odd = 0;                                                                                              \
        int64_t nulls = 0;                                                                                             \
        for (size_t k = 0; k < 8; k++) {                                                                               \
            least[k] = INFINITY;                                                                                       \
            most[k] = -INFINITY;                                                                                       \
        }                                                                                                              \
        const size_t whole = rows / 8 * 8;                                                                             \
        for (size_t first = 0; first < whole; first += 8) {                                                            \
            for (size_t k = 0; k < 8; k++) {                                                                           \
                const double value = values[first + k];                                                                \
                least[k] = value < least[k] ? value : least[k];                                                        \
                most[k] = value > most[k] ? value : most[k];                                                           \
            }                                                                                                          \
        }                                                                                                              \
        for (size_t i = whole; i < rows; i++) {                                                                        \
            least[0] = values[i] < least[0] ? values[i] : least[0];                                                    \
            most[0] = values[i] > most[0] ? values[i] : most[0];                                                       \
        }                                                                                                              \
        for (size_t i = 0; i < rows; i++) nulls += values[i] != values[i];                                             \
        const cln_double_rule own = *rule;                                                                             \
        for (size_t first = 0; first < rows; first += BITS_ROWS) {                                                     \
            const size_t count = rows - first < BITS_ROWS ? rows - first : BITS_ROWS;                                  \
            uint64_t bits[BITS_ROWS];                                                                                  \
            memcpy(bits, values + first, count * sizeof *bits);                                                        \
            for (size_t i = 0; i < count; i++) odd |= cln_double_is_odd(bits[i], &own);                                \
        }                                                                                                              \
        for (size_t k = 1; k < 8; k++) {                                                                               \
            least[0] = least[k] < least[0] ? least[k] : least[0];                                                      \
            most[0] = most[k] > most[0] ? most[k] : most[0];                                                           \
        }                                                                                                              \
        *sums = (cln_double_sums){.min = least[0], .max = most[0], .nulls = (uint64_t)nulls, .is_odd = odd != 0};      \
    }

#define DEFINE_SET(set, ATTRIBUTE)                                                                                     \
    DEFINE_COUNT(set, mask, uint8_t, != 0, ATTRIBUTE)                                                                  \
    DEFINE_INTEGERS(set, 8, int8_t, INT8_MIN, INT8_MAX, ATTRIBUTE)                                                     \
    DEFINE_INTEGERS(set, 16, int16_t, INT16_MIN, INT16_MAX, ATTRIBUTE)                                                 \
    DEFINE_INTEGERS(set, 32, int32_t, INT32_MIN, INT32_MAX, ATTRIBUTE)                                                 \
    DEFINE_INTEGERS(set, 64, int64_t, INT64_MIN, INT64_MAX, ATTRIBUTE)                                                 \
    DEFINE_CODES(set, 8, int8_t, INT8_MAX, ATTRIBUTE)                                                                  \
    DEFINE_CODES(set, 16, int16_t, INT16_MAX, ATTRIBUTE)                                                               \
    DEFINE_CODES(set, 32, int32_t, INT32_MAX, ATTRIBUTE)                                                               \
    DEFINE_TIMES(set, 32, int32_t, INT32_MIN, INT32_MAX, ATTRIBUTE)                                                    \
    DEFINE_TIMES(set, 64, int64_t, INT64_MIN, INT64_MAX, ATTRIBUTE)                                                    \
    DEFINE_DOUBLES(set, ATTRIBUTE)                                                                                     \
    static const cln_measure_loops set##loops = {                                                                      \
        .plain = {plain_##set##8, plain_##set##16, plain_##set##32, plain_##set##64},                                  \
        .masked = {masked_##set##8, masked_##set##16, masked_##set##32, masked_##set##64},                             \
        .codes = {codes_##set##8, codes_##set##16, codes_##set##32},                                                   \
        .timestamps = {timestamps_##set##32, timestamps_##set##64},                                                    \
        .doubles = doubles_##set};

/* NOLINTEND(bugprone-macro-parentheses) */
DEFINE_SET(portable_, )

const cln_measure_loops *cln_measure_loops_portable(void) {
    return &portable_loops;
}

#ifdef __x86_64__
DEFINE_SET(avx2_, __attribute__((target("avx2"))))
#endif

const cln_measure_loops *cln_measure_loops_best(void) {
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx2")) return &avx2_loops;
#endif
    return &portable_loops;
}
