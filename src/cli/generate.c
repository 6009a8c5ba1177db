/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * colonnade generate DATASET|boundaries
 */
#include "colonnade/generate/generate.h"

#include "colonnade/base/log.h"
#include "colonnade/base/number.h"
#include "colonnade/cli/cli.h"

#include <string.h>

static cln_status read_count(const cln_cli *cli, const char *option, uint64_t *value, cln_error *err) {
    int64_t number = 0;
    const char *text = cln_option(cli->options, option);
    if (text == NULL) return CLN_OK;
    if (!cln_parse_integer(cln_span_of_string(text), &number) || number < 0) {
        return cln_fail(err, CLN_ERR_USAGE, "--%s takes a whole number, not '%s'", option, text);
    }
    *value = (uint64_t)number;
    return CLN_OK;
}

static cln_status read_size(const cln_cli *cli, uint64_t *size_bytes, cln_error *err) {
    const char *text = cln_option(cli->options, "size");
    if (text == NULL) return CLN_OK;
    CLN_TRY(cln_config_parse_size(text, size_bytes, err));
    if (*size_bytes > 0) return CLN_OK;
    return cln_fail(err, CLN_ERR_USAGE, "--size takes a size above 0, such as 10G");
}

static cln_status read_dirt(const cln_cli *cli, double *rate, cln_error *err) {
    const char *text = cln_option(cli->options, "dirt");
    if (text == NULL) return CLN_OK;
    if (cln_parse_double(cln_span_of_string(text), rate) && *rate >= 0 && *rate <= 1) return CLN_OK;
    return cln_fail(err, CLN_ERR_USAGE, "--dirt takes a share from 0 to 1 such as 0.01, not '%s'", text);
}

static cln_status check_extent(const cln_cli *cli, const char *dataset, cln_error *err) {
    const bool has_rows = cln_option_given(cli->options, "rows");
    const bool has_size = cln_option_given(cli->options, "size");
    if (strcmp(dataset, "boundaries") == 0) {
        if (!has_rows && !has_size && !cln_option_given(cli->options, "vintage")) return CLN_OK;
        return cln_fail(err, CLN_ERR_USAGE, "boundaries are always the same; leave --rows, --size and --vintage out");
    }
    if (has_rows != has_size) return CLN_OK;
    return cln_fail(err, CLN_ERR_USAGE, "say how much to generate: either --rows N or --size SIZE, such as 10G");
}

static cln_status read_spec(const cln_cli *cli, cln_generate_spec *spec, cln_error *err) {
    if (cli->argument_count != 1) {
        return cln_fail(err, CLN_ERR_USAGE,
                        "generate takes one thing to generate: traffic_accidents, service_requests_311 or boundaries");
    }
    *spec = (cln_generate_spec){.dataset = cli->arguments[0], .seed = 1, .path = cli->settings.output_path};
    spec->vintage = cln_option(cli->options, "vintage");
    CLN_TRY(check_extent(cli, spec->dataset, err));
    CLN_TRY(read_count(cli, "rows", &spec->rows, err));
    CLN_TRY(read_count(cli, "seed", &spec->seed, err));
    CLN_TRY(read_size(cli, &spec->size_bytes, err));
    return read_dirt(cli, &spec->dirt_rate, err);
}

cln_status cln_command_generate(cln_cli *cli, cln_error *err) {
    cln_generate_spec spec = {0};
    cln_generate_result made = {0};
    CLN_TRY_AGREED(&cli->comm, read_spec(cli, &spec, err), err);
    CLN_TRY(cln_generate(&cli->comm, &spec, &made, err));
    cln_note("%s: %llu %s, %llu bytes, " CLN_SAMPLE_LABEL, spec.path, (unsigned long long)made.rows,
             made.vintage[0] == '\0' ? "areas" : "records", (unsigned long long)made.size_bytes);
    return CLN_OK;
}
