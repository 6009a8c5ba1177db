/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest_words.h"

#include "colonnade/base/log.h"
#include "colonnade/base/sample.h"

#include <inttypes.h>
#include <string.h>

static void warn_of_rival(const cln_ingest_request *request, const cln_schema_rival *rival) {
    if (rival->number == 0) return;
    cln_warning(
        "%s looks like a file of '%s', which declares %zu of its %zu columns; '%s' declares %zu. Is it the right "
        "dataset?",
        request->path, request->config->datasets[rival->number - 1].name, rival->rival_declared_count,
        rival->column_count, request->dataset_name, rival->declared_count);
}

bool cln_is_elsewhere(const cln_ingest_request *request) {
    return strcmp(request->store_dir, request->config->store_dir) != 0;
}

static void tell_duplicates(const cln_ingest_request *request, const cln_ingest_outcome *outcome) {
    const cln_ingest_duplicates *duplicates = &outcome->duplicates;
    if (outcome->result == CLN_INGEST_REFUSED) return;
    if (duplicates->is_unchecked) {
        cln_warning(
            "%s lacks a column of the key that tells the rows of '%s' apart: the partition \"%s\" is unchecked, "
            "and all its rows count",
            request->path, request->dataset_name, request->partition);
    }
    if (!duplicates->is_checked) return;
    cln_note("%s: %" PRIu64 " stored = %" PRIu64 " live + %" PRIu64 " duplicate; of other partitions %" PRIu64
             " rows are duplicates",
             request->partition, outcome->rows, outcome->rows - duplicates->own, duplicates->own, duplicates->others);
    if (duplicates->unchecked_others > 0) {
        cln_note("%s: %" PRIu64 " other partitions lack a column of the key and are unchecked ('colonnade info %s')",
                 request->partition, duplicates->unchecked_others, request->dataset_name);
    }
}

void cln_tell_outcome(const cln_ingest_request *request, const cln_ingest_outcome *outcome) {
    warn_of_rival(request, &outcome->rival);
    if (outcome->is_sample) cln_note("%s: %s", request->partition, CLN_SAMPLE_LABEL);
    if (outcome->result == CLN_INGEST_UNCHANGED) {
        cln_note("%s: unchanged, %" PRIu64 " rows are in the store already", request->partition, outcome->rows);
        tell_duplicates(request, outcome);
        return;
    }
    const cln_account *a = &outcome->account;
    cln_note("%s: %" PRIu64 " bytes = %" PRIu64 " header + %" PRIu64 " stored + %" PRIu64 " rejected + %" PRIu64
             " blank + %" PRIu64 " byte-order mark",
             request->partition, outcome->size_bytes, a->bytes_header, a->bytes_stored, a->bytes_rejected,
             a->bytes_blank, a->bytes_bom);
    cln_note("%s: %" PRIu64 " records = %" PRIu64 " stored + %" PRIu64 " rejected, in %.2f s (%.0f MB/s)",
             request->partition, a->records_read, a->records_stored, a->records_rejected, outcome->seconds,
             (double)outcome->size_bytes / 1e6 / (outcome->seconds > 0 ? outcome->seconds : 1e-9));
    if (outcome->result == CLN_INGEST_PUBLISHED && outcome->duplicates.has_replaced) {
        cln_note("%s: took the place of the partition that had this name", request->partition);
    }
    tell_duplicates(request, outcome);
    if (outcome->result != CLN_INGEST_REFUSED && a->records_rejected + a->cells_bad + a->records_converted > 0) {
        cln_note("%s: see what was rejected or changed with 'colonnade rejects %s %s%s%s'", request->partition,
                 request->dataset_name, request->partition, cln_is_elsewhere(request) ? " --store " : "",
                 cln_is_elsewhere(request) ? request->store_dir : "");
    }
}
