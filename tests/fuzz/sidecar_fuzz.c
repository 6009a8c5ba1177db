/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Any bytes as FILE.meta.json: refused with a message, or kept as what a
 * partition says of its origin, which must be JSON and UTF-8 whatever stood
 * there, with whatever file name and header.
 */
#include "colonnade/base/file.h"
#include "colonnade/base/memory.h"
#include "colonnade/base/utf8.h"
#include "colonnade/ingest/provenance.h"

#include "fuzz.h"
#include "must.h"

#include <cjson/cJSON.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = 128 };

/* FILE, beside which the inputs are written; removed at the end. */
static char file_path[PATH_BYTES], sidecar_path[PATH_BYTES + 16];

static void remove_sidecar(void) {
    (void)unlink(sidecar_path);
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    const char *const folder = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    (void)snprintf(file_path, sizeof file_path, "%s/colonnade-fuzz-%ld", folder, (long)getpid());
    (void)snprintf(sidecar_path, sizeof sidecar_path, "%s.meta.json", file_path);
    return atexit(remove_sidecar);
}

static void write_sidecar(cln_span bytes) {
    FILE *file = fopen(sidecar_path, "wb");
    const bool is_written = file != NULL && fwrite(bytes.data, 1, bytes.size, file) == bytes.size;
    if (file == NULL || fclose(file) != 0 || !is_written) {
        perror(sidecar_path);
        exit(3);
    }
}

static void check_provenance(const cln_sidecar *sidecar, const char *name) {
    const cln_ingest_request request = {.dataset_name = "d",
                                        .path = name,
                                        .partition = name,
                                        .dialect = cln_dialect_default(),
                                        .policy = {.max_record_bytes = 1 << 24}};
    const cln_schema schema = {.time_zone = "UTC"};
    const cln_prologue prologue = {.data_offset = 10};
    const cln_source_file file = {.content_hash = "0123", .size_bytes = 99, .content_bytes = 99};
    cln_buffer json;
    cln_buffer_init(&json, SIZE_MAX);
    must(cln_provenance_to_json(&request, sidecar, &schema, &prologue, &file, sidecar->is_sample, &json, NULL));
    FUZZ_CHECK(cln_utf8_is_valid(cln_buffer_span(&json)));
    must(cln_buffer_terminate(&json, NULL));
    cJSON *read = cJSON_ParseWithOpts(json.data, NULL, 1);
    FUZZ_CHECK(cJSON_IsObject(read));
    FUZZ_CHECK(cJSON_IsNumber(cJSON_GetObjectItemCaseSensitive(read, "size_bytes")));
    const cJSON *source = cJSON_GetObjectItemCaseSensitive(read, "source");
    FUZZ_CHECK(sidecar->json == NULL ? cJSON_IsNull(source) : cJSON_IsObject(source));
    cJSON_Delete(read);
    cln_buffer_clean_up(&json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const cln_span input = fuzz_input(data, size);
    cln_sidecar sidecar;
    cln_error err = {.message = ""};
    char *name;
    write_sidecar(input);
    must(cln_copy_span(&name, input, NULL));
    if (cln_sidecar_read(&sidecar, file_path, &err) == CLN_OK) {
        FUZZ_CHECK(sidecar.json != NULL && cln_utf8_is_valid(cln_span_of_string(sidecar.json)));
        check_provenance(&sidecar, name);
        cln_sidecar_clean_up(&sidecar);
    } else {
        FUZZ_CHECK(err.message[0] != '\0' && sidecar.json == NULL && sidecar.url == NULL);
        check_provenance(&(cln_sidecar){0}, name);
    }
    free(name);
    return 0;
}
