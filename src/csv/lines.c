/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/csv/lines.h"

/* Whether a line ends with the byte: CRLF ends with its LF. */
static bool ends_line(cln_span bytes, size_t i) {
    if (bytes.data[i] == '\n') return true;
    return bytes.data[i] == '\r' && (i + 1 == bytes.size || bytes.data[i + 1] != '\n');
}

uint64_t cln_lines_count(cln_span bytes) {
    uint64_t lines = 0;
    for (size_t i = 0; i < bytes.size; i++) lines += ends_line(bytes, i);
    return lines;
}

size_t cln_lines_skip(cln_span bytes, uint64_t lines, uint64_t *left) {
    *left = lines;
    size_t i = 0;
    for (; i<bytes.size && * left> 0; i++) *left -= ends_line(bytes, i);
    return i;
}
