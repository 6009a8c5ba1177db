/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The attributes of tables and columns. All functions are local (rank 0).
 */
#ifndef COLONNADE_STORE_CREATE_ATTRIBUTES_H
#define COLONNADE_STORE_CREATE_ATTRIBUTES_H

#include "colonnade/store/partition_writer.h"
#include "h5.h"
#include "layout.h"

/* AnnData's encoding-type and encoding-version. */
CLN_CHECKED cln_status cln_put_encoding(hid_t object, const char *type, const char *version, cln_error *err);

CLN_CHECKED cln_status cln_put_boolean(hid_t object, const char *name, bool value, cln_error *err);

/* On a column's dataset or group: type, role, source_name, and what its type adds. */
CLN_CHECKED cln_status cln_put_column_attributes(hid_t object, const cln_stored_column *column, cln_layout layout,
                                                 cln_error *err);

/* On a table's group: AnnData's dataframe, the number of rows, and the names,
 * types and roles of all columns in their order. */
CLN_CHECKED cln_status cln_put_table_attributes(hid_t group, const cln_stored_table *table, cln_error *err);

#endif
