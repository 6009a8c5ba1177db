/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/cli/detection.h"

#include "colonnade/base/log.h"
#include "colonnade/cli/dialect_options.h"
#include "colonnade/cli/input.h"

#include <inttypes.h>
#include <stdio.h>

static cln_status collect_given(const cln_cli *cli, cln_fallback fallback, cln_detect_given *given, cln_error *err) {
    const cln_options *options = cli->options;
    *given = (cln_detect_given){.dialect = cln_dialect_default(),
                                .delimiter = cln_option_given(options, "delimiter"),
                                .quote = cln_option_given(options, "quote"),
                                .header = cln_option_given(options, "no-header") || cln_option_given(options, "header"),
                                .newlines_in_quotes = cln_option_given(options, "newlines-in-quotes"),
                                .skip_lines = cln_option_given(options, "skip-lines")};
    given->dialect.fallback = fallback;
    return cln_cli_dialect(cli, &given->dialect, err);
}

cln_status cln_cli_detect(const cln_cli *cli, cln_byte_source *source, cln_fallback fallback, cln_detection *detection,
                          cln_error *err) {
    cln_detect_given given;
    CLN_TRY(collect_given(cli, fallback, &given, err));
    return cln_detect_read(detection, &cli->comm, source, &given, err);
}

cln_status cln_cli_detect_file(const cln_cli *cli, const char *path, cln_dialect *dialect, cln_error *err) {
    cln_byte_source *source;
    CLN_TRY(cln_cli_open_input(cli, path, &source, err));
    cln_detection detection;
    const cln_status status = cln_cli_detect(cli, source, dialect->fallback, &detection, err);
    source->release(source);
    if (status != CLN_OK) return status;
    cln_cli_note_detection(path, &detection);
    *dialect = detection.dialect;
    return CLN_OK;
}

const char *cln_cli_character_name(unsigned char character, char name[2]) {
    if (character == '\t') return "tab";
    if (character == ' ') return "space";
    name[0] = (char)character;
    name[1] = '\0';
    return name;
}

/* "; the last 2 lines are no records" or nothing. */
static void describe_around(const cln_detection *detection, char *text, size_t size) {
    const uint64_t before = detection->dialect.skip_lines;
    const uint64_t behind = detection->footer_lines;
    int used = 0;
    text[0] = '\0';
    if (before > 0) {
        used = snprintf(text, size, ", %" PRIu64 " line%s before the table", before, before == 1 ? "" : "s");
    }
    if (behind > 0 && used >= 0) {
        (void)snprintf(text + used, size - (size_t)used, ", %" PRIu64 " line%s behind it", behind,
                       behind == 1 ? "" : "s");
    }
}

void cln_cli_describe_detection(const cln_detection *detection, char text[CLN_DETECTION_TEXT_BYTES]) {
    const cln_dialect *dialect = &detection->dialect;
    char delimiter[2];
    char quote[2];
    char around[120];
    describe_around(detection, around, sizeof around);
    (void)snprintf(text, CLN_DETECTION_TEXT_BYTES, "delimiter %s, quote %s, %s%s%s",
                   cln_cli_character_name(dialect->delimiter, delimiter),
                   dialect->has_quote ? cln_cli_character_name(dialect->quote, quote) : "none",
                   dialect->has_header ? "a header" : "no header",
                   dialect->newlines_in_quotes ? "" : ", no line ends in quotes", around);
}

void cln_cli_note_detection(const char *file, const cln_detection *detection) {
    char text[CLN_DETECTION_TEXT_BYTES];
    cln_cli_describe_detection(detection, text);
    cln_note("%s: %s%s", file, text, detection->is_certain ? "" : " (uncertain: give --delimiter and --quote)");
}
