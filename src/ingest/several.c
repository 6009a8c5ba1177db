/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/ingest/several.h"

#include "colonnade/base/memory.h"
#include "colonnade/ingest/draft.h"

#include <stdlib.h>
#include <string.h>

/* How a rank's file fared; the draft's bytes follow it. Travels as bytes. */
typedef struct several_head {
    uint64_t status;
    cln_error err;
} several_head;

typedef struct several_job {
    const cln_comm *comm;
    const cln_ingest_request *requests;
    size_t count;
    cln_ingest_outcome *outcomes;
    size_t done;
} several_job;

static bool has_file(const several_job *job) {
    return (size_t)job->comm->rank < job->count;
}

/* Local: this rank's file, and what becomes of it for rank 0. */
static cln_status make_own(const several_job *job, cln_buffer *message, cln_error *err) {
    const cln_comm alone = {.mpi = MPI_COMM_SELF, .rank = 0, .size = 1};
    const cln_ingest_request *request = &job->requests[job->comm->rank];
    several_head head;
    memset(&head, 0, sizeof head);
    cln_draft draft;
    cln_draft_init(&draft);
    head.status = (uint64_t)cln_draft_make(&draft, &alone, request, &head.err);
    cln_status status = cln_buffer_append(message, &head, sizeof head, err);
    if (status == CLN_OK && head.status == CLN_OK) status = cln_draft_pack(&draft, message, err);
    cln_draft_clean_up(&draft);
    return status;
}

/* Rank 0: what became of one file where it was read. */
static cln_status unpack(cln_draft *draft, cln_span message, cln_error *err) {
    several_head head;
    memcpy(&head, message.data, sizeof head);
    if (head.status == CLN_OK) {
        return cln_draft_unpack(draft, cln_span_of(message.data + sizeof head, message.size - sizeof head), err);
    }
    *err = head.err;
    return (cln_status)head.status;
}

/* Collective: one file. */
static cln_status publish_one(const several_job *job, size_t i, cln_span message, cln_error *err) {
    cln_draft draft;
    cln_draft_init(&draft);
    cln_status status = cln_agree(job->comm, job->comm->rank == 0 ? unpack(&draft, message, err) : CLN_OK, err);
    if (status == CLN_OK) {
        cln_ingest_duplicates duplicates;
        status = cln_draft_publish(&draft, job->comm, &job->requests[i], &duplicates, err);
        job->outcomes[i] = draft.facts.outcome;
        job->outcomes[i].duplicates = duplicates;
    }
    cln_draft_clean_up(&draft);
    return status;
}

/* Collective: all in order, up to the first that fails. Only rank 0 has messages. */
static cln_status publish_all(several_job *job, const cln_buffer *messages, const uint64_t *sizes, cln_error *err) {
    const char *next = messages->data;
    for (size_t i = 0; i < job->count; i++) {
        const bool has_message = job->comm->rank == 0;
        CLN_TRY(publish_one(job, i, has_message ? cln_span_of(next, (size_t)sizes[i]) : cln_span_of(NULL, 0), err));
        if (has_message) next += sizes[i];
        job->done++;
    }
    return CLN_OK;
}

/* Collective. All ranks learn what was published, or that nobody can tell;
 * returns the agreed status. */
static cln_status tell_all(several_job *job, cln_status status, cln_error *err) {
    cln_buffer bytes;
    cln_buffer_init(&bytes, SIZE_MAX);
    const cln_span own = cln_span_of((const char *)job->outcomes, job->done * sizeof *job->outcomes);
    cln_status shared = CLN_OK;
    if (job->comm->rank == 0) shared = cln_buffer_append_span(&bytes, own, err);
    shared = cln_agree(job->comm, shared, err);
    if (shared == CLN_OK) shared = cln_broadcast_buffer(job->comm, &bytes, 0, err);
    if (shared == CLN_OK && bytes.size > 0) memcpy(job->outcomes, bytes.data, bytes.size);
    job->done = shared == CLN_OK ? bytes.size / sizeof *job->outcomes : 0;
    cln_buffer_clean_up(&bytes);
    return shared != CLN_OK ? shared : cln_agree(job->comm, status, err);
}

/* Collective. */
static cln_status make_and_publish(several_job *job, cln_buffer *message, uint64_t *sizes, cln_error *err) {
    cln_buffer gathered;
    cln_buffer_init(&gathered, SIZE_MAX);
    cln_status status = cln_agree(job->comm, has_file(job) ? make_own(job, message, err) : CLN_OK, err);
    if (status == CLN_OK) status = cln_gather_bytes(job->comm, cln_buffer_span(message), 0, &gathered, sizes, err);
    if (status == CLN_OK) {
        status = publish_all(job, &gathered, sizes, err);
        status = tell_all(job, status, err);
    }
    cln_buffer_clean_up(&gathered);
    return status;
}

cln_status cln_ingest_several(const cln_comm *comm, const cln_ingest_request *requests, size_t count,
                              cln_ingest_outcome *outcomes, size_t *done, cln_error *err) {
    several_job job = {.comm = comm, .requests = requests, .count = count, .outcomes = outcomes};
    cln_buffer message;
    cln_buffer_init(&message, SIZE_MAX);
    uint64_t *sizes = NULL;
    cln_status status = cln_agree(comm, cln_new_array(&sizes, (size_t)comm->size, sizeof *sizes, err), err);
    if (status == CLN_OK) status = make_and_publish(&job, &message, sizes, err);
    /* What was published has another name by now; what was not goes, and no signal need remove it any more. */
    if (has_file(&job)) cln_draft_discard(&requests[comm->rank]);
    free(sizes);
    cln_buffer_clean_up(&message);
    *done = job.done;
    return cln_agree(comm, status, err); /* nobody goes on, and lets the lock go, before that was done everywhere */
}
