/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/column/type.h"

#include <string.h>

static const char *const type_names[CLN_TYPE_COUNT] = {"integer", "double", "boolean", "timestamp", "category", "text"};

const char *cln_type_name(cln_type type) {
    return type_names[type];
}

bool cln_type_from_name(const char *name, cln_type *type) {
    for (int i = 0; i < CLN_TYPE_COUNT; i++) {
        if (strcmp(name, type_names[i]) == 0) {
            *type = (cln_type)i;
            return true;
        }
    }
    return false;
}
