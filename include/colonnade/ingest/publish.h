/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where a partition's file stands before, while and after it is published.
 * A file's name holds two digests: one of the content and of all that decides
 * what is stored of it, and one of where it came from and how many rejects it might have. The same name means the
 * same bytes; the same first digest means the same rows. All functions are
 * local; those that touch the store are for rank 0.
 */
#ifndef COLONNADE_INGEST_PUBLISH_H
#define COLONNADE_INGEST_PUBLISH_H

#include "colonnade/base/hash.h"
#include "colonnade/ingest/ingest.h"
#include "colonnade/ingest/provenance.h"
#include "colonnade/store/dataset.h"

typedef struct cln_publication {
    char *temporary_path;             /* while the partition is written; the same on all ranks */
    char *rejects_path;               /* the list of rejects of an ingest that did not pass */
    const char *origin;               /* of the file: its URL, or its name; borrowed */
    cln_manifest manifest;            /* rank 0 */
    const cln_partition_info *former; /* in the manifest; NULL when there is none */
    char *former_file;                /* of the former partition, where another file takes its place; else NULL */
    char *replaced_file;              /* of the former partition, the same file or another; NULL: there was none */
    char *former_live_file;           /* of the rows that counted; NULL: there was none */
    char *file;                       /* that the partition gets; NULL: none is published */
    bool has_changed;                 /* the manifest has */
} cln_publication;

/* Any rank: the paths. */
CLN_CHECKED cln_status cln_publication_init(cln_publication *publication, const cln_ingest_request *request,
                                            cln_error *err);
void cln_publication_clean_up(cln_publication *publication);

/* Reads the manifest. A former partition of the same id from another origin
 * is CLN_ERR_USAGE unless the request says replace, or the sidecar lists that
 * origin among the addresses of the same source. sidecar must outlive the
 * publication. */
CLN_CHECKED cln_status cln_publication_look(cln_publication *publication, const cln_ingest_request *request,
                                            const cln_sidecar *sidecar, cln_error *err);

/* Whether the former partition holds a file of this size and is not to be
 * written anew in any case: only then is it worth hashing. */
bool cln_publication_is_worth_hashing(const cln_publication *publication, const cln_ingest_request *request,
                                      uint64_t size_bytes);

/* Whether the former partition is what this content and recipe give, came from
 * the same origin, and is there in its size. A newer sidecar of the same origin
 * (fetched again, nothing new) changes nothing. With request->replace nothing
 * is unchanged: it mends what is damaged. */
bool cln_publication_is_unchanged(const cln_publication *publication, const cln_ingest_request *request,
                                  const cln_sidecar *sidecar, const cln_digest *content, const cln_digest *recipe);

/* What is published. */
typedef struct cln_published {
    const cln_digest *content;
    const cln_digest *recipe;
    const cln_sidecar *sidecar;
    uint64_t rows;
    uint64_t rejected;
    uint64_t source_size_bytes;
    uint64_t size_bytes;
    uint32_t rest_crc32c;
    bool is_sample;
} cln_published;

/* The manifest as it is to be, with the rule for duplicates that holds now; the
 * store stays as it is. published: NULL when the partition is unchanged. */
CLN_CHECKED cln_status cln_publication_prepare(cln_publication *publication, const cln_ingest_request *request,
                                               const cln_published *published, cln_error *err);

/* Collective; but for publication, of which rank 0's is used, arguments must
 * agree. Looks for duplicates where the rule demands it; is_new: the partition
 * still has its temporary name. */
CLN_CHECKED cln_status cln_publication_resolve(cln_publication *publication, const cln_comm *comm,
                                               const cln_ingest_request *request, bool is_new, cln_error *err);

/* Renames the temporary to its final name, publishes the new master and
 * writes the history; that a line of history cannot be written is only
 * warned of, for the partition is published by then. */
CLN_CHECKED cln_status cln_publication_publish(cln_publication *publication, const cln_ingest_request *request,
                                               const cln_published *published, cln_error *err);

/* The same for an unchanged partition: the master is published when the rule
 * for duplicates is another one now. */
CLN_CHECKED cln_status cln_publication_renew(cln_publication *publication, const cln_ingest_request *request,
                                             cln_error *err);

/* Keeps the temporary as the list of rejects of an ingest that did not pass. */
CLN_CHECKED cln_status cln_publication_keep_rejects(const cln_publication *publication, cln_error *err);

/* Removes the temporary, after an error. */
void cln_publication_discard(const cln_publication *publication);

#endif
