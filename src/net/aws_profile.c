/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aws_profile.h"

#include "colonnade/base/file.h"
#include "colonnade/base/memory.h"
#include "secrets.h"

#include <ctype.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_LIMIT_BYTES = 1 << 20 };

const char *cln_aws_variable(const char *name) {
    const char *value = getenv(name);
    return value == NULL || *value == '\0' ? NULL : value;
}

/* The path of a file of AWS; NULL when there is no home. */
static cln_status find_file(char **path, const char *variable, const char *name, cln_error *err) {
    *path = NULL;
    const char *given = cln_aws_variable(variable);
    const char *home = cln_aws_variable("HOME");
    if (home == NULL) {
        const struct passwd *user = getpwuid(getuid()); /* NOLINT(concurrency-mt-unsafe): one thread */
        home = user == NULL ? NULL : user->pw_dir;
    }
    if (given != NULL && strncmp(given, "~/", 2) == 0 && home != NULL) {
        return cln_format_string(path, err, "%s%s", home, given + 1);
    }
    if (given != NULL) return cln_copy_string(path, given, err);
    return home == NULL ? CLN_OK : cln_format_string(path, err, "%s/.aws/%s", home, name);
}

static cln_span unquote(cln_span text) {
    const bool is_quoted =
        text.size >= 2 && (text.data[0] == '"' || text.data[0] == '\'') && text.data[text.size - 1] == text.data[0];
    return is_quoted ? cln_span_of(text.data + 1, text.size - 2) : text;
}

/* Whether "[...]" is the section of the profile. */
static bool is_section_of(const cln_aws_profile *profile, cln_span line, bool has_prefix) {
    static const char prefix[] = "profile";
    const char *end = memchr(line.data, ']', line.size);
    if (end == NULL) return false;
    cln_span name = cln_span_trim(cln_span_of(line.data + 1, (size_t)(end - line.data) - 1));
    const size_t prefix_size = sizeof prefix - 1;
    const bool begins_so = name.size > prefix_size && memcmp(name.data, prefix, prefix_size) == 0 &&
                           (name.data[prefix_size] == ' ' || name.data[prefix_size] == '\t');
    const bool is_default = strcmp(profile->name, "default") == 0;
    if (has_prefix && begins_so) {
        name = cln_span_trim(cln_span_of(name.data + prefix_size, name.size - prefix_size));
    } else if (has_prefix && !is_default) {
        return false;
    }
    return cln_span_equal(unquote(name), cln_span_of_string(profile->name));
}

static cln_status add_setting(cln_aws_profile *profile, cln_span line, cln_error *err) {
    const char *equals = memchr(line.data, '=', line.size);
    if (equals == NULL) return CLN_OK;
    const size_t name_size = (size_t)(equals - line.data);
    const cln_span value = cln_span_trim(cln_span_of(equals + 1, line.size - name_size - 1));
    CLN_TRY(cln_grow_array(&profile->settings, &profile->capacity, profile->count + 1, sizeof *profile->settings, err));
    cln_aws_setting *setting = &profile->settings[profile->count];
    CLN_TRY(cln_copy_span(&setting->name, cln_span_trim(cln_span_of(line.data, name_size)), err));
    for (char *c = setting->name; *c != '\0'; c++) *c = (char)tolower((unsigned char)*c);
    profile->count++;
    if (cln_aws_profile_value(profile, setting->name) != NULL) return CLN_OK; /* said before */
    return cln_copy_span(&setting->value, value, err);
}

/* Lines that begin with blanks belong to a setting of several, such as "s3 =". */
static cln_status parse(cln_aws_profile *profile, cln_span text, bool has_prefix, cln_error *err) {
    bool is_ours = false;
    for (size_t at = 0; at < text.size;) {
        const char *end = memchr(text.data + at, '\n', text.size - at);
        const size_t size = end == NULL ? text.size - at : (size_t)(end - text.data) - at;
        cln_span line = cln_span_of(text.data + at, size);
        at += size + 1;
        if (line.size > 0 && line.data[line.size - 1] == '\r') line.size--;
        if (line.size == 0 || strchr(" \t#;", line.data[0]) != NULL) continue;
        if (line.data[0] == '[') {
            is_ours = is_section_of(profile, line, has_prefix);
            profile->exists |= is_ours;
        } else if (is_ours) {
            CLN_TRY(add_setting(profile, line, err));
        }
    }
    return CLN_OK;
}

static cln_status read_file(cln_aws_profile *profile, const char *variable, const char *name, bool has_prefix,
                            cln_error *err) {
    char *path = NULL;
    cln_buffer text;
    cln_buffer_init(&text, FILE_LIMIT_BYTES);
    cln_status status = find_file(&path, variable, name, err);
    if (status == CLN_OK && path != NULL && cln_file_exists(path)) {
        status = cln_file_read(path, &text, err);
        if (status == CLN_OK) status = parse(profile, cln_buffer_span(&text), has_prefix, err);
    }
    cln_secrets_clean_up_buffer(&text);
    free(path);
    return status;
}

cln_status cln_aws_profile_read(cln_aws_profile *profile, cln_error *err) {
    *profile = (cln_aws_profile){.name = cln_aws_variable("AWS_PROFILE")};
    if (profile->name == NULL) profile->name = cln_aws_variable("AWS_DEFAULT_PROFILE");
    const bool is_asked_for = profile->name != NULL;
    if (!is_asked_for) profile->name = "default";
    CLN_TRY(read_file(profile, "AWS_SHARED_CREDENTIALS_FILE", "credentials", false, err));
    CLN_TRY(read_file(profile, "AWS_CONFIG_FILE", "config", true, err));
    if (!is_asked_for || profile->exists) return CLN_OK;
    return cln_fail(err, CLN_ERR_USAGE,
                    "AWS_PROFILE names the profile '%.200s', which neither the credentials file nor the config file of "
                    "AWS has; 'aws configure list-profiles' lists them",
                    profile->name);
}

void cln_aws_profile_clean_up(cln_aws_profile *profile) {
    for (size_t i = 0; i < profile->count; i++) {
        free(profile->settings[i].name);
        cln_secrets_free_string(profile->settings[i].value);
    }
    free(profile->settings);
    *profile = (cln_aws_profile){0};
}

const char *cln_aws_profile_value(const cln_aws_profile *profile, const char *name) {
    for (size_t i = 0; i < profile->count; i++) {
        const cln_aws_setting *setting = &profile->settings[i];
        if (setting->value != NULL && strcmp(setting->name, name) == 0) return *setting->value ? setting->value : NULL;
    }
    return NULL;
}
