/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One start of a program for every number of ranks: starting takes longer than
 * most tests.
 */
#ifndef COLONNADE_TESTS_CSV_RANK_COUNTS_H
#define COLONNADE_TESTS_CSV_RANK_COUNTS_H

#include "colonnade/par/comm.h"
#include <stdio.h>
#include <stdlib.h>

#include <stdbool.h>
#include <time.h>

/* Collective over world. comm becomes the first so many ranks; false on the
 * others, which have nothing to do. */
static inline bool first_ranks(cln_comm *comm, const cln_comm *world, int ranks) {
    *comm = (cln_comm){.rank = world->rank};
    MPI_Comm_split(world->mpi, world->rank < ranks ? 0 : MPI_UNDEFINED, world->rank, &comm->mpi);
    if (world->rank >= ranks) return false;
    MPI_Comm_size(comm->mpi, &comm->size);
    return true;
}

/* Collective over world. Those with nothing to do sleep until all are here: MPI
 * would keep their processors busy. */
static inline void wait_for_all(const cln_comm *world) {
    MPI_Request request;
    MPI_Ibarrier(world->mpi, &request);
    for (int is_done = 0; !is_done;) {
        MPI_Test(&request, &is_done, MPI_STATUS_IGNORE);
        const struct timespec pause = {.tv_nsec = 2000000};
        if (!is_done) (void)nanosleep(&pause, NULL);
    }
}

/* Whether that many ranks are tried: all counts, but for the sanitizers' brief
 * pass, which takes few and most. */
static inline bool is_tried(const cln_comm *world, int ranks) {
    return getenv("COLONNADE_TEST_BRIEF") == NULL || ranks <= 2 || ranks == world->size;
}

/* Runs a group of tests on the first so many ranks of all, which comm is then:
 * once for each number of ranks. Returns how many failed on this one. */
#define RUN_ON_RANK_COUNTS(tests, comm, world, failed)                                                                 \
    do {                                                                                                               \
        if ((world)->rank == 0 && getenv("COLONNADE_TEST_BRIEF") != NULL) {                                            \
            printf("brief: of 1 to %d ranks some\n", (world)->size);                                                   \
        }                                                                                                              \
        for (int ranks_ = 1; ranks_ <= (world)->size; ranks_++) {                                                      \
            if (is_tried((world), ranks_) && first_ranks((comm), (world), ranks_)) {                                   \
                (failed) += cmocka_run_group_tests((tests), NULL, NULL);                                               \
                MPI_Comm_free(&(comm)->mpi);                                                                           \
            }                                                                                                          \
            wait_for_all(world);                                                                                       \
        }                                                                                                              \
    } while (0)

#endif
