/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/csv/survey.h"

#include "colonnade/base/memory.h"

#include <stdlib.h>
#include <string.h>

/* What the distinct values of all columns may take together, and the least
 * for each. */
static const size_t all_distinct_count = (size_t)1 << 20;
static const size_t all_distinct_bytes = (size_t)16 << 20;
static const size_t least_distinct_count = 64;
static const size_t least_distinct_bytes = 1024;

static size_t share_of(size_t all, size_t column_count, size_t least, size_t most) {
    const size_t share = all / (column_count == 0 ? 1 : column_count);
    if (share < least) return least;
    return share > most ? most : share;
}

static void init_column(cln_survey_column *column) {
    *column = (cln_survey_column){0};
    cln_inference_init(&column->inference);
    cln_string_table_init(&column->distinct, SIZE_MAX);
}

cln_status cln_survey_extend(cln_survey *survey, size_t column_count, size_t sharing_count, cln_error *err) {
    CLN_TRY(cln_grow_array(&survey->columns, &survey->capacity, column_count, sizeof *survey->columns, err));
    for (size_t c = survey->column_count; c < column_count; c++) init_column(&survey->columns[c]);
    survey->column_count = column_count;
    survey->distinct_count_limit =
        share_of(all_distinct_count, sharing_count, least_distinct_count, CLN_SURVEY_DISTINCT_COUNT);
    survey->distinct_bytes_limit =
        share_of(all_distinct_bytes, sharing_count, least_distinct_bytes, CLN_SURVEY_DISTINCT_BYTES);
    return CLN_OK;
}

cln_status cln_survey_init(cln_survey *survey, size_t column_count, cln_error *err) {
    *survey = (cln_survey){0};
    return cln_survey_extend(survey, column_count, column_count, err);
}

void cln_survey_clean_up(cln_survey *survey) {
    for (size_t c = 0; c < survey->column_count; c++) cln_string_table_clean_up(&survey->columns[c].distinct);
    free(survey->columns);
    *survey = (cln_survey){0};
}

static void give_up_distinct(cln_survey_column *column) {
    column->has_many = true;
    cln_string_table_clean_up(&column->distinct);
}

static void hold_to_limits(const cln_survey *survey, cln_survey_column *column) {
    size_t count = column->distinct.count;
    size_t bytes = column->distinct.bytes.size;
    if (column->known != NULL) {
        count += column->known->distinct.count;
        bytes += column->known->distinct.bytes.size;
    }
    if (count > survey->distinct_count_limit || bytes > survey->distinct_bytes_limit) give_up_distinct(column);
}

static cln_status note_distinct(const cln_survey *survey, cln_survey_column *column, cln_span value, cln_error *err) {
    if (column->has_many) return CLN_OK;
    if (column->known != NULL && cln_string_table_find(&column->known->distinct, value) != UINT32_MAX) return CLN_OK;
    uint32_t code;
    CLN_TRY(cln_string_table_intern(&column->distinct, value, &code, err));
    hold_to_limits(survey, column);
    return CLN_OK;
}

/* Notes by which format of the order the value is read; false when by none. */
static bool read_in_order(cln_survey_column *column, cln_date_order order, cln_span value) {
    int64_t seconds;
    for (int f = 0; f < CLN_INFERENCE_FORMATS; f++) {
        if (cln_inference_format_order(f) != order) continue;
        if (!cln_date_parse(cln_inference_format(f), value, &seconds)) continue;
        column->formats[order] |= UINT32_C(1) << f;
        return true;
    }
    return false;
}

static void note_date(cln_survey_column *column, cln_span value) {
    for (int order = 0; order < CLN_DATE_ORDER_COUNT; order++) {
        const uint32_t bit = UINT32_C(1) << order;
        if ((column->dead_orders & bit) != 0) continue;
        if (!read_in_order(column, (cln_date_order)order, value)) column->dead_orders |= bit;
    }
}

cln_status cln_survey_add(cln_survey *survey, size_t column, cln_span cell, cln_error *err) {
    cln_survey_column *found = &survey->columns[column];
    const cln_span value = cln_span_trim(cell);
    if (value.size == 0) {
        found->null_count++;
        return CLN_OK;
    }
    cln_inference_add(&found->inference, value);
    note_date(found, value);
    return note_distinct(survey, found, value, err);
}

void cln_survey_leave_out(cln_survey *survey, size_t column, const cln_survey *other, size_t of) {
    survey->columns[column].known = &other->columns[of];
    survey->columns[column].has_many = other->columns[of].has_many;
}

static cln_status move_distinct(const cln_survey *survey, cln_survey_column *into, cln_survey_column *from,
                                cln_error *err) {
    if (into->has_many || from->has_many) {
        give_up_distinct(into);
        return CLN_OK;
    }
    if (into->distinct.count == 0) {
        const cln_string_table none = into->distinct;
        into->distinct = from->distinct;
        from->distinct = none;
        hold_to_limits(survey, into);
        return CLN_OK;
    }
    for (size_t i = 0; i < from->distinct.count; i++) {
        CLN_TRY(note_distinct(survey, into, cln_string_table_text(&from->distinct, i), err));
    }
    return CLN_OK;
}

cln_status cln_survey_merge(cln_survey *survey, size_t column, cln_survey *other, size_t from, cln_error *err) {
    cln_survey_column *into = &survey->columns[column];
    cln_survey_column *found = &other->columns[from];
    cln_inference_merge(&into->inference, &found->inference);
    into->null_count += found->null_count;
    into->dead_orders |= found->dead_orders;
    for (int order = 0; order < CLN_DATE_ORDER_COUNT; order++) into->formats[order] |= found->formats[order];
    CLN_TRY(move_distinct(survey, into, found, err));
    cln_string_table_clean_up(&found->distinct);
    init_column(found);
    return CLN_OK;
}

/* ---- The join ---- */

/* Every text with its size before it. */
static cln_status pack(const cln_string_table *table, cln_buffer *bytes, cln_error *err) {
    cln_buffer_clear(bytes);
    for (size_t i = 0; i < table->count; i++) {
        const cln_span text = cln_string_table_text(table, i);
        const uint64_t size = text.size;
        CLN_TRY(cln_buffer_append(bytes, &size, sizeof size, err));
        CLN_TRY(cln_buffer_append_span(bytes, text, err));
    }
    return CLN_OK;
}

static cln_status unpack(const cln_survey *survey, cln_survey_column *column, cln_span bytes, cln_error *err) {
    size_t at = 0;
    while (at < bytes.size) {
        uint64_t size;
        memcpy(&size, bytes.data + at, sizeof size);
        at += sizeof size;
        CLN_TRY(note_distinct(survey, column, cln_span_of(bytes.data + at, (size_t)size), err));
        at += (size_t)size;
    }
    return CLN_OK;
}

/* The union of all ranks' values, on rank 0. */
static cln_status join_distinct(const cln_survey *survey, cln_survey_column *column, const cln_comm *comm,
                                cln_buffer *packed, cln_buffer *gathered, cln_error *err) {
    hold_to_limits(survey, column); /* they may have become less since */
    uint64_t many = column->has_many;
    cln_sum_u64(comm, &many, 1);
    if (many > 0) {
        give_up_distinct(column);
        return CLN_OK;
    }
    CLN_TRY_AGREED(comm, comm->rank == 0 ? CLN_OK : pack(&column->distinct, packed, err), err);
    const cln_span own = comm->rank == 0 ? cln_span_of("", 0) : cln_buffer_span(packed);
    CLN_TRY(cln_gather_bytes(comm, own, 0, gathered, NULL, err));
    cln_status status = CLN_OK;
    if (comm->rank == 0) status = unpack(survey, column, cln_buffer_span(gathered), err);
    return cln_agree(comm, status, err);
}

static void join_dates(cln_survey_column *column, const cln_comm *comm) {
    uint32_t bits[1 + CLN_DATE_ORDER_COUNT] = {column->dead_orders};
    memcpy(bits + 1, column->formats, sizeof column->formats);
    MPI_Allreduce(MPI_IN_PLACE, bits, 1 + CLN_DATE_ORDER_COUNT, MPI_UINT32_T, MPI_BOR, comm->mpi);
    column->dead_orders = bits[0];
    memcpy(column->formats, bits + 1, sizeof column->formats);
}

cln_status cln_survey_join(cln_survey *survey, const cln_comm *comm, cln_error *err) {
    cln_buffer packed;
    cln_buffer gathered;
    cln_buffer_init(&packed, SIZE_MAX);
    cln_buffer_init(&gathered, SIZE_MAX);
    cln_status status = CLN_OK;
    for (size_t c = 0; c < survey->column_count && status == CLN_OK; c++) {
        cln_survey_column *column = &survey->columns[c];
        cln_inference_join(comm, &column->inference);
        cln_sum_u64(comm, &column->null_count, 1);
        join_dates(column, comm);
        status = join_distinct(survey, column, comm, &packed, &gathered, err);
    }
    cln_buffer_clean_up(&gathered);
    cln_buffer_clean_up(&packed);
    return status;
}

/* ---- The findings ---- */

/* The first order in which all values are dates; CLN_DATE_ORDER_COUNT: none. */
static int date_order(const cln_survey_column *column) {
    int order = 0;
    while (order < CLN_DATE_ORDER_COUNT && (column->dead_orders & UINT32_C(1) << order) != 0) order++;
    return order;
}

static void find_formats(const cln_survey_column *column, int order, cln_survey_finding *finding) {
    finding->type = CLN_TYPE_TIMESTAMP;
    for (int f = 0; f < CLN_INFERENCE_FORMATS; f++) {
        if ((column->formats[order] & UINT32_C(1) << f) != 0) finding->formats[finding->format_count++] = f;
    }
    const uint32_t day_first = UINT32_C(1) << CLN_DATE_DAY_FIRST;
    finding->is_ambiguous = order == CLN_DATE_MONTH_FIRST && (column->dead_orders & day_first) == 0;
}

cln_survey_finding cln_survey_find(const cln_survey *survey, size_t column) {
    const cln_survey_column *found = &survey->columns[column];
    cln_survey_finding finding = {.has_type = found->inference.value_count > 0,
                                  .value_count = found->inference.value_count,
                                  .null_count = found->null_count,
                                  .distinct_count = found->distinct.count,
                                  .has_many = found->has_many};
    if (!finding.has_type) return finding;
    const cln_date_format *format;
    cln_value_range range;
    const int order = date_order(found);
    if (order < CLN_DATE_ORDER_COUNT) {
        find_formats(found, order, &finding);
    } else if (!cln_inference_result(&found->inference, &finding.type, &format, &range)) {
        finding.type = found->has_many ? CLN_TYPE_TEXT : CLN_TYPE_CATEGORY;
    }
    return finding;
}
