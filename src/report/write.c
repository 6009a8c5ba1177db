/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/file.h"
#include "colonnade/base/log.h"
#include "colonnade/base/memory.h"
#include "colonnade/report/report.h"
#include "leftovers.h"

#include <stdlib.h>

static cln_status write_file(const char *dir, const char *name, const char *extension, cln_span contents,
                             cln_error *err) {
    char *path;
    CLN_TRY(cln_format_string(&path, err, "%s/%s.%s", dir, name, extension));
    const cln_status status = cln_file_replace(path, contents, false, err);
    free(path);
    return status;
}

static cln_status write_table(const cln_answer *answer, const cln_answer_table *table, const char *dir,
                              cln_buffer *text, cln_error *err) {
    cln_table copy;
    CLN_TRY(cln_answer_table_with_origin(answer, &table->table, &copy, err));
    cln_status status = cln_print_table(&copy, CLN_OUTPUT_CSV, text, err);
    cln_table_clean_up(&copy);
    if (status == CLN_OK) status = write_file(dir, table->name, "csv", cln_buffer_span(text), err);
    cln_buffer_clear(text);
    return status;
}

static cln_status write_entry(cln_report *report, cln_report_entry *entry, const char *dir, cln_buffer *text,
                              cln_error *err) {
    const cln_answer *answer = &entry->answer;
    CLN_TRY(cln_leftovers_remove(dir, answer, err));
    for (size_t i = 0; i < answer->table_count; i++) {
        CLN_TRY(write_table(answer, &answer->tables[i], dir, text, err));
    }
    if (answer->figure.size == 0) return CLN_OK;
    CLN_TRY(cln_figure_script(answer, text, err));
    CLN_TRY(write_file(dir, answer->name, "gp", cln_buffer_span(text), err));
    cln_buffer_clear(text);
    const cln_figure_result result =
        cln_figure_draw(dir, answer->name, entry->figure_problem, sizeof entry->figure_problem);
    entry->is_drawn = result == CLN_FIGURE_DRAWN;
    report->lacks_gnuplot = report->lacks_gnuplot || result == CLN_FIGURE_NO_GNUPLOT;
    if (result == CLN_FIGURE_FAILED)
        cln_warning("the figure %s was not drawn: %s", answer->name, entry->figure_problem);
    return CLN_OK;
}

/* Files of questions that were asked before: nobody should take them for this report's. */
static cln_status find_leftovers(cln_report *report, const char *dir, cln_buffer *text, cln_error *err) {
    CLN_TRY(cln_leftovers_list(dir, report, text, err));
    CLN_TRY(cln_copy_span(&report->leftovers, cln_buffer_span(text), err));
    cln_buffer_clear(text);
    if (report->leftovers[0] != '\0') {
        cln_warning("%s still has files of a former report, which this one did not renew: %s", dir, report->leftovers);
    }
    return CLN_OK;
}

static cln_status write_all(cln_report *report, const char *dir, cln_buffer *text, cln_error *err) {
    for (size_t i = 0; i < report->entry_count; i++) {
        CLN_TRY(write_entry(report, &report->entries[i], dir, text, err));
    }
    if (report->lacks_gnuplot) {
        cln_warning("gnuplot was not found, so the tables are written, but no figures. Install it ('apt-get install "
                    "gnuplot-nox', 'dnf install gnuplot' or 'brew install gnuplot') and run the report again");
    }
    CLN_TRY(find_leftovers(report, dir, text, err));
    CLN_TRY(cln_report_page(report, dir, text, err));
    return write_file(dir, "index", "html", cln_buffer_span(text), err);
}

cln_status cln_report_write(cln_report *report, const char *dir, cln_error *err) {
    CLN_TRY(cln_file_make_dirs(dir, err));
    cln_buffer text;
    cln_buffer_init(&text, SIZE_MAX);
    const cln_status status = write_all(report, dir, &text, err);
    cln_buffer_clean_up(&text);
    return status;
}
