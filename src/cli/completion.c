/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/cli/texts.h"

static cln_status append_option(const cln_option_spec *spec, cln_buffer *text, cln_error *err) {
    return cln_buffer_append_format(text, err, " --%s", spec->name);
}

static cln_status append_command(const cln_command *command, cln_buffer *text, cln_error *err) {
    CLN_TRY(cln_buffer_append_format(text, err, "        %s) words=\"$common", command->name));
    for (const char *const *name = command->options; *name != NULL; name++) {
        CLN_TRY(append_option(cln_option_spec_find(*name), text, err));
    }
    return cln_buffer_append_string(text, "\" ;;\n", err);
}

/* Options where a word begins with a dash, commands where none was given yet,
 * files elsewhere. */
cln_status cln_completion_write(cln_buffer *text, cln_error *err) {
    CLN_TRY(cln_buffer_append_string(text,
                                     "# bash completion for colonnade\n"
                                     "_colonnade() {\n"
                                     "    local word=${COMP_WORDS[COMP_CWORD]} command='' i\n"
                                     "    local commands=\"",
                                     err));
    for (size_t i = 0; i < cln_command_count(); i++) {
        CLN_TRY(cln_buffer_append_format(text, err, "%s%s", i == 0 ? "" : " ", cln_command_at(i)->name));
    }
    CLN_TRY(cln_buffer_append_string(text, "\"\n    local common=\"", err));
    for (size_t i = 0; i < cln_option_spec_count(); i++) {
        const cln_option_spec *spec = cln_option_spec_at(i);
        if (spec->is_common && !spec->is_hidden) CLN_TRY(append_option(spec, text, err));
    }
    CLN_TRY(cln_buffer_append_string(text,
                                     "\"\n"
                                     "    local words=$common\n"
                                     "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
                                     "        [[ \" $commands \" == *\" ${COMP_WORDS[i]} \"* ]] && "
                                     "command=${COMP_WORDS[i]} && break\n"
                                     "    done\n"
                                     "    case $command in\n",
                                     err));
    for (size_t i = 0; i < cln_command_count(); i++) CLN_TRY(append_command(cln_command_at(i), text, err));
    return cln_buffer_append_string(text,
                                    "    esac\n"
                                    "    if [[ $word == -* ]]; then\n"
                                    "        mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
                                    "    elif [[ -z $command ]]; then\n"
                                    "        mapfile -t COMPREPLY < <(compgen -W \"$commands\" -- \"$word\")\n"
                                    "    fi\n"
                                    "}\n"
                                    "complete -o default -F _colonnade colonnade\n",
                                    err);
}
