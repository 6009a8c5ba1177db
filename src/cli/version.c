/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/cli/texts.h"

#include <cjson/cJSON.h>
#include <curl/curl.h>
#include <gsl/gsl_version.h>
#include <hdf5.h>
#include <libxml/xmlversion.h>
#include <mpi.h>
#include <openssl/crypto.h>
#include <string.h>
#include <xxhash.h>
#include <zlib.h>
#include <zstd.h>

/* The first line of MPI's own words, without what its packager added behind a comma. */
static cln_status write_mpi(cln_buffer *text, cln_error *err) {
    char words[MPI_MAX_LIBRARY_VERSION_STRING];
    int size = 0;
    (void)MPI_Get_library_version(words, &size); /* allowed before MPI_Init */
    return cln_buffer_append_format(text, err, "  MPI      %.*s\n", (int)strcspn(words, ",\n"), words);
}

static cln_status write_hdf5(cln_buffer *text, cln_error *err) {
    unsigned major = 0;
    unsigned minor = 0;
    unsigned release = 0;
    (void)H5get_libversion(&major, &minor, &release);
    return cln_buffer_append_format(text, err, "  HDF5     %u.%u.%u\n", major, minor, release);
}

cln_status cln_version_write(cln_buffer *text, cln_error *err) {
    CLN_TRY(cln_buffer_append_string(text, "colonnade " COLONNADE_VERSION "\n", err));
    CLN_TRY(write_mpi(text, err));
    CLN_TRY(write_hdf5(text, err));
    const unsigned xxhash = XXH_versionNumber();
    CLN_TRY(cln_buffer_append_format(text, err, "  libcurl  %s\n", curl_version_info(CURLVERSION_NOW)->version));
    CLN_TRY(cln_buffer_append_format(text, err, "  cJSON    %s\n", cJSON_Version()));
    CLN_TRY(cln_buffer_append_string(text, "  libxml2  " LIBXML_DOTTED_VERSION "\n", err));
    CLN_TRY(cln_buffer_append_format(text, err, "  OpenSSL  %s\n", OpenSSL_version(OPENSSL_VERSION)));
    CLN_TRY(
        cln_buffer_append_format(text, err, "  xxHash   %u.%u.%u\n", xxhash / 10000, xxhash / 100 % 100, xxhash % 100));
    CLN_TRY(cln_buffer_append_format(text, err, "  zlib     %s\n", zlibVersion()));
    CLN_TRY(cln_buffer_append_format(text, err, "  Zstd     %s\n", ZSTD_versionString()));
    return cln_buffer_append_format(text, err, "  GSL      %s\n", gsl_version);
}
