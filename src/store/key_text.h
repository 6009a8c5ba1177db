/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A row's key as bytes: equal keys have equal bytes. All functions are local.
 */
#ifndef COLONNADE_STORE_KEY_TEXT_H
#define COLONNADE_STORE_KEY_TEXT_H

#include "colonnade/base/buffer.h"
#include "colonnade/column/batch.h"
#include "colonnade/config/config.h"

typedef struct cln_key_spec {
    size_t column_count;
    const char **names;
    cln_compare *compares;
    bool whole_rows; /* nulls and columns that are not recorded are values as others */
} cln_key_spec;

/* Replaces key by that of a row of a batch, whose columns are those of spec, as
 * texts. *is_null: there is none. */
CLN_CHECKED cln_status cln_key_of_row(const cln_key_spec *spec, const cln_batch *batch, size_t row, cln_buffer *key,
                                      bool *is_null, cln_error *err);

/* Appends what a value is compared by as CLN_COMPARE_NUMBER: significant
 * digits and an exponent, or the value itself when it is no decimal number. */
CLN_CHECKED cln_status cln_append_number_key(cln_span value, cln_buffer *key, cln_error *err);

#endif
