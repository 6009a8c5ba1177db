/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A rank's message: u64 groups; for each key with texts of the rank's own u64
 * texts and for each u64 size and bytes; the words; the accumulators.
 */
#include "colonnade/base/memory.h"
#include "colonnade/query/local.h"

#include <stdlib.h>
#include <string.h>

static cln_status pack_u64(cln_buffer *message, uint64_t value, cln_error *err) {
    return cln_buffer_append(message, &value, sizeof value, err);
}

cln_status cln_local_groups_pack(const cln_local_groups *local, const cln_bound_plan *bound, cln_buffer *message,
                                 cln_error *err) {
    const cln_groups *groups = &local->groups;
    CLN_TRY(pack_u64(message, groups->count, err));
    for (size_t k = 0; k < bound->plan->key_count; k++) {
        if (!cln_key_form_is_local_text(bound->keys[k].form)) continue;
        const cln_string_table *texts = &local->texts[k];
        CLN_TRY(pack_u64(message, texts->count, err));
        for (size_t i = 0; i < texts->count; i++) {
            const cln_span text = cln_string_table_text(texts, i);
            CLN_TRY(pack_u64(message, text.size, err));
            CLN_TRY(cln_buffer_append_span(message, text, err));
        }
    }
    CLN_TRY(cln_buffer_append(message, groups->words, groups->count * groups->width * sizeof *groups->words, err));
    return cln_buffer_append(message, groups->accumulators,
                             groups->count * groups->aggregate_count * sizeof *groups->accumulators, err);
}

/* What is left of all messages. */
typedef struct message_cursor {
    cln_span rest;
    cln_error *err;
} message_cursor;

static cln_status take(message_cursor *cursor, size_t size, cln_span *taken) {
    if (size > cursor->rest.size) return cln_fail(cursor->err, CLN_ERR_INTERNAL, "a message with groups is too short");
    *taken = cln_span_of(cursor->rest.data, size);
    cursor->rest = cln_span_of(cursor->rest.data + size, cursor->rest.size - size);
    return CLN_OK;
}

static cln_status take_u64(message_cursor *cursor, uint64_t *value) {
    cln_span bytes = {0};
    CLN_TRY(take(cursor, sizeof *value, &bytes));
    memcpy(value, bytes.data, sizeof *value);
    return CLN_OK;
}

/* One rank's message, its parts still in place. */
typedef struct rank_part {
    uint64_t group_count;
    uint64_t text_counts[CLN_PLAN_MAX_KEYS];
    size_t first_texts[CLN_PLAN_MAX_KEYS]; /* position among all ranks' texts of the key */
    cln_span words, accumulators;
} rank_part;

/* All ranks' texts of one key, in the order of the messages. */
typedef struct text_list {
    cln_span *texts;
    int32_t *codes; /* in the sorted dictionary */
    size_t count, capacity;
} text_list;

static cln_status take_texts(message_cursor *cursor, uint64_t count, text_list *list) {
    for (uint64_t i = 0; i < count; i++) {
        uint64_t size;
        CLN_TRY(take_u64(cursor, &size));
        CLN_TRY(cln_grow_array(&list->texts, &list->capacity, list->count + 1, sizeof *list->texts, cursor->err));
        CLN_TRY(take(cursor, (size_t)size, &list->texts[list->count]));
        list->count++;
    }
    return CLN_OK;
}

static cln_status take_part(message_cursor *cursor, const cln_bound_plan *bound, text_list *lists, rank_part *part) {
    const cln_plan *plan = bound->plan;
    CLN_TRY(take_u64(cursor, &part->group_count));
    for (size_t k = 0; k < plan->key_count; k++) {
        if (!cln_key_form_is_local_text(bound->keys[k].form)) continue;
        part->first_texts[k] = lists[k].count;
        CLN_TRY(take_u64(cursor, &part->text_counts[k]));
        CLN_TRY(take_texts(cursor, part->text_counts[k], &lists[k]));
    }
    const size_t groups = (size_t)part->group_count;
    CLN_TRY(take(cursor, groups * (plan->key_count + 1) * sizeof(int64_t), &part->words));
    return take(cursor, groups * plan->aggregate_count * sizeof(cln_accumulator), &part->accumulators);
}

static cln_status merge_group(cln_merged_groups *merged, const cln_bound_plan *bound, const text_list *lists,
                              const rank_part *part, size_t group, cln_error *err) {
    const cln_plan *plan = bound->plan;
    int64_t words[CLN_PLAN_MAX_KEYS + 1];
    const size_t tuple_bytes = (plan->key_count + 1) * sizeof *words;
    memcpy(words, part->words.data + group * tuple_bytes, tuple_bytes);
    for (size_t k = 0; k < plan->key_count; k++) {
        if (!cln_key_form_is_local_text(bound->keys[k].form) || words[k + 1] == CLN_NULL_INTEGER) continue;
        words[k + 1] = lists[k].codes[part->first_texts[k] + (size_t)words[k + 1]];
    }
    uint32_t into;
    CLN_TRY(cln_groups_find(&merged->groups, words, &into, err));
    for (size_t a = 0; a < plan->aggregate_count; a++) {
        cln_accumulator from;
        const size_t position = group * plan->aggregate_count + a;
        memcpy(&from, part->accumulators.data + position * sizeof from, sizeof from);
        cln_accumulator_merge(&cln_groups_accumulators(&merged->groups, into)[a], &from, plan->aggregates[a].kind);
    }
    return CLN_OK;
}

static cln_status merge_parts(cln_merged_groups *merged, const cln_bound_plan *bound, text_list *lists,
                              const rank_part *parts, size_t part_count, cln_error *err) {
    for (size_t k = 0; k < bound->plan->key_count; k++) {
        if (!cln_key_form_is_local_text(bound->keys[k].form)) continue;
        CLN_TRY(cln_new_array(&lists[k].codes, lists[k].count, sizeof *lists[k].codes, err));
        CLN_TRY(cln_dictionary_build(&merged->texts[k], lists[k].texts, lists[k].count, lists[k].codes, err));
    }
    for (size_t p = 0; p < part_count; p++) {
        for (size_t group = 0; group < parts[p].group_count; group++) {
            CLN_TRY(merge_group(merged, bound, lists, &parts[p], group, err));
        }
    }
    return CLN_OK;
}

cln_status cln_merged_groups_unpack(cln_merged_groups *merged, const cln_bound_plan *bound, cln_span messages,
                                    cln_error *err) {
    *merged = (cln_merged_groups){0};
    text_list lists[CLN_PLAN_MAX_KEYS] = {0};
    rank_part *parts = NULL;
    size_t part_count = 0, part_capacity = 0;
    message_cursor cursor = {.rest = messages, .err = err};
    cln_status status = cln_groups_init(&merged->groups, bound->plan->key_count, bound->plan->aggregate_count, err);
    while (status == CLN_OK && cursor.rest.size > 0) {
        status = cln_grow_array(&parts, &part_capacity, part_count + 1, sizeof *parts, err);
        if (status == CLN_OK) status = take_part(&cursor, bound, lists, &parts[part_count++]);
    }
    if (status == CLN_OK) status = merge_parts(merged, bound, lists, parts, part_count, err);
    for (size_t k = 0; k < CLN_PLAN_MAX_KEYS; k++) {
        free(lists[k].texts);
        free(lists[k].codes);
    }
    free(parts);
    return status;
}

void cln_merged_groups_clean_up(cln_merged_groups *merged) {
    for (size_t k = 0; k < CLN_PLAN_MAX_KEYS; k++) cln_dictionary_clean_up(&merged->texts[k]);
    cln_groups_clean_up(&merged->groups);
}
