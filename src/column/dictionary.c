/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/column/dictionary.h"

#include "colonnade/base/memory.h"

#include <stdlib.h>
#include <string.h>

typedef struct sorted_text {
    cln_span text;
    size_t position; /* in the caller's array */
} sorted_text;

static int compare_texts(const void *a, const void *b) {
    return cln_span_compare(((const sorted_text *)a)->text, ((const sorted_text *)b)->text);
}

/* Room for count texts of size_bytes together; no text is in it yet. */
static cln_status allocate(cln_dictionary *dictionary, size_t count, size_t size_bytes, cln_error *err) {
    *dictionary = (cln_dictionary){0};
    if (count > INT32_MAX) {
        return cln_fail(err, CLN_ERR_INTERNAL, "a category has %zu distinct values; at most %d fit; declare it as text",
                        count, INT32_MAX);
    }
    cln_status status = cln_new_array(&dictionary->offsets, count + 1, sizeof *dictionary->offsets, err);
    if (status == CLN_OK) status = cln_new_array(&dictionary->bytes, size_bytes, 1, err);
    if (status != CLN_OK) cln_dictionary_clean_up(dictionary);
    return status;
}

static void add_text(cln_dictionary *dictionary, cln_span text) {
    const uint64_t start = dictionary->offsets[dictionary->count];
    if (text.size > 0) memcpy(dictionary->bytes + start, text.data, text.size);
    dictionary->count++;
    dictionary->offsets[dictionary->count] = start + text.size;
}

static bool is_first_of_its_kind(const sorted_text *sorted, size_t i) {
    return i == 0 || !cln_span_equal(sorted[i - 1].text, sorted[i].text);
}

static cln_status build_from_sorted(cln_dictionary *dictionary, const sorted_text *sorted, size_t count, int32_t *codes,
                                    cln_error *err) {
    size_t distinct = 0;
    size_t size_bytes = 0;
    for (size_t i = 0; i < count; i++) {
        if (!is_first_of_its_kind(sorted, i)) continue;
        distinct++;
        size_bytes += sorted[i].text.size;
    }
    CLN_TRY(allocate(dictionary, distinct, size_bytes, err));
    for (size_t i = 0; i < count; i++) {
        if (is_first_of_its_kind(sorted, i)) add_text(dictionary, sorted[i].text);
        if (codes != NULL) codes[sorted[i].position] = (int32_t)(dictionary->count - 1);
    }
    return CLN_OK;
}

cln_status cln_dictionary_build(cln_dictionary *dictionary, const cln_span *texts, size_t count, int32_t *codes,
                                cln_error *err) {
    *dictionary = (cln_dictionary){0};
    sorted_text *sorted;
    CLN_TRY(cln_new_array(&sorted, count, sizeof *sorted, err));
    for (size_t i = 0; i < count; i++) sorted[i] = (sorted_text){.text = texts[i], .position = i};
    qsort(sorted, count, sizeof *sorted, compare_texts);
    const cln_status status = build_from_sorted(dictionary, sorted, count, codes, err);
    free(sorted);
    return status;
}

void cln_dictionary_clean_up(cln_dictionary *dictionary) {
    free(dictionary->offsets);
    free(dictionary->bytes);
    *dictionary = (cln_dictionary){0};
}

/* Which of the next texts of a and b comes first: negative a's, positive b's, zero for equal ones. */
static int compare_next(const cln_dictionary *a, size_t i, const cln_dictionary *b, size_t j) {
    if (i == a->count) return 1;
    if (j == b->count) return -1;
    return cln_span_compare(cln_dictionary_text(a, i), cln_dictionary_text(b, j));
}

cln_status cln_dictionary_merge(cln_dictionary *merged, const cln_dictionary *a, const cln_dictionary *b,
                                int32_t *remap_a, int32_t *remap_b, cln_error *err) {
    size_t distinct = 0;
    size_t size_bytes = 0;
    for (size_t i = 0, j = 0; i < a->count || j < b->count; distinct++) {
        const int order = compare_next(a, i, b, j);
        size_bytes += order <= 0 ? cln_dictionary_text(a, i).size : cln_dictionary_text(b, j).size;
        if (order <= 0) i++;
        if (order >= 0) j++;
    }
    CLN_TRY(allocate(merged, distinct, size_bytes, err));
    for (size_t i = 0, j = 0; i < a->count || j < b->count;) {
        const int order = compare_next(a, i, b, j);
        const int32_t code = (int32_t)merged->count;
        add_text(merged, order <= 0 ? cln_dictionary_text(a, i) : cln_dictionary_text(b, j));
        if (order <= 0 && remap_a != NULL) remap_a[i] = code;
        if (order >= 0 && remap_b != NULL) remap_b[j] = code;
        if (order <= 0) i++;
        if (order >= 0) j++;
    }
    return CLN_OK;
}

static cln_status append_u64(cln_buffer *bytes, uint64_t value, cln_error *err) {
    return cln_buffer_append(bytes, &value, sizeof value, err);
}

cln_status cln_dictionary_pack(const cln_dictionary *dictionary, cln_buffer *bytes, cln_error *err) {
    CLN_TRY(append_u64(bytes, dictionary->count, err));
    for (size_t i = 0; i < dictionary->count; i++) {
        CLN_TRY(append_u64(bytes, cln_dictionary_text(dictionary, i).size, err));
    }
    if (dictionary->count == 0) return CLN_OK;
    return cln_buffer_append(bytes, dictionary->bytes, (size_t)dictionary->offsets[dictionary->count], err);
}

static uint64_t u64_at(cln_span bytes, size_t index) {
    uint64_t value;
    memcpy(&value, bytes.data + index * sizeof value, sizeof value);
    return value;
}

static cln_status fail_damaged(cln_error *err, const char *what) {
    return cln_fail(err, CLN_ERR_IO, "the bytes of a dictionary are damaged: %s; verify what they came from", what);
}

/* Checks that the sizes fill the bytes exactly; *count texts then start at *text_start. */
static cln_status check_packed_sizes(cln_span bytes, size_t *count, size_t *text_start, cln_error *err) {
    if (bytes.size < sizeof(uint64_t)) return fail_damaged(err, "no number of texts");
    const uint64_t claimed = u64_at(bytes, 0);
    if (claimed > bytes.size / sizeof(uint64_t) - 1) return fail_damaged(err, "more texts than bytes");
    *count = (size_t)claimed;
    *text_start = (1 + *count) * sizeof(uint64_t);
    uint64_t left = bytes.size - *text_start;
    for (size_t i = 0; i < *count; i++) {
        const uint64_t size = u64_at(bytes, 1 + i);
        if (size > left) return fail_damaged(err, "a text reaches beyond the end");
        left -= size;
    }
    return left == 0 ? CLN_OK : fail_damaged(err, "bytes behind the last text");
}

cln_status cln_dictionary_unpack(cln_dictionary *dictionary, cln_span bytes, cln_error *err) {
    *dictionary = (cln_dictionary){0};
    size_t count = 0;
    size_t text_start = 0;
    CLN_TRY(check_packed_sizes(bytes, &count, &text_start, err));
    CLN_TRY(allocate(dictionary, count, bytes.size - text_start, err));
    const char *next = bytes.data + text_start;
    for (size_t i = 0; i < count; i++) {
        const cln_span text = cln_span_of(next, (size_t)u64_at(bytes, 1 + i));
        if (i > 0 && cln_span_compare(cln_dictionary_text(dictionary, i - 1), text) >= 0) {
            cln_dictionary_clean_up(dictionary);
            return fail_damaged(err, "its texts are not in order");
        }
        add_text(dictionary, text);
        next += text.size;
    }
    return CLN_OK;
}
