/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/net/fetch.h"

#include "colonnade/base/cleanup.h"
#include "colonnade/base/file.h"
#include "colonnade/base/memory.h"
#include "sidecar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

const char *cln_fetch_outcome_name(cln_fetch_outcome outcome) {
    static const char *const names[] = {"new", "unchanged", "changed", "not published", "failed"};
    return names[outcome];
}

void cln_fetch_result_clean_up(cln_fetch_result *result) {
    free(result->path);
    result->path = NULL;
}

/* The paths of one item while it is fetched. */
typedef struct place {
    char *folder;
    char *temporary_path;
    char *newest_path; /* of the versions of the day; NULL: none */
    char *next_path;
} place;

static void clean_up_place(place *p) {
    free(p->folder);
    free(p->temporary_path);
    free(p->newest_path);
    free(p->next_path);
    *p = (place){0};
}

static cln_status find_versions(place *p, const cln_fetch_item *item, const cln_fetch_target *target, cln_error *err) {
    CLN_TRY(cln_format_string(&p->next_path, err, "%s/%s%s", p->folder, item->name, target->extension));
    for (int version = 2; cln_file_exists(p->next_path); version++) {
        free(p->newest_path);
        p->newest_path = p->next_path;
        p->next_path = NULL;
        CLN_TRY(cln_format_string(&p->next_path, err, "%s/%s.%d%s", p->folder, item->name, version, target->extension));
    }
    return CLN_OK;
}

static cln_status find_place(place *p, const cln_fetch_item *item, const cln_fetch_target *target, cln_error *err) {
    if (!cln_path_is_safe_name(item->name) || !cln_path_is_safe_name(target->dataset)) {
        return cln_fail(err, CLN_ERR_USAGE,
                        "the source '%s' of '%s' cannot name a file; rename it in the configuration", item->name,
                        target->dataset);
    }
    CLN_TRY(cln_format_string(&p->folder, err, "%s/%s/%s", target->staging_dir, target->dataset, target->date));
    CLN_TRY(cln_file_make_dirs(p->folder, err));
    CLN_TRY(cln_format_string(&p->temporary_path, err, "%s/.%s%s.tmp-%ld", p->folder, item->name, target->extension,
                              (long)getpid()));
    return find_versions(p, item, target, err);
}

static bool has_prefix(const char *text, size_t size, const char *prefix) {
    const size_t prefix_size = strlen(prefix);
    return size >= prefix_size && strncasecmp(text, prefix, prefix_size) == 0;
}

/* Servers answer with a page or an error object, and status 200, where the
 * file is not. */
static cln_status refuse_page(const cln_download_result *download, const char *url, bool is_csv, cln_error *err) {
    const char *type = download->content_type == NULL ? "" : download->content_type;
    const char *head = download->head;
    size_t size = download->head_size;
    if (has_prefix(head, size, "\xef\xbb\xbf")) {
        head += 3;
        size -= 3;
    }
    while (size > 0 && strchr(" \t\r\n", *head) != NULL && *head != '\0') {
        head++;
        size--;
    }
    if (has_prefix(type, strlen(type), "text/html") || has_prefix(head, size, "<!doctype") ||
        has_prefix(head, size, "<html") || has_prefix(head, size, "<?xml")) {
        return cln_fail(err, CLN_ERR_IO, "%s answers with a web page, not with the file", url);
    }
    if (is_csv && (has_prefix(type, strlen(type), "application/json") || has_prefix(head, size, "{\"error\"") ||
                   has_prefix(head, size, "{\"status\""))) {
        return cln_fail(err, CLN_ERR_IO, "%s answers with a message (%.*s), not with a CSV file", url,
                        (int)(size < 80 ? size : 80), head);
    }
    if (download->size_bytes == 0) return cln_fail(err, CLN_ERR_IO, "%s answers with an empty file", url);
    return CLN_OK;
}

/* The sidecar comes first: a file without one would lose its origin. */
static cln_status publish(const place *p, const char *url, const cln_fetch_item *item,
                          const cln_download_result *download, cln_fetch_result *result, cln_error *err) {
    if (p->newest_path != NULL) {
        char known[CLN_SHA256_TEXT_BYTES];
        CLN_TRY(cln_sha256_file(p->newest_path, known, err));
        if (strcmp(known, download->sha256) == 0) {
            result->outcome = CLN_FETCH_UNCHANGED;
            if (unlink(p->temporary_path) != 0) return cln_fail_errno(err, "cannot remove %s", p->temporary_path);
            return cln_copy_string(&result->path, p->newest_path, err);
        }
    }
    CLN_TRY(cln_sidecar_write(p->next_path, url, item, download, err));
    if (rename(p->temporary_path, p->next_path) != 0) return cln_fail_errno(err, "cannot create %s", p->next_path);
    result->outcome = p->newest_path == NULL ? CLN_FETCH_NEW : CLN_FETCH_CHANGED;
    CLN_TRY(cln_copy_string(&result->path, p->next_path, err));
    return cln_file_sync_dir(p->folder, err);
}

/* One address. *arrived tells whether the file is in its place; if not, and
 * the status is CLN_OK, reason says why and *missing whether the address has
 * no such file. */
static cln_status try_url(const place *p, const cln_fetch_item *item, size_t address, const cln_fetch_target *target,
                          cln_fetch_result *result, bool *arrived, bool *missing, cln_error *err) {
    const char *url = item->urls[address];
    cln_download_result download;
    const cln_download_request request = {.url = url,
                                          .path = p->temporary_path,
                                          .size_limit_bytes = target->size_limit_bytes,
                                          .progress = target->progress,
                                          .progress_context = target->progress_context};
    cln_error reason = {0};
    CLN_TRY(cln_cleanup_register_path(p->temporary_path, err));
    cln_status status = cln_download(&request, &download, &reason);
    if (status == CLN_OK) {
        status = refuse_page(&download, url, strcmp(target->extension, ".csv") == 0, &reason);
        if (status != CLN_OK) (void)unlink(p->temporary_path);
    }
    *missing = download.is_missing;
    *arrived = status == CLN_OK;
    if (*arrived) {
        result->url = url;
        result->size_bytes = download.size_bytes;
        status = publish(p, url, item, &download, result, err);
        if (status != CLN_OK) (void)unlink(p->temporary_path);
    } else {
        const size_t used = strlen(result->reason.message);
        (void)snprintf(result->reason.message + used, sizeof result->reason.message - used, "%s%s",
                       used == 0 ? "" : "; ", reason.message);
        status = CLN_OK;
    }
    cln_cleanup_unregister_path(p->temporary_path);
    cln_download_result_clean_up(&download);
    return status;
}

static cln_status try_all(const place *p, const cln_fetch_item *item, const cln_fetch_target *target,
                          cln_fetch_result *result, cln_error *err) {
    bool all_missing = true;
    for (size_t i = 0; i < item->url_count; i++) {
        bool arrived = false;
        bool missing = false;
        CLN_TRY(try_url(p, item, i, target, result, &arrived, &missing, err));
        if (arrived) return CLN_OK;
        all_missing = all_missing && missing;
    }
    result->outcome = all_missing ? CLN_FETCH_NOT_PUBLISHED : CLN_FETCH_FAILED;
    return cln_copy_string(&result->path, p->next_path, err);
}

cln_status cln_fetch_run(const cln_fetch_item *item, const cln_fetch_target *target, cln_fetch_result *result,
                         cln_error *err) {
    *result = (cln_fetch_result){.outcome = CLN_FETCH_FAILED, .url = item->url_count == 0 ? "" : item->urls[0]};
    place p = {0};
    cln_status status = find_place(&p, item, target, err);
    if (status == CLN_OK) status = try_all(&p, item, target, result, err);
    clean_up_place(&p);
    return status;
}
