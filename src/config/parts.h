/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The parts of a configuration, one file each. Private to the config layer.
 * Local. What is read is owned by the object, also on failure.
 */
#ifndef COLONNADE_CONFIG_PARTS_H
#define COLONNADE_CONFIG_PARTS_H

#include "colonnade/config/config.h"
#include "fields.h"

/* columns.c: one column, with defaults filled in, but for the formats, which
 * may come from the dataset. */
cln_item_read cln_read_column;
/* column_rules.c: what must hold within a column and among all of a dataset. */
CLN_CHECKED cln_status cln_check_column(cln_reader *reader, const cln_config_column *column);
CLN_CHECKED cln_status cln_check_columns(cln_reader *reader, const cln_config_dataset *dataset);

/* formats.c: a list of formats, each a pattern or {"pattern", "zone"}. */
typedef struct cln_format_list {
    cln_config_format *items;
    size_t count;
} cln_format_list;
cln_item_read cln_read_format;
extern const cln_list cln_column_format_list;
/* Gives every timestamp without formats a copy of these, or of the ISO ones
 * when there are none. */
CLN_CHECKED cln_status cln_fill_formats(cln_reader *reader, cln_config_dataset *dataset,
                                        const cln_format_list *formats);
void cln_format_list_clean_up(cln_format_list *formats);

/* sources.c */
cln_item_read cln_read_source;
CLN_CHECKED cln_status cln_check_sources(cln_reader *reader, const cln_config_dataset *dataset);

/* dataset.c: the object whose keys are the names of datasets. */
cln_field_read cln_read_datasets;

/* fetch.c: offsets are those of cln_config. */
extern const cln_fields cln_fetch_fields;
extern const cln_config_fetch cln_fetch_defaults;

/* questions.c: offsets are those of cln_config. */
extern const cln_fields cln_question_fields;
CLN_CHECKED cln_status cln_check_questions(cln_reader *reader, const cln_config *config);

/* s3.c: offsets are those of cln_config. */
extern const cln_fields cln_s3_fields;
void cln_set_s3_defaults(cln_config_s3 *s3);
CLN_CHECKED cln_status cln_check_s3(cln_reader *reader, const cln_config_s3 *s3);

#endif
