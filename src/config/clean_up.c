/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parts.h"

#include <stdlib.h>

static void free_texts(char **texts, size_t count) {
    for (size_t i = 0; i < count; i++) free(texts[i]);
    free(texts);
}

static void clean_up_column(cln_config_column *column) {
    cln_format_list formats = {column->formats, column->format_count};
    free(column->name);
    free(column->title);
    free(column->type_name);
    free_texts(column->aliases, column->alias_count);
    cln_format_list_clean_up(&formats);
    for (size_t i = 0; i < column->synonym_count; i++) {
        free(column->synonyms[i].from);
        free(column->synonyms[i].to);
    }
    free(column->synonyms);
    free_texts(column->nulls, column->null_count);
}

static void clean_up_source(cln_config_source *source) {
    free(source->name);
    free_texts(source->urls, source->url_count);
    *source = (cln_config_source){0};
}

static void clean_up_dataset(cln_config_dataset *dataset) {
    free(dataset->name);
    free(dataset->title);
    free(dataset->unit);
    free(dataset->publisher);
    free(dataset->licence);
    free(dataset->time_zone);
    free(dataset->fallback_encoding);
    for (size_t i = 0; i < dataset->column_count; i++) clean_up_column(&dataset->columns[i]);
    free(dataset->columns);
    for (size_t i = 0; i < dataset->source_count; i++) clean_up_source(&dataset->sources[i]);
    free(dataset->sources);
    *dataset = (cln_config_dataset){0};
}

void cln_config_clean_up(cln_config *config) {
    cln_config_questions *const questions = &config->questions;
    free(config->city);
    free(config->store_dir);
    free(config->staging_dir);
    free(config->report_dir);
    for (size_t i = 0; i < CLN_BUCKET_COUNT; i++) free(config->buckets[i]);
    free(config->s3.endpoint);
    free(config->s3.region);
    for (size_t i = 0; i < config->dataset_count; i++) clean_up_dataset(&config->datasets[i]);
    free(config->datasets);
    clean_up_source(&config->boundaries);
    free(questions->accidents);
    free(questions->calls);
    free_texts(questions->good_conditions, questions->good_condition_count);
    free_texts(questions->unknown_conditions, questions->unknown_condition_count);
    *config = (cln_config){0};
}
