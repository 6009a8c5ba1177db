/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Finding datasets and columns in a configuration. */
#include "colonnade/config/config.h"

#include <string.h>

enum { HEADER_NAME_MAX_BYTES = 512 }; /* more than a declared name may have */

const cln_config_dataset *cln_config_find_dataset(const cln_config *config, const char *name) {
    for (size_t i = 0; i < config->dataset_count; i++) {
        if (strcmp(config->datasets[i].name, name) == 0) return &config->datasets[i];
    }
    return NULL;
}

/* Lower case of an ASCII letter; digits and bytes of other scripts as they
 * are; 0 for what only separates. */
static char normalised_byte(char c) {
    if (c >= 'A' && c <= 'Z') return (char)(c + ('a' - 'A'));
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80) return c;
    return '\0';
}

/* Takes a character of UTF-8 that was cut in two off the end. */
static size_t whole_characters(const char *text, size_t size) {
    size_t start = size;
    while (start > 0 && ((unsigned char)text[start - 1] & 0xC0) == 0x80) start--;
    if (start == 0 || (unsigned char)text[start - 1] < 0xC0) return size;
    const unsigned char lead = (unsigned char)text[start - 1];
    const size_t need = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    return size - (start - 1) < need ? start - 1 : size;
}

void cln_config_normalise_name(cln_span name, char *normalised, size_t size) {
    size_t used = 0, i = 0;
    bool separated = false;
    if (size == 0) return;
    for (; i < name.size; i++) {
        const char c = normalised_byte(name.data[i]);
        if (c == '\0') {
            separated = used > 0;
            continue;
        }
        if (used + 1 + separated >= size) break;
        if (separated) normalised[used++] = '_';
        normalised[used++] = c;
        separated = false;
    }
    if (i < name.size) used = whole_characters(normalised, used);
    if (used > 0 && normalised[used - 1] == '_') used--; /* the character behind it was cut off */
    normalised[used] = '\0';
}

static bool has_alias(const cln_config_column *column, const char *name) {
    for (size_t i = 0; i < column->alias_count; i++) {
        if (strcmp(column->aliases[i], name) == 0) return true;
    }
    return false;
}

const cln_config_column *cln_config_find_column(const cln_config_dataset *dataset, cln_span header_name) {
    char name[HEADER_NAME_MAX_BYTES];
    cln_config_normalise_name(header_name, name, sizeof name);
    for (size_t i = 0; i < dataset->column_count; i++) {
        if (strcmp(dataset->columns[i].name, name) == 0) return &dataset->columns[i];
    }
    for (size_t i = 0; i < dataset->column_count; i++) {
        if (has_alias(&dataset->columns[i], name)) return &dataset->columns[i];
    }
    return NULL;
}

const cln_config_column *cln_config_find_role(const cln_config_dataset *dataset, cln_role role) {
    for (size_t i = 0; i < dataset->column_count; i++) {
        if (dataset->columns[i].role == role) return &dataset->columns[i];
    }
    return NULL;
}
