/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/csv/tally.h"

#include "colonnade/base/vectorise.h"
#include "colonnade/csv/quoting.h"

/* Counts from the beginning of the bytes. */
typedef struct counts {
    size_t delimiters;
    size_t quoted_fields;
} counts;

/* The item that is open at a position. */
typedef struct open_item {
    size_t begin;
    counts before; /* what stands before it */
} open_item;

/* Groups at a position of the bytes. */
typedef struct plain_groups {
    cln_groups all;
    size_t count;                       /* of those that are clean and ASCII */
    counts before[CLN_MASK_GROUPS + 1]; /* each group, and behind the last */
} plain_groups;

/* The item ends at the line end at position; false when it is a record that is
 * not plain. */
static inline bool end_item(cln_tally *tally, cln_span bytes, size_t position, counts now, open_item *item) {
    static const size_t sizes[] = {[CLN_LINE_END_LF] = 1, [CLN_LINE_END_CRLF] = 2, [CLN_LINE_END_CR] = 1};
    cln_account *account = &tally->account;
    cln_line_end line_end = CLN_LINE_END_LF;
    if (bytes.data[position] == '\r') {
        const bool is_crlf = position + 1 < bytes.size && bytes.data[position + 1] == '\n';
        line_end = is_crlf ? CLN_LINE_END_CRLF : CLN_LINE_END_CR;
    }
    const size_t end = position + sizes[line_end], size = end - item->begin;
    if (position == item->begin) {
        account->blank_lines++;
        account->bytes_blank += size;
    } else {
        if (now.delimiters - item->before.delimiters + 1 != tally->expected_fields) return false;
        account->line_ends[line_end]++;
        account->fields_quoted += now.quoted_fields - item->before.quoted_fields;
        account->bytes_stored += size;
        tally->record_count++;
        if (size > tally->greatest_record_bytes) tally->greatest_record_bytes = size;
    }
    *item = (open_item){.begin = end, .before = now};
    return true;
}

/* What stands before the bit of a group. */
static inline counts counts_before(const plain_groups *p, size_t g, size_t bit) {
    const uint64_t mask = ((uint64_t)1 << bit) - 1;
    return (counts){p->before[g].delimiters + (size_t)__builtin_popcountll(p->all.structure.delimiters[g] & mask),
                    p->before[g].quoted_fields + (size_t)__builtin_popcountll(p->all.structure.openings[g] & mask)};
}

/* Bit g is set where items end in group g. */
static inline uint32_t groups_with_line_ends(const plain_groups *p) {
    uint32_t groups = 0;
    for (size_t g = 0; g < p->count; g++) groups |= (uint32_t)(p->all.structure.line_ends[g] != 0) << g;
    return groups;
}

/* Counts the items that end in the groups at position. */
static inline bool take_groups(cln_tally *tally, cln_span bytes, size_t position, const plain_groups *p,
                               open_item *item) {
    for (uint32_t groups = groups_with_line_ends(p); groups != 0; groups &= groups - 1) {
        const size_t g = (size_t)__builtin_ctz(groups);
        for (uint64_t line_ends = p->all.structure.line_ends[g]; line_ends != 0; line_ends &= line_ends - 1) {
            const size_t bit = (size_t)__builtin_ctzll(line_ends);
            const counts now = counts_before(p, g, bit);
            if (!end_item(tally, bytes, position + g * CLN_MASK_BYTES + bit, now, item)) return false;
        }
    }
    return true;
}

/* The groups at position, of which p->before[0] is known. */
static inline void find_plain_groups(const cln_automaton *a, const char *bytes, size_t groups, uint8_t state,
                                     plain_groups *p) {
    cln_groups_find(a, bytes, groups, state, &p->all);
    p->count = p->all.count;
    for (size_t g = 0; g < p->count; g++) {
        if (p->all.masks.high[g] != 0) p->count = g;
        p->before[g + 1].delimiters =
            p->before[g].delimiters + (size_t)__builtin_popcountll(p->all.structure.delimiters[g]);
        p->before[g + 1].quoted_fields =
            p->before[g].quoted_fields + (size_t)__builtin_popcountll(p->all.structure.openings[g]);
    }
}

CLN_VECTORISED static size_t take(cln_tally *tally, cln_span bytes) {
    plain_groups p;
    open_item item = {.begin = 0};
    uint8_t state = CLN_CSV_START;
    p.before[0] = (counts){0};
    for (size_t position = 0; bytes.size - position >= CLN_MASK_BYTES;) {
        const size_t groups = cln_group_count(bytes.size - position);
        find_plain_groups(tally->automaton, bytes.data + position, groups, state, &p);
        if (!take_groups(tally, bytes, position, &p, &item) || p.count < groups) break;
        state = cln_groups_end_state(&p.all);
        p.before[0] = p.before[groups];
        position += groups * CLN_MASK_BYTES;
    }
    return item.begin;
}

size_t cln_tally_take(cln_tally *tally, cln_span bytes) {
    const uint64_t before = tally->record_count;
    const size_t taken = take(tally, bytes);
    const uint64_t records = tally->record_count - before;
    tally->account.records_read += records;
    tally->account.records_stored += records;
    tally->account.fields += records * tally->expected_fields;
    return taken;
}
