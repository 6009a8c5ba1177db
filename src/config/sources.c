/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/file.h"
#include "colonnade/base/memory.h"
#include "parts.h"

#include <stdlib.h>
#include <string.h>

static const char year_mark[] = "{year}";
static const cln_range years = {1000, 9999}; /* {year} stands for four digits */

/* "url": one address instead of a list of them. */
static cln_status read_url(cln_reader *reader, const cJSON *value, const cln_field *field, void *object) {
    (void)field;
    cln_config_source *const source = object;
    if (source->urls != NULL) return cln_reader_fail(reader, "give either \"url\" or \"urls\"");
    CLN_TRY(cln_new_array(&source->urls, 1, sizeof *source->urls, reader->err));
    source->url_count = 1;
    return cln_take_text(reader, value, &source->urls[0]);
}

static const cln_list url_list = {offsetof(cln_config_source, url_count), sizeof(char *), cln_read_text_item,
                                  "a list of addresses, tried in order"};

static cln_status read_urls(cln_reader *reader, const cJSON *value, const cln_field *field, void *object) {
    const cln_config_source *const source = object;
    if (source->urls != NULL) return cln_reader_fail(reader, "give either \"url\" or \"urls\"");
    return cln_read_list(reader, value, field, object);
}

static const cln_field source_rows[] = {
    {"name", cln_read_text, offsetof(cln_config_source, name), NULL, true},
    {"url", read_url, 0, NULL, false},
    {"urls", read_urls, offsetof(cln_config_source, urls), &url_list, false},
    {"first_year", cln_read_integer, offsetof(cln_config_source, first_year), &years, false},
    {"last_year", cln_read_integer, offsetof(cln_config_source, last_year), &years, false},
};
static const cln_fields source_fields = CLN_FIELDS(source_rows);

static bool is_pattern(const char *text) {
    return strstr(text, year_mark) != NULL;
}

/* Whether braces stand only around the one {year} that a text may hold. */
static bool has_good_braces(const char *text) {
    const char *const year = strstr(text, year_mark);
    const char *const rest = year == NULL ? text : year + sizeof year_mark - 1;
    const size_t before = year == NULL ? 0 : (size_t)(year - text);
    return strpbrk(rest, "{}") == NULL && strcspn(text, "{}") >= before;
}

static cln_status check_name(cln_reader *reader, const cln_config_source *source) {
    if (!cln_path_is_safe_name(source->name) || !has_good_braces(source->name)) {
        return cln_reader_fail(reader,
                               "must do as a file's name: no '/', no leading dot or dash, no control characters, "
                               "no braces but one {year}");
    }
    return CLN_OK;
}

static bool has_scheme(const char *url) {
    static const char *const schemes[] = {"https://", "http://", "file://", "s3://"};
    for (size_t i = 0; i < CLN_COUNT(schemes); i++) {
        if (strncmp(url, schemes[i], strlen(schemes[i])) == 0 && url[strlen(schemes[i])] != '\0') return true;
    }
    return false;
}

static bool is_printable_ascii(const char *text) {
    for (const char *c = text; *c != '\0'; c++) {
        if (*c <= ' ' || *c >= 0x7F) return false;
    }
    return true;
}

static cln_status check_url(cln_reader *reader, const cln_config_source *source, const char *url) {
    if (!has_scheme(url)) return cln_reader_fail(reader, "must begin with https://, http://, file:// or s3://");
    if (strncmp(url, "s3://", 5) != 0 && !is_printable_ascii(url)) {
        return cln_reader_fail(reader, "may hold ASCII only and no blanks (write %%20)");
    }
    if (!has_good_braces(url)) return cln_reader_fail(reader, "may hold {year} once, and no other braces");
    if (is_pattern(url) != is_pattern(source->name)) {
        return cln_reader_fail(reader, "either the name and every address of a source hold {year}, or none of them");
    }
    return CLN_OK;
}

static cln_status check_urls(cln_reader *reader, const cln_config_source *source) {
    if (source->url_count == 0) return cln_reader_fail(reader, "needs an address: \"url\" or \"urls\"");
    const size_t mark = cln_reader_enter_key(reader, "urls");
    for (size_t i = 0; i < source->url_count; i++) {
        const size_t inner = cln_reader_enter_item(reader, i);
        CLN_TRY(check_url(reader, source, source->urls[i]));
        cln_reader_leave(reader, inner);
    }
    cln_reader_leave(reader, mark);
    return CLN_OK;
}

static cln_status check_years(cln_reader *reader, const cln_config_source *source) {
    const bool has_years = source->first_year != 0 || source->last_year != 0;
    if (!is_pattern(source->name) && has_years) {
        return cln_reader_fail(reader, "\"first_year\" and \"last_year\" are for names and addresses with {year}");
    }
    if (is_pattern(source->name) && source->first_year == 0) {
        return cln_reader_fail(reader, "the key \"first_year\" is missing: {year} begins with it");
    }
    if (source->last_year != 0 && source->last_year < source->first_year) {
        return cln_reader_fail(reader, "\"last_year\" %d is before \"first_year\" %d", source->last_year,
                               source->first_year);
    }
    return CLN_OK;
}

cln_status cln_read_source(cln_reader *reader, const cJSON *value, void *item) {
    cln_config_source *const source = item;
    CLN_TRY(cln_read_object(reader, value, &source_fields, source));
    const size_t mark = cln_reader_enter_key(reader, "name");
    CLN_TRY(check_name(reader, source));
    cln_reader_leave(reader, mark);
    CLN_TRY(check_urls(reader, source));
    return check_years(reader, source);
}

/* Whether both mean the same years at some time; an open end is every year. */
static bool years_overlap(const cln_config_source *a, const cln_config_source *b) {
    const int a_last = a->last_year == 0 ? (int)years.max : a->last_year;
    const int b_last = b->last_year == 0 ? (int)years.max : b->last_year;
    return a->first_year <= b_last && b->first_year <= a_last;
}

/* Whether a plain name is what a pattern becomes in one of its years. */
static bool pattern_yields(const cln_config_source *pattern, const char *name) {
    const size_t before = (size_t)(strstr(pattern->name, year_mark) - pattern->name);
    const char *const after = pattern->name + before + sizeof year_mark - 1;
    if (strlen(name) != before + 4 + strlen(after) || strncmp(name, pattern->name, before) != 0) return false;
    if (strspn(name + before, "0123456789") < 4 || strcmp(name + before + 4, after) != 0) return false;
    char digits[5] = {0};
    memcpy(digits, name + before, 4);
    const cln_config_source year = {.first_year = (int)strtol(digits, NULL, 10),
                                    .last_year = (int)strtol(digits, NULL, 10)};
    return years_overlap(pattern, &year);
}

static bool names_collide(const cln_config_source *a, const cln_config_source *b) {
    if (is_pattern(a->name) && is_pattern(b->name)) return strcmp(a->name, b->name) == 0 && years_overlap(a, b);
    if (is_pattern(a->name)) return pattern_yields(a, b->name);
    if (is_pattern(b->name)) return pattern_yields(b, a->name);
    return strcmp(a->name, b->name) == 0;
}

cln_status cln_check_sources(cln_reader *reader, const cln_config_dataset *dataset) {
    const size_t mark = cln_reader_enter_key(reader, "sources");
    for (size_t i = 1; i < dataset->source_count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (!names_collide(&dataset->sources[i], &dataset->sources[j])) continue;
            (void)cln_reader_enter_item(reader, i);
            return cln_reader_fail(reader,
                                   "the name \"%s\" is taken by source %zu (\"%s\"); a source's name is the name "
                                   "of its partition",
                                   dataset->sources[i].name, j, dataset->sources[j].name);
        }
    }
    cln_reader_leave(reader, mark);
    return CLN_OK;
}
