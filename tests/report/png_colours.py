# SPDX-License-Identifier: GPL-3.0-or-later
#
#   png_colours.py FILE RRGGBB...
#
# Prints how many pixels of a PNG file (8 bits, RGB, RGBA or a palette, not
# interlaced) have each colour.

import struct
import sys
import zlib


def chunks(data):
    at = 8
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        yield kind, data[at + 8 : at + 8 + size]
        at += size + 12


def paeth(a, b, c):
    p = a + b - c
    da, db, dc = abs(p - a), abs(p - b), abs(p - c)
    return a if da <= db and da <= dc else b if db <= dc else c


def unfilter(kind, line, above, step):
    for i in range(len(line)):
        left = line[i - step] if i >= step else 0
        corner = above[i - step] if i >= step else 0
        predicted = (0, left, above[i], (left + above[i]) // 2, paeth(left, above[i], corner))[kind]
        line[i] = (line[i] + predicted) & 255


def pixels(data):
    """Each pixel's colour as three bytes."""
    parts = list(chunks(data))
    width, height, depth, form, _, _, interlaced = struct.unpack(">IIBBBBB", parts[0][1])
    step = {2: 3, 3: 1, 6: 4}[form]
    assert depth == 8 and not interlaced
    palette = next((body for kind, body in parts if kind == b"PLTE"), b"")
    raw = zlib.decompress(b"".join(body for kind, body in parts if kind == b"IDAT"))
    above = bytearray(width * step)
    for row in range(height):
        begin = row * (width * step + 1)
        line = bytearray(raw[begin + 1 : begin + 1 + width * step])
        if raw[begin] != 0:
            unfilter(raw[begin], line, above, step)
        for x in range(0, width * step, step):
            yield bytes(palette[3 * line[x] : 3 * line[x] + 3]) if form == 3 else bytes(line[x : x + 3])
        above = line


def main():
    with open(sys.argv[1], "rb") as file:
        data = file.read()
    assert data[:8] == b"\x89PNG\r\n\x1a\n", "not a PNG file"
    wanted = {bytes.fromhex(colour): 0 for colour in sys.argv[2:]}
    for colour in pixels(data):
        if colour in wanted:
            wanted[colour] += 1
    print(*wanted.values())


main()
