/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is set for MPI, and what is read from launchers, without starting MPI.
 */
#include "colonnade/par/comm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

extern char **environ;

/* Nothing of a launcher, and no setting of MPI. */
static int forget(void **state) {
    (void)state;
    static const char *const prefixes[] = {"OMPI_", "PMIX_", "PMI_", "SLURM_", "HYD", "MPI_", "PALS_"};
    for (size_t i = 0; environ[i] != NULL;) {
        bool matches = false;
        for (size_t p = 0; p < sizeof prefixes / sizeof prefixes[0]; p++) {
            matches = matches || strncmp(environ[i], prefixes[p], strlen(prefixes[p])) == 0;
        }
        if (!matches) {
            i++;
            continue;
        }
        char name[256];
        (void)snprintf(name, sizeof name, "%.*s", (int)strcspn(environ[i], "="), environ[i]);
        (void)unsetenv(name);
    }
    return 0;
}

static void set(const char *name, const char *value) {
    assert_int_equal(setenv(name, value, 1), 0);
}

/* The major version of Open MPI; 0 for another library. */
static int open_mpi_major(void) {
    char version[MPI_MAX_LIBRARY_VERSION_STRING];
    int length;
    MPI_Get_library_version(version, &length);
    return strncmp(version, "Open MPI v", 10) == 0 ? atoi(version + 10) : 0;
}

static bool is_open_mpi(void) {
    return open_mpi_major() > 0;
}

static void assert_set(const char *name, const char *value) {
    assert_non_null(getenv(name));
    assert_string_equal(getenv(name), value);
}

static void protects_stored_files(void **state) {
    (void)state;
    if (!is_open_mpi()) skip();
    set("OMPI_COMM_WORLD_SIZE", "4");
    cln_comm_prepare_environment();
    assert_set("OMPI_MCA_fcoll", "dynamic_gen2");
    assert_set("OMPI_MCA_fbtl_posix_read_datasieving", "0");
    assert_set("OMPI_MCA_fbtl_posix_write_datasieving", "0");
    assert_null(getenv("OMPI_MCA_btl")); /* the network is the launcher's business */
    assert_null(getenv("OMPI_MCA_pml"));
}

static void starts_fast_alone(void **state) {
    (void)state;
    if (!is_open_mpi()) skip();
    cln_comm_prepare_environment();
    assert_set("OMPI_MCA_btl", "self");
    assert_set("OMPI_MCA_pml", "ob1");
    assert_set("OMPI_MCA_ess_singleton_isolated", "1");
}

static void makes_no_folder_alone(void **state) {
    (void)state;
    const int major = open_mpi_major();
    if (major == 0) skip();
    cln_comm_prepare_environment();
    if (major <= 4) {
        assert_set("OMPI_MCA_orte_create_session_dirs", "0");
    } else {
        assert_null(getenv("OMPI_MCA_orte_create_session_dirs")); /* it knows no such setting */
    }
    set("OMPI_COMM_WORLD_SIZE", "4");
    (void)unsetenv("OMPI_MCA_orte_create_session_dirs");
    cln_comm_prepare_environment();
    assert_null(getenv("OMPI_MCA_orte_create_session_dirs")); /* ranks of mpirun meet in it */
}

static void leaves_the_user_s_settings(void **state) {
    (void)state;
    set("OMPI_MCA_fcoll", "individual");
    set("OMPI_MCA_btl", "self,tcp");
    cln_comm_prepare_environment();
    assert_set("OMPI_MCA_fcoll", "individual");
    assert_set("OMPI_MCA_btl", "self,tcp");
}

static void every_launcher_keeps_its_network(void **state) {
    static const char *const names[] = {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK", "PMI_SIZE", "MPI_LOCALRANKID"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)forget(state);
        set(names[i], "0");
        cln_comm_prepare_environment();
        assert_null(getenv("OMPI_MCA_btl"));
    }
}

static void a_shell_of_srun_counts_as_alone(void **state) {
    (void)state;
    if (!is_open_mpi()) skip();
    set("SLURM_JOBID", "5");
    set("SLURM_STEP_ID", "0");
    set("SLURM_STEP_NUM_TASKS", "1");
    cln_comm_prepare_environment();
    assert_set("OMPI_MCA_btl", "self");
    assert_null(getenv("SLURM_STEP_ID"));
}

static void refuses_copies_that_srun_did_not_connect(void **state) {
    (void)state;
    const cln_comm alone = {.size = 1};
    const cln_comm three = {.size = 3};
    cln_error err;
    assert_int_equal(cln_comm_check_launch(&alone, &err), CLN_OK);
    set("SLURM_STEP_NUM_TASKS", "3");
    assert_int_equal(cln_comm_check_launch(&three, &err), CLN_OK);
    assert_int_equal(cln_comm_check_launch(&alone, &err), CLN_ERR_USAGE);
    assert_non_null(strstr(err.message, "--mpi=pmix"));
    set("OMPI_COMM_WORLD_SIZE", "1"); /* an mpirun of its own inside the step */
    assert_int_equal(cln_comm_check_launch(&alone, &err), CLN_OK);
}

static void reads_the_rank_of_each_launcher(void **state) {
    static const char *const names[] = {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "SLURM_PROCID"};
    assert_int_equal(cln_comm_launcher_rank(), 0);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)forget(state);
        set(names[i], "17");
        assert_int_equal(cln_comm_launcher_rank(), 17);
        set(names[i], "seventeen");
        assert_int_equal(cln_comm_launcher_rank(), 0);
        set(names[i], "-1");
        assert_int_equal(cln_comm_launcher_rank(), 0);
        set(names[i], "");
        assert_int_equal(cln_comm_launcher_rank(), 0);
    }
    /* mpirun inside a job: its ranks, not those of the step that runs it. */
    set("SLURM_PROCID", "0");
    set("OMPI_COMM_WORLD_RANK", "2");
    assert_int_equal(cln_comm_launcher_rank(), 2);
}

#define CLEAN(test) cmocka_unit_test_setup(test, forget)

int main(void) {
    const struct CMUnitTest tests[] = {
        CLEAN(protects_stored_files),
        CLEAN(starts_fast_alone),
        CLEAN(makes_no_folder_alone),
        CLEAN(leaves_the_user_s_settings),
        CLEAN(every_launcher_keeps_its_network),
        CLEAN(a_shell_of_srun_counts_as_alone),
        CLEAN(refuses_copies_that_srun_did_not_connect),
        CLEAN(reads_the_rank_of_each_launcher),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
