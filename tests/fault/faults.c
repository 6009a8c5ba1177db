/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One command of the program, many times in one start of MPI, each time with
 * one failure on one rank (points.h), and what is left of the store after it.
 *
 *   mpirun -n 3 colonnade_faults SEED KIND=MOST[,KIND=MOST...] FORMER WAY COMMAND ARGUMENT...
 *
 * KIND is that of the points, MOST how many of them are tried, in an order
 * that SEED decides; 0: all. In the current folder, which all ranks share, the
 * command's store is "store", a copy of FORMER each time, its results stand in
 * "results" and its scratch folder is "scratch". WAY is a store that the
 * command makes on its way to the new one; FORMER where there is none.
 *
 * After each: all ranks have the same status, rank 0 has said one thing and
 * the others nothing; the store is the former or the new one, with nothing
 * else in it; the same command without a failure then makes the new one. No
 * file and no object of HDF5 stays open.
 */
#include "colonnade/base/log.h"
#include "colonnade/cli/options.h"
#include "colonnade/cli/run.h"
#include "colonnade/par/comm.h"

#include "points.h"
#include "snapshot.h"

#include <fcntl.h>
#include <hdf5.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <unistd.h>

/* HDF5 1.10 loses memory of its own when it is refused something; and what
 * backtrace loads stays. The leak checker, where it is built in, asks here. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) {
    return "leak:libhdf5\nleak:_dl_open\n";
}

enum { HANGS_SECONDS = 240, LABEL_BYTES = 256, MESSAGES_BYTES = 8192, FAILURES_SHOWN = 10 };

typedef struct fault {
    int rank;
    uint64_t number;
} fault;

static struct {
    point_kind kind;
    const char *former, *way;
    int argc;
    char **argv; /* of the command, with a name of the program before it */
    snapshot before, way_files, after, results;
    cln_status status; /* without a failure */
    int open_files;    /* on this rank, when nothing runs */
    int failure_count;
} test;

/* What became of one run. */
typedef struct ending {
    cln_status status; /* the same on all ranks */
    bool has_failed;   /* the point was reached */
    snapshot store;    /* rank 0 */
} ending;

static cln_comm world;
static int terminal; /* standard error as it was */
static char label[LABEL_BYTES];
static char messages[MESSAGES_BYTES]; /* of this rank's run */

/* ---- What is found ---- */

static void fail(const char *format, ...) CLN_PRINTF(1, 2);
static void fail(const char *format, ...) {
    if (test.failure_count++ >= FAILURES_SHOWN) return;
    va_list arguments;
    va_start(arguments, format);
    char what[2 * MESSAGES_BYTES];
    (void)vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    dprintf(terminal, "\nFAILED: %s, as rank %d sees it: %s\n", label, world.rank, what);
}

/* By a signal: too long a run is one too. */
static void dies(int number) {
    static const char prefix[] = "\nFAILED: it crashes or hangs: ";
    (void)signal(number, SIG_DFL);
    if (write(terminal, prefix, sizeof prefix - 1) < 0 || write(terminal, label, strlen(label)) < 0) _exit(4);
    if (write(terminal, "\n", 1) < 0) _exit(4);
    if (points_have_failed()) points_show_place(terminal);
    (void)raise(number); /* and the launcher ends the others */
}

static bool is_agreed(int finding) {
    int most = finding, least = finding;
    MPI_Allreduce(MPI_IN_PLACE, &most, 1, MPI_INT, MPI_MAX, world.mpi);
    MPI_Allreduce(MPI_IN_PLACE, &least, 1, MPI_INT, MPI_MIN, world.mpi);
    return most == least;
}

static bool any_rank(bool finding) {
    int any = finding;
    MPI_Allreduce(MPI_IN_PLACE, &any, 1, MPI_INT, MPI_LOR, world.mpi);
    return any != 0;
}

static int count_open_files(void) {
    int count = 0;
    DIR *listing = opendir("/proc/self/fd");
    while (listing != NULL && readdir(listing) != NULL) count++;
    if (listing != NULL) (void)closedir(listing);
    return count;
}

static size_t count_messages(void) {
    size_t count = 0;
    static const char prefix[] = "colonnade: ";
    for (const char *line = messages; line != NULL && *line != '\0'; line = strchr(line, '\n')) {
        if (*line == '\n') line++;
        count += strncmp(line, prefix, sizeof prefix - 1) == 0;
    }
    return count;
}

/* ---- Runs ---- */

static void make_room(const char *former) {
    MPI_Barrier(world.mpi);
    if (world.rank == 0) {
        static const char *const folders[] = {"store", "results", "scratch"};
        for (size_t i = 0; i < 3; i++) temporary_remove_tree(folders[i]);
        snapshot_copy_tree(former, "store");
        must(cln_file_make_dirs("results", NULL));
        must(cln_file_make_dirs("scratch", NULL));
    }
    MPI_Barrier(world.mpi);
}

static cln_status run_command(const fault *asked) {
    cln_options *options = NULL;
    cln_error err = {.message = ""};
    cln_log_init(world.rank == 0, false);
    cln_status status = cln_options_parse(&options, test.argc, test.argv, &err);
    if (status != CLN_OK) {
        dprintf(terminal, "%s\n", err.message);
        exit(status);
    }
    points_begin(test.kind, asked != NULL && asked->rank == world.rank ? asked->number : 0);
    status = cln_cli_run(options);
    points_end();
    cln_options_free(options);
    return status;
}

static void read_messages(const char *path) {
    cln_buffer text;
    cln_buffer_init(&text, SIZE_MAX);
    must(cln_file_read(path, &text, NULL));
    (void)snprintf(messages, sizeof messages, "%.*s", (int)text.size, text.data == NULL ? "" : text.data);
    cln_buffer_clean_up(&text);
    (void)unlink(path);
}

/* Collective. */
static ending run(const fault *asked) {
    char path[64];
    (void)snprintf(path, sizeof path, "messages.%d", world.rank);
    const int to = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (to < 0 || dup2(to, STDERR_FILENO) < 0 || close(to) != 0) abort();
    (void)alarm(HANGS_SECONDS);
    const cln_status status = run_command(asked);
    (void)fflush(NULL);
    MPI_Barrier(world.mpi);
    (void)alarm(0);
    if (dup2(terminal, STDERR_FILENO) < 0) abort();
    read_messages(path);
    if (!is_agreed((int)status)) fail("the ranks end with different statuses, this one with %d", (int)status);
    ending end = {.status = status, .has_failed = any_rank(points_have_failed())};
    /* A process that cannot even name its lock leaves it to the next; this one lives on. */
    if (world.rank == 0 && test.kind == POINT_MEMORY) snapshot_remove_locks("store");
    if (world.rank == 0) end.store = snapshot_take("store");
    return end;
}

/* ---- What must hold ---- */

static void check_messages(const ending *end) {
    const size_t wanted = world.rank == 0 && end->status != CLN_OK;
    if (count_messages() != wanted) fail("%zu messages, not %zu: %s", count_messages(), wanted, messages);
    if (world.rank != 0 && messages[0] != '\0') fail("another rank speaks: %s", messages);
    if (strstr(messages, "HDF5-DIAG") != NULL) fail("HDF5 speaks for itself: %s", messages);
}

static void check_nothing_is_open(void) {
    const ssize_t objects = H5Fget_obj_count(H5F_OBJ_ALL, H5F_OBJ_ALL);
    if (objects != 0) fail("%zd objects of HDF5 are still open", objects);
    const int files = count_open_files();
    if (test.open_files != 0 && files != test.open_files) fail("%d files are open, not %d", files, test.open_files);
}

/* Shows what is in a and not in b. */
static void show_more(const char *what, const snapshot *a, const snapshot *b) {
    for (size_t i = 0; i < a->count && test.failure_count <= FAILURES_SHOWN; i++) {
        if (!snapshot_has(b, a->lines[i])) dprintf(terminal, "    %s: %s\n", what, a->lines[i]);
    }
}

static void show_difference(const snapshot *wanted, const snapshot *found) {
    show_more("missing", wanted, found);
    show_more("found", found, wanted);
}

/* Rank 0. The former store whole, or the new one, and nothing but their files.
 * A dataset that is removed is not there from the first moment on. */
static void check_store(const snapshot *now) {
    const snapshot *const known[] = {&test.before, &test.way_files, &test.after};
    bool is_whole = !snapshot_has_master(&test.after) && !snapshot_has_master(now), is_clean = true;
    for (size_t k = 0; k < 3; k++) is_whole = is_whole || snapshot_is_within(known[k], now);
    for (size_t i = 0; i < now->count; i++) {
        bool is_known = false;
        for (size_t k = 0; k < 3; k++) is_known = is_known || snapshot_has(known[k], now->lines[i]);
        is_clean = is_clean && is_known;
    }
    if (is_whole && is_clean) return;
    fail("the store is neither the former nor the new one: %s", messages);
    show_difference(&test.before, now);
}

/* Rank 0. */
static void check_folders(bool is_done) {
    snapshot results = snapshot_take("results"), scratch = snapshot_take("scratch");
    const bool are_right =
        is_done ? snapshot_equal(&results, &test.results) : snapshot_is_within(&results, &test.results);
    if (!are_right) {
        fail("the results are wrong");
        show_difference(&test.results, &results);
    }
    if (scratch.count > 0) fail("left in the scratch folder: %s", scratch.lines[0]);
    snapshot_clean_up(&results);
    snapshot_clean_up(&scratch);
}

/* Rank 0: the new store, and nothing else in it. */
static void check_is_done(const ending *end, const char *when) {
    if (end->status != test.status) fail("%s: status %d, not %d: %s", when, end->status, test.status, messages);
    if (!snapshot_equal(&end->store, &test.after)) {
        fail("%s: it is not the store that it should be", when);
        show_difference(&test.after, &end->store);
    }
    check_folders(true);
}

static void check_has_failed(const ending *end) {
    if (test.kind == POINT_AGREEMENT && end->status != CLN_ERR_IO) fail("status %d: %s", end->status, messages);
    if (world.rank != 0) return;
    if (test.kind == POINT_AGREEMENT && strstr(messages, POINT_MESSAGE) == NULL) fail("not told: %s", messages);
    check_store(&end->store);
    check_folders(false);
}

static bool can_be_repeated(const ending *end) {
    bool can = true;
    if (world.rank == 0 && strcmp(test.argv[1], "remove") == 0) can = !snapshot_equal(&end->store, &test.after);
    return any_rank(world.rank == 0 && can);
}

/* Collective. What a failure may do to no effect is well done. */
static void try_fault(const fault *asked) {
    const int before = test.failure_count;
    (void)snprintf(label, sizeof label, "'%s' on %d ranks, %s %" PRIu64 " of rank %d fails", test.argv[1], world.size,
                   point_kind_names[test.kind], asked->number, asked->rank);
    make_room(test.former);
    ending end = run(asked);
    const bool is_tolerated = end.status == test.status && test.kind != POINT_AGREEMENT;
    check_messages(&end);
    check_nothing_is_open();
    if (end.has_failed && !is_tolerated) {
        check_has_failed(&end);
    } else if (world.rank == 0) {
        check_is_done(&end, "nothing failed in the end");
    }
    if (test.failure_count > before && points_have_failed()) points_show_place(terminal);
    if (end.has_failed && !is_tolerated && can_be_repeated(&end)) {
        ending again = run(NULL);
        if (world.rank == 0) check_is_done(&again, "once more without a failure");
        snapshot_clean_up(&again.store);
    }
    snapshot_clean_up(&end.store);
}

/* ---- All of them ---- */

/* Collective. A first run opens what stays open. *counts: the points of each
 * kind, of each rank. */
static void run_without_failure(uint64_t *counts) {
    (void)snprintf(label, sizeof label, "'%s' on %d ranks without a failure", test.argv[1], world.size);
    make_room(test.former);
    ending first = run(NULL);
    snapshot_clean_up(&first.store);
    make_room(test.way);
    if (world.rank == 0) test.way_files = snapshot_take("store");
    make_room(test.former);
    if (world.rank == 0) test.before = snapshot_take("store");
    ending end = run(NULL);
    test.status = end.status;
    test.after = end.store;
    test.open_files = count_open_files();
    if (world.rank == 0) test.results = snapshot_take("results");
    check_messages(&end);
    check_nothing_is_open();
    for (int kind = 0; kind < POINT_KINDS; kind++) {
        const uint64_t own = points_counted((point_kind)kind);
        MPI_Allgather(&own, 1, MPI_UINT64_T, counts + kind * world.size, 1, MPI_UINT64_T, world.mpi);
    }
}

/* The same on all ranks. */
static size_t list_faults(fault **faults, const uint64_t *counts, uint64_t seed) {
    uint64_t total = 0;
    for (int rank = 0; rank < world.size; rank++) total += counts[rank];
    must(cln_new_array(faults, (size_t)total, sizeof **faults, NULL));
    size_t count = 0;
    for (int rank = 0; rank < world.size; rank++) {
        for (uint64_t number = 1; number <= counts[rank]; number++) (*faults)[count++] = (fault){rank, number};
    }
    for (size_t left = count; left > 1; left--) {
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        const size_t chosen = (size_t)((seed >> 33) % left);
        const fault last = (*faults)[left - 1];
        (*faults)[left - 1] = (*faults)[chosen];
        (*faults)[chosen] = last;
    }
    return count;
}

static void try_kind(point_kind kind, const uint64_t *counts, uint64_t seed, size_t most) {
    test.kind = kind;
    fault *faults;
    const size_t count = list_faults(&faults, counts, seed);
    const size_t tried = most == 0 || most > count ? count : most;
    for (size_t i = 0; i < tried; i++) try_fault(&faults[i]);
    if (world.rank == 0) dprintf(terminal, ", %zu of %zu %s", tried, count, point_kind_names[kind]);
    free(faults);
}

static int kind_of(const char *name) {
    int kind = 0;
    while (kind < POINT_KINDS && strcmp(point_kind_names[kind], name) != 0) kind++;
    return kind;
}

/* asked: KIND=MOST, with commas between them. */
static bool try_kinds(char *asked, uint64_t seed) {
    uint64_t *counts;
    must(cln_new_array(&counts, (size_t)world.size * POINT_KINDS, sizeof *counts, NULL));
    run_without_failure(counts);
    if (world.rank == 0) dprintf(terminal, "%s, %d ranks: points", test.argv[1], world.size);
    bool is_understood = true;
    for (char *rest, *item = strtok_r(asked, ",", &rest); item != NULL; item = strtok_r(NULL, ",", &rest)) {
        char *most = strchr(item, '=');
        if (most != NULL) *most++ = '\0';
        const int kind = kind_of(item);
        is_understood = is_understood && most != NULL && kind < POINT_KINDS;
        if (is_understood) {
            try_kind((point_kind)kind, counts + kind * world.size, seed, (size_t)strtoull(most, NULL, 10));
        }
    }
    if (world.rank == 0) dprintf(terminal, "\n");
    free(counts);
    return is_understood;
}

int main(int argc, char **argv) {
    if (argc < 6) {
        fprintf(stderr, "give SEED KIND=MOST FORMER WAY COMMAND...\n");
        return 2;
    }
    test.former = argv[3];
    test.way = argv[4];
    test.argc = argc - 4;
    test.argv = argv + 4;
    cln_comm_prepare_environment();
    int provided;
    MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided);
    cln_comm_start(&world); /* that of points.c */
    terminal = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    static const int numbers[] = {SIGALRM, SIGSEGV, SIGABRT, SIGBUS, SIGFPE};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) (void)signal(numbers[i], dies);
    if (freopen("/dev/null", "w", stdout) == NULL) return 3;
    if (!try_kinds(argv[2], strtoull(argv[1], NULL, 10))) fail("'%s' is not understood", argv[2]);
    const bool has_failed = any_rank(test.failure_count > 0);
    snapshot_clean_up(&test.before);
    snapshot_clean_up(&test.way_files);
    snapshot_clean_up(&test.after);
    snapshot_clean_up(&test.results);
    (void)close(terminal);
    MPI_Finalize();
    return has_failed;
}
