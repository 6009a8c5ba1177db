/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is read from messages and files as it comes: packed dictionaries,
 * manifests and owners of locks. Any bytes are refused, or mean something that
 * is written as it was read.
 */
#include "colonnade/column/dictionary.h"
#include "colonnade/store/dataset.h"

#include "fuzz.h"
#include "lock_owner.h"
#include "manifest_text.h"
#include "must.h"

#include <string.h>

/* ---- Dictionaries ---- */

static void check_dictionary(const cln_dictionary *dictionary, cln_span packed) {
    cln_buffer again;
    cln_buffer_init(&again, SIZE_MAX);
    must(cln_dictionary_pack(dictionary, &again, NULL));
    FUZZ_CHECK(cln_span_equal(cln_buffer_span(&again), packed));
    cln_buffer_clean_up(&again);
    for (size_t code = 1; code < dictionary->count; code++) {
        FUZZ_CHECK(cln_span_compare(cln_dictionary_text(dictionary, code - 1), cln_dictionary_text(dictionary, code)) <
                   0);
    }
    cln_dictionary both;
    must(cln_dictionary_merge(&both, dictionary, dictionary, NULL, NULL, NULL));
    FUZZ_CHECK(both.count == dictionary->count);
    cln_dictionary_clean_up(&both);
}

static void try_dictionary(cln_span bytes) {
    cln_dictionary dictionary;
    cln_error err = {.message = ""};
    if (cln_dictionary_unpack(&dictionary, bytes, &err) != CLN_OK) {
        FUZZ_CHECK(err.message[0] != '\0' && dictionary.offsets == NULL && dictionary.bytes == NULL);
        return;
    }
    check_dictionary(&dictionary, bytes);
    cln_dictionary_clean_up(&dictionary);
}

/* A dictionary of the input's lines. */
static void build_dictionary(cln_span text) {
    enum { MOST = 64 };
    cln_span lines[MOST] = {{NULL, 0}};
    int32_t codes[MOST] = {0};
    size_t count = 0;
    while (count < MOST && text.size > 0) {
        const char *end = memchr(text.data, '\n', text.size);
        const size_t line_size = end == NULL ? text.size : (size_t)(end - text.data);
        lines[count++] = cln_span_of(text.data, line_size);
        const size_t taken = line_size + (end != NULL);
        text = cln_span_of(text.data + taken, text.size - taken);
    }
    cln_dictionary dictionary;
    must(cln_dictionary_build(&dictionary, lines, count, codes, NULL));
    for (size_t i = 0; i < count; i++) {
        FUZZ_CHECK(cln_span_equal(cln_dictionary_text(&dictionary, (size_t)codes[i]), lines[i]));
    }
    cln_buffer packed;
    cln_buffer_init(&packed, SIZE_MAX);
    must(cln_dictionary_pack(&dictionary, &packed, NULL));
    try_dictionary(cln_buffer_span(&packed));
    cln_buffer_clean_up(&packed);
    cln_dictionary_clean_up(&dictionary);
}

/* ---- Manifests ---- */

static void check_manifest(const cln_manifest *manifest) {
    for (size_t i = 0; i < manifest->partition_count; i++) {
        const cln_partition_info *info = &manifest->partitions[i];
        FUZZ_CHECK(cln_manifest_find(manifest, info->id) == info);
        FUZZ_CHECK(strchr(info->id, '/') == NULL && info->id[0] != '\0' && info->id[0] != '.');
        FUZZ_CHECK(strncmp(info->file, "partitions/", 11) == 0 && strchr(info->file + 11, '/') == NULL);
        FUZZ_CHECK(info->duplicates <= info->rows);
    }
    const char *live = manifest->live.file;
    FUZZ_CHECK(live == NULL || (strncmp(live, "live/", 5) == 0 && strchr(live + 5, '/') == NULL));
    FUZZ_CHECK(!manifest->live.is_stale);
    FUZZ_CHECK((manifest->rule.on_duplicate != CLN_DUPLICATES_UNSET) == (manifest->rule.column_count > 0));
}

/* Written, read and written again it is the same text. */
static void check_written(const cln_manifest *manifest) {
    cln_buffer text, again;
    cln_buffer_init(&text, SIZE_MAX);
    cln_buffer_init(&again, SIZE_MAX);
    must(cln_manifest_to_text(manifest, &text, NULL));
    cln_manifest read;
    must(cln_manifest_from_text(&read, cln_buffer_span(&text), NULL));
    must(cln_manifest_to_text(&read, &again, NULL));
    FUZZ_CHECK(cln_span_equal(cln_buffer_span(&text), cln_buffer_span(&again)));
    cln_manifest_clean_up(&read);
    cln_buffer_clean_up(&text);
    cln_buffer_clean_up(&again);
}

static void try_manifest(cln_span text) {
    static const cln_manifest empty;
    cln_manifest manifest;
    cln_error err = {.message = ""};
    if (cln_manifest_from_text(&manifest, text, &err) != CLN_OK) {
        FUZZ_CHECK(err.message[0] != '\0' && memcmp(&manifest, &empty, sizeof empty) == 0);
        return;
    }
    check_manifest(&manifest);
    check_written(&manifest);
    cln_manifest_clean_up(&manifest);
}

/* ---- Owners of locks ---- */

static void try_owner(cln_span bytes) {
    char text[LOCK_OWNER_BYTES] = "";
    memcpy(text, bytes.data, bytes.size < sizeof text - 1 ? bytes.size : sizeof text - 1);
    cln_lock_owner owner;
    cln_lock_owner_parse(&owner, text);
    FUZZ_CHECK(memchr(owner.host, '\0', sizeof owner.host) != NULL);
    (void)cln_lock_owner_is_dead(&owner);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const cln_span input = fuzz_input(data, size);
    if (size == 0) return 0;
    try_dictionary(input);
    build_dictionary(input);
    try_manifest(input);
    try_owner(input);
    return 0;
}
