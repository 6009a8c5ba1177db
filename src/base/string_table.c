/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/string_table.h"

#include "colonnade/base/hash.h"
#include "colonnade/base/memory.h"

#include <stdlib.h>

/* A slot holds 32 bits of the hash above the code + 1, so that a probe
 * touches a text only when it is, but for one in four billion, the right one,
 * and so that growing hashes nothing again. */
#define FIRST_SLOT_COUNT ((size_t)64)

static uint32_t slot_hash(uint64_t slot) {
    return (uint32_t)(slot >> 32);
}

void cln_string_table_init(cln_string_table *table, size_t size_limit) {
    *table = (cln_string_table){.count = 0};
    cln_buffer_init(&table->bytes, size_limit);
}

void cln_string_table_clean_up(cln_string_table *table) {
    free(table->offsets);
    free(table->slots);
    cln_buffer_clean_up(&table->bytes);
    cln_string_table_init(table, table->bytes.size_limit);
}

static size_t empty_slot(const uint64_t *slots, size_t slot_count, uint32_t hash) {
    size_t i = hash & (slot_count - 1);
    while (slots[i] != 0) i = (i + 1) & (slot_count - 1);
    return i;
}

static cln_status grow_slots(cln_string_table *table, cln_error *err) {
    const size_t slot_count = table->slot_count == 0 ? FIRST_SLOT_COUNT : table->slot_count * 2;
    uint64_t *slots;
    CLN_TRY(cln_new_array(&slots, slot_count, sizeof *slots, err));
    for (size_t i = 0; i < table->slot_count; i++) {
        const uint64_t slot = table->slots[i];
        if (slot != 0) slots[empty_slot(slots, slot_count, slot_hash(slot))] = slot;
    }
    free(table->slots);
    table->slots = slots;
    table->slot_count = slot_count;
    return CLN_OK;
}

/* Everything that can fail comes before the first change that shows. */
static cln_status add(cln_string_table *table, cln_span text, uint32_t hash, cln_error *err) {
    if (table->count >= UINT32_MAX - 1) {
        return cln_fail(err, CLN_ERR_INTERNAL, "a table of texts is full at %zu texts", table->count);
    }
    if ((table->count + 1) * 3 > table->slot_count * 2) CLN_TRY(grow_slots(table, err));
    CLN_TRY(cln_grow_array(&table->offsets, &table->capacity, table->count + 2, sizeof *table->offsets, err));
    /* At least one byte: the span of an empty text points somewhere, too. */
    CLN_TRY(cln_buffer_reserve(&table->bytes, text.size > 0 ? text.size : table->bytes.capacity == 0, err));
    CLN_TRY(cln_buffer_append_span(&table->bytes, text, err));
    table->count++;
    table->offsets[table->count] = table->bytes.size;
    table->slots[empty_slot(table->slots, table->slot_count, hash)] = (uint64_t)hash << 32 | table->count;
    return CLN_OK;
}

#define NOT_THERE UINT32_MAX

static uint32_t find(const cln_string_table *table, cln_span text, uint32_t hash) {
    const size_t mask = table->slot_count - 1;
    for (size_t i = hash & mask; table->slot_count > 0 && table->slots[i] != 0; i = (i + 1) & mask) {
        const uint64_t slot = table->slots[i];
        if (slot_hash(slot) != hash) continue;
        const uint32_t candidate = (uint32_t)slot - 1;
        if (cln_span_equal(cln_string_table_text(table, candidate), text)) return candidate;
    }
    return NOT_THERE;
}

static uint32_t hash_text(cln_span text) {
    return (uint32_t)(cln_hash64(text) >> 32);
}

uint32_t cln_string_table_find(const cln_string_table *table, cln_span text) {
    return find(table, text, hash_text(text));
}

cln_status cln_string_table_intern(cln_string_table *table, cln_span text, uint32_t *code, cln_error *err) {
    const uint32_t hash = hash_text(text);
    uint32_t found = find(table, text, hash);
    if (found == NOT_THERE) {
        CLN_TRY(add(table, text, hash, err));
        found = (uint32_t)(table->count - 1);
    }
    *code = found;
    return CLN_OK;
}
