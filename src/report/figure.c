/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/report/figure.h"

#include "colonnade/base/memory.h"
#include "colonnade/base/number.h"

#include <math.h>
#include <string.h>

enum { NOTE_LINE_BYTES = 125 };

static bool is_control(char c) {
    return (unsigned char)c < 0x20 || c == 0x7f;
}

/* Within '…' gnuplot takes every byte but the quote as it is; "…" would run
 * what stands in backquotes. */
static cln_status append_quoted(cln_buffer *script, char c, cln_error *err) {
    if (c == '\n') return cln_buffer_append_string(script, "'.\"\\n\".'", err);
    if (c == '\'') return cln_buffer_append_string(script, "''", err);
    return cln_buffer_append_char(script, is_control(c) ? ' ' : c, err);
}

cln_status cln_figure_set_text(cln_buffer *script, const char *name, cln_span text, cln_error *err) {
    CLN_TRY(cln_buffer_append_format(script, err, "%s = '", name));
    for (size_t i = 0; i < text.size; i++) CLN_TRY(append_quoted(script, text.data[i], err));
    return cln_buffer_append_string(script, "'\n", err);
}

cln_status cln_figure_set_bold(cln_buffer *script, const char *name, cln_span text, cln_error *err) {
    CLN_TRY(cln_buffer_append_format(script, err, "%s = '", name));
    for (size_t i = 0; i < text.size; i++) {
        const bool is_mark = text.data[i] != '\0' && strchr("_^{}@&~\\", text.data[i]) != NULL;
        if (is_mark) CLN_TRY(cln_buffer_append_char(script, '\\', err));
        CLN_TRY(append_quoted(script, text.data[i], err));
    }
    return cln_buffer_append_string(script, "'\n", err);
}

static cln_status append_number(cln_buffer *script, double value, cln_error *err) {
    char text[32];
    cln_format_double(value, text);
    return cln_buffer_append_string(script, isfinite(value) ? text : "NaN", err);
}

cln_status cln_figure_set_number(cln_buffer *script, const char *name, double value, cln_error *err) {
    CLN_TRY(cln_buffer_append_format(script, err, "%s = ", name));
    CLN_TRY(append_number(script, value, err));
    return cln_buffer_append_char(script, '\n', err);
}

cln_status cln_figure_begin_data(cln_buffer *script, const char *name, cln_error *err) {
    return cln_buffer_append_format(script, err, "$%s << EOD\n", name);
}

cln_status cln_figure_value(cln_buffer *script, bool is_first, double value, cln_error *err) {
    if (!is_first) CLN_TRY(cln_buffer_append_char(script, '\t', err));
    return append_number(script, value, err);
}

/* A quotation mark would begin a string of gnuplot's, and a line "EOD" would
 * end the data: a leading no-break space cannot be seen, and prevents it. */
cln_status cln_figure_label(cln_buffer *script, bool is_first, cln_span text, cln_error *err) {
    CLN_TRY(cln_buffer_append_string(script, is_first ? "\xc2\xa0" : "\t", err));
    for (size_t i = 0; i < text.size; i++) {
        const char c = text.data[i];
        if (c == '"') {
            CLN_TRY(cln_buffer_append_string(script, "\xe2\x80\x9d", err));
        } else {
            CLN_TRY(cln_buffer_append_char(script, is_control(c) ? ' ' : c, err));
        }
    }
    return CLN_OK;
}

cln_status cln_figure_end_row(cln_buffer *script, cln_error *err) {
    return cln_buffer_append_char(script, '\n', err);
}

cln_status cln_figure_end_data(cln_buffer *script, cln_error *err) {
    return cln_buffer_append_string(script, "EOD\n", err);
}

/* Lines of a length that fits below a figure. */
static cln_status break_lines(const char *text, cln_buffer *out, cln_error *err) {
    size_t line_bytes = 0;
    while (*text != '\0') {
        const size_t word_bytes = strcspn(text, " ");
        if (line_bytes > 0 && line_bytes + 1 + word_bytes > NOTE_LINE_BYTES) {
            CLN_TRY(cln_buffer_append_char(out, '\n', err));
            line_bytes = 0;
        } else if (line_bytes > 0) {
            CLN_TRY(cln_buffer_append_char(out, ' ', err));
        }
        CLN_TRY(cln_buffer_append(out, text, word_bytes, err));
        line_bytes += word_bytes + 1;
        text += word_bytes;
        text += strspn(text, " ");
    }
    return CLN_OK;
}

static cln_status set_texts(cln_answer *answer, const char *title, const char *subtitle, cln_span note,
                            cln_error *err) {
    cln_buffer *script = &answer->figure;
    CLN_TRY(cln_figure_set_text(script, "figure_name", cln_span_of_string(answer->name), err));
    CLN_TRY(cln_figure_set_bold(script, "figure_title", cln_span_of_string(title), err));
    CLN_TRY(cln_figure_set_text(script, "figure_subtitle", cln_span_of_string(subtitle), err));
    CLN_TRY(cln_figure_set_text(script, "figure_note", note, err));
    const char *label = answer->is_sample ? CLN_SAMPLE_LABEL : "";
    return cln_figure_set_text(script, "sample_label", cln_span_of_string(label), err);
}

cln_status cln_figure_begin(cln_answer *answer, const char *title, const char *subtitle, const char *note,
                            const char *alternative, cln_error *err) {
    cln_buffer lines;
    cln_buffer_init(&lines, SIZE_MAX);
    cln_status status = break_lines(note, &lines, err);
    if (status == CLN_OK) status = set_texts(answer, title, subtitle, cln_buffer_span(&lines), err);
    cln_buffer_clean_up(&lines);
    CLN_TRY(status);
    return cln_format_string(&answer->figure_alt, err, "%s%s", answer->is_sample ? CLN_SAMPLE_LABEL ": " : "",
                             alternative);
}
