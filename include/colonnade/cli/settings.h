/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the common options are set to. Rank 0 looks at the command line, its
 * environment and the configuration file, and every rank gets the same
 * answer: environments differ between hosts, and collective calls must not.
 */
#ifndef COLONNADE_CLI_SETTINGS_H
#define COLONNADE_CLI_SETTINGS_H

#include "colonnade/cli/options.h"

#define CLN_MEMORY_DEFAULT_BYTES ((uint64_t)256 << 20)
#define CLN_MEMORY_LEAST_BYTES   ((uint64_t)64 << 20)

/* Local (rank 0). Appends what was given of the common options (command line,
 * then environment) and the text of the configuration: --config, else
 * COLONNADE_CONFIG, else ./config.json where that exists, else the built-in. */
CLN_CHECKED cln_status cln_settings_collect(const cln_options *options, cln_buffer *packed, cln_error *err);

/* Local; the same on every rank for the same bytes. Parses the configuration
 * and resolves the settings, which borrow from packed and from config. Only
 * the scratch folder, when it was not given, is each rank's own ($SLURM_TMPDIR,
 * $TMPDIR, /tmp). The caller cleans config up, also after a failure. */
CLN_CHECKED cln_status cln_settings_resolve(cln_settings *settings, cln_config *config, const cln_buffer *packed,
                                            cln_error *err);

#endif
