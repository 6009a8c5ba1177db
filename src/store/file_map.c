/* SPDX-License-Identifier: GPL-3.0-or-later */
#if defined(__linux__) || defined(__FreeBSD__)
#define _GNU_SOURCE /* MAP_ANONYMOUS */
#endif
#include "file_map.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Changed by this thread only, and the handler runs in the thread that reads
 * a page: there is one of these. */
static cln_file_map *all_maps;
static struct sigaction former_action;
static long page_bytes;

/* mmap is not on the list of what a handler may call, but it is a plain
 * system call wherever it is one. */
static bool lose_page(cln_file_map *map, const void *address) {
    const uintptr_t page = (uintptr_t)address & ~(uintptr_t)(page_bytes - 1);
    void *there = (void *)page;
    map->is_lost = 1;
    return mmap(there, (size_t)page_bytes, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == there;
}

static void on_bus_error(int signal_number, siginfo_t *info, void *context) {
    (void)context;
    const char *address = info->si_addr;
    for (cln_file_map *map = all_maps; map != NULL; map = map->next) {
        if (address < map->bytes || address >= map->bytes + map->size_bytes) continue;
        if (lose_page(map, address)) return;
    }
    /* Not ours: the access is tried again, and what was there before handles it. */
    (void)sigaction(signal_number, &former_action, NULL);
}

/* Before each map: a library may have put its own handler in front of ours. */
static bool install_handler(void) {
    struct sigaction now;
    if (sigaction(SIGBUS, NULL, &now) != 0) return false;
    if ((now.sa_flags & SA_SIGINFO) != 0 && now.sa_sigaction == on_bus_error) return true;
    former_action = now;
    page_bytes = sysconf(_SC_PAGESIZE);
    struct sigaction action = {.sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO};
    (void)sigemptyset(&action.sa_mask);
    return page_bytes > 0 && sigaction(SIGBUS, &action, NULL) == 0;
}

static bool is_wanted(const char *when) {
    const char *value = getenv("COLONNADE_MMAP");
    return value != NULL && strcmp(value, when) == 0;
}

bool cln_file_map_is_forced(void) {
    return is_wanted("always");
}

static const char *map_file(const char *path, uint64_t size_bytes) {
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return NULL;
    struct stat about;
    void *bytes = MAP_FAILED;
    if (fstat(descriptor, &about) == 0 && (uint64_t)about.st_size == size_bytes && size_bytes <= SIZE_MAX) {
        bytes = mmap(NULL, (size_t)size_bytes, PROT_READ, MAP_SHARED, descriptor, 0);
    }
    (void)close(descriptor);
    return bytes == MAP_FAILED ? NULL : bytes;
}

cln_file_map *cln_file_map_new(const char *path, uint64_t size_bytes) {
    if (size_bytes == 0 || is_wanted("never") || !install_handler()) return NULL;
    cln_file_map *map = calloc(1, sizeof *map);
    if (map == NULL) return NULL;
    map->size_bytes = size_bytes;
    map->bytes = map_file(path, size_bytes);
    if (map->bytes == NULL) {
        free(map);
        return NULL;
    }
    map->next = all_maps;
    all_maps = map;
    return map;
}

void cln_file_map_free(cln_file_map *map) {
    if (map == NULL) return;
    cln_file_map **link = &all_maps;
    while (*link != map) link = &(*link)->next;
    *link = map->next;
    (void)munmap((void *)(uintptr_t)map->bytes, (size_t)map->size_bytes);
    free(map);
}
