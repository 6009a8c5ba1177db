/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The codes of texts that came lately: most cells of a category repeat one of
 * a few short texts, which are found here without being trimmed, hashed or
 * compared byte by byte. A cache: whatever it does not know is looked up
 * elsewhere, so the codes are the same on every processor. All functions are
 * local.
 */
#ifndef COLONNADE_INGEST_RECENT_TEXTS_H
#define COLONNADE_INGEST_RECENT_TEXTS_H

#include "colonnade/base/span.h"
#include "colonnade/base/status.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    CLN_RECENT_CELL_BYTES = 64, /* a cache line */
    CLN_RECENT_FEWEST = 64,
    CLN_RECENT_MOST = 4096,
};

typedef struct cln_recent_kernels cln_recent_kernels;

struct cln_recent_texts {
    const cln_recent_kernels *kernels;
    size_t slot_count; /* a power of two */
    char *cells;       /* a text each, as the kernels keep it */
    uint64_t *marks;   /* code << 8 | size; CLN_RECENT_NONE */
    /* Since there was last more room: */
    size_t longest;       /* size of a text that was kept */
    size_t evicted_count; /* texts whose place another one took */
};

#define CLN_RECENT_NONE UINT64_C(0xFF) /* no text that is kept has this size */
#define CLN_RECENT_SLOT (UINT32_MAX - 1)

/* What one kind of processor can run. */
struct cln_recent_kernels {
    const char *name;
    /* Sets the codes of the first texts, up to one that is not known; returns
     * how many. */
    size_t (*find)(const struct cln_recent_texts *recent, const cln_span *texts, size_t count, uint32_t *codes);
    /* Keeps the text in place of another, unless it is too long; with
     * CLN_RECENT_SLOT its code is the number of its slot, which is returned. */
    uint32_t (*keep)(struct cln_recent_texts *recent, cln_span text, uint32_t code);
};

/* The twin that runs everywhere; NULL where the processor or the compiler has
 * no AVX-512 with AES; the fastest, chosen once. */
extern const cln_recent_kernels cln_recent_kernels_portable;
const cln_recent_kernels *cln_recent_kernels_avx512(void);
const cln_recent_kernels *cln_recent_kernels_best(void);

/* Makes room for so many different texts, as far as that is worth it; the
 * texts that were kept are forgotten when there was less. *recent NULL: none yet. */
CLN_CHECKED cln_status cln_recent_texts_fit(struct cln_recent_texts **recent, size_t text_count, cln_error *err);

/* Whether texts have taken each other's place so often that twice the room is
 * worth it: two of a few texts that share a slot evict each other all the time. */
static inline bool cln_recent_texts_are_crowded(const struct cln_recent_texts *recent) {
    return recent->evicted_count > recent->slot_count && recent->slot_count < CLN_RECENT_MOST;
}

/* For the kernels: a text of this size stands in the slot from now on. Returns
 * its code. */
static inline uint32_t cln_recent_texts_mark(struct cln_recent_texts *recent, size_t slot, size_t size, uint32_t code) {
    const uint32_t kept_code = code == CLN_RECENT_SLOT ? (uint32_t)slot : code;
    recent->evicted_count += recent->marks[slot] != CLN_RECENT_NONE;
    recent->marks[slot] = (uint64_t)kept_code << 8 | size;
    if (size > recent->longest) recent->longest = size;
    return kept_code;
}

void cln_recent_texts_free(struct cln_recent_texts *recent);

#endif
