/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Objects of JSON into structs by tables: a row for each key says how its
 * value is read, into which member, and what is allowed. Every failure is
 * CLN_ERR_USAGE and names the key's path. Private to the config layer. Local.
 */
#ifndef COLONNADE_CONFIG_FIELDS_H
#define COLONNADE_CONFIG_FIELDS_H

#include "colonnade/base/status.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

/* Where in the configuration the reading is. */
typedef struct cln_reader {
    const char *origin;
    char path[512];
    cln_error *err;
} cln_reader;

typedef struct cln_field cln_field;
/* Reads value into the member of object that field tells. */
typedef cln_status cln_field_read(cln_reader *reader, const cJSON *value, const cln_field *field, void *object);
/* Reads one item of a list into its zeroed place. */
typedef cln_status cln_item_read(cln_reader *reader, const cJSON *value, void *item);

struct cln_field {
    const char *key;
    cln_field_read *read;
    size_t offset;      /* of the member in the object */
    const void *detail; /* what read needs to know; see there */
    bool required;
};

typedef struct cln_fields {
    const cln_field *items;
    size_t count;
} cln_fields;

typedef struct cln_choices { /* detail of the choice readers */
    const char *const *names;
    size_t count;
} cln_choices;

typedef struct cln_range { /* detail of the number readers */
    double min, max;
} cln_range;

typedef struct cln_list { /* detail of cln_read_list */
    size_t count_offset;  /* of the size_t in the object; the field's offset is that of the pointer */
    size_t item_bytes;
    cln_item_read *read_item;
    const char *allowed; /* "a list of columns" */
} cln_list;

#define CLN_COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define CLN_FIELDS(array)                                                                                              \
    { (array), CLN_COUNT(array) }

/* Fails with "ORIGIN: PATH: ...". */
CLN_CHECKED cln_status cln_reader_fail(cln_reader *reader, const char *format, ...) CLN_PRINTF(2, 3);
/* Goes down to a key or an item; both return what cln_reader_leave needs. */
size_t cln_reader_enter_key(cln_reader *reader, const char *key);
size_t cln_reader_enter_item(cln_reader *reader, size_t index);
void cln_reader_leave(cln_reader *reader, size_t mark);

/* Fails unless value is an object in which no key stands twice. */
CLN_CHECKED cln_status cln_check_object(cln_reader *reader, const cJSON *value);

/* Reads every key of value, which must be an object, by its row; an unknown
 * key, one that stands twice, and a missing required one fail. */
CLN_CHECKED cln_status cln_read_object(cln_reader *reader, const cJSON *value, const cln_fields *fields, void *object);

/* Readers for the tables. Texts are copied; the object owns them. */
cln_field_read cln_read_text;        /* char *, not empty; detail unused */
cln_field_read cln_read_bool;        /* bool */
cln_field_read cln_read_character;   /* char, one ASCII character that may delimit or quote */
cln_field_read cln_read_quote;       /* char, the same, or "none" for NUL */
cln_field_read cln_read_integer;     /* int; detail cln_range */
cln_field_read cln_read_number;      /* double; detail cln_range */
cln_field_read cln_read_size;        /* uint64_t, "64M" or bytes; detail cln_range */
cln_field_read cln_read_choice;      /* an enum: the index of the name; detail cln_choices */
cln_field_read cln_read_choice_bool; /* bool: false for the first name, true for the second; detail cln_choices */
cln_field_read cln_read_choice_text; /* char *: the name; detail cln_choices */
cln_field_read cln_read_list;        /* pointer and count; detail cln_list */
cln_field_read cln_read_inner;       /* an object into the same struct; detail cln_fields, offset unused */

/* Whole text, not empty, owned by the caller. */
CLN_CHECKED cln_status cln_take_text(cln_reader *reader, const cJSON *value, char **text);
cln_item_read cln_read_text_item; /* char * */

static inline void *cln_member(void *object, size_t offset) {
    return (char *)object + offset;
}

#endif
