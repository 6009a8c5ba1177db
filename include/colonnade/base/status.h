/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Statuses and error messages.
 *
 * Every function that can fail returns a cln_status, which the compiler
 * forces the caller to look at, and takes a cln_error that it fills with one
 * sentence: what went wrong, where (file, byte offset, record, column) and
 * what to do next. The caller owns the error and may pass NULL.
 *
 * An assertion marks a mistake in this program; anything that input, the
 * machine or the user can cause is a checked error.
 */
#ifndef COLONNADE_BASE_STATUS_H
#define COLONNADE_BASE_STATUS_H

/* The statuses are the exit statuses of the program. The greater is the
 * worse: ranks that disagree agree on the maximum. */
typedef enum cln_status {
    CLN_OK = 0,
    CLN_ERR_DATA = 1,     /* the data did not pass */
    CLN_ERR_USAGE = 2,    /* command line or configuration */
    CLN_ERR_IO = 3,       /* input, output or network */
    CLN_ERR_INTERNAL = 4, /* out of memory, or a mistake in this program */
} cln_status;

#define CLN_ERROR_MAX 1024

typedef struct cln_error {
    char message[CLN_ERROR_MAX];
} cln_error;

#define CLN_CHECKED                           __attribute__((warn_unused_result))
#define CLN_PRINTF(format_index, first_index) __attribute__((format(printf, format_index, first_index)))

/* Return the failure to the caller; for the common case where nothing needs
 * to be released first. */
#define CLN_TRY(expression)                                                                                            \
    do {                                                                                                               \
        const cln_status cln_try_ = (expression);                                                                      \
        if (cln_try_ != CLN_OK) return cln_try_;                                                                       \
    } while (0)

/* Local. Writes the message into err (when not NULL) and returns status. */
CLN_CHECKED cln_status cln_fail(cln_error *err, cln_status status, const char *format, ...) CLN_PRINTF(3, 4);

/* Local. cln_fail with ": <text of errno>" at the end; CLN_ERR_IO. */
CLN_CHECKED cln_status cln_fail_errno(cln_error *err, const char *format, ...) CLN_PRINTF(2, 3);

/* Local. Out of memory while doing what the words say. */
CLN_CHECKED cln_status cln_fail_memory(cln_error *err, const char *what);

/* A compiler that sees that these never return CLN_OK does not warn of what a
 * failed function left unset. The status is evaluated twice. */
#define cln_fail(err, status, ...) ((void)!cln_fail((err), (status), __VA_ARGS__), (status))
#define cln_fail_errno(err, ...)   ((void)!cln_fail_errno((err), __VA_ARGS__), CLN_ERR_IO)
#define cln_fail_memory(err, what) ((void)!cln_fail_memory((err), (what)), CLN_ERR_INTERNAL)

#endif
