/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A whole file through prologue and sweep, one rank, in stripes of any size
 * and with any maximum record, against the reference reader. MPI is started
 * once; a rank alone needs no other process.
 */
#include "colonnade/csv/prologue.h"
#include "colonnade/csv/sweep.h"

#include "csv_fuzz.h"

static cln_comm comm;

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    cln_comm_prepare_environment();
    cln_comm_start(&comm);
    return 0;
}

/* ---- A sink that describes what it gets ---- */

typedef struct listing {
    const cln_automaton *automaton;
    cln_span file;
    uint64_t max_record;
    cln_record_block block;
    cln_buffer texts; /* of all records, in order */
    cln_buffer arena;
    cln_account account;
    uint64_t end_offset; /* of the last run */
    uint64_t seen_bytes;
} listing;

static void describe_over_long(cln_buffer *text, uint64_t number, uint64_t offset, uint64_t size) {
    describe_record(text, number, offset, size, CLN_LINE_END_NONE, true, true);
}

static void list_records(listing *l, const cln_csv_run *run) {
    cln_splitter splitter;
    cln_splitter_init(&splitter, l->automaton, run->bytes, run->offset, run->first_record);
    for (bool more = true; more;) {
        must(cln_splitter_next(&splitter, &l->block, &more, NULL));
        cln_account_block(&l->account, &l->block);
        for (size_t i = 0; i < l->block.record_count; i++) {
            describe_block_record(&l->texts, l->automaton, &l->block, i, &l->arena);
            cln_account_record(&l->account, l->block.records[i].size, CLN_REASON_NONE);
        }
    }
}

static cln_status take(void *context, const cln_csv_run *run, uint64_t *failed_record, cln_error *err) {
    listing *l = context;
    (void)failed_record;
    (void)err;
    FUZZ_CHECK(run->offset == l->end_offset && run->size_bytes <= l->file.size - run->offset);
    FUZZ_CHECK(memcmp(run->bytes.data, l->file.data + run->offset, run->bytes.size) == 0);
    l->end_offset = run->offset + run->size_bytes;
    if (run->size_bytes == run->bytes.size) {
        list_records(l, run);
        return CLN_OK;
    }
    FUZZ_CHECK(run->bytes.size == l->max_record);
    describe_over_long(&l->texts, run->first_record, run->offset, run->size_bytes);
    cln_account_record(&l->account, run->size_bytes, CLN_REASON_OVER_LONG);
    return CLN_OK;
}

static cln_status see(void *context, uint64_t offset, cln_span bytes, cln_error *err) {
    listing *l = context;
    (void)err;
    FUZZ_CHECK(offset == l->seen_bytes && bytes.size <= l->file.size - offset);
    FUZZ_CHECK(memcmp(bytes.data, l->file.data + offset, bytes.size) == 0);
    l->seen_bytes += bytes.size;
    return CLN_OK;
}

/* ---- What the reference says ---- */

static void check_texts(const listing *l, const reference *expected, uint64_t first_number) {
    cln_buffer texts;
    cln_buffer_init(&texts, SIZE_MAX);
    for (size_t i = 0; i < expected->record_count; i++) {
        const reference_record *record = &expected->records[i];
        if (record->size > l->max_record)
            describe_over_long(&texts, first_number + i, record->offset, record->size);
        else
            must(cln_buffer_append_span(&texts, reference_text(expected, i), NULL));
    }
    FUZZ_CHECK(cln_span_equal(cln_buffer_span(&texts), cln_buffer_span(&l->texts)));
    cln_buffer_clean_up(&texts);
}

static size_t skip_lines(cln_span file, size_t position, uint64_t lines) {
    for (; lines > 0 && position < file.size; lines--) {
        while (position < file.size && file.data[position] != '\n' && file.data[position] != '\r') position++;
        if (file.size - position >= 2 && file.data[position] == '\r' && file.data[position + 1] == '\n') position++;
        if (position < file.size) position++;
    }
    return position;
}

/* The header is the first record behind the mark and the skipped lines; blank lines may stand before it. */
static void check_prologue(const cln_prologue *p, const cln_automaton *automaton, const cln_dialect *dialect,
                           cln_span file) {
    const size_t begin = skip_lines(file, (size_t)p->bom_bytes, dialect->skip_lines);
    FUZZ_CHECK(p->bom_bytes + p->skipped_bytes == begin);
    reference all;
    reference_read(&all, automaton, cln_span_of(file.data + begin, file.size - begin), begin, 1);
    const bool has_header = dialect->has_header && all.record_count > 0;
    FUZZ_CHECK(p->first_record == (has_header ? 2 : 1));
    if (has_header) {
        FUZZ_CHECK(p->header_offset == all.records[0].offset && p->header_bytes == all.records[0].size);
        FUZZ_CHECK(p->data_offset == begin + p->blank_bytes + p->header_bytes);
    }
    FUZZ_CHECK((p->name_count > 0) == (all.record_count > 0));
    for (size_t i = 0; i < p->name_count; i++) FUZZ_CHECK(p->names[i] != NULL);
    reference_clean_up(&all);
}

/* ---- One file ---- */

static void sweep_behind(const cln_prologue *prologue, const cln_automaton *automaton, cln_byte_source *source,
                         cln_span file, uint64_t stripe_size, uint64_t max_record) {
    static listing l;
    l = (listing){.automaton = automaton, .file = file, .max_record = max_record, .end_offset = prologue->data_offset};
    cln_record_block_init(&l.block);
    cln_buffer_init(&l.texts, SIZE_MAX);
    cln_buffer_init(&l.arena, SIZE_MAX);
    const cln_sweep sweep = {.source = source,
                             .automaton = automaton,
                             .data_offset = prologue->data_offset,
                             .first_record = prologue->first_record,
                             .stripe_size_bytes = stripe_size,
                             .max_record_bytes = max_record};
    const cln_csv_sink sink = {.context = &l, .take = take, .see_context = &l, .see = see};
    cln_error err = {.message = ""};
    must(cln_sweep_run(&sweep, &comm, &sink, &err));
    FUZZ_CHECK(l.end_offset == file.size && l.seen_bytes == file.size);
    cln_account_prologue(&l.account, prologue);
    must(cln_account_check(&l.account, file.size, "file", &err));
    reference expected;
    const size_t before = (size_t)prologue->data_offset;
    reference_read(&expected, automaton, cln_span_of(file.data + before, file.size - before), before,
                   prologue->first_record);
    check_texts(&l, &expected, prologue->first_record);
    reference_clean_up(&expected);
    cln_record_block_clean_up(&l.block);
    cln_buffer_clean_up(&l.texts);
    cln_buffer_clean_up(&l.arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    cln_span input = fuzz_input(data, size);
    const cln_dialect dialect = fuzz_take_dialect(&input);
    const uint64_t stripe_size = 1 + fuzz_take_byte(&input);
    const unsigned limit = fuzz_take_byte(&input);
    const uint64_t max_record = limit == 0 ? CLN_MAX_RECORD_BYTES : limit;
    char *copy = exact_copy(input.data, input.size);
    const cln_span file = cln_span_of(copy, input.size);
    cln_automaton automaton;
    cln_automaton_init(&automaton, &dialect);
    cln_byte_source *source;
    must(cln_byte_source_of_memory(&source, "file", file, NULL));
    cln_prologue prologue;
    cln_error err = {.message = ""};
    if (cln_prologue_read(&prologue, &comm, source, &dialect, max_record, &err) == CLN_OK) {
        check_prologue(&prologue, &automaton, &dialect, file);
        sweep_behind(&prologue, &automaton, source, file, stripe_size, max_record);
        cln_prologue_clean_up(&prologue);
    } else {
        FUZZ_CHECK(err.message[0] != '\0');
    }
    source->release(source);
    free(copy);
    return 0;
}
