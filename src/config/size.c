/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/config/config.h"

#include <strings.h>

/* The power of two that a unit stands for; -1 when it is none. */
static int unit_shift(const char *unit) {
    static const char *const spellings[][4] = {
        {"", "b", "bytes", ""}, {"k", "kb", "kib", ""}, {"m", "mb", "mib", ""},
        {"g", "gb", "gib", ""}, {"t", "tb", "tib", ""},
    };
    for (int i = 0; i < 5; i++) {
        for (int j = 0; j < 3; j++) {
            if (strcasecmp(unit, spellings[i][j]) == 0) return 10 * i;
        }
    }
    return -1;
}

/* Digits at the start of *text, which moves behind them; false when there
 * are none or the number is beyond 64 bits. */
static bool take_digits(const char **text, uint64_t *number) {
    const char *c = *text;
    *number = 0;
    for (; *c >= '0' && *c <= '9'; c++) {
        const uint64_t digit = (uint64_t)(*c - '0');
        if (*number > (UINT64_MAX - digit) / 10) return false;
        *number = *number * 10 + digit;
    }
    const bool some = c != *text;
    *text = c;
    return some;
}

cln_status cln_config_parse_size(const char *text, uint64_t *size_bytes, cln_error *err) {
    const char *rest = text;
    uint64_t number = 0;
    if (!take_digits(&rest, &number)) rest = "?";
    while (*rest == ' ') rest++;
    const int shift = unit_shift(rest);
    if (shift < 0 || number > UINT64_MAX >> shift) {
        return cln_fail(err, CLN_ERR_USAGE,
                        "\"%s\" is no size; write a whole number of bytes, or one with K, M, G or T "
                        "(powers of 1024): 4096, 64M, 10G",
                        text);
    }
    *size_bytes = number << shift;
    return CLN_OK;
}
