/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The files in which AWS programs keep their settings:
 *
 *   ~/.aws/credentials, or AWS_SHARED_CREDENTIALS_FILE   sections [NAME]
 *   ~/.aws/config, or AWS_CONFIG_FILE                     [profile NAME], [default]
 *
 * AWS_PROFILE (or AWS_DEFAULT_PROFILE) names the section, else "default". What
 * stands in both files is taken from the first. Local.
 * https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
 */
#ifndef COLONNADE_NET_AWS_PROFILE_H
#define COLONNADE_NET_AWS_PROFILE_H

#include "colonnade/base/status.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct cln_aws_setting {
    char *name; /* in lower case */
    char *value;
} cln_aws_setting;

typedef struct cln_aws_profile {
    const char *name;
    bool exists; /* in one of the files */
    cln_aws_setting *settings;
    size_t count;
    size_t capacity;
} cln_aws_profile;

/* Files that do not exist are empty. A profile that was asked for by name and
 * stands in neither is CLN_ERR_USAGE. The caller cleans the profile up, also
 * after a failure; secrets in it are overwritten then. */
CLN_CHECKED cln_status cln_aws_profile_read(cln_aws_profile *profile, cln_error *err);
void cln_aws_profile_clean_up(cln_aws_profile *profile);

const char *cln_aws_profile_value(const cln_aws_profile *profile, const char *name); /* NULL: none */

/* The value of a variable that is set to something; else NULL. */
const char *cln_aws_variable(const char *name);

#endif
