/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * HTTP: one request and its answer, and a pool that runs several at once.
 * What it promises of every transfer:
 *
 * - TLS is verified. CURL_CA_BUNDLE, else SSL_CERT_FILE, names the
 *   certificates to trust, SSL_CERT_DIR a folder of them; proxies come from
 *   https_proxy, http_proxy, all_proxy and no_proxy.
 * - At most five redirections are followed, and only by requests that say so:
 *   to http and https, never from https to http, and an Authorization header
 *   never goes to another host.
 * - A connection that does not come, stalls, or lasts too long ends.
 * - Nothing that a server sends grows without bound: headers, kept bodies and
 *   the bytes of a sink have limits.
 *
 * file:// addresses are read too (status 0, GET without ranges). The pool is
 * an event loop of one thread: callbacks run within cln_http_pool_step, _run
 * and cln_http_perform. All functions are local.
 */
#ifndef COLONNADE_NET_HTTP_H
#define COLONNADE_NET_HTTP_H

#include "colonnade/base/buffer.h"
#include "colonnade/base/span.h"
#include "colonnade/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLN_HTTP_BODY_LIMIT_BYTES 65536
#define CLN_HTTP_TO_THE_END       UINT64_MAX

typedef struct cln_http_header {
    char *name;
    char *value; /* without blanks at its ends */
} cln_http_header;

/* What became of a request. */
typedef enum cln_http_outcome {
    CLN_HTTP_ANSWERED,    /* whole, whatever its status is */
    CLN_HTTP_INTERRUPTED, /* no connection, or cut, stalled, too short: may go better next time */
    CLN_HTTP_REFUSED,     /* will not go better: bad address, certificate, protocol, redirections */
    CLN_HTTP_STOPPED,     /* by a sink, a pull or a limit of this side */
} cln_http_outcome;

typedef struct cln_http_response {
    cln_http_outcome outcome;
    long status;              /* 0: none came, or a file */
    bool is_missing;          /* nothing is published there: 403, 404, 410, or no such file */
    char *final_url;          /* behind redirections, of another host without its query; NULL where none was reached */
    cln_http_header *headers; /* of the last answer, in their order */
    size_t header_count;
    size_t header_capacity;
    cln_buffer body;     /* what no sink took */
    uint64_t size_bytes; /* of the body, as the sink got it or as it is kept */
} cln_http_response;

/* Takes bytes of a 2xx answer (or of a file), in order; response has status and
 * headers by then. Any failure ends the transfer. When *wait is set the same
 * bytes come again after cln_http_resume. */
typedef cln_status cln_http_sink(void *context, const cln_http_response *response, const char *data, size_t size,
                                 bool *wait, cln_error *err);

/* Gives the bytes of a request's body from offset on: 1 to room of them. May be
 * asked for earlier ones again, when a connection turns out to be dead. */
typedef cln_status cln_http_pull(void *context, uint64_t offset, char *data, size_t room, size_t *size, cln_error *err);

typedef struct cln_http_timeouts { /* in seconds; 0: connect 30, stall 60, total none */
    double connect_seconds;
    double stall_seconds; /* without any byte */
    double total_seconds;
} cln_http_timeouts;

/* Zeroed, it is a GET whose body is kept. Everything is borrowed until done. */
typedef struct cln_http_request {
    const char *method; /* NULL: GET; HEAD, PUT, POST, DELETE */
    const char *url;
    const char *const *headers; /* "Name: value" */
    size_t header_count;
    cln_span body; /* of PUT and POST; or: */
    cln_http_pull *pull;
    void *pull_context;
    uint64_t pull_bytes; /* that pull has in all */
    bool has_range;      /* asks for bytes first_byte to last_byte, both included */
    uint64_t first_byte;
    uint64_t last_byte; /* CLN_HTTP_TO_THE_END */
    cln_http_sink *sink;
    void *sink_context;
    uint64_t sink_limit_bytes; /* that a sink may get; 0: any number */
    size_t body_limit_bytes;   /* of a body that is kept, 0: CLN_HTTP_BODY_LIMIT_BYTES. A longer one is an error with
                                * status 2xx, else its rest is dropped */
    cln_http_timeouts timeouts;
    bool follows_redirects;
    bool decodes;    /* undoes Content-Encoding (none is asked for); else bytes come as they are sent */
    bool path_as_is; /* leaves "/../" and "/./" in the address alone */
    bool is_once;    /* on a connection of its own: on one that was kept, libcurl itself repeats a request that got no
                      * answer, though it may have been carried out */
    bool no_proxy;   /* whatever the environment says: for addresses of this machine's own host */
} cln_http_request;

/* The value of the first header of that name, in any case; NULL: none. */
const char *cln_http_header_value(const cln_http_response *response, const char *name);
void cln_http_response_clean_up(cln_http_response *response);

/* "bytes FIRST-LAST/TOTAL" of an answer with status 206; false where it has
 * none that makes sense. *total is CLN_HTTP_TO_THE_END when it is not told. */
bool cln_http_content_range(const cln_http_response *response, uint64_t *first, uint64_t *last, uint64_t *total);

/* Content-Length; false: none that makes sense. */
bool cln_http_content_length(const cln_http_response *response, uint64_t *size_bytes);

/* A date of a header as seconds since 1970; -1 where text is none, or NULL. */
int64_t cln_http_date_seconds(const char *text);

/* An address that stands in an answer of base, as a whole address. CLN_ERR_IO
 * where it makes none, or leads from https elsewhere, or to what is not http. */
CLN_CHECKED cln_status cln_http_resolve_url(const char *base, const char *reference, char **url, cln_error *err);

typedef struct cln_http_pool cln_http_pool;
typedef struct cln_http_transfer cln_http_transfer;

/* Keeps connections alive and runs at most transfers_most at once; those
 * beyond wait for their turn. The caller frees it. */
CLN_CHECKED cln_status cln_http_pool_new(cln_http_pool **pool, size_t transfers_most, cln_error *err);
/* From now on so many more at once. */
void cln_http_pool_widen(cln_http_pool *pool, size_t more);
/* Cancels what still runs, without calling anybody. NULL does nothing. */
void cln_http_pool_free(cln_http_pool *pool);

/* Called once when a transfer has ended: with CLN_OK exactly when the outcome
 * is CLN_HTTP_ANSWERED, else with a message that names the address, or with what a sink or pull
 * said. May start and cancel others, and clean up what it borrowed. */
typedef void cln_http_done(void *context, cln_status status, const cln_error *error);

/* Begins a transfer. *response is emptied first, and the caller cleans it up
 * after done. The transfer is valid until done was called; transfer may be NULL. */
CLN_CHECKED cln_status cln_http_start(cln_http_pool *pool, const cln_http_request *request, cln_http_response *response,
                                      cln_http_done *done, void *context, cln_http_transfer **transfer, cln_error *err);
/* Ends a transfer without calling done. Not from a sink or a pull. */
void cln_http_cancel(cln_http_transfer *transfer);
/* After a sink that waits; may call it at once. Not from a sink or a pull of the same pool. */
void cln_http_resume(cln_http_transfer *transfer);

/* Calls `call` once, that many seconds from now, as part of the loop. */
CLN_CHECKED cln_status cln_http_call_later(cln_http_pool *pool, double delay_seconds, void (*call)(void *context),
                                           void *context, cln_error *err);

/* Forgets the calls with that context. */
void cln_http_forget_calls(cln_http_pool *pool, const void *context);

/* Works on what runs, waiting that long at the most for something to happen.
 * *busy: transfers or calls are left. */
CLN_CHECKED cln_status cln_http_pool_step(cln_http_pool *pool, double wait_seconds, bool *busy, cln_error *err);
/* Until nothing is left. */
CLN_CHECKED cln_status cln_http_pool_run(cln_http_pool *pool, cln_error *err);

/* One request, from start to end; others of the pool go on meanwhile. Fails
 * exactly when the outcome is not CLN_HTTP_ANSWERED. The caller cleans the response up in any case. */
CLN_CHECKED cln_status cln_http_perform(cln_http_pool *pool, const cln_http_request *request,
                                        cln_http_response *response, cln_error *err);

#endif
