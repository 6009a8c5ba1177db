/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Answers of servers that first make a file and then send it, as the city
 * portals on ArcGIS Hub do: {"status": "Pending", ...}, later {"status":
 * "Completed", "resultUrl": "https://..."}. Private to the net layer. Local.
 */
#ifndef COLONNADE_NET_EXPORT_STATUS_H
#define COLONNADE_NET_EXPORT_STATUS_H

#include "colonnade/base/span.h"
#include "colonnade/base/status.h"

typedef enum cln_export_state {
    CLN_EXPORT_NONE,    /* this is no such answer */
    CLN_EXPORT_PENDING, /* ask again */
    CLN_EXPORT_READY,   /* the address tells where the file is */
    CLN_EXPORT_FAILED,  /* the server gave up */
} cln_export_state;

/* address is the caller's to free; NULL unless ready. */
CLN_CHECKED cln_status cln_export_judge(cln_span body, cln_export_state *state, char **address, cln_error *err);

#endif
