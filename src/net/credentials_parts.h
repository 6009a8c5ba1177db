/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The places where keys may be. Private to credentials*.c. Local.
 */
#ifndef COLONNADE_NET_CREDENTIALS_PARTS_H
#define COLONNADE_NET_CREDENTIALS_PARTS_H

#include "colonnade/net/credentials.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    CLN_KEY_ID_BYTES = 160,
    CLN_KEY_SECRET_BYTES = 257,
    CLN_KEY_TOKEN_BYTES = 16384, /* AWS says that there is no limit, and sends 1 to 4 KB */
};

/* One set of keys, in pages of its own (secrets.h). */
typedef struct cln_key_room {
    char access_key_id[CLN_KEY_ID_BYTES];
    char secret_access_key[CLN_KEY_SECRET_BYTES];
    char session_token[CLN_KEY_TOKEN_BYTES];
    int64_t expires_at;
} cln_key_room;

/* Copies a key in; NULL is as good as "". `what` and `origin` are for the
 * message when it is too long or has a character that no key has. */
CLN_CHECKED cln_status cln_key_room_set(cln_key_room *room, const char *id, const char *secret, const char *token,
                                        const char *origin, cln_error *err);

/* Each place: *found tells whether it has keys; then they are in room. A place
 * that is not there is no error. */
typedef cln_status cln_key_place(cln_key_room *room, bool *found, cln_error *err);
CLN_CHECKED cln_status cln_keys_from_environment(cln_key_room *room, bool *found, cln_error *err);
CLN_CHECKED cln_status cln_keys_from_profile(cln_key_room *room, bool *found, cln_error *err);
CLN_CHECKED cln_status cln_keys_from_container(cln_key_room *room, bool *found, cln_error *err);
CLN_CHECKED cln_status cln_keys_from_instance(cln_key_room *room, bool *found, cln_error *err);

/* The answer of 3 and 4 is JSON. */
CLN_CHECKED cln_status cln_keys_from_json(cln_key_room *room, const char *text, size_t size, const char *origin,
                                          cln_error *err);

/* "2026-01-31T12:00:00Z" as seconds since 1970; 0 where text is no time. */
int64_t cln_parse_expiration(const char *text);

#endif
