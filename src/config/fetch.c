/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parts.h"

static const cln_range count_range = {1, 64};
static const cln_range retry_range = {0, 100};
static const cln_range part_range = {4096, 1099511627776.0};
static const cln_range limit_range = {1, 9e15};
static const cln_range delay_range = {0, 3600};
static const cln_range timeout_range = {1, 86400};
static const cln_range transfer_range = {1, 31536000};

#define MEMBER(name) offsetof(cln_config, fetch.name)

static const cln_field fetch_rows[] = {
    {"files", cln_read_integer, MEMBER(files), &count_range, false},
    {"connections", cln_read_integer, MEMBER(connections), &count_range, false},
    {"part_size", cln_read_size, MEMBER(part_bytes), &part_range, false},
    {"size_limit", cln_read_size, MEMBER(size_limit_bytes), &limit_range, false},
    {"retries", cln_read_integer, MEMBER(retries), &retry_range, false},
    {"backoff", cln_read_number, MEMBER(backoff_seconds), &delay_range, false},
    {"backoff_limit", cln_read_number, MEMBER(backoff_limit_seconds), &delay_range, false},
    {"retry_after_limit", cln_read_number, MEMBER(retry_after_limit_seconds), &delay_range, false},
    {"connect_timeout", cln_read_number, MEMBER(connect_timeout_seconds), &timeout_range, false},
    {"stall_timeout", cln_read_number, MEMBER(stall_timeout_seconds), &timeout_range, false},
    {"transfer_timeout", cln_read_number, MEMBER(transfer_timeout_seconds), &transfer_range, false},
    {"export_wait", cln_read_number, MEMBER(export_wait_seconds), &timeout_range, false},
    {"export_poll", cln_read_number, MEMBER(export_poll_seconds), &delay_range, false},
};
const cln_fields cln_fetch_fields = CLN_FIELDS(fetch_rows);

const cln_config_fetch cln_fetch_defaults = {.files = 4,
                                             .connections = 4,
                                             .part_bytes = (uint64_t)32 << 20,
                                             .size_limit_bytes = (uint64_t)256 << 30,
                                             .retries = 5,
                                             .backoff_seconds = 0.5,
                                             .backoff_limit_seconds = 30,
                                             .retry_after_limit_seconds = 120,
                                             .connect_timeout_seconds = 30,
                                             .stall_timeout_seconds = 60,
                                             .transfer_timeout_seconds = 86400,
                                             .export_wait_seconds = 600,
                                             .export_poll_seconds = 2};
