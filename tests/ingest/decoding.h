/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A few columns of all types, decoded from text that is cut into runs.
 */
#ifndef COLONNADE_TESTS_INGEST_DECODING_H
#define COLONNADE_TESTS_INGEST_DECODING_H

#include "colonnade/ingest/decoder.h"

#include "harness.h"

static const char columns[] = "{\"name\":\"n\",\"type\":\"integer\"},"
                              "{\"name\":\"x\",\"type\":\"double\"},"
                              "{\"name\":\"t\",\"type\":\"timestamp\"},"
                              "{\"name\":\"c\",\"type\":\"category\"},"
                              "{\"name\":\"s\",\"type\":\"text\"}";

/* How a file of these columns is decoded. */
typedef struct setting {
    cln_decoder_policy policy;
    cln_fallback fallback;
    size_t run_lines;            /* of each run; 0: all in one */
    uint64_t stage_memory_bytes; /* 0: plenty */
} setting;

static inline setting usual(void) {
    return (setting){.policy = {.max_record_bytes = 1000}};
}

typedef struct decoding {
    cln_config config;
    cln_schema schema;
    cln_automaton automaton;
    cln_stage stage;
    cln_decoder decoder;
    uint64_t failed_record;
    cln_error err;
} decoding;

/* Takes the next lines of the bytes, at most `lines`, as one run; each is a
 * record, or blank. */
static inline cln_status take_some(decoding *d, cln_span bytes, size_t lines, size_t *position, uint64_t *number) {
    const size_t begin = *position;
    uint64_t count = 0;
    for (size_t line = 0; *position < bytes.size && (lines == 0 || line < lines); line++) {
        const char *data = bytes.data + *position;
        const char *line_end = memchr(data, '\n', bytes.size - *position);
        count += data[0] != '\n' && data[0] != '\r';
        *position = line_end == NULL ? bytes.size : (size_t)(line_end - bytes.data) + 1;
    }
    const cln_span part = cln_span_of(bytes.data + begin, *position - begin);
    const cln_csv_run run = {
        .stripe = begin / 100, .offset = 50 + begin, .first_record = *number, .bytes = part, .size_bytes = part.size};
    *number += count;
    return cln_decoder_take(&d->decoder, &run, &d->failed_record, &d->err);
}

static inline cln_status decode(decoding *d, cln_span bytes, setting how) {
    const cln_dialect dialect = cln_dialect_default();
    memset(d, 0, sizeof *d);
    parse_dataset(&d->config, columns);
    cln_prologue prologue;
    make_prologue(&prologue, "n,x,t,c,s", true);
    must(cln_schema_match(&d->schema, cln_config_find_dataset(&d->config, "d"), &prologue, false, "x.csv", NULL));
    cln_prologue_clean_up(&prologue);
    cln_automaton_init(&d->automaton, &dialect);
    cln_stage_init(&d->stage, "/tmp", how.stage_memory_bytes == 0 ? 1 << 20 : how.stage_memory_bytes);
    must(cln_decoder_init(&d->decoder, &d->automaton, &d->schema, how.fallback, how.policy, "x.csv", &d->stage, NULL));
    size_t position = 0;
    uint64_t number = 2;
    cln_status status = CLN_OK;
    while (status == CLN_OK && position < bytes.size) {
        status = take_some(d, bytes, how.run_lines, &position, &number);
    }
    return status == CLN_OK ? cln_decoder_end(&d->decoder, NULL) : status;
}

static inline void clean(decoding *d) {
    cln_decoder_clean_up(&d->decoder);
    cln_stage_clean_up(&d->stage);
    cln_schema_clean_up(&d->schema);
    cln_config_clean_up(&d->config);
}

/* Everything that was decoded; the caller frees it. */
static inline char *describe(const decoding *d) {
    cln_buffer text;
    cln_buffer_init(&text, SIZE_MAX);
    for (int b = 0; b < 12; b++) {
        const cln_decoder *decoder = &d->decoder;
        const cln_column_builder *builder = b == 0  ? &decoder->record_numbers
                                            : b < 6 ? &decoder->columns[b - 1]
                                                    : &decoder->rejects[b - 6];
        char *found = describe_builder(builder);
        must(cln_buffer_append_format(&text, NULL, "%s\n", found));
        free(found);
    }
    must(cln_account_to_json(&d->decoder.account, &text, NULL));
    must(cln_buffer_terminate(&text, NULL));
    return text.data;
}

#endif
