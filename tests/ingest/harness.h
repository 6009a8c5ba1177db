/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Small configurations, headers and builders for the tests of this layer.
 */
#ifndef COLONNADE_TESTS_INGEST_HARNESS_H
#define COLONNADE_TESTS_INGEST_HARNESS_H

#include "colonnade/base/memory.h"
#include "colonnade/base/number.h"
#include "colonnade/ingest/column_builder.h"
#include "colonnade/ingest/schema.h"

#include "must.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline cln_span text_of(const char *text) {
    return cln_span_of_string(text);
}

/* A configuration with one dataset, "d"; columns is the JSON of its columns. */
static inline void parse_dataset(cln_config *config, const char *columns) {
    char *json;
    must(cln_format_string(&json, NULL,
                           "{\"city\":\"X\",\"datasets\":{\"d\":{\"time_zone\":\"America/Denver\",\"formats\":"
                           "[\"%%Y-%%m-%%d %%H:%%M:%%S\",\"%%m/%%d/%%Y\"],\"columns\":[%s]}}}",
                           columns));
    cln_error err = {.message = ""};
    const cln_status status = cln_config_parse(config, text_of(json), "test", &err);
    if (status != CLN_OK) fprintf(stderr, "%s\n", err.message);
    must(status);
    free(json);
}

/* What a header of these names, with commas between them, would give; "" is
 * an empty name. has_header false: names are only counted. */
static inline void make_prologue(cln_prologue *prologue, const char *names, bool has_header) {
    *prologue = (cln_prologue){.header_bytes = has_header ? strlen(names) + 1 : 0, .first_record = has_header ? 2 : 1};
    size_t count = 1;
    for (const char *c = names; *c != '\0'; c++) count += *c == ',';
    must(cln_new_array(&prologue->names, count, sizeof(char *), NULL));
    for (const char *begin = names; prologue->name_count < count; prologue->name_count++) {
        const char *comma = strchr(begin, ',');
        const size_t size = comma == NULL ? strlen(begin) : (size_t)(comma - begin);
        char **name = &prologue->names[prologue->name_count];
        if (has_header)
            must(cln_copy_span(name, cln_span_of(begin, size), NULL));
        else
            must(cln_format_string(name, NULL, "column_%zu", prologue->name_count + 1));
        begin += size + 1;
    }
}

/* Appends all that a builder holds, in order: values with | behind each, nothing for null. */
static inline void append_builder(const cln_column_builder *builder, cln_buffer *text) {
    cln_block_reader reader;
    cln_block_reader_init(&reader);
    for (size_t e = 0; e < builder->entry_count; e++) {
        cln_block block;
        must(cln_block_reader_read(&reader, builder, &builder->entries[e], &block, NULL));
        for (size_t row = 0; row < block.rows; row++) {
            char number[32] = "";
            cln_span cell = text_of(number);
            if (block.encoding == CLN_BLOCK_INTEGERS && block.integers[row] != CLN_NULL_INTEGER) {
                (void)snprintf(number, sizeof number, "%" PRId64, block.integers[row]);
            } else if (block.encoding == CLN_BLOCK_DOUBLES && !isnan(block.doubles[row])) {
                cln_format_double(block.doubles[row], number);
            } else if (block.encoding == CLN_BLOCK_CODES && block.codes[row] != CLN_NULL_STRING) {
                cell = cln_string_table_text(&builder->strings, block.codes[row]);
            } else if (block.encoding == CLN_BLOCK_TEXTS && block.offsets[row + 1] > block.offsets[row]) {
                cell = cln_span_of(block.text_bytes + block.offsets[row],
                                   (size_t)(block.offsets[row + 1] - block.offsets[row]));
            }
            must(cln_buffer_append_span(text, cell.data == number ? text_of(number) : cell, NULL));
            must(cln_buffer_append_char(text, '|', NULL));
        }
    }
    cln_block_reader_clean_up(&reader);
}

static inline char *describe_builder(const cln_column_builder *builder) {
    cln_buffer text;
    cln_buffer_init(&text, SIZE_MAX);
    append_builder(builder, &text);
    must(cln_buffer_terminate(&text, NULL));
    return text.data;
}

#define assert_builder_holds(builder, expected)                                                                        \
    do {                                                                                                               \
        char *found_ = describe_builder(builder);                                                                      \
        assert_string_equal(found_, expected);                                                                         \
        free(found_);                                                                                                  \
    } while (0)

#endif
