/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/report/area.h"

#include "colonnade/base/memory.h"
#include "colonnade/query/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_word_byte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

cln_status cln_area_normalise(cln_span name, cln_buffer *out, cln_error *err) {
    const size_t start = out->size;
    bool pending_dash = false;
    for (size_t i = 0; i < name.size; i++) {
        char c = name.data[i];
        if (c >= 'A' && c <= 'Z') c = (char)(c - 'A' + 'a');
        if (!is_word_byte(c)) {
            pending_dash = out->size > start;
            continue;
        }
        if (pending_dash) CLN_TRY(cln_buffer_append_char(out, '-', err));
        pending_dash = false;
        CLN_TRY(cln_buffer_append_char(out, c, err));
    }
    return CLN_OK;
}

void cln_areas_init(cln_areas *areas) {
    *areas = (cln_areas){0};
    cln_string_table_init(&areas->keys, SIZE_MAX);
}

void cln_areas_clean_up(cln_areas *areas) {
    for (size_t i = 0; i < areas->count; i++) {
        free(areas->items[i].key);
        free(areas->items[i].label);
    }
    free(areas->items);
    free(areas->by_key);
    cln_string_table_clean_up(&areas->keys);
    *areas = (cln_areas){0};
}

bool cln_area_has_capital(cln_span text) {
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] >= 'A' && text.data[i] <= 'Z') return true;
    }
    return false;
}

/* Spellings come in bytewise order, so that the first of equals stays. */
static bool is_better_label(const cln_area *area, cln_span name, int64_t count) {
    if (area->label == NULL) return true;
    const bool is_written = cln_area_has_capital(name),
               was_written = cln_area_has_capital(cln_span_of_string(area->label));
    if (is_written != was_written) return is_written;
    return count > area->label_count;
}

static cln_status add(cln_areas *areas, const char *key, cln_span name, int64_t count, cln_error *err) {
    uint32_t position;
    CLN_TRY(cln_string_table_intern(&areas->keys, cln_span_of_string(key), &position, err));
    if (position == areas->count) {
        CLN_TRY(cln_grow_array(&areas->items, &areas->capacity, areas->count + 1, sizeof *areas->items, err));
        CLN_TRY(cln_copy_string(&areas->items[position].key, key, err));
        areas->count++;
    }
    cln_area *area = &areas->items[position];
    area->count += count;
    areas->located += count;
    if (!is_better_label(area, name, count)) return CLN_OK;
    char *label;
    CLN_TRY(cln_copy_span(&label, name, err));
    free(area->label);
    area->label = label;
    area->label_count = count;
    return CLN_OK;
}

static cln_status add_name(cln_areas *areas, cln_span name, int64_t count, cln_buffer *key, cln_error *err) {
    cln_buffer_clear(key);
    CLN_TRY(cln_area_normalise(name, key, err));
    if (key->size == 0) {
        areas->missing += count;
        return CLN_OK;
    }
    CLN_TRY(cln_buffer_terminate(key, err));
    return add(areas, key->data, name, count, err);
}

static cln_status add_row(cln_areas *areas, const cln_cell *name, int64_t count, cln_buffer *key, cln_error *err) {
    char digits[32];
    switch (name->kind) {
    case CLN_CELL_TEXT:
        if (strcmp(name->as.text, CLN_NOT_RECORDED) == 0) {
            areas->not_recorded += count;
            return CLN_OK;
        }
        return add_name(areas, cln_span_of_string(name->as.text), count, key, err);
    case CLN_CELL_INTEGER:
        (void)snprintf(digits, sizeof digits, "%lld", (long long)name->as.integer);
        return add_name(areas, cln_span_of_string(digits), count, key, err);
    default:
        areas->missing += count;
        return CLN_OK;
    }
}

cln_status cln_areas_add_table(cln_areas *areas, const cln_table *table, cln_error *err) {
    cln_buffer key;
    cln_buffer_init(&key, SIZE_MAX);
    cln_status status = CLN_OK;
    for (size_t row = 0; row < table->row_count && status == CLN_OK; row++) {
        status = add_row(areas, cln_table_cell(table, row, 0), cln_table_cell(table, row, 1)->as.integer, &key, err);
    }
    cln_buffer_clean_up(&key);
    return status;
}

static int compare_areas(const void *left, const void *right) {
    const cln_area *a = left, *b = right;
    if (a->count != b->count) return a->count > b->count ? -1 : 1;
    return strcmp(a->key, b->key);
}

static int compare_keys(const void *left, const void *right) {
    const cln_area *const *a = left, *const *b = right;
    return strcmp((*a)->key, (*b)->key);
}

cln_status cln_areas_sort(cln_areas *areas, cln_error *err) {
    CLN_TRY(cln_new_array(&areas->by_key, areas->count, sizeof(void *), err));
    if (areas->count == 0) return CLN_OK;
    qsort(areas->items, areas->count, sizeof *areas->items, compare_areas);
    for (size_t i = 0; i < areas->count; i++) areas->by_key[i] = &areas->items[i];
    qsort(areas->by_key, areas->count, sizeof(void *), compare_keys);
    return CLN_OK;
}

const cln_area *cln_areas_find(const cln_areas *areas, const char *key) {
    size_t low = 0, high = areas->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = strcmp(areas->by_key[middle]->key, key);
        if (order == 0) return areas->by_key[middle];
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}
