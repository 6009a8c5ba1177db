/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Any bytes as a file that nobody describes: the dialect that is found is one
 * that can be used, keeps what was given, and is found again.
 */
#include "colonnade/csv/detect.h"

#include "csv_fuzz.h"

static cln_detect_given take_given(cln_span *input) {
    const unsigned choice = fuzz_take_byte(input);
    cln_detect_given given = {.dialect = fuzz_take_dialect(input)};
    given.delimiter = (choice & 1) != 0;
    given.quote = (choice & 2) != 0;
    given.header = (choice & 4) != 0;
    given.newlines_in_quotes = (choice & 8) != 0;
    given.skip_lines = (choice & 16) != 0;
    return given;
}

static void check_given(const cln_dialect *found, const cln_detect_given *given) {
    FUZZ_CHECK(!given->delimiter || found->delimiter == given->dialect.delimiter);
    FUZZ_CHECK(!given->quote || found->has_quote == given->dialect.has_quote);
    FUZZ_CHECK(!given->quote || !found->has_quote || found->quote == given->dialect.quote);
    FUZZ_CHECK(!given->header || found->has_header == given->dialect.has_header);
    FUZZ_CHECK(!given->newlines_in_quotes || found->newlines_in_quotes == given->dialect.newlines_in_quotes);
    FUZZ_CHECK(!given->skip_lines || found->skip_lines == given->dialect.skip_lines);
    FUZZ_CHECK(found->fallback == given->dialect.fallback);
}

static void check_detection(const cln_detection *found, const cln_detect_sample *sample,
                            const cln_detect_given *given) {
    must(cln_dialect_check(&found->dialect, NULL));
    check_given(&found->dialect, given);
    FUZZ_CHECK(found->table_offset >= sample->head_offset);
    FUZZ_CHECK(found->table_offset <= sample->head_offset + sample->head.size);
    FUZZ_CHECK(found->footer_offset >= found->table_offset && found->footer_offset <= sample->file_bytes);
}

/* The input is the whole file, or its end is the tail of a longer one. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    cln_span input = fuzz_input(data, size);
    const cln_detect_given given = take_given(&input);
    const size_t tail_byte = fuzz_take_byte(&input);
    const size_t tail_size = tail_byte % (input.size + 1);
    const size_t head_size = input.size - tail_size;
    char *head = exact_copy(input.data, head_size);
    char *tail = exact_copy(input.data + head_size, tail_size);
    const uint64_t between = tail_size > 0 ? 1000 : 0;
    const cln_detect_sample sample = {.head = cln_span_of(head, head_size),
                                      .tail = cln_span_of(tail, tail_size),
                                      .tail_offset = head_size + between,
                                      .file_bytes = input.size + between};
    cln_detection found, again;
    must(cln_detect(&found, &sample, &given, NULL));
    must(cln_detect(&again, &sample, &given, NULL));
    FUZZ_CHECK(memcmp(&found, &again, sizeof found) == 0);
    check_detection(&found, &sample, &given);
    free(head);
    free(tail);
    return 0;
}
