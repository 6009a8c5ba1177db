/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/memory.h"
#include "colonnade/report/report.h"

#include <stdlib.h>
#include <string.h>

void cln_report_clean_up(cln_report *report) {
    for (size_t i = 0; i < report->entry_count; i++) cln_answer_clean_up(&report->entries[i].answer);
    cln_table_clean_up(&report->partitions);
    free(report->city);
    free(report->credits);
    free(report->leftovers);
    *report = (cln_report){0};
}

static cln_status add_partitions(cln_report *report, const cln_subject *subject, cln_error *err) {
    if (subject->dataset == NULL) return CLN_OK;
    const cln_manifest *manifest = cln_dataset_manifest(subject->dataset);
    for (size_t i = 0; i < manifest->partition_count; i++) {
        const cln_partition_info *partition = &manifest->partitions[i];
        cln_cell *cells;
        CLN_TRY(cln_table_add_row(&report->partitions, &cells, err));
        CLN_TRY(cln_cell_set_text(&cells[0], cln_span_of_string(subject->name), err));
        CLN_TRY(cln_cell_set_text(&cells[1], cln_span_of_string(partition->id), err));
        CLN_TRY(cln_cell_set_text(&cells[2], cln_span_of_string(partition->origin), err));
        CLN_TRY(cln_cell_set_text(&cells[3], cln_span_of_string(partition->content_hash), err));
        cln_cell_set_integer(&cells[4], (int64_t)partition->rows);
        cln_cell_set_integer(&cells[5], (int64_t)partition->duplicates);
        cln_cell_set_integer(&cells[6], (int64_t)partition->rejected);
        const char *kind = partition->is_sample ? CLN_SAMPLE_LABEL : "as published";
        CLN_TRY(cln_cell_set_text(&cells[7], cln_span_of_string(kind), err));
        report->is_sample = report->is_sample || partition->is_sample;
    }
    return CLN_OK;
}

/* Generated data are nobody's. */
static bool has_published(const cln_subject *subject) {
    if (subject->dataset == NULL || subject->config == NULL || subject->config->publisher == NULL) return false;
    const cln_manifest *manifest = cln_dataset_manifest(subject->dataset);
    for (size_t i = 0; i < manifest->partition_count; i++) {
        if (!manifest->partitions[i].is_sample) return true;
    }
    return false;
}

/* "Traffic accidents: City and County of Denver, CC BY 3.0. 311 calls: ..." */
static cln_status write_credits(cln_report *report, const cln_inquiry *inquiry, cln_error *err) {
    enum { SUBJECT_COUNT = 2 };
    const cln_subject *const subjects[SUBJECT_COUNT] = {&inquiry->accidents, &inquiry->calls};
    cln_buffer text;
    cln_buffer_init(&text, SIZE_MAX);
    cln_status status = CLN_OK;
    for (size_t i = 0; status == CLN_OK && i < SUBJECT_COUNT; i++) {
        const cln_config_dataset *config = subjects[i]->config;
        if (!has_published(subjects[i])) continue;
        status = cln_buffer_append_format(&text, err, "%s%s: %s%s%s.", text.size > 0 ? " " : "", config->title,
                                          config->publisher, config->licence != NULL ? ", " : "",
                                          config->licence != NULL ? config->licence : "");
    }
    if (status == CLN_OK) status = cln_copy_span(&report->credits, cln_buffer_span(&text), err);
    cln_buffer_clean_up(&text);
    return status;
}

static cln_status describe(cln_report *report, const cln_inquiry *inquiry, cln_error *err) {
    static const char *const names[] = {"dataset", "partition",  "origin",   "content_hash",
                                        "rows",    "duplicates", "rejected", "kind"};
    CLN_TRY(
        cln_table_init(&report->partitions, "Where the numbers come from", names, sizeof names / sizeof *names, err));
    CLN_TRY(add_partitions(report, &inquiry->accidents, err));
    CLN_TRY(add_partitions(report, &inquiry->calls, err));
    CLN_TRY(write_credits(report, inquiry, err));
    return cln_copy_string(&report->city, inquiry->config->city != NULL ? inquiry->config->city : "The city", err);
}

/* What an answer's numbers come from. The last question needs both datasets. */
static cln_status set_origin(cln_answer *answer, size_t question, const cln_inquiry *inquiry, cln_error *err) {
    const cln_subject *accidents = &inquiry->accidents, *calls = &inquiry->calls;
    const bool uses_accidents = question != 2, uses_calls = question >= 2;
    const bool is_sample = (uses_accidents && accidents->is_sample) || (uses_calls && calls->is_sample);
    const char *first = uses_accidents && accidents->name != NULL ? accidents->name : "";
    const char *second = uses_calls && calls->name != NULL ? calls->name : "";
    char *origin;
    CLN_TRY(
        cln_format_string(&origin, err, "%s%s%s", first, first[0] != '\0' && second[0] != '\0' ? ", " : "", second));
    const cln_status status = cln_answer_set_origin(answer, origin, is_sample, err);
    free(origin);
    return status;
}

static cln_status ask_all(cln_report *report, const cln_inquiry *inquiry, const bool *selected, cln_error *err) {
    for (size_t i = 0; i < CLN_QUESTION_COUNT; i++) {
        if (!selected[i]) continue;
        cln_report_entry *entry = &report->entries[report->entry_count++];
        entry->question = i;
        cln_answer_init(&entry->answer, cln_questions[i].name, cln_questions[i].title);
        CLN_TRY_AGREED(inquiry->comm, set_origin(&entry->answer, i, inquiry, err), err);
        CLN_TRY(cln_questions[i].ask(inquiry, &entry->answer, err));
    }
    return CLN_OK;
}

static cln_status check_answers(const cln_report *report, cln_error *err) {
    for (size_t i = 0; i < report->entry_count; i++) {
        if (report->entries[i].answer.is_answered) return CLN_OK;
    }
    const char *sentence = report->entries[0].answer.sentence;
    const char *reason = strstr(sentence, CLN_NOT_ANSWERED);
    return cln_fail(err, CLN_ERR_USAGE, "no question can be answered: %s",
                    reason != NULL ? reason + strlen(CLN_NOT_ANSWERED) : sentence);
}

static cln_status run(cln_report *report, const cln_inquiry *inquiry, const bool *selected, cln_error *err) {
    CLN_TRY_AGREED(inquiry->comm, describe(report, inquiry, err), err);
    CLN_TRY(ask_all(report, inquiry, selected, err));
    const cln_status status = inquiry->comm->rank == 0 ? check_answers(report, err) : CLN_OK;
    return cln_agree(inquiry->comm, status, err);
}

cln_status cln_report_run(cln_report *report, const cln_comm *comm, const cln_config *config, const char *store_dir,
                          const bool selected[CLN_QUESTION_COUNT], cln_error *err) {
    cln_inquiry inquiry = {.comm = comm, .config = config};
    *report = (cln_report){0};
    cln_status status =
        cln_subject_open(&inquiry.accidents, comm, config, config->questions.accidents, "accidents", store_dir, err);
    if (status == CLN_OK) {
        status = cln_subject_open(&inquiry.calls, comm, config, config->questions.calls, "calls", store_dir, err);
    }
    if (status == CLN_OK) status = run(report, &inquiry, selected, err);
    cln_subject_close(&inquiry.accidents);
    cln_subject_close(&inquiry.calls);
    return status;
}
