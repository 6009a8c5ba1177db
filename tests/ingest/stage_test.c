/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The stage gives back what was put into it, from memory and from the scratch
 * folder, and leaves nothing there.
 */
#include "colonnade/ingest/stage.h"

#include "base/temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { BLOCK_COUNT = 40 };

static char byte_of(uint64_t position) {
    return (char)(position * 131 + (position >> 8));
}

/* Blocks of growing sizes, the first empty. */
static void fill(cln_stage *stage, uint64_t positions[BLOCK_COUNT]) {
    char bytes[BLOCK_COUNT];
    for (size_t i = 0; i < BLOCK_COUNT; i++) {
        for (size_t b = 0; b < i; b++) bytes[b] = byte_of(stage->size_bytes + b);
        assert_int_equal(cln_stage_append(stage, cln_span_of(bytes, i), &positions[i], NULL), CLN_OK);
    }
}

static void check_range(const cln_stage *stage, uint64_t position, size_t size) {
    char bytes[BLOCK_COUNT * BLOCK_COUNT];
    assert_int_equal(cln_stage_read(stage, position, bytes, size, NULL), CLN_OK);
    for (size_t b = 0; b < size; b++) assert_int_equal(bytes[b], byte_of(position + b));
}

/* Blocks, and runs of blocks over the border between memory and file. */
static void gives_back_for_any_limit(void **state) {
    for (uint64_t limit = 0; limit < 900; limit += 37) {
        cln_stage stage;
        cln_stage_init(&stage, *state, limit);
        uint64_t positions[BLOCK_COUNT];
        fill(&stage, positions);
        for (size_t i = 0; i < BLOCK_COUNT; i++) check_range(&stage, positions[i], i);
        for (size_t i = 0; i + 3 < BLOCK_COUNT; i++) check_range(&stage, positions[i], 3 * i + 3);
        check_range(&stage, 0, (size_t)stage.size_bytes);
        assert_true(stage.memory.capacity <= limit);
        assert_int_equal(temporary_count_entries(state), 0);
        cln_stage_clean_up(&stage);
    }
}

/* Pages that hold something of a neighbour stay. */
static void releases_nothing_but_what_it_is_told(void **state) {
    enum { SIZE = 30000, BLOCKS = 6 };
    for (uint64_t limit = 0; limit <= BLOCKS * SIZE; limit += 45000) {
        cln_stage stage;
        cln_stage_init(&stage, *state, limit);
        char *bytes = malloc(SIZE);
        assert_non_null(bytes);
        uint64_t positions[BLOCKS];
        for (int i = 0; i < BLOCKS; i++) {
            memset(bytes, 'a' + i, SIZE);
            assert_int_equal(cln_stage_append(&stage, cln_span_of(bytes, SIZE), &positions[i], NULL), CLN_OK);
        }
        for (int i = 0; i < BLOCKS; i += 2) cln_stage_release(&stage, positions[i], SIZE);
        for (int i = 1; i < BLOCKS; i += 2) {
            assert_int_equal(cln_stage_read(&stage, positions[i], bytes, SIZE, NULL), CLN_OK);
            for (int b = 0; b < SIZE; b++) assert_int_equal(bytes[b], 'a' + i);
        }
        free(bytes);
        cln_stage_clean_up(&stage);
    }
}

static void needs_no_folder_within_memory(void **state) {
    cln_stage stage;
    cln_stage_init(&stage, temporary_path(state, "missing"), 1000);
    uint64_t positions[BLOCK_COUNT];
    fill(&stage, positions);
    check_range(&stage, 0, (size_t)stage.size_bytes);
    cln_stage_clean_up(&stage);
}

static void names_a_folder_that_is_missing(void **state) {
    cln_stage stage;
    cln_stage_init(&stage, temporary_path(state, "missing"), 3);
    uint64_t position;
    cln_error err = {.message = ""};
    assert_int_equal(cln_stage_append(&stage, cln_span_of("abcd", 4), &position, &err), CLN_ERR_IO);
    assert_non_null(strstr(err.message, "missing"));
    assert_non_null(strstr(err.message, "--scratch"));
    cln_stage_clean_up(&stage);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(gives_back_for_any_limit, temporary_folder_make, temporary_folder_remove),
        cmocka_unit_test_setup_teardown(releases_nothing_but_what_it_is_told, temporary_folder_make,
                                        temporary_folder_remove),
        cmocka_unit_test_setup_teardown(needs_no_folder_within_memory, temporary_folder_make, temporary_folder_remove),
        cmocka_unit_test_setup_teardown(names_a_folder_that_is_missing, temporary_folder_make, temporary_folder_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
