/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/ingest/draft.h"

#include "colonnade/base/cleanup.h"
#include "colonnade/base/log.h"
#include "colonnade/base/memory.h"
#include "colonnade/ingest/publish.h"

#include <string.h>

void cln_draft_init(cln_draft *draft) {
    *draft = (cln_draft){0};
    cln_buffer_init(&draft->warnings, SIZE_MAX);
}

void cln_draft_clean_up(cln_draft *draft) {
    cln_sidecar_clean_up(&draft->sidecar);
    cln_buffer_clean_up(&draft->warnings);
}

/* ---- Publishing ---- */

static cln_published published_of(const cln_draft *draft) {
    const cln_draft_facts *facts = &draft->facts;
    return (cln_published){.content = &facts->content,
                           .recipe = &facts->recipe,
                           .sidecar = &draft->sidecar,
                           .rows = facts->outcome.rows,
                           .rejected = facts->outcome.account.records_rejected,
                           .source_size_bytes = facts->source_size_bytes,
                           .size_bytes = facts->partition_size_bytes,
                           .rest_crc32c = facts->partition_rest_crc32c,
                           .is_sample = facts->outcome.is_sample};
}

static void warn(const cln_draft *draft) {
    const char *next = draft->warnings.data;
    for (size_t left = draft->warnings.size; left > 0;) {
        const size_t size = strlen(next) + 1;
        cln_warning("%s", next);
        next += size;
        left -= size;
    }
}

/* Rank 0: what the store is to hold. */
static cln_status prepare(const cln_draft *draft, cln_publication *publication, const cln_ingest_request *request,
                          cln_error *err) {
    warn(draft);
    if (draft->facts.outcome.result == CLN_INGEST_REFUSED) return cln_publication_keep_rejects(publication, err);
    CLN_TRY(cln_publication_look(publication, request, &draft->sidecar, err));
    const cln_published published = published_of(draft);
    const bool is_new = draft->facts.outcome.result == CLN_INGEST_PUBLISHED;
    return cln_publication_prepare(publication, request, is_new ? &published : NULL, err);
}

/* Rank 0. */
static cln_status finish(const cln_draft *draft, cln_publication *publication, const cln_ingest_request *request,
                         cln_error *err) {
    if (draft->facts.outcome.result == CLN_INGEST_REFUSED) return CLN_OK;
    if (draft->facts.outcome.result == CLN_INGEST_UNCHANGED) return cln_publication_renew(publication, request, err);
    const cln_published published = published_of(draft);
    return cln_publication_publish(publication, request, &published, err);
}

/* Collective. All ranks learn what became of the rows. */
static void share_duplicates(const cln_publication *publication, const cln_comm *comm,
                             const cln_ingest_request *request, cln_ingest_duplicates *duplicates) {
    uint64_t numbers[6] = {0};
    if (comm->rank == 0) {
        const cln_manifest *manifest = &publication->manifest;
        const bool has_rule = manifest->rule.on_duplicate != CLN_DUPLICATES_UNSET;
        for (size_t i = 0; i < manifest->partition_count; i++) {
            numbers[3] += manifest->partitions[i].duplicates;
            numbers[4] += manifest->partitions[i].is_unchecked;
        }
        const cln_partition_info *own = cln_manifest_find(manifest, request->partition);
        if (own != NULL) {
            numbers[0] = has_rule && !own->is_unchecked;
            numbers[1] = own->is_unchecked;
            numbers[2] = own->duplicates;
        }
        numbers[5] = publication->replaced_file != NULL;
    }
    cln_sum_u64(comm, numbers, 6); /* the others have none */
    *duplicates = (cln_ingest_duplicates){.is_checked = numbers[0] != 0,
                                          .is_unchecked = numbers[1] != 0,
                                          .has_replaced = numbers[5] != 0,
                                          .own = numbers[2],
                                          .others = numbers[3] - numbers[2],
                                          .unchecked_others = numbers[4] - numbers[1]};
}

/* Collective. */
static cln_status publish(const cln_draft *draft, cln_publication *publication, const cln_comm *comm,
                          const cln_ingest_request *request, cln_ingest_duplicates *duplicates, cln_error *err) {
    const bool is_root = comm->rank == 0;
    CLN_TRY_AGREED(comm, is_root ? prepare(draft, publication, request, err) : CLN_OK, err);
    int64_t is_new = is_root && draft->facts.outcome.result == CLN_INGEST_PUBLISHED;
    cln_max_i64(comm, &is_new, 1);
    const cln_status resolved = cln_publication_resolve(publication, comm, request, is_new != 0, err);
    *duplicates = (cln_ingest_duplicates){.are_refused = resolved == CLN_ERR_DATA};
    if (resolved != CLN_OK) return resolved;
    share_duplicates(publication, comm, request, duplicates);
    return cln_agree(comm, is_root ? finish(draft, publication, request, err) : CLN_OK, err);
}

cln_status cln_draft_publish(const cln_draft *draft, const cln_comm *comm, const cln_ingest_request *request,
                             cln_ingest_duplicates *duplicates, cln_error *err) {
    cln_publication publication;
    *duplicates = (cln_ingest_duplicates){0};
    cln_status status = cln_agree(comm, cln_publication_init(&publication, request, err), err);
    if (status == CLN_OK) status = publish(draft, &publication, comm, request, duplicates, err);
    cln_publication_clean_up(&publication);
    if (status != CLN_OK && comm->rank == 0) cln_draft_discard(request);
    return status;
}

void cln_draft_discard(const cln_ingest_request *request) {
    cln_publication publication;
    if (cln_publication_init(&publication, request, NULL) != CLN_OK) return; /* the next ingest removes it */
    cln_publication_discard(&publication);
    cln_publication_clean_up(&publication);
}

/* ---- Between ranks ---- */

/* Each text with its length, which is 0 for none, and a NUL. */
static cln_status pack_text(const char *text, cln_buffer *bytes, cln_error *err) {
    const uint64_t size = text == NULL ? 0 : strlen(text) + 1;
    CLN_TRY(cln_buffer_append(bytes, &size, sizeof size, err));
    return cln_buffer_append(bytes, text, (size_t)size, err);
}

cln_status cln_draft_pack(const cln_draft *draft, cln_buffer *bytes, cln_error *err) {
    CLN_TRY(cln_buffer_append(bytes, &draft->facts, sizeof draft->facts, err));
    CLN_TRY(pack_text(draft->sidecar.json, bytes, err));
    CLN_TRY(pack_text(draft->sidecar.url, bytes, err));
    CLN_TRY(cln_buffer_append(bytes, &draft->sidecar.is_sample, sizeof draft->sidecar.is_sample, err));
    return cln_buffer_append_span(bytes, cln_buffer_span(&draft->warnings), err);
}

/* The bytes come from cln_draft_pack of the same program. */
static void take(cln_span *bytes, void *to, size_t size) {
    memcpy(to, bytes->data, size);
    *bytes = cln_span_of(bytes->data + size, bytes->size - size);
}

static cln_status unpack_text(cln_span *bytes, char **text, cln_error *err) {
    uint64_t size;
    take(bytes, &size, sizeof size);
    if (size == 0) return CLN_OK;
    CLN_TRY(cln_copy_string(text, bytes->data, err));
    *bytes = cln_span_of(bytes->data + size, bytes->size - (size_t)size);
    return CLN_OK;
}

cln_status cln_draft_unpack(cln_draft *draft, cln_span bytes, cln_error *err) {
    take(&bytes, &draft->facts, sizeof draft->facts);
    CLN_TRY(unpack_text(&bytes, &draft->sidecar.json, err));
    CLN_TRY(unpack_text(&bytes, &draft->sidecar.url, err));
    take(&bytes, &draft->sidecar.is_sample, sizeof draft->sidecar.is_sample);
    return cln_buffer_append_span(&draft->warnings, bytes, err);
}
