# SPDX-License-Identifier: GPL-3.0-or-later
"""A server of files that does what servers and networks do wrong.

    fault_server.py FOLDER

serves the files of FOLDER/published, and writes its port to FOLDER/port and a
line for each answer to FOLDER/requests: path, Range or "-", status, bytes of
the body that were sent. The path says what goes wrong:

    /NAME              nothing: ETag, Last-Modified, Range, If-Range, 304, 416, Repr-Digest
    /cut/N/NAME        every body ends after N bytes, though more were announced
    /stall/N/NAME      the first answer stops after N bytes, and the connection stays
    /corrupt/K/NAME    the first answer has another byte at offset K of the file
    /spoilt/K/NAME     every answer has
    /liar/NAME         a part begins elsewhere than Content-Range says it should
    /more/NAME         one byte more comes than Content-Range says
    /huge/NAME         the size is said to be 90 TiB
    /storm/N/S/NAME    the first N answers are status S, with Retry-After: 0
    /change/N/NAME     from the Nth answer on it is the file NAME.new
    /whole/NAME        no ranges: always 200, without Accept-Ranges
    /weak/NAME         neither ETag nor Last-Modified
    /eager/NAME        the same, and a part is all of the file, whatever was asked for
    /chunked/NAME      no ranges, and no length
    /gzip/NAME         Content-Encoding: gzip, though nobody asked
    /md5/NAME          Content-MD5 only; /badmd5/NAME one that is wrong
    /later/N/NAME      202 for the first N requests, then the file itself
    /hub/N/NAME        202 and {"status": "Pending"}, from the Nth on a result address
    /jobs/N/NAME       the same with status 200 and other words, in text/plain
    /broken/NAME       {"status": "Failed"}
    /never/NAME        {"status": "Processing"}, for ever
    /json/NAME, /xml/NAME, /page/NAME   a message with status 200
"""
import base64
import gzip
import hashlib
import http.server
import json
import os
import sys
import threading
import time

FOLDER = sys.argv[1]
DATE = 'Fri, 02 Jan 2026 00:00:00 GMT'
lock = threading.Lock()
counts = {}
log = open(os.path.join(FOLDER, 'requests'), 'a', buffering=1)


def count(path):
    """How many requests of that path came before this one."""
    with lock:
        counts[path] = counts.get(path, 0) + 1
        return counts[path] - 1


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def log_message(self, *arguments):
        pass

    def do_GET(self):
        parts = self.path.split('?')[0].strip('/').split('/')
        before = count(self.path)
        self.sent = 0
        self.status = 0
        try:
            self.answer(parts[0] if len(parts) > 1 else '', parts[1:-1], parts[-1], before)
        finally:
            with lock:
                log.write('%s %s %d %d\n' % (self.path, self.headers.get('Range', '-'), self.status, self.sent))

    def answer(self, fault, values, name, before):
        n = int(values[0]) if values else 0
        if fault == 'storm' and before < n:
            return self.reply(int(values[1]), b'busy', {'Retry-After': '0'})
        if fault == 'later' and before < n:
            return self.reply(202, b'', {'Retry-After': '0'})
        if fault == 'hub':
            if before < n:
                return self.message(202, {'status': 'Pending', 'progressInPercent': 10 * before})
            return self.message(200, {'status': 'Completed', 'resultUrl': '/' + name})
        if fault == 'jobs':
            if before < n:
                return self.message(200, {'jobStatus': 'esriJobExecuting'}, 'text/plain')
            return self.message(200, {'jobStatus': 'esriJobSucceeded', 'downloadUrl': '../../' + name}, 'text/plain')
        if fault == 'broken':
            return self.message(200, {'status': 'Failed', 'message': 'out of order'})
        if fault == 'never':
            return self.message(200, {'status': 'Processing'})
        if fault == 'json':
            return self.message(200, {'error': {'code': 400, 'message': 'no such layer'}}, 'text/csv')
        if fault == 'xml':
            return self.reply(200, b'<Error><Code>AccessDenied</Code></Error>', {'Content-Type': 'application/xml'})
        if fault == 'page':
            return self.reply(200, b'<!DOCTYPE html><html>sorry</html>', {'Content-Type': 'text/html'})
        if fault == 'change' and before >= n:
            name += '.new'
        try:
            with open(os.path.join(FOLDER, 'published', name), 'rb') as file:
                self.send_file(fault, n, before, file.read())
        except FileNotFoundError:
            self.reply(404, b'no such file', {})

    def message(self, status, value, kind='application/json'):
        self.reply(status, json.dumps(value).encode(), {'Content-Type': kind})

    def reply(self, status, body, headers):
        self.begin(status, dict(headers, **{'Content-Length': str(len(body))}))
        self.send(body)

    def begin(self, status, headers):
        self.status = status
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def send(self, body):
        for at in range(0, len(body), 8192):
            self.wfile.write(body[at:at + 8192])
            self.sent += len(body[at:at + 8192])

    def send_file(self, fault, n, before, body):
        etag = '"%s"' % hashlib.sha1(body).hexdigest()
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        headers = {'ETag': etag, 'Last-Modified': DATE, 'Accept-Ranges': 'bytes', 'Content-Type': 'text/csv',
                   'Repr-Digest': 'sha-256=:%s:' % digest}
        if fault in ('weak', 'eager', 'whole', 'chunked', 'gzip'):
            del headers['Accept-Ranges']
        if fault in ('weak', 'eager'):
            del headers['ETag'], headers['Last-Modified']
        if fault in ('md5', 'badmd5'):
            del headers['Repr-Digest']
            headers['Content-MD5'] = base64.b64encode(hashlib.md5(body if fault == 'md5' else b'').digest()).decode()
        if self.headers.get('If-None-Match') == headers.get('ETag', ''):
            return self.begin(304, {'ETag': etag})
        if fault == 'gzip':
            headers['Content-Encoding'] = 'gzip'
            return self.reply(200, gzip.compress(body), headers)
        if fault == 'chunked':
            self.begin(200, dict(headers, **{'Connection': 'close'}))
            self.send(body)
            self.close_connection = True
            return None
        first, last, status = self.choose(fault, headers, len(body))
        if status == 416:
            return self.reply(416, b'', {'Content-Range': 'bytes */%d' % len(body)})
        if fault == 'corrupt' and before == 0 or fault == 'spoilt':
            body = body[:n] + bytes([body[n] ^ 1]) + body[n + 1:]
        piece = body[first:last + 1]
        if status == 206:
            shift = 1 if fault == 'liar' else 0
            size = 90 << 40 if fault == 'huge' else len(body) + shift
            headers['Content-Range'] = 'bytes %d-%d/%d' % (first + shift, last + shift, size)
        extra = b'x' if fault == 'more' else b''
        headers['Content-Length'] = str(len(piece + extra))
        self.begin(status, headers)
        if fault == 'cut' or fault == 'stall' and before == 0:
            self.send(piece[:n])
            self.wfile.flush()
            if fault == 'stall':
                time.sleep(8)
            if len(piece) > n:
                self.close_connection = True
            return None
        return self.send(piece + extra)

    def choose(self, fault, headers, size):
        """First and last byte, and the status, of what is asked for."""
        wanted = self.headers.get('Range')
        if_range = self.headers.get('If-Range')
        if wanted is None or fault == 'whole':
            return 0, size - 1, 200
        if if_range is not None and if_range not in (headers.get('ETag'), headers.get('Last-Modified')):
            return 0, size - 1, 200
        first, last = wanted[len('bytes='):].split('-')
        first = int(first)
        if fault == 'eager':
            return 0, size - 1, 206
        if first >= size:
            return 0, 0, 416
        return first, min(int(last) if last else size - 1, size - 1), 206


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        pass


server = Server(('127.0.0.1', 0), Handler)
with open(os.path.join(FOLDER, 'port.tmp'), 'w') as port:
    port.write(str(server.server_port))
os.rename(os.path.join(FOLDER, 'port.tmp'), os.path.join(FOLDER, 'port'))
server.serve_forever()
