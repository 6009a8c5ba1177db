/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * colonnade ingest: files into the store, one after the other, each by all
 * ranks, or compressed ones each by one rank; prints the account of each.
 */
#include "colonnade/base/sample.h"
#include "colonnade/ingest/several.h"

#include "colonnade/base/file.h"
#include "colonnade/base/log.h"
#include "colonnade/base/memory.h"
#include "colonnade/base/profile.h"
#include "colonnade/cli/cli.h"
#include "colonnade/cli/detection.h"
#include "colonnade/cli/dialect_options.h"
#include "colonnade/cli/ingest_list.h"
#include "colonnade/cli/profile_table.h"
#include "colonnade/config/nearest.h"
#include "colonnade/store/duplicates.h"
#include "ingest_words.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- What is asked ---- */

static cln_status unknown_dataset(const cln_cli *cli, const char *name, cln_error *err) {
    const char *names[64];
    size_t count = 0;
    for (size_t d = 0; d < cli->config.dataset_count && count < 64; d++) names[count++] = cli->config.datasets[d].name;
    const char *nearest = cln_nearest_name(name, names, count);
    return cln_fail(err, CLN_ERR_USAGE,
                    "the configuration declares no dataset \"%s\"%s%s%s; 'ingest %s FILE --schema auto' takes a file "
                    "that no configuration knows",
                    name, nearest == NULL ? "" : " (did you mean \"", nearest == NULL ? "" : nearest,
                    nearest == NULL ? "" : "\"?)", name);
}

static cln_status choose_schema(const cln_cli *cli, cln_ingest_request *request, cln_error *err) {
    const char *schema = cln_option(cli->options, "schema");
    if (schema != NULL && strcmp(schema, "auto") != 0) {
        return cln_fail(err, CLN_ERR_USAGE, "--schema takes \"auto\" only; columns are declared in the configuration");
    }
    request->infer_types = schema != NULL;
    request->dataset = cln_config_find_dataset(&cli->config, request->dataset_name);
    if (request->dataset == NULL && !request->infer_types) return unknown_dataset(cli, request->dataset_name, err);
    if (!cln_path_is_safe_name(request->dataset_name)) {
        return cln_fail(err, CLN_ERR_USAGE, "\"%s\" cannot be the name of a dataset: letters, digits, '_', '-' and '.'",
                        request->dataset_name);
    }
    return CLN_OK;
}

static cln_status parse_bad_cells(const char *text, cln_on_bad *policy, cln_error *err) {
    static const char *const names[] = {"null", "reject", "fail"};
    for (int i = 0; text != NULL && i < 3; i++) {
        if (strcmp(text, names[i]) != 0) continue;
        *policy = (cln_on_bad)i;
        return CLN_OK;
    }
    if (text == NULL) return CLN_OK;
    return cln_fail(err, CLN_ERR_USAGE, "--on-bad-cell takes \"null\", \"reject\" or \"fail\"; not \"%s\"", text);
}

static cln_status parse_malformed(const char *text, bool *repair, cln_error *err) {
    if (text == NULL) return CLN_OK;
    *repair = strcmp(text, "repair") == 0;
    if (*repair || strcmp(text, "reject") == 0) return CLN_OK;
    return cln_fail(err, CLN_ERR_USAGE, "--on-malformed takes \"reject\" or \"repair\"; not \"%s\"", text);
}

static cln_status parse_duplicates(const char *text, cln_on_duplicate *rule, cln_error *err) {
    if (text == NULL || cln_on_duplicate_from_name(text, rule)) return CLN_OK;
    return cln_fail(err, CLN_ERR_USAGE,
                    "--on-duplicate takes \"allow\", \"keep-first\", \"keep-last\" or \"fail\"; not \"%s\"", text);
}

static cln_status parse_rate(const char *text, double *rate, cln_error *err) {
    if (text == NULL) return CLN_OK;
    char *end;
    *rate = strtod(text, &end);
    if (end != text && *end == '\0' && *rate >= 0.0 && *rate <= 1.0) return CLN_OK;
    return cln_fail(err, CLN_ERR_USAGE, "--max-reject-rate takes a share from 0 to 1, as 0.01; not \"%s\"", text);
}

static cln_status read_options(const cln_cli *cli, cln_ingest_request *request, cln_error *err) {
    const cln_settings *settings = &cli->settings;
    *request = (cln_ingest_request){.store_dir = settings->store_dir,
                                    .scratch_dir = settings->scratch_dir,
                                    .dataset_name = cli->arguments[0],
                                    .config = &cli->config,
                                    .dialect = cln_dialect_default(),
                                    .policy = {.max_record_bytes = CLN_MAX_RECORD_BYTES},
                                    .replace = cln_option_given(cli->options, "replace"),
                                    .allow_rejects = cln_option_given(cli->options, "allow-rejects"),
                                    .max_reject_rate = 0.01,
                                    .memory_bytes = settings->memory_bytes,
                                    .stripe_size_bytes = settings->stripe_size_bytes,
                                    .fsync = cli->config.fsync};
    CLN_TRY(choose_schema(cli, request, err));
    if (request->dataset != NULL) {
        request->dialect = cln_dialect_of_dataset(request->dataset);
        request->policy.on_bad_cell = request->dataset->on_bad_cell;
        request->policy.repair_malformed = request->dataset->repair_malformed;
        request->max_reject_rate = request->dataset->max_reject_rate;
    }
    CLN_TRY(cln_cli_dialect(cli, &request->dialect, err));
    CLN_TRY(parse_bad_cells(cln_option(cli->options, "on-bad-cell"), &request->policy.on_bad_cell, err));
    CLN_TRY(parse_duplicates(cln_option(cli->options, "on-duplicate"), &request->on_duplicate, err));
    CLN_TRY(parse_malformed(cln_option(cli->options, "on-malformed"), &request->policy.repair_malformed, err));
    return parse_rate(cln_option(cli->options, "max-reject-rate"), &request->max_reject_rate, err);
}

/* ---- What is told ---- */

static const char *const account_columns[] = {"partition",   "result",   "bytes",      "records",
                                              "stored",      "rejected", "converted",  "bad_cells",
                                              "blank_lines", "sample",   "duplicates", "live"};
static const char *const results[] = {"published", "unchanged", "not published"}; /* of cln_ingest_result */

static const char *name_result(const cln_ingest_outcome *outcome) {
    const bool has_replaced = outcome->result == CLN_INGEST_PUBLISHED && outcome->duplicates.has_replaced;
    return has_replaced ? "replaced" : results[outcome->result];
}

enum { ACCOUNT_COLUMN_COUNT = sizeof account_columns / sizeof account_columns[0] };

static cln_status fill_account(cln_cell *cells, const char *partition, const cln_ingest_outcome *outcome,
                               cln_error *err) {
    const cln_account *account = &outcome->account;
    CLN_TRY(cln_cell_set_text(&cells[0], cln_span_of_string(partition), err));
    CLN_TRY(cln_cell_set_text(&cells[1], cln_span_of_string(name_result(outcome)), err));
    const bool is_known = outcome->size_bytes != CLN_SIZE_UNKNOWN;
    if (is_known) cln_cell_set_integer(&cells[2], (int64_t)outcome->size_bytes);
    if (outcome->is_sample) CLN_TRY(cln_cell_set_text(&cells[9], cln_span_of_string(CLN_SAMPLE_LABEL), err));
    if (outcome->result == CLN_INGEST_UNCHANGED) {
        cln_cell_set_integer(&cells[4], (int64_t)outcome->rows);
        return CLN_OK;
    }
    cln_cell_set_integer(&cells[3], (int64_t)account->records_read);
    cln_cell_set_integer(&cells[4], (int64_t)account->records_stored);
    cln_cell_set_integer(&cells[5], (int64_t)account->records_rejected);
    cln_cell_set_integer(&cells[6], (int64_t)account->records_converted);
    cln_cell_set_integer(&cells[7], (int64_t)account->cells_bad);
    cln_cell_set_integer(&cells[8], (int64_t)account->blank_lines);
    return CLN_OK;
}

static cln_status add_account(cln_table *table, const char *partition, const cln_ingest_outcome *outcome,
                              cln_error *err) {
    cln_cell *cells;
    CLN_TRY(cln_table_add_row(table, &cells, err));
    const cln_status status = fill_account(cells, partition, outcome, err);
    if (status != CLN_OK) cln_table_drop_row(table);
    return status;
}

/* ---- The command ---- */

static cln_status refuse(const cln_ingest_request *request, const cln_ingest_outcome *outcome, cln_error *err) {
    return cln_fail(err, CLN_ERR_DATA,
                    "%s: %" PRIu64 " of %" PRIu64 " records were rejected, more than the %g %% that are allowed; "
                    "nothing was published. See them with 'colonnade rejects %s %s%s%s', publish with --allow-rejects",
                    request->path, outcome->account.records_rejected, outcome->account.records_read,
                    100.0 * request->max_reject_rate, request->dataset_name, request->partition,
                    cln_is_elsewhere(request) ? " --store " : "", cln_is_elsewhere(request) ? request->store_dir : "");
}

/* The files of one command on their way, some of them at a time. */
typedef struct ingest_run {
    cln_cli *cli;
    const cln_ingest_request *asked; /* of any file */
    const cln_file_list *list;
    cln_table *table;
    cln_ingest_request *requests; /* of the files that are read at once: at most one for each rank */
    cln_ingest_outcome *outcomes;
    bool any_refused;
    cln_error refused;
} ingest_run;

/* Collective. What is asked of the next files; *count is less where one after
 * the first fails, whose turn to tell of it comes later. */
static cln_status prepare(ingest_run *run, size_t first, size_t *count, cln_error *err) {
    for (size_t i = 0; i < *count; i++) {
        cln_ingest_request *request = &run->requests[i];
        *request = *run->asked;
        request->path = run->list->items[first + i].path;
        request->partition = run->list->items[first + i].name;
        if (!cln_option_given(run->cli->options, "detect")) continue;
        const cln_status status = cln_cli_detect_file(run->cli, request->path, &request->dialect, err);
        if (status == CLN_OK) continue;
        if (i == 0) return status;
        *count = i;
    }
    return CLN_OK;
}

/* Collective. What became of a file. */
static cln_status account_for(ingest_run *run, size_t i, cln_error *err) {
    const cln_ingest_request *request = &run->requests[i];
    const cln_ingest_outcome *outcome = &run->outcomes[i];
    cln_tell_outcome(request, outcome);
    CLN_TRY_AGREED(&run->cli->comm, add_account(run->table, request->partition, outcome, err), err);
    if (outcome->result != CLN_INGEST_REFUSED || run->any_refused) return CLN_OK;
    run->any_refused = refuse(request, outcome, &run->refused) != CLN_OK;
    return CLN_OK;
}

/* Collective. A file whose rows have keys that others have, where none may: the
 * first such is the error in the end. */
static cln_status refuse_duplicates(ingest_run *run, size_t i, const cln_error *why, cln_error *err) {
    run->outcomes[i].result = CLN_INGEST_REFUSED;
    cln_tell_outcome(&run->requests[i], &run->outcomes[i]);
    cln_error refused;
    (void)!cln_fail(&refused, CLN_ERR_DATA, "%s: %s", run->requests[i].path, why->message);
    if (run->any_refused) cln_warning("%s", refused.message);
    if (!run->any_refused) run->refused = refused;
    run->any_refused = true;
    CLN_TRY_AGREED(&run->cli->comm, add_account(run->table, run->requests[i].partition, &run->outcomes[i], err), err);
    return CLN_OK;
}

static uint64_t known_bytes(const ingest_run *run, size_t count) {
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        if (run->outcomes[i].size_bytes != CLN_SIZE_UNKNOWN) sum += run->outcomes[i].size_bytes;
    }
    return sum;
}

/* Collective. The next file, or the next compressed files at once; *taken is
 * how many. */
static cln_status ingest_next(ingest_run *run, size_t first, size_t *taken, cln_error *err) {
    const cln_cli *cli = run->cli;
    const size_t compressed = cln_file_list_compressed_count(run->list, first, (size_t)cli->comm.size);
    *taken = compressed > 0 ? compressed : 1;
    CLN_TRY(prepare(run, first, taken, err));
    if (cln_option_given(cli->options, "profile")) cln_profile_start();
    size_t done;
    cln_status status;
    *err = (cln_error){.message = ""};
    if (compressed > 0) {
        status = cln_ingest_several(&cli->comm, run->requests, *taken, run->outcomes, &done, err);
    } else {
        status = cln_ingest_file(&cli->comm, run->requests, run->outcomes, err);
        done = status == CLN_OK;
    }
    const cln_error why = *err;
    for (size_t i = 0; i < done; i++) CLN_TRY(account_for(run, i, err));
    if (status == CLN_ERR_DATA && run->outcomes[done].duplicates.are_refused) {
        *taken = done + 1; /* what was made of later ones is made anew */
        return refuse_duplicates(run, done, &why, err);
    }
    *err = why;
    if (status == CLN_OK && cln_profile_is_on) status = cln_cli_print_profile(cli, known_bytes(run, done), err);
    return status;
}

/* Collective. Files that do not pass do not keep the others out. */
static cln_status ingest_all(ingest_run *run, cln_error *err) {
    size_t taken;
    for (size_t first = 0; first < run->list->count; first += taken) CLN_TRY(ingest_next(run, first, &taken, err));
    if (!run->any_refused) return CLN_OK;
    *err = run->refused;
    return CLN_ERR_DATA;
}

static cln_status ingest_files(cln_cli *cli, const cln_ingest_request *asked, const cln_file_list *list,
                               cln_table *table, cln_error *err) {
    ingest_run run = {.cli = cli, .asked = asked, .list = list, .table = table};
    const size_t ranks = (size_t)cli->comm.size;
    cln_status status = cln_new_array(&run.requests, ranks, sizeof *run.requests, err);
    if (status == CLN_OK) status = cln_new_array(&run.outcomes, ranks, sizeof *run.outcomes, err);
    status = cln_agree(&cli->comm, status, err);
    if (status == CLN_OK) status = ingest_all(&run, err);
    free(run.outcomes);
    free(run.requests);
    return status;
}

/* Rank 0: how many rows of each partition count in the end, for a file that
 * comes later may change that. */
static cln_status add_live_rows(cln_table *table, const cln_ingest_request *request, cln_error *err) {
    cln_manifest manifest;
    bool exists;
    CLN_TRY(cln_manifest_read(&manifest, request->store_dir, request->dataset_name, &exists, err));
    for (size_t i = 0; i < table->row_count; i++) {
        cln_cell *cells = &table->cells[i * table->column_count];
        const cln_partition_info *info = cln_manifest_find(&manifest, cells[0].as.text);
        if (info == NULL || strcmp(cells[1].as.text, results[CLN_INGEST_REFUSED]) == 0) continue;
        const bool is_checked = manifest.rule.on_duplicate != CLN_DUPLICATES_UNSET && !info->is_unchecked;
        if (is_checked) cln_cell_set_integer(&cells[10], (int64_t)info->duplicates);
        cln_cell_set_integer(&cells[11], (int64_t)cln_partition_live_rows(info));
    }
    cln_manifest_clean_up(&manifest);
    return CLN_OK;
}

/* Collective, with the dataset locked: an error does not keep the accounts of
 * the files before it from being printed. */
static cln_status ingest_locked(cln_cli *cli, cln_ingest_request *request, const cln_file_list *list, cln_error *err) {
    cln_table table;
    cln_status status = cln_table_init(&table, NULL, account_columns, ACCOUNT_COLUMN_COUNT, err);
    status = cln_agree(&cli->comm, status, err);
    if (status == CLN_OK) status = ingest_files(cli, request, list, &table, err);
    if (cli->comm.rank == 0 && table.row_count > 0) {
        cln_error print_error;
        cln_status printed = add_live_rows(&table, request, &print_error);
        const cln_status shown = cln_cli_print(cli, &table, printed == CLN_OK ? &print_error : NULL);
        if (printed == CLN_OK) printed = shown;
        if (status == CLN_OK && printed != CLN_OK) {
            status = printed;
            *err = print_error;
        }
    }
    cln_table_clean_up(&table);
    return cln_agree(&cli->comm, status, err);
}

/* Rank 0, with the dataset locked: a rule for duplicates that cannot hold is
 * told before anything is read. */
static cln_status check_rule(const cln_ingest_request *request, cln_error *err) {
    cln_manifest manifest;
    cln_duplicate_rule rule;
    bool exists;
    CLN_TRY(cln_manifest_read(&manifest, request->store_dir, request->dataset_name, &exists, err));
    const cln_status status = cln_duplicate_rule_choose(&rule, request->on_duplicate, request->dataset, &manifest, err);
    if (status == CLN_OK) cln_duplicate_rule_clean_up(&rule);
    cln_manifest_clean_up(&manifest);
    return status;
}

static cln_status lock_and_ingest(cln_cli *cli, cln_ingest_request *request, const cln_file_list *list,
                                  cln_error *err) {
    const bool is_root = cli->comm.rank == 0;
    cln_status status = is_root ? cln_dataset_lock(request->store_dir, request->dataset_name, err) : CLN_OK;
    const bool is_locked = is_root && status == CLN_OK;
    if (is_locked) status = check_rule(request, err);
    status = cln_agree(&cli->comm, status, err);
    if (status == CLN_OK) status = ingest_locked(cli, request, list, err);
    if (is_locked) cln_dataset_unlock(request->store_dir, request->dataset_name);
    return status;
}

cln_status cln_command_ingest(cln_cli *cli, cln_error *err) {
    cln_ingest_request request;
    cln_file_list list = {0};
    cln_status status = cln_agree(&cli->comm, read_options(cli, &request, err), err);
    if (status == CLN_OK) status = cln_ingest_list_make(&list, cli, err);
    if (status == CLN_OK) status = lock_and_ingest(cli, &request, &list, err);
    cln_file_list_clean_up(&list);
    return status;
}
