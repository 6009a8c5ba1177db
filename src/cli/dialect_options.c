/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/cli/dialect_options.h"

cln_status cln_cli_dialect(const cln_cli *cli, cln_dialect *dialect, cln_error *err) {
    const cln_options *options = cli->options;
    CLN_TRY(cln_dialect_set_delimiter(dialect, cln_option(options, "delimiter"), err));
    CLN_TRY(cln_dialect_set_quote(dialect, cln_option(options, "quote"), err));
    CLN_TRY(cln_dialect_set_encoding(dialect, cln_option(options, "encoding"), err));
    CLN_TRY(cln_dialect_set_newlines_in_quotes(dialect, cln_option(options, "newlines-in-quotes"), err));
    if (cln_option_given(options, "no-header")) dialect->has_header = false;
    return cln_dialect_check(dialect, err);
}
