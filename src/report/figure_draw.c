/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/cleanup.h"
#include "colonnade/base/clock.h"
#include "colonnade/base/file.h"
#include "colonnade/base/memory.h"
#include "colonnade/report/figure.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { NOT_FOUND_EXIT = 127, OUT_OF_TIME = -2, LOG_BYTES = 4096 };

/* The files of one figure. */
typedef struct figure_paths {
    char suffix[32]; /* of temporary files */
    char *svg, *svg_temporary, *png, *png_temporary, *log_temporary;
    char *commands; /* for gnuplot's -e */
    char *script;   /* relative to the folder */
} figure_paths;

/* COLONNADE_GNUPLOT_SECONDS is for tests and for machines that are slower still. */
static double time_limit_seconds(void) {
    const char *text = getenv("COLONNADE_GNUPLOT_SECONDS");
    const double seconds = text == NULL ? 0 : strtod(text, NULL);
    return seconds > 0 ? seconds : 60;
}

static void free_paths(figure_paths *paths) {
    free(paths->svg);
    free(paths->svg_temporary);
    free(paths->png);
    free(paths->png_temporary);
    free(paths->log_temporary);
    free(paths->commands);
    free(paths->script);
}

/* gnuplot goes to the folder by itself, so that its script can use plain names. */
static cln_status make_commands(char **commands, const char *dir, const char *suffix, cln_error *err) {
    cln_buffer text;
    cln_buffer_init(&text, SIZE_MAX);
    cln_status status = cln_figure_set_text(&text, "folder", cln_span_of_string(dir), err);
    if (status == CLN_OK) {
        text.size--; /* the line end: -e takes one line */
        status = cln_buffer_append_format(&text, err, "; cd folder; temporary_suffix = '%s'", suffix);
    }
    if (status == CLN_OK) status = cln_copy_span(commands, cln_buffer_span(&text), err);
    cln_buffer_clean_up(&text);
    return status;
}

static cln_status make_paths(figure_paths *paths, const char *dir, const char *name, cln_error *err) {
    *paths = (figure_paths){.svg = NULL};
    (void)snprintf(paths->suffix, sizeof paths->suffix, ".tmp-%ld", (long)getpid());
    CLN_TRY(cln_format_string(&paths->svg, err, "%s/%s.svg", dir, name));
    CLN_TRY(cln_format_string(&paths->svg_temporary, err, "%s%s", paths->svg, paths->suffix));
    CLN_TRY(cln_format_string(&paths->png, err, "%s/%s.png", dir, name));
    CLN_TRY(cln_format_string(&paths->png_temporary, err, "%s%s", paths->png, paths->suffix));
    CLN_TRY(cln_format_string(&paths->log_temporary, err, "%s/%s.log%s", dir, name, paths->suffix));
    CLN_TRY(cln_format_string(&paths->script, err, "%s.gp", name));
    CLN_TRY(make_commands(&paths->commands, dir, paths->suffix, err));
    CLN_TRY(cln_cleanup_register_path(paths->svg_temporary, err));
    CLN_TRY(cln_cleanup_register_path(paths->png_temporary, err));
    return cln_cleanup_register_path(paths->log_temporary, err);
}

static void remove_temporaries(const figure_paths *paths) {
    const char *const all[] = {paths->svg_temporary, paths->png_temporary, paths->log_temporary};
    for (size_t i = 0; i < 3; i++) {
        if (all[i] == NULL) continue;
        (void)unlink(all[i]);
        cln_cleanup_unregister_path(all[i]);
    }
}

/* The number of errno, 0 when gnuplot runs. */
static int start(const figure_paths *paths, pid_t *child) {
    const char *named = getenv("COLONNADE_GNUPLOT");
    const char *program = named != NULL && named[0] != '\0' ? named : "gnuplot";
    posix_spawn_file_actions_t actions;
    int number = posix_spawn_file_actions_init(&actions);
    if (number != 0) return number;
    number = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (number == 0) number = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    if (number == 0) {
        number = posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, paths->log_temporary,
                                                  O_WRONLY | O_CREAT | O_TRUNC, 0666);
    }
    char *const arguments[] = {(char[]){"gnuplot"}, (char[]){"-d"}, (char[]){"-e"},
                               paths->commands,     paths->script,  NULL};
    if (number == 0) number = posix_spawnp(child, program, &actions, NULL, arguments, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    return number;
}

/* Whether the child has ended; false when it takes longer than a figure may. */
static bool ends_in_time(pid_t child, int *state) {
    const struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};
    const double end = cln_clock_seconds() + time_limit_seconds();
    for (;;) {
        const pid_t ended = waitpid(child, state, WNOHANG);
        if (ended == child) return true;
        if ((ended < 0 && errno != EINTR) || cln_clock_seconds() > end) return false;
        (void)nanosleep(&pause, NULL);
    }
}

/* The exit status; 128 and the signal's number when it was killed; OUT_OF_TIME when it had to be. */
static int wait_for(pid_t child) {
    int state;
    if (!ends_in_time(child, &state)) {
        (void)kill(child, SIGKILL);
        while (waitpid(child, &state, 0) < 0 && errno == EINTR) {
        }
        return OUT_OF_TIME;
    }
    return WIFEXITED(state) ? WEXITSTATUS(state) : 128 + WTERMSIG(state);
}

/* What gnuplot said, without line ends and control characters. */
static void read_reason(const char *path, int exit_status, char *reason, size_t reason_bytes) {
    char text[LOG_BYTES] = "";
    FILE *log = fopen(path, "r");
    if (log != NULL) {
        text[fread(text, 1, sizeof text - 1, log)] = '\0';
        (void)fclose(log);
    }
    for (char *c = text; *c != '\0'; c++) {
        if ((unsigned char)*c < 0x20) *c = ' ';
    }
    (void)snprintf(reason, reason_bytes, "gnuplot ended with status %d: %s", exit_status, text);
}

static bool has_bytes(const char *path) {
    struct stat info;
    return stat(path, &info) == 0 && info.st_size > 0;
}

static cln_figure_result publish(const figure_paths *paths, char *reason, size_t reason_bytes) {
    if (has_bytes(paths->svg_temporary) && has_bytes(paths->png_temporary) &&
        rename(paths->svg_temporary, paths->svg) == 0 && rename(paths->png_temporary, paths->png) == 0) {
        return CLN_FIGURE_DRAWN;
    }
    (void)snprintf(reason, reason_bytes, "gnuplot did not write %s and %s", paths->svg, paths->png);
    return CLN_FIGURE_FAILED;
}

static cln_figure_result draw(const figure_paths *paths, char *reason, size_t reason_bytes) {
    pid_t child;
    const int number = start(paths, &child);
    const int exit_status = number == 0 ? wait_for(child) : 0;
    if (number == ENOENT || exit_status == NOT_FOUND_EXIT) {
        (void)snprintf(reason, reason_bytes, "gnuplot was not found");
        return CLN_FIGURE_NO_GNUPLOT;
    }
    if (number != 0) {
        (void)snprintf(reason, reason_bytes, "gnuplot cannot be started: %s", strerror(number));
        return CLN_FIGURE_NO_GNUPLOT;
    }
    if (exit_status == OUT_OF_TIME) {
        (void)snprintf(reason, reason_bytes, "gnuplot did not end within %g s", time_limit_seconds());
        return CLN_FIGURE_FAILED;
    }
    if (exit_status != 0) {
        read_reason(paths->log_temporary, exit_status, reason, reason_bytes);
        return CLN_FIGURE_FAILED;
    }
    return publish(paths, reason, reason_bytes);
}

void cln_figure_remove(const char *dir, const char *name) {
    static const char *const extensions[] = {"svg", "png", "gp"};
    for (size_t i = 0; i < sizeof extensions / sizeof *extensions; i++) {
        char *path;
        if (cln_format_string(&path, NULL, "%s/%s.%s", dir, name, extensions[i]) != CLN_OK) return;
        (void)unlink(path);
        free(path);
    }
}

cln_figure_result cln_figure_draw(const char *dir, const char *name, char *reason, size_t reason_bytes) {
    cln_error err = {""};
    figure_paths paths;
    cln_figure_result result = CLN_FIGURE_FAILED;
    if (make_paths(&paths, dir, name, &err) == CLN_OK) {
        result = draw(&paths, reason, reason_bytes);
    } else {
        (void)snprintf(reason, reason_bytes, "%s", err.message);
    }
    remove_temporaries(&paths);
    free_paths(&paths);
    return result;
}
