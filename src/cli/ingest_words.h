/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What ingest tells people of a file. Private to the cli layer.
 */
#ifndef COLONNADE_CLI_INGEST_WORDS_H
#define COLONNADE_CLI_INGEST_WORDS_H

#include "colonnade/ingest/ingest.h"

/* Local. Whether a command that is proposed has to name the store: it is not
 * the configuration's. */
bool cln_is_elsewhere(const cln_ingest_request *request);

/* Local. Notes and warnings of what became of the file. */
void cln_tell_outcome(const cln_ingest_request *request, const cln_ingest_outcome *outcome);

#endif
