/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What every test of the configuration needs. */
#ifndef COLONNADE_TESTS_CONFIG_CHECK_H
#define COLONNADE_TESTS_CONFIG_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "colonnade/config/config.h"

#include <stdio.h>
#include <string.h>

/* Parses text, which must be good. */
static inline void parse_good(cln_config *config, const char *text) {
    cln_error err = {"no message"};
    if (cln_config_parse(config, cln_span_of_string(text), "test.json", &err) != CLN_OK) fail_msg("%s", err.message);
}

/* Parses text, which must be refused, with a message that holds every one of
 * the words up to NULL. */
static inline void expect_refusal(const char *text, const char *const *words) {
    cln_error err = {"no message"};
    cln_config config;
    const cln_status status = cln_config_parse(&config, cln_span_of_string(text), "test.json", &err);
    if (status != CLN_ERR_USAGE) {
        cln_config_clean_up(&config);
        fail_msg("status %d, not a refusal, for %s", (int)status, text);
    }
    if (strncmp(err.message, "test.json:", 10) != 0) fail_msg("no origin in \"%s\"", err.message);
    for (; *words != NULL; words++) {
        if (strstr(err.message, *words) == NULL) fail_msg("no \"%s\" in \"%s\" for %s", *words, err.message, text);
    }
}

#endif
