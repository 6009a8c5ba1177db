/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows are taken in chunks that stay in the cache: first the rows that pass
 * the filters, then a column of words for each key, then the group of each
 * row, then one loop for each aggregate.
 */
#include "colonnade/query/local.h"

#include "colonnade/base/date.h"
#include "colonnade/base/memory.h"

#include <stdlib.h>

enum { CHUNK_ROWS = 1024, CALENDAR_DAYS = 4096, SECONDS_PER_DAY = 86400 };

#define TEXT_LIMIT_BYTES ((size_t)32 << 20)

/* Years and months of days seen lately: times of a file lie close together. */
typedef struct calendar_day {
    int64_t day;
    bool is_known;
    int16_t month;
    int32_t year;
} calendar_day;

typedef struct row_chunk {
    cln_batch batch;
    size_t row_count;
    uint32_t rows[CHUNK_ROWS]; /* of the batch, those that pass */
    int64_t words[(CLN_PLAN_MAX_KEYS + 1) * CHUNK_ROWS];
    uint32_t groups[CHUNK_ROWS];
    calendar_day days[CALENDAR_DAYS];
} row_chunk;

cln_status cln_local_groups_init(cln_local_groups *local, const cln_bound_plan *bound, cln_error *err) {
    *local = (cln_local_groups){0};
    for (size_t i = 0; i < CLN_PLAN_MAX_KEYS; i++) cln_string_table_init(&local->texts[i], TEXT_LIMIT_BYTES);
    return cln_groups_init(&local->groups, bound->plan->key_count, bound->plan->aggregate_count, err);
}

void cln_local_groups_clean_up(cln_local_groups *local) {
    for (size_t i = 0; i < CLN_PLAN_MAX_KEYS; i++) cln_string_table_clean_up(&local->texts[i]);
    cln_groups_clean_up(&local->groups);
}

static void select_rows(row_chunk *chunk, const cln_bound_plan *bound, size_t first, size_t count) {
    const cln_plan *plan = bound->plan;
    chunk->row_count = 0;
    for (size_t f = 0; f < plan->filter_count; f++) {
        if (!chunk->batch.recorded[bound->filter_columns[f]]) return;
    }
    for (size_t i = 0; i < count; i++) chunk->rows[i] = (uint32_t)(first + i);
    chunk->row_count = count;
    for (size_t f = 0; f < plan->filter_count; f++) {
        const int64_t *values = chunk->batch.vectors[bound->filter_columns[f]].integers;
        const int64_t low = plan->filters[f].low, high = plan->filters[f].high;
        size_t kept = 0;
        for (size_t i = 0; i < chunk->row_count; i++) {
            const uint32_t row = chunk->rows[i];
            const int64_t value = values[row];
            chunk->rows[kept] = row;
            kept += value != CLN_NULL_INTEGER && value >= low && value < high;
        }
        chunk->row_count = kept;
    }
}

static const calendar_day *look_up_day(row_chunk *chunk, int64_t seconds) {
    const int64_t day = (seconds >= 0 ? seconds : seconds - (SECONDS_PER_DAY - 1)) / SECONDS_PER_DAY;
    calendar_day *entry = &chunk->days[(uint64_t)day % CALENDAR_DAYS];
    if (!entry->is_known || entry->day != day) {
        const cln_civil civil = cln_civil_from_seconds(seconds);
        *entry = (calendar_day){.day = day, .is_known = true, .month = (int16_t)civil.month, .year = civil.year};
    }
    return entry;
}

static void integer_words(const row_chunk *chunk, const cln_vector *vector, size_t stride, int64_t *words) {
    for (size_t i = 0; i < chunk->row_count; i++) words[i * stride] = vector->integers[chunk->rows[i]];
}

static void code_words(const row_chunk *chunk, const cln_vector *vector, size_t stride, int64_t *words) {
    for (size_t i = 0; i < chunk->row_count; i++) {
        const int32_t code = vector->codes[chunk->rows[i]];
        words[i * stride] = code == CLN_NULL_CODE ? CLN_NULL_INTEGER : code;
    }
}

static void calendar_words(row_chunk *chunk, const cln_vector *vector, bool is_year, size_t stride, int64_t *words) {
    for (size_t i = 0; i < chunk->row_count; i++) {
        const int64_t seconds = vector->integers[chunk->rows[i]];
        int64_t word = CLN_NULL_INTEGER;
        if (seconds != CLN_NULL_INTEGER) {
            const calendar_day *day = look_up_day(chunk, seconds);
            word = is_year ? day->year : day->month;
        }
        words[i * stride] = word;
    }
}

static cln_status text_words(const row_chunk *chunk, const cln_vector *vector, cln_string_table *texts, size_t stride,
                             int64_t *words, cln_error *err) {
    for (size_t i = 0; i < chunk->row_count; i++) {
        const cln_span text = cln_vector_text(vector, chunk->rows[i]);
        uint32_t code = 0;
        if (text.size > 0) CLN_TRY(cln_string_table_intern(texts, text, &code, err));
        words[i * stride] = text.size > 0 ? (int64_t)code : CLN_NULL_INTEGER;
    }
    return CLN_OK;
}

static cln_status partition_words(const row_chunk *chunk, cln_string_table *texts, size_t stride, int64_t *words,
                                  cln_error *err) {
    uint32_t code;
    CLN_TRY(cln_string_table_intern(texts, cln_span_of_string(chunk->batch.partition), &code, err));
    for (size_t i = 0; i < chunk->row_count; i++) words[i * stride] = code;
    return CLN_OK;
}

static cln_status key_words(row_chunk *chunk, const cln_bound_key *key, cln_string_table *texts, size_t stride,
                            int64_t *words, cln_error *err) {
    const cln_vector *vector = &chunk->batch.vectors[key->column];
    switch (key->form) {
    case CLN_KEY_FORM_INTEGER:
        integer_words(chunk, vector, stride, words);
        return CLN_OK;
    case CLN_KEY_FORM_CODE:
        code_words(chunk, vector, stride, words);
        return CLN_OK;
    case CLN_KEY_FORM_YEAR:
    case CLN_KEY_FORM_MONTH:
        calendar_words(chunk, vector, key->form == CLN_KEY_FORM_YEAR, stride, words);
        return CLN_OK;
    case CLN_KEY_FORM_TEXT:
        return text_words(chunk, vector, texts, stride, words, err);
    case CLN_KEY_FORM_PARTITION:
        return partition_words(chunk, texts, stride, words, err);
    }
    return cln_fail(err, CLN_ERR_INTERNAL, "a group key of an unknown form");
}

/* The tuple of each row: the mask of keys that are not recorded, then the keys. */
static cln_status make_tuples(cln_local_groups *local, const cln_bound_plan *bound, row_chunk *chunk, cln_error *err) {
    const size_t key_count = bound->plan->key_count, stride = key_count + 1;
    int64_t not_recorded = 0;
    for (size_t k = 0; k < key_count; k++) {
        const cln_bound_key *key = &bound->keys[k];
        int64_t *words = chunk->words + k + 1;
        if (key->form != CLN_KEY_FORM_PARTITION && !chunk->batch.recorded[key->column]) {
            not_recorded |= (int64_t)1 << k;
            for (size_t i = 0; i < chunk->row_count; i++) words[i * stride] = CLN_NULL_INTEGER;
        } else {
            CLN_TRY(key_words(chunk, key, &local->texts[k], stride, words, err));
        }
    }
    for (size_t i = 0; i < chunk->row_count; i++) chunk->words[i * stride] = not_recorded;
    return CLN_OK;
}

static void aggregate(cln_groups *groups, const row_chunk *chunk, size_t position, cln_aggregate_kind kind,
                      const cln_vector *vector) {
    for (size_t i = 0; i < chunk->row_count; i++) {
        cln_accumulator *into = &cln_groups_accumulators(groups, chunk->groups[i])[position];
        if (kind == CLN_AGGREGATE_COUNT) {
            into->count++;
            continue;
        }
        const int64_t value = vector->integers[chunk->rows[i]];
        if (value == CLN_NULL_INTEGER) continue;
        const cln_accumulator one = {.value = value, .count = 1};
        cln_accumulator_merge(into, &one, kind);
    }
}

static cln_status take_chunk(cln_local_groups *local, const cln_bound_plan *bound, row_chunk *chunk, cln_error *err) {
    const cln_plan *plan = bound->plan;
    const size_t stride = plan->key_count + 1;
    if (chunk->row_count == 0) return CLN_OK;
    CLN_TRY(make_tuples(local, bound, chunk, err));
    for (size_t i = 0; i < chunk->row_count; i++) {
        CLN_TRY(cln_groups_find(&local->groups, chunk->words + i * stride, &chunk->groups[i], err));
    }
    for (size_t a = 0; a < plan->aggregate_count; a++) {
        const cln_aggregate_kind kind = plan->aggregates[a].kind;
        const size_t column = bound->aggregate_columns[a];
        if (kind != CLN_AGGREGATE_COUNT && !chunk->batch.recorded[column]) continue;
        aggregate(&local->groups, chunk, a, kind, kind == CLN_AGGREGATE_COUNT ? NULL : &chunk->batch.vectors[column]);
    }
    return CLN_OK;
}

static cln_status scan(cln_local_groups *local, const cln_bound_plan *bound, cln_batch_source *source, row_chunk *chunk,
                       cln_error *err) {
    for (;;) {
        chunk->batch = (cln_batch){.rows = 0};
        CLN_TRY(source->get_next(source, &chunk->batch, err));
        const size_t rows = chunk->batch.rows;
        if (rows == 0) return CLN_OK;
        for (size_t first = 0; first < rows; first += CHUNK_ROWS) {
            const size_t rest = rows - first;
            select_rows(chunk, bound, first, rest < CHUNK_ROWS ? rest : CHUNK_ROWS);
            CLN_TRY(take_chunk(local, bound, chunk, err));
        }
    }
}

cln_status cln_local_groups_scan(cln_local_groups *local, const cln_bound_plan *bound, cln_batch_source *source,
                                 cln_error *err) {
    row_chunk *chunk;
    CLN_TRY(cln_new_array(&chunk, 1, sizeof *chunk, err));
    const cln_status status = scan(local, bound, source, chunk, err);
    free(chunk);
    return status;
}
