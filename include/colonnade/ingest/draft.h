/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A partition that is written, under its temporary name, but not published.
 * The ranks that read a file make it; the rank that holds the dataset's lock
 * publishes it, so that several files can be read at once and are yet
 * published one after the other.
 */
#ifndef COLONNADE_INGEST_DRAFT_H
#define COLONNADE_INGEST_DRAFT_H

#include "colonnade/base/buffer.h"
#include "colonnade/base/hash.h"
#include "colonnade/ingest/ingest.h"
#include "colonnade/ingest/provenance.h"

/* Plain data: travels between ranks as bytes. */
typedef struct cln_draft_facts {
    cln_ingest_outcome outcome;
    cln_digest content; /* of the file as it stands, compressed or not */
    cln_digest recipe;
    uint64_t source_size_bytes;     /* the same */
    uint64_t partition_size_bytes;  /* of the temporary */
    uint32_t partition_rest_crc32c; /* the same */
} cln_draft_facts;

typedef struct cln_draft {
    cln_draft_facts facts; /* the same on all ranks that made it */
    /* Of their rank 0: */
    cln_sidecar sidecar;
    cln_buffer warnings; /* for people, each with a NUL */
} cln_draft;

/* Local. */
void cln_draft_init(cln_draft *draft);
void cln_draft_clean_up(cln_draft *draft);

/* Collective; request must agree. Reads the file and writes the partition; too
 * many rejects are a result, and so is a file that the store has already. On
 * failure no temporary is left. The draft was initialised. */
CLN_CHECKED cln_status cln_draft_make(cln_draft *draft, const cln_comm *comm, const cln_ingest_request *request,
                                      cln_error *err);

/* Collective; request must agree. The draft of rank 0, which holds the lock
 * (others may pass NULL), is published, or its list of rejects kept; all ranks
 * look for duplicates by the dataset's rule. Says the warnings. On failure no
 * temporary is left. *duplicates is the same on all ranks, also after a failure. */
CLN_CHECKED cln_status cln_draft_publish(const cln_draft *draft, const cln_comm *comm,
                                         const cln_ingest_request *request, cln_ingest_duplicates *duplicates,
                                         cln_error *err);

/* Local. Removes the temporary, and forgets that a signal should. */
void cln_draft_discard(const cln_ingest_request *request);

/* Local. The draft as bytes, and from them. */
CLN_CHECKED cln_status cln_draft_pack(const cln_draft *draft, cln_buffer *bytes, cln_error *err);
CLN_CHECKED cln_status cln_draft_unpack(cln_draft *draft, cln_span bytes, cln_error *err);

#endif
