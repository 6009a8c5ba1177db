/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a partition says of itself, as JSON: where its rows came from, and
 * what was declared of its columns. Nothing of it depends on the clock of the
 * ingest, the host, the user or the folder. All functions are local.
 */
#ifndef COLONNADE_INGEST_PROVENANCE_H
#define COLONNADE_INGEST_PROVENANCE_H

#include "colonnade/base/compression.h"
#include "colonnade/base/hash.h"
#include "colonnade/csv/prologue.h"
#include "colonnade/ingest/ingest.h"
#include "colonnade/ingest/schema.h"

/* What FILE.meta.json says, which fetch and generate leave beside a file. */
typedef struct cln_sidecar {
    char *json; /* compact; NULL when there is none */
    char *url;  /* NULL when it has none */
    bool is_sample;
} cln_sidecar;

/* A missing sidecar is none; one that is no JSON object is CLN_ERR_DATA. */
CLN_CHECKED cln_status cln_sidecar_read(cln_sidecar *sidecar, const char *file, cln_error *err);
/* The same from a text; name is for messages. */
CLN_CHECKED cln_status cln_sidecar_parse(cln_sidecar *sidecar, cln_span text, const char *name, cln_error *err);
/* The same of an input that was opened (net/input.h): of an object, where it came from. */
CLN_CHECKED cln_status cln_sidecar_of_input(cln_sidecar *sidecar, cln_byte_source *input, const char *path,
                                            cln_error *err);
void cln_sidecar_clean_up(cln_sidecar *sidecar);

/* The schema: an array with name, source_name, type as declared, role,
 * formats, folding, synonyms. */
CLN_CHECKED cln_status cln_schema_to_json(const cln_schema *schema, cln_buffer *json, cln_error *err);

/* The digest of all that decides what is stored, besides the file's bytes:
 * program and format version, dialect, policy, schema, time zone, partition
 * and file name. */
CLN_CHECKED cln_status cln_recipe_digest(const cln_ingest_request *request, const cln_schema *schema,
                                         cln_digest *digest, cln_error *err);

/* The file as it stands, compressed or not, and what was read of it. */
typedef struct cln_source_file {
    const char *content_hash;
    uint64_t size_bytes;
    cln_compression compression;
    uint64_t content_bytes; /* decompressed, or the same; the ranges in provenance, account and rejects are of these */
} cln_source_file;

/* All that, with the schema's own text, from which the same partition can be
 * made again (docs/rebuild.py). */
CLN_CHECKED cln_status cln_provenance_to_json(const cln_ingest_request *request, const cln_sidecar *sidecar,
                                              const cln_schema *schema, const cln_prologue *prologue,
                                              const cln_source_file *file, bool is_sample, cln_buffer *json,
                                              cln_error *err);

/* Appends ,"max_reject_rate":...,"allow_rejects":...: how many rejected records
 * were allowed. It decides nothing of what is stored but this. */
CLN_CHECKED cln_status cln_reject_limits_to_json(const cln_ingest_request *request, cln_buffer *json, cln_error *err);

#endif
