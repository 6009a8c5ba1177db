/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * UTF-8 and the encodings that are converted to it. All functions are local.
 */
#ifndef COLONNADE_BASE_UTF8_H
#define COLONNADE_BASE_UTF8_H

#include "colonnade/base/buffer.h"
#include "colonnade/base/span.h"

#include <stdbool.h>

/* Whether every byte belongs to a well-formed sequence (Unicode 15, table
 * 3-7: no overlong forms, no surrogates, nothing beyond U+10FFFF). */
bool cln_utf8_is_valid(cln_span text);

/* The same on one kind of processor: the twin that runs everywhere; NULL where
 * the processor or the compiler has no AVX2. */
typedef bool cln_utf8_check(cln_span text);
cln_utf8_check cln_utf8_check_portable;
cln_utf8_check *cln_utf8_check_avx2(void);

/* Appends text, read as Windows-1252, to utf8. *defined becomes false (and
 * nothing is appended) when it holds one of the five bytes that the encoding
 * leaves undefined: 81, 8D, 8F, 90, 9D. */
CLN_CHECKED cln_status cln_utf8_from_windows_1252(cln_span text, cln_buffer *utf8, bool *defined, cln_error *err);

#endif
