/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/cli/options.h"

#include "colonnade/base/memory.h"
#include "colonnade/cli/texts.h"
#include "colonnade/config/nearest.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* The command line while it is read. */
typedef struct parser {
    int argc;
    char *const *argv;
    int next;
    cln_options *options; /* arguments holds the command's name too, until the end */
} parser;

static size_t index_of(const cln_option_spec *spec) {
    return (size_t)(spec - cln_option_spec_at(0));
}

const char *cln_option(const cln_options *options, const char *name) {
    const cln_option_spec *spec = cln_option_spec_find(name);
    assert(spec != NULL);
    return spec == NULL ? NULL : options->values[index_of(spec)];
}

bool cln_option_given(const cln_options *options, const char *name) {
    return cln_option(options, name) != NULL;
}

static const cln_command *command_so_far(const cln_options *options) {
    return options->argument_count == 0 ? NULL : cln_command_find(options->arguments[0]);
}

static const char *nearest_option(const cln_command *command, const char *name) {
    enum { MOST = 64 };
    const char *names[MOST];
    size_t count = 0;
    for (size_t i = 0; i < cln_option_spec_count() && count < MOST; i++) {
        const cln_option_spec *spec = cln_option_spec_at(i);
        if (!spec->is_hidden && (command == NULL || cln_command_takes(command, spec))) names[count++] = spec->name;
    }
    return cln_nearest_name(name, names, count);
}

static cln_status fail_unknown_option(const parser *p, const char *given, const char *name, cln_error *err) {
    const cln_command *command = command_so_far(p->options);
    const char *nearest = nearest_option(command, name);
    const char *space = command == NULL ? "" : " ";
    const char *command_name = command == NULL ? "" : command->name;
    if (nearest != NULL) {
        return cln_fail(err, CLN_ERR_USAGE,
                        "unknown option '%s'; did you mean '--%s'? 'colonnade%s%s --help' lists all", given, nearest,
                        space, command_name);
    }
    return cln_fail(err, CLN_ERR_USAGE, "unknown option '%s'; 'colonnade%s%s --help' lists the options", given, space,
                    command_name);
}

/* The last value wins, but those of a repeatable option are joined. */
static cln_status set_value(cln_options *options, const cln_option_spec *spec, const char *value, cln_error *err) {
    char **slot = &options->values[index_of(spec)];
    char *text = NULL;
    if (*slot != NULL && spec->is_repeatable) {
        CLN_TRY(cln_format_string(&text, err, "%s,%s", *slot, value));
    } else {
        CLN_TRY(cln_copy_string(&text, value, err));
    }
    free(*slot);
    *slot = text;
    return CLN_OK;
}

/* attached: the value behind '=' or a letter, NULL when there is none. */
static cln_status take_option(parser *p, const cln_option_spec *spec, const char *attached, cln_error *err) {
    if (spec->argument == NULL) {
        if (attached == NULL) return set_value(p->options, spec, "", err);
        return cln_fail(err, CLN_ERR_USAGE, "the option '--%s' takes no value ('%s' was given)", spec->name, attached);
    }
    if (attached != NULL) return set_value(p->options, spec, attached, err);
    if (spec->is_optional && (p->next == p->argc || strcmp(p->argv[p->next], spec->argument) != 0)) {
        return set_value(p->options, spec, "", err);
    }
    if (p->next == p->argc) {
        return cln_fail(err, CLN_ERR_USAGE, "the option '--%s' needs a value: --%s %s", spec->name, spec->name,
                        spec->argument);
    }
    const char *value = p->argv[p->next];
    if (strncmp(value, "--", 2) == 0) {
        return cln_fail(err, CLN_ERR_USAGE,
                        "the option '--%s' needs a value: --%s %s; if '%s' is meant to be it, write --%s=%s",
                        spec->name, spec->name, spec->argument, value, spec->name, value);
    }
    p->next++;
    return set_value(p->options, spec, value, err);
}

static cln_status take_long(parser *p, const char *given, cln_error *err) {
    const char *name = given + 2;
    const char *equals = strchr(name, '=');
    char *copy = NULL;
    CLN_TRY(cln_copy_span(&copy, cln_span_of(name, equals == NULL ? strlen(name) : (size_t)(equals - name)), err));
    const cln_option_spec *spec = cln_option_spec_find(copy);
    const cln_status status = spec == NULL ? fail_unknown_option(p, given, copy, err)
                                           : take_option(p, spec, equals == NULL ? NULL : equals + 1, err);
    free(copy);
    return status;
}

/* "-q", "-o FILE", "-oFILE" and "-qo FILE". */
static cln_status take_short(parser *p, const char *given, cln_error *err) {
    for (const char *letter = given + 1; *letter != '\0'; letter++) {
        const cln_option_spec *spec = NULL;
        for (size_t i = 0; i < cln_option_spec_count() && spec == NULL; i++) {
            if (cln_option_spec_at(i)->letter == *letter) spec = cln_option_spec_at(i);
        }
        if (spec == NULL) return fail_unknown_option(p, given, given + 1, err);
        if (spec->argument != NULL) return take_option(p, spec, letter[1] == '\0' ? NULL : letter + 1, err);
        CLN_TRY(take_option(p, spec, NULL, err));
    }
    return CLN_OK;
}

static cln_status read_words(parser *p, cln_error *err) {
    cln_options *options = p->options;
    bool options_ended = false;
    while (p->next < p->argc) {
        const char *word = p->argv[p->next++];
        if (options_ended || word[0] != '-' || word[1] == '\0') {
            options->arguments[options->argument_count++] = word;
        } else if (strcmp(word, "--") == 0) {
            options_ended = true;
        } else if (word[1] == '-') {
            CLN_TRY(take_long(p, word, err));
        } else {
            CLN_TRY(take_short(p, word, err));
        }
    }
    return CLN_OK;
}

static cln_status fail_unknown_command(const char *name, cln_error *err) {
    enum { MOST = 32 };
    const char *names[MOST];
    size_t count = 0;
    for (size_t i = 0; i < cln_command_count() && count < MOST; i++) names[count++] = cln_command_at(i)->name;
    const char *nearest = cln_nearest_name(name, names, count);
    if (nearest == NULL) {
        return cln_fail(err, CLN_ERR_USAGE, "unknown command '%s'; 'colonnade --help' lists the commands", name);
    }
    return cln_fail(err, CLN_ERR_USAGE, "unknown command '%s'; did you mean '%s'? 'colonnade --help' lists all", name,
                    nearest);
}

static cln_status check_options(const cln_options *options, cln_error *err) {
    for (size_t i = 0; i < cln_option_spec_count(); i++) {
        const cln_option_spec *spec = cln_option_spec_at(i);
        if (options->values[i] == NULL || cln_command_takes(options->command, spec)) continue;
        const char *name = options->command->name;
        for (size_t k = 0; k < cln_command_count(); k++) {
            if (!cln_command_takes(cln_command_at(k), spec)) continue;
            return cln_fail(err, CLN_ERR_USAGE,
                            "unknown option '--%s': '%s' does not take it, '%s' does; 'colonnade %s --help' lists "
                            "the options",
                            spec->name, name, cln_command_at(k)->name, name);
        }
    }
    return CLN_OK;
}

static cln_status check_argument_count(const cln_options *options, cln_error *err) {
    const cln_command *command = options->command;
    const size_t count = options->argument_count;
    if (count >= command->argument_min && count <= command->argument_max) return CLN_OK;
    cln_buffer synopsis;
    cln_buffer_init(&synopsis, 4096);
    cln_status status = cln_synopsis_write(command, &synopsis, err);
    if (status == CLN_OK && count < command->argument_min) {
        /* Mandatory arguments stand first in the synopsis. */
        const char *missing = command->arguments;
        for (size_t i = 0; i < count; i++) missing += strcspn(missing, " ") + 1;
        status = cln_fail(err, CLN_ERR_USAGE, "'%s' needs %.*s; write: %.*s", command->name, (int)strcspn(missing, " "),
                          missing, (int)synopsis.size, synopsis.data);
    } else if (status == CLN_OK) {
        status = cln_fail(err, CLN_ERR_USAGE, "superfluous argument '%s'; write: %.*s",
                          options->arguments[command->argument_max], (int)synopsis.size, synopsis.data);
    }
    cln_buffer_clean_up(&synopsis);
    return status;
}

/* The command's name leaves the arguments; "help" may stand before it. */
static cln_status find_command(cln_options *options, cln_error *err) {
    if (options->argument_count > 0 && strcmp(options->arguments[0], "help") == 0) {
        CLN_TRY(set_value(options, cln_option_spec_find("help"), "", err));
        options->arguments++;
        options->argument_count--;
    }
    if (options->argument_count == 0) return CLN_OK;
    options->command = cln_command_find(options->arguments[0]);
    if (options->command == NULL) return fail_unknown_command(options->arguments[0], err);
    options->arguments++;
    options->argument_count--;
    return CLN_OK;
}

static cln_status find_request(cln_options *options, cln_error *err) {
    static const struct {
        const char *option;
        cln_request request;
    } immediate[] = {{"help", CLN_REQUEST_HELP},
                     {"version", CLN_REQUEST_VERSION},
                     {"manual", CLN_REQUEST_MANUAL},
                     {"completion", CLN_REQUEST_COMPLETION}};
    for (size_t i = 0; i < sizeof immediate / sizeof *immediate; i++) {
        if (!cln_option_given(options, immediate[i].option)) continue;
        options->request = immediate[i].request;
        return CLN_OK;
    }
    options->request = CLN_REQUEST_RUN;
    if (options->command != NULL) return CLN_OK;
    return cln_fail(err, CLN_ERR_USAGE, "no command was given; 'colonnade --help' lists the commands");
}

static cln_status parse(parser *p, cln_error *err) {
    cln_options *options = p->options;
    CLN_TRY(read_words(p, err));
    CLN_TRY(find_command(options, err));
    CLN_TRY(find_request(options, err));
    if (options->command == NULL) return CLN_OK;
    CLN_TRY(check_options(options, err));
    return options->request == CLN_REQUEST_RUN ? check_argument_count(options, err) : CLN_OK;
}

static cln_status new_options(cln_options **options, size_t word_count, cln_error *err) {
    CLN_TRY(cln_new_array(options, 1, sizeof **options, err));
    cln_status status = cln_new_array(&(*options)->values, cln_option_spec_count(), sizeof *(*options)->values, err);
    if (status == CLN_OK) status = cln_new_array(&(*options)->words, word_count, sizeof *(*options)->words, err);
    if (status != CLN_OK) {
        cln_options_free(*options);
        *options = NULL;
        return status;
    }
    (*options)->arguments = (*options)->words;
    return CLN_OK;
}

cln_status cln_options_parse(cln_options **options, int argc, char *const *argv, cln_error *err) {
    CLN_TRY(new_options(options, argc > 0 ? (size_t)argc : 1, err));
    parser p = {.argc = argc, .argv = argv, .next = argc > 0 ? 1 : 0, .options = *options};
    const cln_status status = parse(&p, err);
    if (status != CLN_OK) {
        cln_options_free(*options);
        *options = NULL;
    }
    return status;
}

void cln_options_free(cln_options *options) {
    if (options == NULL) return;
    for (size_t i = 0; options->values != NULL && i < cln_option_spec_count(); i++) free(options->values[i]);
    free(options->values);
    free(options->words);
    free(options);
}
