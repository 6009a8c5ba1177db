/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/memory.h"
#include "colonnade/store/duplicates.h"

#include <stdlib.h>

static cln_status add_column(cln_duplicate_rule *rule, const char *name, cln_compare compare, cln_error *err) {
    size_t capacity = rule->column_count;
    CLN_TRY(cln_grow_array(&rule->columns, &capacity, rule->column_count + 1, sizeof *rule->columns, err));
    CLN_TRY(cln_copy_string(&rule->columns[rule->column_count].name, name, err));
    rule->columns[rule->column_count++].compare = compare;
    return CLN_OK;
}

static cln_status take_configured(cln_duplicate_rule *rule, const cln_config_dataset *configured, cln_error *err) {
    for (size_t i = 0; configured != NULL && i < configured->column_count; i++) {
        const cln_config_column *column = &configured->columns[i];
        if (column->role == CLN_ROLE_KEY) CLN_TRY(add_column(rule, column->name, column->compare, err));
    }
    return CLN_OK;
}

static cln_status take_former(cln_duplicate_rule *rule, const cln_duplicate_rule *former, cln_error *err) {
    for (size_t i = 0; i < former->column_count; i++) {
        CLN_TRY(add_column(rule, former->columns[i].name, former->columns[i].compare, err));
    }
    return CLN_OK;
}

static cln_status take_key(cln_duplicate_rule *rule, const cln_config_dataset *configured, const cln_manifest *manifest,
                           cln_error *err) {
    CLN_TRY(take_configured(rule, configured, err));
    if (rule->column_count == 0) CLN_TRY(take_former(rule, &manifest->rule, err));
    if (rule->column_count > 0) return CLN_OK;
    return cln_fail(err, CLN_ERR_USAGE,
                    "'%s' for duplicates needs to know what tells the rows of '%s' apart: give a column or several the "
                    "role \"key\" in the configuration, or use --on-duplicate allow",
                    cln_on_duplicate_name(rule->on_duplicate), manifest->dataset);
}

cln_status cln_duplicate_rule_choose(cln_duplicate_rule *rule, cln_on_duplicate asked,
                                     const cln_config_dataset *configured, const cln_manifest *manifest,
                                     cln_error *err) {
    *rule = (cln_duplicate_rule){.on_duplicate = asked};
    if (asked == CLN_DUPLICATES_UNSET && configured != NULL) rule->on_duplicate = configured->on_duplicate;
    if (rule->on_duplicate == CLN_DUPLICATES_UNSET) rule->on_duplicate = manifest->rule.on_duplicate;
    if (rule->on_duplicate == CLN_DUPLICATES_ALLOW) rule->on_duplicate = CLN_DUPLICATES_UNSET;
    if (rule->on_duplicate == CLN_DUPLICATES_UNSET) return CLN_OK;
    const cln_status status = take_key(rule, configured, manifest, err);
    if (status != CLN_OK) cln_duplicate_rule_clean_up(rule);
    return status;
}
