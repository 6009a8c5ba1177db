/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/csv/detect.h"

#include <stdlib.h>

static cln_status read_span(cln_byte_source *source, uint64_t offset, uint64_t size, cln_buffer *bytes,
                            cln_error *err) {
    size_t got;
    CLN_TRY(cln_buffer_reserve(bytes, (size_t)size, err));
    CLN_TRY(cln_byte_source_read_some(source, offset, bytes->data, (size_t)size, &got, err));
    bytes->size = got;
    return CLN_OK;
}

/* The end of a stream is far away. */
static uint64_t tail_size(const cln_byte_source *source, uint64_t head_bytes) {
    if (cln_byte_source_is_stream(source)) return 0;
    const uint64_t rest = source->size_bytes - head_bytes;
    return rest < CLN_DETECT_TAIL_BYTES ? rest : CLN_DETECT_TAIL_BYTES;
}

static cln_status read_sample(cln_detect_sample *sample, cln_byte_source *source, cln_buffer *head, cln_buffer *tail,
                              cln_error *err) {
    CLN_TRY(read_span(source, 0, CLN_DETECT_HEAD_BYTES, head, err));
    const uint64_t tail_bytes = tail_size(source, head->size);
    if (tail_bytes > 0) CLN_TRY(read_span(source, source->size_bytes - tail_bytes, tail_bytes, tail, err));
    const bool has_mark = head->size >= 3 && memcmp(head->data, "\xEF\xBB\xBF", 3) == 0;
    const size_t mark_bytes = has_mark ? 3 : 0;
    *sample = (cln_detect_sample){.head = cln_span_of(head->data + mark_bytes, head->size - mark_bytes),
                                  .tail = cln_buffer_span(tail),
                                  .head_offset = mark_bytes,
                                  .tail_offset = source->size_bytes - tail_bytes,
                                  .file_bytes = source->size_bytes};
    return CLN_OK;
}

static cln_status detect_on_root(cln_detection *detection, cln_byte_source *source, const cln_detect_given *given,
                                 cln_error *err) {
    cln_buffer head;
    cln_buffer tail;
    cln_buffer_init(&head, CLN_DETECT_HEAD_BYTES);
    cln_buffer_init(&tail, CLN_DETECT_TAIL_BYTES);
    cln_detect_sample sample;
    cln_status status = read_sample(&sample, source, &head, &tail, err);
    if (status == CLN_OK) status = cln_detect(detection, &sample, given, err);
    cln_buffer_clean_up(&tail);
    cln_buffer_clean_up(&head);
    return status;
}

cln_status cln_detect_read(cln_detection *detection, const cln_comm *comm, cln_byte_source *source,
                           const cln_detect_given *given, cln_error *err) {
    cln_buffer message;
    cln_buffer_init(&message, sizeof *detection);
    cln_status status = CLN_OK;
    if (comm->rank == 0) {
        status = detect_on_root(detection, source, given, err);
        if (status == CLN_OK) status = cln_buffer_append(&message, detection, sizeof *detection, err);
    }
    status = cln_agree(comm, status, err);
    if (status == CLN_OK) status = cln_broadcast_buffer(comm, &message, 0, err);
    if (status == CLN_OK) memcpy(detection, message.data, sizeof *detection);
    cln_buffer_clean_up(&message);
    return status;
}
