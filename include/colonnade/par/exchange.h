/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * All-to-all exchange of more than memory holds. Each rank appends records,
 * each to a bucket; then bucket after bucket goes to the rank that owns it,
 * with the records of all ranks. What is hashed into buckets thereby meets on
 * one rank, in portions that fit: grouping, joining and looking for
 * duplicates need no more.
 *
 *   new      collective
 *   append   local, any number of times; what is too much for memory goes to
 *            a scratch file without a name
 *   settle   collective; all ranks learn the sizes of all buckets
 *   deliver  collective, for a range of buckets, any number of times: rounds
 *            of bounded messages, until the owners have everything
 *   free     local
 *
 * No message and no count comes near INT_MAX. Records arrive in no order that
 * may be relied on: it depends on the number of ranks.
 */
#ifndef COLONNADE_PAR_EXCHANGE_H
#define COLONNADE_PAR_EXCHANGE_H

#include "colonnade/par/comm.h"

#include <stddef.h>
#include <stdint.h>

/* In cln_exchange_options.owner: bucket b belongs to rank b modulo the number of ranks. */
#define CLN_EXCHANGE_DEALT (-1)

typedef struct cln_exchange_options {
    const char *scratch_dir; /* borrowed */
    uint64_t memory_bytes;   /* that appending takes, and delivering; a record longer than that takes its own besides */
    size_t bucket_count;     /* at least 1; some bytes of memory each */
    int owner;               /* the rank that owns all buckets, or CLN_EXCHANGE_DEALT */
} cln_exchange_options;

typedef struct cln_exchange cln_exchange;

/* Collective; options must agree (but for the scratch folder). */
CLN_CHECKED cln_status cln_exchange_new(cln_exchange **exchange, const cln_comm *comm,
                                        const cln_exchange_options *options, cln_error *err);
void cln_exchange_free(cln_exchange *exchange); /* local; may be NULL */

/* Local, before settling; number is that of the bucket. The record's bytes are
 * head, then body; both are copied, and may be empty. Together they have less than 4 GiB. */
CLN_CHECKED cln_status cln_exchange_append(cln_exchange *exchange, size_t number, cln_span head, cln_span body,
                                           cln_error *err);

/* Collective. Nothing is appended afterwards. */
CLN_CHECKED cln_status cln_exchange_settle(cln_exchange *exchange, cln_error *err);

/* Local, after settling; the same on all ranks. Of a bucket by its number. */
typedef struct cln_exchange_size {
    uint64_t records;
    uint64_t bytes; /* of the records, with 4 more for each */
} cln_exchange_size;
cln_exchange_size cln_exchange_bucket_size(const cln_exchange *exchange, size_t number);

/* Local, after settling; the same on all ranks. The greatest end so that no
 * rank owns more than limit_bytes of the buckets [first, end); at least
 * first + 1. */
size_t cln_exchange_portion(const cln_exchange *exchange, size_t first, uint64_t limit_bytes);

/* Who gets the records of this rank's buckets. take is local; the record is
 * valid during the call, at any alignment. */
typedef struct cln_exchange_sink {
    void *context;
    CLN_CHECKED cln_status (*take)(void *context, size_t bucket, cln_span record, cln_error *err);
} cln_exchange_sink;

/* Collective, after settling; the range must agree. Gives the records of
 * buckets [first, end) to their owners' sinks. A failure of any rank ends it
 * on all. */
CLN_CHECKED cln_status cln_exchange_deliver(cln_exchange *exchange, size_t first, size_t end,
                                            const cln_exchange_sink *sink, cln_error *err);

#endif
