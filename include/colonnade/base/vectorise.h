/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * For functions whose loops the compiler turns into vector instructions: they
 * are compiled twice, and the wider one runs where the processor has AVX2.
 * The results are the same. Where the C library cannot choose at run time, or
 * a sanitizer watches, there is one version.
 */
#ifndef COLONNADE_BASE_VECTORISE_H
#define COLONNADE_BASE_VECTORISE_H

#include <stddef.h> /* __GLIBC__ */

#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__) &&                           \
    !defined(__SANITIZE_ADDRESS__) && !defined(COLONNADE_SANITIZED)
#define CLN_VECTORISED __attribute__((target_clones("avx2", "default")))
#else
#define CLN_VECTORISED
#endif

#endif
