/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The packed form is, for each option that has a variable, its value and
 * where that came from as two C strings (both empty when it was not given),
 * then the configuration's name as one, then the configuration's bytes.
 */
#include "colonnade/cli/settings.h"

#include "colonnade/base/file.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define CONFIG_FILE "config.json"

static cln_status append_c_string(cln_buffer *packed, const char *text, cln_error *err) {
    return cln_buffer_append(packed, text, strlen(text) + 1, err);
}

/* A variable that is set to nothing counts as not set. */
static const char *variable_value(const cln_option_spec *spec) {
    const char *value = spec->variable == NULL ? NULL : getenv(spec->variable);
    return value == NULL || *value == '\0' ? NULL : value;
}

static cln_status pack_option(const cln_options *options, const cln_option_spec *spec, cln_buffer *packed,
                              cln_error *err) {
    const char *given = cln_option(options, spec->name);
    if (given != NULL) {
        CLN_TRY(append_c_string(packed, spec->argument == NULL ? "1" : given, err));
        CLN_TRY(cln_buffer_append_format(packed, err, "--%s", spec->name));
        return cln_buffer_append_char(packed, '\0', err);
    }
    const char *value = variable_value(spec);
    CLN_TRY(append_c_string(packed, value == NULL ? "" : value, err));
    return append_c_string(packed, value == NULL ? "" : spec->variable, err);
}

static cln_status pack_config(const cln_options *options, cln_buffer *packed, cln_error *err) {
    const char *path = cln_option(options, "config");
    if (path == NULL) path = variable_value(cln_option_spec_find("config"));
    if (path == NULL && cln_file_exists(CONFIG_FILE)) path = CONFIG_FILE;
    CLN_TRY(append_c_string(packed, path == NULL ? "" : path, err));
    if (path == NULL) return cln_buffer_append_span(packed, cln_config_builtin(), err);
    cln_buffer text;
    cln_buffer_init(&text, packed->size_limit / 2);
    cln_error reason;
    cln_status status = cln_file_read(path, &text, &reason);
    if (status != CLN_OK) status = cln_fail(err, CLN_ERR_USAGE, "the configuration: %.900s", reason.message);
    if (status == CLN_OK) status = cln_buffer_append_span(packed, cln_buffer_span(&text), err);
    cln_buffer_clean_up(&text);
    return status;
}

cln_status cln_settings_collect(const cln_options *options, cln_buffer *packed, cln_error *err) {
    for (size_t i = 0; i < cln_option_spec_count(); i++) {
        const cln_option_spec *spec = cln_option_spec_at(i);
        if (spec->variable != NULL) CLN_TRY(pack_option(options, spec, packed, err));
    }
    CLN_TRY(append_c_string(packed, cln_option_given(options, "output") ? cln_option(options, "output") : "", err));
    return pack_config(options, packed, err);
}

/* Where the next C string of the packed bytes begins. They were packed by
 * this program, so they are well formed. */
static const char *next_string(const char **at) {
    const char *text = *at;
    *at += strlen(text) + 1;
    return text;
}

typedef struct given_value {
    const char *value;  /* NULL: not given */
    const char *origin; /* "--memory" or "COLONNADE_MEMORY" */
} given_value;

static given_value find_given(const cln_buffer *packed, const char *name) {
    const char *at = packed->data;
    for (size_t i = 0; i < cln_option_spec_count(); i++) {
        const cln_option_spec *spec = cln_option_spec_at(i);
        if (spec->variable == NULL) continue;
        const char *value = next_string(&at);
        const char *origin = next_string(&at);
        if (strcmp(spec->name, name) == 0) return (given_value){*origin == '\0' ? NULL : value, origin};
    }
    return (given_value){0};
}

/* What follows the options: the output, the configuration's path and text. */
static const char *skip_given(const cln_buffer *packed) {
    const char *at = packed->data;
    for (size_t i = 0; i < cln_option_spec_count(); i++) {
        if (cln_option_spec_at(i)->variable == NULL) continue;
        (void)next_string(&at);
        (void)next_string(&at);
    }
    return at;
}

static const char *first_of(const char *a, const char *b, const char *c) {
    return a != NULL ? a : b != NULL ? b : c;
}

static cln_status resolve_dir(const char **dir, const cln_buffer *packed, const char *name, const char *configured,
                              const char *fallback, cln_error *err) {
    const given_value given = find_given(packed, name);
    if (given.value != NULL && *given.value == '\0') {
        return cln_fail(err, CLN_ERR_USAGE, "%s is empty; name a folder", given.origin);
    }
    *dir = first_of(given.value, configured, fallback);
    return CLN_OK;
}

static const char *scratch_default(void) {
    const char *const candidates[] = {getenv("SLURM_TMPDIR"), getenv("TMPDIR")};
    for (size_t i = 0; i < sizeof candidates / sizeof *candidates; i++) {
        if (candidates[i] != NULL && *candidates[i] != '\0') return candidates[i];
    }
    return "/tmp";
}

static cln_status parse_given_size(given_value given, uint64_t *size_bytes, cln_error *err) {
    cln_error reason;
    if (cln_config_parse_size(given.value, size_bytes, &reason) == CLN_OK) return CLN_OK;
    return cln_fail(err, CLN_ERR_USAGE, "%s: %.900s", given.origin, reason.message);
}

static cln_status resolve_memory(cln_settings *settings, const cln_config *config, const cln_buffer *packed,
                                 cln_error *err) {
    const given_value given = find_given(packed, "memory");
    const char *origin = given.value != NULL ? given.origin : "the configuration's memory";
    settings->memory_bytes = config->memory_bytes != 0 ? config->memory_bytes : CLN_MEMORY_DEFAULT_BYTES;
    if (given.value != NULL) CLN_TRY(parse_given_size(given, &settings->memory_bytes, err));
    if (settings->memory_bytes >= CLN_MEMORY_LEAST_BYTES) return CLN_OK;
    return cln_fail(err, CLN_ERR_USAGE, "%s is too small: a rank needs 64M at least", origin);
}

static cln_status resolve_stripe_size(cln_settings *settings, const cln_buffer *packed, cln_error *err) {
    const given_value given = find_given(packed, "stripe-size");
    if (given.value == NULL) return CLN_OK;
    CLN_TRY(parse_given_size(given, &settings->stripe_size_bytes, err));
    if (settings->stripe_size_bytes > 0) return CLN_OK;
    return cln_fail(err, CLN_ERR_USAGE, "%s must be 1 byte at least", given.origin);
}

static cln_status resolve_format(cln_settings *settings, const cln_buffer *packed, cln_error *err) {
    const given_value given = find_given(packed, "format");
    settings->format = CLN_OUTPUT_TABLE;
    settings->format_given = given.value != NULL;
    if (given.value == NULL) return CLN_OK;
    cln_error reason;
    if (cln_output_format_parse(given.value, &settings->format, &reason) == CLN_OK) return CLN_OK;
    return cln_fail(err, CLN_ERR_USAGE, "%s: %.900s", given.origin, reason.message);
}

static bool is_one_of(const char *value, const char *const *words) {
    for (; *words != NULL; words++) {
        if (strcasecmp(value, *words) == 0) return true;
    }
    return false;
}

static cln_status resolve_quiet(cln_settings *settings, const cln_buffer *packed, cln_error *err) {
    static const char *const yes[] = {"1", "yes", "true", NULL}, *const no[] = {"0", "no", "false", NULL};
    const given_value given = find_given(packed, "quiet");
    settings->quiet = given.value != NULL && is_one_of(given.value, yes);
    if (given.value == NULL || settings->quiet || is_one_of(given.value, no)) return CLN_OK;
    return cln_fail(err, CLN_ERR_USAGE, "%s is '%.100s'; it may be 1, yes, true, 0, no or false", given.origin,
                    given.value);
}

cln_status cln_settings_resolve(cln_settings *settings, cln_config *config, const cln_buffer *packed, cln_error *err) {
    *settings = (cln_settings){0};
    *config = (cln_config){0};
    const char *at = skip_given(packed);
    const char *output = next_string(&at);
    const char *path = next_string(&at);
    settings->output_path = *output == '\0' ? NULL : output;
    settings->config_path = *path == '\0' ? NULL : path;
    const cln_span text = cln_span_of(at, packed->size - (size_t)(at - packed->data));
    CLN_TRY(cln_config_parse(config, text, *path == '\0' ? "the built-in configuration" : path, err));
    CLN_TRY(resolve_dir(&settings->store_dir, packed, "store", config->store_dir, "store", err));
    CLN_TRY(resolve_dir(&settings->staging_dir, packed, "staging", config->staging_dir, "staging", err));
    CLN_TRY(resolve_dir(&settings->scratch_dir, packed, "scratch", NULL, scratch_default(), err));
    CLN_TRY(resolve_quiet(settings, packed, err));
    CLN_TRY(resolve_memory(settings, config, packed, err));
    CLN_TRY(resolve_stripe_size(settings, packed, err));
    return resolve_format(settings, packed, err);
}
