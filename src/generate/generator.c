/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "generator.h"

#include "accident.h"
#include "colonnade/base/memory.h"

#include <stdlib.h>
#include <string.h>

#define BYTE_ORDER_MARK "\xEF\xBB\xBF"

static const cln_dataset *const datasets[] = {&cln_accidents, &cln_calls};

static const cln_dataset *find_dataset(const char *name) {
    for (size_t i = 0; i < sizeof datasets / sizeof datasets[0]; i++) {
        if (strcmp(datasets[i]->name, name) == 0) return datasets[i];
    }
    return NULL;
}

static cln_status fail_dataset(const char *name, cln_error *err) {
    return cln_fail(err, CLN_ERR_USAGE, "cannot generate '%s'; what can be generated is %s, %s and boundaries", name,
                    cln_accidents.name, cln_calls.name);
}

cln_status cln_generate_list_vintages(const char *name, cln_buffer *out, cln_error *err) {
    const cln_dataset *dataset = find_dataset(name);
    if (dataset == NULL) return fail_dataset(name, err);
    for (uint32_t i = 0; i < dataset->vintage_count; i++) {
        CLN_TRY(cln_buffer_append_string(out, i == 0 ? "" : ", ", err));
        CLN_TRY(cln_buffer_append_string(out, dataset->vintages[i].name, err));
        if (i == dataset->default_vintage) CLN_TRY(cln_buffer_append_string(out, " (default)", err));
    }
    return CLN_OK;
}

static cln_status fail_vintage(const cln_generate_spec *spec, cln_error *err) {
    cln_buffer list;
    cln_buffer_init(&list, 1024);
    cln_status status = cln_generate_list_vintages(spec->dataset, &list, err);
    if (status == CLN_OK) status = cln_buffer_terminate(&list, err);
    if (status == CLN_OK) {
        status = cln_fail(err, CLN_ERR_USAGE, "there is no vintage '%s' of %s; use one of %s", spec->vintage,
                          spec->dataset, list.data);
    }
    cln_buffer_clean_up(&list);
    return status;
}

static cln_status find_vintage(const cln_generate_spec *spec, cln_generator *generator, cln_error *err) {
    const cln_dataset *dataset = find_dataset(spec->dataset);
    if (dataset == NULL) return fail_dataset(spec->dataset, err);
    generator->dataset = dataset;
    generator->vintage = &dataset->vintages[dataset->default_vintage];
    if (spec->vintage == NULL) return CLN_OK;
    for (uint32_t i = 0; i < dataset->vintage_count; i++) {
        generator->vintage = &dataset->vintages[i];
        if (strcmp(generator->vintage->name, spec->vintage) == 0) return CLN_OK;
    }
    return fail_vintage(spec, err);
}

/* Quoted where the vintage quotes every field; names hold no commas. */
static cln_status build_header(cln_generator *generator, cln_error *err) {
    const cln_vintage *vintage = generator->vintage;
    cln_buffer text;
    cln_buffer_init(&text, 8192);
    cln_status status = cln_buffer_reserve(&text, 2 * strlen(vintage->header) + 16, err);
    if (status != CLN_OK) return status;
    char *out = text.data;
    if (vintage->has_byte_order_mark) {
        memcpy(out, BYTE_ORDER_MARK, 3);
        out += 3;
    }
    if (vintage->quotes_all) *out++ = '"';
    for (const char *from = vintage->header; *from != '\0'; from++) {
        const bool splits = vintage->quotes_all && *from == ',';
        if (splits) *out++ = '"';
        *out++ = *from;
        if (splits) *out++ = '"';
    }
    if (vintage->quotes_all) *out++ = '"';
    *out++ = '\r';
    *out++ = '\n';
    generator->header_bytes = text.data;
    generator->header = cln_span_of(text.data, (size_t)(out - text.data));
    return CLN_OK;
}

static cln_status build_areas(cln_generator *generator, cln_error *err) {
    uint32_t weights[CLN_AREA_COUNT + 1];
    for (uint32_t i = 0; i < CLN_AREA_COUNT; i++) weights[i] = generator->dataset->area_weight(&cln_areas[i]);
    weights[CLN_AREA_COUNT] = generator->dataset->blank_area_weight;
    return cln_choice_build(&generator->areas, weights, CLN_AREA_COUNT + 1, err);
}

static cln_status build_accidents(cln_generator *generator, cln_error *err) {
    uint32_t weights[CLN_OFFENCE_COUNT];
    for (uint32_t i = 0; i < CLN_OFFENCE_COUNT; i++) weights[i] = cln_offences[i].weight;
    CLN_TRY(cln_choice_build(&generator->kinds, weights, CLN_OFFENCE_COUNT, err));
    CLN_TRY(cln_choice_build(&generator->minutes, cln_accident_minutes, 60, err));
    for (int i = 0; i < 12; i++) {
        const uint32_t *shares = cln_condition_by_month[i];
        CLN_TRY(cln_choice_build(&generator->conditions[i], shares, CLN_CONDITION_COUNT, err));
    }
    for (int i = 0; i < 24; i++) {
        CLN_TRY(cln_choice_build(&generator->lights[i], cln_light_by_hour[i], CLN_LIGHT_COUNT, err));
    }
    return CLN_OK;
}

/* The share of free texts among what calls are about. */
#define FREE_TEXT_WEIGHT 14030

static cln_status build_calls(cln_generator *generator, cln_error *err) {
    uint32_t weights[CLN_CALL_CASE_COUNT + 1];
    for (uint32_t i = 0; i < CLN_CALL_CASE_COUNT; i++) weights[i] = cln_call_cases[i].weight;
    weights[CLN_CALL_CASE_COUNT] = FREE_TEXT_WEIGHT;
    CLN_TRY(cln_choice_build(&generator->cases, weights, CLN_CALL_CASE_COUNT + 1, err));
    for (uint32_t i = 0; i < cln_call_status.count; i++) weights[i] = cln_call_status.items[i].weight;
    CLN_TRY(cln_choice_build(&generator->kinds, weights, cln_call_status.count, err));
    for (uint32_t i = 0; i < CLN_PRESENCE_COUNT; i++) weights[i] = generator->vintage->presence[i].weight;
    CLN_TRY(cln_choice_build(&generator->presence, weights, CLN_PRESENCE_COUNT, err));
    CLN_TRY(cln_choice_build(&generator->lags, cln_call_lag_days, CLN_CALL_LAG_COUNT, err));
    return cln_text_choice_build(&generator->special_texts, generator->vintage->special_texts, "", err);
}

static cln_status build(cln_generator *generator, cln_error *err) {
    const cln_vintage *vintage = generator->vintage;
    const cln_dataset *dataset = generator->dataset;
    CLN_TRY(build_header(generator, err));
    CLN_TRY(cln_calendar_build(&generator->calendar, vintage->first_year, vintage->year_count, vintage->months,
                               dataset->weekdays, err));
    CLN_TRY(cln_choice_build(&generator->hours, dataset->hours, 24, err));
    CLN_TRY(build_areas(generator, err));
    for (uint32_t i = 0; i < vintage->column_count; i++) {
        const cln_weighted_table *table = vintage->columns[i].table;
        if (table != NULL) CLN_TRY(cln_text_choice_build(&generator->columns[i], table, vintage->blank, err));
    }
    return dataset == &cln_accidents ? build_accidents(generator, err) : build_calls(generator, err);
}

cln_status cln_generator_open(cln_generator **generator, const cln_generate_spec *spec, cln_error *err) {
    cln_generator *made = NULL;
    *generator = NULL;
    if (!(spec->dirt_rate >= 0 && spec->dirt_rate <= 1)) {
        return cln_fail(err, CLN_ERR_USAGE, "the dirt rate is a share from 0 to 1, such as 0.01");
    }
    CLN_TRY(cln_new_array(&made, 1, sizeof *made, err));
    cln_status status = find_vintage(spec, made, err);
    if (status == CLN_OK) {
        made->key = cln_random_mix(cln_random_mix(spec->seed) + made->dataset->stream);
        made->dirt_share = (uint64_t)(spec->dirt_rate * 4294967296.0);
        status = build(made, err);
    }
    if (status != CLN_OK) {
        cln_generator_close(made);
        return status;
    }
    *generator = made;
    return CLN_OK;
}

void cln_generator_close(cln_generator *generator) {
    if (generator == NULL) return;
    cln_choice *const choices[] = {&generator->areas, &generator->hours, &generator->minutes, &generator->kinds,
                                   &generator->cases, &generator->lags,  &generator->presence};
    for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++) cln_choice_clean_up(choices[i]);
    for (int i = 0; i < 12; i++) cln_choice_clean_up(&generator->conditions[i]);
    for (int i = 0; i < 24; i++) cln_choice_clean_up(&generator->lights[i]);
    for (int i = 0; i < CLN_MAX_COLUMNS; i++) cln_text_choice_clean_up(&generator->columns[i]);
    cln_text_choice_clean_up(&generator->special_texts);
    cln_calendar_clean_up(&generator->calendar);
    free(generator->header_bytes);
    free(generator);
}

cln_span cln_generator_header(const cln_generator *generator) {
    return generator->header;
}

size_t cln_generator_trimmed_end(const cln_generator *generator) {
    return generator->vintage->lacks_final_line_end ? 2 : 0;
}

const char *cln_generator_vintage(const cln_generator *generator) {
    return generator->vintage->name;
}
