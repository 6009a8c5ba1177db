/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * HDF5 File Format Specification 3.0, III.E (global heap) and IV.B (data of
 * type variable-length string). Addresses and lengths have eight bytes, as in
 * every file that this program writes.
 */
#include "heap_texts.h"

#include "colonnade/base/memory.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    REFERENCE_BYTES = 16, /* u32 length, u64 address of the collection, u32 index in it */
    HEADER_BYTES = 16,    /* "GCOL", version, three of nothing, u64 size */
    OBJECT_BYTES = 16,    /* u16 index, u16 references, u32 of nothing, u64 size; then the content, padded to 8 */
};

static uint64_t number_at(const char *bytes, unsigned width_bytes) {
    uint64_t value = 0;
    memcpy(&value, bytes, width_bytes);
    return value;
}

/* Bytes of the file into room. */
static cln_status read_at(const cln_heap_texts *texts, uint64_t offset, uint64_t size, cln_buffer *room,
                          cln_error *err) {
    const cln_partition_file *file = texts->partition;
    if (offset > file->size_bytes || size > file->size_bytes - offset) {
        return cln_fail(err, CLN_ERR_IO, "a text stands behind the end of the file");
    }
    cln_buffer_clear(room);
    if (texts->descriptor < 0) return cln_buffer_append(room, file->map->bytes + offset, (size_t)size, err);
    CLN_TRY(cln_buffer_reserve(room, (size_t)size + 1, err));
    while (room->size < size) {
        const ssize_t got =
            pread(texts->descriptor, room->data + room->size, (size_t)size - room->size, (off_t)(offset + room->size));
        if (got < 0) return cln_fail_errno(err, "cannot read %s", file->path);
        if (got == 0) return cln_fail(err, CLN_ERR_IO, "%s ends early", file->path);
        room->size += (size_t)got;
    }
    return CLN_OK;
}

static cln_status read_references(cln_heap_texts *texts, hid_t dataset, cln_error *err) {
    CLN_TRY(cln_h5_length(dataset, &texts->count, err));
    const hid_t type = H5Dget_type(dataset);
    const bool is_text = type >= 0 && H5Tis_variable_str(type) > 0;
    if (type >= 0) (void)H5Tclose(type);
    if (!is_text) return cln_fail(err, CLN_ERR_IO, "it does not hold texts of variable length");
    if (texts->count == 0) return CLN_OK;
    const haddr_t offset = H5Dget_offset(dataset);
    (void)H5Eclear2(H5E_DEFAULT);
    if (offset == HADDR_UNDEF || texts->count > texts->partition->size_bytes) {
        return cln_fail(err, CLN_ERR_IO, "its texts have no place in the file");
    }
    return read_at(texts, offset, texts->count * REFERENCE_BYTES, &texts->references, err);
}

cln_status cln_heap_texts_open(cln_heap_texts *texts, const cln_partition_file *partition, hid_t dataset,
                               cln_error *err) {
    *texts = (cln_heap_texts){.partition = partition, .descriptor = -1};
    cln_buffer_init(&texts->references, SIZE_MAX);
    cln_buffer_init(&texts->collection, SIZE_MAX);
    if (partition->map == NULL) {
        texts->descriptor = open(partition->path, O_RDONLY | O_CLOEXEC);
        if (texts->descriptor < 0) return cln_fail_errno(err, "cannot open %s", partition->path);
    }
    return read_references(texts, dataset, err);
}

void cln_heap_texts_close(cln_heap_texts *texts) {
    cln_buffer_clean_up(&texts->references);
    cln_buffer_clean_up(&texts->collection);
    free(texts->objects);
    if (texts->descriptor >= 0) (void)close(texts->descriptor);
}

static cln_status fail_heap(const cln_heap_texts *texts, cln_error *err) {
    return cln_fail(err, CLN_ERR_IO, "the heap of texts at byte %" PRIu64 " is damaged", texts->address);
}

/* Objects follow each other up to one with the index 0, which is free space, or the end. */
static cln_status index_objects(cln_heap_texts *texts, cln_error *err) {
    const char *bytes = texts->collection.data;
    const uint64_t size = texts->collection.size;
    if (texts->index_capacity > 0) memset(texts->objects, 0, texts->index_capacity * sizeof *texts->objects);
    for (uint64_t at = HEADER_BYTES; size - at >= OBJECT_BYTES;) {
        const size_t index = (size_t)number_at(bytes + at, 2);
        if (index == 0) break;
        CLN_TRY(cln_grow_array(&texts->objects, &texts->index_capacity, index + 1, sizeof *texts->objects, err));
        const uint64_t content = number_at(bytes + at + 8, 8);
        if (content > size - at - OBJECT_BYTES || texts->objects[index] != 0) return fail_heap(texts, err);
        texts->objects[index] = (uint32_t)at;
        const uint64_t padded = (content + 7) / 8 * 8;
        if (padded > size - at - OBJECT_BYTES) break;
        at += OBJECT_BYTES + padded;
    }
    return CLN_OK;
}

static cln_status load_collection(cln_heap_texts *texts, uint64_t address, cln_error *err) {
    if (texts->address == address) return CLN_OK;
    texts->address = 0;
    CLN_TRY(read_at(texts, address, HEADER_BYTES, &texts->collection, err));
    const uint64_t size = number_at(texts->collection.data + 8, 8);
    if (memcmp(texts->collection.data, "GCOL\1", 5) != 0 || size < HEADER_BYTES || size > UINT32_MAX) {
        return cln_fail(err, CLN_ERR_IO, "there is no heap of texts at byte %" PRIu64, address);
    }
    CLN_TRY(read_at(texts, address, size, &texts->collection, err));
    texts->address = address;
    const cln_status status = index_objects(texts, err);
    if (status != CLN_OK) texts->address = 0;
    return status;
}

cln_status cln_heap_texts_get(cln_heap_texts *texts, uint64_t i, cln_span *text, cln_error *err) {
    const char *reference = texts->references.data + i * REFERENCE_BYTES;
    const uint64_t length = number_at(reference, 4), address = number_at(reference + 4, 8);
    const uint64_t index = number_at(reference + 12, 4);
    *text = cln_span_of("", 0);
    if (length == 0) return CLN_OK;
    CLN_TRY(load_collection(texts, address, err));
    const uint32_t at = index < texts->index_capacity ? texts->objects[index] : 0;
    if (at == 0 || number_at(texts->collection.data + at + 8, 8) != length) {
        return cln_fail(err, CLN_ERR_IO, "text %" PRIu64 " is not in the heap at byte %" PRIu64, i, address);
    }
    *text = cln_span_of(texts->collection.data + at + OBJECT_BYTES, (size_t)length);
    return CLN_OK;
}
