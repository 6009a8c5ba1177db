/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Scans a column of a dataset, again and again, checksums and all, and prints a
 * line of JSON: seconds of the first scan (through HDF5), the median of the
 * others (in the map), the median of copying values of that size by memcpy, and
 * the size of the values as the program has them.
 *
 *   scan_column STORE DATASET COLUMN ROUNDS
 */
#include "colonnade/base/clock.h"
#include "colonnade/store/dataset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_ROUNDS = 100 };

static int by_value(const void *a, const void *b) {
    const double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static double median(double *values, int count) {
    qsort(values, (size_t)count, sizeof *values, by_value);
    return values[count / 2];
}

static uint64_t bytes_of(const cln_vector *vector) {
    if (vector->type == CLN_TYPE_TEXT) return vector->offsets[vector->rows] - vector->offsets[0] + 8 * vector->rows;
    return vector->rows * (vector->type == CLN_TYPE_CATEGORY ? sizeof(int32_t) : sizeof(int64_t));
}

static cln_status scan_once(cln_dataset *dataset, const char *column, uint64_t *size_bytes, cln_error *err) {
    cln_batch_source *source;
    CLN_TRY(cln_dataset_scan(dataset, "columns", -1, &column, 1, &source, err));
    cln_batch batch = {.rows = 0};
    cln_status status;
    *size_bytes = 0;
    while ((status = source->get_next(source, &batch, err)) == CLN_OK && batch.rows > 0) {
        *size_bytes += bytes_of(&batch.vectors[0]);
    }
    source->release(source);
    return status;
}

static double copy_once(char *to, const char *from, uint64_t size_bytes) {
    const double begin = cln_clock_seconds();
    memcpy(to, from, (size_t)size_bytes);
    __asm__ volatile("" : : "r"(to) : "memory"); /* the copy must happen */
    return cln_clock_seconds() - begin;
}

static cln_status measure(cln_dataset *dataset, const char *column, int rounds, cln_error *err) {
    double scans[MOST_ROUNDS], copies[MOST_ROUNDS], first = 0.0;
    uint64_t size_bytes = 0;
    for (int i = 0; i <= rounds; i++) {
        const double begin = cln_clock_seconds();
        CLN_TRY(scan_once(dataset, column, &size_bytes, err));
        *(i == 0 ? &first : &scans[i - 1]) = cln_clock_seconds() - begin;
    }
    char *from = malloc((size_t)size_bytes + 1), *to = malloc((size_t)size_bytes + 1);
    if (from == NULL || to == NULL) return cln_fail(err, CLN_ERR_INTERNAL, "out of memory");
    memset(from, 1, (size_t)size_bytes);
    memset(to, 2, (size_t)size_bytes);
    for (int i = 0; i < rounds; i++) copies[i] = copy_once(to, from, size_bytes);
    printf("{\"bytes\": %llu, \"first\": %.6f, \"again\": %.6f, \"memcpy\": %.6f}\n", (unsigned long long)size_bytes,
           first, median(scans, rounds), median(copies, rounds));
    free(from);
    free(to);
    return CLN_OK;
}

int main(int argc, char **argv) {
    const int rounds = argc == 5 ? atoi(argv[4]) : 0;
    if (rounds < 1 || rounds > MOST_ROUNDS) {
        fputs("usage: scan_column STORE DATASET COLUMN ROUNDS\n", stderr);
        return 2;
    }
    cln_comm comm;
    cln_comm_prepare_environment();
    cln_comm_start(&comm);
    cln_error err = {.message = ""};
    cln_dataset *dataset;
    cln_status status = cln_dataset_open(&dataset, &comm, argv[1], argv[2], &err);
    if (status == CLN_OK) {
        status = measure(dataset, argv[3], rounds, &err);
        cln_dataset_close(dataset);
    }
    if (status != CLN_OK) fprintf(stderr, "%s\n", err.message);
    cln_comm_stop(&comm);
    return (int)status;
}
