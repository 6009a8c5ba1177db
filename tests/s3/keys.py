#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands in for the services that hand out keys: keys.py ID SECRET LOG

Prints its port, then answers as the metadata service of EC2, version 2, and at
/container as the credentials service of a container, whose token is
"container-Token". A line for each request goes to LOG. The keys hold for an
hour, at /soon for 100 seconds, which is less than a client waits for.
"""
import json
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

key_id, secret, log = sys.argv[1:]
TOKEN = "metadata-Token=="


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *arguments):
        with open(log, "a") as lines:
            lines.write("%s %s\n" % (self.command, self.path))

    def answer(self, status, text):
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def keys(self, seconds):
        expiration = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))
        return json.dumps({"Code": "Success", "AccessKeyId": key_id, "SecretAccessKey": secret,
                           "Token": "session-Token/1", "Expiration": expiration})

    def do_PUT(self):
        good = self.path.endswith("/latest/api/token") and self.headers.get("X-aws-ec2-metadata-token-ttl-seconds")
        self.answer(200 if good else 400, TOKEN if good else "")

    def do_GET(self):
        if self.path == "/container":
            good = self.headers.get("Authorization") == "container-Token"
            self.answer(200 if good else 403, self.keys(3600) if good else "")
            return
        seconds = 100 if self.path.startswith("/soon/") else 3600
        path = self.path.replace("/soon/", "/", 1)
        roles = "/latest/meta-data/iam/security-credentials/"
        if self.headers.get("X-aws-ec2-metadata-token") != TOKEN:
            self.answer(401, "")
        elif path == roles:
            self.answer(200, "the-role\n")
        elif path == roles + "the-role":
            self.answer(200, self.keys(seconds))
        else:
            self.answer(404, "")


server = HTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
