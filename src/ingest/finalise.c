/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/ingest/finalise.h"

#include "colonnade/base/memory.h"
#include "colonnade/base/profile.h"

#include <stdlib.h>
#include <string.h>

/* ---- Row offsets ---- */

/* Collective: sums[s] becomes the number of the builder's rows, over all
 * ranks, before stripe s. */
static cln_status sum_rows(const cln_comm *comm, const cln_column_builder *builder, uint64_t stripe_count,
                           uint64_t **sums, cln_error *err) {
    CLN_TRY_AGREED(comm, cln_new_array(sums, stripe_count + 1, sizeof **sums, err), err);
    for (size_t e = 0; e < builder->entry_count; e++)
        (*sums)[builder->entries[e].stripe + 1] += builder->entries[e].rows;
    cln_sum_u64(comm, *sums, stripe_count + 1);
    for (uint64_t s = 0; s < stripe_count; s++) (*sums)[s + 1] += (*sums)[s];
    return CLN_OK;
}

/* ---- Final columns ---- */

static cln_status init_columns(cln_final_tables *tables, const cln_comm *comm, cln_error *err) {
    const cln_decoder *decoder = tables->decoder;
    const cln_schema *schema = decoder->schema;
    CLN_TRY_AGREED(comm, cln_new_array(&tables->columns, schema->column_count, sizeof *tables->columns, err), err);
    for (size_t c = 0; c < schema->column_count; c++) {
        const cln_schema_column *column = &schema->columns[c];
        tables->column_count = c + 1;
        CLN_TRY(cln_final_column_init(&tables->columns[c], comm, &decoder->columns[c], column->declared,
                                      column->is_auto ? CLN_TYPE_CATEGORY : column->type, tables->rows_before,
                                      tables->stripe_count, err));
        CLN_TRY_AGREED(comm, cln_final_column_put_aside(&tables->columns[c], comm->rank == 0, err), err);
    }
    return CLN_OK;
}

static cln_type reject_type(int column) {
    if (column == CLN_REJECT_COLUMN || column == CLN_REJECT_REASON) return CLN_TYPE_CATEGORY;
    return column == CLN_REJECT_RAW ? CLN_TYPE_TEXT : CLN_TYPE_INTEGER;
}

static cln_status init_rejects(cln_final_tables *tables, const cln_comm *comm, cln_error *err) {
    for (int c = 0; c < CLN_REJECT_COLUMN_COUNT; c++) {
        CLN_TRY(cln_final_column_init(&tables->rejects[c], comm, &tables->decoder->rejects[c], NULL, reject_type(c),
                                      tables->rejects_before, tables->stripe_count, err));
    }
    return CLN_OK;
}

cln_status cln_final_tables_init(cln_final_tables *tables, const cln_comm *comm, const cln_decoder *decoder,
                                 uint64_t stripe_count, cln_error *err) {
    *tables = (cln_final_tables){.decoder = decoder, .stripe_count = stripe_count};
    CLN_TRY(sum_rows(comm, &decoder->record_numbers, stripe_count, &tables->rows_before, err));
    CLN_TRY(sum_rows(comm, &decoder->rejects[CLN_REJECT_RECORD], stripe_count, &tables->rejects_before, err));
    CLN_TRY(cln_final_column_init(&tables->records, comm, &decoder->record_numbers, NULL, CLN_TYPE_INTEGER,
                                  tables->rows_before, stripe_count, err));
    CLN_TRY(init_columns(tables, comm, err));
    return init_rejects(tables, comm, err);
}

void cln_final_tables_clean_up(cln_final_tables *tables) {
    cln_final_column_clean_up(&tables->records);
    for (size_t c = 0; c < tables->column_count; c++) cln_final_column_clean_up(&tables->columns[c]);
    for (int c = 0; c < CLN_REJECT_COLUMN_COUNT; c++) cln_final_column_clean_up(&tables->rejects[c]);
    free(tables->columns);
    free(tables->rows_before);
    free(tables->rejects_before);
    *tables = (cln_final_tables){0};
}

uint64_t cln_final_tables_renamed(const cln_final_tables *tables, const cln_comm *comm) {
    uint64_t renamed = 0;
    for (size_t c = 0; c < tables->column_count; c++) renamed += tables->columns[c].cells_renamed;
    cln_sum_u64(comm, &renamed, 1);
    return renamed;
}

bool cln_final_tables_is_demoted(const cln_final_tables *tables, size_t column) {
    return tables->columns[column].is_demoted && !tables->decoder->schema->columns[column].is_auto;
}

/* ---- Writing ---- */

/* Describes the dataset's own table: the record numbers, then the columns. */
static cln_status describe_columns(const cln_final_tables *tables, cln_stored_column **stored, cln_error *err) {
    const cln_schema *schema = tables->decoder->schema;
    CLN_TRY(cln_new_array(stored, schema->column_count + 1, sizeof **stored, err));
    (*stored)[0] = cln_final_column_stored(&tables->records);
    (*stored)[0].name = "record";
    (*stored)[0].source_name = "";
    for (size_t c = 0; c < schema->column_count; c++) {
        const cln_schema_column *column = &schema->columns[c];
        cln_stored_column *s = &(*stored)[c + 1];
        *s = cln_final_column_stored(&tables->columns[c]);
        s->name = column->name;
        s->source_name = column->source_name;
        s->role = column->declared == NULL || column->declared->role == CLN_ROLE_NONE
                      ? ""
                      : cln_role_name(column->declared->role);
        s->time_zone = s->type == CLN_TYPE_TIMESTAMP ? schema->time_zone : NULL;
    }
    return CLN_OK;
}

static void describe_rejects(const cln_final_tables *tables, cln_stored_column stored[CLN_REJECT_COLUMN_COUNT]) {
    for (int c = 0; c < CLN_REJECT_COLUMN_COUNT; c++) {
        stored[c] = cln_final_column_stored(&tables->rejects[c]);
        stored[c].name = cln_reject_column_names[c];
        stored[c].source_name = "";
    }
}

/* Local: this rank's blocks of one column go to their places; those of one
 * stripe follow each other. */
static cln_status put_column(cln_final_column *column, cln_partition_writer *writer, size_t table, size_t position,
                             const uint64_t *rows_before, cln_conversion *conversion, cln_error *err) {
    const cln_block_entry *entries = column->builder->entries;
    uint64_t row = 0, byte = 0;
    for (size_t e = 0; e < column->builder->entry_count; e++) {
        if (e == 0 || entries[e].stripe != entries[e - 1].stripe) {
            row = rows_before[entries[e].stripe];
            byte = column->bytes_before == NULL ? 0 : column->bytes_before[entries[e].stripe];
        }
        cln_vector vector;
        double lap = cln_profile_now();
        CLN_TRY(cln_final_column_convert(column, &entries[e], conversion, &vector, err));
        lap = cln_profile_lap(CLN_PHASE_CONVERT, lap);
        CLN_TRY(cln_partition_writer_put(writer, table, position, row, byte, &vector, err));
        (void)cln_profile_lap(CLN_PHASE_WRITE, lap);
        row += vector.rows;
        if (vector.type == CLN_TYPE_TEXT) byte += vector.offsets[vector.rows] - vector.offsets[0];
        cln_stage_release(column->builder->stage, entries[e].position, entries[e].size_bytes);
    }
    return CLN_OK;
}

/* Local: converts without writing, for what the conversion counts. */
static cln_status count_renamed(cln_final_column *column, cln_conversion *conversion, cln_error *err) {
    if (column->declared == NULL || column->declared->synonym_count == 0) return CLN_OK;
    for (size_t e = 0; e < column->builder->entry_count; e++) {
        cln_vector vector;
        CLN_TRY(cln_final_column_convert(column, &column->builder->entries[e], conversion, &vector, err));
    }
    return CLN_OK;
}

static cln_status put_all(cln_final_tables *tables, cln_partition_writer *writer, bool only_rejects, cln_error *err) {
    cln_conversion conversion;
    cln_conversion_init(&conversion);
    cln_status status = CLN_OK;
    const size_t reject_table = only_rejects ? 0 : 1;
    if (!only_rejects) status = put_column(&tables->records, writer, 0, 0, tables->rows_before, &conversion, err);
    for (size_t c = 0; status == CLN_OK && c < tables->column_count; c++) {
        cln_final_column *column = &tables->columns[c];
        status = cln_final_column_take_up(column, err);
        if (status == CLN_OK) {
            status = only_rejects ? count_renamed(column, &conversion, err)
                                  : put_column(column, writer, 0, c + 1, tables->rows_before, &conversion, err);
        }
        cln_final_column_lay_down(column);
    }
    for (size_t c = 0; status == CLN_OK && c < CLN_REJECT_COLUMN_COUNT; c++) {
        status = put_column(&tables->rejects[c], writer, reject_table, c, tables->rejects_before, &conversion, err);
    }
    cln_conversion_clean_up(&conversion);
    return status;
}

static cln_status open_writer(cln_final_tables *tables, const cln_comm *comm, const char *path, bool only_rejects,
                              cln_partition_writer **writer, cln_error *err) {
    cln_stored_column rejects[CLN_REJECT_COLUMN_COUNT];
    describe_rejects(tables, rejects);
    const cln_stored_table reject_table = {.name = "rejects",
                                           .rows = tables->rejects_before[tables->stripe_count],
                                           .column_count = CLN_REJECT_COLUMN_COUNT,
                                           .columns = rejects};
    if (only_rejects) return cln_partition_writer_new(writer, comm, path, &reject_table, 1, err);
    cln_stored_column *columns = NULL;
    cln_status status = cln_agree(comm, describe_columns(tables, &columns, err), err);
    if (status == CLN_OK) {
        const cln_stored_table both[2] = {{.name = "columns",
                                           .rows = tables->rows_before[tables->stripe_count],
                                           .column_count = tables->column_count + 1,
                                           .columns = columns},
                                          reject_table};
        status = cln_partition_writer_new(writer, comm, path, both, 2, err);
    }
    free(columns);
    return status;
}

cln_status cln_final_tables_write(cln_final_tables *tables, const cln_comm *comm, const char *path, bool only_rejects,
                                  cln_partition_writer **writer, cln_error *err) {
    const double lap = cln_profile_now();
    CLN_TRY(open_writer(tables, comm, path, only_rejects, writer, err));
    (void)cln_profile_lap(CLN_PHASE_WRITE, lap);
    const cln_status status = cln_agree(comm, put_all(tables, *writer, only_rejects, err), err);
    if (status != CLN_OK) cln_partition_writer_abandon(*writer);
    return status;
}
