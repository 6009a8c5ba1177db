/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Progress of several files that come at once: in sum, and of one of them in
 * turn. Private to fetch. All functions are local.
 */
#ifndef COLONNADE_CLI_FETCH_PROGRESS_H
#define COLONNADE_CLI_FETCH_PROGRESS_H

#include "colonnade/base/status.h"

#include <stddef.h>
#include <stdint.h>

typedef struct cln_fetch_progress cln_fetch_progress;

/* names are borrowed, one for each file. The caller frees it, which removes the line. */
CLN_CHECKED cln_status cln_fetch_progress_new(cln_fetch_progress **progress, const char *const *names, size_t count,
                                              cln_error *err);
void cln_fetch_progress_free(cln_fetch_progress *progress);

/* As cln_fetch_settings wants them. */
void cln_fetch_progress_advance(void *progress, size_t file, uint64_t received_bytes, uint64_t total_bytes);
void cln_fetch_progress_end(void *progress, size_t file);

#endif
