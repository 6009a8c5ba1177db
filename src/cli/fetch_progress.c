/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fetch_progress.h"

#include "colonnade/base/clock.h"
#include "colonnade/base/log.h"
#include "colonnade/base/memory.h"
#include "colonnade/par/progress.h"

#include <stdio.h>
#include <stdlib.h>

static const double seconds_between_lines = 0.25;

/* Each file that comes is shown that long before the next. */
static const double seconds_for_file = 2;

typedef struct file_progress {
    cln_progress progress;
    uint64_t received_bytes;
    bool is_begun;
    bool is_ended;
} file_progress;

struct cln_fetch_progress {
    file_progress *files;
    const char *const *names;
    size_t count;
    size_t ended_count;
    size_t shown; /* file */
    double shown_since_seconds;
    double line_seconds; /* of the last line */
    double started_seconds;
};

cln_status cln_fetch_progress_new(cln_fetch_progress **progress, const char *const *names, size_t count,
                                  cln_error *err) {
    *progress = NULL;
    cln_fetch_progress *made = NULL;
    CLN_TRY(cln_new_array(&made, 1, sizeof *made, err));
    const cln_status status = cln_new_array(&made->files, count, sizeof *made->files, err);
    if (status != CLN_OK) {
        free(made);
        return status;
    }
    made->names = names;
    made->count = count;
    made->started_seconds = cln_clock_seconds();
    *progress = made;
    return CLN_OK;
}

void cln_fetch_progress_free(cln_fetch_progress *progress) {
    if (progress == NULL) return;
    cln_log_status(NULL);
    free(progress->files);
    free(progress);
}

/* The total is known when that of every file is. */
static void format_sum(const cln_fetch_progress *p, double now, char *text, size_t text_bytes) {
    char label[64];
    (void)snprintf(label, sizeof label, "fetch %zu/%zu", p->ended_count, p->count);
    cln_progress sum = {.label = label, .unit = CLN_PROGRESS_BYTES};
    uint64_t received = 0;
    bool is_known = true;
    for (size_t i = 0; i < p->count; i++) {
        const file_progress *file = &p->files[i];
        received += file->received_bytes;
        sum.before += file->progress.before;
        sum.total += file->progress.total;
        is_known = is_known && (file->is_ended || file->progress.total > 0);
    }
    if (!is_known) sum.total = 0;
    cln_progress_format(&sum, received, now - p->started_seconds, text, text_bytes);
}

static bool is_coming(const file_progress *file) {
    return file->is_begun && !file->is_ended;
}

static void choose_file(cln_fetch_progress *p, double now) {
    if (is_coming(&p->files[p->shown]) && now - p->shown_since_seconds < seconds_for_file) return;
    for (size_t i = 1; i <= p->count; i++) {
        const size_t next = (p->shown + i) % p->count;
        if (!is_coming(&p->files[next])) continue;
        p->shown = next;
        p->shown_since_seconds = now;
        return;
    }
}

static void show(cln_fetch_progress *p) {
    const double now = cln_clock_seconds();
    if (!cln_log_is_interactive() || now - p->line_seconds < seconds_between_lines) return;
    p->line_seconds = now;
    choose_file(p, now);
    char sum[128];
    char one[256] = "";
    char line[400];
    format_sum(p, now, sum, sizeof sum);
    const file_progress *file = &p->files[p->shown];
    if (is_coming(file)) {
        cln_progress_format(&file->progress, file->received_bytes, now - file->progress.started_seconds, one,
                            sizeof one);
    }
    (void)snprintf(line, sizeof line, "%s%s%s", sum, one[0] == '\0' ? "" : " | ", one);
    cln_log_status(line);
}

void cln_fetch_progress_advance(void *progress, size_t file, uint64_t received_bytes, uint64_t total_bytes) {
    cln_fetch_progress *p = progress;
    file_progress *f = &p->files[file];
    if (!f->is_begun) {
        cln_progress_init(&f->progress, p->names[file], 0, CLN_PROGRESS_BYTES);
        f->progress.before = received_bytes; /* what an earlier run left, and the first piece */
        f->progress.is_brief = true;
        f->is_begun = true;
    }
    f->progress.total = total_bytes;
    f->received_bytes = received_bytes;
    show(p);
}

void cln_fetch_progress_end(void *progress, size_t file) {
    cln_fetch_progress *p = progress;
    p->files[file].is_ended = true;
    p->ended_count++;
    show(p);
}
