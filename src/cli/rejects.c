/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * colonnade rejects: rank 0 reads the rejects of the published partitions,
 * then those of ingests that did not pass; the other ranks wait for its
 * status.
 */
#include "colonnade/base/file.h"
#include "colonnade/base/folder.h"
#include "colonnade/base/memory.h"
#include "colonnade/store/dataset.h"
#include "colonnade/store/dataset_paths.h"
#include "reject_list.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

static const cln_comm alone = {.mpi = MPI_COMM_SELF, .rank = 0, .size = 1};

enum { RECORD, OFFSET, SIZE, COLUMN, REASON, RAW, COLUMN_COUNT };

static const char *const column_names[COLUMN_COUNT] = {"record", "offset", "size_bytes", "column", "reason", "raw"};

/* What is asked for, and what was found of it. */
typedef struct reject_job {
    const cln_cli *cli;
    const char *dataset;
    const char *wanted; /* partition; NULL: all */
    cln_reject_list list;
    size_t found_count;
} reject_job;

static cln_span value_text(const cln_batch_source *source, const cln_batch *batch, size_t column, size_t row) {
    const cln_vector *vector = &batch->vectors[column];
    if (!batch->recorded[column]) return (cln_span){0};
    if (vector->type == CLN_TYPE_TEXT) return cln_vector_text(vector, row);
    if (vector->type != CLN_TYPE_CATEGORY || vector->codes[row] == CLN_NULL_CODE) return (cln_span){0};
    return cln_dictionary_text(source->columns[column].dictionary, (size_t)vector->codes[row]);
}

static int64_t value_integer(const cln_batch *batch, size_t column, size_t row) {
    const cln_vector *vector = &batch->vectors[column];
    if (!batch->recorded[column] || vector->type != CLN_TYPE_INTEGER) return CLN_NULL_INTEGER;
    return vector->integers[row];
}

static cln_status list_batches(reject_job *job, cln_batch_source *source, cln_error *err) {
    for (;;) {
        cln_batch batch;
        CLN_TRY(source->get_next(source, &batch, err));
        if (batch.rows == 0) return CLN_OK;
        for (size_t row = 0; row < batch.rows; row++) {
            const cln_reject_entry entry = {.record = value_integer(&batch, RECORD, row),
                                            .offset = value_integer(&batch, OFFSET, row),
                                            .size_bytes = value_integer(&batch, SIZE, row),
                                            .column = value_text(source, &batch, COLUMN, row),
                                            .reason = value_text(source, &batch, REASON, row),
                                            .raw = value_text(source, &batch, RAW, row)};
            CLN_TRY(cln_reject_list_add(&job->list, &entry, err));
        }
    }
}

static cln_status list_partition(reject_job *job, cln_dataset *dataset, size_t partition,
                                 const cln_reject_section *section, cln_error *err) {
    cln_batch_source *source;
    CLN_TRY(cln_dataset_scan(dataset, "rejects", (int)partition, column_names, COLUMN_COUNT, &source, err));
    cln_reject_list_begin(&job->list, section);
    job->found_count++;
    const cln_status status = list_batches(job, source, err);
    source->release(source);
    return status;
}

static bool is_wanted(const reject_job *job, const char *id) {
    return job->wanted == NULL || strcmp(job->wanted, id) == 0;
}

static cln_status list_published(reject_job *job, cln_error *err) {
    const char *store_dir = job->cli->settings.store_dir;
    cln_manifest found;
    bool exists = false;
    CLN_TRY(cln_manifest_read(&found, store_dir, job->dataset, &exists, err));
    cln_manifest_clean_up(&found);
    if (!exists) return CLN_OK;
    cln_dataset *dataset;
    CLN_TRY(cln_dataset_open(&dataset, &alone, store_dir, job->dataset, err));
    const cln_manifest *manifest = cln_dataset_manifest(dataset);
    cln_status status = CLN_OK;
    for (size_t i = 0; status == CLN_OK && i < manifest->partition_count; i++) {
        const cln_partition_info *info = &manifest->partitions[i];
        if (!is_wanted(job, info->id)) continue;
        const cln_reject_section section = {.dataset = job->dataset,
                                            .partition = info->id,
                                            .origin = info->origin,
                                            .is_published = true,
                                            .is_sample = info->is_sample};
        status = list_partition(job, dataset, i, &section, err);
    }
    cln_dataset_close(dataset);
    return status;
}

/* The address that a file came from, else its name; so does ingest name the
 * origins of published files. */
static const char *origin_of(const cJSON *provenance) {
    const cJSON *source = cJSON_GetObjectItemCaseSensitive(provenance, "source");
    const cJSON *url = cJSON_GetObjectItemCaseSensitive(source, "url");
    const cJSON *name = cJSON_GetObjectItemCaseSensitive(provenance, "file_name");
    if (cJSON_IsString(url)) return url->valuestring;
    return cJSON_IsString(name) ? name->valuestring : "";
}

/* No master names the file: where it came from stands in it. */
static cln_status list_open_file(reject_job *job, cln_dataset *dataset, const char *id, cln_error *err) {
    const char *text = cln_dataset_attribute(dataset, 0, "provenance");
    cJSON *provenance = text == NULL ? NULL : cJSON_Parse(text);
    const cln_reject_section section = {.dataset = job->dataset,
                                        .partition = id,
                                        .origin = origin_of(provenance),
                                        .is_published = false,
                                        .is_sample =
                                            cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(provenance, "sample"))};
    const cln_status status = list_partition(job, dataset, 0, &section, err);
    cJSON_Delete(provenance);
    return status;
}

static cln_status list_file(reject_job *job, const char *folder, const char *name, cln_error *err) {
    char *id = NULL;
    char *path = NULL;
    cln_status status = cln_copy_span(&id, cln_span_of(name, strlen(name) - strlen(CLN_PARTITION_SUFFIX)), err);
    if (status == CLN_OK && is_wanted(job, id)) {
        cln_dataset *dataset = NULL;
        status = cln_path_join(&path, folder, name, err);
        if (status == CLN_OK) status = cln_dataset_open_file(&dataset, &alone, path, err);
        if (status == CLN_OK) {
            status = list_open_file(job, dataset, id, err);
            cln_dataset_close(dataset);
        }
    }
    free(path);
    free(id);
    return status;
}

static cln_status list_unpublished(reject_job *job, cln_error *err) {
    char *folder = NULL;
    CLN_TRY(cln_dataset_path(&folder, job->cli->settings.store_dir, job->dataset, CLN_UNPUBLISHED_DIR, err));
    cln_folder_list names;
    cln_status status = cln_folder_read(&names, folder, CLN_PARTITION_SUFFIX, err);
    for (size_t i = 0; status == CLN_OK && i < names.count; i++) {
        status = list_file(job, folder, names.names[i], err);
    }
    cln_folder_clean_up(&names);
    free(folder);
    return status;
}

static cln_status list_all(reject_job *job, cln_error *err) {
    CLN_TRY(list_published(job, err));
    CLN_TRY(list_unpublished(job, err));
    if (job->found_count > 0) return CLN_OK;
    const char *store_dir = job->cli->settings.store_dir;
    if (job->wanted == NULL) {
        return cln_fail(err, CLN_ERR_USAGE, "the store '%s' has no dataset '%s'; 'colonnade info' lists what it has",
                        store_dir, job->dataset);
    }
    return cln_fail(err, CLN_ERR_USAGE,
                    "the dataset '%s' in the store '%s' has no partition '%s'; 'colonnade info %s' lists them",
                    job->dataset, store_dir, job->wanted, job->dataset);
}

static cln_status rejects_local(const cln_cli *cli, cln_error *err) {
    reject_job job = {
        .cli = cli, .dataset = cli->arguments[0], .wanted = cli->argument_count > 1 ? cli->arguments[1] : NULL};
    if (!cln_path_is_safe_name(job.dataset)) {
        return cln_fail(err, CLN_ERR_USAGE, "'%s' cannot be the name of a dataset", job.dataset);
    }
    CLN_TRY(cln_reject_list_open(&job.list, cli, err));
    const cln_status status = list_all(&job, err);
    if (status == CLN_OK) return cln_reject_list_finish(&job.list, err);
    cln_reject_list_abandon(&job.list);
    return status;
}

cln_status cln_command_rejects(cln_cli *cli, cln_error *err) {
    return cln_agree(&cli->comm, cli->comm.rank == 0 ? rejects_local(cli, err) : CLN_OK, err);
}
