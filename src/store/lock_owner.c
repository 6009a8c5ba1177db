/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lock_owner.h"

#include "colonnade/base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void name_host(char host[256]) {
    if (gethostname(host, 255) != 0) (void)snprintf(host, 256, "unknown");
    host[255] = '\0';
}

/* The 22nd field of /proc/PID/stat; the second, the program's name, ends at the last ')'. */
static unsigned long long start_of(long process) {
    char path[64], text[1024];
    (void)snprintf(path, sizeof path, "/proc/%ld/stat", process);
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return 0;
    const ssize_t got = read(descriptor, text, sizeof text - 1);
    (void)close(descriptor);
    text[got < 0 ? 0 : got] = '\0';
    const char *field = strrchr(text, ')');
    for (int number = 2; field != NULL && number < 22; number++) field = strchr(field + 1, ' ');
    unsigned long long started = 0;
    if (field == NULL || sscanf(field, " %llu", &started) != 1) return 0;
    return started;
}

void cln_lock_owner_describe_self(char text[LOCK_OWNER_BYTES]) {
    char host[256];
    name_host(host);
    const long process = (long)getpid();
    (void)snprintf(text, LOCK_OWNER_BYTES, "host %s\nprocess %ld\nstarted %llu\nsince %" PRId64 "\n", host, process,
                   start_of(process), cln_clock_utc_seconds());
}

void cln_lock_owner_parse(cln_lock_owner *owner, const char *text) {
    *owner = (cln_lock_owner){0};
    owner->is_known = sscanf(text, "host %255s\nprocess %ld\nstarted %llu\nsince %" SCNd64, owner->host,
                             &owner->process, &owner->started, &owner->since_utc_seconds) == 4 &&
                      owner->process > 0;
}

bool cln_lock_owner_is_dead(const cln_lock_owner *owner) {
    char host[256];
    name_host(host);
    if (strcmp(host, owner->host) != 0) return false;
    if (kill((pid_t)owner->process, 0) != 0 && errno == ESRCH) return true;
    const unsigned long long started = start_of(owner->process);
    return owner->started != 0 && started != 0 && started != owner->started;
}
