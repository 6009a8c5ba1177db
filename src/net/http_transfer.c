/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http_transfer.h"

#include "colonnade/base/memory.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { CONNECT_SECONDS = 30, STALL_SECONDS = 60, REDIRECTIONS_MOST = 5, BUFFER_BYTES = 512 << 10 };

#define AUTHORIZATION "Authorization:"

static bool has_prefix(const char *text, const char *prefix) {
    return strncasecmp(text, prefix, strlen(prefix)) == 0;
}

static const char *url_of(const cln_http_transfer *t) {
    return t->url != NULL ? t->url : t->request->url;
}

/* Signatures and tokens are among them. */
static void forget_headers(cln_http_transfer *t) {
    for (struct curl_slist *line = t->headers; line != NULL; line = line->next) {
        OPENSSL_cleanse(line->data, strlen(line->data));
    }
    curl_slist_free_all(t->headers);
    t->headers = NULL;
}

static cln_status add_header(cln_http_transfer *t, const char *header, cln_error *err) {
    struct curl_slist *longer = curl_slist_append(t->headers, header);
    if (longer == NULL) return cln_fail_memory(err, "preparing a request");
    t->headers = longer;
    return CLN_OK;
}

/* The part of an address that says who answers: "https://host:port". */
static cln_span host_of(const char *url) {
    const char *host = strstr(url, "://");
    if (host == NULL) return cln_span_of_string(url);
    return cln_span_of(url, (size_t)(host + 3 - url) + strcspn(host + 3, "/?#"));
}

/* What of an address may be told and kept: that of another host than was asked, behind a redirection, may be signed in
 * its query, and then opens the file to whoever reads it. */
static cln_span told_part(const cln_http_transfer *t, const char *url) {
    const bool is_elsewhere = !cln_span_equal(host_of(url), host_of(t->request->url));
    return cln_span_of(url, is_elsewhere ? strcspn(url, "?#") : strlen(url));
}

static cln_status add_range(cln_http_transfer *t, cln_error *err) {
    const cln_http_request *request = t->request;
    char range[80];
    const unsigned long long first = request->first_byte;
    if (request->last_byte == CLN_HTTP_TO_THE_END) {
        (void)snprintf(range, sizeof range, "Range: bytes=%llu-", first);
    } else {
        (void)snprintf(range, sizeof range, "Range: bytes=%llu-%llu", first, (unsigned long long)request->last_byte);
    }
    return add_header(t, range, err);
}

static cln_status set_headers(cln_http_transfer *t, cln_error *err) {
    const cln_http_request *request = t->request;
    const bool is_elsewhere =
        !cln_span_equal(host_of(url_of(t)), host_of(request->url)); /* where no secret of ours may go */
    forget_headers(t);
    CLN_TRY(add_header(t, "Expect:", err));
    for (size_t i = 0; i < request->header_count; i++) {
        if (is_elsewhere && has_prefix(request->headers[i], AUTHORIZATION)) continue;
        CLN_TRY(add_header(t, request->headers[i], err));
    }
    if (request->has_range) CLN_TRY(add_range(t, err));
    (void)curl_easy_setopt(t->curl, CURLOPT_HTTPHEADER, t->headers);
    return CLN_OK;
}

static void set_method(cln_http_transfer *t) {
    const cln_http_request *request = t->request;
    const char *method = request->method == NULL ? "GET" : request->method;
    const bool sends = strcmp(method, "PUT") == 0 || strcmp(method, "POST") == 0 || cln_http_body_bytes(request) > 0;
    if (strcmp(method, "HEAD") == 0) {
        (void)curl_easy_setopt(t->curl, CURLOPT_NOBODY, 1L);
    } else if (sends) {
        (void)curl_easy_setopt(t->curl, CURLOPT_UPLOAD, 1L);
        (void)curl_easy_setopt(t->curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)cln_http_body_bytes(request));
    }
    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0) {
        (void)curl_easy_setopt(t->curl, CURLOPT_CUSTOMREQUEST, method);
    }
}

static long milliseconds(double seconds, int otherwise_seconds) {
    return (long)((seconds > 0 ? seconds : otherwise_seconds) * 1000);
}

static void set_timeouts(cln_http_transfer *t) {
    const cln_http_timeouts *timeouts = &t->request->timeouts;
    const double stall = timeouts->stall_seconds > 0 ? timeouts->stall_seconds : STALL_SECONDS;
    (void)curl_easy_setopt(t->curl, CURLOPT_CONNECTTIMEOUT_MS,
                           milliseconds(timeouts->connect_seconds, CONNECT_SECONDS));
    (void)curl_easy_setopt(t->curl, CURLOPT_TIMEOUT_MS, milliseconds(timeouts->total_seconds, 0));
    (void)curl_easy_setopt(t->curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    (void)curl_easy_setopt(t->curl, CURLOPT_LOW_SPEED_TIME, stall < 1 ? 1L : (long)stall);
}

/* Redirections are followed by hand (see follow), so curl needs no rule for them. */
static void set_protocols(cln_http_transfer *t) {
#if LIBCURL_VERSION_NUM >= 0x075500
    (void)curl_easy_setopt(t->curl, CURLOPT_PROTOCOLS_STR, "http,https,file");
#else
    (void)curl_easy_setopt(t->curl, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS | CURLPROTO_FILE));
#endif
}

/* curl's own program looks at these variables, its library does not. */
static void set_certificates(cln_http_transfer *t) {
    const char *file = getenv("CURL_CA_BUNDLE");
    if (file == NULL || *file == '\0') file = getenv("SSL_CERT_FILE");
    const char *folder = getenv("SSL_CERT_DIR");
    if (file != NULL && *file != '\0') (void)curl_easy_setopt(t->curl, CURLOPT_CAINFO, file);
    if (folder != NULL && *folder != '\0') (void)curl_easy_setopt(t->curl, CURLOPT_CAPATH, folder);
}

/* HTTP/1.1: transfers side by side are to have connections of their own.
 * CURLOPT_NOSIGNAL stays off, so that curl ignores SIGPIPE while it writes to a
 * TLS connection that the other side has closed. */
static void set_options(cln_http_transfer *t) {
    const cln_http_request *request = t->request;
    set_protocols(t);
    set_certificates(t);
    set_timeouts(t);
    (void)curl_easy_setopt(t->curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    (void)curl_easy_setopt(t->curl, CURLOPT_USERAGENT, "colonnade/" COLONNADE_VERSION);
    (void)curl_easy_setopt(t->curl, CURLOPT_BUFFERSIZE, (long)BUFFER_BYTES);
    (void)curl_easy_setopt(t->curl, CURLOPT_UPLOAD_BUFFERSIZE, (long)BUFFER_BYTES);
    (void)curl_easy_setopt(t->curl, CURLOPT_TCP_KEEPALIVE, 1L);
    (void)curl_easy_setopt(t->curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    (void)curl_easy_setopt(t->curl, CURLOPT_PATH_AS_IS, request->path_as_is ? 1L : 0L);
    if (request->decodes) (void)curl_easy_setopt(t->curl, CURLOPT_ACCEPT_ENCODING, "identity");
    if (request->is_once) (void)curl_easy_setopt(t->curl, CURLOPT_FRESH_CONNECT, 1L);
    if (request->no_proxy) (void)curl_easy_setopt(t->curl, CURLOPT_PROXY, "");
}

cln_status cln_http_prepare(cln_http_transfer *t, cln_error *err) {
    const cln_http_request *request = t->request;
    t->curl = curl_easy_init();
    if (t->curl == NULL) return cln_fail_memory(err, "preparing a request");
    const size_t limit = request->body_limit_bytes != 0 ? request->body_limit_bytes : CLN_HTTP_BODY_LIMIT_BYTES;
    cln_buffer_init(&t->response->body, limit);
    (void)curl_easy_setopt(t->curl, CURLOPT_URL, request->url);
    set_options(t);
    set_method(t);
    cln_http_set_callbacks(t);
    return set_headers(t, err);
}

void cln_http_transfer_free(cln_http_transfer *t) {
    curl_easy_cleanup(t->curl);
    forget_headers(t);
    free(t->url);
    free(t);
}

static cln_status refuse(cln_http_transfer *t, const char *why, const char *where) {
    const cln_span told = told_part(t, where);
    t->response->outcome = CLN_HTTP_REFUSED;
    return cln_fail(&t->error, CLN_ERR_IO, "%s: %s%.*s", t->request->url, why, told.size < 300 ? (int)told.size : 300,
                    told.data);
}

/* Why an address that base leads to is not followed; NULL: it is. */
static const char *reason_against(const char *base, const char *target) {
    const bool is_https = has_prefix(target, "https:");
    if (!is_https && !has_prefix(target, "http:")) return "what is not http is not followed: ";
    if (!is_https && has_prefix(base, "https:")) return "https is not left for http: ";
    return NULL;
}

cln_status cln_http_resolve_url(const char *base, const char *reference, char **url, cln_error *err) {
    *url = NULL;
    CURLU *parsed = curl_url();
    char *text = NULL;
    if (parsed == NULL) return cln_fail_memory(err, "reading an address");
    cln_status status = CLN_OK;
    if (curl_url_set(parsed, CURLUPART_URL, base, 0) != CURLUE_OK ||
        curl_url_set(parsed, CURLUPART_URL, reference, 0) != CURLUE_OK ||
        curl_url_get(parsed, CURLUPART_URL, &text, 0) != CURLUE_OK) {
        status = cln_fail(err, CLN_ERR_IO, "%s names an address that makes no sense: %.300s", base, reference);
    } else if (reason_against(base, text) != NULL) {
        status = cln_fail(err, CLN_ERR_IO, "%s: %s%.300s", base, reason_against(base, text), text);
    } else {
        status = cln_copy_string(url, text, err);
    }
    curl_free(text);
    curl_url_cleanup(parsed);
    return status;
}

static cln_status follow(cln_http_transfer *t, const char *target) {
    if (++t->redirect_count > REDIRECTIONS_MOST) {
        return refuse(t, "more than five redirections, the last to ", target);
    }
    const char *reason = reason_against(url_of(t), target);
    if (reason != NULL) return refuse(t, reason, target);
    char *url = NULL;
    CLN_TRY(cln_copy_string(&url, target, &t->error));
    free(t->url);
    t->url = url;
    cln_buffer_clear(&t->response->body);
    cln_http_forget_headers(t->response);
    t->response->size_bytes = 0;
    t->header_bytes = 0;
    t->sent_bytes = 0;
    (void)curl_easy_setopt(t->curl, CURLOPT_URL, url);
    return set_headers(t, &t->error);
}

/* Whether it may go better the next time. */
static bool is_passing(CURLcode code) {
    switch (code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_PARTIAL_FILE:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_AGAIN:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
        return true;
    default:
        return false;
    }
}

static cln_status judge_failure(cln_http_transfer *t, CURLcode code) {
    t->response->outcome = is_passing(code) ? CLN_HTTP_INTERRUPTED : CLN_HTTP_REFUSED;
    if (t->status != CLN_OK) {
        t->response->outcome = CLN_HTTP_STOPPED;
        return t->status;
    }
    if (code == CURLE_OUT_OF_MEMORY) return cln_fail_memory(&t->error, "a transfer");
    t->response->is_missing = code == CURLE_FILE_COULDNT_READ_FILE;
    const cln_span told = told_part(t, url_of(t));
    const char *what = t->message[0] != '\0' ? t->message : curl_easy_strerror(code);
    if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE) {
        return cln_fail(&t->error, CLN_ERR_IO,
                        "cannot trust %.*s: %s (SSL_CERT_FILE names the certificates to trust, if not the system's)",
                        (int)told.size, told.data, what);
    }
    return cln_fail(&t->error, CLN_ERR_IO, "cannot transfer %.*s: %s", (int)told.size, told.data, what);
}

cln_status cln_http_judge(cln_http_transfer *t, CURLcode code, bool *again) {
    cln_http_response *response = t->response;
    *again = false;
    (void)curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &response->status);
    if (code != CURLE_OK) return judge_failure(t, code);
    char *url = NULL;
    const bool is_redirection = response->status >= 301 && response->status <= 308 && response->status != 304;
    if (is_redirection && t->request->follows_redirects &&
        curl_easy_getinfo(t->curl, CURLINFO_REDIRECT_URL, &url) == CURLE_OK && url != NULL) {
        CLN_TRY(follow(t, url));
        *again = true;
        return CLN_OK;
    }
    response->outcome = CLN_HTTP_ANSWERED;
    response->is_missing = response->status == 403 || response->status == 404 || response->status == 410;
    free(response->final_url);
    response->final_url = NULL;
    return cln_copy_span(&response->final_url, told_part(t, url_of(t)), &t->error);
}
