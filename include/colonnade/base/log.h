/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Diagnostics, on standard error. Rank 0 speaks; other ranks are silent
 * unless they are told otherwise. All functions are local.
 */
#ifndef COLONNADE_BASE_LOG_H
#define COLONNADE_BASE_LOG_H

#include "colonnade/base/status.h"

#include <stdbool.h>

/* speaks: whether this process prints at all; quiet: notes are dropped,
 * warnings and errors are not. */
void cln_log_init(bool speaks, bool quiet);

void cln_note(const char *format, ...) CLN_PRINTF(1, 2);    /* progress of the work */
void cln_warning(const char *format, ...) CLN_PRINTF(1, 2); /* "warning: ..." */
void cln_error_print(const cln_error *err);                 /* "colonnade: ..." */

/* Replaces the status line, which stands at the end of an interactive
 * terminal until the next message; NULL removes it. Elsewhere nothing is
 * printed. */
void cln_log_status(const char *line);

/* Standard error is a terminal, this process speaks and is not quiet. */
bool cln_log_is_interactive(void);

#endif
