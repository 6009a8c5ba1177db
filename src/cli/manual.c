/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/cli/texts.h"

#include <string.h>

/* Text for roff: backslashes and dashes escaped; no line may begin with a dot
 * or a quote, which would be a request. */
static cln_status append_roff(cln_buffer *text, const char *words, cln_error *err) {
    if (*words == '.' || *words == '\'') CLN_TRY(cln_buffer_append_string(text, "\\&", err));
    for (; *words != '\0'; words++) {
        if (strncmp(words, "\xe2\x80\x93", 3) == 0) {
            CLN_TRY(cln_buffer_append_string(text, "\\(en", err));
            words += 2;
        } else if (*words == '\\') {
            CLN_TRY(cln_buffer_append_string(text, "\\e", err));
        } else if (*words == '-') {
            CLN_TRY(cln_buffer_append_string(text, "\\-", err));
        } else if (*words == '\'') {
            CLN_TRY(cln_buffer_append_string(text, "\\(aq", err));
        } else {
            CLN_TRY(cln_buffer_append_char(text, *words, err));
        }
    }
    return CLN_OK;
}

static cln_status append_line(cln_buffer *text, const char *before, const char *words, const char *after,
                              cln_error *err) {
    CLN_TRY(cln_buffer_append_string(text, before, err));
    CLN_TRY(append_roff(text, words, err));
    return cln_buffer_append_string(text, after, err);
}

static cln_status write_option(const cln_option_spec *spec, cln_buffer *text, cln_error *err) {
    CLN_TRY(cln_buffer_append_string(text, ".TP\n", err));
    if (spec->letter != 0) CLN_TRY(cln_buffer_append_format(text, err, "\\fB\\-%c\\fR, ", spec->letter));
    CLN_TRY(append_line(text, "\\fB\\-\\-", spec->name, "\\fR", err));
    if (spec->argument != NULL) CLN_TRY(append_line(text, " \\fI", spec->argument, "\\fR", err));
    CLN_TRY(append_line(text, "\n", spec->help, ".\n", err));
    if (spec->fallback != NULL) CLN_TRY(append_line(text, "Default: ", spec->fallback, ".\n", err));
    if (spec->variable != NULL) CLN_TRY(append_line(text, "Environment: \\fB", spec->variable, "\\fR.\n", err));
    return CLN_OK;
}

static cln_status write_command(const cln_command *command, cln_buffer *text, cln_error *err) {
    CLN_TRY(append_line(text, ".SS \"colonnade ", command->name, " [OPTION...]", err));
    if (command->arguments[0] != '\0') CLN_TRY(append_line(text, " ", command->arguments, "", err));
    CLN_TRY(append_line(text, "\"\n", command->description, "\n", err));
    for (const char *const *name = command->options; *name != NULL; name++) {
        const cln_option_spec spec = cln_option_spec_of(command, *name);
        CLN_TRY(write_option(&spec, text, err));
    }
    return append_line(text, ".PP\nExample:\n.PP\n.nf\n.RS\n", command->example, "\n.RE\n.fi\n", err);
}

static cln_status write_variables(cln_buffer *text, cln_error *err) {
    CLN_TRY(cln_buffer_append_string(text,
                                     ".SH ENVIRONMENT\n"
                                     "A variable stands for an option that is not given, and goes before the "
                                     "configuration and the default.\n"
                                     "Those of the first rank count.\n",
                                     err));
    for (size_t i = 0; i < cln_option_spec_count(); i++) {
        const cln_option_spec *spec = cln_option_spec_at(i);
        if (spec->variable == NULL) continue;
        CLN_TRY(append_line(text, ".TP\n\\fB", spec->variable, "\\fR\n", err));
        CLN_TRY(append_line(text, "As \\fB\\-\\-", spec->name, "\\fR.\n", err));
    }
    return CLN_OK;
}

static const char opening[] = ".TH COLONNADE 1 \"\" \"colonnade " COLONNADE_VERSION "\" \"User Commands\"\n"
                              ".SH NAME\n"
                              "colonnade \\- exact parallel CSV to columnar HDF5, and answers from it\n"
                              ".SH SYNOPSIS\n"
                              "\\fBcolonnade\\fR \\fICOMMAND\\fR [\\fIOPTION\\fR...] [\\fIARGUMENT\\fR...]\n"
                              ".br\n"
                              "\\fBmpirun \\-n\\fR \\fIN\\fR \\fBcolonnade\\fR \\fICOMMAND\\fR ...\n"
                              ".br\n"
                              "\\fBsrun colonnade\\fR \\fICOMMAND\\fR ...\n"
                              ".SH DESCRIPTION\n"
                              "Ranks read disjoint slices of CSV files, write one shared parallel HDF5 store by "
                              "column, and reduce it to answers.\n"
                              "Results never depend on the number of ranks.\n"
                              "Started alone the program is one rank.\n"
                              ".PP\n"
                              "Options may stand before or behind the command, as \\fB\\-\\-name=value\\fR or "
                              "\\fB\\-\\-name value\\fR; \\fB\\-\\-\\fR ends them.\n"
                              "Relative paths are taken from the working directory.\n"
                              "Sizes may end in K, M, G or T, which are powers of 1024.\n"
                              ".SH COMMANDS\n";

static const char closing[] = ".SH FILES\n"
                              ".TP\n\\fIconfig.json\\fR\n"
                              "The configuration, in the working directory unless another is named.\n"
                              "One is built in.\n"
                              ".TP\n\\fISTORE/DATASET/master.h5\\fR\n"
                              "Names the partitions of a dataset; replaced by rename, so a reader sees the old "
                              "store or the new one.\n"
                              ".TP\n\\fISTORE/DATASET/partitions/*.h5\\fR\n"
                              "The partitions; never modified once published.\n"
                              ".TP\n\\fISTAGING/DATASET/YYYY\\-MM\\-DD/SOURCE.csv\\fR\n"
                              "Fetched files.\n"
                              ".SH EXIT STATUS\n"
                              ".TP\n0\nDone.\n"
                              ".TP\n1\nThe data did not pass.\n"
                              ".TP\n2\nThe command line or the configuration is wrong.\n"
                              ".TP\n3\nInput, output or the network failed.\n"
                              ".TP\n4\nOut of memory, or a mistake in the program.\n";

cln_status cln_manual_write(cln_buffer *text, cln_error *err) {
    CLN_TRY(cln_buffer_append_string(text, opening, err));
    for (size_t i = 0; i < cln_command_count(); i++) CLN_TRY(write_command(cln_command_at(i), text, err));
    CLN_TRY(cln_buffer_append_string(text, ".SH COMMON OPTIONS\n", err));
    for (size_t i = 0; i < cln_option_spec_count(); i++) {
        const cln_option_spec *spec = cln_option_spec_at(i);
        if (spec->is_common && !spec->is_hidden) CLN_TRY(write_option(spec, text, err));
    }
    CLN_TRY(write_variables(text, err));
    return cln_buffer_append_string(text, closing, err);
}
