/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/clock.h"
#include "colonnade/base/memory.h"
#include "colonnade/net/staging.h"
#include "partial.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STAT_BLOCK_BYTES = 512 };

static bool is_state(const char *name) {
    const size_t size = strlen(name);
    const size_t suffix = strlen(CLN_PARTIAL_STATE_SUFFIX);
    return name[0] == '.' && size > suffix && strcmp(name + size - suffix, CLN_PARTIAL_STATE_SUFFIX) == 0;
}

static void remove_file(const char *path, cln_staging_cleared *cleared) {
    struct stat info;
    if (lstat(path, &info) != 0 || unlink(path) != 0) return;
    cleared->file_count++;
    cleared->size_bytes += (uint64_t)info.st_blocks * STAT_BLOCK_BYTES;
}

/* The state is written with every byte, and locked by who writes it. */
static void clear_pair(char *state_path, int64_t age_seconds, cln_staging_cleared *cleared) {
    const int descriptor = open(state_path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    struct stat info;
    if (descriptor < 0) return;
    const bool is_stale = fstat(descriptor, &info) == 0 && cln_clock_utc_seconds() - info.st_mtime >= age_seconds;
    if (is_stale && (flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)) {
        const size_t stem = strlen(state_path) - strlen(CLN_PARTIAL_STATE_SUFFIX) + strlen(CLN_PARTIAL_SUFFIX);
        const char kept = state_path[stem];
        state_path[stem] = '\0';
        remove_file(state_path, cleared);
        state_path[stem] = kept;
        remove_file(state_path, cleared);
    }
    (void)close(descriptor);
}

cln_status cln_staging_clear(const char *staging_dir, const char *dataset, int64_t age_seconds,
                             cln_staging_cleared *cleared, cln_error *err) {
    *cleared = (cln_staging_cleared){0};
    char *folder = NULL;
    CLN_TRY(cln_format_string(&folder, err, "%s/%s", staging_dir, dataset));
    DIR *stream = opendir(folder);
    cln_status status = CLN_OK;
    if (stream == NULL && errno != ENOENT) status = cln_fail_errno(err, "cannot read the folder %s", folder);
    const struct dirent *entry;
    while (stream != NULL && status == CLN_OK && (entry = readdir(stream)) != NULL) {
        char *path = NULL;
        if (!is_state(entry->d_name)) continue;
        status = cln_format_string(&path, err, "%s/%s", folder, entry->d_name);
        if (status == CLN_OK) clear_pair(path, age_seconds, cleared);
        free(path);
    }
    if (stream != NULL) (void)closedir(stream);
    free(folder);
    return status;
}
