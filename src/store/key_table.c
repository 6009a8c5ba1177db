/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "key_table.h"

#include "colonnade/base/hash.h"
#include "colonnade/base/memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST_SLOTS = 1024 };

void cln_key_table_init(cln_key_table *table) {
    *table = (cln_key_table){0};
    cln_buffer_init(&table->bytes, SIZE_MAX);
}

void cln_key_table_clean_up(cln_key_table *table) {
    free(table->entries);
    free(table->slots);
    cln_buffer_clean_up(&table->bytes);
    *table = (cln_key_table){0};
}

void cln_key_table_clear(cln_key_table *table) {
    table->count = 0;
    cln_buffer_clear(&table->bytes);
    if (table->slots != NULL) memset(table->slots, 0, table->slot_count * sizeof *table->slots);
}

static cln_span key_of(const cln_key_table *table, size_t number) {
    return cln_span_of(table->bytes.data + table->entries[number].offset, table->entries[number].size);
}

/* The slot that holds the key, or the empty one where it belongs. */
static size_t find_slot(const cln_key_table *table, cln_span key, uint64_t hash) {
    const uint64_t tag = hash >> 32;
    size_t slot = (size_t)hash & (table->slot_count - 1);
    while (table->slots[slot] != 0) {
        if (table->slots[slot] >> 32 == tag) {
            if (cln_span_equal(key_of(table, (uint32_t)table->slots[slot] - 1), key)) break;
        }
        slot = (slot + 1) & (table->slot_count - 1);
    }
    return slot;
}

/* At most half of the slots are taken. */
static cln_status make_room(cln_key_table *table, cln_error *err) {
    if (table->count >= UINT32_MAX - 1) return cln_fail(err, CLN_ERR_INTERNAL, "too many keys on one rank; use more");
    if (2 * (table->count + 1) <= table->slot_count) return CLN_OK;
    const size_t slot_count = table->slot_count == 0 ? LEAST_SLOTS : 2 * table->slot_count;
    free(table->slots);
    table->slots = NULL;
    table->slot_count = 0;
    CLN_TRY(cln_new_array(&table->slots, slot_count, sizeof *table->slots, err));
    table->slot_count = slot_count;
    for (size_t i = 0; i < table->count; i++) {
        const uint64_t hash = cln_hash64(key_of(table, i));
        table->slots[find_slot(table, key_of(table, i), hash)] = hash >> 32 << 32 | (i + 1);
    }
    return CLN_OK;
}

static cln_status add(cln_key_table *table, cln_span key, uint64_t hash, size_t slot, uint64_t position,
                      cln_error *err) {
    CLN_TRY(cln_grow_array(&table->entries, &table->capacity, table->count + 1, sizeof *table->entries, err));
    table->entries[table->count] = (cln_key_entry){.offset = table->bytes.size, .position = position, .size = key.size};
    CLN_TRY(cln_buffer_append_span(&table->bytes, key, err));
    table->slots[slot] = hash >> 32 << 32 | ++table->count;
    return CLN_OK;
}

cln_status cln_key_table_put(cln_key_table *table, cln_span key, uint64_t position, bool keep_last, bool *is_known,
                             uint64_t *loser, cln_error *err) {
    CLN_TRY(make_room(table, err));
    const uint64_t hash = cln_hash64(key);
    const size_t slot = find_slot(table, key, hash);
    *is_known = table->slots[slot] != 0;
    if (!*is_known) return add(table, key, hash, slot, position, err);
    uint64_t *stays = &table->entries[(uint32_t)table->slots[slot] - 1].position;
    const bool is_better = keep_last ? position > *stays : position < *stays;
    *loser = is_better ? *stays : position;
    if (is_better) *stays = position;
    return CLN_OK;
}

uint64_t cln_key_table_position(const cln_key_table *table, cln_span key) {
    const size_t slot = find_slot(table, key, cln_hash64(key));
    assert(table->slots[slot] != 0);
    return table->entries[(uint32_t)table->slots[slot] - 1].position;
}
