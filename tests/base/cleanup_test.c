/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/cleanup.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/colonnade-cleanup-XXXXXX";
static char inside[64];
static char kept[64];

static void create(const char *path) {
    const int descriptor = open(path, O_CREAT | O_WRONLY, 0600);
    if (descriptor < 0) _exit(99);
    (void)close(descriptor);
}

/* In a child: registers a folder, a file in it and a file that is then
 * published, and dies of a signal. */
static void register_and_die(int signal_number) {
    cln_cleanup_install();
    char scratch[96];
    (void)snprintf(scratch, sizeof scratch, "%s/scratch", folder);
    if (cln_cleanup_register_path(scratch, NULL) != CLN_OK || mkdir(scratch, 0700) != 0) _exit(98);
    if (cln_cleanup_register_path(inside, NULL) != CLN_OK) _exit(98);
    create(inside);
    if (cln_cleanup_register_path(kept, NULL) != CLN_OK) _exit(98);
    create(kept);
    cln_cleanup_unregister_path(kept);
    (void)raise(signal_number);
    _exit(97);
}

static void a_signal_removes_what_is_registered_and_ends_the_process(void **state) {
    (void)state;
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        const pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) register_and_die(numbers[i]);
        int result;
        assert_int_equal(waitpid(child, &result, 0), child);
        assert_true(WIFSIGNALED(result));
        assert_int_equal(WTERMSIG(result), numbers[i]);
        assert_int_not_equal(access(inside, F_OK), 0);
        assert_int_equal(access(kept, F_OK), 0);
        char scratch[96];
        (void)snprintf(scratch, sizeof scratch, "%s/scratch", folder);
        assert_int_not_equal(access(scratch, F_OK), 0);
    }
}

static void a_child_does_not_remove_what_its_parent_registered(void **state) {
    (void)state;
    create(kept);
    assert_int_equal(cln_cleanup_register_path(kept, NULL), CLN_OK);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        cln_cleanup_run();
        _exit(0);
    }
    int result;
    assert_int_equal(waitpid(child, &result, 0), child);
    assert_int_equal(access(kept, F_OK), 0);
    cln_cleanup_run();
    assert_int_not_equal(access(kept, F_OK), 0);
}

static void a_full_registry_is_an_error_until_a_path_is_forgotten(void **state) {
    (void)state;
    char path[64];
    int count = 0;
    cln_status status = CLN_OK;
    while (status == CLN_OK && count < 10000) {
        (void)snprintf(path, sizeof path, "/nonexistent/%d", count++);
        status = cln_cleanup_register_path(path, NULL);
    }
    assert_int_equal(status, CLN_ERR_INTERNAL);
    (void)snprintf(path, sizeof path, "/nonexistent/%d", count - 2);
    cln_cleanup_unregister_path(path);
    assert_int_equal(cln_cleanup_register_path(path, NULL), CLN_OK);
    cln_cleanup_run();
    assert_int_equal(cln_cleanup_register_path(path, NULL), CLN_OK);
    cln_cleanup_run();
}

static int make_folder(void **state) {
    (void)state;
    if (mkdtemp(folder) == NULL) return -1;
    (void)snprintf(inside, sizeof inside, "%s/scratch/part", folder);
    (void)snprintf(kept, sizeof kept, "%s/kept", folder);
    return 0;
}

static int remove_folder(void **state) {
    (void)state;
    (void)unlink(kept);
    return rmdir(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_signal_removes_what_is_registered_and_ends_the_process),
        cmocka_unit_test(a_child_does_not_remove_what_its_parent_registered),
        cmocka_unit_test(a_full_registry_is_an_error_until_a_path_is_forgotten),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
