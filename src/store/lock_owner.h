/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who holds a lock, as text in the lock's file. All functions are local.
 */
#ifndef COLONNADE_STORE_LOCK_OWNER_H
#define COLONNADE_STORE_LOCK_OWNER_H

#include <stdbool.h>
#include <stdint.h>

#define LOCK_OWNER_BYTES 512

typedef struct cln_lock_owner {
    bool is_known;
    char host[256];
    long process;
    unsigned long long started; /* clock ticks after the machine's start, 0 when the system does not tell: a number of
                                 * a process is used again, a number with a start is not */
    int64_t since_utc_seconds;
    char boot[64];                    /* the run of the machine's system; "-" when it does not tell */
    unsigned long long pid_namespace; /* in which `process` is a number; 0 when the system does not tell */
} cln_lock_owner;

void cln_lock_owner_describe_self(char text[LOCK_OWNER_BYTES]);
void cln_lock_owner_parse(cln_lock_owner *owner, const char *text);

/* Whether this process wrote the text. */
bool cln_lock_owner_is_self(const cln_lock_owner *owner);

/* Only a process of this run of this host, and of this process's namespace of
 * process numbers (a container has its own), can be seen to be dead. */
bool cln_lock_owner_is_dead(const cln_lock_owner *owner);

#endif
