/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Distinct keys, and for each the position of the row that counts. All
 * functions are local.
 */
#ifndef COLONNADE_STORE_KEY_TABLE_H
#define COLONNADE_STORE_KEY_TABLE_H

#include "colonnade/base/buffer.h"

#include <stdbool.h>

typedef struct cln_key_entry {
    uint64_t offset; /* into bytes */
    uint64_t position;
    size_t size;
} cln_key_entry;

typedef struct cln_key_table {
    size_t count, capacity;
    cln_key_entry *entries;
    cln_buffer bytes;
    uint64_t *slots; /* open addressing: hash's upper half << 32 | number of the entry + 1; 0 is empty */
    size_t slot_count;
} cln_key_table;

void cln_key_table_init(cln_key_table *table);
void cln_key_table_clean_up(cln_key_table *table);

/* Forgets all keys, and keeps the room. */
void cln_key_table_clear(cln_key_table *table);

/* Of all positions of a key the least stays, or the greatest when keep_last.
 * *is_known: the key was there; *loser is the position that does not stay. */
CLN_CHECKED cln_status cln_key_table_put(cln_key_table *table, cln_span key, uint64_t position, bool keep_last,
                                         bool *is_known, uint64_t *loser, cln_error *err);

/* The position that stays; the key must be there. */
uint64_t cln_key_table_position(const cln_key_table *table, cln_span key);

#endif
