/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/clock.h"

#include <stddef.h>
#include <time.h>

enum { TEXT_BYTES = 32 };

double cln_clock_seconds(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail for this clock */
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

int64_t cln_clock_utc_seconds(void) {
    return (int64_t)time(NULL);
}

void cln_clock_utc_text(char text[32]) {
    const time_t now = time(NULL);
    struct tm utc;
    text[0] = '\0';
    if (gmtime_r(&now, &utc) != NULL) (void)strftime(text, TEXT_BYTES, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

void cln_clock_local_date(char text[32]) {
    const time_t now = time(NULL);
    struct tm local;
    text[0] = '\0';
    tzset();
    if (localtime_r(&now, &local) != NULL) (void)strftime(text, TEXT_BYTES, "%Y-%m-%d", &local);
}
