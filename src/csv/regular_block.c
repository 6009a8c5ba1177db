/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "regular_block.h"

#include "colonnade/base/memory.h"
#include "colonnade/base/vectorise.h"
#include "colonnade/csv/quoting.h"

/* What is behind the block's last record is looked at again for the next block. */
enum { BATCH_POSITIONS = CLN_MASK_GROUPS * CLN_MASK_BYTES + CLN_FLATTEN_SLACK };

/* Positions in the bytes, found from the splitter's position on. */
typedef struct positions {
    size_t end_count; /* delimiters and line ends; in the block's ends */
    size_t line_count;
    size_t doubled_count;
    uint32_t lines[CLN_BLOCK_RECORDS + BATCH_POSITIONS];   /* line ends alone */
    uint32_t doubled[CLN_BLOCK_RECORDS + BATCH_POSITIONS]; /* second quotes of doubled ones */
    size_t quote_count;
    size_t classified_end; /* behind the last regular group */
} positions;

/* Adds what ends fields and records in the clean groups. */
static cln_status add_positions(const cln_mask_kernels *kernels, const cln_groups *groups, uint32_t begin,
                                cln_record_block *block, positions *p, cln_error *err) {
    uint64_t ends[CLN_MASK_GROUPS], any_doubled = 0;
    for (size_t g = 0; g < groups->count; g++) {
        ends[g] = groups->structure.delimiters[g] | groups->structure.line_ends[g];
        any_doubled |= groups->structure.doubled[g];
    }
    CLN_TRY(
        cln_grow_array(&block->ends, &block->end_capacity, p->end_count + BATCH_POSITIONS, sizeof *block->ends, err));
    p->end_count += kernels->flatten(ends, groups->count, begin, block->ends + p->end_count);
    p->line_count += kernels->flatten(groups->structure.line_ends, groups->count, begin, p->lines + p->line_count);
    if (any_doubled != 0) {
        p->doubled_count +=
            kernels->flatten(groups->structure.doubled, groups->count, begin, p->doubled + p->doubled_count);
    }
    return CLN_OK;
}

/* Finds what ends fields and records in the next groups; *more is false when
 * one of them was not regular. */
CLN_VECTORISED static cln_status find_in_batch(const cln_splitter *splitter, size_t begin, uint8_t *state,
                                               cln_record_block *block, positions *p, bool *more, cln_error *err) {
    const cln_automaton *a = splitter->automaton;
    const size_t count = cln_group_count(splitter->bytes.size - begin);
    cln_groups groups;
    cln_groups_find(a, splitter->bytes.data + begin, count, *state, &groups);
    for (size_t g = 0; g < groups.count && groups.masks.any_quote != 0; g++) {
        p->quote_count += (size_t)__builtin_popcountll(groups.masks.quote[g]);
    }
    p->classified_end = begin + groups.count * CLN_MASK_BYTES;
    *more = groups.count == count;
    if (groups.count == 0) return CLN_OK;
    *state = cln_groups_end_state(&groups);
    return add_positions(a->kernels, &groups, (uint32_t)begin, block, p, err);
}

/* Enough positions for the wanted records, or as many as there are before the
 * first irregular group. */
static cln_status find_positions(const cln_splitter *splitter, size_t wanted, cln_record_block *block, positions *p,
                                 cln_error *err) {
    uint8_t state = CLN_CSV_START;
    bool more = true;
    size_t begin = splitter->position;
    while (more && p->line_count < wanted && begin + CLN_MASK_BYTES <= splitter->bytes.size) {
        CLN_TRY(find_in_batch(splitter, begin, &state, block, p, &more, err));
        begin += CLN_MASK_GROUPS * CLN_MASK_BYTES;
        more = more && p->end_count <= CLN_BLOCK_FIELDS && p->doubled_count <= CLN_BLOCK_RECORDS;
    }
    return CLN_OK;
}

/* Fields of the first record, up to its line end; 0 when it has none. */
static size_t count_first_fields(const cln_record_block *block, const positions *p) {
    if (p->line_count == 0) return 0;
    size_t count = 1;
    while (block->ends[count - 1] != p->lines[0]) count++;
    return count;
}

/* One record's fields: they lie between ends. A field that begins with a quote
 * is quoted as a whole, for nothing else is regular. */
static void cut_record(cln_field *fields, const char *bytes, uint32_t begin, const uint32_t *ends, size_t columns,
                       const char *quote) {
    for (size_t f = 0; f < columns; f++) {
        const bool is_quoted = quote != NULL && bytes[begin] == *quote;
        fields[f] = (cln_field){
            .begin = begin + is_quoted, .size = ends[f] - begin - 2 * (uint32_t)is_quoted, .is_quoted = is_quoted};
        begin = ends[f] + 1;
    }
}

static void cut_records(cln_record_block *block, size_t columns) {
    const char *bytes = block->bytes.data;
    for (size_t r = 0; r < block->record_count; r++) {
        cln_field *fields = block->fields + r * columns;
        const uint32_t *ends = block->ends + r * columns;
        /* Two calls: without quotes the compiler drops what looks for them. */
        if (block->ends_have_quotes) {
            cut_record(fields, bytes, block->records[r].begin, ends, columns, &block->quote);
        } else {
            cut_record(fields, bytes, block->records[r].begin, ends, columns, NULL);
        }
    }
}

void cln_record_block_cut_fields(cln_record_block *block) {
    const size_t columns = block->end_columns;
    block->end_columns = 0;
    if (columns == 0) return;
    cln_field escaped[CLN_BLOCK_RECORDS] = {{0}};
    for (size_t e = 0; e < block->escaped_field_count; e++) escaped[e] = block->fields[block->escaped_fields[e]];
    cut_records(block, columns);
    for (size_t e = 0; e < block->escaped_field_count; e++) block->fields[block->escaped_fields[e]] = escaped[e];
}

/* Fields that have doubled quotes are kept as they stand. doubled: the
 * positions of the first such quote and of those behind it. */
static void mark_escapes(cln_record_block *block, size_t columns, const uint32_t *doubled) {
    for (size_t i = 0; i < block->field_count && *doubled != UINT32_MAX; i++) {
        const uint32_t end = block->ends[i];
        if (*doubled >= end) continue;
        const uint32_t begin = i % columns == 0 ? block->records[i / columns].begin : block->ends[i - 1] + 1;
        block->fields[i] = (cln_field){.begin = begin, .size = end - begin, .is_quoted = true, .has_escapes = true};
        cln_record_block_add_escaped(block, i);
        while (*doubled < end) doubled++;
    }
}

/* The record that begins here and ends at the line end; its size. */
static uint32_t add_record(cln_record_block *block, uint32_t begin, uint32_t end, size_t columns) {
    const cln_span bytes = block->bytes;
    cln_line_end line_end = CLN_LINE_END_LF;
    if (bytes.data[end] == '\r') {
        const bool is_crlf = end + (size_t)1 < bytes.size && bytes.data[end + 1] == '\n';
        line_end = is_crlf ? CLN_LINE_END_CRLF : CLN_LINE_END_CR;
    }
    const uint32_t size = end - begin + (line_end == CLN_LINE_END_CRLF ? 2 : 1);
    block->records[block->record_count++] = (cln_record){.begin = begin,
                                                         .size = size,
                                                         .first_field = (uint32_t)block->field_count,
                                                         .field_count = (uint32_t)columns,
                                                         .line_end = (uint8_t)line_end};
    return size;
}

/* Adds records as long as every columns-th end is the next line end. */
static void add_records(cln_splitter *splitter, cln_record_block *block, const positions *p, size_t columns) {
    const size_t last_column = columns - 1;
    for (size_t r = 0; r < p->line_count && !cln_record_block_is_full(block); r++) {
        const size_t last = r * columns + last_column;
        if (last >= p->end_count || block->ends[last] != p->lines[r]) return;
        const uint32_t begin = (uint32_t)splitter->position;
        if (begin == p->lines[r]) return; /* a blank line where records have one field */
        splitter->position += add_record(block, begin, p->lines[r], columns);
        block->field_count += columns;
    }
}

/* Quotes of the added records: those that were classified, but for what is
 * behind the records. */
static size_t count_quotes(const cln_splitter *splitter, const positions *p) {
    size_t behind = 0;
    for (size_t i = splitter->position; p->quote_count > 0 && i < p->classified_end; i++) {
        behind += splitter->bytes.data[i] == (char)splitter->automaton->quote;
    }
    return p->quote_count - behind;
}

/* How many of the doubled quotes stand in the added records. */
static size_t count_doubled(const cln_splitter *splitter, const positions *p) {
    size_t count = 0;
    while (count < p->doubled_count && p->doubled[count] < splitter->position) count++;
    return count;
}

/* The fields of the added records; they wait as ends where that is welcome,
 * and nothing else comes into the block. */
static void add_fields(const cln_splitter *splitter, cln_record_block *block, positions *p, size_t columns) {
    const size_t doubled_count = count_doubled(splitter, p);
    p->doubled[doubled_count] = UINT32_MAX; /* behind everything */
    block->end_columns = columns;
    block->ends_have_quotes = p->quote_count > 0;
    block->quote = (char)splitter->automaton->quote;
    block->quoted_field_count = (count_quotes(splitter, p) - 2 * doubled_count) / 2;
    const bool is_whole = cln_record_block_is_full(block) || splitter->position == splitter->bytes.size;
    const bool waits = splitter->defers_fields && is_whole && doubled_count <= CLN_BLOCK_RECORDS;
    if (!waits) cln_record_block_cut_fields(block);
    if (doubled_count > 0) mark_escapes(block, columns, p->doubled);
}

cln_status cln_regular_block_cut(cln_splitter *splitter, cln_record_block *block, cln_error *err) {
    positions p;
    p.end_count = 0;
    p.line_count = 0;
    p.doubled_count = 0;
    p.quote_count = 0;
    p.classified_end = splitter->position;
    CLN_TRY(find_positions(splitter, CLN_BLOCK_RECORDS, block, &p, err));
    const size_t columns = count_first_fields(block, &p);
    if (columns == 0 || columns > splitter->max_fields) return CLN_OK;
    CLN_TRY(cln_grow_array(&block->fields, &block->field_capacity, p.end_count, sizeof *block->fields, err));
    add_records(splitter, block, &p, columns);
    add_fields(splitter, block, &p, columns);
    return CLN_OK;
}
