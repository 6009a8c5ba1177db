/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/cli/dialect_options.h"

cln_status cln_cli_dialect(const cln_cli *cli, cln_dialect *dialect, cln_error *err) {
    const cln_options *options = cli->options;
    CLN_TRY(cln_dialect_set_delimiter(dialect, cln_option(options, "delimiter"), err));
    CLN_TRY(cln_dialect_set_quote(dialect, cln_option(options, "quote"), err));
    CLN_TRY(cln_dialect_set_encoding(dialect, cln_option(options, "encoding"), err));
    CLN_TRY(cln_dialect_set_newlines_in_quotes(dialect, cln_option(options, "newlines-in-quotes"), err));
    CLN_TRY(cln_dialect_set_skip_lines(dialect, cln_option(options, "skip-lines"), err));
    if (cln_option_given(options, "no-header") && cln_option_given(options, "header")) {
        return cln_fail(err, CLN_ERR_USAGE, "--header and --no-header contradict each other; give one of them");
    }
    if (cln_option_given(options, "no-header")) dialect->has_header = false;
    if (cln_option_given(options, "header")) dialect->has_header = true;
    return cln_dialect_check(dialect, err);
}
