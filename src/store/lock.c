/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lock.h"
#include "colonnade/base/cleanup.h"
#include "colonnade/base/clock.h"
#include "colonnade/base/file.h"
#include "colonnade/base/log.h"
#include "colonnade/base/memory.h"
#include "colonnade/store/dataset.h"
#include "colonnade/store/dataset_paths.h"
#include "lock_owner.h"
#include "tidy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* An owner that died between creating the file and writing its name into it. */
#define NAMELESS_SECONDS 60

/* Others may take, leave and break the lock at the same time; not for ever. */
#define ATTEMPTS 100

/* 0, or an errno: EEXIST when somebody has the lock. */
static int create_lock(const char *path) {
    char text[LOCK_OWNER_BYTES];
    cln_lock_owner_describe_self(text);
    const int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor < 0) return errno;
    const size_t size = strlen(text);
    int failure = 0;
    errno = EIO;
    if (write(descriptor, text, size) != (ssize_t)size) failure = errno;
    if (close(descriptor) != 0 && failure == 0) failure = errno;
    if (failure != 0) (void)unlink(path);
    return failure;
}

static bool is_dead(const cln_lock_owner *owner, const struct stat *about) {
    if (owner->is_known) return cln_lock_owner_is_dead(owner);
    return time(NULL) - about->st_mtime > NAMELESS_SECONDS;
}

/* Reads the owner of an open lock file; false when it cannot be read. */
static bool read_owner(int descriptor, cln_lock_owner *owner) {
    char text[LOCK_OWNER_BYTES];
    const ssize_t got = pread(descriptor, text, sizeof text - 1, 0);
    text[got < 0 ? 0 : got] = '\0';
    cln_lock_owner_parse(owner, text);
    return got >= 0;
}

static void warn_of_takeover(const char *dataset, const cln_lock_owner *owner) {
    if (!owner->is_known) {
        cln_warning("took over the lock of dataset '%s', which did not tell its owner for %d s", dataset,
                    NAMELESS_SECONDS);
        return;
    }
    char since[32] = "?";
    const time_t seconds = (time_t)owner->since_utc_seconds;
    struct tm parts;
    if (gmtime_r(&seconds, &parts) != NULL) (void)strftime(since, sizeof since, "%Y-%m-%dT%H:%M:%SZ", &parts);
    cln_warning("took over the lock of dataset '%s' from process %ld, which is dead and had it since %s", dataset,
                owner->process, since);
}

/* Removes the lock of a dead owner. Several processes may try: the one that
 * holds flock on the very file that still has the name may remove it. */
static bool remove_dead_lock(const char *path, const char *dataset, cln_lock_owner *owner) {
    const int descriptor = open(path, O_RDWR | O_CLOEXEC);
    if (descriptor < 0) return errno == ENOENT;
    struct stat opened, named;
    bool removed = false;
    if (flock(descriptor, LOCK_EX) == 0 && fstat(descriptor, &opened) == 0) {
        (void)read_owner(descriptor, owner);
        if (stat(path, &named) != 0 || named.st_ino != opened.st_ino || named.st_dev != opened.st_dev) {
            removed = true; /* it is another lock by now: look again */
        } else if (is_dead(owner, &opened)) {
            removed = unlink(path) == 0;
            if (removed) warn_of_takeover(dataset, owner);
        }
    }
    (void)close(descriptor);
    return removed;
}

/* Somebody may have removed our lock by hand, and another have taken it then.
 * Where nothing can be read nothing says so. */
static bool is_own_lock(const char *path) {
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return false;
    cln_lock_owner owner;
    const bool is_own = !read_owner(descriptor, &owner) || cln_lock_owner_is_self(&owner);
    (void)close(descriptor);
    return is_own;
}

static cln_status fail_locked(const char *path, const char *dataset, const cln_lock_owner *owner, cln_error *err) {
    if (!owner->is_known) {
        return cln_fail(err, CLN_ERR_IO,
                        "dataset '%s' is locked by %s, which does not tell its owner; if no ingest of it is running, "
                        "remove that file",
                        dataset, path);
    }
    return cln_fail(err, CLN_ERR_IO,
                    "dataset '%s' is being written by process %ld on host %s since %lld s; wait for it or, if it no "
                    "longer runs, remove %s",
                    dataset, owner->process, owner->host,
                    (long long)(cln_clock_utc_seconds() - owner->since_utc_seconds), path);
}

static cln_status take_lock(const char *dir, const char *path, const char *dataset, cln_error *err) {
    cln_lock_owner owner = {0};
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        CLN_TRY(cln_file_make_dirs(dir, err));
        const int failure = create_lock(path);
        if (failure == ENOENT && attempt + 1 < ATTEMPTS) continue; /* the dataset was just removed */
        if (failure == 0) return CLN_OK;
        if (failure != EEXIST) {
            errno = failure;
            return cln_fail_errno(err, "cannot create %s", path);
        }
        if (!remove_dead_lock(path, dataset, &owner)) break;
    }
    return fail_locked(path, dataset, &owner, err);
}

static const char *const folder_names[] = {CLN_PARTITIONS_DIR, CLN_UNPUBLISHED_DIR};
enum { FOLDER_COUNT = sizeof folder_names / sizeof folder_names[0] };

/* Under the lock: whoever removes a dataset has it too, until the dataset's
 * folder is all that is left. */
static cln_status make_folders(const char *dir, cln_error *err) {
    for (size_t i = 0; i < FOLDER_COUNT; i++) {
        char *path;
        CLN_TRY(cln_path_join(&path, dir, folder_names[i], err));
        const cln_status status = cln_file_make_dirs(path, err);
        free(path);
        CLN_TRY(status);
    }
    return CLN_OK;
}

static cln_status prepare_locked(const char *dir, const char *lock_path, cln_error *err) {
    /* Not before it is ours: a signal would remove another's. */
    CLN_TRY(cln_cleanup_register_path(lock_path, err));
    return make_folders(dir, err);
}

cln_status cln_take_dataset_lock(const char *store_dir, const char *dataset, cln_error *err) {
    char *dir, *path = NULL;
    CLN_TRY(cln_dataset_dir(&dir, store_dir, dataset, err));
    cln_status status = cln_path_join(&path, dir, CLN_LOCK_NAME, err);
    if (status == CLN_OK) status = take_lock(dir, path, dataset, err);
    if (status == CLN_OK) {
        status = prepare_locked(dir, path, err);
        if (status != CLN_OK) cln_dataset_unlock(store_dir, dataset);
    }
    free(path);
    free(dir);
    return status;
}

cln_status cln_dataset_lock(const char *store_dir, const char *dataset, cln_error *err) {
    CLN_TRY(cln_take_dataset_lock(store_dir, dataset, err));
    cln_freed freed;
    cln_tidy_dataset(store_dir, dataset, CLN_GRACE_SECONDS, &freed);
    return CLN_OK;
}

/* Under the lock, too. What never came to be published, as an ingest that was
 * refused, leaves no empty folders that would look like a dataset. */
static void remove_empty_folders(const char *dir) {
    char *path;
    if (cln_path_join(&path, dir, CLN_MASTER_NAME, NULL) != CLN_OK) return;
    const bool is_published = cln_file_exists(path);
    free(path);
    for (size_t i = 0; !is_published && i < FOLDER_COUNT; i++) {
        if (cln_path_join(&path, dir, folder_names[i], NULL) != CLN_OK) return;
        (void)rmdir(path); /* not when something is in it */
        free(path);
    }
}

void cln_dataset_unlock(const char *store_dir, const char *dataset) {
    char *dir, *path = NULL;
    if (cln_dataset_dir(&dir, store_dir, dataset, NULL) != CLN_OK) return;
    if (cln_path_join(&path, dir, CLN_LOCK_NAME, NULL) == CLN_OK) {
        if (is_own_lock(path)) {
            remove_empty_folders(dir);
            (void)unlink(path);
            (void)rmdir(dir); /* not when another has taken it, or something is in it */
        }
        cln_cleanup_unregister_path(path);
    }
    free(path);
    free(dir);
}
