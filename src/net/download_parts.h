/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The parts of a download: download.c begins and ends it, download_lane.c asks
 * for bytes and judges the answers, download_head.c decides what the first
 * bytes of an answer belong to, download_export.c waits for servers that make
 * the file first. Private to these. All functions are local.
 *
 * A lane is a connection's worth of work: it fetches one part after the other.
 * The first request of a process goes alone; as soon as its answer tells that
 * the server sends parts, of a known version, the other lanes begin.
 */
#ifndef COLONNADE_NET_DOWNLOAD_PARTS_H
#define COLONNADE_NET_DOWNLOAD_PARTS_H

#include "checksums.h"
#include "colonnade/net/download.h"
#include "colonnade/net/s3.h"
#include "export.h"
#include "follower.h"
#include "partial.h"

enum { CLN_LANE_HEADERS = 3 + CLN_S3_SIGNED_LINES };

typedef enum cln_lane_verdict {
    CLN_LANE_UNJUDGED,
    CLN_LANE_TAKES,   /* its bytes belong to the part */
    CLN_LANE_NOTES,   /* its bytes are a message, kept in the download's note */
    CLN_LANE_RESTART, /* another version: begin again */
    CLN_LANE_PLAIN,   /* this server's parts are no use: begin again, and ask for the whole file */
} cln_lane_verdict;

typedef struct cln_lane {
    cln_download *download;
    cln_http_request request;
    cln_http_response response;
    cln_http_transfer *transfer; /* NULL: none runs */
    bool is_busy;                /* runs, or waits for its next try */
    bool asks_if_changed;
    cln_lane_verdict verdict;
    size_t part;
    uint64_t taken_bytes; /* by this try */
    cln_retry retry;
    char *headers[CLN_LANE_HEADERS];
    char *signed_url; /* of an object; NULL: it is none */
    size_t header_count;
} cln_lane;

struct cln_download {
    cln_http_pool *pool;
    const cln_download_request *request;
    cln_download_result *result;
    cln_download_done *done;
    void *context;
    cln_export export; /* tells the address that is asked */
    cln_partial partial;
    cln_follower *follower; /* NULL until bytes come */
    cln_checksums checksums;
    cln_lane *lanes;
    size_t lane_count;
    cln_buffer note;
    bool is_plain;     /* asks without Range */
    bool is_confirmed; /* by an answer of this run: the version of the partial file is the one that is sent */
    unsigned restart_count;
    double deadline_seconds;
};

/* download.c. These may free the download at their end: nobody touches it afterwards. */
void cln_download_over(cln_download *d, cln_download_outcome outcome, cln_status status, const cln_error *error);
void cln_download_restart(cln_download *d, bool plain, const cln_error *error);
void cln_download_seal(cln_download *d);
/* Asks anew, by one lane; ends the download when that fails. */
void cln_download_ask(cln_download *d);
/* The follower starts when there is something to follow. */
CLN_CHECKED cln_status cln_download_follow(cln_download *d, cln_error *err);
CLN_CHECKED cln_status cln_download_forget_bytes(cln_download *d, cln_error *err);

/* download_lane.c */
CLN_CHECKED cln_status cln_lane_start(cln_lane *lane, size_t part, cln_error *err);
/* Gives all idle lanes parts that nobody works on. */
CLN_CHECKED cln_status cln_lanes_fill(cln_download *d, cln_error *err);
void cln_lane_stop(cln_lane *lane);

/* download_head.c: what the bytes of this answer are; sets the lane's verdict. */
CLN_CHECKED cln_status cln_lane_judge_head(cln_lane *lane, const cln_http_response *response, cln_error *err);

/* download_export.c: what to do after an answer that is a message instead of the file. */
void cln_download_heed(cln_download *d, const cln_http_response *response, cln_span body);
/* Whether a file that arrived is such a message; *body is the caller's. */
CLN_CHECKED cln_status cln_download_looks_like_message(cln_download *d, cln_buffer *body, bool *is_message,
                                                       cln_error *err);

#endif
