/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A dictionary: distinct texts, sorted bytewise; a text's position is its
 * code. It owns its bytes. All functions are local.
 */
#ifndef COLONNADE_COLUMN_DICTIONARY_H
#define COLONNADE_COLUMN_DICTIONARY_H

#include "colonnade/base/buffer.h"
#include "colonnade/base/span.h"
#include "colonnade/base/status.h"

#include <stdint.h>

typedef struct cln_dictionary {
    size_t count;
    uint64_t *offsets; /* count + 1 */
    char *bytes;
} cln_dictionary;

/* From texts in any order, with repetitions; codes[i] (may be NULL) becomes
 * the code of texts[i]. The caller cleans the dictionary up. */
CLN_CHECKED cln_status cln_dictionary_build(cln_dictionary *dictionary, const cln_span *texts, size_t count,
                                            int32_t *codes, cln_error *err);
void cln_dictionary_clean_up(cln_dictionary *dictionary);

/* The union of two; remap_a and remap_b (either may be NULL) give for every
 * code of a and b its code in the union. */
CLN_CHECKED cln_status cln_dictionary_merge(cln_dictionary *merged, const cln_dictionary *a, const cln_dictionary *b,
                                            int32_t *remap_a, int32_t *remap_b, cln_error *err);

static inline cln_span cln_dictionary_text(const cln_dictionary *dictionary, size_t code) {
    return cln_span_of(dictionary->bytes + dictionary->offsets[code],
                       (size_t)(dictionary->offsets[code + 1] - dictionary->offsets[code]));
}

/* As bytes for a message: u64 count, count u64 sizes, the texts; and back,
 * with every size checked. */
CLN_CHECKED cln_status cln_dictionary_pack(const cln_dictionary *dictionary, cln_buffer *bytes, cln_error *err);
CLN_CHECKED cln_status cln_dictionary_unpack(cln_dictionary *dictionary, cln_span bytes, cln_error *err);

#endif
