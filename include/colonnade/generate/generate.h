/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Synthetic files of any size in the shape of Denver's published ones: both
 * datasets in every vintage (header, quoting, encoding, line ends, dates), and
 * boundaries to go with them.
 *
 * Every row is a pure function of dataset, vintage, seed and row number, so
 * ranks produce fixed blocks of rows in any order, and the bytes never depend
 * on their number. Nothing is computed in floating point.
 *
 * That the data are not real is told twice: by the text CLN_SAMPLE_MARK in
 * one of 128 records, and by the sidecar FILE.meta.json, which holds
 * {"sample": true, "generator": {...}}.
 */
#ifndef COLONNADE_GENERATE_GENERATE_H
#define COLONNADE_GENERATE_GENERATE_H

#include "colonnade/base/buffer.h"
#include "colonnade/base/sample.h"
#include "colonnade/base/span.h"
#include "colonnade/base/status.h"
#include "colonnade/par/comm.h"

#include <stddef.h>
#include <stdint.h>

#define CLN_GENERATE_MAX_ROWS ((uint64_t)1 << 40)

typedef struct cln_generate_spec {
    const char *dataset; /* "traffic_accidents", "service_requests_311"; cln_generate: also "boundaries" */
    const char *vintage; /* NULL: the dataset's default */
    uint64_t rows;       /* data records; ignored when size_bytes is set */
    uint64_t size_bytes; /* not 0: as many records as first make the file at least this large */
    uint64_t seed;
    double dirt_rate; /* 0..1: the share of records that are malformed or bad; never marked ones */
    const char *path; /* of the file; not used by cln_generator_open */
} cln_generate_spec;

typedef struct cln_generate_result {
    const char *vintage; /* static; "" for boundaries */
    uint64_t rows;       /* data records, or areas of boundaries */
    uint64_t size_bytes; /* of the file */
} cln_generate_result;

/* Collective; spec must agree. Writes spec->path (by a temporary name beside
 * it and a rename) and its sidecar. CLN_ERR_USAGE for an unknown dataset or
 * vintage and values out of range, with what is allowed. result may be NULL. */
CLN_CHECKED cln_status cln_generate(const cln_comm *comm, const cln_generate_spec *spec, cln_generate_result *result,
                                    cln_error *err);

/* The names that a message or a help text lists: "2014, 2017, 2019 (default), ...".
 * Local. Appends; CLN_ERR_USAGE for an unknown dataset. */
CLN_CHECKED cln_status cln_generate_list_vintages(const char *dataset, cln_buffer *out, cln_error *err);

/* ---- The rows alone, without a file. All of it is local. ---- */

typedef struct cln_generator cln_generator;

/* Uses dataset, vintage, seed and dirt_rate. The caller closes *generator. */
CLN_CHECKED cln_status cln_generator_open(cln_generator **generator, const cln_generate_spec *spec, cln_error *err);
void cln_generator_close(cln_generator *generator); /* NULL is allowed */

/* Byte-order mark, header and line end; borrowed from the generator. */
cln_span cln_generator_header(const cln_generator *generator);

/* How many bytes the file leaves out at its end: 2 where the vintage has no
 * line end behind the last record, else 0. */
size_t cln_generator_trimmed_end(const cln_generator *generator);

const char *cln_generator_vintage(const cln_generator *generator); /* static */

/* Appends data records first_row .. first_row + count - 1 (the first is 1),
 * each with its line end. ends, unless NULL, gets count values: the size of
 * buffer behind each record. */
CLN_CHECKED cln_status cln_generator_append_rows(const cln_generator *generator, uint64_t first_row, size_t count,
                                                 cln_buffer *buffer, size_t *ends, cln_error *err);

/* Appends the boundaries: GeoJSON, one feature for each of CLN_SAMPLE_AREA_COUNT
 * areas, a cell of the grid in which the rows' coordinates lie, with the
 * properties nbhd_id, nbhd_name and notes (CLN_SAMPLE_MARK). */
#define CLN_SAMPLE_AREA_COUNT 78
CLN_CHECKED cln_status cln_generate_append_boundaries(cln_buffer *out, cln_error *err);

#endif
