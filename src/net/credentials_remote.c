/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Keys that a service near by hands out: to containers and to EC2 instances.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
 */
#include "aws_profile.h"
#include "colonnade/base/date.h"
#include "colonnade/base/file.h"
#include "colonnade/base/memory.h"
#include "colonnade/net/http.h"
#include "credentials_parts.h"
#include "secrets.h"

#include <cjson/cJSON.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define CONTAINER_HOST  "http://169.254.170.2"
#define INSTANCE_HOST   "http://169.254.169.254"
#define INSTANCE_HOST_6 "http://[fd00:ec2::254]"
#define ROLE_PATH       "/latest/meta-data/iam/security-credentials/"

enum { ATTEMPTS = 3, TOKEN_LIMIT_BYTES = 32768, ROLE_MOST_BYTES = 128 };

/* These services are next door; on other machines nobody answers, and a
 * command should not wait long to find out. */
static const cln_http_timeouts short_timeouts = {.connect_seconds = 1, .stall_seconds = 2, .total_seconds = 5};

int64_t cln_parse_expiration(const char *text) {
    int year = 0;
    int month = 0;
    int day = 0;
    int hour = 0;
    int minute = 0;
    int second = 0;
    if (text == NULL || sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d", &year, &month, &day, &hour, &minute, &second) != 6 ||
        month < 1 || month > 12 || day < 1 || day > 31) {
        return 0;
    }
    return cln_days_from_civil(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
}

static char *json_text(const cJSON *json, const char *name) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, name);
    return cJSON_IsString(item) ? item->valuestring : NULL;
}

static void cleanse_json_text(const cJSON *json, const char *name) {
    char *text = json_text(json, name);
    if (text != NULL) OPENSSL_cleanse(text, strlen(text));
}

static cln_status take_json(cln_key_room *room, const cJSON *json, const char *origin, cln_error *err) {
    const char *code = json_text(json, "Code");
    const char *id = json_text(json, "AccessKeyId");
    const char *secret = json_text(json, "SecretAccessKey");
    if (code != NULL && strcmp(code, "Success") != 0) {
        return cln_fail(err, CLN_ERR_IO, "%s says '%.60s' instead of handing out keys", origin, code);
    }
    if (id == NULL || secret == NULL) {
        return cln_fail(err, CLN_ERR_IO, "%s answers without AccessKeyId and SecretAccessKey", origin);
    }
    room->expires_at = cln_parse_expiration(json_text(json, "Expiration"));
    return cln_key_room_set(room, id, secret, json_text(json, "Token"), origin, err);
}

cln_status cln_keys_from_json(cln_key_room *room, const char *text, size_t size, const char *origin, cln_error *err) {
    cJSON *json = cJSON_ParseWithLength(text, size);
    if (json == NULL) return cln_fail(err, CLN_ERR_IO, "%s answers with something that is not JSON", origin);
    const cln_status status = take_json(room, json, origin, err);
    cleanse_json_text(json, "SecretAccessKey");
    cleanse_json_text(json, "Token");
    cJSON_Delete(json);
    return status;
}

typedef struct question {
    const char *method;
    const char *url;
    const char *header; /* "Name: value"; NULL: none */
    bool no_proxy;
} question;

/* Asks a few times; *status 0: nobody answered. The body is a secret. */
static cln_status ask(const question *q, int attempts, cln_buffer *body, long *status, cln_error *err) {
    cln_http_pool *pool;
    CLN_TRY(cln_http_pool_new(&pool, 1, err));
    const cln_http_request request = {.method = q->method,
                                      .url = q->url,
                                      .headers = &q->header,
                                      .header_count = q->header == NULL ? 0 : 1,
                                      .timeouts = short_timeouts,
                                      .no_proxy = q->no_proxy};
    cln_status result = CLN_OK;
    *status = 0;
    for (int i = 0; i < attempts && (*status == 0 || *status >= 500); i++) {
        cln_http_response response;
        result = cln_http_perform(pool, &request, &response, err);
        *status = response.status;
        cln_secrets_clean_up_buffer(body);
        *body = response.body;
        response.body = (cln_buffer){0};
        cln_http_response_clean_up(&response);
    }
    cln_http_pool_free(pool);
    return result;
}

/* A value of the environment or of a file that becomes a header. */
static bool is_header_value(const char *text) {
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < ' ' || *text == 0x7F) return false;
    }
    return true;
}

/* The host of "http://HOST..." without its port. */
static cln_span host_of(const char *url) {
    const char *host = url + strlen("http://");
    if (*host == '[') {
        const char *end = strchr(host, ']');
        return cln_span_of(host, end == NULL ? strlen(host) : (size_t)(end - host) + 1);
    }
    return cln_span_of(host, strcspn(host, ":/?#"));
}

/* Four numbers and nothing else: "127.0.0.1.example.org" is somebody else. */
static bool is_loopback_address(cln_span host) {
    int dots = 0;
    for (size_t i = 0; i < host.size; i++) {
        if (host.data[i] == '.')
            dots++;
        else if (host.data[i] < '0' || host.data[i] > '9')
            return false;
    }
    return dots == 3 && host.size > 4 && memcmp(host.data, "127.", 4) == 0;
}

/* The token goes to this machine, to the addresses of ECS and EKS, or over TLS. */
static bool may_have_token(const char *url) {
    static const char *const hosts[] = {"localhost", "[::1]", "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"};
    if (strncasecmp(url, "https://", 8) == 0) return true;
    if (strncasecmp(url, "http://", 7) != 0 || strpbrk(url, "@\\") != NULL) return false;
    const cln_span host = host_of(url);
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        if (cln_span_equal(host, cln_span_of_string(hosts[i]))) return true;
    }
    return is_loopback_address(host);
}

static cln_status container_url(char **url, cln_error *err) {
    const char *relative = cln_aws_variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    const char *full = cln_aws_variable("AWS_CONTAINER_CREDENTIALS_FULL_URI");
    *url = NULL;
    if (relative != NULL && relative[0] == '/') return cln_format_string(url, err, CONTAINER_HOST "%s", relative);
    if (relative != NULL) {
        return cln_fail(err, CLN_ERR_USAGE, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI must begin with '/'");
    }
    if (full == NULL) return CLN_OK;
    if (may_have_token(full)) return cln_copy_string(url, full, err);
    return cln_fail(err, CLN_ERR_USAGE,
                    "AWS_CONTAINER_CREDENTIALS_FULL_URI must be https, or http on this machine or at the addresses of "
                    "ECS and EKS; keys are not asked for elsewhere");
}

static cln_status append_token(cln_buffer *header, cln_error *err) {
    const char *path = cln_aws_variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    if (path == NULL) {
        return cln_buffer_append_string(header, cln_aws_variable("AWS_CONTAINER_AUTHORIZATION_TOKEN"), err);
    }
    cln_buffer text;
    cln_buffer_init(&text, TOKEN_LIMIT_BYTES);
    cln_status status = cln_file_read(path, &text, err);
    if (status == CLN_OK) status = cln_buffer_append_span(header, cln_buffer_span(&text), err);
    cln_secrets_clean_up_buffer(&text);
    return status;
}

static cln_status container_header(cln_buffer *header, cln_error *err) {
    if (cln_aws_variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") == NULL &&
        cln_aws_variable("AWS_CONTAINER_AUTHORIZATION_TOKEN") == NULL) {
        return CLN_OK;
    }
    CLN_TRY(cln_buffer_append_string(header, "Authorization: ", err));
    CLN_TRY(append_token(header, err));
    while (header->size > 0 && memchr("\r\n", header->data[header->size - 1], 2) != NULL) header->size--;
    CLN_TRY(cln_buffer_terminate(header, err));
    if (strlen(header->data) == header->size && is_header_value(header->data)) return CLN_OK;
    return cln_fail(err, CLN_ERR_USAGE, "the authorization token of the container holds control characters");
}

static cln_status ask_container(cln_key_room *room, const char *url, const char *header, cln_error *err) {
    static const char origin[] = "the container's credentials service";
    cln_buffer body;
    cln_buffer_init(&body, TOKEN_LIMIT_BYTES);
    long status = 0;
    const question q = {.url = url, .header = header, .no_proxy = strncasecmp(url, "http:", 5) == 0};
    cln_status result = ask(&q, ATTEMPTS, &body, &status, err);
    if (result == CLN_OK && status != 200) {
        result =
            cln_fail(err, CLN_ERR_IO, "%s answers HTTP %ld; check AWS_CONTAINER_AUTHORIZATION_TOKEN", origin, status);
    }
    if (result == CLN_OK) result = cln_keys_from_json(room, body.data, body.size, origin, err);
    cln_secrets_clean_up_buffer(&body);
    return result;
}

cln_status cln_keys_from_container(cln_key_room *room, bool *found, cln_error *err) {
    char *url;
    CLN_TRY(container_url(&url, err));
    *found = url != NULL;
    if (!*found) return CLN_OK;
    cln_buffer header;
    cln_buffer_init(&header, TOKEN_LIMIT_BYTES);
    cln_status status = container_header(&header, err);
    if (status == CLN_OK) status = ask_container(room, url, header.size == 0 ? NULL : header.data, err);
    cln_secrets_clean_up_buffer(&header);
    free(url);
    return status;
}

static const char *instance_host(bool *is_given) {
    const char *given = cln_aws_variable("AWS_EC2_METADATA_SERVICE_ENDPOINT");
    const char *mode = cln_aws_variable("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE");
    *is_given = given != NULL;
    if (given != NULL) return given;
    return mode != NULL && strcasecmp(mode, "IPv6") == 0 ? INSTANCE_HOST_6 : INSTANCE_HOST;
}

static cln_status ask_instance(const char *host, const char *path, const char *header, const char *method, int attempts,
                               cln_buffer *body, long *status, cln_error *err) {
    char *url;
    const size_t size = strlen(host);
    CLN_TRY(
        cln_format_string(&url, err, "%.*s%s", (int)(size > 0 && host[size - 1] == '/' ? size - 1 : size), host, path));
    const question q = {.method = method, .url = url, .header = header, .no_proxy = true};
    cln_status result = ask(&q, attempts, body, status, err);
    if (result == CLN_OK) result = cln_buffer_terminate(body, err);
    free(url);
    return result;
}

static cln_status fail_instance(const char *what, long status, cln_error *err) {
    return cln_fail(err, CLN_ERR_IO, "the instance's metadata service answers HTTP %ld when asked for %s", status,
                    what);
}

/* The role that the instance has; none: *found stays false. */
static cln_status ask_role(const char *host, const char *header, char role[ROLE_MOST_BYTES], bool *found,
                           cln_error *err) {
    cln_buffer body;
    cln_buffer_init(&body, TOKEN_LIMIT_BYTES);
    long status = 0;
    cln_status result = ask_instance(host, ROLE_PATH, header, "GET", ATTEMPTS, &body, &status, err);
    if (result == CLN_OK && status != 200 && status != 404) result = fail_instance("its role", status, err);
    if (result == CLN_OK && status == 200 && body.size > 0) {
        const size_t size = strcspn(body.data, "\r\n");
        *found = size > 0 && size < ROLE_MOST_BYTES && strpbrk(body.data, " /?#%") == NULL;
        if (*found) (void)snprintf(role, ROLE_MOST_BYTES, "%.*s", (int)size, body.data);
    }
    cln_buffer_clean_up(&body);
    return result;
}

static cln_status ask_keys(cln_key_room *room, const char *host, const char *header, const char *role, cln_error *err) {
    char path[sizeof ROLE_PATH + ROLE_MOST_BYTES];
    (void)snprintf(path, sizeof path, ROLE_PATH "%s", role);
    cln_buffer body;
    cln_buffer_init(&body, TOKEN_LIMIT_BYTES);
    long status = 0;
    cln_status result = ask_instance(host, path, header, "GET", ATTEMPTS, &body, &status, err);
    if (result == CLN_OK && status != 200) result = fail_instance("keys", status, err);
    if (result == CLN_OK) {
        result = cln_keys_from_json(room, body.data, body.size, "the instance's metadata service", err);
    }
    cln_secrets_clean_up_buffer(&body);
    return result;
}

/* Version 2 only: a PUT first, whose answer all other questions must carry. Its
 * answer crosses one hop, so in a container there may be none. */
static cln_status ask_token(const char *host, bool is_given, cln_buffer *header, bool *found, cln_error *err) {
    cln_buffer body;
    cln_buffer_init(&body, TOKEN_LIMIT_BYTES);
    long status = 0;
    cln_error reason;
    cln_status result = ask_instance(host, "/latest/api/token", "X-aws-ec2-metadata-token-ttl-seconds: 21600", "PUT", 1,
                                     &body, &status, &reason);
    *found = false;
    if (result != CLN_OK || status != 200 || body.size == 0 || !is_header_value(body.data)) {
        const bool is_answered = result == CLN_OK;
        result = CLN_OK;
        if (is_given && is_answered) result = fail_instance("a token", status, err);
        if (is_given && !is_answered) {
            result = cln_fail(err, CLN_ERR_IO, "the instance's metadata service: %.900s", reason.message);
        }
    } else {
        *found = true;
        result = cln_buffer_append_format(header, err, "X-aws-ec2-metadata-token: %s", body.data);
        if (result == CLN_OK) result = cln_buffer_terminate(header, err);
    }
    cln_secrets_clean_up_buffer(&body);
    return result;
}

static cln_status ask_with_token(cln_key_room *room, const char *host, const char *header, bool *found,
                                 cln_error *err) {
    char role[ROLE_MOST_BYTES];
    *found = false;
    CLN_TRY(ask_role(host, header, role, found, err));
    return *found ? ask_keys(room, host, header, role, err) : CLN_OK;
}

cln_status cln_keys_from_instance(cln_key_room *room, bool *found, cln_error *err) {
    const char *disabled = cln_aws_variable("AWS_EC2_METADATA_DISABLED");
    bool is_given = false;
    const char *host = instance_host(&is_given);
    *found = false;
    if (disabled != NULL && strcasecmp(disabled, "true") == 0) return CLN_OK;
    cln_buffer header;
    cln_buffer_init(&header, TOKEN_LIMIT_BYTES);
    cln_status status = ask_token(host, is_given, &header, found, err);
    if (status == CLN_OK && *found) status = ask_with_token(room, host, header.data, found, err);
    cln_secrets_clean_up_buffer(&header);
    return status;
}
