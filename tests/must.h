/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a test does with a failure in its own helpers: nothing can be tested
 * then, and the program ends.
 */
#ifndef COLONNADE_TESTS_MUST_H
#define COLONNADE_TESTS_MUST_H

#include "colonnade/base/status.h"

#include <stdio.h>
#include <stdlib.h>

static inline void must(cln_status status) {
    if (status == CLN_OK) return;
    fprintf(stderr, "the test itself failed with status %d\n", (int)status);
    abort();
}

#endif
