/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "spelt_texts.h"

/* How the texts of a column stand on a rank; the greatest is that of all. */
enum { ALL_NUMBERED, SOME_SPELT, HAS_OVERFLOWED };

static int64_t worst_texts(const cln_comm *comm, const cln_column_builder *builder) {
    int64_t worst = builder->has_overflowed ? HAS_OVERFLOWED : builder->is_spelt ? SOME_SPELT : ALL_NUMBERED;
    cln_max_i64(comm, &worst, 1);
    return worst;
}

/* Numbers the texts of a block that has them spelt; codes (may be NULL) become
 * theirs. *is_over tells that they are too many, or one is none for a category. */
static cln_status number_texts(cln_final_column *column, const cln_block *block, uint32_t *codes, bool *is_over,
                               cln_error *err) {
    const cln_column_builder *builder = column->builder;
    for (size_t row = 0; row < block->rows; row++) {
        const cln_span text = cln_span_of(block->text_bytes + block->offsets[row],
                                          (size_t)(block->offsets[row + 1] - block->offsets[row]));
        uint32_t code = CLN_NULL_STRING;
        if (text.size > 0) {
            *is_over = cln_column_builder_is_unfit(builder, text);
            if (*is_over) return CLN_OK;
            CLN_TRY(cln_string_table_intern(&column->spelt, text, &code, err));
            *is_over = cln_column_builder_is_over(builder, &column->spelt);
            if (*is_over) return CLN_OK;
        }
        if (codes != NULL) codes[row] = code;
    }
    return CLN_OK;
}

/* Finds out whether texts that were spelt for lack of memory might have been
 * numbered: as few as that are in memory now. */
static cln_status number_all_blocks(cln_final_column *column, bool *is_over, cln_error *err) {
    *is_over = false;
    cln_block_reader reader;
    cln_block_reader_init(&reader);
    cln_status status = CLN_OK;
    for (size_t e = 0; status == CLN_OK && !*is_over && e < column->builder->entry_count; e++) {
        cln_block block;
        status = cln_block_reader_read(&reader, column->builder, &column->builder->entries[e], &block, err);
        if (status == CLN_OK) status = number_texts(column, &block, NULL, is_over, err);
    }
    cln_block_reader_clean_up(&reader);
    return status;
}

cln_status cln_spelt_number_all(cln_final_column *column, const cln_comm *comm, bool *is_over, cln_error *err) {
    const int64_t worst = worst_texts(comm, column->builder);
    *is_over = worst == HAS_OVERFLOWED;
    if (worst != SOME_SPELT) return CLN_OK;
    bool is_over_here = false;
    const cln_status status = column->builder->is_spelt ? number_all_blocks(column, &is_over_here, err) : CLN_OK;
    CLN_TRY(cln_agree(comm, status, err));
    int64_t any = is_over_here;
    cln_max_i64(comm, &any, 1);
    *is_over = any != 0;
    return CLN_OK;
}

cln_status cln_spelt_number_block(cln_final_column *column, const cln_block *block, uint32_t *codes, cln_error *err) {
    bool is_over = false;
    CLN_TRY(number_texts(column, block, codes, &is_over, err));
    if (is_over || column->spelt.count >= column->code_count) {
        return cln_fail(err, CLN_ERR_INTERNAL, "a category has other texts than when they were counted");
    }
    return CLN_OK;
}
