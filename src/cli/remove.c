/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * colonnade remove: rank 0 lists what goes, asks and removes it; the other
 * ranks wait for its status.
 */
#include "colonnade/base/log.h"
#include "colonnade/base/memory.h"
#include "colonnade/cli/cli.h"
#include "colonnade/cli/store_datasets.h"
#include "colonnade/store/removal.h"
#include "remove_buckets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What was found, one for each dataset. */
typedef struct removal_list {
    cln_removal *removals;
    size_t count;
} removal_list;

static void clean_up(removal_list *list) {
    for (size_t i = 0; i < list->count; i++) cln_removal_clean_up(&list->removals[i]);
    free(list->removals);
}

static cln_status look_at_one(removal_list *list, const cln_cli *cli, cln_error *err) {
    CLN_TRY(cln_new_array(&list->removals, 1, sizeof *list->removals, err));
    list->count = 1;
    return cln_removal_look(&list->removals[0], cli->settings.store_dir, cli->arguments[0], cli->arguments + 1,
                            cli->argument_count - 1, err);
}

static cln_status look_at_all(removal_list *list, const cln_cli *cli, cln_error *err) {
    cln_folder_list names;
    CLN_TRY(cln_cli_datasets(&names, cli, err));
    cln_status status = cln_new_array(&list->removals, names.count, sizeof *list->removals, err);
    for (size_t i = 0; status == CLN_OK && i < names.count; i++) {
        list->count = i + 1;
        status = cln_removal_look(&list->removals[i], cli->settings.store_dir, names.names[i], NULL, 0, err);
    }
    cln_folder_clean_up(&names);
    return status;
}

static cln_status look(removal_list *list, const cln_cli *cli, cln_error *err) {
    const bool wants_all = cln_option_given(cli->options, "all");
    if (wants_all && cli->argument_count > 0) {
        return cln_fail(err, CLN_ERR_USAGE, "--all is every dataset: leave '%s' or --all away", cli->arguments[0]);
    }
    if (!wants_all && cli->argument_count == 0) {
        return cln_fail(err, CLN_ERR_USAGE,
                        "say what to remove: colonnade remove DATASET [PARTITION...], or --all for every dataset");
    }
    return wants_all ? look_at_all(list, cli, err) : look_at_one(list, cli, err);
}

/* ---- Telling ---- */

static const char *kind_text(cln_removal_kind kind) {
    static const char *const texts[] = {"published", "rejects, not published", "master damaged"};
    return texts[kind];
}

static cln_status add_item(cln_table *table, const cln_removal *removal, const cln_removal_item *item, cln_error *err) {
    cln_cell *cells;
    CLN_TRY(cln_table_add_row(table, &cells, err));
    CLN_TRY(cln_cell_set_text(&cells[0], cln_span_of_string(removal->dataset), err));
    if (item == NULL) return cln_cell_set_text(&cells[2], cln_span_of_string("empty"), err);
    if (item->kind != CLN_REMOVAL_DAMAGED) CLN_TRY(cln_cell_set_text(&cells[1], cln_span_of_string(item->id), err));
    if (item->kind == CLN_REMOVAL_PARTITION) cln_cell_set_integer(&cells[3], (int64_t)item->rows);
    if (item->kind != CLN_REMOVAL_DAMAGED) cln_cell_set_integer(&cells[4], (int64_t)item->size_bytes);
    return cln_cell_set_text(&cells[2], cln_span_of_string(kind_text(item->kind)), err);
}

static cln_status fill(cln_table *table, const removal_list *list, cln_error *err) {
    for (size_t i = 0; i < list->count; i++) {
        const cln_removal *removal = &list->removals[i];
        if (removal->item_count == 0) CLN_TRY(add_item(table, removal, NULL, err));
        for (size_t k = 0; k < removal->item_count; k++) CLN_TRY(add_item(table, removal, &removal->items[k], err));
    }
    return CLN_OK;
}

static cln_status print_list(const cln_cli *cli, const removal_list *list, cln_error *err) {
    static const char *const columns[] = {"dataset", "partition", "state", "rows", "size_bytes"};
    cln_table table;
    CLN_TRY(cln_table_init(&table, NULL, columns, sizeof columns / sizeof *columns, err));
    cln_status status = fill(&table, list, err);
    if (status == CLN_OK) status = cln_cli_print(cli, &table, err);
    cln_table_clean_up(&table);
    return status;
}

/* ---- Asking ---- */

static cln_status ask(const removal_list *list, bool *is_agreed, cln_error *err) {
    if (isatty(STDIN_FILENO) == 0 || isatty(STDERR_FILENO) == 0) {
        return cln_fail(err, CLN_ERR_USAGE,
                        "nothing was removed: without a terminal to ask on, --yes says that it is "
                        "meant");
    }
    const cln_removal *first = &list->removals[0];
    (void)fprintf(stderr,
                  list->count == 1 && !first->is_whole ? "Remove this from the dataset '%s'? [y/N] "
                  : list->count == 1                   ? "Remove the whole dataset '%s'? [y/N] "
                                                       : "Remove '%s' and all other datasets? [y/N] ",
                  first->dataset);
    char answer[16] = "";
    if (fgets(answer, sizeof answer, stdin) == NULL) (void)fputc('\n', stderr);
    answer[strcspn(answer, "\n")] = '\0';
    *is_agreed = strcmp(answer, "y") == 0 || strcmp(answer, "Y") == 0 || strcmp(answer, "yes") == 0;
    return CLN_OK;
}

/* ---- Doing ---- */

static cln_status remove_one(const cln_cli *cli, cln_removal *removal, cln_error *err) {
    cln_left_files left;
    removal->scratch_dir = cli->settings.scratch_dir;
    removal->memory_bytes = cli->settings.memory_bytes;
    const cln_status status = cln_removal_carry_out(removal, cli->settings.store_dir, cli->config.fsync, &left, err);
    for (size_t i = 0; i < left.count; i++) cln_warning("%s was not made by Colonnade and is left", left.paths[i]);
    cln_left_files_clean_up(&left);
    return status;
}

static cln_status remove_listed(const cln_cli *cli, const removal_list *list, cln_error *err) {
    for (size_t i = 0; i < list->count; i++) CLN_TRY(remove_one(cli, &list->removals[i], err));
    if (cln_option_given(cli->options, "all")) (void)rmdir(cli->settings.store_dir); /* when nothing else is in it */
    return CLN_OK;
}

static cln_status list_and_remove(const cln_cli *cli, const removal_list *list, cln_error *err) {
    if (list->count == 0) {
        cln_note("the store '%s' is empty", cli->settings.store_dir);
        return CLN_OK;
    }
    CLN_TRY(print_list(cli, list, err));
    bool is_agreed = cln_option_given(cli->options, "yes");
    if (!is_agreed) CLN_TRY(ask(list, &is_agreed, err));
    if (is_agreed) return remove_listed(cli, list, err);
    cln_note("nothing was removed");
    return CLN_OK;
}

static cln_status remove_local(const cln_cli *cli, cln_error *err) {
    if (cln_option_given(cli->options, "s3")) return cln_remove_from_buckets(cli, err);
    if (cln_option_given(cli->options, "leave-foreign")) {
        return cln_fail(err, CLN_ERR_USAGE, "--leave-foreign needs --all --s3: it is about objects in the buckets");
    }
    removal_list list = {0};
    cln_status status = look(&list, cli, err);
    if (status == CLN_OK) status = list_and_remove(cli, &list, err);
    clean_up(&list);
    return status;
}

cln_status cln_command_remove(cln_cli *cli, cln_error *err) {
    return cln_agree(&cli->comm, cli->comm.rank == 0 ? remove_local(cli, err) : CLN_OK, err);
}
