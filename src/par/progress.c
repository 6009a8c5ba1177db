/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/par/progress.h"

#include "colonnade/base/clock.h"
#include "colonnade/base/log.h"

#include <stdio.h>
#include <string.h>

enum { LINE_MAX_BYTES = 256 };

static const double seconds_between_lines = 0.25;

/* Before this, a rate says nothing. */
static const double seconds_before_rate = 0.5;

void cln_progress_init(cln_progress *progress, const char *label, uint64_t total, cln_progress_unit unit) {
    const double now = cln_clock_seconds();
    *progress =
        (cln_progress){.label = label, .total = total, .unit = unit, .started_seconds = now, .shown_seconds = now};
}

void cln_progress_advance(cln_progress *progress, uint64_t done) {
    if (!cln_log_is_interactive()) return;
    const double now = cln_clock_seconds();
    if (now - progress->shown_seconds < seconds_between_lines) return;
    progress->shown_seconds = now;
    char line[LINE_MAX_BYTES];
    cln_progress_format(progress, done, now - progress->started_seconds, line, sizeof line);
    cln_log_status(line);
}

void cln_progress_finish(cln_progress *progress) {
    progress->label = NULL;
    cln_log_status(NULL);
}

/* "1.2 GB", "310 MB", "17 kB"; items as "12000". */
static void format_amount(double amount, cln_progress_unit unit, char *text, size_t text_bytes) {
    static const char *const names[] = {"B", "kB", "MB", "GB", "TB", "PB"};
    if (unit == CLN_PROGRESS_ITEMS) {
        (void)snprintf(text, text_bytes, "%.0f", amount);
        return;
    }
    size_t power = 0;
    while (amount >= 999.5 && power + 1 < sizeof names / sizeof names[0]) {
        amount /= 1000;
        power++;
    }
    (void)snprintf(text, text_bytes, "%.*f %s", power > 0 && amount < 9.95 ? 1 : 0, amount, names[power]);
}

static void format_duration(double seconds, char *text, size_t text_bytes) {
    if (seconds < 99.5) {
        (void)snprintf(text, text_bytes, "%.0f s", seconds);
    } else if (seconds < 99.5 * 60) {
        (void)snprintf(text, text_bytes, "%.0f min", seconds / 60);
    } else {
        (void)snprintf(text, text_bytes, "%.0f h", seconds / 3600);
    }
}

void cln_progress_format(const cln_progress *progress, uint64_t done, double elapsed_seconds, char *text,
                         size_t text_bytes) {
    char amount[32];
    char whole[48] = "";
    char speed[64] = "";
    char left[64] = "";
    format_amount((double)done, progress->unit, amount, sizeof amount);
    if (progress->total > 0) {
        if (done > progress->total) done = progress->total;
        (void)snprintf(whole, sizeof whole, "%.0f %%, ", 100.0 * (double)done / (double)progress->total);
    }
    if (done > progress->before && elapsed_seconds >= seconds_before_rate) {
        const double rate = (double)(done - progress->before) / elapsed_seconds;
        char number[32];
        format_amount(rate, progress->unit, number, sizeof number);
        (void)snprintf(speed, sizeof speed, ", %s/s", number);
        if (progress->total > 0) {
            format_duration((double)(progress->total - done) / rate, number, sizeof number);
            (void)snprintf(left, sizeof left, ", %s%s", number, progress->is_brief ? "" : " left");
        }
    }
    if (progress->is_brief && left[0] != '\0') { /* the percentage stands for the amount */
        whole[strlen(whole) - strlen(", ")] = '\0';
        amount[0] = '\0';
    }
    (void)snprintf(text, text_bytes, "%s: %s%s%s%s", progress->label, whole, amount, speed, left);
}
