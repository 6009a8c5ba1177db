/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/csv/automaton.h"

#include <string.h>

#define ITEM      CLN_CSV_ITEM
#define RECORD    (CLN_CSV_ITEM | CLN_CSV_RECORD)
#define BLANK     (CLN_CSV_ITEM | CLN_CSV_BLANK)
#define CONTENT   CLN_CSV_CONTENT
#define END_FIELD CLN_CSV_END_FIELD
#define END       (CLN_CSV_END_FIELD | CLN_CSV_END_RECORD)
#define MALFORMED CLN_CSV_MALFORMED
#define LITERAL   CLN_CSV_LITERAL_QUOTE

/* clang-format off */
static const cln_csv_step table[CLN_CSV_STATE_COUNT][CLN_CSV_CLASS_COUNT] = {
    /*                   OTHER                                    DELIMITER                           QUOTE                                   LF                        CR */
    [CLN_CSV_START]    = {{CLN_CSV_UNQUOTED, RECORD | CONTENT},    {CLN_CSV_FIELD, RECORD | END_FIELD}, {CLN_CSV_QUOTED, RECORD},               {CLN_CSV_START, BLANK},   {CLN_CSV_CR, BLANK}},
    [CLN_CSV_CR]       = {{CLN_CSV_UNQUOTED, RECORD | CONTENT},    {CLN_CSV_FIELD, RECORD | END_FIELD}, {CLN_CSV_QUOTED, RECORD},               {CLN_CSV_START, 0},       {CLN_CSV_CR, BLANK}},
    [CLN_CSV_FIELD]    = {{CLN_CSV_UNQUOTED, CONTENT},             {CLN_CSV_FIELD, END_FIELD},          {CLN_CSV_QUOTED, 0},                    {CLN_CSV_START, END},     {CLN_CSV_CR, END}},
    [CLN_CSV_UNQUOTED] = {{CLN_CSV_UNQUOTED, CONTENT},             {CLN_CSV_FIELD, END_FIELD},          {CLN_CSV_UNQUOTED, CONTENT | LITERAL},  {CLN_CSV_START, END},     {CLN_CSV_CR, END}},
    [CLN_CSV_QUOTED]   = {{CLN_CSV_QUOTED, CONTENT},               {CLN_CSV_QUOTED, CONTENT},           {CLN_CSV_QUOTE, 0},                     {CLN_CSV_QUOTED, CONTENT},{CLN_CSV_QUOTED, CONTENT}},
    [CLN_CSV_QUOTE]    = {{CLN_CSV_UNQUOTED, CONTENT | MALFORMED}, {CLN_CSV_FIELD, END_FIELD},          {CLN_CSV_QUOTED, CONTENT},              {CLN_CSV_START, END},     {CLN_CSV_CR, END}},
};
/* clang-format on */

void cln_automaton_init(cln_automaton *automaton, const cln_dialect *dialect) {
    memset(automaton, 0, sizeof *automaton);
    memcpy(automaton->steps, table, sizeof table);
    automaton->delimiter = dialect->delimiter;
    automaton->quote = dialect->quote;
    automaton->has_quote = dialect->has_quote;
    automaton->newlines_in_quotes = dialect->newlines_in_quotes;
    automaton->kernels = cln_mask_kernels_best();
    if (!dialect->newlines_in_quotes) {
        const cln_csv_step lf = {CLN_CSV_START, END | MALFORMED};
        const cln_csv_step cr = {CLN_CSV_CR, END | MALFORMED};
        automaton->steps[CLN_CSV_QUOTED][CLN_CSV_LF] = lf;
        automaton->steps[CLN_CSV_QUOTED][CLN_CSV_CARRIAGE_RETURN] = cr;
    }
    automaton->classes['\n'] = CLN_CSV_LF;
    automaton->classes['\r'] = CLN_CSV_CARRIAGE_RETURN;
    automaton->classes[dialect->delimiter] = CLN_CSV_DELIMITER;
    if (dialect->has_quote) automaton->classes[dialect->quote] = CLN_CSV_QUOTE_MARK;
}
