/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Finding out how a FILE writes its records, for commands that are not told:
 * scan always, records and ingest with --detect. What the command line says of
 * the dialect wins.
 */
#ifndef COLONNADE_CLI_DETECTION_H
#define COLONNADE_CLI_DETECTION_H

#include "colonnade/cli/cli.h"
#include "colonnade/csv/detect.h"

/* Collective; fallback is the encoding's. */
CLN_CHECKED cln_status cln_cli_detect(const cln_cli *cli, cln_byte_source *source, cln_fallback fallback,
                                      cln_detection *detection, cln_error *err);

/* Collective. The same for a file that is not open yet; notes what was found. */
CLN_CHECKED cln_status cln_cli_detect_file(const cln_cli *cli, const char *path, cln_dialect *dialect, cln_error *err);

/* Local. "delimiter ;, quote \", a header, 3 lines before the table". */
#define CLN_DETECTION_TEXT_BYTES 256
void cln_cli_describe_detection(const cln_detection *detection, char text[CLN_DETECTION_TEXT_BYTES]);

/* Local. Tells on rank 0 what was found, in one line. */
void cln_cli_note_detection(const char *file, const cln_detection *detection);

/* Local. What a delimiter or quote is called: the character, "tab", "space". */
const char *cln_cli_character_name(unsigned char character, char name[2]);

#endif
