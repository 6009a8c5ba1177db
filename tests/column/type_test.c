/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/column/type.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void names_lead_back_to_their_types(void **state) {
    (void)state;
    for (int i = 0; i < CLN_TYPE_COUNT; i++) {
        cln_type type = (cln_type)-1;
        assert_true(cln_type_from_name(cln_type_name((cln_type)i), &type));
        assert_int_equal(type, i);
    }
    assert_string_equal(cln_type_name(CLN_TYPE_TIMESTAMP), "timestamp"); /* stored files and configurations say so */
    assert_string_equal(cln_type_name(CLN_TYPE_CATEGORY), "category");
}

static void other_names_are_refused(void **state) {
    (void)state;
    static const char *const names[] = {"", "Integer", "int", "integer ", "texts"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        cln_type type = CLN_TYPE_DOUBLE;
        assert_false(cln_type_from_name(names[i], &type));
        assert_int_equal(type, CLN_TYPE_DOUBLE);
    }
}

static void integral_types_travel_as_integers(void **state) {
    (void)state;
    assert_true(cln_type_is_integral(CLN_TYPE_INTEGER));
    assert_true(cln_type_is_integral(CLN_TYPE_BOOLEAN));
    assert_true(cln_type_is_integral(CLN_TYPE_TIMESTAMP));
    assert_false(cln_type_is_integral(CLN_TYPE_DOUBLE));
    assert_false(cln_type_is_integral(CLN_TYPE_CATEGORY));
    assert_false(cln_type_is_integral(CLN_TYPE_TEXT));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_lead_back_to_their_types),
        cmocka_unit_test(other_names_are_refused),
        cmocka_unit_test(integral_types_travel_as_integers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
