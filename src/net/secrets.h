/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where secrets live in memory. They stand in pages of their own that are left
 * out of core dumps and overwritten before they go back to the system. On
 * their way there they pass through the environment, libcurl and JSON, so the
 * process writes no core dump at all from then on (RLIMIT_CORE). It stays
 * "dumpable" otherwise: ranks on one host read each other's memory through the
 * kernel, which that would forbid. Local.
 */
#ifndef COLONNADE_NET_SECRETS_H
#define COLONNADE_NET_SECRETS_H

#include "colonnade/base/buffer.h"
#include "colonnade/base/status.h"

/* Zeroed; the size is that of the pages' content. */
CLN_CHECKED cln_status cln_secrets_new(void *pointer_to_pointer, size_t size_bytes, cln_error *err);
/* Overwrites and returns the pages. NULL does nothing. */
void cln_secrets_free(void *secrets, size_t size_bytes);

/* From now on this process writes no core dumps. */
void cln_secrets_forbid_core_dumps(void);

/* Overwrites all that the buffer ever held, then cleans it up. */
void cln_secrets_clean_up_buffer(cln_buffer *buffer);

/* Overwrites and frees a string; NULL does nothing. */
void cln_secrets_free_string(char *text);

#endif
