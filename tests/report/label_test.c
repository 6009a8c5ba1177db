/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "colonnade/report/label.h"

static void test_a_label_stands_on_the_right(void **state) {
    (void)state;
    cln_label_point points[] = {{.x = 0.5, .y = 0.5, .characters = 10}, {.x = 0.1, .y = 0.1, .characters = 10}};
    cln_place_labels(points, 2, 1);
    assert_int_equal(points[0].side, CLN_LABEL_RIGHT);
    assert_int_equal(points[1].side, CLN_LABEL_NONE);
}

/* Two points one just below the other's right: the second label goes elsewhere. */
static void test_labels_do_not_lie_on_each_other(void **state) {
    (void)state;
    cln_label_point points[] = {{.x = 0.50, .y = 0.50, .characters = 13}, {.x = 0.53, .y = 0.47, .characters = 12}};
    cln_place_labels(points, 2, 2);
    assert_int_equal(points[0].side, CLN_LABEL_RIGHT);
    assert_int_equal(points[1].side, CLN_LABEL_BELOW);
}

static void test_labels_stay_in_the_plot_and_off_points(void **state) {
    (void)state;
    cln_label_point at_edge = {.x = 0.97, .y = 0.5, .characters = 12};
    cln_place_labels(&at_edge, 1, 1);
    assert_int_equal(at_edge.side, CLN_LABEL_LEFT);
    cln_label_point in_corner = {.x = 0.9, .y = 0.05, .characters = 12};
    cln_place_labels(&in_corner, 1, 1);
    assert_int_equal(in_corner.side, CLN_LABEL_NONE);
    cln_label_point points[] = {{.x = 0.5, .y = 0.5, .characters = 10},
                                {.x = 0.53, .y = 0.5, .characters = 10},
                                {.x = 0.47, .y = 0.5, .characters = 10}};
    cln_place_labels(points, 3, 1);
    assert_int_equal(points[0].side, CLN_LABEL_ABOVE);
}

/* Sizes are guessed too large, and there is room behind the edge: a hair does not cost a label its place. */
static void test_a_label_may_stand_over_the_edge_a_little(void **state) {
    (void)state;
    cln_label_point over = {.x = 0.966, .y = 0.5, .characters = 3};
    cln_place_labels(&over, 1, 1);
    assert_int_equal(over.side, CLN_LABEL_RIGHT);
    cln_label_point too_far = {.x = 0.98, .y = 0.5, .characters = 3};
    cln_place_labels(&too_far, 1, 1);
    assert_int_equal(too_far.side, CLN_LABEL_LEFT);
}

/* A crowd: a label without room is left out. */
static void test_what_has_no_room_is_left_out(void **state) {
    (void)state;
    cln_label_point points[49];
    for (size_t i = 0; i < 49; i++) {
        points[i] =
            (cln_label_point){.x = 0.5 + 0.01 * (double)(i % 7), .y = 0.5 + 0.02 * (double)(i / 7), .characters = 20};
    }
    cln_place_labels(points, 49, 49);
    size_t labelled = 0;
    for (size_t i = 0; i < 49; i++) labelled += points[i].side != CLN_LABEL_NONE;
    assert_true(labelled >= 4 && labelled < 30);
    assert_int_equal(points[24].side, CLN_LABEL_NONE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_label_stands_on_the_right),
        cmocka_unit_test(test_a_label_may_stand_over_the_edge_a_little),
        cmocka_unit_test(test_labels_do_not_lie_on_each_other),
        cmocka_unit_test(test_labels_stay_in_the_plot_and_off_points),
        cmocka_unit_test(test_what_has_no_room_is_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
