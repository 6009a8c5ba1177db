/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the environment tells about the launcher, and what it has to tell MPI
 * before MPI starts. A value that the user has set always stays.
 */
#include "colonnade/par/comm.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The major version of Open MPI, or 0 for another library. */
static int open_mpi_major(void) {
    char version[MPI_MAX_LIBRARY_VERSION_STRING];
    int length = 0;
    MPI_Get_library_version(version, &length); /* one of the few calls that MPI allows before MPI_Init */
    int major = 0;
    if (sscanf(version, "Open MPI v%d", &major) != 1) return 0;
    return major;
}

/* Whether mpirun (Open MPI, PRRTE, Hydra) or srun with PMI started this process and tells it about the others. */
static bool has_launcher(void) {
    static const char *const names[] = {"OMPI_COMM_WORLD_SIZE",
                                        "OMPI_UNIVERSE_SIZE",
                                        "PMIX_RANK",
                                        "PMIX_NAMESPACE",
                                        "PMI_RANK",
                                        "PMI_SIZE",
                                        "PMI_FD",
                                        "MPI_LOCALRANKID",
                                        "HYDRA_CONTROL_FD",
                                        "HYDI_CONTROL_FD",
                                        "PALS_RANKID"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (getenv(names[i]) != NULL) return true;
    }
    return false;
}

/* The processes that srun started in this step; 0 outside of one. */
static long slurm_step_tasks(void) {
    const char *text = getenv("SLURM_STEP_NUM_TASKS");
    return text == NULL ? 0 : strtol(text, NULL, 10);
}

static void set_default(const char *name, const char *value) {
    (void)setenv(name, value, 0); /* fails only without memory; then MPI starts with its own defaults */
}

void cln_comm_prepare_environment(void) {
    const int major = open_mpi_major();
    if (major == 0) return;
    if (major <= 4) set_default("OMPI_MCA_io", "ompio"); /* ROMIO of 4.1 corrupts irregular writes without an error */
    /* Data sieving misreads before 4.1.5 (open-mpi/ompi#10546) and miswrites without locks before 5.0.6; the vulcan
     * component can corrupt what HDF5 writes (open-mpi/ompi#12718). */
    set_default("OMPI_MCA_fbtl_posix_read_datasieving", "0");
    set_default("OMPI_MCA_fbtl_posix_write_datasieving", "0");
    set_default("OMPI_MCA_fcoll", "dynamic_gen2");
    if (has_launcher() || slurm_step_tasks() > 1) return;
    /* In a shell that srun started, Open MPI 4 would wait for PMI, which nobody offers. */
    if (slurm_step_tasks() == 1) (void)unsetenv("SLURM_STEP_ID");
    /* Alone: no daemon, no network. Starts in 20 ms instead of a third of a second. */
    set_default("OMPI_MCA_ess_singleton_isolated", "1");
    /* Isolated ranks of Open MPI 4 all take the same folder below TMPDIR, and those that start or end together fail to
     * make it. Alone, nothing goes there. */
    if (major <= 4) set_default("OMPI_MCA_orte_create_session_dirs", "0");
    set_default("OMPI_MCA_pml", "ob1");
    set_default("OMPI_MCA_btl", "self");
}

cln_status cln_comm_check_launch(const cln_comm *comm, cln_error *err) {
    const long tasks = slurm_step_tasks();
    if (comm->size > 1 || tasks <= 1 || has_launcher()) return CLN_OK;
    return cln_fail(err, CLN_ERR_USAGE,
                    "srun started %ld processes that know nothing of each other, and each would do the whole work; "
                    "start them with srun --mpi=pmix (srun --mpi=list tells what there is) or with mpirun",
                    tasks);
}

int cln_comm_launcher_rank(void) {
    static const char *const names[] = {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "SLURM_PROCID"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *text = getenv(names[i]);
        if (text == NULL || *text == '\0') continue;
        char *end;
        const long rank = strtol(text, &end, 10);
        if (*end == '\0' && rank >= 0 && rank <= INT_MAX) return (int)rank;
    }
    return 0;
}
