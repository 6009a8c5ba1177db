/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "follower.h"

#include "colonnade/base/memory.h"
#include "sha256.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

/* Reading begins when as much is there, or all: the bytes still lie in the cache of the system. */
enum { READ_BYTES = 1 << 20 };

struct cln_follower {
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    const char *path;
    uint64_t final_bytes; /* these, up to is_ready, are of the mutex */
    bool is_ended;
    bool is_stopped;
    bool is_ready;
    cln_status status; /* the rest is the thread's until it is ready */
    cln_error error;
    char sha256[CLN_SHA256_TEXT_BYTES];
};

/* How far may be read beyond done; false: stopped, or done at the end. */
static bool wait_for_bytes(cln_follower *f, uint64_t done, uint64_t *available) {
    (void)pthread_mutex_lock(&f->mutex);
    while (!f->is_stopped && !f->is_ended && f->final_bytes < done + READ_BYTES) {
        (void)pthread_cond_wait(&f->changed, &f->mutex);
    }
    *available = f->final_bytes - done;
    const bool goes_on = !f->is_stopped && *available > 0;
    (void)pthread_mutex_unlock(&f->mutex);
    return goes_on;
}

static cln_status hash_some(cln_follower *f, int descriptor, cln_sha256 *hash, char *block, uint64_t available,
                            uint64_t *done) {
    const size_t wanted = available < READ_BYTES ? (size_t)available : READ_BYTES;
    const ssize_t got = pread(descriptor, block, wanted, (off_t)*done);
    if (got < 0 && errno == EINTR) return CLN_OK;
    if (got < 0) return cln_fail_errno(&f->error, "cannot read %s", f->path);
    if (got == 0) return cln_fail(&f->error, CLN_ERR_IO, "%s became shorter while it was fetched", f->path);
    *done += (uint64_t)got;
    return cln_sha256_update(hash, block, (size_t)got, &f->error);
}

static cln_status hash_all(cln_follower *f, int descriptor, cln_sha256 *hash) {
    char *block = malloc(READ_BYTES);
    if (block == NULL) return cln_fail_memory(&f->error, "hashing a file");
    cln_status status = CLN_OK;
    uint64_t done = 0;
    uint64_t available;
    while (status == CLN_OK && wait_for_bytes(f, done, &available)) {
        status = hash_some(f, descriptor, hash, block, available, &done);
    }
    free(block);
    if (status == CLN_OK) status = cln_sha256_finish(hash, f->sha256, &f->error);
    return status;
}

static bool is_stopped(cln_follower *f) {
    (void)pthread_mutex_lock(&f->mutex);
    const bool stopped = f->is_stopped;
    (void)pthread_mutex_unlock(&f->mutex);
    return stopped;
}

static cln_status follow_file(cln_follower *f) {
    const int descriptor = open(f->path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return cln_fail_errno(&f->error, "cannot open %s", f->path);
    cln_sha256 hash;
    cln_status status = cln_sha256_init(&hash, &f->error);
    if (status == CLN_OK) {
        status = hash_all(f, descriptor, &hash);
        cln_sha256_clean_up(&hash);
    }
    if (status == CLN_OK && !is_stopped(f) && fsync(descriptor) != 0) {
        status = cln_fail_errno(&f->error, "cannot sync %s", f->path);
    }
    (void)close(descriptor);
    return status;
}

static void *run(void *context) {
    cln_follower *f = context;
    f->status = follow_file(f);
    (void)pthread_mutex_lock(&f->mutex);
    f->is_ready = true;
    (void)pthread_mutex_unlock(&f->mutex);
    return NULL;
}

/* Signals are the main thread's: its handlers remove what it registered. */
static int create_thread(cln_follower *f) {
    sigset_t all;
    sigset_t former;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &former);
    const int failure = pthread_create(&f->thread, NULL, run, f);
    (void)pthread_sigmask(SIG_SETMASK, &former, NULL);
    return failure;
}

cln_status cln_follower_start(cln_follower **follower, const char *path, cln_error *err) {
    *follower = NULL;
    cln_follower *f = NULL;
    CLN_TRY(cln_new_array(&f, 1, sizeof *f, err));
    f->path = path;
    (void)pthread_mutex_init(&f->mutex, NULL);
    (void)pthread_cond_init(&f->changed, NULL);
    const int failure = create_thread(f);
    if (failure != 0) {
        (void)pthread_cond_destroy(&f->changed);
        (void)pthread_mutex_destroy(&f->mutex);
        free(f);
        errno = failure;
        return cln_fail_errno(err, "cannot start a thread");
    }
    *follower = f;
    return CLN_OK;
}

static void tell(cln_follower *f, uint64_t final_bytes, bool is_ended) {
    (void)pthread_mutex_lock(&f->mutex);
    f->final_bytes = final_bytes;
    f->is_ended = is_ended;
    (void)pthread_cond_signal(&f->changed);
    (void)pthread_mutex_unlock(&f->mutex);
}

void cln_follower_advance(cln_follower *follower, uint64_t final_bytes) {
    tell(follower, final_bytes, false);
}

void cln_follower_end(cln_follower *follower, uint64_t size_bytes) {
    tell(follower, size_bytes, true);
}

bool cln_follower_is_ready(cln_follower *follower) {
    (void)pthread_mutex_lock(&follower->mutex);
    const bool ready = follower->is_ready;
    (void)pthread_mutex_unlock(&follower->mutex);
    return ready;
}

cln_status cln_follower_take(cln_follower *follower, char sha256[CLN_SHA256_TEXT_BYTES], cln_error *err) {
    if (follower->status != CLN_OK) {
        if (err != NULL) *err = follower->error;
        return follower->status;
    }
    memcpy(sha256, follower->sha256, CLN_SHA256_TEXT_BYTES);
    return CLN_OK;
}

void cln_follower_stop(cln_follower *follower) {
    if (follower == NULL) return;
    (void)pthread_mutex_lock(&follower->mutex);
    follower->is_stopped = true;
    (void)pthread_cond_signal(&follower->changed);
    (void)pthread_mutex_unlock(&follower->mutex);
    (void)pthread_join(follower->thread, NULL);
    (void)pthread_cond_destroy(&follower->changed);
    (void)pthread_mutex_destroy(&follower->mutex);
    free(follower);
}
