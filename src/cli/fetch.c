/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * colonnade fetch: rank 0 downloads, several files at a time; the other ranks
 * wait for its status.
 */
#include "colonnade/net/fetch.h"
#include "colonnade/base/clock.h"
#include "colonnade/base/log.h"
#include "colonnade/base/memory.h"
#include "colonnade/cli/cli.h"
#include "colonnade/config/nearest.h"
#include "colonnade/net/s3.h"
#include "colonnade/net/staging.h"
#include "fetch_progress.h"
#include "fetch_to.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BOUNDARIES "boundaries"

enum { YEARS_MOST = 64, DATASETS_MOST = 64 };

/* The files of one dataset, or the boundaries, and where they stand among all. */
typedef struct fetch_part {
    const char *dataset;
    const char *extension;
    cln_fetch_plan plan;
    size_t first_job;
} fetch_part;

typedef struct fetch_command {
    const cln_cli *cli;
    char date[32];
    int current_year;
    int years[YEARS_MOST];
    size_t year_count;
    fetch_part *parts;
    size_t part_count;
    size_t part_capacity;
    cln_fetch_job *jobs; /* these three have one for each file */
    cln_fetch_result *results;
    const char **names;
    size_t job_count;
    cln_table table;
    size_t failed_count;
    cln_error first_failure;
} fetch_command;

static cln_status parse_years(fetch_command *f, cln_error *err) {
    const char *text = cln_option(f->cli->options, "year");
    while (text != NULL && *text != '\0') {
        const size_t size = strcspn(text, ",");
        if (size != 4 || strspn(text, "0123456789") < 4) {
            return cln_fail(err, CLN_ERR_USAGE, "--year: '%.*s' is no year; write --year 2024 or --year 2023,2024",
                            (int)size, text);
        }
        if (f->year_count == YEARS_MOST) return cln_fail(err, CLN_ERR_USAGE, "--year: %d at the most", YEARS_MOST);
        f->years[f->year_count++] = atoi(text);
        text += size + (text[size] == ',');
    }
    return CLN_OK;
}

static cln_status read_options(fetch_command *f, cln_error *err) {
    char today[32];
    if (cln_option_given(f->cli->options, "create") && !cln_option_given(f->cli->options, "to")) {
        return cln_fail(err, CLN_ERR_USAGE, "--create needs --to s3://BUCKET/PREFIX");
    }
    cln_clock_local_date(today);
    f->current_year = atoi(today);
    const char *date = cln_option(f->cli->options, "date");
    if (date == NULL) date = today;
    CLN_TRY(cln_staging_check_date(date, err));
    (void)snprintf(f->date, sizeof f->date, "%s", date);
    return parse_years(f, err);
}

/* ---- What to fetch ---- */

static cln_status add_part(fetch_command *f, const char *dataset, const char *extension,
                           const cln_config_source *sources, size_t source_count, cln_error *err) {
    CLN_TRY(cln_grow_array(&f->parts, &f->part_capacity, f->part_count + 1, sizeof *f->parts, err));
    fetch_part *part = &f->parts[f->part_count];
    *part = (fetch_part){.dataset = dataset, .extension = extension, .first_job = f->job_count};
    cln_error reason;
    const cln_status status =
        cln_fetch_plan_make(&part->plan, sources, source_count, f->years, f->year_count, f->current_year, &reason);
    if (status != CLN_OK) return cln_fail(err, status, "%s: %.900s", dataset, reason.message);
    f->part_count++;
    f->job_count += part->plan.count;
    return CLN_OK;
}

static cln_status add_dataset(fetch_command *f, const cln_config_dataset *dataset, cln_error *err) {
    return add_part(f, dataset->name, ".csv", dataset->sources, dataset->source_count, err);
}

static cln_status add_boundaries(fetch_command *f, cln_error *err) {
    const cln_config *config = &f->cli->config;
    if (config->boundaries.name == NULL) {
        return cln_fail(err, CLN_ERR_USAGE, "the configuration has no boundaries to fetch");
    }
    for (size_t i = 0; i < f->part_count; i++) {
        if (strcmp(f->parts[i].dataset, BOUNDARIES) == 0) return CLN_OK;
    }
    return add_part(f, BOUNDARIES, ".geojson", &config->boundaries, 1, err);
}

static cln_status fail_unknown_dataset(const cln_config *config, const char *name, cln_error *err) {
    const char *names[DATASETS_MOST];
    size_t count = 0;
    names[count++] = BOUNDARIES;
    for (size_t i = 0; i < config->dataset_count && count < DATASETS_MOST; i++) {
        names[count++] = config->datasets[i].name;
    }
    const char *nearest = cln_nearest_name(name, names, count);
    return cln_fail(err, CLN_ERR_USAGE, "the configuration has no dataset '%s'%s%s%s", name,
                    nearest == NULL ? "" : "; did you mean '", nearest == NULL ? "" : nearest,
                    nearest == NULL ? "" : "'?");
}

/* A dataset that is named twice is fetched once. */
static bool is_repeated(const cln_cli *cli, size_t argument) {
    for (size_t i = 0; i < argument; i++) {
        if (strcmp(cli->arguments[i], cli->arguments[argument]) == 0) return true;
    }
    return false;
}

static cln_status add_named(fetch_command *f, cln_error *err) {
    const cln_cli *cli = f->cli;
    for (size_t i = 0; i < cli->argument_count; i++) {
        if (is_repeated(cli, i)) continue;
        if (strcmp(cli->arguments[i], BOUNDARIES) == 0) {
            CLN_TRY(add_boundaries(f, err));
            continue;
        }
        const cln_config_dataset *dataset = cln_config_find_dataset(&cli->config, cli->arguments[i]);
        if (dataset == NULL) return fail_unknown_dataset(&cli->config, cli->arguments[i], err);
        CLN_TRY(add_dataset(f, dataset, err));
    }
    return CLN_OK;
}

static cln_status add_all(fetch_command *f, cln_error *err) {
    const cln_config *config = &f->cli->config;
    for (size_t i = 0; i < config->dataset_count; i++) {
        if (config->datasets[i].source_count > 0) CLN_TRY(add_dataset(f, &config->datasets[i], err));
    }
    return CLN_OK;
}

static cln_status make_jobs(fetch_command *f, cln_error *err) {
    CLN_TRY(f->cli->argument_count > 0 ? add_named(f, err) : add_all(f, err));
    if (cln_option_given(f->cli->options, "boundaries")) CLN_TRY(add_boundaries(f, err));
    CLN_TRY(cln_new_array(&f->jobs, f->job_count, sizeof *f->jobs, err));
    CLN_TRY(cln_new_array(&f->results, f->job_count, sizeof *f->results, err));
    CLN_TRY(cln_new_array(&f->names, f->job_count, sizeof *f->names, err));
    for (size_t i = 0; i < f->part_count; i++) {
        const fetch_part *part = &f->parts[i];
        for (size_t j = 0; j < part->plan.count; j++) {
            f->jobs[part->first_job + j] = (cln_fetch_job){&part->plan.items[j], part->dataset, part->extension};
            f->names[part->first_job + j] = part->plan.items[j].name;
        }
    }
    return CLN_OK;
}

/* ---- Fetching ---- */

static cln_download_limits limits_of(const cln_config_fetch *config) {
    return (cln_download_limits){.connections_most = (size_t)config->connections,
                                 .part_bytes = config->part_bytes,
                                 .size_limit_bytes = config->size_limit_bytes,
                                 .retry = {.retries_most = (unsigned)config->retries,
                                           .base_seconds = config->backoff_seconds,
                                           .delay_most_seconds = config->backoff_limit_seconds,
                                           .retry_after_most_seconds = config->retry_after_limit_seconds},
                                 .timeouts = {.connect_seconds = config->connect_timeout_seconds,
                                              .stall_seconds = config->stall_timeout_seconds,
                                              .total_seconds = config->transfer_timeout_seconds},
                                 .export_wait_seconds = config->export_wait_seconds,
                                 .poll_seconds = config->export_poll_seconds};
}

/* NULL when no source is an object. */
static cln_status open_buckets(const fetch_command *f, cln_s3 **s3, cln_error *err) {
    *s3 = NULL;
    for (size_t i = 0; i < f->job_count; i++) {
        for (size_t j = 0; j < f->jobs[i].item->url_count; j++) {
            if (cln_s3_is_address(f->jobs[i].item->urls[j])) return cln_s3_new(s3, &f->cli->config.s3, err);
        }
    }
    return CLN_OK;
}

static cln_status run_jobs(fetch_command *f, cln_error *err) {
    const cln_config *config = &f->cli->config;
    cln_s3 *s3;
    CLN_TRY(open_buckets(f, &s3, err));
    cln_fetch_progress *progress;
    cln_status status = cln_fetch_progress_new(&progress, f->names, f->job_count, err);
    if (status != CLN_OK) {
        cln_s3_free(s3);
        return status;
    }
    const cln_fetch_settings settings = {.staging_dir = f->cli->settings.staging_dir,
                                         .date = f->date,
                                         .files_most = (size_t)config->fetch.files,
                                         .limits = limits_of(&config->fetch),
                                         .s3 = s3,
                                         .progress = cln_fetch_progress_advance,
                                         .ended = cln_fetch_progress_end,
                                         .context = progress};
    status = cln_fetch_run(f->jobs, f->job_count, &settings, f->results, err);
    cln_fetch_progress_free(progress);
    cln_s3_free(s3);
    return status;
}

static cln_status run_jobs_to_bucket(fetch_command *f, cln_error *err) {
    const cln_download_limits limits = limits_of(&f->cli->config.fetch);
    return cln_fetch_to_bucket(f->cli, f->date, &limits, f->jobs, f->names, f->job_count, f->results, err);
}

/* ---- Telling ---- */

static bool has_arrived(const cln_fetch_result *result) {
    return result->outcome < CLN_FETCH_NOT_PUBLISHED;
}

static cln_status add_row(fetch_command *f, const cln_fetch_job *job, const cln_fetch_result *result, cln_error *err) {
    cln_cell *cells;
    CLN_TRY(cln_table_add_row(&f->table, &cells, err));
    CLN_TRY(cln_cell_set_text(&cells[0], cln_span_of_string(job->dataset), err));
    CLN_TRY(cln_cell_set_text(&cells[1], cln_span_of_string(job->item->name), err));
    CLN_TRY(cln_cell_set_text(&cells[2], cln_span_of_string(cln_fetch_outcome_name(result->outcome)), err));
    cln_cell_set_integer(&cells[4], (int64_t)result->transferred_bytes);
    if (!has_arrived(result)) return CLN_OK;
    cln_cell_set_integer(&cells[3], (int64_t)result->size_bytes);
    return cln_cell_set_text(&cells[5], cln_span_of_string(result->path), err);
}

/* What to do by hand stands in the message: the address, where the file goes,
 * and the command that reads it. */
static void tell_failure(fetch_command *f, const cln_fetch_job *job, const cln_fetch_result *result) {
    cln_error message;
    const char *name = job->item->name;
    const char *reason = result->reason.message;
    if (cln_option_given(f->cli->options, "to")) {
        (void)snprintf(message.message, sizeof message.message,
                       "%s of %s did not arrive: %.400s. Run the same command again: it goes on from the parts that "
                       "are there; --abort gives them up",
                       name, job->dataset, reason);
    } else if (strcmp(job->extension, ".csv") == 0) {
        (void)snprintf(
            message.message, sizeof message.message,
            "%s of %s did not arrive: %.400s. Download %s by hand to %s and run 'colonnade ingest %s %s --as %s'", name,
            job->dataset, reason, result->url, result->path, job->dataset, result->path, name);
    } else {
        (void)snprintf(message.message, sizeof message.message, "%s did not arrive: %.400s. Download %s by hand to %s",
                       name, reason, result->url, result->path);
    }
    if (f->failed_count++ == 0) {
        f->first_failure = message;
    } else {
        cln_warning("%s", message.message);
    }
}

/* A year that nobody has published is no failure when another year arrived. */
static void tell_part(fetch_command *f, const fetch_part *part) {
    const cln_fetch_job *jobs = f->jobs + part->first_job;
    const cln_fetch_result *results = f->results + part->first_job;
    bool any_year_arrived = false;
    for (size_t i = 0; i < part->plan.count; i++) {
        any_year_arrived |= jobs[i].item->year != 0 && has_arrived(&results[i]);
    }
    for (size_t i = 0; i < part->plan.count; i++) {
        if (has_arrived(&results[i])) continue;
        if (results[i].outcome == CLN_FETCH_NOT_PUBLISHED && jobs[i].item->year != 0 && any_year_arrived) {
            cln_note("%s of %s is not published: %s", jobs[i].item->name, part->dataset, results[i].reason.message);
        } else {
            tell_failure(f, &jobs[i], &results[i]);
        }
    }
}

static cln_status judge(const fetch_command *f, cln_error *err) {
    if (f->failed_count == 0) return CLN_OK;
    if (f->failed_count == 1) return cln_fail(err, CLN_ERR_IO, "%s", f->first_failure.message);
    return cln_fail(err, CLN_ERR_IO, "%zu of %zu files did not arrive; the first: %.900s", f->failed_count,
                    f->job_count, f->first_failure.message);
}

static cln_status tell(fetch_command *f, cln_error *err) {
    static const char *const columns[] = {"dataset", "source", "outcome", "size_bytes", "transferred_bytes", "path"};
    CLN_TRY(cln_table_init(&f->table, NULL, columns, sizeof columns / sizeof *columns, err));
    for (size_t i = 0; i < f->job_count; i++) CLN_TRY(add_row(f, &f->jobs[i], &f->results[i], err));
    for (size_t i = 0; i < f->part_count; i++) tell_part(f, &f->parts[i]);
    if (f->job_count > 0) CLN_TRY(cln_cli_print(f->cli, &f->table, err));
    return judge(f, err);
}

static void clean_up(fetch_command *f) {
    cln_table_clean_up(&f->table);
    for (size_t i = 0; f->results != NULL && i < f->job_count; i++) cln_fetch_result_clean_up(&f->results[i]);
    for (size_t i = 0; i < f->part_count; i++) cln_fetch_plan_clean_up(&f->parts[i].plan);
    free(f->parts);
    free(f->jobs);
    free(f->results);
    free(f->names);
}

static cln_status fetch_local(const cln_cli *cli, cln_error *err) {
    fetch_command f = {.cli = cli};
    cln_status status = read_options(&f, err);
    if (status == CLN_OK) status = make_jobs(&f, err);
    if (status == CLN_OK && cln_option_given(cli->options, "abort")) {
        status = cln_fetch_abort(cli, f.jobs, f.job_count, err);
    } else if (status == CLN_OK) {
        status = cln_option_given(cli->options, "to") ? run_jobs_to_bucket(&f, err) : run_jobs(&f, err);
        if (status == CLN_OK) status = tell(&f, err);
    }
    clean_up(&f);
    return status;
}

cln_status cln_command_fetch(cln_cli *cli, cln_error *err) {
    return cln_agree(&cli->comm, cli->comm.rank == 0 ? fetch_local(cli, err) : CLN_OK, err);
}
