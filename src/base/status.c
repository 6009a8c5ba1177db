/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/status.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

cln_status(cln_fail)(cln_error *err, cln_status status, const char *format, ...) {
    if (err != NULL) {
        va_list arguments;
        va_start(arguments, format);
        (void)vsnprintf(err->message, sizeof err->message, format, arguments);
        va_end(arguments);
    }
    return status;
}

cln_status(cln_fail_errno)(cln_error *err, const char *format, ...) {
    const int number = errno;
    if (err != NULL) {
        va_list arguments;
        va_start(arguments, format);
        (void)vsnprintf(err->message, sizeof err->message, format, arguments);
        va_end(arguments);
        const size_t used = strlen(err->message);
        (void)snprintf(err->message + used, sizeof err->message - used, ": %s", strerror(number));
    }
    return CLN_ERR_IO;
}

cln_status(cln_fail_memory)(cln_error *err, const char *what) {
    return cln_fail(err, CLN_ERR_INTERNAL,
                    "out of memory while %s; use fewer ranks on this machine or a smaller --memory", what);
}
