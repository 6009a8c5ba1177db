/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a killed process leaves behind: nothing. Temporary files are
 * registered here as long as they exist; when SIGINT, SIGTERM, SIGHUP or
 * SIGPIPE ends the process, its handler removes them (with calls that are
 * allowed in a handler) and dies of the same signal. A flag that is looked at
 * later would be no use: the process may be waiting inside MPI.
 *
 * All functions are local. The registry is fixed in size and allocates
 * nothing; it belongs to the process that registered, not to its children.
 */
#ifndef COLONNADE_BASE_CLEANUP_H
#define COLONNADE_BASE_CLEANUP_H

#include "colonnade/base/status.h"

/* Installs the handlers; signals that are ignored (nohup) stay so, but for
 * SIGPIPE. Called once, early. */
void cln_cleanup_install(void);

/* Registers a file or an empty folder, before it is created. The last that
 * was registered is removed first, so a folder comes before what is in it. A
 * path that is too long or a full registry is CLN_ERR_INTERNAL. */
CLN_CHECKED cln_status cln_cleanup_register_path(const char *path, cln_error *err);

/* Forgets a path, after it was removed or renamed. One that was never
 * registered is no error. */
void cln_cleanup_unregister_path(const char *path);

/* Where a signal must not end the process at once, because something far away
 * has to be cleaned up first: until cln_cleanup_release the first one is only
 * noted, and a second one ends the process after all. Whoever holds looks at
 * cln_cleanup_signal often (0: none came). cln_cleanup_release ends the process
 * by the signal that was noted, if any. */
void cln_cleanup_hold(void);
int cln_cleanup_signal(void);
void cln_cleanup_release(void);

/* Removes everything that is registered, and forgets it. */
void cln_cleanup_run(void);

#endif
