/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/report/words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

cln_words cln_words_count(int64_t count) {
    char digits[32];
    cln_words words = {""};
    const int length = snprintf(digits, sizeof digits, "%lld", (long long)count);
    size_t used = 0;
    for (int i = 0; i < length; i++) {
        const int left = length - i;
        if (i > 0 && left % 3 == 0 && digits[i - 1] != '-') words.text[used++] = ',';
        words.text[used++] = digits[i];
    }
    words.text[used] = '\0';
    return words;
}

cln_words cln_words_percent_to(double share, int decimals) {
    cln_words words = {"no share"};
    if (isnan(share)) return words;
    (void)snprintf(words.text, sizeof words.text, "%s%.*f %%", share < 0 ? CLN_MINUS : "", decimals, 100 * fabs(share));
    return words;
}

cln_words cln_words_percent(double share) {
    /* A share that is not zero must not read as zero. */
    return cln_words_percent_to(share, share != 0 && fabs(share) < 0.0005 ? 3 : 1);
}

cln_words cln_words_number(double value, int decimals) {
    cln_words words = {"none"};
    if (!isnan(value))
        (void)snprintf(words.text, sizeof words.text, "%s%.*f", value < 0 ? CLN_MINUS : "", decimals, fabs(value));
    return words;
}

cln_words cln_words_p(double p) {
    cln_words words = {"p unknown"};
    if (isnan(p)) return words;
    if (p < 0.001) {
        (void)snprintf(words.text, sizeof words.text, "p < 0.001");
    } else {
        (void)snprintf(words.text, sizeof words.text, "p = %.3f", p);
    }
    return words;
}

static const char *const month_names[] = {"January", "February", "March",     "April",   "May",      "June",
                                          "July",    "August",   "September", "October", "November", "December"};
static const char *const short_names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

const char *cln_month_name(int month) {
    return month >= 1 && month <= 12 ? month_names[month - 1] : "no month";
}

const char *cln_month_short_name(int month) {
    return month >= 1 && month <= 12 ? short_names[month - 1] : "none";
}
