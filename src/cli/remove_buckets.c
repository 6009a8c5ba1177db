/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "remove_buckets.h"

#include "bucket_role.h"
#include "colonnade/base/log.h"
#include "colonnade/net/s3_ledger.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What the buckets of all roles hold; roles may share one. */
typedef struct bucket_list {
    cln_s3 *s3;
    cln_s3_place places[CLN_BUCKET_COUNT];
    cln_s3_holdings holdings[CLN_BUCKET_COUNT];
    char *prefixes[CLN_BUCKET_COUNT]; /* "PREFIX/"; NULL: no such role, or another has the same */
} bucket_list;

static bool is_repeated(const cln_cli *cli, int role) {
    const char *address = cli->config.buckets[role];
    for (int i = 0; i < role; i++) {
        if (cli->config.buckets[i] != NULL && strcmp(cli->config.buckets[i], address) == 0) return true;
    }
    return false;
}

static cln_status look(bucket_list *list, const cln_cli *cli, size_t *count, cln_error *err) {
    for (int role = 0; role < CLN_BUCKET_COUNT; role++) {
        if (cli->config.buckets[role] == NULL || is_repeated(cli, role)) continue;
        CLN_TRY(cln_bucket_find(cli, (cln_bucket)role, &list->places[role], err));
        CLN_TRY(cln_bucket_key(&list->places[role], "", &list->prefixes[role], err));
        CLN_TRY(cln_s3_holdings_read(list->s3, list->places[role].bucket, list->prefixes[role], &list->holdings[role],
                                     err));
        *count += list->holdings[role].bucket_exists;
    }
    return CLN_OK;
}

static cln_status add_row(cln_table *table, const cln_cli *cli, const bucket_list *list, int role, cln_error *err) {
    const cln_s3_holdings *holdings = &list->holdings[role];
    cln_cell *cells;
    CLN_TRY(cln_table_add_row(table, &cells, err));
    CLN_TRY(cln_cell_set_text(&cells[0], cln_span_of_string(cli->config.buckets[role]), err));
    CLN_TRY(cln_cell_set_text(&cells[1], cln_span_of_string(cln_bucket_role_name((cln_bucket)role)), err));
    cln_cell_set_integer(&cells[2], (int64_t)holdings->our_count);
    cln_cell_set_integer(&cells[3], (int64_t)holdings->our_bytes);
    cln_cell_set_integer(&cells[4], (int64_t)holdings->foreign_count);
    return cln_cell_set_text(&cells[5], cln_span_of_string(holdings->bucket_is_ours ? "when empty" : "stays"), err);
}

static cln_status print_list(const cln_cli *cli, const bucket_list *list, cln_error *err) {
    static const char *const columns[] = {"address", "role", "objects", "size_bytes", "foreign", "bucket"};
    cln_table table;
    CLN_TRY(cln_table_init(&table, NULL, columns, sizeof columns / sizeof *columns, err));
    cln_status status = CLN_OK;
    for (int role = 0; status == CLN_OK && role < CLN_BUCKET_COUNT; role++) {
        if (list->holdings[role].bucket_exists) status = add_row(&table, cli, list, role, err);
    }
    if (status == CLN_OK) status = cln_cli_print(cli, &table, err);
    cln_table_clean_up(&table);
    return status;
}

static cln_status refuse_foreign(const cln_cli *cli, const bucket_list *list, cln_error *err) {
    for (int role = 0; role < CLN_BUCKET_COUNT; role++) {
        const cln_s3_holdings *holdings = &list->holdings[role];
        if (holdings->foreign_count == 0 || cln_option_given(cli->options, "leave-foreign")) continue;
        return cln_fail(err, CLN_ERR_USAGE,
                        "nothing was removed: %s holds %zu objects that Colonnade did not make, '%.200s' for one; "
                        "--leave-foreign leaves them and removes the others",
                        cli->config.buckets[role], holdings->foreign_count, holdings->foreign[0]);
    }
    return CLN_OK;
}

static cln_status ask(bool *is_agreed, cln_error *err) {
    if (isatty(STDIN_FILENO) == 0 || isatty(STDERR_FILENO) == 0) {
        return cln_fail(err, CLN_ERR_USAGE,
                        "nothing was removed: without a terminal to ask on, --yes says that it is meant");
    }
    (void)fprintf(stderr, "Remove these objects from the buckets? [y/N] ");
    char answer[16] = "";
    if (fgets(answer, sizeof answer, stdin) == NULL) (void)fputc('\n', stderr);
    answer[strcspn(answer, "\n")] = '\0';
    *is_agreed = strcmp(answer, "y") == 0 || strcmp(answer, "Y") == 0 || strcmp(answer, "yes") == 0;
    return CLN_OK;
}

/* Whether the bucket of a role went with that of one before it. */
static bool went_before(const bucket_list *list, const bool *is_gone, int role) {
    for (int i = 0; i < role; i++) {
        if (is_gone[i] && strcmp(list->places[i].bucket, list->places[role].bucket) == 0) return true;
    }
    return false;
}

static cln_status remove_listed(const bucket_list *list, cln_error *err) {
    bool is_gone[CLN_BUCKET_COUNT] = {false};
    for (int role = 0; role < CLN_BUCKET_COUNT; role++) {
        if (list->prefixes[role] == NULL || went_before(list, is_gone, role)) continue;
        CLN_TRY(cln_s3_holdings_remove(list->s3, list->places[role].bucket, list->prefixes[role], &list->holdings[role],
                                       &is_gone[role], err));
        if (is_gone[role]) cln_note("the bucket s3://%s, which Colonnade made, is gone too", list->places[role].bucket);
    }
    return CLN_OK;
}

static cln_status list_and_remove(const cln_cli *cli, bucket_list *list, cln_error *err) {
    size_t count = 0;
    CLN_TRY(look(list, cli, &count, err));
    if (count == 0) {
        cln_note("the configuration has no bucket, or none of them exists");
        return CLN_OK;
    }
    CLN_TRY(print_list(cli, list, err));
    CLN_TRY(refuse_foreign(cli, list, err));
    bool is_agreed = cln_option_given(cli->options, "yes");
    if (!is_agreed) CLN_TRY(ask(&is_agreed, err));
    if (is_agreed) return remove_listed(list, err);
    cln_note("nothing was removed");
    return CLN_OK;
}

cln_status cln_remove_from_buckets(const cln_cli *cli, cln_error *err) {
    bucket_list list = {0};
    if (!cln_option_given(cli->options, "all") || cli->argument_count > 0) {
        return cln_fail(err, CLN_ERR_USAGE,
                        "--s3 removes all that Colonnade made in the buckets: write remove --all "
                        "--s3");
    }
    CLN_TRY(cln_s3_new(&list.s3, &cli->config.s3, err));
    const cln_status status = list_and_remove(cli, &list, err);
    for (int role = 0; role < CLN_BUCKET_COUNT; role++) {
        cln_s3_holdings_clean_up(&list.holdings[role]);
        free(list.prefixes[role]);
    }
    cln_s3_free(list.s3);
    return status;
}
