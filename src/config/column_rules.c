/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What must hold within one column, and among the columns of a dataset. */
#include "colonnade/base/string_table.h"
#include "parts.h"

#include <string.h>

enum { NAMES_MAX_BYTES = 16 << 20 };

/* Which types may have the role, and whether several columns may. */
typedef struct role_rule {
    cln_role role;
    bool several;
    const char *types; /* blank at both ends of each */
    const char *allowed;
} role_rule;

static const role_rule role_rules[] = {
    {CLN_ROLE_TIME, false, " timestamp ", "\"timestamp\""},
    {CLN_ROLE_AREA, false, " category integer boolean auto ", "\"category\" or \"integer\""},
    {CLN_ROLE_DISTRICT, true, " category integer boolean auto ", "\"category\" or \"integer\""},
    {CLN_ROLE_LONGITUDE, false, " double integer ", "\"double\""},
    {CLN_ROLE_LATITUDE, false, " double integer ", "\"double\""},
    {CLN_ROLE_CONDITION, false, " category integer boolean auto ", "\"category\" or \"integer\""},
    {CLN_ROLE_SEVERITY, true, NULL, NULL},
    {CLN_ROLE_KEY, true, NULL, NULL},
};

static const role_rule *find_rule(cln_role role) {
    for (size_t i = 0; i < CLN_COUNT(role_rules); i++) {
        if (role_rules[i].role == role) return &role_rules[i];
    }
    return NULL;
}

static bool lists_type(const char *types, const char *type) {
    const size_t size = strlen(type);
    for (const char *found = strstr(types, type); found != NULL; found = strstr(found + 1, type)) {
        if (found > types && found[-1] == ' ' && found[size] == ' ') return true;
    }
    return false;
}

static bool is_texty(const cln_config_column *column) {
    return lists_type(" category text auto ", column->type_name);
}

static cln_status check_role(cln_reader *reader, const cln_config_column *column) {
    const role_rule *const rule = find_rule(column->role);
    if (rule == NULL || rule->types == NULL || lists_type(rule->types, column->type_name)) return CLN_OK;
    (void)cln_reader_enter_key(reader, "type");
    return cln_reader_fail(reader, "must be %s, because the column has the role \"%s\"; it is \"%s\"", rule->allowed,
                           cln_role_name(column->role), column->type_name);
}

/* A synonym, or a value that means null, applies to what trimming and folding
 * leave, so one that they would have changed never applies. */
static bool can_match(const cln_config_column *column, const char *from) {
    const cln_span whole = cln_span_of_string(from);
    if (whole.size == 0 || (column->trim && cln_span_trim(whole).size != whole.size)) return false;
    for (const char *c = from; *c != '\0'; c++) {
        if (column->fold == CLN_FOLD_UPPER && *c >= 'a' && *c <= 'z') return false;
        if (column->fold == CLN_FOLD_LOWER && *c >= 'A' && *c <= 'Z') return false;
    }
    return true;
}

static cln_status fail_match(cln_reader *reader) {
    return cln_reader_fail(reader, "never matches: write it as \"trim\" and \"fold\" leave values");
}

static cln_status check_nulls(cln_reader *reader, const cln_config_column *column) {
    const size_t mark = cln_reader_enter_key(reader, "nulls");
    for (size_t i = 0; i < column->null_count; i++) {
        const size_t inner = cln_reader_enter_item(reader, i);
        if (!can_match(column, column->nulls[i])) return fail_match(reader);
        cln_reader_leave(reader, inner);
    }
    cln_reader_leave(reader, mark);
    return CLN_OK;
}

static cln_status check_synonyms(cln_reader *reader, const cln_config_column *column) {
    const size_t mark = cln_reader_enter_key(reader, "synonyms");
    for (size_t i = 0; i < column->synonym_count; i++) {
        const cln_config_synonym *const synonym = &column->synonyms[i];
        const size_t inner = cln_reader_enter_key(reader, synonym->from);
        if (!can_match(column, synonym->from)) return fail_match(reader);
        for (size_t j = 0; j < column->synonym_count; j++) {
            if (strcmp(synonym->to, column->synonyms[j].from) != 0) continue;
            return cln_reader_fail(reader, "\"%s\" is itself renamed to \"%s\": synonyms apply once, so name the last",
                                   synonym->to, column->synonyms[j].to);
        }
        cln_reader_leave(reader, inner);
    }
    cln_reader_leave(reader, mark);
    return CLN_OK;
}

static cln_status fail_option(cln_reader *reader, const cln_config_column *column, const char *key, const char *types) {
    (void)cln_reader_enter_key(reader, key);
    return cln_reader_fail(reader, "is only for columns of type %s; this one is \"%s\"", types, column->type_name);
}

static cln_status check_options(cln_reader *reader, const cln_config_column *column) {
    static const char texty[] = "\"category\", \"text\" or \"auto\"";
    if (column->formats != NULL && strcmp(column->type_name, "timestamp") != 0) {
        return fail_option(reader, column, "formats", "\"timestamp\"");
    }
    if (column->compare != CLN_COMPARE_BYTES && column->role != CLN_ROLE_KEY) {
        (void)cln_reader_enter_key(reader, "compare");
        return cln_reader_fail(reader, "is only for columns with the role \"key\"; this one has \"%s\"",
                               cln_role_name(column->role));
    }
    if (is_texty(column)) return CLN_OK;
    if (column->fold != CLN_FOLD_NONE) return fail_option(reader, column, "fold", texty);
    if (column->first_five) return fail_option(reader, column, "normalise", texty);
    if (column->synonyms != NULL) return fail_option(reader, column, "synonyms", texty);
    if (column->nulls != NULL) return fail_option(reader, column, "nulls", texty);
    return CLN_OK;
}

cln_status cln_check_column(cln_reader *reader, const cln_config_column *column) {
    CLN_TRY(check_options(reader, column));
    CLN_TRY(check_role(reader, column));
    CLN_TRY(check_nulls(reader, column));
    return check_synonyms(reader, column);
}

/* The index column of every stored table has this name. */
static bool is_reserved(const char *name) {
    return strcmp(name, "record") == 0;
}

static cln_status claim_name(cln_reader *reader, cln_string_table *names, const char *name) {
    uint32_t code;
    const size_t before = names->count;
    if (is_reserved(name)) {
        return cln_reader_fail(reader, "\"record\" is the name of the record number's own column; choose another and "
                                       "do not list this one");
    }
    CLN_TRY(cln_string_table_intern(names, cln_span_of_string(name), &code, reader->err));
    if (names->count != before) return CLN_OK;
    return cln_reader_fail(reader, "\"%s\" already is a name or an alias of a column of this dataset", name);
}

static cln_status claim_names(cln_reader *reader, cln_string_table *names, const cln_config_column *column) {
    size_t mark = cln_reader_enter_key(reader, "name");
    CLN_TRY(claim_name(reader, names, column->name));
    cln_reader_leave(reader, mark);
    mark = cln_reader_enter_key(reader, "aliases");
    for (size_t i = 0; i < column->alias_count; i++) {
        const size_t inner = cln_reader_enter_item(reader, i);
        CLN_TRY(claim_name(reader, names, column->aliases[i]));
        cln_reader_leave(reader, inner);
    }
    cln_reader_leave(reader, mark);
    return CLN_OK;
}

static cln_status claim_role(cln_reader *reader, const cln_config_dataset *dataset, const cln_config_column *column) {
    const role_rule *const rule = find_rule(column->role);
    const cln_config_column *const first = cln_config_find_role(dataset, column->role);
    if (rule == NULL || rule->several || first == column) return CLN_OK;
    (void)cln_reader_enter_key(reader, "role");
    return cln_reader_fail(reader, "\"%s\" already has the role \"%s\", which one column of a dataset may have",
                           first->name, cln_role_name(column->role));
}

static cln_status check_each(cln_reader *reader, const cln_config_dataset *dataset, cln_string_table *names) {
    for (size_t i = 0; i < dataset->column_count; i++) {
        const size_t mark = cln_reader_enter_item(reader, i);
        CLN_TRY(claim_names(reader, names, &dataset->columns[i]));
        CLN_TRY(claim_role(reader, dataset, &dataset->columns[i]));
        cln_reader_leave(reader, mark);
    }
    return CLN_OK;
}

cln_status cln_check_columns(cln_reader *reader, const cln_config_dataset *dataset) {
    const size_t mark = cln_reader_enter_key(reader, "columns");
    if (dataset->column_count == 0) return cln_reader_fail(reader, "must name at least one column");
    cln_string_table names;
    cln_string_table_init(&names, NAMES_MAX_BYTES);
    const cln_status status = check_each(reader, dataset, &names);
    cln_string_table_clean_up(&names);
    if (status == CLN_OK) cln_reader_leave(reader, mark);
    return status;
}
