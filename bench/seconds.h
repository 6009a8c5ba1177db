/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The clock of the bench's small programs.
 */
#ifndef COLONNADE_BENCH_SECONDS_H
#define COLONNADE_BENCH_SECONDS_H

#include <time.h>

static inline double seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

#endif
