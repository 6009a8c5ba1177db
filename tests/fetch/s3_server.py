# SPDX-License-Identifier: GPL-3.0-or-later
"""Object storage in memory that checks signatures, and does what a service does wrong.

    s3_server.py FOLDER SECRET [CERTIFICATE KEY]

speaks S3 on 127.0.0.1, by TLS where it has a certificate, and writes its port
to FOLDER/port. Buckets stand in the path, or in the host's name: before
".s3.localhost" and before ".s3.REGION.amazonaws.com". CONNECT makes it the proxy
to itself, by TLS, so that it can be Amazon. Signatures (version 4), hashes of
bodies, ETags and sizes of parts are checked as AWS documents them. A line for
each request goes to FOLDER/requests: method, Host, target, status.

Each line of FOLDER/faults is "METHOD PATTERN COUNT FAULT": the first COUNT
requests for each target that the pattern matches are answered by

    slow      503 SlowDown          bare     503 without a word
    error     500 InternalError     late     the same within status 200
    reset     nothing, a reset      half     half of what the body should be, a reset
    lost      what was asked for is done, and the answer is a reset

Without a signature and faults, GET /-/uploads tells of each upload under way its
bucket, key and number of parts, a line each, and GET /-/objects of each object
its bucket, key and SHA-256.
"""
import hashlib
import hmac
import http.server
import os
import re
import socket
import ssl
import struct
import sys
import threading
import time
from urllib.parse import parse_qsl, quote, unquote
from xml.etree import ElementTree
from xml.sax.saxutils import escape

FOLDER, SECRET = sys.argv[1:3]
PART_LEAST = 5 << 20
lock = threading.RLock()
counts = {}
buckets = {}
uploads = {}
log = open(os.path.join(FOLDER, 'requests'), 'a', buffering=1)
tls = None
if len(sys.argv) > 3:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(*sys.argv[3:5])


class Refusal(Exception):
    def __init__(self, status, code):
        super().__init__(code)
        self.status, self.code = status, code


class Cut(Exception):
    """The connection ends, and nobody says why."""


def encode(text, safe=''):
    return quote(text, safe=safe + '-_.~')


def signature_of(handler, path, query, credential, signed):
    """https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html"""
    date, region, service, end = credential[1:]
    headers = ''.join('%s:%s\n' % (name, ' '.join(handler.headers[name].split())) for name in signed)
    canonical = '\n'.join([
        handler.command, encode(path, '/'),
        '&'.join('%s=%s' % pair for pair in sorted((encode(name), encode(value)) for name, value in query)),
        headers, ';'.join(signed), handler.headers['x-amz-content-sha256']])
    text = '\n'.join(['AWS4-HMAC-SHA256', handler.headers['x-amz-date'], '/'.join(credential[1:]),
                      hashlib.sha256(canonical.encode()).hexdigest()])
    key = ('AWS4' + SECRET).encode()
    for step in (date, region, service, end, text):
        key = hmac.new(key, step.encode(), hashlib.sha256).digest()
    return key.hex()


def faults_of(command, target):
    """What goes wrong with this request, or None."""
    try:
        with open(os.path.join(FOLDER, 'faults')) as lines:
            faults = [line.split() for line in lines if line.strip()]
    except FileNotFoundError:
        return None
    with lock:
        for number, (method, pattern, count, fault) in enumerate(faults):
            if method != command or not re.search(pattern, target):
                continue
            key = (number, fault, method, target)
            counts[key] = counts.get(key, 0) + 1
            if counts[key] <= int(count):
                return fault
    return None


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    timeout = 120

    def log_message(self, *arguments):
        pass

    def do_CONNECT(self):
        if tls is None:
            return self.send_error(501)
        self.send_response(200)
        self.end_headers()
        self.note(200)
        self.connection = tls.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile('rb')
        self.wfile = self.connection.makefile('wb', 0)
        return None

    def serve(self):
        body = self.rfile.read(int(self.headers.get('Content-Length') or 0))
        if self.path.startswith('/-/'):
            return self.reply(200, {}, self.state().encode())
        try:
            fault = faults_of(self.command, self.path)
            if fault == 'reset':
                raise Cut
            if fault in ('slow', 'bare', 'error'):
                status = 500 if fault == 'error' else 503
                code = {'slow': 'SlowDown', 'error': 'InternalError', 'bare': None}[fault]
                return self.reply(status, {}, self.error_body(code))
            if fault == 'late':
                return self.reply(200, {}, self.error_body('InternalError'))
            with lock:
                answer = self.act(body)
            if fault == 'lost':
                raise Cut
            return self.reply(*answer, is_half=fault == 'half')
        except Refusal as refusal:
            return self.reply(refusal.status, {}, self.error_body(refusal.code))
        except Cut:
            self.cut()
        return None

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = serve

    def state(self):
        with lock:
            if self.path == '/-/uploads':
                lines = ['%s %s %d' % (one['bucket'], one['key'], len(one['parts'])) for one in uploads.values()]
            else:
                lines = ['%s %s %s' % (bucket, key, one['sha256'])
                         for bucket, objects in buckets.items() for key, one in objects.items()]
        return ''.join(line + '\n' for line in lines)

    # ---- Answers ----

    @staticmethod
    def error_body(code):
        return b'' if code is None else b'<?xml version="1.0"?><Error><Code>%s</Code></Error>' % code.encode()

    def note(self, status):
        with lock:
            log.write('%s %s %s %s\n' % (self.command, self.headers.get('Host', '-'), self.path, status))

    def reply(self, status, headers, body, is_half=False):
        self.note('half' if is_half else status)
        self.send_response(status)
        headers.setdefault('Content-Length', str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != 'HEAD':
            self.wfile.write(body[:len(body) // 2] if is_half else body)
        if is_half:
            self.hang_up()

    def cut(self):
        self.note('reset')
        self.hang_up()

    def hang_up(self):
        self.close_connection = True
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        self.connection.close()

    # ---- What is asked ----

    def act(self, body):
        target, _, query = self.path.partition('?')
        path = unquote(target)
        query = parse_qsl(query, keep_blank_values=True)
        self.check_signature(path, query, body)
        host = self.headers['Host'].rsplit(':', 1)[0]
        match = re.fullmatch(r'((.+)\.)?s3\.(localhost|([a-z0-9-]+)\.amazonaws\.com)', host)
        if match and match.group(4) and '/%s/s3/' % match.group(4) not in self.headers['Authorization']:
            raise Refusal(400, 'AuthorizationHeaderMalformed')
        if match and match.group(2):
            bucket, key = match.group(2), path[1:]
        else:
            bucket, _, key = path[1:].partition('/')
        names = {name: value for name, value in query}
        if key == '':
            return self.act_on_bucket(bucket, names, body)
        if bucket not in buckets:
            raise Refusal(404, 'NoSuchBucket')
        if 'uploads' in names or 'uploadId' in names:
            return self.act_on_upload(bucket, key, names, body)
        return self.act_on_object(bucket, key, body)

    def check_signature(self, path, query, body):
        match = re.fullmatch(r'AWS4-HMAC-SHA256 Credential=(\S+), ?SignedHeaders=(\S+), ?Signature=(\S+)',
                             self.headers.get('Authorization', ''))
        if not match:
            raise Refusal(403, 'AccessDenied')
        credential, signed = match.group(1).split('/'), match.group(2).split(';')
        needed = {'host', 'x-amz-date', 'x-amz-content-sha256'} | {
            name.lower() for name in self.headers if name.lower().startswith('x-amz-')}
        if not needed <= set(signed) or signed != sorted(signed) or any(name not in self.headers for name in signed):
            raise Refusal(403, 'AccessDenied')
        if hashlib.sha256(body).hexdigest() != self.headers['x-amz-content-sha256']:
            raise Refusal(400, 'XAmzContentSHA256Mismatch')
        if len(credential) != 5 or signature_of(self, path, query, credential, signed) != match.group(3):
            raise Refusal(403, 'SignatureDoesNotMatch')

    def act_on_bucket(self, bucket, names, body):
        if self.command == 'PUT':
            buckets.setdefault(bucket, {})
            return 200, {}, b''
        if bucket not in buckets:
            raise Refusal(404, 'NoSuchBucket')
        prefix = names.get('prefix', '')
        if self.command == 'POST' and 'delete' in names:
            for element in ElementTree.fromstring(body).iter():
                if element.tag.endswith('Key'):
                    buckets[bucket].pop(element.text, None)
            return 200, {}, b'<DeleteResult></DeleteResult>'
        if 'uploads' in names:
            found = ''.join('<Upload><Key>%s</Key><UploadId>%s</UploadId><Initiated>%s</Initiated></Upload>'
                            % (escape(upload['key']), name, upload['begun'])
                            for name, upload in uploads.items()
                            if upload['bucket'] == bucket and upload['key'].startswith(prefix))
            return 200, {}, ('<ListMultipartUploadsResult>%s<IsTruncated>false</IsTruncated>'
                             '</ListMultipartUploadsResult>' % found).encode()
        found = ''.join('<Contents><Key>%s</Key><Size>%d</Size><ETag>%s</ETag></Contents>'
                        % (encode(key, '/'), len(one['body']), one['etag'])
                        for key, one in sorted(buckets[bucket].items()) if key.startswith(prefix))
        return 200, {}, ('<ListBucketResult><EncodingType>url</EncodingType>%s<IsTruncated>false</IsTruncated>'
                         '</ListBucketResult>' % found).encode()

    def meta(self):
        return {name: value for name, value in self.headers.items() if name.lower().startswith('x-amz-meta-')}

    def act_on_object(self, bucket, key, body):
        objects = buckets[bucket]
        if self.command == 'PUT':
            etag = '"%s"' % hashlib.md5(body).hexdigest()
            objects[key] = {'body': body, 'etag': etag, 'meta': self.meta(), 'sha256': hashlib.sha256(body).hexdigest()}
            return 200, {'ETag': etag}, b''
        if self.command == 'DELETE':
            objects.pop(key, None)
            return 204, {}, b''
        if key not in objects:
            raise Refusal(404, 'NoSuchKey')
        one = objects[key]
        if self.headers.get('If-Match', one['etag']) != one['etag']:
            raise Refusal(412, 'PreconditionFailed')
        headers = dict(one['meta'], **{'ETag': one['etag'], 'Last-Modified': 'Fri, 02 Jan 2026 00:00:00 GMT'})
        size = len(one['body'])
        wanted = re.fullmatch(r'bytes=(\d+)-(\d*)', self.headers.get('Range', ''))
        if self.command == 'HEAD' or not wanted:
            return 200, dict(headers, **{'Content-Length': str(size)}), one['body']
        first, last = int(wanted.group(1)), min(int(wanted.group(2) or size), size - 1)
        if first >= size:
            raise Refusal(416, 'InvalidRange')
        headers['Content-Range'] = 'bytes %d-%d/%d' % (first, last, size)
        return 206, headers, one['body'][first:last + 1]

    def act_on_upload(self, bucket, key, names, body):
        if self.command == 'POST' and 'uploads' in names:
            name = 'upload/%d+%d' % (len(counts) + len(uploads), time.time_ns())
            begun = time.strftime('%Y-%m-%dT%H:%M:%S.000Z', time.gmtime())
            uploads[name] = {'bucket': bucket, 'key': key, 'meta': self.meta(), 'parts': {}, 'begun': begun}
            return 200, {}, ('<InitiateMultipartUploadResult><UploadId>%s</UploadId>'
                             '</InitiateMultipartUploadResult>' % name).encode()
        upload = uploads.get(names['uploadId'])
        if upload is None or (upload['bucket'], upload['key']) != (bucket, key):
            raise Refusal(404, 'NoSuchUpload')
        parts = upload['parts']
        if self.command == 'PUT':
            etag = '"%s"' % hashlib.md5(body).hexdigest()
            parts[int(names['partNumber'])] = (body, etag)
            return 200, {'ETag': etag}, b''
        if self.command == 'DELETE':
            del uploads[names['uploadId']]
            return 204, {}, b''
        if self.command == 'GET':
            after = int(names.get('part-number-marker', 0))
            found = ''.join('<Part><PartNumber>%d</PartNumber><Size>%d</Size><ETag>%s</ETag></Part>'
                            % (number, len(part), escape(etag))
                            for number, (part, etag) in sorted(parts.items()) if number > after)
            return 200, {}, ('<ListPartsResult>%s<IsTruncated>false</IsTruncated></ListPartsResult>' % found).encode()
        return self.complete(bucket, key, names['uploadId'], body)

    @staticmethod
    def complete(bucket, key, name, body):
        upload = uploads[name]
        wanted = [(int(part.findtext('PartNumber')), part.findtext('ETag'))
                  for part in ElementTree.fromstring(body).iter('Part')]
        bodies = []
        for number, etag in wanted:
            if upload['parts'].get(number, (None, None))[1] != etag:
                raise Refusal(400, 'InvalidPart')
            bodies.append(upload['parts'][number][0])
        if not bodies or wanted != sorted(wanted):
            raise Refusal(400, 'InvalidPartOrder')
        if any(len(part) < PART_LEAST for part in bodies[:-1]):
            raise Refusal(400, 'EntityTooSmall')
        digest = hashlib.md5(b''.join(hashlib.md5(part).digest() for part in bodies)).hexdigest()
        body = b''.join(bodies)
        buckets[bucket][key] = {'body': body, 'etag': '"%s-%d"' % (digest, len(bodies)), 'meta': upload['meta'],
                                'sha256': hashlib.sha256(body).hexdigest()}
        del uploads[name]
        return 200, {}, b'<CompleteMultipartUploadResult></CompleteMultipartUploadResult>'


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def finish_request(self, request, client_address):
        if tls is not None and request.recv(8, socket.MSG_PEEK)[:1] == b'\x16':
            request = tls.wrap_socket(request, server_side=True)
        super().finish_request(request, client_address)

    def handle_error(self, request, client_address):
        pass


server = Server(('127.0.0.1', 0), Handler)
with open(os.path.join(FOLDER, 'port.tmp'), 'w') as port:
    port.write(str(server.server_port))
os.rename(os.path.join(FOLDER, 'port.tmp'), os.path.join(FOLDER, 'port'))
server.serve_forever()
