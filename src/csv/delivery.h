/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The sweep's last step: what of an item stands in later stripes (their heads)
 * goes to the rank that read its first byte, and every item that is whole goes
 * to that rank's sink, in the order of the file. Which bytes go where is in the
 * plans, which are the same on all ranks, so nothing is asked.
 */
#ifndef COLONNADE_CSV_DELIVERY_H
#define COLONNADE_CSV_DELIVERY_H

#include "colonnade/csv/sweep.h"
#include "colonnade/csv/transition.h"

/* The item that is open behind the stripes seen so far. */
typedef struct cln_open_item {
    int owner;
    uint64_t stripe;
    uint64_t offset;
    uint64_t record; /* its number */
} cln_open_item;

/* What the composition says of one rank's stripe. */
typedef struct cln_stripe_plan {
    uint64_t stripe;           /* its number */
    uint64_t begin;            /* where its data begin in the file */
    uint64_t size_bytes;       /* of its data */
    cln_open_item open_before; /* valid when head_bytes > 0 or completes */
    uint64_t head_bytes;       /* bytes that belong to the item that was open before */
    uint64_t keep_bytes;       /* how many of them are kept, within the maximum record */
    uint64_t tail_bytes;       /* and how many at their end, when some are not */
    bool completes;            /* the item that was open before ends in this stripe */
    uint64_t first_record;
    cln_transition transition;
} cln_stripe_plan;

typedef struct cln_delivery {
    const cln_comm *comm;
    const cln_csv_sink *sink;
    uint64_t max_record_bytes;
    cln_buffer pending;     /* the beginning of the open item, when this rank owns it */
    cln_buffer tail;        /* the last bytes of it, once some are not kept */
    cln_status status;      /* the first failure of the sink or of memory; then nothing more is taken */
    uint64_t failed_record; /* what the sink said of it, else UINT64_MAX */
    cln_error *err;
} cln_delivery;

/* Local. Keeps comm, sink and err for its lifetime: they must outlive it, and
 * what fails later is told in err. The caller cleans up, also on failure. */
CLN_CHECKED cln_status cln_delivery_init(cln_delivery *delivery, const cln_comm *comm, const cln_csv_sink *sink,
                                         uint64_t max_record_bytes, cln_error *err);
void cln_delivery_clean_up(cln_delivery *delivery);

/* Local. Room for all that this rank will receive. plans has one for each rank. */
CLN_CHECKED cln_status cln_delivery_reserve(cln_delivery *delivery, const cln_stripe_plan *plans);

/* Collective, after all ranks have reserved. data is this rank's stripe. What
 * it returns need not agree: a rank that fails still sends and receives what
 * the others count on. */
CLN_CHECKED cln_status cln_delivery_run(cln_delivery *delivery, const cln_stripe_plan *plans, cln_span data);

/* Local, on the owner of the item that the end of the file ends. */
CLN_CHECKED cln_status cln_delivery_end(cln_delivery *delivery, const cln_open_item *open, uint64_t end_offset);

#endif
