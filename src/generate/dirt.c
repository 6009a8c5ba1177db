/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows that are malformed or hold a bad cell, as files in the wild have them.
 */
#include "generator.h"
#include "text.h"

typedef struct spoiling {
    enum { SPOIL_TEXT, SPOIL_TIME, SPOIL_DROP_FIELDS, SPOIL_ADD_FIELDS } kind;
    const char *bytes; /* as they stand in the file */
} spoiling;

static const spoiling spoilings[] = {
    {SPOIL_TEXT, "\"closed\" too early"}, /* text after a closing quote */
    {SPOIL_TEXT, "\"closed, \"\"then\"\" on\"x\"y"},
    {SPOIL_TEXT, "a 5\" pipe"},                /* a quote inside an unquoted field */
    {SPOIL_TEXT, "one record\rand another"},   /* a lone CR ends the record */
    {SPOIL_TEXT, "bytes \xFF\xFE of no text"}, /* not UTF-8 */
    {SPOIL_TEXT, "no \x81 character"},         /* nor Windows-1252 */
    {SPOIL_TEXT, "cut off \xE2\x80"},          /* the first two bytes of three */
    {SPOIL_TIME, "2015-02-30 10:00:00"},
    {SPOIL_TIME, "13/45/2015 27:00:00 PM"},
    {SPOIL_TIME, "yesterday"},
    {SPOIL_TIME, "0000-00-00 00:00:00"},
    {SPOIL_DROP_FIELDS, ""},
    {SPOIL_ADD_FIELDS, ",one too many"},
    {SPOIL_ADD_FIELDS, ",,,"},
};

static char *replace(char *start, const char *end, const char *bytes, char *row_end) {
    const size_t size = strlen(bytes);
    memmove(start + size, end, (size_t)(row_end - end));
    memcpy(start, bytes, size);
    return start + size + (row_end - end);
}

char *cln_spoil_row(const cln_generator *generator, uint64_t key, char *start, char *const *ends, char *out) {
    const cln_vintage *vintage = generator->vintage;
    const uint64_t draw = cln_random_draw(key, CLN_DRAW_DIRT_KIND);
    const spoiling *how = &spoilings[cln_random_below(draw, sizeof spoilings / sizeof spoilings[0])];
    if (how->kind == SPOIL_DROP_FIELDS) return ends[vintage->column_count - 2 - (uint32_t)(draw & 3)];
    if (how->kind == SPOIL_ADD_FIELDS) return cln_put_string(out, how->bytes);
    const uint32_t index = how->kind == SPOIL_TIME ? vintage->time_column : vintage->text_column;
    char *const field = index == 0 ? start : ends[index - 1] + 1;
    return replace(field, ends[index], how->bytes, out);
}
