/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/date.h"
#include "colonnade/base/memory.h"
#include "parts.h"

#include <stdlib.h>
#include <string.h>

enum { DATASET_NAME_MAX_BYTES = 64 };

/* A dataset while it is read: its formats go to the columns afterwards. */
typedef struct dataset_draft {
    cln_config_dataset dataset; /* first, so that a draft's offsets are a dataset's */
    cln_format_list formats;
} dataset_draft;

static const char *const malformed_names[] = {"reject", "repair"};
static const char *const bad_cell_names[] = {"null", "reject", "fail"};
static const char *const duplicate_names[] = {"", "allow", "keep-first", "keep-last", "fail"};
static const char *const encoding_names[] = {"windows-1252", "none"};
static const cln_choices malformed_choices = {malformed_names, CLN_COUNT(malformed_names)};
static const cln_choices bad_cell_choices = {bad_cell_names, CLN_COUNT(bad_cell_names)};
static const cln_choices encoding_choices = {encoding_names, CLN_COUNT(encoding_names)};
static const cln_range rate = {0, 1};
static const cln_range lines = {0, CLN_SKIP_LINES_MAX};

static cln_status read_time_zone(cln_reader *reader, const cJSON *value, const cln_field *field, void *object) {
    const bool good = cJSON_IsString(value) && cln_time_zone_is_known(value->valuestring);
    if (!good)
        return cln_reader_fail(reader, "must be the name of a time zone such as \"America/Denver\" or \"UTC\", as "
                                       "the system's time zone database spells it");
    return cln_take_text(reader, value, cln_member(object, field->offset));
}

static const cln_field dialect_rows[] = {
    {"delimiter", cln_read_character, offsetof(cln_config_dataset, delimiter), NULL, false},
    {"quote", cln_read_quote, offsetof(cln_config_dataset, quote), NULL, false},
    {"header", cln_read_bool, offsetof(cln_config_dataset, has_header), NULL, false},
    {"newlines_in_quotes", cln_read_bool, offsetof(cln_config_dataset, newlines_in_quotes), NULL, false},
    {"skip_lines", cln_read_integer, offsetof(cln_config_dataset, skip_lines), &lines, false},
    {"fallback_encoding", cln_read_choice_text, offsetof(cln_config_dataset, fallback_encoding), &encoding_choices,
     false},
};
static const cln_fields dialect_fields = CLN_FIELDS(dialect_rows);

static const cln_list column_list = {offsetof(cln_config_dataset, column_count), sizeof(cln_config_column),
                                     cln_read_column, "a list of columns"};
static const cln_list source_list = {offsetof(cln_config_dataset, source_count), sizeof(cln_config_source),
                                     cln_read_source, "a list of sources"};
static const cln_list format_list = {offsetof(dataset_draft, formats.count), sizeof(cln_config_format), cln_read_format,
                                     "a list of date formats"};

static cln_status read_on_duplicate(cln_reader *reader, const cJSON *value, const cln_field *field, void *object) {
    cln_on_duplicate *member = cln_member(object, field->offset);
    if (cJSON_IsString(value) && cln_on_duplicate_from_name(value->valuestring, member)) return CLN_OK;
    return cln_reader_fail(reader, "must be \"allow\", \"keep-first\", \"keep-last\" or \"fail\"");
}

static const cln_field dataset_rows[] = {
    {"title", cln_read_text, offsetof(cln_config_dataset, title), NULL, false},
    {"unit", cln_read_text, offsetof(cln_config_dataset, unit), NULL, false},
    {"publisher", cln_read_text, offsetof(cln_config_dataset, publisher), NULL, false},
    {"licence", cln_read_text, offsetof(cln_config_dataset, licence), NULL, false},
    {"time_zone", read_time_zone, offsetof(cln_config_dataset, time_zone), NULL, false},
    {"dialect", cln_read_inner, 0, &dialect_fields, false},
    {"on_malformed", cln_read_choice_bool, offsetof(cln_config_dataset, repair_malformed), &malformed_choices, false},
    {"on_bad_cell", cln_read_choice, offsetof(cln_config_dataset, on_bad_cell), &bad_cell_choices, false},
    {"max_reject_rate", cln_read_number, offsetof(cln_config_dataset, max_reject_rate), &rate, false},
    {"on_duplicate", read_on_duplicate, offsetof(cln_config_dataset, on_duplicate), NULL, false},
    {"formats", cln_read_list, offsetof(dataset_draft, formats.items), &format_list, false},
    {"columns", cln_read_list, offsetof(cln_config_dataset, columns), &column_list, true},
    {"sources", cln_read_list, offsetof(cln_config_dataset, sources), &source_list, false},
};
static const cln_fields dataset_fields = CLN_FIELDS(dataset_rows);

const char *cln_on_duplicate_name(cln_on_duplicate on_duplicate) {
    return (size_t)on_duplicate < CLN_COUNT(duplicate_names) ? duplicate_names[on_duplicate] : "";
}

bool cln_on_duplicate_from_name(const char *name, cln_on_duplicate *on_duplicate) {
    for (size_t i = CLN_DUPLICATES_ALLOW; i < CLN_COUNT(duplicate_names); i++) {
        if (strcmp(name, duplicate_names[i]) != 0) continue;
        *on_duplicate = (cln_on_duplicate)i;
        return true;
    }
    return false;
}

/* The name becomes a folder's name and a table's name in queries. */
static cln_status check_dataset_name(cln_reader *reader, const char *name) {
    const bool good = name[0] >= 'a' && name[0] <= 'z' && strlen(name) <= DATASET_NAME_MAX_BYTES &&
                      name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")] == '\0';
    if (!good) {
        return cln_reader_fail(reader,
                               "a dataset's name is a letter from a to z followed by such letters, digits and "
                               "'_', at most %d in all",
                               DATASET_NAME_MAX_BYTES);
    }
    if (strcmp(name, "boundaries") == 0) {
        return cln_reader_fail(reader, "\"boundaries\" is not a dataset; it has a key of its own beside \"datasets\"");
    }
    return CLN_OK;
}

static cln_status default_text(cln_reader *reader, char **text, const char *value) {
    return *text != NULL ? CLN_OK : cln_copy_string(text, value, reader->err);
}

static cln_status fill_dataset(cln_reader *reader, cln_config_dataset *dataset) {
    CLN_TRY(default_text(reader, &dataset->title, dataset->name));
    CLN_TRY(default_text(reader, &dataset->unit, "records"));
    CLN_TRY(default_text(reader, &dataset->time_zone, "UTC"));
    return default_text(reader, &dataset->fallback_encoding, "windows-1252");
}

static cln_status check_dataset(cln_reader *reader, const cln_config_dataset *dataset) {
    if (dataset->delimiter == dataset->quote) {
        (void)cln_reader_enter_key(reader, "dialect");
        return cln_reader_fail(reader, "\"delimiter\" and \"quote\" must differ");
    }
    CLN_TRY(cln_check_columns(reader, dataset));
    if (dataset->on_duplicate > CLN_DUPLICATES_ALLOW && cln_config_find_role(dataset, CLN_ROLE_KEY) == NULL) {
        (void)cln_reader_enter_key(reader, "on_duplicate");
        return cln_reader_fail(reader, "needs a column with the role \"key\", or \"allow\"");
    }
    return cln_check_sources(reader, dataset);
}

static cln_status read_draft(cln_reader *reader, const cJSON *value, dataset_draft *draft) {
    cln_config_dataset *const dataset = &draft->dataset;
    dataset->delimiter = ',';
    dataset->quote = '"';
    dataset->has_header = true;
    dataset->newlines_in_quotes = true;
    dataset->max_reject_rate = 0.01;
    CLN_TRY(cln_copy_string(&dataset->name, value->string, reader->err));
    CLN_TRY(check_dataset_name(reader, dataset->name));
    CLN_TRY(cln_read_object(reader, value, &dataset_fields, draft));
    CLN_TRY(fill_dataset(reader, dataset));
    CLN_TRY(cln_fill_formats(reader, dataset, &draft->formats));
    return check_dataset(reader, dataset);
}

static cln_status read_dataset(cln_reader *reader, const cJSON *value, cln_config_dataset *dataset) {
    dataset_draft draft = {0};
    const cln_status status = read_draft(reader, value, &draft);
    cln_format_list_clean_up(&draft.formats);
    *dataset = draft.dataset;
    return status;
}

cln_status cln_read_datasets(cln_reader *reader, const cJSON *value, const cln_field *field, void *object) {
    (void)field;
    cln_config *const config = object;
    CLN_TRY(cln_check_object(reader, value));
    CLN_TRY(cln_new_array(&config->datasets, (size_t)cJSON_GetArraySize(value), sizeof *config->datasets, reader->err));
    for (const cJSON *child = value->child; child != NULL; child = child->next) {
        const size_t mark = cln_reader_enter_key(reader, child->string);
        CLN_TRY(read_dataset(reader, child, &config->datasets[config->dataset_count++]));
        cln_reader_leave(reader, mark);
    }
    return CLN_OK;
}
