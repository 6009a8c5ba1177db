/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * colonnade fetch: rank 0 downloads, one file at a time; the other ranks wait
 * for its status.
 */
#include "colonnade/net/fetch.h"
#include "colonnade/base/clock.h"
#include "colonnade/base/log.h"
#include "colonnade/base/memory.h"
#include "colonnade/cli/cli.h"
#include "colonnade/config/nearest.h"
#include "colonnade/net/staging.h"
#include "colonnade/par/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Far more than any year of any city, and less than a disk. */
#define SIZE_LIMIT_BYTES ((uint64_t)256 << 30)

enum { YEARS_MOST = 64, DATASETS_MOST = 64 };

typedef struct fetch_job {
    const cln_cli *cli;
    char date[32];
    int current_year;
    int years[YEARS_MOST];
    size_t year_count;
    cln_table table;
    size_t failed_count;
    size_t item_count;
    cln_error first_failure;
} fetch_job;

static cln_status parse_years(fetch_job *job, cln_error *err) {
    const char *text = cln_option(job->cli->options, "year");
    while (text != NULL && *text != '\0') {
        const size_t size = strcspn(text, ",");
        if (size != 4 || strspn(text, "0123456789") < 4) {
            return cln_fail(err, CLN_ERR_USAGE, "--year: '%.*s' is no year; write --year 2024 or --year 2023,2024",
                            (int)size, text);
        }
        if (job->year_count == YEARS_MOST) return cln_fail(err, CLN_ERR_USAGE, "--year: %d at the most", YEARS_MOST);
        job->years[job->year_count++] = atoi(text);
        text += size + (text[size] == ',');
    }
    return CLN_OK;
}

static cln_status read_options(fetch_job *job, cln_error *err) {
    char today[32];
    cln_clock_local_date(today);
    job->current_year = atoi(today);
    const char *date = cln_option(job->cli->options, "date");
    if (date == NULL) date = today;
    CLN_TRY(cln_staging_check_date(date, err));
    (void)snprintf(job->date, sizeof job->date, "%s", date);
    return parse_years(job, err);
}

static void show_progress(void *context, uint64_t received_bytes, uint64_t total_bytes) {
    cln_progress *progress = context;
    progress->total = total_bytes;
    cln_progress_advance(progress, received_bytes);
}

static cln_status add_row(fetch_job *job, const char *dataset, const cln_fetch_item *item,
                          const cln_fetch_result *result, cln_error *err) {
    const bool arrived = result->outcome < CLN_FETCH_NOT_PUBLISHED;
    cln_cell *cells;
    CLN_TRY(cln_table_add_row(&job->table, &cells, err));
    CLN_TRY(cln_cell_set_text(&cells[0], cln_span_of_string(dataset), err));
    CLN_TRY(cln_cell_set_text(&cells[1], cln_span_of_string(item->name), err));
    CLN_TRY(cln_cell_set_text(&cells[2], cln_span_of_string(cln_fetch_outcome_name(result->outcome)), err));
    if (!arrived) return CLN_OK;
    cln_cell_set_integer(&cells[3], (int64_t)result->size_bytes);
    return cln_cell_set_text(&cells[4], cln_span_of_string(result->path), err);
}

/* What to do by hand stands in the message: the address, where the file goes,
 * and the command that reads it. */
static void tell_failure(fetch_job *job, const char *dataset, bool is_csv, const cln_fetch_item *item,
                         const cln_fetch_result *result) {
    cln_error message;
    const char *reason = result->reason.message;
    if (is_csv) {
        (void)snprintf(
            message.message, sizeof message.message,
            "%s of %s did not arrive: %.400s. Download %s by hand to %s and run 'colonnade ingest %s %s --as %s'",
            item->name, dataset, reason, result->url, result->path, dataset, result->path, item->name);
    } else {
        (void)snprintf(message.message, sizeof message.message, "%s did not arrive: %.400s. Download %s by hand to %s",
                       item->name, reason, result->url, result->path);
    }
    if (job->failed_count++ == 0) {
        job->first_failure = message;
    } else {
        cln_warning("%s", message.message);
    }
}

static cln_status fetch_item(fetch_job *job, const cln_fetch_target *target, const cln_fetch_item *item,
                             cln_fetch_result *result, cln_error *err) {
    char label[300];
    (void)snprintf(label, sizeof label, "fetch %s %s", target->dataset, item->name);
    cln_progress progress;
    cln_progress_init(&progress, label, 0, CLN_PROGRESS_BYTES);
    cln_fetch_target with_progress = *target;
    with_progress.progress = show_progress;
    with_progress.progress_context = &progress;
    const cln_status status = cln_fetch_run(item, &with_progress, result, err);
    cln_progress_finish(&progress);
    if (status != CLN_OK) return status;
    job->item_count++;
    return add_row(job, target->dataset, item, result, err);
}

/* A year that nobody has published is no failure when another year arrived,
 * so those are judged at the end. */
static cln_status fetch_plan(fetch_job *job, const cln_fetch_target *target, const cln_fetch_plan *plan,
                             cln_fetch_result *results, cln_error *err) {
    const bool is_csv = strcmp(target->extension, ".csv") == 0;
    bool any_year_arrived = false;
    for (size_t i = 0; i < plan->count; i++) {
        CLN_TRY(fetch_item(job, target, &plan->items[i], &results[i], err));
        any_year_arrived |= plan->items[i].year != 0 && results[i].outcome < CLN_FETCH_NOT_PUBLISHED;
    }
    for (size_t i = 0; i < plan->count; i++) {
        const cln_fetch_item *item = &plan->items[i];
        if (results[i].outcome < CLN_FETCH_NOT_PUBLISHED) continue;
        if (results[i].outcome == CLN_FETCH_NOT_PUBLISHED && item->year != 0 && any_year_arrived) {
            cln_note("%s of %s is not published: %s", item->name, target->dataset, results[i].reason.message);
        } else {
            tell_failure(job, target->dataset, is_csv, item, &results[i]);
        }
    }
    return CLN_OK;
}

static cln_status fetch_sources(fetch_job *job, const char *dataset, const char *extension,
                                const cln_config_source *sources, size_t source_count, cln_error *err) {
    cln_fetch_plan plan;
    cln_error reason;
    cln_status status =
        cln_fetch_plan_make(&plan, sources, source_count, job->years, job->year_count, job->current_year, &reason);
    if (status != CLN_OK) return cln_fail(err, status, "%s: %.900s", dataset, reason.message);
    cln_fetch_result *results = NULL;
    status = cln_new_array(&results, plan.count, sizeof *results, err);
    if (status == CLN_OK) {
        const cln_fetch_target target = {.staging_dir = job->cli->settings.staging_dir,
                                         .dataset = dataset,
                                         .date = job->date,
                                         .extension = extension,
                                         .size_limit_bytes = SIZE_LIMIT_BYTES};
        status = fetch_plan(job, &target, &plan, results, err);
        for (size_t i = 0; i < plan.count; i++) cln_fetch_result_clean_up(&results[i]);
    }
    free(results);
    cln_fetch_plan_clean_up(&plan);
    return status;
}

static cln_status fail_unknown_dataset(const cln_config *config, const char *name, cln_error *err) {
    const char *names[DATASETS_MOST];
    size_t count = 0;
    for (size_t i = 0; i < config->dataset_count && count < DATASETS_MOST; i++) {
        names[count++] = config->datasets[i].name;
    }
    const char *nearest = cln_nearest_name(name, names, count);
    return cln_fail(err, CLN_ERR_USAGE, "the configuration has no dataset '%s'%s%s%s", name,
                    nearest == NULL ? "" : "; did you mean '", nearest == NULL ? "" : nearest,
                    nearest == NULL ? "" : "'?");
}

/* All names are looked up before the first download begins. */
static cln_status fetch_named(fetch_job *job, cln_error *err) {
    const cln_cli *cli = job->cli;
    for (size_t i = 0; i < cli->argument_count; i++) {
        if (cln_config_find_dataset(&cli->config, cli->arguments[i]) == NULL) {
            return fail_unknown_dataset(&cli->config, cli->arguments[i], err);
        }
    }
    for (size_t i = 0; i < cli->argument_count; i++) {
        const cln_config_dataset *dataset = cln_config_find_dataset(&cli->config, cli->arguments[i]);
        CLN_TRY(fetch_sources(job, dataset->name, ".csv", dataset->sources, dataset->source_count, err));
    }
    return CLN_OK;
}

static cln_status fetch_all(fetch_job *job, cln_error *err) {
    const cln_config *config = &job->cli->config;
    for (size_t i = 0; i < config->dataset_count; i++) {
        const cln_config_dataset *dataset = &config->datasets[i];
        if (dataset->source_count == 0) continue;
        CLN_TRY(fetch_sources(job, dataset->name, ".csv", dataset->sources, dataset->source_count, err));
    }
    return CLN_OK;
}

static cln_status fetch_everything(fetch_job *job, cln_error *err) {
    const cln_cli *cli = job->cli;
    CLN_TRY(cli->argument_count > 0 ? fetch_named(job, err) : fetch_all(job, err));
    if (!cln_option_given(cli->options, "boundaries")) return CLN_OK;
    if (cli->config.boundaries.name == NULL) {
        return cln_fail(err, CLN_ERR_USAGE, "the configuration has no boundaries to fetch");
    }
    return fetch_sources(job, "boundaries", ".geojson", &cli->config.boundaries, 1, err);
}

static cln_status judge(const fetch_job *job, cln_error *err) {
    if (job->failed_count == 0) return CLN_OK;
    if (job->failed_count == 1) return cln_fail(err, CLN_ERR_IO, "%s", job->first_failure.message);
    return cln_fail(err, CLN_ERR_IO, "%zu of %zu files did not arrive; the first: %.900s", job->failed_count,
                    job->item_count, job->first_failure.message);
}

static cln_status fetch_local(const cln_cli *cli, cln_error *err) {
    static const char *const columns[] = {"dataset", "source", "outcome", "size_bytes", "path"};
    fetch_job job = {.cli = cli};
    CLN_TRY(read_options(&job, err));
    CLN_TRY(cln_table_init(&job.table, NULL, columns, sizeof columns / sizeof *columns, err));
    cln_status status = fetch_everything(&job, err);
    if (job.table.row_count > 0) {
        const cln_status printed = cln_cli_print(cli, &job.table, status == CLN_OK ? err : NULL);
        if (status == CLN_OK) status = printed;
    }
    if (status == CLN_OK) status = judge(&job, err);
    cln_table_clean_up(&job.table);
    return status;
}

cln_status cln_command_fetch(cln_cli *cli, cln_error *err) {
    return cln_agree(&cli->comm, cli->comm.rank == 0 ? fetch_local(cli, err) : CLN_OK, err);
}
