/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The table of commands, the table of options, and the parser that both
 * drive. Help, the manual page and shell completion are made from the same
 * tables (see texts.h), so none of them can forget an option.
 *
 * Options may stand before or behind the command, as --name=value or
 * --name value; -- ends them. Everything wrong is CLN_ERR_USAGE with what to
 * write instead. All functions are local, run before MPI is started, and do
 * the same on every rank, for the command line is the same.
 */
#ifndef COLONNADE_CLI_OPTIONS_H
#define COLONNADE_CLI_OPTIONS_H

#include "colonnade/cli/cli.h"

#include <stddef.h>

typedef struct cln_option_spec {
    const char *name;     /* without its dashes */
    char letter;          /* of the short form; 0: none */
    const char *argument; /* what the value is called in help; NULL: a flag */
    const char *variable; /* the environment's; NULL: none */
    const char *fallback; /* the default, for help; NULL: none */
    const char *help;     /* in lower case, without a full stop */
    bool is_common;       /* every command takes it */
    bool is_repeatable;   /* several values are joined with commas */
    bool is_optional;     /* its value may be missing, and is the word `argument` itself when it is a word of its own */
    bool is_hidden;       /* for the build; not in help */
} cln_option_spec;

typedef struct cln_command {
    const char *name;
    const char *arguments; /* for the synopsis; "" when there are none */
    size_t argument_min;
    size_t argument_max; /* SIZE_MAX: any number */
    bool is_parallel;    /* ranks share the work */
    const char *summary; /* in lower case, without a full stop */
    const char *description;
    const char *example;
    const char *const *options; /* names, ended by NULL; common ones are not listed */
    const char *const *ignored; /* common ones that make no difference here, ended by NULL; NULL: none */
    bool needs_output;          /* -o has no default */
    cln_command_function *run;
} cln_command;

size_t cln_option_spec_count(void);
const cln_option_spec *cln_option_spec_at(size_t index);
const cln_option_spec *cln_option_spec_find(const char *name); /* NULL when there is none */

size_t cln_command_count(void);
const cln_command *cln_command_at(size_t index); /* in alphabetical order */
const cln_command *cln_command_find(const char *name);

/* One of the command's own options, with the text and the argument that it has in the help of that command. */
cln_option_spec cln_option_spec_of(const cln_command *command, const char *name);

/* Whether the command takes the option; every command takes the common ones. */
bool cln_command_takes(const cln_command *command, const cln_option_spec *option);

/* Whether the option is a common one that makes no difference to the command (NULL: to none). */
bool cln_command_ignores(const cln_command *command, const cln_option_spec *option);

typedef enum cln_request {
    CLN_REQUEST_RUN,
    CLN_REQUEST_HELP, /* of the command, or of the program when that is NULL */
    CLN_REQUEST_VERSION,
    CLN_REQUEST_MANUAL,
    CLN_REQUEST_COMPLETION,
} cln_request;

struct cln_options {
    cln_request request;
    const cln_command *command; /* not NULL for CLN_REQUEST_RUN */
    char **values;              /* one for each option of the table; NULL: not given; "" for a flag */
    size_t argument_count;
    const char **arguments; /* behind the command; each is borrowed from argv */
    const char **words;     /* owns the array of which arguments is a part */
};

/* argv[0] is the program's name. The caller frees *options. */
CLN_CHECKED cln_status cln_options_parse(cln_options **options, int argc, char *const *argv, cln_error *err);
void cln_options_free(cln_options *options);

#endif
