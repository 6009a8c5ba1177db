/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/cleanup.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

enum { SLOT_COUNT = 64 };

/* A slot's path is written before its owner is set, so a handler that comes
 * in between sees no half-written path. Pages that are never used cost nothing. */
typedef struct cleanup_slot {
    _Atomic(int) owner; /* process; 0 when free */
    char path[PATH_MAX];
} cleanup_slot;

static cleanup_slot slots[SLOT_COUNT];

static void remove_path(const char *path) {
    if (unlink(path) != 0 && (errno == EISDIR || errno == EPERM)) (void)rmdir(path);
}

void cln_cleanup_run(void) {
    const int self = (int)getpid();
    for (size_t i = SLOT_COUNT; i-- > 0;) {
        if (atomic_load(&slots[i].owner) != self) continue;
        remove_path(slots[i].path);
        atomic_store(&slots[i].owner, 0);
    }
}

static _Atomic(int) is_held;
static _Atomic(int) noted_signal;

void cln_cleanup_hold(void) {
    atomic_store(&noted_signal, 0);
    atomic_store(&is_held, 1);
}

int cln_cleanup_signal(void) {
    return atomic_load(&noted_signal);
}

void cln_cleanup_release(void) {
    atomic_store(&is_held, 0);
    const int number = atomic_exchange(&noted_signal, 0);
    if (number == 0) return;
    cln_cleanup_run();
    (void)raise(number); /* the handler went away when it noted it */
}

static void clean_and_die(int signal_number) {
    if (atomic_load(&is_held) != 0 && atomic_load(&noted_signal) == 0) {
        atomic_store(&noted_signal, signal_number);
        return;
    }
    cln_cleanup_run();
    /* SA_RESETHAND has restored the default, which ends the process as soon
     * as the handler returns. */
    (void)raise(signal_number);
}

void cln_cleanup_install(void) {
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct sigaction former;
        if (sigaction(numbers[i], NULL, &former) == 0 && former.sa_handler == SIG_IGN && numbers[i] != SIGPIPE) {
            continue;
        }
        struct sigaction action = {.sa_handler = clean_and_die, .sa_flags = (int)SA_RESETHAND};
        (void)sigfillset(&action.sa_mask);
        (void)sigaction(numbers[i], &action, NULL);
    }
}

cln_status cln_cleanup_register_path(const char *path, cln_error *err) {
    const size_t size = strlen(path) + 1;
    if (size > PATH_MAX) return cln_fail(err, CLN_ERR_INTERNAL, "the path %.200s... is too long", path);
    /* Above every slot in use, so that slots are in the order of registration. */
    size_t next = SLOT_COUNT;
    while (next > 0 && atomic_load(&slots[next - 1].owner) == 0) next--;
    if (next == SLOT_COUNT) return cln_fail(err, CLN_ERR_INTERNAL, "too many temporary files at once (%d)", SLOT_COUNT);
    memcpy(slots[next].path, path, size);
    atomic_store(&slots[next].owner, (int)getpid());
    return CLN_OK;
}

void cln_cleanup_unregister_path(const char *path) {
    for (size_t i = SLOT_COUNT; i-- > 0;) {
        if (atomic_load(&slots[i].owner) != 0 && strcmp(slots[i].path, path) == 0) {
            atomic_store(&slots[i].owner, 0);
            return;
        }
    }
}
