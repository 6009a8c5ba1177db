/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/cli/sink.h"

#include "colonnade/base/cleanup.h"
#include "colonnade/base/file.h"
#include "colonnade/base/memory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static const char *sink_name(const cln_sink *sink) {
    return sink->path == NULL ? "standard output" : sink->path;
}

static cln_status fail_write(const cln_sink *sink, cln_error *err) {
    /* The reader has gone, as head does: end as silently as any other program
     * in a pipe, also where the signal was ignored by whoever started us. */
    if (errno == EPIPE) (void)raise(SIGPIPE);
    return cln_fail_errno(err, "cannot write to %s", sink_name(sink));
}

#define TEMPORARY_MARK ".tmp-"

/* Whoever writes such a file has it locked (open_temporary). */
static void remove_if_abandoned(int folder, const char *name) {
    const int descriptor = openat(folder, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (descriptor < 0) return;
    if (flock(descriptor, LOCK_EX | LOCK_NB) == 0) (void)unlinkat(folder, name, 0);
    (void)close(descriptor);
}

static bool is_temporary_of(const char *name, cln_span result) {
    const size_t mark_bytes = sizeof TEMPORARY_MARK - 1;
    if (strncmp(name, result.data, result.size) != 0) return false;
    if (strncmp(name + result.size, TEMPORARY_MARK, mark_bytes) != 0) return false;
    const char *number = name + result.size + mark_bytes;
    return *number != '\0' && number[strspn(number, "0123456789")] == '\0';
}

/* What a killed process left of the same result. */
static void remove_abandoned(const char *path) {
    const cln_span name = cln_path_name(path);
    char *folder;
    const size_t folder_bytes = (size_t)(name.data - path);
    if (cln_copy_span(&folder, folder_bytes == 0 ? cln_span_of(".", 1) : cln_span_of(path, folder_bytes), NULL) != 0) {
        return; /* then it stays */
    }
    DIR *listing = opendir(folder);
    free(folder);
    for (const struct dirent *entry; listing != NULL && (entry = readdir(listing)) != NULL;) {
        if (is_temporary_of(entry->d_name, name)) remove_if_abandoned(dirfd(listing), entry->d_name);
    }
    if (listing != NULL) (void)closedir(listing);
}

static cln_status open_temporary(cln_sink *sink, cln_error *err) {
    remove_abandoned(sink->path);
    CLN_TRY(cln_format_string(&sink->temporary_path, err, "%s" TEMPORARY_MARK "%ld", sink->path, (long)getpid()));
    CLN_TRY(cln_cleanup_register_path(sink->temporary_path, err));
    sink->stream = fopen(sink->temporary_path, "we");
    if (sink->stream == NULL) return cln_fail_errno(err, "cannot create %s", sink->temporary_path);
    /* Says that somebody writes it; where nobody can say so, nobody can ask either. */
    (void)flock(fileno(sink->stream), LOCK_EX | LOCK_NB);
    return CLN_OK;
}

static void forget(cln_sink *sink) {
    if (sink->temporary_path != NULL) cln_cleanup_unregister_path(sink->temporary_path);
    free(sink->temporary_path);
    free(sink->path);
    *sink = (cln_sink){0};
}

static cln_status open_path(cln_sink *sink, const char *path, cln_error *err) {
    bool is_special;
    CLN_TRY(cln_file_resolve(&sink->path, &is_special, path, err));
    if (!is_special) return open_temporary(sink, err);
    sink->stream = fopen(sink->path, "we");
    return sink->stream != NULL ? CLN_OK : cln_fail_errno(err, "cannot write to %s", path);
}

cln_status cln_sink_open(cln_sink *sink, const cln_cli *cli, cln_error *err) {
    *sink = (cln_sink){0};
    if (cli->settings.output_path == NULL) {
        sink->stream = stdout;
        return CLN_OK;
    }
    const cln_status status = open_path(sink, cli->settings.output_path, err);
    if (status != CLN_OK) forget(sink);
    return status;
}

cln_status cln_sink_write(cln_sink *sink, cln_span bytes, cln_error *err) {
    if (bytes.size == 0 || fwrite(bytes.data, 1, bytes.size, sink->stream) == bytes.size) return CLN_OK;
    return fail_write(sink, err);
}

cln_status cln_sink_finish(cln_sink *sink, cln_error *err) {
    cln_status status = CLN_OK;
    if (fflush(sink->stream) != 0) status = fail_write(sink, err);
    if (sink->stream != stdout && fclose(sink->stream) != 0 && status == CLN_OK) status = fail_write(sink, err);
    if (sink->temporary_path != NULL) {
        if (status == CLN_OK && rename(sink->temporary_path, sink->path) != 0) status = fail_write(sink, err);
        if (status != CLN_OK) (void)unlink(sink->temporary_path);
    }
    forget(sink);
    return status;
}

void cln_sink_abandon(cln_sink *sink) {
    if (sink->stream != NULL && sink->stream != stdout) (void)fclose(sink->stream);
    if (sink->temporary_path != NULL) (void)unlink(sink->temporary_path);
    forget(sink);
}

cln_status cln_cli_write(const cln_cli *cli, cln_span out, cln_error *err) {
    cln_sink sink;
    CLN_TRY(cln_sink_open(&sink, cli, err));
    const cln_status status = cln_sink_write(&sink, out, err);
    if (status == CLN_OK) return cln_sink_finish(&sink, err);
    cln_sink_abandon(&sink);
    return status;
}

cln_status cln_cli_print(const cln_cli *cli, const cln_table *table, cln_error *err) {
    cln_buffer text;
    cln_buffer_init(&text, SIZE_MAX);
    cln_status status = cln_print_table(table, cli->settings.format, &text, err);
    if (status == CLN_OK) status = cln_cli_write(cli, cln_buffer_span(&text), err);
    cln_buffer_clean_up(&text);
    return status;
}
