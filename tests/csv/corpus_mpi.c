/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Public CSV files with the records that other parsers agree on: each folder
 * of $COLONNADE_TEST_DATA/corpus holds input.csv and expected.json. Swept by
 * all ranks at several stripe sizes. Where the corpus is absent, that is said
 * and nothing is tested.
 */
#include "colonnade/csv/prologue.h"
#include "colonnade/csv/sweep.h"

#include "rank_counts.h"
#include "reference.h"

#include <cjson/cJSON.h>
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static cln_comm comm;
static char corpus[4096];

static bool all_ranks(bool finding) {
    int all = finding;
    MPI_Allreduce(MPI_IN_PLACE, &all, 1, MPI_INT, MPI_LAND, comm.mpi);
    return all != 0;
}

static bool find_corpus(void) {
    const char *data = getenv("COLONNADE_TEST_DATA");
    const char *folder_end = strstr(__FILE__, "tests/csv/");
    if (data != NULL) {
        (void)snprintf(corpus, sizeof corpus, "%s/corpus", data);
    } else if (folder_end != NULL) {
        (void)snprintf(corpus, sizeof corpus, "%.*s../shared/corpus", (int)(folder_end - __FILE__), __FILE__);
    }
    DIR *folder = opendir(corpus);
    if (folder != NULL) (void)closedir(folder);
    return all_ranks(folder != NULL);
}

/* What a rank compares: the records with those of the array. */
typedef struct comparison {
    const cln_automaton *automaton;
    const cJSON **records;
    uint64_t record_count;
    cln_record_block *block;
    cln_buffer arena;
    uint64_t seen;
    bool good;
} comparison;

/* cJSON's strings end at a NUL, so expected.json's \u0000 are turned into a
 * byte that no valid UTF-8 has, in both. */
enum { NUL_IN_JSON = 0xFF };

static bool content_is(cln_span content, const char *expected) {
    for (size_t i = 0; i < content.size; i++) {
        const char byte = content.data[i] == '\0' ? (char)NUL_IN_JSON : content.data[i];
        if (expected[i] == '\0' || byte != expected[i]) return false;
    }
    return expected[content.size] == '\0';
}

static bool record_is(comparison *c, const cln_record *record, const cJSON *expected) {
    const cJSON *text = expected->child;
    for (uint32_t f = 0; f < record->field_count; f++, text = text->next) {
        cln_span content;
        must(cln_field_content(c->automaton, c->block, &c->block->fields[record->first_field + f], &c->arena, &content,
                               NULL));
        if (text == NULL || !cJSON_IsString(text) || !content_is(content, text->valuestring)) return false;
    }
    return text == NULL;
}

static cln_status compare_run(void *context, const cln_csv_run *run, uint64_t *failed_record, cln_error *err) {
    comparison *c = context;
    (void)failed_record;
    (void)err;
    cln_splitter splitter;
    cln_splitter_init(&splitter, c->automaton, run->bytes, run->offset, run->first_record);
    for (bool more = true; more;) {
        must(cln_splitter_next(&splitter, c->block, &more, NULL));
        for (size_t i = 0; i < c->block->record_count; i++) {
            const uint64_t at = c->block->first_number + i - 1;
            c->good = c->good && at < c->record_count && !c->block->records[i].is_malformed &&
                      record_is(c, &c->block->records[i], c->records[at]);
            c->seen++;
        }
    }
    return CLN_OK;
}

static bool sweep_agrees(comparison *c, cln_byte_source *source, uint64_t stripe_size) {
    c->good = true;
    c->seen = 0;
    cln_error err;
    uint64_t bom_bytes = 0;
    const cln_dialect dialect = cln_dialect_default();
    must(cln_records_offset_read(&bom_bytes, &comm, source, &dialect, &err));
    const cln_sweep sweep = {.source = source,
                             .automaton = c->automaton,
                             .data_offset = bom_bytes,
                             .first_record = 1,
                             .stripe_size_bytes = stripe_size,
                             .max_record_bytes = CLN_MAX_RECORD_BYTES};
    const cln_csv_sink sink = {.context = c, .take = compare_run};
    must(cln_sweep_run(&sweep, &comm, &sink, &err));
    cln_sum_u64(&comm, &c->seen, 1);
    return all_ranks(c->good && c->seen == c->record_count);
}

/* The text of expected.json with its \u0000 replaced. */
static cJSON *parse_expected(const char *path) {
    FILE *file = fopen(path, "r");
    if (file == NULL) must(CLN_ERR_IO);
    cln_buffer text;
    cln_buffer_init(&text, SIZE_MAX);
    char piece[4096];
    for (size_t got; (got = fread(piece, 1, sizeof piece, file)) > 0;) must(cln_buffer_append(&text, piece, got, NULL));
    (void)fclose(file);
    must(cln_buffer_terminate(&text, NULL));
    size_t size = 0;
    for (size_t i = 0; i < text.size;) {
        const bool is_escape = text.data[i] == '\\';
        if (is_escape && strncmp(text.data + i, "\\u0000", 6) == 0) {
            text.data[size++] = (char)NUL_IN_JSON;
            i += 6;
            continue;
        }
        text.data[size++] = text.data[i++];
        if (is_escape) text.data[size++] = text.data[i++];
    }
    cJSON *json = cJSON_ParseWithLength(text.data, size);
    cln_buffer_clean_up(&text);
    return json;
}

/* Collective. Stripes of few bytes only where files are small. */
static bool case_agrees(comparison *c, const char *name) {
    char path[8192];
    (void)snprintf(path, sizeof path, "%s/%s/expected.json", corpus, name);
    cJSON *json = parse_expected(path);
    if (json == NULL) return false;
    c->record_count = (uint64_t)cJSON_GetArraySize(json);
    must(cln_new_array(&c->records, c->record_count, sizeof *c->records, NULL));
    size_t at = 0;
    for (const cJSON *record = json->child; record != NULL; record = record->next) c->records[at++] = record;
    (void)snprintf(path, sizeof path, "%s/%s/input.csv", corpus, name);
    cln_byte_source *source;
    cln_error err;
    must(cln_byte_source_open_file(&source, path, &err));
    const uint64_t size = source->size_bytes;
    const uint64_t stripes[] = {size / 500 + 1, 65536, size / 97 + 2, size / 10 + 5};
    bool good = true;
    /* More ranks than processors take long. */
    for (size_t s = comm.size > 3 ? 2 : 0; s < sizeof stripes / sizeof stripes[0]; s++)
        good = sweep_agrees(c, source, stripes[s]) && good;
    source->release(source);
    free(c->records);
    cJSON_Delete(json);
    return good;
}

static int is_visible(const struct dirent *entry) {
    return entry->d_name[0] != '.' && strchr(entry->d_name, '.') == NULL;
}

static void records_are_those_that_other_parsers_agree_on(void **state) {
    (void)state;
    if (!find_corpus()) {
        if (comm.rank == 0) printf("no corpus in %s: its cases are skipped; set COLONNADE_TEST_DATA\n", corpus);
        skip();
    }
    const cln_dialect dialect = cln_dialect_default();
    cln_automaton automaton;
    cln_automaton_init(&automaton, &dialect);
    comparison c = {.automaton = &automaton};
    must(cln_new_array(&c.block, 1, sizeof *c.block, NULL));
    cln_record_block_init(c.block);
    cln_buffer_init(&c.arena, SIZE_MAX);
    struct dirent **names;
    const int count = scandir(corpus, &names, is_visible, alphasort);
    int failed_count = 0;
    for (int i = 0; i < count; i++) {
        const bool good = case_agrees(&c, names[i]->d_name);
        failed_count += !good;
        if (!good && comm.rank == 0) fprintf(stderr, "%s differs\n", names[i]->d_name);
        free(names[i]);
    }
    free(names);
    cln_record_block_clean_up(c.block);
    free(c.block);
    cln_buffer_clean_up(&c.arena);
    if (comm.rank == 0) printf("%d cases of the corpus\n", count);
    assert_true(all_ranks(count > 0 && failed_count == 0));
}

int main(void) {
    cln_comm_prepare_environment();
    cln_comm world;
    cln_comm_start(&world);
    const struct CMUnitTest tests[] = {cmocka_unit_test(records_are_those_that_other_parsers_agree_on)};
    int failed = 0;
    RUN_ON_RANK_COUNTS(tests, &comm, &world, failed);
    cln_comm_stop(&world);
    return failed;
}
