/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A stream of a file of this machine: it reads when it is asked to go on,
 * until its bytes are not taken. */
#include "colonnade/base/file.h"
#include "place.h"
#include "stream.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 256 << 10 };

static cln_status check_head(cln_stream *stream, const char *data, size_t size, cln_error *err) {
    cln_download_result page = {.size_bytes = stream->size_bytes};
    page.head_size = size < sizeof page.head ? size : sizeof page.head;
    memcpy(page.head, data, page.head_size);
    return cln_refuse_page(&page, stream->url, stream->is_csv, err);
}

static cln_status read_block(cln_stream *stream, char *block, bool *wait, cln_error *err) {
    const uint64_t left = stream->size_bytes - stream->position;
    const size_t size = left < BLOCK_BYTES ? (size_t)left : BLOCK_BYTES;
    CLN_TRY(stream->file->read_at(stream->file, stream->position, block, size, err));
    if (stream->position == 0) CLN_TRY(check_head(stream, block, size, err));
    CLN_TRY(cln_stream_hand_on(stream, block, size, wait, err));
    if (!*wait) stream->transferred_bytes += size;
    return CLN_OK;
}

static cln_status read_on(cln_stream *stream, cln_error *err) {
    char *block = malloc(BLOCK_BYTES);
    if (block == NULL) return cln_fail_memory(err, "reading a file");
    bool wait = false;
    cln_status status = CLN_OK;
    while (status == CLN_OK && !wait && stream->position < stream->size_bytes) {
        status = read_block(stream, block, &wait, err);
    }
    free(block);
    return status;
}

void cln_stream_read_file(cln_stream *stream) {
    if (stream->state != CLN_STREAM_RUNS) return;
    cln_status status = read_on(stream, &stream->error);
    if (status == CLN_OK && stream->position < stream->size_bytes) return;
    if (status == CLN_OK) status = stream->file->check_unchanged(stream->file, &stream->error);
    if (status != CLN_OK) {
        cln_stream_fail(stream, CLN_STREAM_FAILED, status, NULL);
    } else {
        stream->state = CLN_STREAM_WHOLE;
    }
}

void cln_stream_start_file(cln_stream *stream) {
    char *path = curl_easy_unescape(NULL, stream->url + strlen("file://"), 0, NULL);
    cln_status status = CLN_OK;
    if (path == NULL) status = cln_fail_memory(&stream->error, "reading a file");
    if (status == CLN_OK) {
        stream->is_missing = !cln_file_exists(path);
        status = cln_byte_source_open_file(&stream->file, path, &stream->error);
    }
    curl_free(path);
    if (status == CLN_OK && stream->file->size_bytes == 0) {
        status = cln_fail(&stream->error, CLN_ERR_IO, "%s is empty", stream->url);
    }
    if (status != CLN_OK) {
        cln_stream_fail(stream, CLN_STREAM_FAILED, status, NULL);
        return;
    }
    stream->size_bytes = stream->file->size_bytes;
}
