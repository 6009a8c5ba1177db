/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/memory.h"
#include "colonnade/store/dataset.h"

#include <stdlib.h>
#include <string.h>

static void clean_up_info(cln_partition_info *info) {
    free(info->id);
    free(info->file);
    free(info->content_hash);
    free(info->origin);
    *info = (cln_partition_info){0};
}

void cln_duplicate_rule_clean_up(cln_duplicate_rule *rule) {
    for (size_t i = 0; i < rule->column_count; i++) free(rule->columns[i].name);
    free(rule->columns);
    *rule = (cln_duplicate_rule){0};
}

void cln_manifest_clean_up(cln_manifest *manifest) {
    for (size_t i = 0; i < manifest->partition_count; i++) clean_up_info(&manifest->partitions[i]);
    free(manifest->partitions);
    free(manifest->dataset);
    cln_duplicate_rule_clean_up(&manifest->rule);
    free(manifest->live.file);
    *manifest = (cln_manifest){0};
}

/* Where id is, or where it would stand. */
static size_t position_of(const cln_manifest *manifest, const char *id) {
    size_t position = 0;
    while (position < manifest->partition_count && strcmp(manifest->partitions[position].id, id) < 0) position++;
    return position;
}

const cln_partition_info *cln_manifest_find(const cln_manifest *manifest, const char *id) {
    const size_t position = position_of(manifest, id);
    if (position == manifest->partition_count || strcmp(manifest->partitions[position].id, id) != 0) return NULL;
    return &manifest->partitions[position];
}

static cln_status copy_texts(cln_partition_info *copy, const cln_partition_info *info, cln_error *err) {
    CLN_TRY(cln_copy_string(&copy->id, info->id, err));
    CLN_TRY(cln_copy_string(&copy->file, info->file, err));
    CLN_TRY(cln_copy_string(&copy->content_hash, info->content_hash == NULL ? "" : info->content_hash, err));
    return cln_copy_string(&copy->origin, info->origin == NULL ? "" : info->origin, err);
}

static cln_status insert_at(cln_manifest *manifest, size_t position, const cln_partition_info *info, cln_error *err) {
    size_t capacity = manifest->partition_count;
    CLN_TRY(cln_grow_array(&manifest->partitions, &capacity, capacity + 1, sizeof *manifest->partitions, err));
    memmove(&manifest->partitions[position + 1], &manifest->partitions[position],
            (manifest->partition_count - position) * sizeof *manifest->partitions);
    manifest->partitions[position] = *info;
    manifest->partition_count++;
    return CLN_OK;
}

cln_status cln_manifest_put(cln_manifest *manifest, const cln_partition_info *info, cln_error *err) {
    cln_partition_info copy = *info;
    copy.id = copy.file = copy.content_hash = copy.origin = NULL;
    cln_status status = copy_texts(&copy, info, err);
    if (status == CLN_OK) {
        const size_t position = position_of(manifest, info->id);
        if (position < manifest->partition_count && strcmp(manifest->partitions[position].id, info->id) == 0) {
            clean_up_info(&manifest->partitions[position]);
            manifest->partitions[position] = copy;
        } else {
            status = insert_at(manifest, position, &copy, err);
        }
    }
    if (status != CLN_OK) clean_up_info(&copy);
    manifest->live.is_stale = manifest->rule.on_duplicate != CLN_DUPLICATES_UNSET;
    return status;
}

bool cln_duplicate_rule_equal(const cln_duplicate_rule *a, const cln_duplicate_rule *b) {
    if (a->on_duplicate != b->on_duplicate || a->column_count != b->column_count) return false;
    for (size_t i = 0; i < a->column_count; i++) {
        if (a->columns[i].compare != b->columns[i].compare) return false;
        if (strcmp(a->columns[i].name, b->columns[i].name) != 0) return false;
    }
    return true;
}

static cln_status copy_rule(cln_duplicate_rule *copy, const cln_duplicate_rule *rule, cln_error *err) {
    copy->on_duplicate = rule->on_duplicate;
    CLN_TRY(cln_new_array(&copy->columns, rule->column_count, sizeof *copy->columns, err));
    for (size_t i = 0; i < rule->column_count; i++) {
        CLN_TRY(cln_copy_string(&copy->columns[i].name, rule->columns[i].name, err));
        copy->columns[i].compare = rule->columns[i].compare;
        copy->column_count = i + 1;
    }
    return CLN_OK;
}

void cln_manifest_forget_live_rows(cln_manifest *manifest) {
    free(manifest->live.file);
    manifest->live = (cln_live_rows){0};
    for (size_t i = 0; i < manifest->partition_count; i++) {
        manifest->partitions[i].duplicates = 0;
        manifest->partitions[i].is_unchecked = false;
    }
}

cln_status cln_manifest_set_rule(cln_manifest *manifest, const cln_duplicate_rule *rule, cln_error *err) {
    if (cln_duplicate_rule_equal(&manifest->rule, rule)) return CLN_OK;
    cln_duplicate_rule copy = {0};
    const cln_status status = copy_rule(&copy, rule, err);
    if (status != CLN_OK) {
        cln_duplicate_rule_clean_up(&copy);
        return status;
    }
    cln_duplicate_rule_clean_up(&manifest->rule);
    manifest->rule = copy;
    cln_manifest_forget_live_rows(manifest);
    manifest->live.is_stale = rule->on_duplicate != CLN_DUPLICATES_UNSET;
    return CLN_OK;
}
