/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/csv/account.h"

#include <cjson/cJSON.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static cln_account example(void) {
    cln_account account = {.bytes_bom = 3, .bytes_header = 10, .bytes_blank = 2, .blank_lines = 1, .fields = 7};
    cln_account_record(&account, 20, CLN_REASON_NONE);
    cln_account_record(&account, 5, CLN_REASON_MALFORMED);
    cln_account_record(&account, 6, CLN_REASON_MALFORMED);
    cln_account_record(&account, 7, CLN_REASON_OVER_LONG);
    return account;
}

static void records_are_stored_or_rejected_for_a_reason(void **state) {
    (void)state;
    const cln_account account = example();
    assert_int_equal(account.records_read, 4);
    assert_int_equal(account.records_stored, 1);
    assert_int_equal(account.records_rejected, 3);
    assert_int_equal(account.bytes_stored, 20);
    assert_int_equal(account.bytes_rejected, 18);
    assert_int_equal(account.rejected_for[CLN_REASON_MALFORMED], 2);
    assert_int_equal(account.rejected_for[CLN_REASON_OVER_LONG], 1);
    assert_int_equal(cln_account_bytes(&account), 53);
}

static void a_sum_that_does_not_hold_is_an_error(void **state) {
    (void)state;
    cln_account account = example();
    cln_error err;
    assert_int_equal(cln_account_check(&account, 53, "x.csv", &err), CLN_OK);
    assert_int_equal(cln_account_check(&account, 54, "x.csv", &err), CLN_ERR_INTERNAL);
    assert_non_null(strstr(err.message, "x.csv covers 53 bytes, but the file has 54"));
    account.records_stored++;
    assert_int_equal(cln_account_check(&account, 53, "x.csv", &err), CLN_ERR_INTERNAL);
    assert_non_null(strstr(err.message, "4 records were read, but 2 stored and 3 rejected"));
}

static double number_of(const cJSON *object, const char *key) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    assert_true(cJSON_IsNumber(item));
    return cJSON_GetNumberValue(item);
}

static void as_json(void **state) {
    (void)state;
    cln_account account = example();
    account.line_ends[CLN_LINE_END_CRLF] = 3;
    account.line_ends[CLN_LINE_END_NONE] = 1;
    account.cells_bad = 9;
    cln_buffer text;
    cln_buffer_init(&text, SIZE_MAX);
    assert_int_equal(cln_account_to_json(&account, &text, NULL), CLN_OK);
    cJSON *json = cJSON_ParseWithLength(text.data, text.size);
    assert_non_null(json);
    assert_true(number_of(json, "bytes") == 53 && number_of(json, "bytes_stored") == 20);
    assert_true(number_of(json, "records_read") == 4 && number_of(json, "cells_bad") == 9);
    const cJSON *rejected = cJSON_GetObjectItemCaseSensitive(json, "rejected_for");
    assert_int_equal(cJSON_GetArraySize(rejected), 2); /* what did not occur is left out */
    assert_true(number_of(rejected, "text after a closing quote") == 2);
    assert_true(number_of(rejected, "longer than the maximum record") == 1);
    const cJSON *line_ends = cJSON_GetObjectItemCaseSensitive(json, "line_ends");
    assert_true(number_of(line_ends, "crlf") == 3 && number_of(line_ends, "none") == 1);
    cJSON_Delete(json);
    cln_buffer_clean_up(&text);
}

static void every_reason_has_a_text_of_its_own(void **state) {
    (void)state;
    for (int a = 0; a < CLN_REASON_COUNT; a++) {
        assert_true(strlen(cln_reason_text((cln_reason)a)) > 0);
        for (int b = 0; b < a; b++) {
            assert_string_not_equal(cln_reason_text((cln_reason)a), cln_reason_text((cln_reason)b));
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_are_stored_or_rejected_for_a_reason),
        cmocka_unit_test(a_sum_that_does_not_hold_is_an_error),
        cmocka_unit_test(as_json),
        cmocka_unit_test(every_reason_has_a_text_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
