/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Writes so many bytes to a new file by pwrite, 1 MiB at a time, and prints the
 * seconds: a limit for whatever writes as much.
 *
 *   write_bytes FILE SIZE
 */
#define _POSIX_C_SOURCE 200809L
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "seconds.h"

int main(int argc, char **argv) {
    const size_t part = (size_t)1 << 20;
    char *const bytes = malloc(part);
    if (argc != 3 || bytes == NULL) {
        fputs("usage: write_bytes FILE SIZE\n", stderr);
        return 2;
    }
    const unsigned long long size = strtoull(argv[2], NULL, 10);
    memset(bytes, 'x', part);
    const double begin = seconds_now();
    const int file = open(argv[1], O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (file < 0) return 3;
    for (unsigned long long done = 0; done < size;) {
        const size_t left = size - done < part ? (size_t)(size - done) : part;
        const ssize_t written = pwrite(file, bytes, left, (off_t)done);
        if (written <= 0) return 3;
        done += (unsigned long long)written;
    }
    if (close(file) != 0) return 3;
    printf("%.6f\n", seconds_now() - begin);
    free(bytes);
    return 0;
}
