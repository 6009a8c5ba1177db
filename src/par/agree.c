/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * In a file of its own, so that the linker can put the function of a test
 * before it, for all callers (tests/fault/points.c).
 */
#include "colonnade/par/comm.h"

cln_status cln_agree(const cln_comm *comm, cln_status local, cln_error *err) {
    if (comm->size == 1) return local;
    struct {
        int status;
        int rank;
    } worst = {.status = (int)local, .rank = comm->rank};
    /* MAXLOC gives the lowest rank among those with the maximum. */
    MPI_Allreduce(MPI_IN_PLACE, &worst, 1, MPI_2INT, MPI_MAXLOC, comm->mpi);
    if (worst.status != CLN_OK) {
        MPI_Bcast(err->message, (int)sizeof err->message, MPI_CHAR, worst.rank, comm->mpi);
    }
    return (cln_status)worst.status;
}
