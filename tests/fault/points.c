/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "points.h"

#include "colonnade/par/comm.h"

#include <errno.h>
#include <execinfo.h>
#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { PLACE_DEPTH = 16 };

const char *const point_kind_names[POINT_KINDS] = {"agreement", "memory", "read", "write"};

static struct {
    bool is_on, has_failed;
    point_kind kind;
    uint64_t number;
    uint64_t counted[POINT_KINDS];
    void *place[PLACE_DEPTH];
    int depth;
} points;

void points_begin(point_kind kind, uint64_t number) {
    for (int k = 0; k < POINT_KINDS; k++) points.counted[k] = 0;
    points.kind = kind;
    points.number = number;
    points.has_failed = false;
    points.is_on = true;
}

void points_end(void) {
    points.is_on = false;
}

uint64_t points_counted(point_kind kind) {
    return points.counted[kind];
}

bool points_have_failed(void) {
    return points.has_failed;
}

void points_show_place(int descriptor) {
    backtrace_symbols_fd(points.place, points.depth, descriptor);
}

static bool fails(point_kind kind) {
    if (!points.is_on) return false;
    points.counted[kind]++;
    if (kind != points.kind || points.counted[kind] != points.number) return false;
    points.is_on = false; /* backtrace may allocate */
    points.depth = backtrace(points.place, PLACE_DEPTH);
    points.is_on = true;
    points.has_failed = true;
    return true;
}

static bool fails_with(point_kind kind, int error) {
    if (!fails(kind)) return false;
    errno = error;
    return true;
}

/* ---- What the linker puts before the functions of that name ---- */

cln_status __real_cln_agree(const cln_comm *comm, cln_status local, cln_error *err);
cln_status __wrap_cln_agree(const cln_comm *comm, cln_status local, cln_error *err);
cln_status __wrap_cln_agree(const cln_comm *comm, cln_status local, cln_error *err) {
    if (fails(POINT_AGREEMENT)) local = cln_fail(err, CLN_ERR_IO, POINT_MESSAGE);
    return __real_cln_agree(comm, local, err);
}

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size) {
    return fails_with(POINT_MEMORY, ENOMEM) ? NULL : __real_malloc(size);
}

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size) {
    return fails_with(POINT_MEMORY, ENOMEM) ? NULL : __real_calloc(count, size);
}

void *__real_realloc(void *former, size_t size);
void *__wrap_realloc(void *former, size_t size);
void *__wrap_realloc(void *former, size_t size) {
    return fails_with(POINT_MEMORY, ENOMEM) ? NULL : __real_realloc(former, size);
}

ssize_t __real_pread(int descriptor, void *to, size_t size, off_t offset);
ssize_t __wrap_pread(int descriptor, void *to, size_t size, off_t offset);
ssize_t __wrap_pread(int descriptor, void *to, size_t size, off_t offset) {
    return fails_with(POINT_READ, EIO) ? -1 : __real_pread(descriptor, to, size, offset);
}

ssize_t __real_pwrite(int descriptor, const void *from, size_t size, off_t offset);
ssize_t __wrap_pwrite(int descriptor, const void *from, size_t size, off_t offset);
ssize_t __wrap_pwrite(int descriptor, const void *from, size_t size, off_t offset) {
    return fails_with(POINT_WRITE, EIO) ? -1 : __real_pwrite(descriptor, from, size, offset);
}

ssize_t __real_write(int descriptor, const void *from, size_t size);
ssize_t __wrap_write(int descriptor, const void *from, size_t size);
ssize_t __wrap_write(int descriptor, const void *from, size_t size) {
    return fails_with(POINT_WRITE, EIO) ? -1 : __real_write(descriptor, from, size);
}

/* Messages get out. */
size_t __real_fwrite(const void *from, size_t size, size_t count, FILE *stream);
size_t __wrap_fwrite(const void *from, size_t size, size_t count, FILE *stream);
size_t __wrap_fwrite(const void *from, size_t size, size_t count, FILE *stream) {
    return stream != stderr && fails_with(POINT_WRITE, EIO) ? 0 : __real_fwrite(from, size, count, stream);
}

int __real_fsync(int descriptor);
int __wrap_fsync(int descriptor);
int __wrap_fsync(int descriptor) {
    return fails_with(POINT_WRITE, EIO) ? -1 : __real_fsync(descriptor);
}

int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to) {
    return fails_with(POINT_WRITE, EIO) ? -1 : __real_rename(from, to);
}

herr_t __real_H5Dread(hid_t from, hid_t type, hid_t memory, hid_t file, hid_t how, void *to);
herr_t __wrap_H5Dread(hid_t from, hid_t type, hid_t memory, hid_t file, hid_t how, void *to);
herr_t __wrap_H5Dread(hid_t from, hid_t type, hid_t memory, hid_t file, hid_t how, void *to) {
    return fails(POINT_READ) ? -1 : __real_H5Dread(from, type, memory, file, how, to);
}

herr_t __real_H5Dwrite(hid_t to, hid_t type, hid_t memory, hid_t file, hid_t how, const void *from);
herr_t __wrap_H5Dwrite(hid_t to, hid_t type, hid_t memory, hid_t file, hid_t how, const void *from);
herr_t __wrap_H5Dwrite(hid_t to, hid_t type, hid_t memory, hid_t file, hid_t how, const void *from) {
    return fails(POINT_WRITE) ? -1 : __real_H5Dwrite(to, type, memory, file, how, from);
}

/* MPI is started and stopped once, around all runs. */
void __wrap_cln_comm_start(cln_comm *comm);
void __wrap_cln_comm_start(cln_comm *comm) {
    comm->mpi = MPI_COMM_WORLD;
    MPI_Comm_rank(comm->mpi, &comm->rank);
    MPI_Comm_size(comm->mpi, &comm->size);
}

void __wrap_cln_comm_stop(cln_comm *comm);
void __wrap_cln_comm_stop(cln_comm *comm) {
    comm->mpi = MPI_COMM_NULL;
}
