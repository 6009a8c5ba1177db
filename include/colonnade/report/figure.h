/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Figures: a question writes what its figure shows as gnuplot variables and
 * data blocks; a template from plots/ follows, and the two together are one
 * script that stands in the report's folder and can be run again there. No
 * text of the data can become a command. All functions are local.
 */
#ifndef COLONNADE_REPORT_FIGURE_H
#define COLONNADE_REPORT_FIGURE_H

#include "colonnade/report/answer.h"

/* NAME = 'text'; line ends in text stay line ends. */
CLN_CHECKED cln_status cln_figure_set_text(cln_buffer *script, const char *name, cln_span text, cln_error *err);
/* The same for a label that is set in bold, where gnuplot reads marks of its
 * own in texts: they lose their meaning. */
CLN_CHECKED cln_status cln_figure_set_bold(cln_buffer *script, const char *name, cln_span text, cln_error *err);
CLN_CHECKED cln_status cln_figure_set_number(cln_buffer *script, const char *name, double value, cln_error *err);

/* $NAME << EOD, then rows of tab-separated values, then EOD. */
CLN_CHECKED cln_status cln_figure_begin_data(cln_buffer *script, const char *name, cln_error *err);
/* is_first: without a tab before it. NaN is written as NaN. */
CLN_CHECKED cln_status cln_figure_value(cln_buffer *script, bool is_first, double value, cln_error *err);
CLN_CHECKED cln_status cln_figure_label(cln_buffer *script, bool is_first, cln_span text, cln_error *err);
CLN_CHECKED cln_status cln_figure_end_row(cln_buffer *script, cln_error *err);
CLN_CHECKED cln_status cln_figure_end_data(cln_buffer *script, cln_error *err);

/* The texts that every figure has: title, subtitle (what the axes mean), note
 * below it (what is missing; broken into lines) and alternative text. Sets the
 * label of generated data too. */
CLN_CHECKED cln_status cln_figure_begin(cln_answer *answer, const char *title, const char *subtitle, const char *note,
                                        const char *alternative, cln_error *err);

/* The whole script of an answer with a figure. */
CLN_CHECKED cln_status cln_figure_script(const cln_answer *answer, cln_buffer *script, cln_error *err);

typedef enum cln_figure_result {
    CLN_FIGURE_DRAWN,
    CLN_FIGURE_NO_GNUPLOT, /* there is none to be run */
    CLN_FIGURE_FAILED,     /* gnuplot ran and did not succeed */
} cln_figure_result;

/* Removes the figure's files, so that none of other data stays behind. */
void cln_figure_remove(const char *dir, const char *name);

/* Runs gnuplot (the variable COLONNADE_GNUPLOT, else "gnuplot" from PATH) on
 * DIR/NAME.gp without a shell, and publishes DIR/NAME.svg and DIR/NAME.png.
 * Where it fails, nothing is published, and reason says why. */
cln_figure_result cln_figure_draw(const char *dir, const char *name, char *reason, size_t reason_bytes);

#endif
