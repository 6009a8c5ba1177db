/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A table with a column of every type and form, for the tests of the store.
 * Its values are a function of the row alone.
 */
#ifndef COLONNADE_TESTS_STORE_SAMPLE_H
#define COLONNADE_TESTS_STORE_SAMPLE_H

#include "colonnade/base/file.h"
#include "colonnade/column/dictionary.h"
#include "colonnade/store/dataset.h"
#include "colonnade/store/partition_writer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    RECORD,
    SMALL,    /* integers without nulls, one byte */
    SEVERITY, /* with nulls, two bytes */
    HUGE_IDS, /* with nulls, eight bytes */
    FLAG,     /* booleans without nulls */
    MAYBE,    /* booleans with nulls */
    LONGITUDE,
    HAPPENED,
    AREA,      /* 300 categories, codes of two bytes */
    CONDITION, /* three categories, all rows but some */
    ADDRESS,   /* text */
    SUMMARY,   /* text, of which some have numbers */
    NO_INTEGER,
    NO_BOOLEAN,
    NO_DOUBLE,
    NO_TIME,
    NO_CATEGORY,
    NO_TEXT,
    SAMPLE_COLUMNS
};

typedef struct sample {
    size_t rows;
    int64_t *integers[SAMPLE_COLUMNS];
    double *doubles[SAMPLE_COLUMNS];
    int32_t *codes[SAMPLE_COLUMNS];
    uint64_t *offsets[SAMPLE_COLUMNS];
    char *bytes[SAMPLE_COLUMNS];
    cln_dictionary areas, conditions;
    cln_stored_column columns[SAMPLE_COLUMNS];
} sample;

static inline void *sample_room(size_t count, size_t size) {
    void *room = calloc(count == 0 ? 1 : count, size);
    if (room == NULL) abort();
    return room;
}

static inline void sample_dictionary(cln_dictionary *dictionary, const char *format, int count) {
    cln_span *texts = sample_room((size_t)count, sizeof *texts);
    char(*names)[48] = sample_room((size_t)count, sizeof *names);
    for (int i = 0; i < count; i++) {
        (void)snprintf(names[i], sizeof names[i], format, i);
        texts[i] = cln_span_of_string(names[i]);
    }
    if (cln_dictionary_build(dictionary, texts, (size_t)count, NULL, NULL) != CLN_OK) abort();
    free(names);
    free(texts);
}

static inline int64_t sample_integer(int column, size_t row) {
    const int64_t i = (int64_t)row;
    switch (column) {
    case RECORD:
        return i + 2;
    case SMALL:
        return i % 200 - 100;
    case SEVERITY:
        return i % 7 == 3 ? CLN_NULL_INTEGER : i % 1000 - 500;
    case HUGE_IDS:
        return i % 11 == 0 ? CLN_NULL_INTEGER : (i - 50000) * 1234567890123;
    case FLAG:
        return i % 3 == 0;
    case MAYBE:
        return i % 5 == 0 ? CLN_NULL_INTEGER : i % 2;
    case HAPPENED:
        return i % 13 == 0 ? CLN_NULL_INTEGER : 1400000000 + i * 61;
    default:
        return CLN_NULL_INTEGER;
    }
}

static inline double sample_double(int column, size_t row) {
    if (column == NO_DOUBLE || row % 17 == 5) return NAN;
    if (row % 23 == 0) return row % 46 == 0 ? -0.0 : 0.0; /* equal, but not the same bits */
    return -105.0 + (double)row / 1024.0;
}

static inline int32_t sample_code(int column, size_t row) {
    if (column == NO_CATEGORY || row % 19 == 1) return CLN_NULL_CODE;
    return (int32_t)(column == AREA ? row * 7 % 300 : row * row % 3);
}

/* The number of a text in the dictionary of conditions. */
static inline int32_t sample_number(int column, size_t row) {
    return column == SUMMARY && row % 5 > 1 ? (int32_t)(row % 3) : CLN_NULL_CODE;
}

static inline size_t sample_text(int column, size_t row, char text[32]) {
    if (column == NO_TEXT || row % 4 == 2 || sample_number(column, row) != CLN_NULL_CODE) return 0;
    return (size_t)snprintf(text, 32, "%zu N B\xc3\xa9langer St%.*s", row, (int)(row % 9), "aaaaaaaaa");
}

static inline cln_type sample_type(int column) {
    static const cln_type types[SAMPLE_COLUMNS] = {
        [FLAG] = CLN_TYPE_BOOLEAN,       [MAYBE] = CLN_TYPE_BOOLEAN,     [LONGITUDE] = CLN_TYPE_DOUBLE,
        [HAPPENED] = CLN_TYPE_TIMESTAMP, [AREA] = CLN_TYPE_CATEGORY,     [CONDITION] = CLN_TYPE_CATEGORY,
        [ADDRESS] = CLN_TYPE_TEXT,       [SUMMARY] = CLN_TYPE_TEXT,      [NO_BOOLEAN] = CLN_TYPE_BOOLEAN,
        [NO_DOUBLE] = CLN_TYPE_DOUBLE,   [NO_TIME] = CLN_TYPE_TIMESTAMP, [NO_CATEGORY] = CLN_TYPE_CATEGORY,
        [NO_TEXT] = CLN_TYPE_TEXT};
    return types[column];
}

static inline void sample_fill_integers(sample *table, int column) {
    cln_stored_column *about = &table->columns[column];
    about->min = INT64_MAX;
    about->max = INT64_MIN;
    table->integers[column] = sample_room(table->rows, sizeof(int64_t));
    for (size_t i = 0; i < table->rows; i++) {
        const int64_t value = sample_integer(column, i);
        table->integers[column][i] = value;
        if (value == CLN_NULL_INTEGER) {
            about->null_count++;
            continue;
        }
        if (value < about->min) about->min = value;
        if (value > about->max) about->max = value;
    }
}

static inline void sample_fill_texts(sample *table, int column) {
    cln_stored_column *about = &table->columns[column];
    table->offsets[column] = sample_room(table->rows + 1, sizeof(uint64_t));
    table->bytes[column] = sample_room(table->rows, 64);
    for (size_t i = 0; i < table->rows; i++) {
        char text[32] = "";
        const size_t size = sample_text(column, i, text);
        if (size > about->text_size_max) about->text_size_max = size;
        if (size > 0) memcpy(table->bytes[column] + table->offsets[column][i], text, size);
        table->offsets[column][i + 1] = table->offsets[column][i] + size;
        about->null_count += size == 0 && sample_number(column, i) == CLN_NULL_CODE;
    }
    about->text_size_bytes = table->offsets[column][table->rows];
    if (column != SUMMARY) return;
    table->codes[column] = sample_room(table->rows, sizeof(int32_t));
    for (size_t i = 0; i < table->rows; i++) table->codes[column][i] = sample_number(column, i);
}

static inline void sample_fill_others(sample *table, int column) {
    cln_stored_column *about = &table->columns[column];
    table->doubles[column] = sample_room(table->rows, sizeof(double));
    table->codes[column] = sample_room(table->rows, sizeof(int32_t));
    for (size_t i = 0; i < table->rows; i++) {
        table->doubles[column][i] = sample_double(column, i);
        table->codes[column][i] = sample_code(column, i);
        about->null_count += about->type == CLN_TYPE_DOUBLE ? isnan(table->doubles[column][i]) != 0
                                                            : table->codes[column][i] == CLN_NULL_CODE;
    }
    if (column == LONGITUDE) {
        about->exponent_min = -10;
        about->exponent_max = 7;
    }
}

static inline void sample_init(sample *table, size_t rows) {
    static const char *const names[SAMPLE_COLUMNS] = {"record",  "small",       "severity",   "huge_ids",   "flag",
                                                      "maybe",   "longitude",   "happened",   "area",       "condition",
                                                      "address", "summary",     "no_integer", "no_boolean", "no_double",
                                                      "no_time", "no_category", "no_text"};
    memset(table, 0, sizeof *table);
    table->rows = rows;
    sample_dictionary(&table->areas, "Area %03d", 300);
    sample_dictionary(&table->conditions, "Condition %d \xe2\x80\x93 dry", 3);
    for (int i = 0; i < SAMPLE_COLUMNS; i++) {
        table->columns[i] =
            (cln_stored_column){.name = names[i], .type = sample_type(i), .role = "", .source_name = "Source Name"};
        if (cln_type_is_integral(sample_type(i))) {
            sample_fill_integers(table, i);
        } else if (sample_type(i) == CLN_TYPE_TEXT) {
            sample_fill_texts(table, i);
        } else {
            sample_fill_others(table, i);
        }
    }
    table->columns[AREA].dictionary = &table->areas;
    table->columns[AREA].dictionary_count = 300;
    table->columns[AREA].role = "area";
    table->columns[CONDITION].dictionary = &table->conditions;
    table->columns[CONDITION].dictionary_count = 3;
    table->columns[SUMMARY].dictionary = &table->conditions;
    table->columns[SUMMARY].dictionary_count = 3;
    table->columns[HAPPENED].time_zone = "America/Denver";
    table->columns[HAPPENED].role = "time";
}

static inline void sample_clean_up(sample *table) {
    for (int i = 0; i < SAMPLE_COLUMNS; i++) {
        free(table->integers[i]);
        free(table->doubles[i]);
        free(table->codes[i]);
        free(table->offsets[i]);
        free(table->bytes[i]);
    }
    cln_dictionary_clean_up(&table->areas);
    cln_dictionary_clean_up(&table->conditions);
}

static inline cln_vector sample_slice(const sample *table, int column, size_t first, size_t rows) {
    cln_vector vector = {.type = sample_type(column), .rows = rows};
    if (table->integers[column] != NULL) vector.integers = table->integers[column] + first;
    if (table->doubles[column] != NULL) vector.doubles = table->doubles[column] + first;
    if (table->codes[column] != NULL) vector.codes = table->codes[column] + first;
    if (table->offsets[column] != NULL) vector.offsets = table->offsets[column] + first;
    vector.bytes = table->bytes[column];
    return vector;
}

/* How the rows come to the writer: pieces of so many rows, dealt to the ranks
 * in turn; backwards: each rank puts its last piece first. */
typedef struct sample_split {
    size_t piece_rows;
    bool backwards;
} sample_split;

static inline cln_status sample_put_piece(const sample *table, cln_partition_writer *writer, size_t first, size_t rows,
                                          cln_error *err) {
    for (int i = 0; i < SAMPLE_COLUMNS; i++) {
        if (table->columns[i].null_count == table->rows && first % 2 == 0) continue; /* may be left out */
        const cln_vector vector = sample_slice(table, i, first, rows);
        const uint64_t first_byte = vector.offsets == NULL ? 0 : vector.offsets[0];
        CLN_TRY(cln_partition_writer_put(writer, 0, (size_t)i, first, first_byte, &vector, err));
    }
    return CLN_OK;
}

static inline cln_status sample_put(const sample *table, const cln_comm *comm, cln_partition_writer *writer,
                                    sample_split split, cln_error *err) {
    const size_t pieces = (table->rows + split.piece_rows - 1) / split.piece_rows;
    for (size_t k = 0; k < pieces; k++) {
        const size_t piece = split.backwards ? pieces - 1 - k : k;
        if (piece % (size_t)comm->size != (size_t)comm->rank) continue;
        const size_t first = piece * split.piece_rows;
        const size_t rows = table->rows - first < split.piece_rows ? table->rows - first : split.piece_rows;
        CLN_TRY(sample_put_piece(table, writer, first, rows, err));
    }
    return CLN_OK;
}

/* Collective. Writes the table as "columns", and as "rejects" a table without rows. */
static inline cln_status sample_write(const sample *table, const cln_comm *comm, const char *path, sample_split split,
                                      uint64_t *size_bytes, cln_error *err) {
    const cln_stored_column rejects[] = {{.name = "record", .type = CLN_TYPE_INTEGER},
                                         {.name = "reason", .type = CLN_TYPE_CATEGORY},
                                         {.name = "raw", .type = CLN_TYPE_TEXT}};
    const cln_stored_table tables[] = {
        {.name = "columns", .rows = table->rows, .column_count = SAMPLE_COLUMNS, .columns = table->columns},
        {.name = "rejects", .rows = 0, .column_count = 3, .columns = rejects}};
    const cln_stored_attribute attributes[] = {
        {.name = "provenance", .text = {.data = "{\"sample\":true}", .size = 15}},
        {.name = "account", .text = {.data = "{}", .size = 2}}};
    cln_partition_writer *writer;
    CLN_TRY(cln_partition_writer_new(&writer, comm, path, tables, 2, err));
    cln_status status = sample_put(table, comm, writer, split, err);
    status = cln_agree(comm, status, err);
    if (status != CLN_OK) {
        cln_partition_writer_abandon(writer);
        return status;
    }
    return cln_partition_writer_finish(writer, attributes, 2, false, size_bytes, err);
}

/* The number of rows in which a vector of a scan differs from the table's. */
static inline size_t sample_differences(const sample *table, int column, size_t first, const cln_vector *got,
                                        const cln_dictionary *dictionary) {
    const cln_vector want = sample_slice(table, column, first, got->rows);
    const cln_dictionary *own = table->columns[column].dictionary;
    size_t differences = got->type != want.type;
    for (size_t i = 0; i < got->rows && differences == 0; i++) {
        switch (want.type) {
        case CLN_TYPE_DOUBLE:
            differences += isnan(want.doubles[i]) ? isnan(got->doubles[i]) == 0
                                                  : memcmp(&want.doubles[i], &got->doubles[i], sizeof(double)) != 0;
            break;
        case CLN_TYPE_CATEGORY:
            if (want.codes[i] == CLN_NULL_CODE || got->codes[i] == CLN_NULL_CODE) {
                differences += want.codes[i] != got->codes[i];
            } else {
                differences += !cln_span_equal(cln_dictionary_text(own, (size_t)want.codes[i]),
                                               cln_dictionary_text(dictionary, (size_t)got->codes[i]));
            }
            break;
        case CLN_TYPE_TEXT:
            differences += !cln_span_equal(want.codes != NULL && want.codes[i] != CLN_NULL_CODE
                                               ? cln_dictionary_text(own, (size_t)want.codes[i])
                                               : cln_vector_text(&want, i),
                                           cln_vector_text(got, i));
            break;
        default:
            differences += want.integers[i] != got->integers[i];
        }
    }
    return differences;
}

#endif
