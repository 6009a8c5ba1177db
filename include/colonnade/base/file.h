/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Files and folders: whole small files, safe replacement, folders. All
 * functions are local. Messages name the path.
 */
#ifndef COLONNADE_BASE_FILE_H
#define COLONNADE_BASE_FILE_H

#include "colonnade/base/buffer.h"
#include "colonnade/base/span.h"
#include "colonnade/base/status.h"

#include <stdbool.h>

CLN_CHECKED cln_status cln_file_read(const char *path, cln_buffer *contents, cln_error *err);

/* Writes PATH.tmp-PID, syncs when sync, renames it to path. */
CLN_CHECKED cln_status cln_file_replace(const char *path, cln_span contents, bool sync, cln_error *err);

/* What a file that is to stand at path replaces: path itself or, where that is
 * a symbolic link to a file, that file, so that the link stays. Owned by the
 * caller. is_special tells that it is a pipe or a device, which must not be
 * replaced but may be written to. A folder and a link to nothing are errors;
 * a name that is free is none. */
CLN_CHECKED cln_status cln_file_resolve(char **target, bool *is_special, const char *path, cln_error *err);

/* Writes all of data to an open descriptor at offset. */
CLN_CHECKED cln_status cln_file_write_at(int descriptor, const char *path, uint64_t offset, const void *data,
                                         size_t size, cln_error *err);

CLN_CHECKED cln_status cln_file_make_dirs(const char *path, cln_error *err); /* like mkdir -p */
CLN_CHECKED cln_status cln_file_sync_dir(const char *path, cln_error *err);
bool cln_file_exists(const char *path);
bool cln_file_is_dir(const char *path);

/* The part of path behind the last '/', and that without its last extension. */
cln_span cln_path_name(const char *path);
cln_span cln_path_stem(const char *path);

/* The same of a file of data, compressed or not: "a" of "a.csv" and "a.csv.gz". */
cln_span cln_path_data_stem(const char *path);

/* DIR/NAME, owned by the caller. */
CLN_CHECKED cln_status cln_path_join(char **path, const char *dir, const char *name, cln_error *err);

/* Whether a name that came from data may become a file's name: not empty, not
 * "." or "..", at most 200 bytes, no '/', no control characters, no leading dot or dash. */
bool cln_path_is_safe_name(const char *name);

#endif
