/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "duplicate_examples.h"

#include "colonnade/base/memory.h"

#include <inttypes.h>
#include <stdlib.h>

/* Bytes of a key that are shown. */
enum { SHOWN_BYTES = 80 };

/* A row as it is told: its record number, and its key where that is wanted. */
typedef struct row_words {
    cln_buffer record;
    cln_buffer key;
} row_words;

/* The columns are "record", then those of the key. */
static cln_status take_words(const cln_duplicate_search *search, const cln_batch *batch, size_t row, row_words *words,
                             cln_error *err) {
    CLN_TRY(cln_buffer_append_span(&words->record, cln_vector_text(&batch->vectors[0], row), err));
    for (size_t c = 0; c < search->spec.column_count; c++) {
        const cln_span value = cln_vector_text(&batch->vectors[c + 1], row);
        const int size = (int)(value.size < SHOWN_BYTES ? value.size : SHOWN_BYTES);
        CLN_TRY(cln_buffer_append_format(&words->key, err, "%s%s \"%.*s\"", c == 0 ? "" : ", ", search->spec.names[c],
                                         size, value.data));
    }
    return CLN_OK;
}

static cln_status find_row(const cln_duplicate_search *search, cln_batch_source *source, uint64_t row, row_words *words,
                           cln_error *err) {
    cln_batch batch;
    for (;;) {
        size_t partition;
        uint64_t first_row;
        CLN_TRY(source->get_next(source, &batch, err));
        if (batch.rows == 0) return cln_fail(err, CLN_ERR_INTERNAL, "there is no row %" PRIu64, row);
        cln_dataset_scan_place(source, &partition, &first_row);
        if (row - first_row < batch.rows) return take_words(search, &batch, (size_t)(row - first_row), words, err);
    }
}

static cln_status read_row(const cln_duplicate_search *search, cln_dataset *dataset, uint64_t position,
                           row_words *words, cln_error *err) {
    const size_t partition = cln_position_partition(&search->positions, position);
    const char **names;
    CLN_TRY(cln_new_array(&names, search->spec.column_count + 1, sizeof *names, err));
    names[0] = "record";
    for (size_t c = 0; c < search->spec.column_count; c++) names[c + 1] = search->spec.names[c];
    const cln_scan_options options = {.table = "columns",
                                      .partition = (int)partition,
                                      .columns = names,
                                      .column_count = search->spec.column_count + 1,
                                      .with_duplicates = true,
                                      .as_text = true};
    cln_batch_source *source = NULL;
    cln_status status = cln_dataset_scan_with(dataset, &options, &source, err);
    if (status == CLN_OK) {
        status = find_row(search, source, cln_position_row(&search->positions, partition, position), words, err);
        source->release(source);
    }
    free(names);
    return status;
}

static cln_status append_example(const cln_duplicate_search *search, cln_dataset *dataset,
                                 const cln_duplicate_pair *pair, row_words words[2], cln_buffer *text, cln_error *err) {
    const cln_partition_info *partitions = cln_dataset_manifest(dataset)->partitions;
    CLN_TRY(read_row(search, dataset, pair->kept, &words[0], err));
    CLN_TRY(read_row(search, dataset, pair->duplicate, &words[1], err));
    return cln_buffer_append_format(
        text, err, "; %.*s is record %.*s of \"%s\" and record %.*s of \"%s\"", (int)words[1].key.size,
        words[1].key.data, (int)words[0].record.size, words[0].record.data,
        partitions[cln_position_partition(&search->positions, pair->kept)].id, (int)words[1].record.size,
        words[1].record.data, partitions[cln_position_partition(&search->positions, pair->duplicate)].id);
}

static cln_status append_examples(const cln_duplicate_search *search, cln_dataset *dataset, cln_buffer *text,
                                  cln_error *err) {
    cln_status status = CLN_OK;
    for (size_t i = 0; i < search->example_count && status == CLN_OK; i++) {
        row_words words[2];
        for (int w = 0; w < 2; w++) {
            cln_buffer_init(&words[w].record, SIZE_MAX);
            cln_buffer_init(&words[w].key, SIZE_MAX);
        }
        status = append_example(search, dataset, &search->examples[i], words, text, err);
        for (int w = 0; w < 2; w++) {
            cln_buffer_clean_up(&words[w].record);
            cln_buffer_clean_up(&words[w].key);
        }
    }
    return status;
}

cln_status cln_fail_of_duplicates(const cln_duplicate_search *search, cln_dataset *dataset, cln_error *err) {
    uint64_t total = 0;
    for (size_t p = 0; p < search->positions.partition_count; p++) total += search->counts[p];
    cln_buffer text;
    cln_buffer_init(&text, SIZE_MAX);
    cln_status status = append_examples(search, dataset, &text, err);
    if (status == CLN_OK) {
        status = cln_fail(err, CLN_ERR_DATA,
                          "%" PRIu64 " rows of '%s' would have a key that another row has%.*s%s. The dataset stays "
                          "as it was; --on-duplicate keep-first or keep-last counts one of each, allow all of them",
                          total, cln_dataset_manifest(dataset)->dataset, (int)text.size, text.data,
                          total > search->example_count ? "; and so on" : "");
    }
    cln_buffer_clean_up(&text);
    return status;
}
