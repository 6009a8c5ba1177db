/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Requests as a server sees them, and answers as callers do. The server is a
 * child of the test, with a process for each connection:
 *
 *   /echo      200, the request itself as the body
 *   /zeros/N   200, N zeros
 *   /busy      503 with Retry-After and 100000 zeros
 *   /to/PATH   302 to PATH; PATH may be a whole address
 *   /slow      200, after 50 ms
 */
#include "colonnade/net/http.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { REQUEST_LIMIT_BYTES = 1 << 20 };

static int port;
static pid_t server;
static cln_http_pool *pool;

static void send_all(int connection, const char *data, size_t size) {
    while (size > 0) {
        const ssize_t sent = send(connection, data, size, MSG_NOSIGNAL);
        if (sent <= 0) _exit(0);
        data += sent;
        size -= (size_t)sent;
    }
}

static void answer(int connection, const char *head, const char *body, size_t size) {
    char line[4096];
    (void)snprintf(line, sizeof line, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n", head, size);
    send_all(connection, line, strlen(line));
    if (body != NULL) send_all(connection, body, size);
}

static void answer_zeros(int connection, const char *head, size_t size) {
    char *zeros = calloc(1, size);
    if (zeros == NULL) _exit(1);
    answer(connection, head, zeros, size);
    free(zeros);
}

/* The size of a whole request at the start of text, or 0. */
static size_t request_size(const char *text, size_t size) {
    const char *end = strstr(text, "\r\n\r\n");
    if (end == NULL) return 0;
    const char *length = strstr(text, "Content-Length:");
    const size_t body = length == NULL || length > end ? 0 : (size_t)strtoul(length + 15, NULL, 10);
    const size_t whole = (size_t)(end + 4 - text) + body;
    return whole <= size ? whole : 0;
}

static void serve_request(int connection, const char *text, size_t size) {
    char path[2048] = "";
    (void)sscanf(text, "%*s %2047s", path);
    char head[2200];
    if (strncmp(path, "/zeros/", 7) == 0) {
        answer_zeros(connection, "200 OK", strtoul(path + 7, NULL, 10));
    } else if (strcmp(path, "/busy") == 0) {
        answer_zeros(connection, "503 Busy\r\nRetry-After: 7", 100000);
    } else if (strncmp(path, "/to/", 4) == 0) {
        (void)snprintf(head, sizeof head, "302 Found\r\nLocation: %s", path + 4);
        answer(connection, head, "moved", 5);
    } else {
        if (strcmp(path, "/slow") == 0) (void)nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
        answer(connection, "200 OK\r\nx-amz-one:  1 \r\nETag: \"e\"", strncmp(text, "HEAD", 4) == 0 ? NULL : text,
               size);
    }
}

static void serve_connection(int connection) {
    char *text = calloc(1, REQUEST_LIMIT_BYTES + 1);
    size_t size = 0;
    for (;;) {
        const ssize_t got = recv(connection, text + size, REQUEST_LIMIT_BYTES - size, 0);
        if (got <= 0) _exit(0);
        size += (size_t)got;
        text[size] = '\0';
        const size_t whole = request_size(text, size);
        if (whole == 0) continue;
        serve_request(connection, text, whole);
        memset(text, 0, size);
        size = 0;
    }
}

static int start_server(void **state) {
    (void)state;
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    if (bind(listener, (struct sockaddr *)&address, size) != 0 || listen(listener, 64) != 0) return -1;
    if (getsockname(listener, (struct sockaddr *)&address, &size) != 0) return -1;
    port = ntohs(address.sin_port);
    (void)setenv("no_proxy", "*", 1);
    server = fork();
    if (server == 0) {
        (void)setpgid(0, 0);
        (void)signal(SIGCHLD, SIG_IGN);
        for (;;) {
            const int connection = accept(listener, NULL, NULL);
            if (connection >= 0 && fork() == 0) serve_connection(connection);
            (void)close(connection);
        }
    }
    (void)setpgid(server, server);
    (void)close(listener);
    return cln_http_pool_new(&pool, 3, NULL) == CLN_OK ? 0 : -1;
}

static int stop_server(void **state) {
    (void)state;
    cln_http_pool_free(pool);
    (void)kill(-server, SIGKILL);
    return waitpid(server, NULL, 0) == server ? 0 : -1;
}

/* An address of the server, of which four are kept. */
static const char *address(const char *path) {
    static char kept[4][512];
    static int next;
    char *text = kept[next++ % 4];
    (void)snprintf(text, sizeof kept[0], "http://127.0.0.1:%d%s", port, path);
    return text;
}

static const char *body_of(cln_http_response *response) {
    assert_int_equal(cln_buffer_terminate(&response->body, NULL), CLN_OK);
    return response->body.data;
}

static cln_http_response performed(const cln_http_request *request) {
    cln_http_response response;
    cln_error err;
    if (cln_http_perform(pool, request, &response, &err) != CLN_OK) fail_msg("%s", err.message);
    return response;
}

static void a_request_is_sent_as_it_is_told(void **state) {
    (void)state;
    static const char *const headers[] = {"x-amz-date: 20260102T000000Z", "Authorization: secret"};
    const cln_http_request request = {.method = "DELETE",
                                      .url = address("/a/../b%2Fc?x=1"),
                                      .headers = headers,
                                      .header_count = 2,
                                      .path_as_is = true,
                                      .has_range = true,
                                      .first_byte = 5,
                                      .last_byte = 9};
    cln_http_response response = performed(&request);
    assert_int_equal(response.status, 200);
    const char *text = body_of(&response);
    assert_ptr_equal(strstr(text, "DELETE /a/../b%2Fc?x=1 HTTP/1.1\r\n"), text);
    assert_non_null(strstr(text, "\r\nx-amz-date: 20260102T000000Z\r\n"));
    assert_non_null(strstr(text, "\r\nAuthorization: secret\r\n"));
    assert_non_null(strstr(text, "\r\nRange: bytes=5-9\r\n"));
    assert_null(strstr(text, "Accept-Encoding"));
    assert_string_equal(cln_http_header_value(&response, "X-Amz-One"), "1");
    assert_string_equal(cln_http_header_value(&response, "etag"), "\"e\"");
    assert_null(cln_http_header_value(&response, "x-amz-two"));
    cln_http_response_clean_up(&response);
}

static cln_status pull_letters(void *context, uint64_t offset, char *data, size_t room, size_t *size, cln_error *err) {
    (void)context;
    (void)err;
    *size = room < 7 ? room : 7;
    for (size_t i = 0; i < *size; i++) data[i] = (char)('a' + (offset + i) % 26);
    return CLN_OK;
}

static void bodies_are_sent_with_their_length(void **state) {
    (void)state;
    cln_http_request request = {.method = "PUT", .url = address("/echo"), .body = cln_span_of_string("some bytes")};
    cln_http_response response = performed(&request);
    assert_non_null(strstr(body_of(&response), "Content-Length: 10\r\n"));
    assert_non_null(strstr(body_of(&response), "\r\n\r\nsome bytes"));
    assert_null(strstr(body_of(&response), "Expect"));
    assert_null(strstr(body_of(&response), "chunked"));
    cln_http_response_clean_up(&response);
    request = (cln_http_request){.method = "PUT", .url = address("/echo"), .pull = pull_letters, .pull_bytes = 30};
    response = performed(&request);
    assert_non_null(strstr(body_of(&response), "Content-Length: 30\r\n"));
    assert_non_null(strstr(body_of(&response), "\r\n\r\nabcdefghijklmnopqrstuvwxyzabcd"));
    cln_http_response_clean_up(&response);
    request = (cln_http_request){.method = "POST", .url = address("/echo?uploads=")};
    response = performed(&request);
    assert_non_null(strstr(body_of(&response), "POST /echo?uploads= HTTP/1.1\r\n"));
    assert_non_null(strstr(body_of(&response), "Content-Length: 0\r\n"));
    cln_http_response_clean_up(&response);
}

static void head_has_no_body(void **state) {
    (void)state;
    const cln_http_request request = {.method = "HEAD", .url = address("/echo")};
    cln_http_response response = performed(&request);
    assert_int_equal(response.size_bytes, 0);
    uint64_t length = 0;
    assert_true(cln_http_content_length(&response, &length));
    assert_true(length > 0);
    cln_http_response_clean_up(&response);
}

static void redirections_are_followed_where_allowed(void **state) {
    (void)state;
    static const char *const headers[] = {"Authorization: secret"};
    char path[200];
    (void)snprintf(path, sizeof path, "/to/http://localhost:%d/echo?signature=1", port);
    cln_http_request request = {.url = address(path), .headers = headers, .header_count = 1, .follows_redirects = true};
    cln_http_response response = performed(&request);
    assert_int_equal(response.status, 200);
    assert_non_null(strstr(response.final_url, "//localhost:"));
    assert_null(strstr(body_of(&response), "secret")); /* another host */
    assert_null(strstr(response.final_url, "signature"));
    cln_http_response_clean_up(&response);
    request.url = address("/to//to//echo");
    response = performed(&request);
    assert_string_equal(response.final_url, address("/echo"));
    assert_non_null(strstr(body_of(&response), "secret"));
    cln_http_response_clean_up(&response);
    request.follows_redirects = false;
    response = performed(&request);
    assert_int_equal(response.status, 302);
    cln_http_response_clean_up(&response);
}

static void assert_refused(const char *url, const char *reason) {
    const cln_http_request request = {.url = url, .follows_redirects = true};
    cln_http_response response;
    cln_error err;
    assert_int_equal(cln_http_perform(pool, &request, &response, &err), CLN_ERR_IO);
    assert_int_equal(response.outcome, CLN_HTTP_REFUSED);
    if (strstr(err.message, reason) == NULL) fail_msg("%s", err.message);
    cln_http_response_clean_up(&response);
}

static void dangerous_addresses_are_refused(void **state) {
    (void)state;
    assert_refused(address("/to/file:///etc/hostname"), "what is not http");
    assert_refused(address("/to/ftp://127.0.0.1/"), "not http");
    assert_refused(address("/to//to//to//to//to//to//echo"), "more than five");
    assert_refused("gopher://127.0.0.1/", "gopher");
    assert_refused("no address at all", "no address at all");
}

typedef struct counting_sink {
    uint64_t size_bytes;
    uint64_t fail_at_bytes;
    int wait_count; /* times to wait still */
    int resume_count;
    bool is_done;
    cln_http_transfer *transfer;
} counting_sink;

static cln_status count_bytes(void *context, const cln_http_response *response, const char *data, size_t size,
                              bool *wait, cln_error *err) {
    counting_sink *sink = context;
    assert_int_equal(response->status, 200);
    assert_non_null(data);
    if (sink->wait_count > 0) {
        sink->wait_count--;
        *wait = true;
        return CLN_OK;
    }
    sink->size_bytes += size;
    if (sink->fail_at_bytes != 0 && sink->size_bytes > sink->fail_at_bytes) {
        return cln_fail(err, CLN_ERR_DATA, "enough");
    }
    return CLN_OK;
}

static void a_sink_gets_the_bytes_of_success_only(void **state) {
    (void)state;
    counting_sink sink = {0};
    cln_http_request request = {.url = address("/zeros/3000000"), .sink = count_bytes, .sink_context = &sink};
    cln_http_response response = performed(&request);
    assert_int_equal(sink.size_bytes, 3000000);
    assert_int_equal(response.size_bytes, 3000000);
    cln_http_response_clean_up(&response);
    request.url = address("/busy");
    response = performed(&request);
    assert_int_equal(response.status, 503);
    assert_int_equal(sink.size_bytes, 3000000);
    assert_int_equal(response.body.size, CLN_HTTP_BODY_LIMIT_BYTES); /* its rest is dropped */
    assert_string_equal(cln_http_header_value(&response, "Retry-After"), "7");
    cln_http_response_clean_up(&response);
}

static void what_exceeds_a_limit_is_stopped(void **state) {
    (void)state;
    cln_error err;
    cln_http_response response;
    counting_sink sink = {0};
    cln_http_request request = {
        .url = address("/zeros/1000"), .sink = count_bytes, .sink_context = &sink, .sink_limit_bytes = 999};
    assert_int_equal(cln_http_perform(pool, &request, &response, &err), CLN_ERR_IO);
    assert_int_equal(response.outcome, CLN_HTTP_STOPPED);
    assert_non_null(strstr(err.message, "more than 999 bytes"));
    cln_http_response_clean_up(&response);
    request = (cln_http_request){.url = address("/zeros/1000"), .body_limit_bytes = 999};
    assert_int_equal(cln_http_perform(pool, &request, &response, &err), CLN_ERR_IO);
    cln_http_response_clean_up(&response);
    sink = (counting_sink){.fail_at_bytes = 100000};
    request = (cln_http_request){.url = address("/zeros/9000000"), .sink = count_bytes, .sink_context = &sink};
    assert_int_equal(cln_http_perform(pool, &request, &response, &err), CLN_ERR_DATA);
    assert_string_equal(err.message, "enough");
    assert_true(sink.size_bytes < 9000000);
    cln_http_response_clean_up(&response);
}

static void resume_later(void *context) {
    counting_sink *sink = context;
    if (sink->is_done) return;
    sink->resume_count++;
    cln_http_resume(sink->transfer);
}

static void note_sink_done(void *context, cln_status status, const cln_error *error) {
    (void)error;
    assert_int_equal(status, CLN_OK);
    ((counting_sink *)context)->is_done = true;
}

static void note_done(void *context, cln_status status, const cln_error *error) {
    (void)error;
    assert_int_equal(status, CLN_OK);
    ++*(int *)context;
}

static void a_sink_can_wait(void **state) {
    (void)state;
    counting_sink sink = {.wait_count = 3};
    const cln_http_request request = {.url = address("/zeros/2000000"), .sink = count_bytes, .sink_context = &sink};
    cln_http_response response;
    assert_int_equal(cln_http_start(pool, &request, &response, note_sink_done, &sink, &sink.transfer, NULL), CLN_OK);
    while (!sink.is_done) {
        bool busy;
        assert_int_equal(cln_http_call_later(pool, 0.01, resume_later, &sink, NULL), CLN_OK);
        assert_int_equal(cln_http_pool_step(pool, 1, &busy, NULL), CLN_OK);
    }
    cln_http_forget_calls(pool, &sink);
    assert_true(sink.resume_count >= 3);
    assert_int_equal(sink.size_bytes, 2000000);
    cln_http_response_clean_up(&response);
}

static void addresses_in_answers_are_resolved(void **state) {
    (void)state;
    char *url;
    assert_int_equal(cln_http_resolve_url("https://h/a/b?c", "../d?e=1", &url, NULL), CLN_OK);
    assert_string_equal(url, "https://h/d?e=1");
    free(url);
    assert_int_equal(cln_http_resolve_url("http://h/a", "https://g/x", &url, NULL), CLN_OK);
    assert_string_equal(url, "https://g/x");
    free(url);
    static const char *const wrong[] = {"http://g/x", "file:///etc/hostname", "http://", "https://h:port/"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(cln_http_resolve_url("https://h/a", wrong[i], &url, NULL), CLN_ERR_IO);
        assert_null(url);
    }
}

static void several_run_at_once_and_can_be_cancelled(void **state) {
    (void)state;
    enum { COUNT = 20 };
    const cln_http_request request = {.url = address("/slow")};
    cln_http_response responses[COUNT];
    cln_http_transfer *transfers[COUNT];
    int done = 0;
    for (int i = 0; i < COUNT; i++) {
        assert_int_equal(cln_http_start(pool, &request, &responses[i], note_done, &done, &transfers[i], NULL), CLN_OK);
    }
    cln_http_cancel(transfers[COUNT - 1]); /* waits for its turn */
    bool busy;
    assert_int_equal(cln_http_pool_step(pool, 0, &busy, NULL), CLN_OK);
    cln_http_cancel(transfers[0]);
    assert_int_equal(cln_http_pool_run(pool, NULL), CLN_OK);
    assert_int_equal(done, COUNT - 2);
    for (int i = 0; i < COUNT; i++) cln_http_response_clean_up(&responses[i]);
}

static void ranges_that_make_no_sense_are_none(void **state) {
    (void)state;
    static const char *const wrong[] = {"bytes 5-4/10",
                                        "bytes 0-10/10",
                                        "bytes x-4/10",
                                        "lines 0-4/10",
                                        "bytes 0-4",
                                        "bytes */10",
                                        "bytes 0-4/",
                                        "bytes 0-4/10x",
                                        "",
                                        "bytes 0-99999999999999999999999/999999999999999999999999999"};
    cln_http_header header = {.name = (char *)"content-range"};
    const cln_http_response response = {.status = 206, .headers = &header, .header_count = 1};
    uint64_t first;
    uint64_t last;
    uint64_t total;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        header.value = (char *)wrong[i];
        if (cln_http_content_range(&response, &first, &last, &total)) fail_msg("'%s' was taken", wrong[i]);
    }
    header.value = (char *)"bytes 3-9/10";
    assert_true(cln_http_content_range(&response, &first, &last, &total));
    assert_true(first == 3 && last == 9 && total == 10);
    header.value = (char *)"bytes 3-9/*";
    assert_true(cln_http_content_range(&response, &first, &last, &total));
    assert_true(total == CLN_HTTP_TO_THE_END);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_sent_as_it_is_told),
        cmocka_unit_test(bodies_are_sent_with_their_length),
        cmocka_unit_test(head_has_no_body),
        cmocka_unit_test(redirections_are_followed_where_allowed),
        cmocka_unit_test(dangerous_addresses_are_refused),
        cmocka_unit_test(a_sink_gets_the_bytes_of_success_only),
        cmocka_unit_test(what_exceeds_a_limit_is_stopped),
        cmocka_unit_test(a_sink_can_wait),
        cmocka_unit_test(addresses_in_answers_are_resolved),
        cmocka_unit_test(several_run_at_once_and_can_be_cancelled),
        cmocka_unit_test(ranges_that_make_no_sense_are_none),
    };
    return cmocka_run_group_tests(tests, start_server, stop_server);
}
