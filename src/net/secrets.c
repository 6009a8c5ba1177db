/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "secrets.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

static size_t round_to_pages(size_t size_bytes) {
    const long page = sysconf(_SC_PAGESIZE);
    const size_t page_bytes = page > 0 ? (size_t)page : 4096;
    return (size_bytes + page_bytes - 1) / page_bytes * page_bytes;
}

cln_status cln_secrets_new(void *pointer_to_pointer, size_t size_bytes, cln_error *err) {
    cln_secrets_forbid_core_dumps();
    const size_t whole_bytes = round_to_pages(size_bytes);
    void *pages = mmap(NULL, whole_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) return cln_fail_memory(err, "keeping credentials");
#ifdef MADV_DONTDUMP
    (void)madvise(pages, whole_bytes, MADV_DONTDUMP);
#endif
    memcpy(pointer_to_pointer, &pages, sizeof pages);
    return CLN_OK;
}

void cln_secrets_free(void *secrets, size_t size_bytes) {
    if (secrets == NULL) return;
    OPENSSL_cleanse(secrets, size_bytes);
    (void)munmap(secrets, round_to_pages(size_bytes));
}

void cln_secrets_forbid_core_dumps(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_CORE, &limit) != 0) return;
    limit.rlim_cur = 0;
    (void)setrlimit(RLIMIT_CORE, &limit);
}

void cln_secrets_clean_up_buffer(cln_buffer *buffer) {
    if (buffer->data != NULL) OPENSSL_cleanse(buffer->data, buffer->capacity);
    cln_buffer_clean_up(buffer);
}

void cln_secrets_free_string(char *text) {
    if (text != NULL) OPENSSL_cleanse(text, strlen(text));
    free(text);
}
