/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Zones are the same however the rows were divided, and rows that are missing
 * or doubled never pass.
 */
#include "../../src/store/pieces.h"

#include "colonnade/base/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 140000 };

static const cln_layout text_layout = {.form = CLN_FORM_TEXT, .width_bytes = 1, .code_width_bytes = 2};
static uint32_t offsets[ROWS + 1];
static uint8_t sizes[ROWS];
static int16_t codes[ROWS];
static char bytes[ROWS * 4];

static uint64_t random_state = 7;

static uint64_t next_random(uint64_t below) {
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (random_state >> 33) % below;
}

static int set_up(void **state) {
    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        const uint32_t size = (uint32_t)next_random(4);
        for (uint32_t k = 0; k < size; k++) bytes[offsets[i] + k] = (char)next_random(256);
        offsets[i + 1] = offsets[i] + size;
        sizes[i] = (uint8_t)size;
        codes[i] = (int16_t)next_random(300);
    }
    return 0;
}

static cln_piece piece_of(uint64_t first, uint64_t rows) {
    cln_piece piece = {.first_row = first, .rows = rows, .first_byte = offsets[first]};
    piece.size_bytes = offsets[first + rows] - offsets[first];
    for (uint64_t i = first; i < first + rows; i++) piece.nulls += offsets[i] == offsets[i + 1];
    cln_piece_clear_bounds(&piece, CLN_TYPE_TEXT);
    piece.crc32c = cln_crc32c(0, &sizes[first], (size_t)rows);
    piece.codes_crc32c = cln_crc32c(0, &codes[first], (size_t)rows * 2);
    piece.second_crc32c = cln_crc32c(0, &bytes[offsets[first]], (size_t)piece.size_bytes);
    return piece;
}

/* Random pieces that never cross a zone, dealt to three lists. */
static void divide(cln_pieces lists[3], uint64_t longest) {
    for (uint64_t row = 0; row < ROWS;) {
        const uint64_t zone_end = (row / CLN_ZONE_ROWS + 1) * CLN_ZONE_ROWS;
        const uint64_t end = zone_end < ROWS ? zone_end : ROWS;
        uint64_t rows = 1 + next_random(longest);
        if (rows > end - row) rows = end - row;
        const cln_piece piece = piece_of(row, rows);
        assert_int_equal(cln_pieces_add(&lists[next_random(3)], &piece, CLN_TYPE_TEXT, text_layout, NULL), CLN_OK);
        row += rows;
    }
}

static cln_status combine(const cln_pieces lists[3], cln_zone **zones, cln_error *err) {
    const size_t count = lists[0].count + lists[1].count + lists[2].count;
    cln_piece *all = calloc(count, sizeof *all);
    size_t used = 0;
    for (int i = 2; i >= 0; i--) {
        if (lists[i].count > 0) memcpy(all + used, lists[i].items, lists[i].count * sizeof *all);
        used += lists[i].count;
    }
    uint64_t nulls = 0;
    for (size_t i = 0; i < ROWS; i++) nulls += offsets[i] == offsets[i + 1];
    const cln_zones_of of = {.column = "address",
                             .type = CLN_TYPE_TEXT,
                             .layout = text_layout,
                             .rows = ROWS,
                             .null_count = nulls,
                             .text_size_bytes = offsets[ROWS]};
    const cln_status status = cln_zones_from_pieces(zones, &of, all, count, err);
    free(all);
    return status;
}

static void any_division_gives_the_same_zones(void **state) {
    (void)state;
    static const uint64_t longest[] = {1, 3, 1000, 60000, 200000};
    for (size_t i = 0; i < sizeof longest / sizeof longest[0]; i++) {
        cln_pieces lists[3] = {0};
        divide(lists, longest[i]);
        cln_zone *zones = NULL;
        cln_error err = {.message = ""};
        assert_int_equal(combine(lists, &zones, &err), CLN_OK);
        for (uint64_t z = 0; z < 3; z++) {
            const uint64_t first = z * CLN_ZONE_ROWS;
            const uint64_t rows = z < 2 ? CLN_ZONE_ROWS : ROWS - first;
            const cln_piece whole = piece_of(first, rows);
            assert_int_equal(zones[z].first_row, first);
            assert_int_equal(zones[z].nulls, whole.nulls);
            assert_int_equal(zones[z].first_byte, offsets[first]);
            assert_int_equal(zones[z].crc32c, whole.crc32c);
            assert_int_equal(zones[z].codes_crc32c, whole.codes_crc32c);
            assert_int_equal(zones[z].second_crc32c, whole.second_crc32c);
        }
        free(zones);
        for (int k = 0; k < 3; k++) cln_pieces_clean_up(&lists[k]);
    }
}

static void a_missing_or_doubled_piece_is_refused(void **state) {
    (void)state;
    for (int round = 0; round < 20; round++) {
        cln_pieces lists[3] = {0};
        divide(lists, 5000);
        const size_t which = (size_t)next_random(lists[0].count);
        if (round % 2 == 0) {
            lists[0].items[which] = lists[0].items[--lists[0].count];
        } else {
            const cln_piece twice = lists[0].items[which];
            assert_int_equal(cln_pieces_add(&lists[1], &twice, CLN_TYPE_TEXT, text_layout, NULL), CLN_OK);
        }
        cln_zone *zones = NULL;
        cln_error err = {.message = ""};
        assert_int_equal(combine(lists, &zones, &err), CLN_ERR_INTERNAL);
        assert_non_null(strstr(err.message, "'address'"));
        assert_null(zones);
        for (int k = 0; k < 3; k++) cln_pieces_clean_up(&lists[k]);
    }
}

/* So that memory grows with zones, not with the number of puts. */
static void pieces_that_follow_are_one(void **state) {
    (void)state;
    cln_pieces pieces = {0};
    for (uint64_t row = 0; row < CLN_ZONE_ROWS + 10; row++) {
        const cln_piece piece = piece_of(row, 1);
        assert_int_equal(cln_pieces_add(&pieces, &piece, CLN_TYPE_TEXT, text_layout, NULL), CLN_OK);
    }
    assert_int_equal(pieces.count, 2);
    assert_int_equal(pieces.items[0].rows, CLN_ZONE_ROWS);
    assert_int_equal(pieces.items[1].first_row, CLN_ZONE_ROWS);
    cln_pieces_clean_up(&pieces);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_division_gives_the_same_zones),
        cmocka_unit_test(a_missing_or_doubled_piece_is_refused),
        cmocka_unit_test(pieces_that_follow_are_one),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
