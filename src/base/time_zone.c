/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The process's time zone: the part of date.h that asks the system.
 */
#include "colonnade/base/date.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

static const char *zone_folder(void) {
    const char *const folder = getenv("TZDIR");
    return folder != NULL && folder[0] != '\0' ? folder : "/usr/share/zoneinfo";
}

/* Parts of letters, digits, '_', '-' and '+' with '/' between them: it cannot
 * leave the folder, and TZ cannot take it for a rule. */
static bool is_safe_name(const char *name) {
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+/";
    const size_t size = strlen(name);
    return size > 0 && size <= 100 && strspn(name, allowed) == size && name[0] != '/' && name[size - 1] != '/';
}

/* The C library reads anything else in the folder (zone.tab, a subfolder) as UTC. */
static bool is_zone_file(const char *name) {
    char path[4096];
    const int size = snprintf(path, sizeof path, "%s/%s", zone_folder(), name);
    if (size < 0 || (size_t)size >= sizeof path) return false;
    FILE *const file = fopen(path, "rb");
    if (file == NULL) return false;
    char magic[4];
    const bool is_zone = fread(magic, 1, sizeof magic, file) == sizeof magic && memcmp(magic, "TZif", 4) == 0;
    (void)fclose(file);
    return is_zone;
}

bool cln_time_zone_is_known(const char *iana_name) {
    if (!is_safe_name(iana_name)) return false;
    struct stat info;
    const bool has_database = stat(zone_folder(), &info) == 0;
    return !has_database || is_zone_file(iana_name);
}

cln_status cln_set_time_zone(const char *iana_name, cln_error *err) {
    if (!is_safe_name(iana_name)) {
        return cln_fail(err, CLN_ERR_USAGE,
                        "time zone \"%.100s\": not a name of the IANA database; write one such as America/Denver",
                        iana_name);
    }
    if (!is_zone_file(iana_name)) {
        return cln_fail(err, CLN_ERR_USAGE,
                        "time zone \"%s\": not in %s; check its spelling (America/Denver), or install the system's "
                        "tzdata package",
                        iana_name, zone_folder());
    }
    if (setenv("TZ", iana_name, 1) != 0) return cln_fail_memory(err, "setting the time zone");
    tzset();
    return CLN_OK;
}

int64_t cln_utc_to_local(int64_t utc_seconds) {
    const time_t utc = (time_t)utc_seconds;
    struct tm local;
    if (localtime_r(&utc, &local) == NULL) return utc_seconds;
    return cln_seconds_from_civil((cln_civil){.year = local.tm_year + 1900,
                                              .month = local.tm_mon + 1,
                                              .day = local.tm_mday,
                                              .hour = local.tm_hour,
                                              .minute = local.tm_min,
                                              .second = local.tm_sec});
}
