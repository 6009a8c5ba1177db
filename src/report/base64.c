/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base64.h"

cln_status cln_base64_append(cln_span bytes, cln_buffer *out, cln_error *err) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < bytes.size; i += 3) {
        const size_t left = bytes.size - i;
        uint32_t group = 0;
        for (size_t k = 0; k < 3; k++) group = group << 8 | (k < left ? (unsigned char)bytes.data[i + k] : 0);
        char text[4] = {digits[group >> 18], digits[group >> 12 & 63], digits[group >> 6 & 63], digits[group & 63]};
        if (left < 3) text[3] = '=';
        if (left < 2) text[2] = '=';
        CLN_TRY(cln_buffer_append(out, text, sizeof text, err));
    }
    return CLN_OK;
}
