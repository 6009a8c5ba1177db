/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    MESSAGE_MAX_BYTES = 4096,
    TERMINAL_COLUMNS = 79, /* a longer line would wrap, and could not be replaced */
};

static struct {
    bool is_silent;
    bool is_quiet;
    size_t status_bytes; /* of the status line that stands on the terminal; 0 for none */
} log_state;

void cln_log_init(bool speaks, bool quiet) {
    log_state.is_silent = !speaks;
    log_state.is_quiet = quiet;
    log_state.status_bytes = 0;
}

bool cln_log_is_interactive(void) {
    return !log_state.is_silent && !log_state.is_quiet && isatty(STDERR_FILENO) == 1;
}

/* Names and texts from data reach messages: what could command a terminal becomes a question mark. */
static void make_printable(char *text) {
    for (char *c = text; *c != '\0'; c++) {
        const bool is_control = (unsigned char)*c < 0x20 || *c == 0x7f;
        if (is_control && *c != '\n' && *c != '\t') *c = '?';
    }
}

void cln_log_status(const char *line) {
    if (!cln_log_is_interactive()) return;
    char text[TERMINAL_COLUMNS + 1];
    (void)snprintf(text, sizeof text, "%s", line == NULL ? "" : line);
    make_printable(text);
    const size_t size = strlen(text);
    const size_t blanks = log_state.status_bytes > size ? log_state.status_bytes - size : 0;
    if (size == 0 && blanks == 0) return;
    (void)fprintf(stderr, "\r%s%*s%s", text, (int)blanks, "", size == 0 ? "\r" : "");
    (void)fflush(stderr);
    log_state.status_bytes = size;
}

/* One write, so that the lines of several processes do not mix. */
static void print_line(const char *prefix, const char *format, va_list arguments) {
    char line[MESSAGE_MAX_BYTES];
    const size_t room = sizeof line - 1; /* one is kept for the end of the line */
    int used = snprintf(line, room, "%s", prefix);
    used += vsnprintf(line + used, room - (size_t)used, format, arguments);
    if (used < 0) return;
    make_printable(line);
    const size_t size = strlen(line);
    line[size] = '\n';
    cln_log_status(NULL);
    (void)fwrite(line, 1, size + 1, stderr); /* nowhere is left to tell that standard error fails */
}

static void print_format(const char *prefix, const char *format, ...) CLN_PRINTF(2, 3);

static void print_format(const char *prefix, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    print_line(prefix, format, arguments);
    va_end(arguments);
}

void cln_note(const char *format, ...) {
    if (log_state.is_silent || log_state.is_quiet) return;
    va_list arguments;
    va_start(arguments, format);
    print_line("", format, arguments);
    va_end(arguments);
}

void cln_warning(const char *format, ...) {
    if (log_state.is_silent) return;
    va_list arguments;
    va_start(arguments, format);
    print_line("warning: ", format, arguments);
    va_end(arguments);
}

void cln_error_print(const cln_error *err) {
    if (log_state.is_silent) return;
    print_format("colonnade: ", "%s", err->message);
}
