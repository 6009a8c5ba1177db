/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Small partitions from cells as text, and columns of a dataset back as text.
 * One process.
 */
#ifndef COLONNADE_TESTS_STORE_SMALL_H
#define COLONNADE_TESTS_STORE_SMALL_H

#include "colonnade/base/file.h"
#include "colonnade/base/number.h"
#include "colonnade/column/dictionary.h"
#include "colonnade/store/dataset.h"
#include "colonnade/store/partition_writer.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SMALL_ROWS = 8, SMALL_COLUMNS = 8 };

/* Cells as they would stand in a file; "" is null. A partition's columns end
 * with one without a name. */
typedef struct small_column {
    const char *name;
    cln_type type;
    const char *role;
    const char *cells[SMALL_ROWS];
} small_column;

static const cln_comm small_comm = {.rank = 0, .size = 1};

typedef struct small_values {
    cln_stored_column about;
    cln_vector vector;
    int64_t integers[SMALL_ROWS];
    double doubles[SMALL_ROWS];
    int32_t codes[SMALL_ROWS];
    uint64_t offsets[SMALL_ROWS + 1];
    char bytes[1024];
    cln_dictionary dictionary;
} small_values;

static inline void small_set_integers(small_values *values, const small_column *column, size_t rows) {
    values->about.min = INT64_MAX;
    values->about.max = INT64_MIN;
    for (size_t i = 0; i < rows; i++) {
        values->integers[i] = CLN_NULL_INTEGER;
        if (column->cells[i][0] == '\0') continue;
        const int64_t value = strtoll(column->cells[i], NULL, 10);
        values->integers[i] = value;
        if (value < values->about.min) values->about.min = value;
        if (value > values->about.max) values->about.max = value;
    }
    values->vector.integers = values->integers;
}

static inline void small_set_texts(small_values *values, const small_column *column, size_t rows) {
    cln_span texts[SMALL_ROWS];
    int32_t codes[SMALL_ROWS];
    size_t count = 0;
    for (size_t i = 0; i < rows; i++) {
        const size_t size = strlen(column->cells[i]);
        memcpy(values->bytes + values->offsets[i], column->cells[i], size);
        values->offsets[i + 1] = values->offsets[i] + size;
        if (size > 0) texts[count++] = cln_span_of_string(column->cells[i]);
    }
    values->vector.offsets = values->offsets;
    values->vector.bytes = values->bytes;
    values->about.text_size_bytes = column->type == CLN_TYPE_TEXT ? values->offsets[rows] : 0;
    values->about.text_size_max = values->about.text_size_bytes; /* at least that of the longest */
    if (column->type != CLN_TYPE_CATEGORY) return;
    if (cln_dictionary_build(&values->dictionary, texts, count, codes, NULL) != CLN_OK) abort();
    for (size_t i = 0, text = 0; i < rows; i++) {
        values->codes[i] = column->cells[i][0] == '\0' ? CLN_NULL_CODE : codes[text++];
    }
    values->vector.codes = values->codes;
    values->about.dictionary = &values->dictionary;
    values->about.dictionary_count = values->dictionary.count;
}

static inline void small_set(small_values *values, const small_column *column, size_t rows) {
    *values = (small_values){
        .about = {.name = column->name, .type = column->type, .role = column->role, .source_name = column->name},
        .vector = {.type = column->type, .rows = rows}};
    for (size_t i = 0; i < rows; i++) {
        values->about.null_count += column->cells[i][0] == '\0';
        values->doubles[i] = column->cells[i][0] == '\0' ? (double)NAN : strtod(column->cells[i], NULL);
    }
    values->vector.doubles = values->doubles;
    if (cln_type_is_integral(column->type)) small_set_integers(values, column, rows);
    if (column->type == CLN_TYPE_CATEGORY || column->type == CLN_TYPE_TEXT) small_set_texts(values, column, rows);
}

static inline cln_status small_put(cln_partition_writer *writer, const small_values *values, size_t count,
                                   cln_error *err) {
    for (size_t i = 0; i < count; i++) {
        CLN_TRY(cln_partition_writer_put(writer, 0, i, 0, 0, &values[i].vector, err));
    }
    return CLN_OK;
}

/* Writes a partition file with the table "columns". */
static inline cln_status small_write(const char *path, const small_column *columns, size_t rows, uint64_t *size_bytes,
                                     cln_error *err) {
    small_values *values = calloc(SMALL_COLUMNS, sizeof *values);
    cln_stored_column about[SMALL_COLUMNS];
    size_t count = 0;
    for (; columns[count].name != NULL; count++) {
        small_set(&values[count], &columns[count], rows);
        about[count] = values[count].about;
    }
    const cln_stored_table table = {.name = "columns", .rows = rows, .column_count = count, .columns = about};
    cln_partition_writer *writer;
    cln_status status = cln_partition_writer_new(&writer, &small_comm, path, &table, 1, err);
    if (status == CLN_OK) {
        status = small_put(writer, values, count, err);
        if (status == CLN_OK) {
            status = cln_partition_writer_finish(writer, NULL, 0, false, size_bytes, err);
        } else {
            cln_partition_writer_abandon(writer);
        }
    }
    for (size_t i = 0; i < count; i++) cln_dictionary_clean_up(&values[i].dictionary);
    free(values);
    return status;
}

/* Adds a partition to STORE/DATASET and publishes it. */
static inline cln_status small_publish(const char *store, const char *dataset, const char *id,
                                       const small_column *columns, size_t rows, cln_error *err) {
    char path[1024], file[256];
    (void)snprintf(file, sizeof file, "partitions/%s.00ff.h5", id);
    (void)snprintf(path, sizeof path, "%s/%s/partitions", store, dataset);
    CLN_TRY(cln_file_make_dirs(path, err));
    (void)snprintf(path, sizeof path, "%s/%s/%s", store, dataset, file);
    cln_partition_info info = {.id = (char *)(uintptr_t)id,
                               .file = file,
                               .content_hash = (char *)(uintptr_t) "00ff",
                               .origin = (char *)(uintptr_t) "test.csv",
                               .rows = rows};
    CLN_TRY(small_write(path, columns, rows, &info.size_bytes, err));
    cln_manifest manifest;
    bool exists;
    CLN_TRY(cln_manifest_read(&manifest, store, dataset, &exists, err));
    cln_status status = cln_manifest_put(&manifest, &info, err);
    if (status == CLN_OK) status = cln_manifest_publish(&manifest, store, false, err);
    cln_manifest_clean_up(&manifest);
    return status;
}

static inline void small_print(char *text, size_t room, const cln_vector *vector, const cln_dictionary *dictionary,
                               size_t row) {
    cln_span span = {.data = "", .size = 0};
    switch (vector->type) {
    case CLN_TYPE_DOUBLE:
        if (!isnan(vector->doubles[row])) (void)snprintf(text, room, "%g", vector->doubles[row]);
        return;
    case CLN_TYPE_CATEGORY:
        if (vector->codes[row] != CLN_NULL_CODE) span = cln_dictionary_text(dictionary, (size_t)vector->codes[row]);
        break;
    case CLN_TYPE_TEXT:
        span = cln_vector_text(vector, row);
        break;
    default:
        if (vector->integers[row] != CLN_NULL_INTEGER) (void)snprintf(text, room, "%" PRId64, vector->integers[row]);
        return;
    }
    (void)snprintf(text, room, "%.*s", (int)span.size, span.data);
}

/* A column of a dataset (of one partition, or of all: -1) as
 * "type: partition a|b|c partition d", "?" for rows without the column, into
 * a text that the next call uses again; an error's message instead. */
static inline const char *small_column_text(cln_dataset *dataset, int partition, const char *name) {
    static char text[4096];
    cln_error err = {.message = ""};
    cln_batch_source *source;
    if (cln_dataset_scan(dataset, "columns", partition, &name, 1, &source, &err) != CLN_OK) {
        (void)snprintf(text, sizeof text, "%s", err.message);
        return text;
    }
    size_t used = (size_t)snprintf(text, sizeof text, "%s:", cln_type_name(source->columns[0].type));
    cln_batch batch = {.rows = 0};
    cln_status status;
    while ((status = source->get_next(source, &batch, &err)) == CLN_OK && batch.rows > 0) {
        used += (size_t)snprintf(text + used, sizeof text - used, " %s ", batch.partition);
        for (size_t i = 0; i < batch.rows; i++) {
            if (i > 0) text[used++] = '|';
            text[used] = '\0';
            if (batch.recorded[0]) {
                small_print(text + used, sizeof text - used, &batch.vectors[0], source->columns[0].dictionary, i);
            } else {
                (void)snprintf(text + used, sizeof text - used, "?");
            }
            used += strlen(text + used);
        }
    }
    if (status != CLN_OK) (void)snprintf(text, sizeof text, "%s", err.message);
    source->release(source);
    return text;
}

#endif
