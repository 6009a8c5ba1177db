/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/cli/profile_table.h"

#include "colonnade/base/profile.h"

#include <stdio.h>

static cln_status fill(cln_table *table, const uint64_t *nanoseconds, int ranks, uint64_t size_bytes, cln_error *err) {
    for (int phase = 0; phase < CLN_PHASE_COUNT; phase++) {
        cln_cell *cells;
        CLN_TRY(cln_table_add_row(table, &cells, err));
        CLN_TRY(cln_cell_set_text(&cells[0], cln_span_of_string(cln_phase_name((cln_phase)phase)), err));
        cln_cell_set_double(&cells[1], (double)nanoseconds[phase] * 1e-9 / ranks, 3);
        cln_cell_set_double(&cells[2], size_bytes == 0 ? 0.0 : (double)nanoseconds[phase] / (double)size_bytes, 3);
    }
    return CLN_OK;
}

static cln_status print_on_root(const uint64_t *nanoseconds, int ranks, uint64_t size_bytes, cln_error *err) {
    static const char *const columns[] = {"phase", "seconds_per_rank", "ns_per_byte"};
    cln_table table;
    CLN_TRY(cln_table_init(&table, NULL, columns, 3, err));
    cln_buffer text;
    cln_buffer_init(&text, SIZE_MAX);
    cln_status status = fill(&table, nanoseconds, ranks, size_bytes, err);
    if (status == CLN_OK) status = cln_print_table(&table, CLN_OUTPUT_TABLE, &text, err);
    if (status == CLN_OK) (void)fwrite(text.data, 1, text.size, stderr);
    cln_buffer_clean_up(&text);
    cln_table_clean_up(&table);
    return status;
}

cln_status cln_cli_print_profile(const cln_cli *cli, uint64_t size_bytes, cln_error *err) {
    uint64_t nanoseconds[CLN_PHASE_COUNT];
    for (int phase = 0; phase < CLN_PHASE_COUNT; phase++) {
        nanoseconds[phase] = (uint64_t)(cln_profile_seconds[phase] * 1e9);
    }
    cln_sum_u64(&cli->comm, nanoseconds, CLN_PHASE_COUNT);
    cln_status status = CLN_OK;
    if (cli->comm.rank == 0) status = print_on_root(nanoseconds, cli->comm.size, size_bytes, err);
    return cln_agree(&cli->comm, status, err);
}
