/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Writes a CSV table of numbers to standard output: whole numbers of every
 * width, decimals with few and with all digits, exponents, empty cells. The
 * bench measures with it how fast numbers become binary.
 *
 *   make_numbers SIZE_BYTES >numbers.csv
 *
 * A cell is a function of its row and column, so a longer file begins with the
 * rows of a shorter one. The last row is the one that reaches the size. The
 * types of the columns are declared in numbers.json.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CELL_BYTES_MAX = 32, BUFFER_BYTES = 1 << 20 };

typedef enum form {
    FORM_ROW,      /* the row's number */
    FORM_INTEGER,  /* at random in [-limit, limit], or from 0 up */
    FORM_DECIMAL,  /* the same with `digits` behind the point */
    FORM_EXPONENT, /* 1.234567e-12 */
    FORM_SHORTEST, /* all digits that a double needs */
} form;

typedef struct column {
    const char *name;
    form form;
    uint64_t limit; /* greatest absolute value, digits behind the point included */
    unsigned digits;
    bool is_signed;
    unsigned empty_percent;
} column;

static const column columns[] = {
    {"id", FORM_ROW, 0, 0, false, 0},
    {"digit", FORM_INTEGER, 9, 0, false, 0},
    {"tens", FORM_INTEGER, 99, 0, true, 0},
    {"year", FORM_INTEGER, 2100, 0, false, 0},
    {"count_16", FORM_INTEGER, 32767, 0, true, 0},
    {"count_32", FORM_INTEGER, 2147483647, 0, true, 0},
    {"count_63", FORM_INTEGER, INT64_MAX, 0, true, 0},
    {"count_sparse", FORM_INTEGER, 1000000, 0, true, 30},
    {"price", FORM_DECIMAL, 99999, 2, false, 0},
    {"amount", FORM_DECIMAL, 9999999999, 2, true, 0},
    {"percent", FORM_DECIMAL, 1000, 1, false, 0},
    {"longitude", FORM_DECIMAL, 180000000, 6, true, 0},
    {"latitude", FORM_DECIMAL, 90000000, 6, true, 0},
    {"fine_longitude", FORM_DECIMAL, 180000000000, 9, true, 0},
    {"fine_latitude", FORM_DECIMAL, 90000000000, 9, true, 0},
    {"fraction_15", FORM_DECIMAL, 999999999999999, 15, false, 0},
    {"measured_sparse", FORM_DECIMAL, 99999999, 3, true, 30},
    {"scientific", FORM_EXPONENT, 9999999, 0, true, 0},
    {"full_1", FORM_SHORTEST, 1, 0, true, 0},
    {"full_1e6", FORM_SHORTEST, 1000000, 0, true, 0},
};
enum { COLUMN_COUNT = sizeof columns / sizeof columns[0] };

/* The finaliser of splitmix64. */
static uint64_t mix(uint64_t x) {
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

/* At least `width` digits, with a point before the last `point` of them. */
static char *put_digits(char *out, uint64_t value, unsigned width, unsigned point) {
    char digits[CELL_BYTES_MAX];
    unsigned count = 0;
    for (; value > 0 || count < width; value /= 10) digits[count++] = (char)('0' + value % 10);
    while (count > 0) {
        if (count == point) *out++ = '.';
        *out++ = digits[--count];
    }
    return out;
}

static char *put_text(char *out, const char *format, double value) {
    const int written = snprintf(out, CELL_BYTES_MAX, format, value);
    return out + (written > 0 && written < CELL_BYTES_MAX ? written : 0);
}

static char *put_exponent(char *out, uint64_t random, uint64_t limit) {
    const uint64_t mantissa = 1000000 + random % (limit - 999999);
    out = put_digits(out, mantissa, 7, 6);
    *out++ = 'e';
    if (random >> 63 != 0) *out++ = '-';
    return put_digits(out, (random >> 40) % 100, 2, 0);
}

static char *put_cell(char *out, const column *self, unsigned number, uint64_t row) {
    const uint64_t random = mix(row * COLUMN_COUNT + number);
    const uint64_t choice = mix(random);
    uint64_t value = self->limit == INT64_MAX ? random >> 1 : random % (self->limit + 1);
    if (self->form == FORM_ROW) return put_digits(out, row, 1, 0);
    if (choice % 100 < self->empty_percent) return out;
    if (self->form == FORM_SHORTEST) value += value == 0; /* no negative zero */
    if (self->is_signed && choice >> 63 != 0 && value != 0) *out++ = '-';
    switch (self->form) {
    case FORM_EXPONENT:
        return put_exponent(out, random, self->limit);
    case FORM_SHORTEST:
        return put_text(out, "%.17g", (double)(random >> 11) * 0x1p-53 * (double)self->limit + 1e-9);
    default:
        return put_digits(out, value, self->digits + 1, self->digits);
    }
}

static char *put_header(char *out) {
    for (unsigned i = 0; i < COLUMN_COUNT; i++) {
        const size_t size = strlen(columns[i].name);
        memcpy(out, columns[i].name, size);
        out += size;
        *out++ = i + 1 == COLUMN_COUNT ? '\n' : ',';
    }
    return out;
}

static char *put_row(char *out, uint64_t row) {
    for (unsigned i = 0; i < COLUMN_COUNT; i++) {
        out = put_cell(out, &columns[i], i, row);
        *out++ = i + 1 == COLUMN_COUNT ? '\n' : ',';
    }
    return out;
}

int main(int argc, char **argv) {
    static char buffer[BUFFER_BYTES + COLUMN_COUNT * CELL_BYTES_MAX];
    const uint64_t wanted = argc == 2 ? strtoull(argv[1], NULL, 10) : 0;
    uint64_t written = 0;
    char *out = put_header(buffer);
    if (wanted == 0) {
        fputs("usage: make_numbers SIZE_BYTES >FILE\n", stderr);
        return 2;
    }
    for (uint64_t row = 1; written + (uint64_t)(out - buffer) < wanted; row++) {
        out = put_row(out, row);
        if (out - buffer < BUFFER_BYTES) continue;
        written += fwrite(buffer, 1, (size_t)(out - buffer), stdout);
        out = buffer;
        if (ferror(stdout)) break;
    }
    fwrite(buffer, 1, (size_t)(out - buffer), stdout);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        perror("make_numbers: standard output");
        return 3;
    }
    return 0;
}
