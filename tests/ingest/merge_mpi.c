/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What ranks make together: one dictionary, one content hash, one final column.
 */
#include "temp_store.h"

#include "colonnade/ingest/content_hash.h"
#include "colonnade/ingest/merge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* This rank's texts: each of 0..total-1 that leaves its rank when divided. */
static void fill(cln_string_table *table, int total, int offset) {
    cln_string_table_init(table, SIZE_MAX);
    for (int i = 0; i < total; i++) {
        if ((i + offset) % world.size != world.rank) continue;
        char text[32];
        (void)snprintf(text, sizeof text, "t%05d", i);
        uint32_t code;
        must(cln_string_table_intern(table, text_of(text), &code, NULL));
    }
}

static bool merges_to(int total, size_t count_limit, uint64_t bytes_limit, bool expect_over) {
    cln_string_table local;
    fill(&local, total, 0);
    cln_dictionary merged;
    bool is_over;
    cln_error err;
    const cln_status status =
        cln_merge_strings(&world, &local, count_limit, bytes_limit, &merged, NULL, &is_over, &err);
    bool good = status == CLN_OK && is_over == expect_over;
    good = good && merged.count == (expect_over ? 0 : (size_t)total);
    for (size_t i = 0; good && i < merged.count; i++) {
        char text[32];
        (void)snprintf(text, sizeof text, "t%05zu", i);
        good = cln_span_equal(cln_dictionary_text(&merged, i), text_of(text));
    }
    cln_dictionary_clean_up(&merged);
    cln_string_table_clean_up(&local);
    return all_ranks(good);
}

/* No rank alone is over the limits, all together are. */
static void the_limits_are_those_of_all_ranks(void **state) {
    (void)state;
    assert_true(merges_to(100, 100, 600, false));
    assert_true(merges_to(100, 99, 600, true));
    assert_true(merges_to(100, 100, 599, true));
    assert_true(merges_to(0, 0, 0, false));
    assert_true(merges_to(1, 1, 6, false)); /* most ranks have nothing */
}

/* One rank alone is over the limit, and no other knows its texts. */
static void one_rank_is_over(void **state) {
    (void)state;
    cln_string_table local;
    cln_string_table_init(&local, SIZE_MAX);
    uint32_t code;
    const char *const texts[] = {"a", "b", "c"};
    for (int i = 0; world.rank == world.size - 1 && i < 3; i++) {
        must(cln_string_table_intern(&local, text_of(texts[i]), &code, NULL));
    }
    cln_dictionary merged;
    bool is_over;
    cln_error err;
    must(cln_merge_strings(&world, &local, 2, 100, &merged, NULL, &is_over, &err));
    const bool good = is_over && merged.count == 0;
    cln_dictionary_clean_up(&merged);
    cln_string_table_clean_up(&local);
    assert_true(all_ranks(good));
}

static void texts_of_several_ranks_count_once(void **state) {
    (void)state;
    cln_string_table local;
    cln_string_table_init(&local, SIZE_MAX);
    uint32_t code;
    must(cln_string_table_intern(&local, text_of("same"), &code, NULL));
    must(cln_string_table_intern(&local, text_of(world.rank % 2 == 0 ? "even" : "odd"), &code, NULL));
    cln_dictionary merged;
    bool is_over;
    cln_error err;
    must(cln_merge_strings(&world, &local, 3, 100, &merged, NULL, &is_over, &err));
    const bool good = !is_over && merged.count == (world.size > 1 ? 3 : 2) &&
                      cln_span_equal(cln_dictionary_text(&merged, 0), text_of("even"));
    cln_dictionary_clean_up(&merged);
    cln_string_table_clean_up(&local);
    assert_true(all_ranks(good));
}

static char hash_byte(uint64_t i) {
    return (char)(i * 31 + (i >> 11) + (i >> 20) * 7); /* every block is another */
}

/* In a pass of its own, and from stripes that the ranks saw in turn. */
static bool hashes_agree(uint64_t size) {
    char *bytes;
    must(cln_new_array(&bytes, (size_t)size, 1, NULL));
    for (uint64_t i = 0; i < size; i++) bytes[i] = hash_byte(i);
    cln_digest digests[8];
    const uint64_t block = CLN_CONTENT_BLOCK_BYTES;
    size_t count = 0;
    cln_content_hasher hasher;
    cln_content_hasher_init(&hasher);
    for (uint64_t at = 0; at < size; at += block, count++) {
        const cln_span part = cln_span_of(bytes + at, (size_t)(size - at < block ? size - at : block));
        digests[count] = cln_content_block_digest(part);
        if (count % (size_t)world.size == (size_t)world.rank) must(cln_content_hasher_see(&hasher, at, part, NULL));
    }
    const cln_digest expected = cln_content_hash(digests, count, size);
    cln_byte_source *source;
    must(cln_byte_source_of_memory(&source, "x", cln_span_of(bytes, (size_t)size), NULL));
    cln_digest read, seen;
    cln_error err;
    must(cln_content_hash_source(&world, source, &read, &err));
    must(cln_content_hasher_finish(&hasher, &world, size, &seen, &err));
    source->release(source);
    cln_content_hasher_clean_up(&hasher);
    free(bytes);
    return all_ranks(memcmp(&read, &expected, sizeof read) == 0 && memcmp(&seen, &expected, sizeof seen) == 0);
}

static void the_content_hash_does_not_depend_on_the_ranks(void **state) {
    (void)state;
    const uint64_t mebibyte = 1 << 20;
    assert_true(hashes_agree(1));
    assert_true(hashes_agree(mebibyte));
    assert_true(hashes_agree(5 * mebibyte + 17));
    assert_true(cln_content_hash_fits(3 * mebibyte));
    assert_false(cln_content_hash_fits(mebibyte + 65536));
}

/* A block that nobody has seen is noticed on all ranks. */
static void a_hash_of_a_part_is_refused(void **state) {
    (void)state;
    cln_content_hasher hasher;
    cln_content_hasher_init(&hasher);
    cln_digest digest;
    cln_error err = {.message = ""};
    const cln_status status = cln_content_hasher_finish(&hasher, &world, 10, &digest, &err);
    cln_content_hasher_clean_up(&hasher);
    assert_int_equal(status, CLN_ERR_INTERNAL);
    assert_non_null(strstr(err.message, "0 of 1 blocks"));
}

int main(void) {
    cln_comm_prepare_environment();
    cln_comm_start(&world);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_limits_are_those_of_all_ranks),
        cmocka_unit_test(one_rank_is_over),
        cmocka_unit_test(texts_of_several_ranks_count_once),
        cmocka_unit_test(the_content_hash_does_not_depend_on_the_ranks),
        cmocka_unit_test(a_hash_of_a_part_is_refused),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    cln_comm_stop(&world);
    return failed;
}
