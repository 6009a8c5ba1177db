/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "s3_meta.h"

#include <stdio.h>

void cln_s3_call_add_meta(cln_s3_call *call, const cln_s3_meta *meta, size_t count, cln_s3_meta_names *names) {
    cln_s3_call_add_header(call, CLN_S3_META_PREFIX CLN_S3_META_OWNER, COLONNADE_VERSION);
    for (size_t i = 0; i < count && i < CLN_S3_META_MOST; i++) {
        (void)snprintf(names->texts[i], sizeof names->texts[i], CLN_S3_META_PREFIX "%s", meta[i].name);
        cln_s3_call_add_header(call, names->texts[i], meta[i].value);
    }
}
