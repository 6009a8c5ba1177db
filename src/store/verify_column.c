/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "verify_column.h"

#include "colonnade/base/hash.h"
#include "colonnade/base/utf8.h"
#include "colonnade/base/vectorise.h"
#include "measure.h"

#include <inttypes.h>
#include <stdio.h>

/* ---- Opening ---- */

void cln_column_check_init(cln_column_check *check, cln_findings *findings) {
    *check = (cln_column_check){.findings = findings};
    cln_stored_block_init(&check->block);
}

void cln_column_check_clean_up(cln_column_check *check) {
    cln_stored_block_clean_up(&check->block);
}

static cln_place place_of(const cln_column_check *check, uint64_t zone, uint64_t row) {
    cln_place place = check->place;
    place.zone = (int64_t)zone;
    place.first_row = (int64_t)row;
    return place;
}

static cln_status read_exponents(cln_column_check *check, cln_error *err) {
    if (check->file.type != CLN_TYPE_DOUBLE) return CLN_OK;
    CLN_TRY(cln_h5_get_number(check->file.datasets[0], "exponent_min", H5T_NATIVE_INT32, &check->exponent_min, err));
    return cln_h5_get_number(check->file.datasets[0], "exponent_max", H5T_NATIVE_INT32, &check->exponent_max, err);
}

static cln_status count_codes(cln_column_check *check, cln_partition_file *partition, cln_error *err) {
    if (!cln_column_file_has_dictionary(&check->file)) return CLN_OK;
    cln_dictionary dictionary;
    CLN_TRY(cln_column_file_dictionary(partition, (size_t)check->place.table, check->file.name, &dictionary, err));
    check->code_count = dictionary.count;
    cln_dictionary_clean_up(&dictionary);
    return CLN_OK;
}

void cln_column_check_open(cln_column_check *check, cln_partition_file *partition, cln_place place,
                           bool with_dictionary) {
    const cln_file_column *about = &partition->tables[place.table].columns[place.column];
    cln_error err = {.message = ""};
    check->place = place;
    cln_status status = cln_column_file_open(&check->file, partition, (size_t)place.table, about, &err);
    if (status == CLN_OK) status = read_exponents(check, &err);
    if (status == CLN_OK) status = count_codes(check, partition, &err);
    if (status != CLN_OK) {
        cln_findings_add(check->findings, place, CLN_ERR_IO, "%s", err.message);
        cln_column_file_close(&check->file);
        return;
    }
    check->is_open = true;
    if (with_dictionary && cln_column_file_has_dictionary(&check->file)) cln_check_dictionary(check, partition);
}

void cln_column_check_close(cln_column_check *check) {
    if (check->is_open) cln_column_file_close(&check->file);
    check->is_open = false;
}

/* ---- Zones ---- */

/* What a zone is to be held against, and where it is. */
typedef struct zone_job {
    cln_column_check *check;
    const cln_zone *zone;
    uint64_t number;
    size_t rows;
} zone_job;

static void fail_zone(const zone_job *job, cln_status status, const char *what) {
    cln_findings_add(job->check->findings, place_of(job->check, job->number, job->zone->first_row), status, "%s", what);
}

static bool has_crc(const zone_job *job, cln_span bytes, uint32_t expected, const char *what) {
    job->check->size_bytes += bytes.size;
    if (cln_crc32c(0, bytes.data, bytes.size) == expected) return true;
    fail_zone(job, CLN_ERR_DATA, what);
    return false;
}

static void check_nulls(const zone_job *job, uint64_t nulls) {
    if (nulls == job->zone->nulls) return;
    cln_findings_add(job->check->findings, place_of(job->check, job->number, job->zone->first_row), CLN_ERR_DATA,
                     "the zone map says that %" PRIu64 " rows are null, but %" PRIu64 " are", job->zone->nulls, nulls);
}

/* As bits: what is equal was written with equal bytes. */
static void check_bound(const zone_job *job, const char *name, cln_bound stored, cln_bound found) {
    if (stored.integer == found.integer) return;
    char stored_text[32], found_text[32];
    if (job->check->file.type == CLN_TYPE_DOUBLE) {
        (void)snprintf(stored_text, sizeof stored_text, "%.17g", stored.number);
        (void)snprintf(found_text, sizeof found_text, "%.17g", found.number);
    } else {
        (void)snprintf(stored_text, sizeof stored_text, "%" PRId64, stored.integer);
        (void)snprintf(found_text, sizeof found_text, "%" PRId64, found.integer);
    }
    cln_findings_add(job->check->findings, place_of(job->check, job->number, job->zone->first_row), CLN_ERR_DATA,
                     "the zone map says that the %s is %s, but it is %s", name, stored_text, found_text);
}

/* Whether each is greater than the one before it; without branches, for all of them usually are. */
CLN_VECTORISED static bool do_ascend(const void *values, unsigned width_bytes, size_t rows) {
    const int8_t *narrow = values;
    const int16_t *half = values;
    const int32_t *word = values;
    const int64_t *full = values;
    int is_odd = 0;
    switch (width_bytes) {
    case 1:
        for (size_t i = 1; i < rows; i++) is_odd |= narrow[i] <= narrow[i - 1];
        break;
    case 2:
        for (size_t i = 1; i < rows; i++) is_odd |= half[i] <= half[i - 1];
        break;
    case 4:
        for (size_t i = 1; i < rows; i++) is_odd |= word[i] <= word[i - 1];
        break;
    default:
        for (size_t i = 1; i < rows; i++) is_odd |= full[i] <= full[i - 1];
    }
    return is_odd == 0;
}

/* The number of a record in its file ascends from row to row, also from zone to zone. */
static void check_records(const zone_job *job, cln_span values) {
    const cln_column_file *file = &job->check->file;
    const unsigned width = file->layout.width_bytes;
    cln_buffer room;
    cln_buffer_init(&room, SIZE_MAX);
    cln_span before = {0};
    if (job->number > 0 && cln_column_file_values(file, job->zone->first_row - 1, 1, &room, &before, NULL) != CLN_OK) {
        before.size = 0; /* its own zone tells */
    }
    int64_t last = before.size == 0 ? INT64_MIN : cln_stored_integer(before.data, width, 0);
    const size_t looked_at = do_ascend(values.data, width, job->rows) ? 1 : job->rows;
    for (size_t i = 0; i < looked_at; i++) {
        const int64_t record = cln_stored_integer(values.data, width, i);
        if (record <= last) {
            cln_findings_add(job->check->findings, place_of(job->check, job->number, job->zone->first_row + i),
                             CLN_ERR_DATA, "record %" PRId64 " follows record %" PRId64, record, last);
            break;
        }
        last = record;
    }
    cln_buffer_clean_up(&room);
}

static void compare_zone(const zone_job *job, cln_span values, cln_span mask) {
    const cln_column_check *check = job->check;
    const cln_measure_input input = {.type = check->file.type,
                                     .width_bytes = check->file.layout.width_bytes,
                                     .rows = job->rows,
                                     .values = values.data,
                                     .mask = (const uint8_t *)mask.data,
                                     .code_count = check->code_count,
                                     .exponent_min = check->exponent_min,
                                     .exponent_max = check->exponent_max};
    cln_measured measured;
    cln_measure_values(&input, &measured);
    check_nulls(job, measured.nulls);
    check_bound(job, "minimum", job->zone->min, measured.min);
    check_bound(job, "maximum", job->zone->max, measured.max);
    if (measured.odd_row < job->rows) {
        cln_findings_add(check->findings, place_of(check, job->number, job->zone->first_row + measured.odd_row),
                         CLN_ERR_DATA, "%s", measured.odd);
    }
    const bool is_record = check->place.table == 0 && check->place.column == 0;
    if (is_record && check->file.type == CLN_TYPE_INTEGER && mask.data == NULL) check_records(job, values);
}

static cln_status check_values(const zone_job *job, cln_error *err) {
    cln_column_file *file = &job->check->file;
    cln_stored_block *block = &job->check->block;
    cln_span values, mask = {0};
    CLN_TRY(cln_column_file_values(file, job->zone->first_row, job->rows, &block->values_room, &values, err));
    bool is_whole = has_crc(job, values, job->zone->crc32c, "values do not have the checksum that was stored");
    if (file->layout.form == CLN_FORM_NULLABLE) {
        CLN_TRY(cln_column_file_second(file, job->zone->first_row, job->rows, &block->second_room, &mask, err));
        is_whole &= has_crc(job, mask, job->zone->second_crc32c, "the mask does not have the checksum that was stored");
    }
    if (is_whole) compare_zone(job, values, mask);
    return CLN_OK;
}

/* ---- Texts ---- */

/* Rows of a zone whose texts are looked at together. */
typedef struct text_run {
    const uint64_t *offsets; /* of the zone */
    size_t first, end;
} text_run;

/* The first row whose text is not UTF-8, or the end. */
static size_t find_odd_text(const text_run *run, cln_span bytes) {
    const uint64_t begin = run->offsets[run->first];
    for (size_t i = run->first; i < run->end; i++) {
        const uint64_t from = run->offsets[i] - begin, to = run->offsets[i + 1] - begin;
        if (!cln_utf8_is_valid(cln_span_of(bytes.data + from, (size_t)(to - from)))) return i;
    }
    return run->end;
}

CLN_VECTORISED static bool is_ascii(cln_span bytes) {
    unsigned char all = 0;
    for (size_t i = 0; i < bytes.size; i++) all |= (unsigned char)bytes.data[i];
    return all < 0x80;
}

/* All texts at once are valid and each begins where a character does: so each is valid. */
static bool are_valid_texts(const text_run *run, cln_span bytes) {
    if (is_ascii(bytes)) return true;
    if (!cln_utf8_is_valid(bytes)) return false;
    const uint64_t begin = run->offsets[run->first];
    bool is_inside = false;
    for (size_t i = run->first; i < run->end; i++) {
        const uint64_t from = run->offsets[i] - begin;
        is_inside |= from < bytes.size && ((unsigned char)bytes.data[from] & 0xC0) == 0x80;
    }
    return !is_inside;
}

static void check_encoding(const zone_job *job, const text_run *run, cln_span bytes) {
    if (job->check->place.table != 0 || are_valid_texts(run, bytes)) return; /* rejects hold what they were made of */
    const size_t row = find_odd_text(run, bytes);
    cln_findings_add(job->check->findings, place_of(job->check, job->number, job->zone->first_row + row), CLN_ERR_DATA,
                     "a text is not UTF-8");
}

/* Of the zone's texts, in runs that are held in memory. */
static cln_status check_bytes(const zone_job *job, text_run *run, cln_error *err) {
    cln_stored_block *block = &job->check->block;
    uint32_t crc = 0;
    for (run->first = 0; run->first < job->rows; run->first = run->end) {
        const uint64_t begin = run->offsets[run->first];
        run->end = run->offsets[job->rows] - begin <= CLN_TEXT_BYTES ? job->rows : run->first + 1;
        while (run->end < job->rows && run->offsets[run->end + 1] - begin <= CLN_TEXT_BYTES) run->end++;
        const uint64_t size = run->offsets[run->end] - begin;
        cln_span bytes;
        CLN_TRY(cln_column_file_second(&job->check->file, begin, size, &block->second_room, &bytes, err));
        crc = cln_crc32c(crc, bytes.data, bytes.size);
        job->check->size_bytes += bytes.size;
        check_encoding(job, run, bytes);
    }
    if (crc != job->zone->second_crc32c) {
        fail_zone(job, CLN_ERR_DATA, "texts do not have the checksum that was stored");
    }
    return CLN_OK;
}

CLN_VECTORISED static uint64_t count_own_texts(const uint64_t *offsets, size_t rows) {
    uint64_t count = 0;
    for (size_t i = 0; i < rows; i++) count += offsets[i] != offsets[i + 1];
    return count;
}

/* Rows that have a text of their own beside a number. */
CLN_VECTORISED static uint64_t count_both(const uint64_t *offsets, const void *codes, unsigned width_bytes,
                                          size_t rows) {
    const int8_t *narrow = codes;
    const int16_t *half = codes;
    const int32_t *word = codes;
    uint64_t count = 0;
    if (width_bytes == 1) {
        for (size_t i = 0; i < rows; i++) count += (offsets[i] != offsets[i + 1]) & (narrow[i] != CLN_NULL_CODE);
    } else if (width_bytes == 2) {
        for (size_t i = 0; i < rows; i++) count += (offsets[i] != offsets[i + 1]) & (half[i] != CLN_NULL_CODE);
    } else {
        for (size_t i = 0; i < rows; i++) count += (offsets[i] != offsets[i + 1]) & (word[i] != CLN_NULL_CODE);
    }
    return count;
}

/* Each number is one that a text has, and its row has no text of its own.
 * Returns how many there are. */
static uint64_t check_numbers(const zone_job *job, const cln_stored_block *block) {
    const cln_measure_input input = {.type = CLN_TYPE_CATEGORY,
                                     .width_bytes = job->check->file.layout.code_width_bytes,
                                     .rows = job->rows,
                                     .values = block->codes.data,
                                     .code_count = job->check->code_count};
    cln_measured measured;
    cln_measure_values(&input, &measured);
    const cln_place place = place_of(job->check, job->number, job->zone->first_row + measured.odd_row);
    if (measured.odd_row < job->rows) {
        cln_findings_add(job->check->findings, place, CLN_ERR_DATA, "%s", measured.odd);
    }
    const uint64_t both = count_both(block->offsets, input.values, input.width_bytes, job->rows);
    if (both > 0) fail_zone(job, CLN_ERR_DATA, "texts stand in rows that have a number");
    return job->rows - measured.nulls - both;
}

static cln_status check_codes(const zone_job *job, bool *is_whole, uint64_t *numbered, cln_error *err) {
    const cln_column_file *file = &job->check->file;
    cln_stored_block *block = &job->check->block;
    if (file->layout.code_width_bytes == 0) return CLN_OK;
    CLN_TRY(cln_column_file_codes(file, job->zone->first_row, job->rows, &block->codes_room, &block->codes, err));
    *is_whole &= has_crc(job, block->codes, job->zone->codes_crc32c, "codes do not have the checksum that was stored");
    if (*is_whole) *numbered = check_numbers(job, block);
    return CLN_OK;
}

static cln_status check_texts(const zone_job *job, cln_error *err) {
    const cln_column_file *file = &job->check->file;
    cln_stored_block *block = &job->check->block;
    block->rows = job->rows;
    block->values = (cln_span){0};
    cln_error unfit = {.message = ""};
    const cln_status status = cln_column_file_sizes(file, job->number, block, &unfit);
    if (status != CLN_OK && block->values.data == NULL) return cln_fail(err, status, "%s", unfit.message);
    bool is_whole = has_crc(job, block->values, job->zone->crc32c, "sizes do not have the checksum that was stored");
    if (is_whole && status != CLN_OK) {
        fail_zone(job, CLN_ERR_DATA, unfit.message);
        is_whole = false;
    }
    uint64_t numbered = 0;
    CLN_TRY(check_codes(job, &is_whole, &numbered, err));
    if (!is_whole) return CLN_OK;
    check_nulls(job, job->rows - count_own_texts(block->offsets, job->rows) - numbered);
    text_run run = {.offsets = block->offsets};
    return check_bytes(job, &run, err);
}

void cln_column_check_zone(cln_column_check *check, uint64_t zone) {
    if (!check->is_open || check->file.zones == NULL) return;
    const cln_zone *about = &check->file.zones[zone];
    const uint64_t left = check->file.rows - about->first_row;
    const zone_job job = {
        .check = check, .zone = about, .number = zone, .rows = (size_t)(left < CLN_ZONE_ROWS ? left : CLN_ZONE_ROWS)};
    cln_error err = {.message = ""};
    cln_status status = check->file.type == CLN_TYPE_TEXT ? check_texts(&job, &err) : check_values(&job, &err);
    if (status == CLN_OK) status = cln_partition_file_check_map(check->file.partition, &err);
    if (status != CLN_OK) fail_zone(&job, CLN_ERR_IO, err.message);
    check->zones++;
}
