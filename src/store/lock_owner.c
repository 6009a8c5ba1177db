/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lock_owner.h"

#include "colonnade/base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void name_host(char host[256]) {
    if (gethostname(host, 255) != 0) (void)snprintf(host, 256, "unknown");
    host[255] = '\0';
}

typedef struct process_state {
    char state; /* 'Z': it is dead, but nobody has waited for it yet; 0: not known */
    unsigned long long started;
} process_state;

/* The third and the 22nd field of /proc/PID/stat; the second, the program's name, ends at the last ')'. */
static process_state state_of(long process) {
    char path[64], text[1024];
    (void)snprintf(path, sizeof path, "/proc/%ld/stat", process);
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return (process_state){0};
    const ssize_t got = read(descriptor, text, sizeof text - 1);
    (void)close(descriptor);
    text[got < 0 ? 0 : got] = '\0';
    const char *field = strrchr(text, ')');
    process_state found = {0};
    if (field == NULL || sscanf(field, ") %c", &found.state) != 1) return (process_state){0};
    for (int number = 2; field != NULL && number < 22; number++) field = strchr(field + 1, ' ');
    if (field == NULL || sscanf(field, " %llu", &found.started) != 1) return (process_state){0};
    return found;
}

/* Two machines may have the same name; two runs of a system never have this. */
static void name_boot(char boot[64]) {
    (void)snprintf(boot, 64, "-");
    const int descriptor = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return;
    char text[64];
    const ssize_t got = read(descriptor, text, sizeof text - 1);
    (void)close(descriptor);
    text[got < 0 ? 0 : got] = '\0';
    text[strcspn(text, " \n")] = '\0';
    if (text[0] != '\0') (void)snprintf(boot, 64, "%s", text);
}

static unsigned long long own_pid_namespace(void) {
    struct stat about;
    return stat("/proc/self/ns/pid", &about) == 0 ? (unsigned long long)about.st_ino : 0;
}

void cln_lock_owner_describe_self(char text[LOCK_OWNER_BYTES]) {
    char host[256], boot[64];
    name_host(host);
    name_boot(boot);
    const long process = (long)getpid();
    (void)snprintf(text, LOCK_OWNER_BYTES,
                   "host %s\nprocess %ld\nstarted %llu\nsince %" PRId64 "\nboot %s\npid_namespace %llu\n", host,
                   process, state_of(process).started, cln_clock_utc_seconds(), boot, own_pid_namespace());
}

void cln_lock_owner_parse(cln_lock_owner *owner, const char *text) {
    *owner = (cln_lock_owner){0};
    const int found = sscanf(
        text, "host %255s\nprocess %ld\nstarted %llu\nsince %" SCNd64 "\nboot %63s\npid_namespace %llu", owner->host,
        &owner->process, &owner->started, &owner->since_utc_seconds, owner->boot, &owner->pid_namespace);
    owner->is_known = found >= 4 && owner->process > 0; /* programs of before told four of them */
}

/* Whether the owner's number would mean the same process here. */
static bool is_near(const cln_lock_owner *owner) {
    char host[256], boot[64];
    name_host(host);
    name_boot(boot);
    return strcmp(host, owner->host) == 0 && strcmp(boot, owner->boot) == 0 &&
           owner->pid_namespace == own_pid_namespace();
}

bool cln_lock_owner_is_self(const cln_lock_owner *owner) {
    const long process = (long)getpid();
    return owner->is_known && owner->process == process && is_near(owner) &&
           owner->started == state_of(process).started;
}

bool cln_lock_owner_is_dead(const cln_lock_owner *owner) {
    if (!is_near(owner)) return false;
    if (kill((pid_t)owner->process, 0) != 0 && errno == ESRCH) return true;
    const process_state found = state_of(owner->process);
    if (found.state == 'Z' || found.state == 'X') return true;
    return owner->started != 0 && found.started != 0 && found.started != owner->started;
}
