/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Several compressed files at once: only one process can read a stream, so
 * each rank takes a file of its own.
 */
#ifndef COLONNADE_INGEST_SEVERAL_H
#define COLONNADE_INGEST_SEVERAL_H

#include "colonnade/ingest/ingest.h"

/* Collective; requests must agree, of different partitions of one dataset,
 * which the caller has locked on rank 0; count is at most comm->size. Rank i
 * reads file i; rank 0 publishes them in their order, up to the first that
 * fails, whose error is returned: as if they were ingested one by one. *done
 * is the number of those before it, whose outcomes all ranks have. */
CLN_CHECKED cln_status cln_ingest_several(const cln_comm *comm, const cln_ingest_request *requests, size_t count,
                                          cln_ingest_outcome *outcomes, size_t *done, cln_error *err);

#endif
