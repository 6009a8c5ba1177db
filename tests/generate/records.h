/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A small splitter of clean CSV (RFC 4180, CRLF), independent of the csv
 * layer, and generated rows as a table of fields.
 */
#ifndef TESTS_GENERATE_RECORDS_H
#define TESTS_GENERATE_RECORDS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "colonnade/generate/generate.h"

#include <stdlib.h>
#include <string.h>

#define MAX_FIELDS 64

typedef struct record {
    size_t count;
    char *fields[MAX_FIELDS]; /* unquoted, NUL-terminated, into the reader's bytes */
    size_t quoted_count;
} record;

/* Reads one record at *at and moves it behind the line end; false at the end. */
static inline int read_record(char **at, const char *end, record *to) {
    char *in = *at;
    static char empty[1] = "";
    *to = (record){0};
    for (size_t i = 0; i < MAX_FIELDS; i++) to->fields[i] = empty; /* of a record that is too short */
    if (in >= end) return 0;
    for (int more = 1; more;) {
        char *out = in;
        const int is_quoted = in < end && *in == '"';
        assert_true(to->count < MAX_FIELDS);
        to->fields[to->count++] = out;
        to->quoted_count += (size_t)is_quoted;
        if (is_quoted) {
            in++;
            while (in < end && (*in != '"' || (in + 1 < end && in[1] == '"'))) {
                if (*in == '"') in++;
                *out++ = *in++;
            }
            in++;
        } else {
            while (in < end && *in != ',' && *in != '\r') *out++ = *in++;
        }
        assert_true(in >= end || *in == ',' || *in == '\r');
        more = in < end && *in == ',';
        if (in < end && *in == '\r') assert_true(in + 1 < end && in[1] == '\n');
        if (in < end) in += more ? 1 : 2;
        *out = '\0';
    }
    *at = in;
    return 1;
}

/* Rows first .. first + count - 1 of a vintage; the caller cleans buffer up. */
static inline void make_rows(const cln_generate_spec *spec, uint64_t first, size_t count, cln_buffer *buffer,
                             size_t *ends) {
    cln_generator *generator = NULL;
    cln_error err = {{0}};
    cln_buffer_init(buffer, SIZE_MAX);
    assert_int_equal(cln_generator_open(&generator, spec, &err), CLN_OK);
    assert_int_equal(cln_generator_append_rows(generator, first, count, buffer, ends, &err), CLN_OK);
    cln_generator_close(generator);
    assert_non_null(buffer->data);
}

#endif
