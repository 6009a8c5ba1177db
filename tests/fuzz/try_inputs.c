/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A fuzz target without libFuzzer, for any compiler: tries the inputs that it
 * is given, files and folders of files, once each.
 */
#include "colonnade/base/buffer.h"
#include "colonnade/base/file.h"
#include "colonnade/base/memory.h"
#include "colonnade/base/status.h"

#include "fuzz.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

enum { FIRST_ALLOCATION_LIMIT = 1 << 26 };

__attribute__((weak)) int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    return 0;
}

static void give_up(const char *message) {
    fprintf(stderr, "%s\n", message);
    exit(3);
}

/* The input in room of exactly its size, behind which a sanitizer watches. */
static void try_bytes(cln_span bytes) {
    uint8_t *copy = malloc(bytes.size + (bytes.size == 0));
    if (copy == NULL) give_up("out of memory");
    if (bytes.size > 0) memcpy(copy, bytes.data, bytes.size);
    (void)LLVMFuzzerTestOneInput(copy, bytes.size);
    free(copy);
}

static int try_file(const char *path) {
    cln_error err = {.message = ""};
    cln_buffer bytes;
    cln_buffer_init(&bytes, FIRST_ALLOCATION_LIMIT);
    if (cln_file_read(path, &bytes, &err) != CLN_OK) give_up(err.message);
    printf("%s\n", path);
    (void)fflush(stdout); /* so that the last one printed is the one that failed */
    try_bytes(cln_buffer_span(&bytes));
    cln_buffer_clean_up(&bytes);
    return 1;
}

static int try_folder(const char *path, DIR *folder) {
    int tried = 0;
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (entry->d_name[0] == '.') continue;
        char *name;
        if (cln_format_string(&name, NULL, "%s/%s", path, entry->d_name) != CLN_OK) give_up("out of memory");
        tried += try_file(name);
        free(name);
    }
    return tried;
}

int main(int argc, char **argv) {
    int tried = 0;
    (void)LLVMFuzzerInitialize(&argc, &argv);
    try_bytes(cln_span_of("", 0));
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] == '-') continue; /* libFuzzer's options */
        DIR *folder = opendir(argv[i]);
        tried += folder != NULL ? try_folder(argv[i], folder) : try_file(argv[i]);
        if (folder != NULL) (void)closedir(folder);
    }
    printf("%d inputs\n", tried);
    return tried > 0 ? 0 : 3;
}
