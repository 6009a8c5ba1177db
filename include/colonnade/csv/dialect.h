/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How a file writes its records: delimiter, quote, header, encoding.
 */
#ifndef COLONNADE_CSV_DIALECT_H
#define COLONNADE_CSV_DIALECT_H

#include "colonnade/config/config.h"

#include <stdbool.h>
#include <stdint.h>

/* What becomes of a record that is not UTF-8. */
typedef enum cln_fallback {
    CLN_FALLBACK_WINDOWS_1252, /* converted; a byte that the encoding leaves undefined rejects the record */
    CLN_FALLBACK_NONE,         /* rejected */
} cln_fallback;

typedef struct cln_dialect {
    unsigned char delimiter;
    unsigned char quote;
    bool has_quote;
    bool has_header;
    bool newlines_in_quotes; /* false: every line end ends a record, also between quotes */
    cln_fallback fallback;
    bool takes_nuls;     /* NUL bytes are content however many there are: the file is not taken for UTF-16 or UTF-32 */
    uint64_t skip_lines; /* before the header, whatever stands in them: they are no records */
} cln_dialect;

/* Local. Comma, double quote, header, newlines in quotes, Windows-1252. */
cln_dialect cln_dialect_default(void);

/* Local. What a dataset's configuration declares. */
cln_dialect cln_dialect_of_dataset(const cln_config_dataset *dataset);

/* Local. Changes one property from its text, as the options --delimiter,
 * --quote, --encoding (by which NUL bytes are content), --newlines-in-quotes and --skip-lines give it: a single
 * byte, "tab", "none" (quote only); "utf-8" or "none", "windows-1252"; "yes",
 * "no"; a number. NULL changes nothing. */
CLN_CHECKED cln_status cln_dialect_set_delimiter(cln_dialect *dialect, const char *text, cln_error *err);
CLN_CHECKED cln_status cln_dialect_set_quote(cln_dialect *dialect, const char *text, cln_error *err);
CLN_CHECKED cln_status cln_dialect_set_encoding(cln_dialect *dialect, const char *text, cln_error *err);
CLN_CHECKED cln_status cln_dialect_set_newlines_in_quotes(cln_dialect *dialect, const char *text, cln_error *err);
CLN_CHECKED cln_status cln_dialect_set_skip_lines(cln_dialect *dialect, const char *text, cln_error *err);

/* Local. Whether records of one are cut right by the other, whatever their encoding. */
bool cln_dialect_are_alike(const cln_dialect *a, const cln_dialect *b);

/* Local. CLN_ERR_USAGE when the properties contradict each other; asked once
 * all of them are set, for their order must not matter. */
CLN_CHECKED cln_status cln_dialect_check(const cln_dialect *dialect, cln_error *err);

#endif
