/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "duplicate_search.h"

#include "colonnade/base/hash.h"
#include "colonnade/base/memory.h"
#include "key_table.h"

#include <stdlib.h>
#include <string.h>

/* Of the memory: for keys on their way, for duplicates on theirs, and the keys
 * that are compared at a time as they are exchanged; in a table they take up
 * to four times as much. */
enum { KEYS_SHARE = 2, FOUND_SHARE = 8, PORTION_SHARE = 16 };

/* What is compared at a time should stay in the processor's cache. */
#define PORTION_MOST_BYTES ((uint64_t)1 << 20)

/* Bytes of a key and all that goes with it, for the number of buckets. */
enum { USUAL_RECORD_BYTES = 64, LEAST_BUCKETS = 16, MOST_BUCKETS = 4096, MOST_FOUND_BUCKETS = 256 };

/* ---- Positions ---- */

cln_status cln_positions_init(cln_positions *positions, const cln_manifest *manifest, cln_error *err) {
    positions->partition_count = manifest->partition_count;
    CLN_TRY(cln_new_array(&positions->first_zones, manifest->partition_count + 1, sizeof *positions->first_zones, err));
    for (size_t p = 0; p < manifest->partition_count; p++) {
        positions->first_zones[p + 1] = positions->first_zones[p] + cln_zone_count(manifest->partitions[p].rows);
    }
    return CLN_OK;
}

void cln_positions_clean_up(cln_positions *positions) {
    free(positions->first_zones);
    *positions = (cln_positions){0};
}

size_t cln_position_partition(const cln_positions *positions, uint64_t position) {
    const uint64_t zone = position / CLN_ZONE_ROWS;
    size_t low = 0, high = positions->partition_count;
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        if (positions->first_zones[middle] <= zone) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

static uint64_t portion_bytes(const cln_duplicate_search *search) {
    const uint64_t share_bytes = search->memory_bytes / PORTION_SHARE;
    return share_bytes < PORTION_MOST_BYTES ? share_bytes : PORTION_MOST_BYTES;
}

/* ---- Keys on their way ---- */

typedef struct candidate {
    cln_duplicate_pair pair;
    bool is_settled; /* the row that counts is known */
    cln_buffer key;
} candidate;

typedef struct search_state {
    cln_duplicate_search *search;
    cln_exchange *keys;
    size_t key_bucket_count;
    cln_key_table table;
    cln_buffer key;
    size_t candidate_count;
    candidate candidates[CLN_EXAMPLE_COUNT]; /* with the least duplicates of this rank, in order */
} search_state;

static size_t bucket_of(const search_state *state, cln_span key) {
    return (size_t)((cln_hash64(key) >> 32) * state->key_bucket_count >> 32);
}

static cln_status send_batch(search_state *state, const cln_batch_source *source, const cln_batch *batch,
                             cln_error *err) {
    const cln_duplicate_search *search = state->search;
    size_t partition;
    uint64_t first_row;
    cln_dataset_scan_place(source, &partition, &first_row);
    for (size_t i = 0; i < batch->rows; i++) {
        bool is_null;
        CLN_TRY(cln_key_of_row(&search->spec, batch, i, &state->key, &is_null, err));
        if (is_null) continue;
        const uint64_t position = cln_position_of(&search->positions, partition, first_row + i);
        const cln_span key = cln_buffer_span(&state->key);
        CLN_TRY(cln_exchange_append(state->keys, bucket_of(state, key),
                                    cln_span_of((const char *)&position, sizeof position), key, err));
    }
    return CLN_OK;
}

static cln_status send_all(search_state *state, cln_batch_source *source, cln_error *err) {
    cln_batch batch;
    for (;;) {
        CLN_TRY(source->get_next(source, &batch, err));
        if (batch.rows == 0) return CLN_OK;
        CLN_TRY(send_batch(state, source, &batch, err));
    }
}

/* Collective. */
static cln_status send_keys(search_state *state, cln_error *err) {
    const cln_duplicate_search *search = state->search;
    const cln_scan_options options = {.table = "columns",
                                      .partition = -1,
                                      .columns = search->spec.names,
                                      .column_count = search->spec.column_count,
                                      .with_duplicates = true,
                                      .as_text = true};
    cln_batch_source *source;
    CLN_TRY(cln_dataset_scan_with(search->dataset, &options, &source, err));
    const cln_status status = send_all(state, source, err);
    source->release(source);
    CLN_TRY(cln_agree(search->comm, status, err));
    return cln_exchange_settle(state->keys, err);
}

/* ---- Keys that are compared ---- */

static void drop_last_candidate(search_state *state) {
    cln_buffer_clean_up(&state->candidates[--state->candidate_count].key);
}

/* Keeps the duplicates that stand first. */
static cln_status consider(search_state *state, uint64_t duplicate, cln_span key, cln_error *err) {
    candidate *all = state->candidates;
    if (state->candidate_count == CLN_EXAMPLE_COUNT) {
        if (all[CLN_EXAMPLE_COUNT - 1].pair.duplicate < duplicate) return CLN_OK;
        drop_last_candidate(state);
    }
    size_t place = state->candidate_count++;
    for (; place > 0 && all[place - 1].pair.duplicate > duplicate; place--) all[place] = all[place - 1];
    all[place] = (candidate){.pair = {.duplicate = duplicate}};
    cln_buffer_init(&all[place].key, SIZE_MAX);
    return cln_buffer_append_span(&all[place].key, key, err);
}

static cln_status note_duplicate(search_state *state, uint64_t position, cln_span key, cln_error *err) {
    cln_duplicate_search *search = state->search;
    search->counts[cln_position_partition(&search->positions, position)]++;
    if (search->wants_examples) CLN_TRY(consider(state, position, key, err));
    if (!search->wants_positions) return CLN_OK;
    const size_t bucket = (size_t)(position / CLN_ZONE_ROWS / search->zones_per_bucket);
    return cln_exchange_append(search->found, bucket, cln_span_of((const char *)&position, sizeof position),
                               cln_span_of(NULL, 0), err);
}

static cln_status take_key(void *context, size_t bucket, cln_span record, cln_error *err) {
    search_state *state = context;
    (void)bucket;
    uint64_t position, duplicate = 0;
    memcpy(&position, record.data, sizeof position);
    const cln_span key = cln_span_of(record.data + sizeof position, record.size - sizeof position);
    bool is_known;
    CLN_TRY(cln_key_table_put(&state->table, key, position, state->search->keep_last, &is_known, &duplicate, err));
    return is_known ? note_duplicate(state, duplicate, key, err) : CLN_OK;
}

/* Which row counts is known when all with its key have arrived. */
static void settle_candidates(search_state *state) {
    for (size_t i = 0; i < state->candidate_count; i++) {
        candidate *one = &state->candidates[i];
        if (!one->is_settled) one->pair.kept = cln_key_table_position(&state->table, cln_buffer_span(&one->key));
        one->is_settled = true;
    }
}

/* Collective. */
static cln_status compare_keys(search_state *state, cln_error *err) {
    const cln_duplicate_search *search = state->search;
    const cln_exchange_sink sink = {.context = state, .take = take_key};
    for (size_t first = 0, end; first < state->key_bucket_count; first = end) {
        end = cln_exchange_portion(state->keys, first, portion_bytes(search));
        cln_key_table_clear(&state->table);
        CLN_TRY(cln_exchange_deliver(state->keys, first, end, &sink, err));
        settle_candidates(state);
    }
    cln_sum_u64(search->comm, search->counts, search->positions.partition_count);
    return search->wants_positions ? cln_exchange_settle(search->found, err) : CLN_OK;
}

/* ---- Examples ---- */

static int compare_pairs(const void *a, const void *b) {
    const uint64_t left = ((const cln_duplicate_pair *)a)->duplicate;
    const uint64_t right = ((const cln_duplicate_pair *)b)->duplicate;
    return (left > right) - (left < right);
}

/* Collective. Of all ranks' candidates the first. */
static cln_status gather_examples(search_state *state, cln_error *err) {
    cln_duplicate_search *search = state->search;
    cln_duplicate_pair own[CLN_EXAMPLE_COUNT];
    cln_buffer all;
    cln_buffer_init(&all, SIZE_MAX);
    for (size_t i = 0; i < state->candidate_count; i++) own[i] = state->candidates[i].pair;
    const cln_span bytes = cln_span_of((const char *)own, state->candidate_count * sizeof *own);
    const cln_status status = search->comm->size > 1 ? cln_gather_bytes(search->comm, bytes, 0, &all, NULL, err)
                                                     : cln_buffer_append_span(&all, bytes, err);
    const size_t count = all.size / sizeof *own;
    if (status == CLN_OK && count > 0) {
        qsort(all.data, count, sizeof *own, compare_pairs);
        search->example_count = count < CLN_EXAMPLE_COUNT ? count : CLN_EXAMPLE_COUNT;
        memcpy(search->examples, all.data, search->example_count * sizeof *own);
    }
    cln_buffer_clean_up(&all);
    return status;
}

/* ---- The whole ---- */

static uint64_t record_bytes(const cln_duplicate_search *search) {
    const cln_manifest *manifest = cln_dataset_manifest(search->dataset);
    uint64_t bytes = 0;
    for (size_t p = 0; p < manifest->partition_count; p++) {
        bytes += USUAL_RECORD_BYTES * manifest->partitions[p].rows;
        if (search->spec.whole_rows) bytes += manifest->partitions[p].size_bytes;
    }
    return bytes;
}

/* So many that some of them make a portion. */
static size_t choose_bucket_count(const cln_duplicate_search *search) {
    const uint64_t ranks = (uint64_t)search->comm->size;
    uint64_t count = 4 * (record_bytes(search) / (portion_bytes(search) + 1) + ranks);
    if (count < LEAST_BUCKETS) count = LEAST_BUCKETS;
    return (size_t)(count < MOST_BUCKETS ? count : MOST_BUCKETS);
}

/* Collective. */
static cln_status open_exchanges(search_state *state, cln_error *err) {
    cln_duplicate_search *search = state->search;
    state->key_bucket_count = choose_bucket_count(search);
    const cln_exchange_options keys = {.scratch_dir = search->scratch_dir,
                                       .memory_bytes = search->memory_bytes / KEYS_SHARE,
                                       .bucket_count = state->key_bucket_count,
                                       .owner = CLN_EXCHANGE_DEALT};
    CLN_TRY(cln_exchange_new(&state->keys, search->comm, &keys, err));
    if (!search->wants_positions) return CLN_OK;
    const uint64_t zones = search->positions.first_zones[search->positions.partition_count];
    search->zones_per_bucket = zones / MOST_FOUND_BUCKETS + 1;
    search->bucket_count = (size_t)(zones / search->zones_per_bucket + 1);
    const cln_exchange_options found = {.scratch_dir = search->scratch_dir,
                                        .memory_bytes = search->memory_bytes / FOUND_SHARE,
                                        .bucket_count = search->bucket_count,
                                        .owner = 0};
    return cln_exchange_new(&search->found, search->comm, &found, err);
}

/* Collective. */
static cln_status run(search_state *state, cln_error *err) {
    cln_duplicate_search *search = state->search;
    const cln_status status =
        cln_new_array(&search->counts, search->positions.partition_count, sizeof *search->counts, err);
    CLN_TRY(cln_agree(search->comm, status, err));
    CLN_TRY(open_exchanges(state, err));
    CLN_TRY(send_keys(state, err));
    CLN_TRY(compare_keys(state, err));
    return search->wants_examples ? gather_examples(state, err) : CLN_OK;
}

cln_status cln_duplicate_search_run(cln_duplicate_search *search, cln_error *err) {
    search_state state = {.search = search};
    cln_key_table_init(&state.table);
    cln_buffer_init(&state.key, SIZE_MAX);
    const cln_status status = run(&state, err);
    while (state.candidate_count > 0) drop_last_candidate(&state);
    cln_buffer_clean_up(&state.key);
    cln_key_table_clean_up(&state.table);
    cln_exchange_free(state.keys);
    return status;
}

void cln_duplicate_search_clean_up(cln_duplicate_search *search) {
    cln_exchange_free(search->found);
    cln_positions_clean_up(&search->positions);
    free(search->counts);
    free(search->spec.names);
    free(search->spec.compares);
}
