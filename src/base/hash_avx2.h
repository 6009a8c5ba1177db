/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COLONNADE_BASE_HASH_AVX2_H
#define COLONNADE_BASE_HASH_AVX2_H

#include "colonnade/base/span.h"

#include <stdbool.h>
#include <stdint.h>

/* The halves of the block's XXH3-128; false, and nothing is set, where the
 * processor or the compiler has no AVX2. */
bool cln_hash_block_avx2(cln_span block, uint64_t *low, uint64_t *high);

#endif
