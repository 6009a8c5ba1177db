/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/csv/detect.h"

#include "colonnade/base/memory.h"
#include "colonnade/csv/lines.h"
#include "detect_parts.h"

#include <stdlib.h>
#include <string.h>

/* What a dialect must be better by than those before it to be taken: blanks
 * and colons stand inside values, apostrophes inside words. */
typedef struct choice {
    unsigned char byte; /* 0: none */
    double weight;
} choice;

static const choice delimiters[] = {{',', 1}, {'\t', 1}, {';', 1}, {'|', 1}, {':', 0.6}, {' ', 0.35}};
static const choice quotes[] = {{'"', 1}, {'\'', 0.99}, {0, 0.9}};

/* A dialect that scores less makes no sense of the file. */
static const double certain_score = 0.1;

enum { DELIMITER_COUNT = sizeof delimiters / sizeof *delimiters, QUOTE_COUNT = sizeof quotes / sizeof *quotes };

typedef struct search {
    cln_span bytes;
    bool is_whole;
    const cln_detect_given *given;
    cln_detect_room *room;
    cln_dialect best;
    double best_score;
} search;

static bool holds(cln_span bytes, unsigned char byte) {
    return bytes.size > 0 && memchr(bytes.data, byte, bytes.size) != NULL;
}

static bool is_digit_at(cln_span bytes, size_t i) {
    return i < bytes.size && bytes.data[i] >= '0' && bytes.data[i] <= '9';
}

/* Whether nearly all colons stand between digits as in 09:55. */
static bool colons_are_of_times(cln_span bytes) {
    size_t colons = 0;
    size_t in_times = 0;
    for (size_t i = 0; i < bytes.size; i++) {
        if (bytes.data[i] != ':') continue;
        colons++;
        in_times += i > 0 && is_digit_at(bytes, i - 1) && is_digit_at(bytes, i + 1) && is_digit_at(bytes, i + 2) &&
                    !is_digit_at(bytes, i + 3);
    }
    return in_times * 10 >= colons * 8;
}

static bool begins_field(cln_span bytes, size_t i, unsigned char delimiter) {
    if (i == 0) return true;
    const unsigned char before = (unsigned char)bytes.data[i - 1];
    return before == delimiter || before == '\n' || before == '\r';
}

/* Whether the quote stands at the beginning of any field. */
static bool may_quote(cln_span bytes, unsigned char quote, unsigned char delimiter) {
    for (size_t i = 0; i < bytes.size; i++) {
        const char *next = memchr(bytes.data + i, quote, bytes.size - i);
        if (next == NULL) return false;
        i = (size_t)(next - bytes.data);
        if (begins_field(bytes, i, delimiter)) return true;
    }
    return false;
}

/* Whether the candidate is worth a cut: one that cuts nothing equals the first. */
static bool is_plausible(const search *s, const cln_dialect *dialect) {
    const cln_detect_given *given = s->given;
    if (!given->delimiter && dialect->delimiter != delimiters[0].byte) {
        if (!holds(s->bytes, dialect->delimiter)) return false;
        if (dialect->delimiter == ':' && colons_are_of_times(s->bytes)) return false;
    }
    if (dialect->has_quote && dialect->quote == dialect->delimiter) return false;
    if (given->quote || (dialect->has_quote && dialect->quote == quotes[0].byte)) return true;
    return may_quote(s->bytes, dialect->has_quote ? dialect->quote : quotes[0].byte, dialect->delimiter);
}

static cln_status try_dialect(search *s, const cln_dialect *dialect, double weight, cln_detect_cut *cut,
                              cln_error *err) {
    CLN_TRY(cln_detect_score(cut, s->room, dialect, s->bytes, s->is_whole, err));
    if (cut->score * weight <= s->best_score) return CLN_OK;
    s->best_score = cut->score * weight;
    s->best = *dialect;
    return CLN_OK;
}

/* With line ends in quotes, and where these come with faults, also without.
 * cut: of the former. */
static cln_status try_candidate(search *s, cln_dialect dialect, double weight, cln_detect_cut *cut, cln_error *err) {
    *cut = (cln_detect_cut){.score = 0};
    if (!is_plausible(s, &dialect)) return CLN_OK;
    dialect.newlines_in_quotes = s->given->newlines_in_quotes ? s->given->dialect.newlines_in_quotes : true;
    CLN_TRY(try_dialect(s, &dialect, weight, cut, err));
    const bool may_differ = (cut->malformed_count > 0 && cut->multiline_count > 0) || cut->is_cut_short;
    if (!may_differ || s->given->newlines_in_quotes || !dialect.has_quote) return CLN_OK;
    dialect.newlines_in_quotes = false;
    cln_detect_cut other;
    return try_dialect(s, &dialect, weight, &other, err);
}

/* Where one quote opens and closes fields without a fault, it is no chance, and
 * the others are not asked. */
static bool is_clean(const cln_detect_cut *cut) {
    return cut->quoted_count > 0 && cut->malformed_count == 0 && !cut->is_cut_short;
}

static cln_status try_quotes(search *s, cln_dialect dialect, double weight, cln_error *err) {
    cln_detect_cut cut = {.score = 0};
    if (s->given->quote) return try_candidate(s, dialect, weight, &cut, err);
    for (int q = 0; q < QUOTE_COUNT && !is_clean(&cut); q++) {
        dialect.has_quote = quotes[q].byte != 0;
        dialect.quote = dialect.has_quote ? quotes[q].byte : quotes[0].byte;
        CLN_TRY(try_candidate(s, dialect, weight * quotes[q].weight, &cut, err));
    }
    return CLN_OK;
}

static cln_status try_all(search *s, cln_error *err) {
    cln_dialect dialect = s->given->dialect;
    if (s->given->delimiter) return try_quotes(s, dialect, 1, err);
    for (int d = 0; d < DELIMITER_COUNT; d++) {
        dialect.delimiter = delimiters[d].byte;
        CLN_TRY(try_quotes(s, dialect, delimiters[d].weight, err));
    }
    return CLN_OK;
}

/* The standard dialect, but for what is given. */
static cln_dialect default_with(const cln_detect_given *given) {
    cln_dialect dialect = cln_dialect_default();
    const cln_dialect *known = &given->dialect;
    dialect.fallback = known->fallback;
    dialect.takes_nuls = known->takes_nuls;
    if (given->delimiter) dialect.delimiter = known->delimiter;
    if (given->quote) {
        dialect.quote = known->quote;
        dialect.has_quote = known->has_quote;
    }
    if (dialect.has_quote && dialect.quote == dialect.delimiter) dialect.has_quote = false;
    if (given->header) dialect.has_header = known->has_header;
    if (given->newlines_in_quotes) dialect.newlines_in_quotes = known->newlines_in_quotes;
    if (given->skip_lines) dialect.skip_lines = known->skip_lines;
    return dialect;
}

static cln_status detect_in(cln_detection *detection, cln_detect_room *room, const cln_detect_sample *sample,
                            const cln_detect_given *given, cln_error *err) {
    uint64_t left = 0;
    const size_t skipped = given->skip_lines ? cln_lines_skip(sample->head, given->dialect.skip_lines, &left) : 0;
    search s = {.bytes = cln_span_of(sample->head.data + skipped, sample->head.size - skipped),
                .is_whole = sample->head_offset + sample->head.size >= sample->file_bytes,
                .given = given,
                .room = room,
                .best = default_with(given)};
    CLN_TRY(try_all(&s, err));
    *detection = (cln_detection){.dialect = default_with(given),
                                 .table_offset = sample->head_offset + skipped,
                                 .footer_offset = sample->file_bytes,
                                 .is_certain = s.best_score >= certain_score};
    detection->dialect.delimiter = s.best.delimiter;
    detection->dialect.quote = s.best.quote;
    detection->dialect.has_quote = s.best.has_quote;
    detection->dialect.newlines_in_quotes = s.best.newlines_in_quotes;
    return cln_detect_table(detection, room, sample, given, err);
}

cln_status cln_detect(cln_detection *detection, const cln_detect_sample *sample, const cln_detect_given *given,
                      cln_error *err) {
    *detection = (cln_detection){
        .dialect = default_with(given), .table_offset = sample->head_offset, .footer_offset = sample->file_bytes};
    cln_detect_room *room;
    CLN_TRY(cln_new_array(&room, 1, sizeof *room, err));
    cln_record_block_init(&room->block);
    cln_buffer_init(&room->arena, SIZE_MAX);
    const cln_status status = detect_in(detection, room, sample, given, err);
    cln_buffer_clean_up(&room->arena);
    cln_record_block_clean_up(&room->block);
    free(room);
    return status;
}
