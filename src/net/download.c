/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/net/download.h"

#include "colonnade/base/memory.h"
#include "sha256.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { CONNECT_SECONDS = 30, STALL_SECONDS = 60, REDIRECTIONS_MOST = 5 };

typedef struct transfer {
    const cln_download_request *request;
    cln_download_result *result;
    CURL *curl;
    int descriptor;
    cln_sha256 hash;
    cln_status status; /* of the callbacks, whose own result curl keeps to itself */
    cln_error *err;
    char message[CURL_ERROR_SIZE];
} transfer;

static cln_status write_whole(transfer *t, const char *data, size_t size) {
    while (size > 0) {
        const ssize_t written = write(t->descriptor, data, size);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return cln_fail_errno(t->err, "cannot write to %s", t->request->path);
        data += written;
        size -= (size_t)written;
    }
    return CLN_OK;
}

static void keep_head(cln_download_result *result, const char *data, size_t size) {
    const size_t room = sizeof result->head - result->head_size;
    const size_t kept = size < room ? size : room;
    memcpy(result->head + result->head_size, data, kept);
    result->head_size += kept;
}

static cln_status take_bytes(transfer *t, const char *data, size_t size) {
    if (size > t->request->size_limit_bytes - t->result->size_bytes) {
        return cln_fail(t->err, CLN_ERR_IO, "%s sends more than %llu bytes, the most that is taken", t->request->url,
                        (unsigned long long)t->request->size_limit_bytes);
    }
    keep_head(t->result, data, size);
    t->result->size_bytes += size;
    CLN_TRY(cln_sha256_update(&t->hash, data, size, t->err));
    return write_whole(t, data, size);
}

static size_t on_body(char *data, size_t item_size, size_t count, void *context) {
    transfer *t = context;
    const size_t size = item_size * count;
    t->status = take_bytes(t, data, size);
    return t->status == CLN_OK ? size : CURL_WRITEFUNC_ERROR;
}

static void forget_headers(cln_download_result *result) {
    free(result->etag);
    free(result->last_modified);
    result->etag = NULL;
    result->last_modified = NULL;
}

static cln_status keep_header(cln_span line, const char *name, char **value, cln_error *err) {
    const size_t size = strlen(name);
    if (line.size <= size || line.data[size] != ':' || strncasecmp(line.data, name, size) != 0) return CLN_OK;
    free(*value);
    *value = NULL;
    return cln_copy_span(value, cln_span_trim(cln_span_of(line.data + size + 1, line.size - size - 1)), err);
}

/* The headers of each answer on the way come by; those of the last one count. */
static size_t on_header(char *data, size_t item_size, size_t count, void *context) {
    transfer *t = context;
    cln_span line = cln_span_of(data, item_size * count);
    while (line.size > 0 && (line.data[line.size - 1] == '\n' || line.data[line.size - 1] == '\r')) line.size--;
    if (line.size >= 5 && memcmp(line.data, "HTTP/", 5) == 0) forget_headers(t->result);
    t->status = keep_header(line, "ETag", &t->result->etag, t->err);
    if (t->status == CLN_OK) t->status = keep_header(line, "Last-Modified", &t->result->last_modified, t->err);
    return t->status == CLN_OK ? item_size * count : 0;
}

static int on_progress(void *context, curl_off_t total, curl_off_t received, curl_off_t unused_a, curl_off_t unused_b) {
    (void)unused_a;
    (void)unused_b;
    const cln_download_request *request = ((transfer *)context)->request;
    if (request->progress != NULL) request->progress(request->progress_context, (uint64_t)received, (uint64_t)total);
    return 0;
}

/* An address that begins with https stays there. */
static void set_protocols(transfer *t) {
    const bool is_https = strncasecmp(t->request->url, "https:", 6) == 0;
#if LIBCURL_VERSION_NUM >= 0x075500
    (void)curl_easy_setopt(t->curl, CURLOPT_PROTOCOLS_STR, "http,https,file");
    (void)curl_easy_setopt(t->curl, CURLOPT_REDIR_PROTOCOLS_STR, is_https ? "https" : "http,https");
#else
    (void)curl_easy_setopt(t->curl, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS | CURLPROTO_FILE));
    (void)curl_easy_setopt(t->curl, CURLOPT_REDIR_PROTOCOLS,
                           is_https ? (long)CURLPROTO_HTTPS : (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
}

static void set_options(transfer *t) {
    (void)curl_easy_setopt(t->curl, CURLOPT_URL, t->request->url);
    set_protocols(t);
    (void)curl_easy_setopt(t->curl, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(t->curl, CURLOPT_FAILONERROR, 1L);
    (void)curl_easy_setopt(t->curl, CURLOPT_FOLLOWLOCATION, 1L);
    (void)curl_easy_setopt(t->curl, CURLOPT_MAXREDIRS, (long)REDIRECTIONS_MOST);
    (void)curl_easy_setopt(t->curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
    (void)curl_easy_setopt(t->curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    (void)curl_easy_setopt(t->curl, CURLOPT_LOW_SPEED_TIME, (long)STALL_SECONDS);
    (void)curl_easy_setopt(t->curl, CURLOPT_ACCEPT_ENCODING, "");
    (void)curl_easy_setopt(t->curl, CURLOPT_USERAGENT, "colonnade/" COLONNADE_VERSION);
    (void)curl_easy_setopt(t->curl, CURLOPT_ERRORBUFFER, t->message);
    (void)curl_easy_setopt(t->curl, CURLOPT_WRITEFUNCTION, on_body);
    (void)curl_easy_setopt(t->curl, CURLOPT_WRITEDATA, t);
    (void)curl_easy_setopt(t->curl, CURLOPT_HEADERFUNCTION, on_header);
    (void)curl_easy_setopt(t->curl, CURLOPT_HEADERDATA, t);
    (void)curl_easy_setopt(t->curl, CURLOPT_NOPROGRESS, 0L);
    (void)curl_easy_setopt(t->curl, CURLOPT_XFERINFOFUNCTION, on_progress);
    (void)curl_easy_setopt(t->curl, CURLOPT_XFERINFODATA, t);
}

static cln_status copy_info(transfer *t, CURLINFO info, char **value) {
    char *text = NULL;
    if (curl_easy_getinfo(t->curl, info, &text) != CURLE_OK || text == NULL) return CLN_OK;
    return cln_copy_string(value, text, t->err);
}

static cln_status check_answer(transfer *t, CURLcode code) {
    const char *url = t->request->url;
    const long http_status = t->result->http_status;
    t->result->is_missing =
        http_status == 403 || http_status == 404 || http_status == 410 || code == CURLE_FILE_COULDNT_READ_FILE;
    if (t->status != CLN_OK) return t->status;
    if (code == CURLE_HTTP_RETURNED_ERROR) return cln_fail(t->err, CLN_ERR_IO, "%s answers HTTP %ld", url, http_status);
    if (code != CURLE_OK) {
        return cln_fail(t->err, CLN_ERR_IO, "cannot download %s: %s", url,
                        t->message[0] != '\0' ? t->message : curl_easy_strerror(code));
    }
    if (http_status == 202) {
        return cln_fail(t->err, CLN_ERR_IO,
                        "%s is still being prepared by its server (HTTP 202); try again in a minute", url);
    }
    if (http_status != 0 && http_status != 200) {
        return cln_fail(t->err, CLN_ERR_IO, "%s answers HTTP %ld instead of 200", url, http_status);
    }
    return CLN_OK;
}

static cln_status perform(transfer *t) {
    set_options(t);
    const CURLcode code = curl_easy_perform(t->curl);
    (void)curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &t->result->http_status);
    CLN_TRY(check_answer(t, code));
    CLN_TRY(copy_info(t, CURLINFO_EFFECTIVE_URL, &t->result->final_url));
    CLN_TRY(copy_info(t, CURLINFO_CONTENT_TYPE, &t->result->content_type));
    CLN_TRY(cln_sha256_finish(&t->hash, t->result->sha256, t->err));
    if (fsync(t->descriptor) == 0) return CLN_OK;
    return cln_fail_errno(t->err, "cannot write to %s", t->request->path);
}

static cln_status download_into(transfer *t) {
    t->descriptor = open(t->request->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (t->descriptor < 0) return cln_fail_errno(t->err, "cannot create %s", t->request->path);
    cln_status status = perform(t);
    if (close(t->descriptor) != 0 && status == CLN_OK) {
        status = cln_fail_errno(t->err, "cannot write to %s", t->request->path);
    }
    if (status != CLN_OK) (void)unlink(t->request->path);
    return status;
}

cln_status cln_download(const cln_download_request *request, cln_download_result *result, cln_error *err) {
    *result = (cln_download_result){0};
    transfer t = {.request = request, .result = result, .curl = curl_easy_init(), .err = err};
    if (t.curl == NULL) return cln_fail(err, CLN_ERR_INTERNAL, "libcurl cannot be started");
    cln_status status = cln_sha256_init(&t.hash, err);
    if (status == CLN_OK) {
        status = download_into(&t);
        cln_sha256_clean_up(&t.hash);
    }
    curl_easy_cleanup(t.curl);
    return status;
}

void cln_download_result_clean_up(cln_download_result *result) {
    forget_headers(result);
    free(result->final_url);
    free(result->content_type);
    *result = (cln_download_result){0};
}
