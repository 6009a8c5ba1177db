/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/memory.h"
#include "parts.h"

#include <stdlib.h>
#include <string.h>

enum { COLUMN_NAME_MAX_BYTES = 200 };

static const char *const role_names[] = {"none",     "time",      "area",     "district", "longitude",
                                         "latitude", "condition", "severity", "key"};
static const char *const type_names[] = {"auto", "integer", "double", "boolean", "timestamp", "category", "text"};
static const char *const fold_names[] = {"none", "upper", "lower"};
static const char *const normalise_names[] = {"none", "zip5"};

static const char *const compare_names[] = {"bytes", "number"};

static const cln_choices roles = {role_names, CLN_COUNT(role_names)};
static const cln_choices types = {type_names, CLN_COUNT(type_names)};
static const cln_choices folds = {fold_names, CLN_COUNT(fold_names)};
static const cln_choices normalisations = {normalise_names, CLN_COUNT(normalise_names)};
static const cln_choices comparisons = {compare_names, CLN_COUNT(compare_names)};

const char *cln_role_name(cln_role role) {
    return (size_t)role < CLN_COUNT(role_names) ? role_names[role] : "none";
}

const char *cln_compare_name(cln_compare compare) {
    return (size_t)compare < CLN_COUNT(compare_names) ? compare_names[compare] : "bytes";
}

/* A column's name or alias, in whatever spelling, in its normalised form. */
static cln_status read_name(cln_reader *reader, const cJSON *value, char **name) {
    char normalised[COLUMN_NAME_MAX_BYTES + 1];
    if (!cJSON_IsString(value) || strlen(value->valuestring) > COLUMN_NAME_MAX_BYTES) {
        return cln_reader_fail(reader, "must be a column's name, a text of at most %d bytes", COLUMN_NAME_MAX_BYTES);
    }
    cln_config_normalise_name(cln_span_of_string(value->valuestring), normalised, sizeof normalised);
    if (normalised[0] == '\0') return cln_reader_fail(reader, "must be a column's name with a letter or a digit");
    return cln_copy_string(name, normalised, reader->err);
}

static cln_status read_column_name(cln_reader *reader, const cJSON *value, const cln_field *field, void *object) {
    return read_name(reader, value, cln_member(object, field->offset));
}

static cln_status read_alias(cln_reader *reader, const cJSON *value, void *item) {
    return read_name(reader, value, item);
}

static cln_status read_synonyms(cln_reader *reader, const cJSON *value, const cln_field *field, void *object) {
    (void)field;
    cln_config_column *const column = object;
    CLN_TRY(cln_check_object(reader, value));
    CLN_TRY(cln_new_array(&column->synonyms, (size_t)cJSON_GetArraySize(value), sizeof *column->synonyms, reader->err));
    for (const cJSON *child = value->child; child != NULL; child = child->next) {
        const size_t mark = cln_reader_enter_key(reader, child->string);
        cln_config_synonym *const synonym = &column->synonyms[column->synonym_count++];
        CLN_TRY(cln_copy_string(&synonym->from, child->string, reader->err));
        CLN_TRY(cln_take_text(reader, child, &synonym->to));
        cln_reader_leave(reader, mark);
    }
    return CLN_OK;
}

static const cln_list alias_list = {offsetof(cln_config_column, alias_count), sizeof(char *), read_alias,
                                    "a list of other names of the column"};

static const cln_list null_list = {offsetof(cln_config_column, null_count), sizeof(char *), cln_read_text_item,
                                   "a list of values that mean null"};

static const cln_field column_rows[] = {
    {"name", read_column_name, offsetof(cln_config_column, name), NULL, true},
    {"title", cln_read_text, offsetof(cln_config_column, title), NULL, false},
    {"type", cln_read_choice_text, offsetof(cln_config_column, type_name), &types, false},
    {"role", cln_read_choice, offsetof(cln_config_column, role), &roles, false},
    {"aliases", cln_read_list, offsetof(cln_config_column, aliases), &alias_list, false},
    {"formats", cln_read_list, offsetof(cln_config_column, formats), &cln_column_format_list, false},
    {"trim", cln_read_bool, offsetof(cln_config_column, trim), NULL, false},
    {"fold", cln_read_choice, offsetof(cln_config_column, fold), &folds, false},
    {"normalise", cln_read_choice_bool, offsetof(cln_config_column, first_five), &normalisations, false},
    {"synonyms", read_synonyms, 0, NULL, false},
    {"nulls", cln_read_list, offsetof(cln_config_column, nulls), &null_list, false},
    {"compare", cln_read_choice, offsetof(cln_config_column, compare), &comparisons, false},
};
static const cln_fields column_fields = CLN_FIELDS(column_rows);

cln_status cln_read_column(cln_reader *reader, const cJSON *value, void *item) {
    cln_config_column *const column = item;
    column->trim = true;
    CLN_TRY(cln_read_object(reader, value, &column_fields, column));
    if (column->type_name == NULL) CLN_TRY(cln_copy_string(&column->type_name, "auto", reader->err));
    if (column->title == NULL) CLN_TRY(cln_copy_string(&column->title, column->name, reader->err));
    CLN_TRY(cln_check_column(reader, column));
    const bool is_number = strcmp(column->type_name, "integer") == 0 || strcmp(column->type_name, "double") == 0;
    if (is_number) column->compare = CLN_COMPARE_NUMBER;
    return CLN_OK;
}
