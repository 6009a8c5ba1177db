/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/net/fetch.h"

#include "colonnade/base/buffer.h"
#include "colonnade/base/memory.h"

#include <stdlib.h>
#include <string.h>

#define YEAR_MARK "{year}"

static void clean_up_item(cln_fetch_item *item) {
    free(item->name);
    for (size_t i = 0; i < item->url_count; i++) free(item->urls[i]);
    free(item->urls);
    *item = (cln_fetch_item){0};
}

void cln_fetch_plan_clean_up(cln_fetch_plan *plan) {
    for (size_t i = 0; i < plan->count; i++) clean_up_item(&plan->items[i]);
    free(plan->items);
    *plan = (cln_fetch_plan){0};
}

/* Puts the year in the place of every mark; 0: a plain copy. */
static cln_status expand(char **expanded, const char *pattern, int year, cln_error *err) {
    if (year == 0) return cln_copy_string(expanded, pattern, err);
    cln_buffer text;
    cln_buffer_init(&text, 65536);
    cln_status status = CLN_OK;
    const char *mark;
    while (status == CLN_OK && (mark = strstr(pattern, YEAR_MARK)) != NULL) {
        status = cln_buffer_append_format(&text, err, "%.*s%d", (int)(mark - pattern), pattern, year);
        pattern = mark + strlen(YEAR_MARK);
    }
    if (status == CLN_OK) status = cln_buffer_append_string(&text, pattern, err);
    if (status == CLN_OK) status = cln_copy_span(expanded, cln_buffer_span(&text), err);
    cln_buffer_clean_up(&text);
    return status;
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* The year from 1900 to 2099 that stands alone in a name, or 0. */
static int year_in_name(const char *name) {
    for (const char *at = name; *at != '\0'; at++) {
        if (!is_digit(*at) || (at > name && is_digit(at[-1]))) continue;
        if (strspn(at, "0123456789") != 4) continue;
        const int year = atoi(at);
        if (year >= 1900 && year <= 2099) return year;
    }
    return 0;
}

static bool is_wanted(int year, const int *years, size_t year_count) {
    if (year == 0 || year_count == 0) return true;
    for (size_t i = 0; i < year_count; i++) {
        if (years[i] == year) return true;
    }
    return false;
}

static cln_status fill_item(cln_fetch_item *item, const cln_config_source *source, int pattern_year, cln_error *err) {
    CLN_TRY(expand(&item->name, source->name, pattern_year, err));
    CLN_TRY(cln_new_array(&item->urls, source->url_count, sizeof *item->urls, err));
    for (size_t i = 0; i < source->url_count; i++) {
        CLN_TRY(expand(&item->urls[i], source->urls[i], pattern_year, err));
        item->url_count++;
    }
    item->year = pattern_year != 0 ? pattern_year : year_in_name(source->name);
    return CLN_OK;
}

static cln_status add_item(cln_fetch_plan *plan, const cln_config_source *source, int pattern_year, cln_error *err) {
    CLN_TRY(cln_grow_array(&plan->items, &plan->capacity, plan->count + 1, sizeof *plan->items, err));
    cln_fetch_item *item = &plan->items[plan->count];
    *item = (cln_fetch_item){0};
    plan->count++;
    return fill_item(item, source, pattern_year, err);
}

static cln_status add_source(cln_fetch_plan *plan, const cln_config_source *source, const int *years, size_t year_count,
                             int current_year, cln_error *err) {
    if (source->first_year == 0) {
        if (!is_wanted(year_in_name(source->name), years, year_count)) return CLN_OK;
        return add_item(plan, source, 0, err);
    }
    const int last = source->last_year != 0 ? source->last_year : current_year;
    for (int year = source->first_year; year <= last; year++) {
        if (is_wanted(year, years, year_count)) CLN_TRY(add_item(plan, source, year, err));
    }
    return CLN_OK;
}

cln_status cln_fetch_plan_make(cln_fetch_plan *plan, const cln_config_source *sources, size_t source_count,
                               const int *years, size_t year_count, int current_year, cln_error *err) {
    *plan = (cln_fetch_plan){0};
    cln_status status = CLN_OK;
    for (size_t i = 0; status == CLN_OK && i < source_count; i++) {
        status = add_source(plan, &sources[i], years, year_count, current_year, err);
    }
    if (status == CLN_OK && plan->count == 0) {
        status = cln_fail(err, CLN_ERR_USAGE, "the configuration has no source %s",
                          year_count == 0 ? "to fetch from" : "of the years that were asked for");
    }
    if (status != CLN_OK) cln_fetch_plan_clean_up(plan);
    return status;
}
