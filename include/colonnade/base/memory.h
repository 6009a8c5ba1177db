/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Allocation with checked sizes. Everything is freed with free().
 * All functions are local.
 */
#ifndef COLONNADE_BASE_MEMORY_H
#define COLONNADE_BASE_MEMORY_H

#include "colonnade/base/span.h"
#include "colonnade/base/status.h"

#include <stdint.h>

/* Zeroed room for count items, never NULL on success (also for count 0). */
CLN_CHECKED cln_status cln_new_array(void *pointer_to_pointer, size_t count, size_t item_bytes, cln_error *err);

/* Grows *items (of *capacity items) geometrically so that it holds `need`
 * items; the new part is zeroed. */
CLN_CHECKED cln_status cln_grow_array(void *pointer_to_pointer, size_t *capacity, size_t need, size_t item_bytes,
                                      cln_error *err);

/* What was freed goes back to the system as far as the C library can tell where
 * it is. Takes some milliseconds: between phases that need much. */
void cln_give_memory_back(void);

/* NUL-terminated copies, owned by the caller. */
CLN_CHECKED cln_status cln_copy_string(char **copy, const char *text, cln_error *err);
CLN_CHECKED cln_status cln_copy_span(char **copy, cln_span span, cln_error *err);
CLN_CHECKED cln_status cln_format_string(char **text, cln_error *err, const char *format, ...) CLN_PRINTF(3, 4);

#endif
