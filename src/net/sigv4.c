/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/net/sigv4.h"

#include "secrets.h"
#include "sha256.h"

#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALGORITHM "AWS4-HMAC-SHA256"

enum { KEY_BYTES = 32, SECRET_MOST_BYTES = 256, CANONICAL_LIMIT_BYTES = 1 << 20 };

typedef struct signing_key {
    unsigned char bytes[KEY_BYTES];
} signing_key;

void cln_sigv4_format_time(time_t now, char text[CLN_SIGV4_TIME_BYTES]) {
    struct tm utc;
    if (gmtime_r(&now, &utc) == NULL) utc = (struct tm){.tm_year = 70, .tm_mday = 1};
    (void)strftime(text, CLN_SIGV4_TIME_BYTES, "%Y%m%dT%H%M%SZ", &utc);
}

static bool is_unreserved(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_' || c == '~';
}

cln_status cln_sigv4_encode(cln_buffer *out, const char *text, bool keep_slashes, cln_error *err) {
    static const char digits[] = "0123456789ABCDEF";
    for (; *text != '\0'; text++) {
        const unsigned char byte = (unsigned char)*text;
        if (is_unreserved(*text) || (*text == '/' && keep_slashes)) {
            CLN_TRY(cln_buffer_append_char(out, *text, err));
        } else {
            const char encoded[3] = {'%', digits[byte >> 4], digits[byte & 15]};
            CLN_TRY(cln_buffer_append(out, encoded, sizeof encoded, err));
        }
    }
    return CLN_OK;
}

/* A list of pairs in the order in which they are signed. */
typedef struct sorted_pairs {
    char *names[CLN_SIGV4_FIELDS_MOST];  /* as they are written */
    char *values[CLN_SIGV4_FIELDS_MOST]; /* the same */
    size_t count;
} sorted_pairs;

/* A session token may be among the values. */
static void clean_up_pairs(sorted_pairs *pairs) {
    for (size_t i = 0; i < pairs->count; i++) {
        free(pairs->names[i]);
        cln_secrets_free_string(pairs->values[i]);
    }
    pairs->count = 0;
}

static int compare_pairs(const sorted_pairs *pairs, size_t a, size_t b) {
    const int order = strcmp(pairs->names[a], pairs->names[b]);
    return order != 0 ? order : strcmp(pairs->values[a], pairs->values[b]);
}

static void swap_pairs(sorted_pairs *pairs, size_t a, size_t b) {
    char *const name = pairs->names[a];
    char *const value = pairs->values[a];
    pairs->names[a] = pairs->names[b];
    pairs->values[a] = pairs->values[b];
    pairs->names[b] = name;
    pairs->values[b] = value;
}

/* Takes ownership of what the two buffers hold, and sorts it in. */
static cln_status insert_pair(sorted_pairs *pairs, cln_buffer *name, cln_buffer *value, cln_error *err) {
    CLN_TRY(cln_buffer_terminate(name, err));
    CLN_TRY(cln_buffer_terminate(value, err));
    size_t at = pairs->count++;
    pairs->names[at] = name->data;
    pairs->values[at] = value->data;
    *name = (cln_buffer){0};
    *value = (cln_buffer){0};
    for (; at > 0 && compare_pairs(pairs, at, at - 1) < 0; at--) swap_pairs(pairs, at, at - 1);
    return CLN_OK;
}

static cln_status append_lower(cln_buffer *out, const char *text, cln_error *err) {
    for (; *text != '\0'; text++) {
        const char c = *text >= 'A' && *text <= 'Z' ? (char)(*text - 'A' + 'a') : *text;
        CLN_TRY(cln_buffer_append_char(out, c, err));
    }
    return CLN_OK;
}

/* Without blanks at both ends, and with one for each run of them inside. */
static cln_status append_squeezed(cln_buffer *out, const char *text, cln_error *err) {
    const cln_span trimmed = cln_span_trim(cln_span_of_string(text));
    for (size_t i = 0; i < trimmed.size; i++) {
        if (trimmed.data[i] == ' ' && trimmed.data[i - 1] == ' ') continue;
        CLN_TRY(cln_buffer_append_char(out, trimmed.data[i], err));
    }
    return CLN_OK;
}

static cln_status add_query(sorted_pairs *pairs, const cln_sigv4_field *field, cln_buffer *name, cln_buffer *value,
                            cln_error *err) {
    CLN_TRY(cln_sigv4_encode(name, field->name, false, err));
    CLN_TRY(cln_sigv4_encode(value, field->value, false, err));
    return insert_pair(pairs, name, value, err);
}

static cln_status add_header(sorted_pairs *pairs, const cln_sigv4_field *field, cln_buffer *name, cln_buffer *value,
                             cln_error *err) {
    CLN_TRY(append_lower(name, field->name, err));
    CLN_TRY(append_squeezed(value, field->value, err));
    return insert_pair(pairs, name, value, err);
}

typedef cln_status add_field(sorted_pairs *pairs, const cln_sigv4_field *field, cln_buffer *name, cln_buffer *value,
                             cln_error *err);

/* The caller cleans *pairs up, also after a failure. */
static cln_status sort_fields(sorted_pairs *pairs, const cln_sigv4_field *fields, size_t count, add_field *add,
                              cln_error *err) {
    pairs->count = 0;
    if (count > CLN_SIGV4_FIELDS_MOST) {
        return cln_fail(err, CLN_ERR_INTERNAL, "a request with %zu fields cannot be signed", count);
    }
    cln_status status = CLN_OK;
    for (size_t i = 0; i < count && status == CLN_OK; i++) {
        cln_buffer name;
        cln_buffer value;
        cln_buffer_init(&name, CANONICAL_LIMIT_BYTES);
        cln_buffer_init(&value, CANONICAL_LIMIT_BYTES);
        status = add(pairs, &fields[i], &name, &value, err);
        cln_buffer_clean_up(&name);
        cln_buffer_clean_up(&value);
    }
    return status;
}

static cln_status append_query(cln_buffer *out, const cln_sigv4_request *request, cln_error *err) {
    sorted_pairs pairs;
    cln_status status = sort_fields(&pairs, request->query, request->query_count, add_query, err);
    for (size_t i = 0; i < pairs.count && status == CLN_OK; i++) {
        status = cln_buffer_append_format(out, err, "%s%s=%s", i == 0 ? "" : "&", pairs.names[i], pairs.values[i]);
    }
    clean_up_pairs(&pairs);
    return status;
}

cln_status cln_sigv4_append_target(cln_buffer *out, const cln_sigv4_request *request, cln_error *err) {
    CLN_TRY(cln_sigv4_encode(out, request->path, true, err));
    if (request->query_count == 0) return CLN_OK;
    CLN_TRY(cln_buffer_append_char(out, '?', err));
    return append_query(out, request, err);
}

static cln_status append_names(cln_buffer *out, const sorted_pairs *pairs, cln_error *err) {
    for (size_t i = 0; i < pairs->count; i++) {
        CLN_TRY(cln_buffer_append_format(out, err, "%s%s", i == 0 ? "" : ";", pairs->names[i]));
    }
    return CLN_OK;
}

static cln_status append_canonical(cln_buffer *out, const cln_sigv4_request *request, const sorted_pairs *headers,
                                   cln_error *err) {
    CLN_TRY(cln_buffer_append_format(out, err, "%s\n", request->method));
    CLN_TRY(cln_sigv4_encode(out, request->path, true, err));
    CLN_TRY(cln_buffer_append_char(out, '\n', err));
    CLN_TRY(append_query(out, request, err));
    CLN_TRY(cln_buffer_append_char(out, '\n', err));
    for (size_t i = 0; i < headers->count; i++) {
        CLN_TRY(cln_buffer_append_format(out, err, "%s:%s\n", headers->names[i], headers->values[i]));
    }
    CLN_TRY(cln_buffer_append_char(out, '\n', err));
    CLN_TRY(append_names(out, headers, err));
    return cln_buffer_append_format(out, err, "\n%s", request->payload_sha256);
}

cln_status cln_sigv4_append_canonical(cln_buffer *out, const cln_sigv4_request *request, cln_error *err) {
    sorted_pairs headers;
    cln_status status = sort_fields(&headers, request->headers, request->header_count, add_header, err);
    if (status == CLN_OK) status = append_canonical(out, request, &headers, err);
    clean_up_pairs(&headers);
    return status;
}

static cln_status hmac(signing_key *out, const void *key, size_t key_size, const char *text, cln_error *err) {
    unsigned size = KEY_BYTES;
    if (HMAC(EVP_sha256(), key, (int)key_size, (const unsigned char *)text, strlen(text), out->bytes, &size) != NULL) {
        return CLN_OK;
    }
    return cln_fail(err, CLN_ERR_INTERNAL, "OpenSSL cannot compute HMAC-SHA-256 on this machine");
}

static cln_status derive_from(signing_key *key, const char *prefixed, const char *day, const cln_sigv4_request *request,
                              cln_error *err) {
    CLN_TRY(hmac(key, prefixed, strlen(prefixed), day, err));
    CLN_TRY(hmac(key, key->bytes, KEY_BYTES, request->region, err));
    CLN_TRY(hmac(key, key->bytes, KEY_BYTES, request->service, err));
    return hmac(key, key->bytes, KEY_BYTES, "aws4_request", err);
}

static cln_status derive_key(signing_key *key, const char *secret, const char *day, const cln_sigv4_request *request,
                             cln_error *err) {
    char prefixed[SECRET_MOST_BYTES + 5];
    if (strlen(secret) > SECRET_MOST_BYTES) {
        return cln_fail(err, CLN_ERR_USAGE, "the secret access key has more than %d characters; check it",
                        SECRET_MOST_BYTES);
    }
    (void)snprintf(prefixed, sizeof prefixed, "AWS4%s", secret);
    const cln_status status = derive_from(key, prefixed, day, request, err);
    OPENSSL_cleanse(prefixed, sizeof prefixed);
    return status;
}

static cln_status append_text_to_sign(cln_buffer *out, const cln_sigv4_request *request, const sorted_pairs *headers,
                                      const char *scope, cln_error *err) {
    char digest[CLN_SHA256_TEXT_BYTES];
    cln_buffer canonical;
    cln_buffer_init(&canonical, CANONICAL_LIMIT_BYTES);
    cln_status status = append_canonical(&canonical, request, headers, err);
    if (status == CLN_OK) status = cln_sha256_bytes(canonical.data, canonical.size, digest, err);
    if (canonical.data != NULL) OPENSSL_cleanse(canonical.data, canonical.size); /* a session token is in it */
    cln_buffer_clean_up(&canonical);
    if (status != CLN_OK) return status;
    CLN_TRY(cln_buffer_append_format(out, err, ALGORITHM "\n%s\n%s\n%s", request->time, scope, digest));
    return cln_buffer_terminate(out, err);
}

static cln_status sign(char text[CLN_SHA256_TEXT_BYTES], const cln_sigv4_request *request, const sorted_pairs *headers,
                       const char *scope, const char *secret, cln_error *err) {
    cln_buffer to_sign;
    cln_buffer_init(&to_sign, CANONICAL_LIMIT_BYTES);
    signing_key key = {{0}};
    char day[9];
    (void)snprintf(day, sizeof day, "%.8s", request->time);
    cln_status status = append_text_to_sign(&to_sign, request, headers, scope, err);
    if (status == CLN_OK) status = derive_key(&key, secret, day, request, err);
    if (status == CLN_OK) status = hmac(&key, key.bytes, KEY_BYTES, to_sign.data, err);
    if (status == CLN_OK) cln_hex(key.bytes, KEY_BYTES, text);
    OPENSSL_cleanse(&key, sizeof key);
    cln_buffer_clean_up(&to_sign);
    return status;
}

static cln_status append_authorization(cln_buffer *out, const cln_sigv4_request *request, const sorted_pairs *headers,
                                       const char *access_key_id, const char *secret, cln_error *err) {
    char scope[256];
    char signature[CLN_SHA256_TEXT_BYTES];
    const int size =
        snprintf(scope, sizeof scope, "%.8s/%s/%s/aws4_request", request->time, request->region, request->service);
    if (size < 0 || (size_t)size >= sizeof scope) {
        return cln_fail(err, CLN_ERR_USAGE, "the region '%.40s...' is too long; check it", request->region);
    }
    CLN_TRY(sign(signature, request, headers, scope, secret, err));
    CLN_TRY(cln_buffer_append_format(out, err, ALGORITHM " Credential=%s/%s, SignedHeaders=", access_key_id, scope));
    CLN_TRY(append_names(out, headers, err));
    CLN_TRY(cln_buffer_append_format(out, err, ", Signature=%s", signature));
    return cln_buffer_terminate(out, err);
}

cln_status cln_sigv4_append_authorization(cln_buffer *out, const cln_sigv4_request *request, const char *access_key_id,
                                          const char *secret_access_key, cln_error *err) {
    sorted_pairs headers;
    cln_status status = sort_fields(&headers, request->headers, request->header_count, add_header, err);
    if (status == CLN_OK) {
        status = append_authorization(out, request, &headers, access_key_id, secret_access_key, err);
    }
    clean_up_pairs(&headers);
    return status;
}
