/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/report/figure.h"

#include <string.h>

extern const unsigned char cln_plot_style[], cln_plot_seasons[], cln_plot_conditions[], cln_plot_calls[],
    cln_plot_areas[];
extern const size_t cln_plot_style_size, cln_plot_seasons_size, cln_plot_conditions_size, cln_plot_calls_size,
    cln_plot_areas_size;

typedef struct plot_template {
    const char *name;
    const unsigned char *bytes;
    const size_t *size;
} plot_template;

static const plot_template templates[] = {
    {"seasons", cln_plot_seasons, &cln_plot_seasons_size},
    {"conditions", cln_plot_conditions, &cln_plot_conditions_size},
    {"calls", cln_plot_calls, &cln_plot_calls_size},
    {"areas", cln_plot_areas, &cln_plot_areas_size},
};

cln_status cln_figure_script(const cln_answer *answer, cln_buffer *script, cln_error *err) {
    for (size_t i = 0; i < sizeof templates / sizeof *templates; i++) {
        const plot_template *template = &templates[i];
        if (strcmp(template->name, answer->name) != 0) continue;
        CLN_TRY(cln_buffer_append_format(script, err, "# %s%s\n", answer->title,
                                         answer->is_sample ? " " CLN_SAMPLE_LABEL : ""));
        CLN_TRY(cln_buffer_append_span(script, cln_buffer_span(&answer->figure), err));
        CLN_TRY(cln_buffer_append(script, cln_plot_style, cln_plot_style_size, err));
        return cln_buffer_append(script, template->bytes, *template->size, err);
    }
    return cln_fail(err, CLN_ERR_INTERNAL, "there is no figure for the question '%s'", answer->name);
}
