/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * SHA-256 of a file while it grows: a thread reads what is final behind the
 * transfers that write, so that the sum is there soon after the last byte, and
 * syncs the file in the end, for the loop of transfers must not wait for
 * either. Private to the net layer. All functions are local.
 */
#ifndef COLONNADE_NET_FOLLOWER_H
#define COLONNADE_NET_FOLLOWER_H

#include "colonnade/base/status.h"
#include "colonnade/net/download.h"

typedef struct cln_follower cln_follower;

/* path is borrowed, and the file exists. The caller stops the follower. */
CLN_CHECKED cln_status cln_follower_start(cln_follower **follower, const char *path, cln_error *err);

/* The file's bytes before that one will not change any more. */
void cln_follower_advance(cln_follower *follower, uint64_t final_bytes);

/* The file is final, with that many bytes. */
void cln_follower_end(cln_follower *follower, uint64_t size_bytes);

/* After the end: whether hash and file are ready. Does not wait. */
bool cln_follower_is_ready(cln_follower *follower);

/* Of one that is ready. */
CLN_CHECKED cln_status cln_follower_take(cln_follower *follower, char sha256[CLN_SHA256_TEXT_BYTES], cln_error *err);

/* Waits for the thread to end, which it does at once. NULL does nothing. */
void cln_follower_stop(cln_follower *follower);

#endif
