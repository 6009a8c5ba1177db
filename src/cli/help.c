/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/cli/texts.h"

#include <stdio.h>
#include <string.h>

enum { LINE_WIDTH = 80, TEXT_COLUMN = 30, LONGEST_NAME = 64 };

/* Letters, not bytes: continuation bytes of UTF-8 take no column. */
static size_t columns_of(cln_span text) {
    size_t columns = 0;
    for (size_t i = 0; i < text.size; i++) columns += ((unsigned char)text.data[i] & 0xc0) != 0x80;
    return columns;
}

static cln_status indent(cln_buffer *text, size_t columns, cln_error *err) {
    return cln_buffer_append_format(text, err, "%*s", (int)columns, "");
}

/* Words with line breaks before LINE_WIDTH; the first line begins at column
 * `at`, the others at `margin`. */
static cln_status wrap(cln_buffer *text, const char *words, size_t at, size_t margin, cln_error *err) {
    size_t column = at;
    bool is_first = true;
    while (*words != '\0') {
        const cln_span word = cln_span_of(words, strcspn(words, " "));
        const size_t width = columns_of(word);
        if (!is_first && column + 1 + width > LINE_WIDTH) {
            CLN_TRY(cln_buffer_append_char(text, '\n', err));
            CLN_TRY(indent(text, margin, err));
            column = margin;
        } else if (!is_first) {
            CLN_TRY(cln_buffer_append_char(text, ' ', err));
            column++;
        }
        CLN_TRY(cln_buffer_append_span(text, word, err));
        column += width;
        is_first = false;
        words += word.size;
        words += strspn(words, " ");
    }
    return cln_buffer_append_char(text, '\n', err);
}

cln_status cln_synopsis_write(const cln_command *command, cln_buffer *text, cln_error *err) {
    return cln_buffer_append_format(text, err, "colonnade %s [OPTION...]%s%s", command->name,
                                    command->arguments[0] == '\0' ? "" : " ", command->arguments);
}

static cln_status write_option(const cln_option_spec *spec, bool is_required, cln_buffer *text, cln_error *err) {
    char name[LONGEST_NAME];
    char letter[5] = "    ";
    if (spec->letter != 0) (void)snprintf(letter, sizeof letter, "-%c, ", spec->letter);
    const int width = snprintf(name, sizeof name, "  %s--%s%s%s", letter, spec->name, spec->argument == NULL ? "" : " ",
                               spec->argument == NULL ? "" : spec->argument);
    CLN_TRY(cln_buffer_append_string(text, name, err));
    if (width + 2 > TEXT_COLUMN) {
        CLN_TRY(cln_buffer_append_char(text, '\n', err));
        CLN_TRY(indent(text, TEXT_COLUMN, err));
    } else {
        CLN_TRY(indent(text, (size_t)(TEXT_COLUMN - width), err));
    }
    cln_buffer words;
    cln_buffer_init(&words, 4096);
    cln_status status = cln_buffer_append_string(&words, spec->help, err);
    if (status == CLN_OK && is_required) {
        status = cln_buffer_append_string(&words, " (required)", err);
    } else if (status == CLN_OK && spec->fallback != NULL) {
        status = cln_buffer_append_format(&words, err, " (default: %s)", spec->fallback);
    }
    if (status == CLN_OK && spec->variable != NULL) {
        status = cln_buffer_append_format(&words, err, " [%s]", spec->variable);
    }
    if (status == CLN_OK) status = cln_buffer_terminate(&words, err);
    if (status == CLN_OK) status = wrap(text, words.data, TEXT_COLUMN, TEXT_COLUMN, err);
    cln_buffer_clean_up(&words);
    return status;
}

/* Without a command all of them. */
static cln_status write_common_options(const cln_command *command, cln_buffer *text, cln_error *err) {
    CLN_TRY(cln_buffer_append_string(text, "\nCommon options, before or behind the command:\n", err));
    for (size_t i = 0; i < cln_option_spec_count(); i++) {
        const cln_option_spec *spec = cln_option_spec_at(i);
        if (!spec->is_common || spec->is_hidden || cln_command_ignores(command, spec)) continue;
        const bool is_required = command != NULL && command->needs_output && strcmp(spec->name, "output") == 0;
        CLN_TRY(write_option(spec, is_required, text, err));
    }
    return CLN_OK;
}

static cln_status write_command_help(const cln_command *command, cln_buffer *text, cln_error *err) {
    CLN_TRY(cln_buffer_append_string(text, "Usage: ", err));
    CLN_TRY(cln_synopsis_write(command, text, err));
    CLN_TRY(cln_buffer_append_string(text, "\n\n", err));
    CLN_TRY(wrap(text, command->description, 0, 0, err));
    CLN_TRY(cln_buffer_append_format(text, err, "\nExample:\n  %s\n", command->example));
    if (command->options[0] != NULL) CLN_TRY(cln_buffer_append_string(text, "\nOptions:\n", err));
    for (const char *const *name = command->options; *name != NULL; name++) {
        const cln_option_spec spec = cln_option_spec_of(command, *name);
        CLN_TRY(write_option(&spec, false, text, err));
    }
    return write_common_options(command, text, err);
}

static cln_status write_program_help(cln_buffer *text, cln_error *err) {
    CLN_TRY(cln_buffer_append_string(text,
                                     "Usage: colonnade COMMAND [OPTION...] [ARGUMENT...]\n\n"
                                     "Reads CSV files exactly and in parallel into a columnar HDF5 store, and answers\n"
                                     "questions from it. It runs alone, under mpirun -n N and under srun.\n\n"
                                     "Commands:\n",
                                     err));
    for (size_t i = 0; i < cln_command_count(); i++) {
        const cln_command *command = cln_command_at(i);
        CLN_TRY(cln_buffer_append_format(text, err, "  %-10s ", command->name));
        CLN_TRY(wrap(text, command->summary, 13, 13, err));
    }
    CLN_TRY(write_common_options(NULL, text, err));
    return cln_buffer_append_string(text,
                                    "\n'colonnade COMMAND --help' shows one command with an example.\n"
                                    "Exit status: 0 done, 1 the data did not pass, 2 usage or configuration,\n"
                                    "3 input, output or network, 4 internal.\n",
                                    err);
}

cln_status cln_help_write(const cln_command *command, cln_buffer *text, cln_error *err) {
    return command == NULL ? write_program_help(text, err) : write_command_help(command, text, err);
}
