/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the store needs of HDF5, with our statuses: property lists that make
 * files reproducible, attributes, checked reads and writes of row ranges.
 * HDF5's own error printing is off; its innermost message ends ours.
 *
 * Attributes that AnnData, xarray and the like read are texts of variable
 * length, as they expect. All that this program reads back has a fixed
 * length: it stands in object headers, which carry checksums, and not in
 * global heaps, which do not.
 *
 * All functions are local unless a comment says otherwise.
 */
#ifndef COLONNADE_STORE_H5_H
#define COLONNADE_STORE_H5_H

#include "colonnade/base/span.h"
#include "colonnade/base/status.h"
#include "colonnade/par/comm.h"

#include <hdf5.h>
#include <stdint.h>

/* Before any other call of HDF5. May be called again at any time. */
void cln_h5_start(void);

/* CLN_ERR_IO with the words and, behind a colon, what HDF5 said first. */
CLN_CHECKED cln_status cln_h5_fail(cln_error *err, const char *format, ...) CLN_PRINTF(2, 3);

/* Opens (read only, or for writing) or creates a file through the default
 * driver. create refuses a path that exists. */
CLN_CHECKED cln_status cln_h5_open(hid_t *file, const char *path, bool for_writing, cln_error *err);
CLN_CHECKED cln_status cln_h5_create(hid_t *file, const char *path, cln_error *err);

/* Takes all space of a file of the default driver that was written (so that a
 * disk that is too full fails here), flushes and closes it. Returns the first
 * failure: status, when that is one already. */
CLN_CHECKED cln_status cln_h5_close_written(hid_t file, const char *path, cln_status status, cln_error *err);

/* Collective over comm. Opens an existing file for writing through the MPI
 * driver (one rank alone: through the default driver). What a rank returns is
 * its own; the caller agrees. */
CLN_CHECKED cln_status cln_h5_open_shared(hid_t *file, const cln_comm *comm, const char *path, cln_error *err);

/* Creates a group, or a one-dimensional contiguous dataset, without times.
 * fill: NULL when every value will be written (the space is taken at once),
 * otherwise the value that a dataset without space of its own reads as. */
CLN_CHECKED cln_status cln_h5_make_group(hid_t parent, const char *name, hid_t *group, cln_error *err);
CLN_CHECKED cln_status cln_h5_make_dataset(hid_t parent, const char *name, hid_t type, uint64_t rows, const void *fill,
                                           hid_t *dataset, cln_error *err);

/* The enumeration FALSE = 0, TRUE = 1 over one byte, as h5py writes bool.
 * The caller closes it. Negative when HDF5 fails. */
hid_t cln_h5_boolean_type(void);
/* A signed or unsigned little-endian integer of 1, 2, 4 or 8 bytes; a
 * constant of HDF5's, never closed. */
hid_t cln_h5_integer_type(unsigned width_bytes, bool is_signed);

/* UTF-8 of a fixed size (at least one byte), padded with zeros. The caller
 * closes it. Negative when HDF5 fails. */
hid_t cln_h5_text_type(size_t size_bytes);

/* Values of a one-dimensional dataset [first, first + count), in its own type. */
CLN_CHECKED cln_status cln_h5_write_rows(hid_t dataset, uint64_t first, uint64_t count, const void *values,
                                         cln_error *err);
CLN_CHECKED cln_status cln_h5_read_rows(hid_t dataset, hid_t memory_type, uint64_t first, uint64_t count, void *values,
                                        cln_error *err);

/* The same of a small dataset whose stored type is not memory_type: HDF5 would
 * clear 2 MiB for the conversion, each time. */
CLN_CHECKED cln_status cln_h5_read_converted(hid_t dataset, hid_t memory_type, uint64_t first, uint64_t count,
                                             void *values, cln_error *err);

/* The length of a one-dimensional dataset; another shape is an error. */
CLN_CHECKED cln_status cln_h5_length(hid_t dataset, uint64_t *rows, cln_error *err);

/* Attributes. text: fixed length; foreign: variable length. */
CLN_CHECKED cln_status cln_h5_put_text(hid_t object, const char *name, cln_span text, cln_error *err);
CLN_CHECKED cln_status cln_h5_put_texts(hid_t object, const char *name, const char *const *texts, size_t count,
                                        cln_error *err);
CLN_CHECKED cln_status cln_h5_put_foreign(hid_t object, const char *name, const char *text, cln_error *err);
CLN_CHECKED cln_status cln_h5_put_foreigns(hid_t object, const char *name, const char *const *texts, size_t count,
                                           cln_error *err);
/* One number: type is both the stored type and that of *value. */
CLN_CHECKED cln_status cln_h5_put_number(hid_t object, const char *name, hid_t type, const void *value, cln_error *err);

/* *text is NUL-terminated and owned by the caller; NULL without an error when
 * the object has no such attribute. */
CLN_CHECKED cln_status cln_h5_get_text(hid_t object, const char *name, char **text, cln_error *err);
/* An array of texts: *count NUL-terminated texts, *stride bytes apart, in
 * *bytes, which the caller owns. */
CLN_CHECKED cln_status cln_h5_get_texts(hid_t object, const char *name, char **bytes, size_t *stride, size_t *count,
                                        cln_error *err);
CLN_CHECKED cln_status cln_h5_get_number(hid_t object, const char *name, hid_t memory_type, void *value,
                                         cln_error *err);

#endif
