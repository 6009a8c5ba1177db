/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/net/credentials.h"

#include "aws_profile.h"
#include "colonnade/base/clock.h"
#include "colonnade/base/log.h"
#include "colonnade/base/memory.h"
#include "credentials_parts.h"
#include "secrets.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

/* Keys are renewed so long before they expire; a request may wait and be
 * repeated for some minutes. */
enum { RENEWAL_SECONDS = 300, RETRY_SECONDS = 30 };

typedef struct key_source {
    const char *name;
    cln_key_place *find;
} key_source;

static const key_source key_sources[] = {
    {"the environment", cln_keys_from_environment},
    {"the profile", cln_keys_from_profile},
    {"the container's credentials", cln_keys_from_container},
    {"the instance's metadata", cln_keys_from_instance},
};

struct cln_credentials {
    cln_key_room *room;
    const key_source *source; /* NULL: not found yet */
    cln_aws_keys keys;        /* borrows from room */
    int64_t tried_at;         /* when a renewal failed last */
};

cln_status cln_credentials_new(cln_credentials **credentials, cln_error *err) {
    CLN_TRY(cln_new_array(credentials, 1, sizeof **credentials, err));
    const cln_status status = cln_secrets_new(&(*credentials)->room, sizeof *(*credentials)->room, err);
    if (status != CLN_OK) {
        free(*credentials);
        *credentials = NULL;
    }
    return status;
}

void cln_credentials_free(cln_credentials *credentials) {
    if (credentials == NULL) return;
    cln_secrets_free(credentials->room, sizeof *credentials->room);
    free(credentials);
}

static bool is_printable(const char *text) {
    for (; *text != '\0'; text++) {
        if (*text <= ' ' || *text >= 0x7F) return false;
    }
    return true;
}

/* The value itself is never told. */
static cln_status set_key(char *room, size_t size, const char *value, const char *what, const char *origin,
                          cln_error *err) {
    if (value == NULL) value = "";
    if (strlen(value) >= size || !is_printable(value)) {
        return cln_fail(err, CLN_ERR_USAGE, "the %s from %s is longer than any, or holds blanks or control characters",
                        what, origin);
    }
    memcpy(room, value, strlen(value) + 1);
    return CLN_OK;
}

cln_status cln_key_room_set(cln_key_room *room, const char *id, const char *secret, const char *token,
                            const char *origin, cln_error *err) {
    CLN_TRY(set_key(room->access_key_id, sizeof room->access_key_id, id, "access key id", origin, err));
    CLN_TRY(set_key(room->secret_access_key, sizeof room->secret_access_key, secret, "secret access key", origin, err));
    return set_key(room->session_token, sizeof room->session_token, token, "session token", origin, err);
}

cln_status cln_keys_from_environment(cln_key_room *room, bool *found, cln_error *err) {
    const char *id = cln_aws_variable("AWS_ACCESS_KEY_ID");
    const char *secret = cln_aws_variable("AWS_SECRET_ACCESS_KEY");
    *found = id != NULL || secret != NULL;
    if (!*found) return CLN_OK;
    if (id == NULL || secret == NULL) {
        return cln_fail(err, CLN_ERR_USAGE, "%s is set and %s is not; set both, or neither",
                        id == NULL ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID",
                        id == NULL ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY");
    }
    return cln_key_room_set(room, id, secret, cln_aws_variable("AWS_SESSION_TOKEN"), "the environment", err);
}

/* What other programs start browsers or shells for. */
static const char *foreign_method(const cln_aws_profile *profile) {
    static const char *const names[] = {"sso_session", "sso_start_url", "role_arn", "credential_process"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (cln_aws_profile_value(profile, names[i]) != NULL) return names[i];
    }
    return NULL;
}

static cln_status take_profile(cln_key_room *room, const cln_aws_profile *profile, bool *found, cln_error *err) {
    const char *id = cln_aws_profile_value(profile, "aws_access_key_id");
    const char *secret = cln_aws_profile_value(profile, "aws_secret_access_key");
    const char *method = foreign_method(profile);
    *found = id != NULL || secret != NULL;
    if (!*found && method == NULL) return CLN_OK;
    if (!*found) {
        return cln_fail(err, CLN_ERR_USAGE,
                        "the profile '%.100s' gets its keys by %s, which is left to the AWS command line: run 'eval "
                        "\"$(aws configure export-credentials --profile %.100s --format env)\"' first",
                        profile->name, method, profile->name);
    }
    if (id == NULL || secret == NULL) {
        return cln_fail(err, CLN_ERR_USAGE, "the profile '%.100s' has no %s", profile->name,
                        id == NULL ? "aws_access_key_id" : "aws_secret_access_key");
    }
    return cln_key_room_set(room, id, secret, cln_aws_profile_value(profile, "aws_session_token"), "the files of AWS",
                            err);
}

cln_status cln_keys_from_profile(cln_key_room *room, bool *found, cln_error *err) {
    cln_aws_profile profile;
    *found = false;
    cln_status status = cln_aws_profile_read(&profile, err);
    if (status == CLN_OK) status = take_profile(room, &profile, found, err);
    cln_aws_profile_clean_up(&profile);
    return status;
}

static void show_keys(cln_credentials *credentials) {
    const cln_key_room *room = credentials->room;
    credentials->keys = (cln_aws_keys){.access_key_id = room->access_key_id,
                                       .secret_access_key = room->secret_access_key,
                                       .session_token = *room->session_token == '\0' ? NULL : room->session_token,
                                       .expires_at = room->expires_at,
                                       .origin = credentials->source->name};
}

static cln_status find_first(cln_credentials *credentials, cln_error *err) {
    for (size_t i = 0; i < sizeof key_sources / sizeof *key_sources; i++) {
        bool found = false;
        CLN_TRY(key_sources[i].find(credentials->room, &found, err));
        if (!found) continue;
        credentials->source = &key_sources[i];
        show_keys(credentials);
        return CLN_OK;
    }
    return cln_fail(err, CLN_ERR_USAGE,
                    "there are no keys for object storage: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or "
                    "AWS_PROFILE, or run 'aws configure'; no container or EC2 instance offers any either");
}

/* New keys come into a room of their own, so that a failure leaves the old. */
static cln_status renew(cln_credentials *credentials, cln_error *err) {
    cln_key_room *room;
    bool found = false;
    CLN_TRY(cln_secrets_new(&room, sizeof *room, err));
    cln_status status = credentials->source->find(room, &found, err);
    if (status == CLN_OK && !found) {
        status = cln_fail(err, CLN_ERR_IO, "%s offers no keys any more", credentials->source->name);
    }
    if (status == CLN_OK) {
        cln_key_room *old = credentials->room;
        credentials->room = room;
        room = old;
        show_keys(credentials);
    }
    cln_secrets_free(room, sizeof *room);
    return status;
}

/* Keys that still hold are used on when no new ones come. */
static cln_status renew_in_time(cln_credentials *credentials, cln_error *err) {
    const int64_t now = cln_clock_utc_seconds();
    const int64_t left = credentials->room->expires_at - now;
    if (credentials->room->expires_at == 0 || left > RENEWAL_SECONDS) return CLN_OK;
    if (left > 0 && now - credentials->tried_at < RETRY_SECONDS) return CLN_OK;
    cln_error reason;
    const cln_status status = renew(credentials, &reason);
    if (status == CLN_OK) return CLN_OK;
    credentials->tried_at = now;
    if (left <= 0) {
        return cln_fail(err, status, "the keys from %s expired and no new ones came: %.800s", credentials->source->name,
                        reason.message);
    }
    cln_warning("the keys expire in %lld s and no new ones came: %s", (long long)left, reason.message);
    return CLN_OK;
}

cln_status cln_credentials_keys(cln_credentials *credentials, const cln_aws_keys **keys, cln_error *err) {
    CLN_TRY(credentials->source == NULL ? find_first(credentials, err) : renew_in_time(credentials, err));
    *keys = &credentials->keys;
    return CLN_OK;
}

static cln_status find_setting(char **value, const char *const variables[2], const char *setting, cln_error *err) {
    *value = NULL;
    for (size_t i = 0; i < 2; i++) {
        const char *given = cln_aws_variable(variables[i]);
        if (given != NULL) return cln_copy_string(value, given, err);
    }
    cln_aws_profile profile;
    cln_status status = cln_aws_profile_read(&profile, err);
    const char *found = status == CLN_OK ? cln_aws_profile_value(&profile, setting) : NULL;
    if (found != NULL) status = cln_copy_string(value, found, err);
    cln_aws_profile_clean_up(&profile);
    return status;
}

cln_status cln_aws_find_region(char **region, cln_error *err) {
    static const char *const variables[2] = {"AWS_REGION", "AWS_DEFAULT_REGION"};
    return find_setting(region, variables, "region", err);
}

cln_status cln_aws_find_endpoint(char **endpoint, cln_error *err) {
    static const char *const variables[2] = {"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"};
    return find_setting(endpoint, variables, "endpoint_url", err);
}
