/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The name that was probably meant, for messages about unknown names: keys of
 * the configuration, commands, options, datasets. Local; cannot fail.
 */
#ifndef COLONNADE_CONFIG_NEAREST_H
#define COLONNADE_CONFIG_NEAREST_H

#include <stddef.h>

/* The one of names that takes the fewest edits (insert, delete, replace a
 * byte, swap two neighbours; case does not count) to become name, the first of
 * equals; NULL when all of them are too far away to be meant. Borrows from
 * names. */
const char *cln_nearest_name(const char *name, const char *const *names, size_t count);

#endif
