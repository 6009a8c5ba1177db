/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Texts of variable length, as other readers find them in a partition. HDF5
 * keeps them in global heaps, which carry no checksum, and may crash on a
 * damaged one; so this reads the file's own bytes, every address and size of
 * which is checked. All functions are local.
 */
#ifndef COLONNADE_STORE_HEAP_TEXTS_H
#define COLONNADE_STORE_HEAP_TEXTS_H

#include "partition_file.h"

typedef struct cln_heap_texts {
    const cln_partition_file *partition;
    int descriptor; /* of the file; -1 while its map is used */
    uint64_t count;
    cln_buffer references; /* as they stand in the dataset, one for each text */
    uint64_t address;      /* of the collection that is loaded; 0: none */
    cln_buffer collection; /* its bytes */
    size_t index_capacity;
    uint32_t *objects; /* of its objects by index: where each begins; 0: there is none */
} cln_heap_texts;

/* A dataset of texts of variable length. The caller closes, also after a
 * failure. */
CLN_CHECKED cln_status cln_heap_texts_open(cln_heap_texts *texts, const cln_partition_file *partition, hid_t dataset,
                                           cln_error *err);
void cln_heap_texts_close(cln_heap_texts *texts);

/* Valid until the next call. */
CLN_CHECKED cln_status cln_heap_texts_get(cln_heap_texts *texts, uint64_t i, cln_span *text, cln_error *err);

#endif
