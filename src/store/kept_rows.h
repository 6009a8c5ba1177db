/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A vector without some of its rows. All functions are local.
 */
#ifndef COLONNADE_STORE_KEPT_ROWS_H
#define COLONNADE_STORE_KEPT_ROWS_H

#include "colonnade/base/buffer.h"
#include "colonnade/column/vector.h"

/* Room for one column's kept values, used again for each batch. */
typedef struct cln_kept_rows {
    cln_buffer values; /* integers, doubles, codes, or offsets */
    cln_buffer bytes;  /* of texts */
} cln_kept_rows;

void cln_kept_rows_init(cln_kept_rows *room);
void cln_kept_rows_clean_up(cln_kept_rows *room);

/* Leaves of vector the given rows, in their order; it borrows from room then.
 * A vector without pointers, of a column that is not recorded, only gets
 * shorter. */
CLN_CHECKED cln_status cln_keep_rows(cln_vector *vector, const uint32_t *rows, size_t count, cln_kept_rows *room,
                                     cln_error *err);

#endif
