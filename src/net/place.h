/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where a fetched file goes in the staging folder, and what of it is there
 * already. Private to the net layer. All functions are local.
 */
#ifndef COLONNADE_NET_PLACE_H
#define COLONNADE_NET_PLACE_H

#include "colonnade/net/fetch.h"
#include "sidecar.h"

typedef struct cln_place {
    const cln_fetch_job *job; /* borrowed */
    char *folder;             /* of the day */
    char *dataset_folder;
    char *newest_path; /* of the versions of the day; NULL: none */
    char *next_path;
    char *known_path; /* of the newest version of any day; NULL: none */
    char *known_name; /* the same as DATE/NAME */
    cln_origin known; /* of known_path; empty where it cannot be relied on */
} cln_place;

CLN_CHECKED cln_status cln_place_find(cln_place *place, const cln_fetch_job *job, const cln_fetch_settings *settings,
                                      cln_error *err);
void cln_place_clean_up(cln_place *place);

/* DATASET_FOLDER/.NAME.EXTENSION.ADDRESS.part: of the dataset, not of the day,
 * so that another day goes on with it. */
CLN_CHECKED cln_status cln_place_partial_path(const cln_place *place, size_t address, char **path, cln_error *err);

/* Removes what other addresses left of a file that is there now. */
void cln_place_forget_partials(const cln_place *place);

/* Gives a file that arrived from that address its name, with its sidecar. */
CLN_CHECKED cln_status cln_place_publish(const cln_place *place, cln_download *download, const char *url,
                                         const cln_download_result *arrived, cln_fetch_result *result, cln_error *err);

/* The known version is still the one: the day records it, by a link to its
 * bytes, or by a sidecar that names them. */
CLN_CHECKED cln_status cln_place_record_known(const cln_place *place, cln_fetch_result *result, cln_error *err);

/* Whether the known file still has the bytes that its sidecar tells. */
CLN_CHECKED cln_status cln_place_known_is_intact(const cln_place *place, bool *is_intact, cln_error *err);

/* CLN_ERR_IO when what arrived is a page or a message instead of the file. */
CLN_CHECKED cln_status cln_refuse_page(const cln_download_result *download, const char *url, bool is_csv,
                                       cln_error *err);

#endif
