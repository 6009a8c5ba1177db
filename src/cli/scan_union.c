/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The columns that the files of scan --schema have together.
 */
#include "colonnade/base/memory.h"
#include "colonnade/ingest/schema.h"
#include "scan_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A name is looked up by its first bytes, as the configuration does; fewer can
 * be declared. */
enum { NAME_BYTES = 512, DECLARED_NAME_BYTES = 200 };

void cln_scan_union_init(scan_union *joint) {
    *joint = (scan_union){0};
    cln_string_table_init(&joint->keys, SIZE_MAX);
}

void cln_scan_union_clean_up(scan_union *joint) {
    for (size_t c = 0; c < joint->keys.count; c++) {
        free(joint->columns[c].title);
        free(joint->columns[c].name);
    }
    free(joint->columns);
    free(joint->declared);
    for (size_t f = 0; f < joint->file_count; f++) {
        free(joint->files[f].columns);
        free(joint->files[f].repeated_title);
    }
    free(joint->files);
    free(joint->order);
    cln_survey_clean_up(&joint->survey);
    cln_string_table_clean_up(&joint->keys);
}

/* ---- One more file ---- */

/* One column of a file on its way into the union. */
typedef struct newcomer {
    const char *title;
    char name[NAME_BYTES]; /* normalised; "" when it has none */
    size_t position;
    size_t turn; /* which of equal names in its file it is, from 1 */
} newcomer;

/* Why a column cannot be declared; NULL: it can. */
static const char *find_obstacle(const newcomer *column) {
    if (column->name[0] == '\0') return "it has no name; it is stored by its position";
    if (strlen(column->name) > DECLARED_NAME_BYTES) return "its name is too long to be declared";
    if (strcmp(column->name, "record") == 0) {
        return "its name is that of the record numbers; it is stored as record_";
    }
    return column->turn > 1 ? "an earlier column has the same name; ingest refuses such a file" : NULL;
}

/* What is known of a column that no file had before. Those without a header are
 * named when all others are. */
static cln_status add_column(scan_union *joint, const newcomer *new, cln_error *err) {
    const size_t code = joint->keys.count - 1;
    scan_column *column = &joint->columns[code];
    *column = (scan_column){.first_file = joint->file_count - 1, .position = new->position};
    CLN_TRY(cln_copy_string(&column->title, new->title, err));
    column->is_positional = !joint->files[column->first_file].has_header;
    if (column->is_positional) {
        joint->positional_count++;
        return CLN_OK;
    }
    column->is_repeated = new->turn > 1;
    column->obstacle = find_obstacle(new);
    CLN_TRY(cln_copy_string(&column->name, column->obstacle == NULL ? new->name : "", err));
    if (column->obstacle != NULL) return CLN_OK;
    CLN_TRY(cln_grow_array(&joint->declared, &joint->declared_capacity, joint->declared_count + 1,
                           sizeof *joint->declared, err));
    joint->declared[joint->declared_count++] = (uint32_t)code;
    return CLN_OK;
}

/* The columns of one file on their way into the union, one after the other. */
typedef struct placement {
    bool has_header;
    const char *next; /* title */
    size_t position;
    cln_string_table names; /* what its columns go by */
    size_t *turns;          /* how many go by each so far */
    size_t turns_capacity;
    cln_buffer key;
} placement;

/* titles: of the columns, each with its NUL. */
static void placement_init(placement *placing, bool has_header, cln_span titles) {
    *placing = (placement){.has_header = has_header, .next = titles.data};
    cln_string_table_init(&placing->names, SIZE_MAX);
    cln_buffer_init(&placing->key, SIZE_MAX);
}

static void placement_clean_up(placement *placing) {
    cln_string_table_clean_up(&placing->names);
    free(placing->turns);
    cln_buffer_clean_up(&placing->key);
}

/* What a column goes by: its name, or its position where it has none. Of equal
 * names in one file, from the second on the key says which of them it is, behind
 * a byte that no name has. */
static cln_status write_key(placement *placing, newcomer *new, cln_error *err) {
    cln_buffer *key = &placing->key;
    cln_buffer_clear(key);
    if (!placing->has_header) return cln_buffer_append_format(key, err, "position %zu", new->position);
    if (new->name[0] == '\0') return cln_buffer_append_format(key, err, "nameless %zu", new->position);
    CLN_TRY(cln_buffer_append_format(key, err, "name %s", new->name));
    uint32_t code;
    CLN_TRY(cln_grow_array(&placing->turns, &placing->turns_capacity, placing->names.count + 1, sizeof *placing->turns,
                           err));
    CLN_TRY(cln_string_table_intern(&placing->names, cln_buffer_span(key), &code, err));
    new->turn = ++placing->turns[code];
    if (new->turn == 1) return CLN_OK;
    CLN_TRY(cln_buffer_append_char(key, '\0', err));
    return cln_buffer_append_format(key, err, "%zu", new->turn);
}

/* The next column, and its key. */
static cln_status take_next(placement *placing, newcomer *new, cln_error *err) {
    *new = (newcomer){.title = placing->next, .position = placing->position++};
    const cln_span title = cln_span_of_string(new->title);
    placing->next += title.size + 1;
    cln_config_normalise_name(title, new->name, sizeof new->name);
    return write_key(placing, new, err);
}

static cln_status note_repeated(scan_union_file *file, const newcomer *new, cln_error *err) {
    if (file->repeated_count++ > 0) return CLN_OK;
    file->repeated = new->position;
    return cln_copy_string(&file->repeated_title, new->title, err);
}

static cln_status place_column(scan_union *joint, placement *placing, const newcomer *new, cln_error *err) {
    scan_union_file *file = &joint->files[joint->file_count - 1];
    const size_t known = joint->keys.count;
    uint32_t code;
    CLN_TRY(cln_grow_array(&joint->columns, &joint->capacity, known + 1, sizeof *joint->columns, err));
    CLN_TRY(cln_string_table_intern(&joint->keys, cln_buffer_span(&placing->key), &code, err));
    if (joint->keys.count > known) CLN_TRY(add_column(joint, new, err));
    if (new->turn > 1) CLN_TRY(note_repeated(file, new, err));
    joint->columns[code].file_count++;
    file->columns[new->position] = code;
    return CLN_OK;
}

static cln_status place_columns(scan_union *joint, cln_span names, cln_error *err) {
    const scan_union_file *file = &joint->files[joint->file_count - 1];
    placement placing;
    placement_init(&placing, file->has_header, names);
    cln_status status = CLN_OK;
    while (placing.position < file->column_count && status == CLN_OK) {
        newcomer new;
        status = take_next(&placing, &new, err);
        if (status == CLN_OK) status = place_column(joint, &placing, &new, err);
    }
    placement_clean_up(&placing);
    return status;
}

cln_status cln_scan_union_lend(const scan_union *joint, bool has_header, cln_span names, cln_survey *survey,
                               cln_error *err) {
    placement placing;
    placement_init(&placing, has_header, names);
    cln_status status = CLN_OK;
    while (placing.position < survey->column_count && status == CLN_OK) {
        newcomer new;
        status = take_next(&placing, &new, err);
        if (status != CLN_OK) break;
        const uint32_t code = cln_string_table_find(&joint->keys, cln_buffer_span(&placing.key));
        if (code != UINT32_MAX) cln_survey_leave_out(survey, new.position, &joint->survey, code);
    }
    placement_clean_up(&placing);
    return status;
}

/* How many columns there would be if no more files came, which is never less
 * than there were before: those with names, and what others have beyond the ones
 * that are declared. */
static size_t joined_count(const scan_union *joint) {
    const size_t named = joint->keys.count - joint->positional_count;
    const size_t matched =
        joint->positional_count < joint->declared_count ? joint->positional_count : joint->declared_count;
    return named + joint->positional_count - matched;
}

static cln_status check_column_count(const scan_union *joint, cln_error *err) {
    const size_t count = joined_count(joint);
    if (count <= CLN_MAX_COLUMNS) return CLN_OK;
    return cln_fail(err, CLN_ERR_DATA,
                    "with %s there are %zu columns in all files together; at most %d are stored. Scan files of other "
                    "columns apart, or see whether --delimiter is right",
                    joint->files[joint->file_count - 1].item->path, count, CLN_MAX_COLUMNS);
}

cln_status cln_scan_union_add(scan_union *joint, const cln_file_item *item, const scan_facts *facts, cln_span names,
                              cln_survey *survey, cln_error *err) {
    CLN_TRY(cln_grow_array(&joint->files, &joint->file_capacity, joint->file_count + 1, sizeof *joint->files, err));
    scan_union_file *file = &joint->files[joint->file_count];
    *file = (scan_union_file){.item = item,
                              .detection = facts->detection,
                              .has_header = facts->has_header,
                              .column_count = (size_t)facts->column_count};
    CLN_TRY(cln_new_array(&file->columns, file->column_count, sizeof *file->columns, err));
    joint->file_count++;
    if (facts->greatest.is_sample) joint->is_sample = true;
    CLN_TRY(place_columns(joint, names, err));
    CLN_TRY(check_column_count(joint, err));
    cln_status status = cln_survey_extend(&joint->survey, joint->keys.count, joined_count(joint), err);
    for (size_t i = 0; status == CLN_OK && survey != NULL && i < file->column_count; i++) {
        status = cln_survey_merge(&joint->survey, file->columns[i], survey, i, err);
    }
    return status;
}

/* ---- All files ---- */

/* The first file with columns and the dialect that most of those have. */
static cln_status choose_dialect(scan_union *joint, cln_error *err) {
    size_t *votes;
    CLN_TRY(cln_new_array(&votes, joint->file_count, sizeof *votes, err));
    for (size_t f = 0; f < joint->file_count; f++) {
        if (joint->files[f].column_count == 0) continue;
        size_t first = 0;
        while (joint->files[first].column_count == 0 ||
               !cln_dialect_are_alike(&joint->files[first].detection.dialect, &joint->files[f].detection.dialect)) {
            first++;
        }
        votes[first]++;
    }
    for (size_t f = 1; f < joint->file_count; f++) {
        if (votes[f] > votes[joint->dialect_file]) joint->dialect_file = f;
    }
    free(votes);
    return CLN_OK;
}

/* Whether a file's header has this name, in the normalised form. */
static cln_status is_taken(const scan_union *joint, const char *name, cln_buffer *key, bool *taken, cln_error *err) {
    cln_buffer_clear(key);
    CLN_TRY(cln_buffer_append_format(key, err, "name %s", name));
    *taken = cln_string_table_find(&joint->keys, cln_buffer_span(key)) != UINT32_MAX;
    return CLN_OK;
}

/* Its title, by which ingest would call it, or else with a number behind it. */
static cln_status name_freely(const scan_union *joint, scan_column *column, cln_buffer *key, cln_error *err) {
    char name[80];
    bool taken = true;
    (void)snprintf(name, sizeof name, "%.40s", column->title);
    for (size_t number = 2; taken; number++) {
        CLN_TRY(is_taken(joint, name, key, &taken, err));
        if (taken) (void)snprintf(name, sizeof name, "%.40s_%zu", column->title, number);
    }
    return cln_copy_string(&column->name, name, err);
}

/* A column of files without a header is the one that stands at its position
 * among those that are declared, as ingest takes it; what is beyond is declared
 * behind them. */
static cln_status match_positional(scan_union *joint, uint32_t code, cln_buffer *key, cln_error *err) {
    scan_column *column = &joint->columns[code];
    if (column->position >= joint->declared_count) {
        joint->order[joint->order_count++] = code;
        return name_freely(joint, column, key, err);
    }
    const uint32_t declared = joint->declared[column->position];
    CLN_TRY(cln_survey_merge(&joint->survey, declared, &joint->survey, code, err));
    joint->columns[declared].file_count += column->file_count;
    return CLN_OK;
}

static cln_status match_all_positional(scan_union *joint, cln_error *err) {
    cln_buffer key;
    cln_buffer_init(&key, SIZE_MAX);
    cln_status status = CLN_OK;
    for (size_t c = 0; c < joint->keys.count && status == CLN_OK; c++) {
        if (joint->columns[c].is_positional) status = match_positional(joint, (uint32_t)c, &key, err);
    }
    cln_buffer_clean_up(&key);
    for (size_t f = 0; f < joint->file_count; f++) {
        const scan_union_file *file = &joint->files[f];
        for (size_t i = 0; !file->has_header && i < file->column_count && i < joint->declared_count; i++) {
            file->columns[i] = joint->declared[i];
        }
    }
    return status;
}

static cln_status unite(scan_union *joint, cln_error *err) {
    CLN_TRY(choose_dialect(joint, err));
    CLN_TRY(cln_new_array(&joint->order, joint->keys.count, sizeof *joint->order, err));
    for (size_t c = 0; c < joint->keys.count; c++) {
        if (!joint->columns[c].is_positional) joint->order[joint->order_count++] = (uint32_t)c;
    }
    joint->named_count = joint->order_count;
    return match_all_positional(joint, err);
}

cln_status cln_scan_union_join(scan_union *joint, const cln_comm *comm, cln_error *err) {
    CLN_TRY_AGREED(comm, unite(joint, err), err);
    return cln_survey_join(&joint->survey, comm, err);
}
