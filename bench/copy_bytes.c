/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Copies as many bytes as a file has from memory to memory, the file's first
 * gigabyte over and over, and prints the seconds that the copying took: a limit
 * for whatever touches each byte once.
 *
 *   copy_bytes FILE
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "seconds.h"

static size_t read_up_to(int file, char *into, size_t size_bytes) {
    size_t done = 0;
    while (done < size_bytes) {
        const ssize_t got = read(file, into + done, size_bytes - done);
        if (got <= 0) break;
        done += (size_t)got;
    }
    return done;
}

int main(int argc, char **argv) {
    const size_t part = (size_t)1 << 30;
    struct stat found;
    const int file = argc == 2 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;
    char *const from = malloc(part);
    char *const to = malloc(part);
    size_t have;
    if (file < 0 || fstat(file, &found) != 0 || from == NULL || to == NULL) {
        fputs("usage: copy_bytes FILE (and 2 GiB of memory)\n", stderr);
        return 2;
    }
    have = read_up_to(file, from, part);
    close(file);
    if (have == 0) return 3;
    memset(to, 1, have); /* so that no page is new when the clock runs */
    const double begin = seconds_now();
    for (size_t left = (size_t)found.st_size; left > 0;) {
        const size_t size = left < have ? left : have;
        memcpy(to, from, size);
        __asm__ volatile("" : : "r"(to) : "memory"); /* the copy must happen */
        left -= size;
    }
    printf("%.6f\n", seconds_now() - begin);
    free(from);
    free(to);
    return 0;
}
