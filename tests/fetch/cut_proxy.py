# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands before a server and cuts connections at random places.

    cut_proxy.py FOLDER PORT SEED MOST

passes connections on to 127.0.0.1:PORT, and writes its own port to
FOLDER/port. Three of four connections are cut after a random number of the
server's bytes, 0 to MOST, headers included: half of them closed, half reset.
Each cut is a line in FOLDER/cuts.
"""
import os
import random
import socket
import struct
import sys
import threading

FOLDER, PORT, SEED, MOST = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
dice = random.Random(SEED)
lock = threading.Lock()
cuts = open(os.path.join(FOLDER, 'cuts'), 'a', buffering=1)


def forward(source, sink):
    try:
        while True:
            data = source.recv(65536)
            if not data:
                break
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def serve(client, budget, is_reset):
    server = socket.create_connection(('127.0.0.1', PORT))
    requests = threading.Thread(target=forward, args=(client, server), daemon=True)
    requests.start()
    try:
        while budget is None or budget > 0:
            data = server.recv(16384 if budget is None else min(budget, 16384))
            if not data:
                break
            client.sendall(data)
            if budget is not None:
                budget -= len(data)
        if budget == 0:
            cuts.write('%s\n' % ('reset' if is_reset else 'closed'))
            if is_reset:
                # Nobody may wait on the socket when it is closed, or nothing would be sent.
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
                client.shutdown(socket.SHUT_RD)
                requests.join()
            else:
                client.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    finally:
        client.close()
        server.close()


listener = socket.create_server(('127.0.0.1', 0), backlog=128)
with open(os.path.join(FOLDER, 'port.tmp'), 'w') as port:
    port.write(str(listener.getsockname()[1]))
os.rename(os.path.join(FOLDER, 'port.tmp'), os.path.join(FOLDER, 'port'))
while True:
    connection, _ = listener.accept()
    limit = dice.randrange(MOST + 1) if dice.random() < 0.75 else None
    threading.Thread(target=serve, args=(connection, limit, dice.random() < 0.5), daemon=True).start()
