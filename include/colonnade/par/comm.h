/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The ranks and what they say to each other. MPI is started and stopped here,
 * with the settings that protect I/O on known releases of Open MPI, and the
 * few collectives that the program needs take byte counts beyond INT_MAX.
 *
 * Collective safety: a rank must never enter a collective that another rank
 * has left by an error. Local work therefore returns a status, and
 * cln_agree() comes before the next collective. MPI's own errors abort the
 * job (MPI_ERRORS_ARE_FATAL), so the functions here have no status for them.
 */
#ifndef COLONNADE_PAR_COMM_H
#define COLONNADE_PAR_COMM_H

#include "colonnade/base/buffer.h"
#include "colonnade/base/status.h"

#include <mpi.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct cln_comm {
    MPI_Comm mpi;
    int rank;
    int size;
} cln_comm;

/* Local, before cln_comm_start: sets the environment of MPI (only what is not
 * set already): safe I/O components for Open MPI 4, a fast start for a
 * process that no launcher started. */
void cln_comm_prepare_environment(void);

/* Local: the rank that the launcher gave this process, read from its
 * environment without MPI; 0 when there is none. For messages before start. */
int cln_comm_launcher_rank(void);

/* Collective over all processes. Starts MPI; *comm borrows MPI_COMM_WORLD. A
 * signal that would end the process does so when MPI has started, a second one at once. */
void cln_comm_start(cln_comm *comm);
void cln_comm_stop(cln_comm *comm);

/* Local, after cln_comm_start: CLN_ERR_USAGE when srun started several
 * processes without telling them about each other, so that each of them took
 * itself for the only one. */
CLN_CHECKED cln_status cln_comm_check_launch(const cln_comm *comm, cln_error *err);

/* Collective. The worst status of all ranks, with the message of the lowest
 * rank that has it, on every rank. Returns that status. err must not be NULL. */
CLN_CHECKED cln_status cln_agree(const cln_comm *comm, cln_status local, cln_error *err);

/* For use after a local phase inside a collective function: agree, and leave
 * by the same door on all ranks. */
#define CLN_TRY_AGREED(comm, expression, err)                                                                          \
    do {                                                                                                               \
        const cln_status cln_local_ = (expression);                                                                    \
        const cln_status cln_agreed_ = cln_agree((comm), cln_local_, (err));                                           \
        if (cln_agreed_ != CLN_OK) return cln_agreed_;                                                                 \
    } while (0)

/* Collective; root must agree. Sends size bytes (which only root knows
 * beforehand) to all: on other ranks the buffer is replaced. The status of
 * allocation is agreed inside. */
CLN_CHECKED cln_status cln_broadcast_buffer(const cln_comm *comm, cln_buffer *buffer, int root, cln_error *err);

/* Collective; count must agree. Element-wise sums, minima and maxima on all
 * ranks, in place. */
void cln_sum_u64(const cln_comm *comm, uint64_t *values, size_t count);
void cln_min_i64(const cln_comm *comm, int64_t *values, size_t count);
void cln_max_i64(const cln_comm *comm, int64_t *values, size_t count);

/* Collective. Concatenates every rank's bytes on root in rank order; sizes
 * (comm->size of them, may be NULL) tells how many came from each. Other
 * ranks get an empty buffer. The status of allocation is agreed inside. */
CLN_CHECKED cln_status cln_gather_bytes(const cln_comm *comm, cln_span bytes, int root, cln_buffer *gathered,
                                        uint64_t *sizes, cln_error *err);

/* What messages between two ranks are about; one list, so that no two uses
 * take the same. */
typedef enum cln_tag {
    CLN_TAG_GATHER = 1, /* cln_gather_bytes */
    CLN_TAG_TAIL,       /* ends of records, to the ranks that hold their beginnings */
    CLN_TAG_MERGE,      /* dictionaries */
    CLN_TAG_OUTPUT,     /* text that rank 0 prints */
} cln_tag;

/* Local point-to-point transfers of any size. Both sides must agree on size. */
void cln_send_bytes(const cln_comm *comm, int to, int tag, const void *data, uint64_t size);
void cln_receive_bytes(const cln_comm *comm, int from, int tag, void *data, uint64_t size);

#endif
