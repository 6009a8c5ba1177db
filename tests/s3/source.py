#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A source of files for tests of object storage: source.py FOLDER LOG

Serves FOLDER with ETag, Last-Modified, Range and If-Range on a free port, which
is the first line of its output, and writes "PATH FIRST SENT" to LOG for each
answer. Where FOLDER/NAME.gate holds a number, no more than so many bytes of
NAME are sent until the gate is removed. /plain/NAME has no validators and no
ranges. /brief/NAME has an ETag, but neither ranges nor a length: the first answer
is cut in the middle, the second ends whole, but after a quarter.
"""
import hashlib
import os
import re
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

folder, log = sys.argv[1:]
brief_count = 0


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def do_GET(self):
        plain = self.path.startswith("/plain/")
        name = os.path.basename(self.path)
        path = os.path.join(folder, name)
        if not os.path.isfile(path):
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        with open(path, "rb") as stream:
            data = stream.read()
        etag = '"%s"' % hashlib.md5(data).hexdigest()
        if not plain and self.headers.get("If-None-Match") == etag:
            self.send_response(304)
            self.end_headers()
            return
        if self.path.startswith("/brief/"):
            self.send_brief(data, etag)
            return
        first = 0
        match = re.match(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if match and not plain and self.headers.get("If-Range", etag) == etag:
            first = int(match.group(1))
            self.send_response(206)
            self.send_header("Content-Range", "bytes %d-%d/%d" % (first, len(data) - 1, len(data)))
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(data) - first))
        self.send_header("Content-Type", "text/csv")
        if not plain:
            self.send_header("ETag", etag)
        self.end_headers()
        sent = 0
        try:
            sent = self.send_body(path + ".gate", data, first)
        finally:
            with open(log, "a") as lines:
                lines.write("%s %d %d\n" % (self.path, first, sent))

    def send_brief(self, data, etag):
        global brief_count
        brief_count += 1
        size = {1: len(data) // 2, 2: len(data) // 4}.get(brief_count, len(data))
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.send_header("Content-Type", "text/csv")
        self.send_header("ETag", etag)
        self.end_headers()
        self.wfile.write(b"%x\r\n%s\r\n" % (size, data[:size]))
        if brief_count != 1:
            self.wfile.write(b"0\r\n\r\n")
        self.close_connection = True

    def send_body(self, gate, data, first):
        sent = 0
        while first + sent < len(data):
            limit = len(data)
            if os.path.exists(gate):
                with open(gate) as stream:
                    limit = int(stream.read() or 0)
            if first + sent >= limit:
                time.sleep(0.05)
                if not self.peer_is_there():
                    return sent
                continue
            block = data[first + sent : min(first + sent + 65536, limit)]
            try:
                self.wfile.write(block)
            except OSError:
                return sent
            sent += len(block)
        return sent

    def peer_is_there(self):
        try:
            self.connection.settimeout(0.01)
            return self.connection.recv(1) != b""
        except TimeoutError:
            return True
        except OSError:
            return False
        finally:
            self.connection.settimeout(None)


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
print(server.server_port, flush=True)
server.serve_forever()
