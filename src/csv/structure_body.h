/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The structure of groups from their masks (cln_structure_function), for
 * processors whose vectors hold the masks of several groups. The file that
 * includes this defines before:
 *
 *   TARGET                 the attribute of functions for the processor
 *   mask_vector            unsigned 64-bit masks of consecutive groups, as a vector of gcc and clang
 *   load_masks(from), store_masks(to, v), same_masks(mask)
 *   last_lane(v)           the last mask in all lanes
 *   previous(before, v)    the masks of the groups one before those of v; before: those of the former vector
 *   running_parity(v)      of masks that are all ones or zero: the exclusive or of each and those before it in v
 *   is_zero(v)             whether no bit is set
 */

enum { MASK_LANES = sizeof(mask_vector) / sizeof(uint64_t) };

/* What the next vector has to know of the groups before it: the last bits of
 * the last lanes. */
typedef struct carried {
    mask_vector open; /* all bits of the last lane: whether quotes are open behind it */
    mask_vector quoted, structural, closing, line_ends, returns;
} carried;

TARGET static inline mask_vector last_bit(bool is_set) {
    return same_masks((uint64_t)is_set << 63);
}

TARGET static inline carried carried_of(uint8_t state) {
    const bool begins_item = state == CLN_CSV_START || state == CLN_CSV_CR;
    return (carried){.open = same_masks(state == CLN_CSV_QUOTED ? UINT64_MAX : 0),
                     .quoted = last_bit(state == CLN_CSV_QUOTED),
                     .structural = last_bit(begins_item || state == CLN_CSV_FIELD),
                     .closing = last_bit(state == CLN_CSV_QUOTE),
                     .line_ends = last_bit(begins_item),
                     .returns = last_bit(state == CLN_CSV_CR)};
}

/* The bytes behind those whose bits are set, across groups. */
TARGET static inline mask_vector behind(mask_vector before, mask_vector v) {
    return v << 1 | previous(before, v) >> 63;
}

/* The bytes behind which quotes are open. A group whose last one is, turns all
 * groups behind it over. */
TARGET static inline mask_vector find_quoted(mask_vector parity, carried *c) {
    const mask_vector turns = -(parity >> 63);
    const mask_vector open = running_parity(turns) ^ last_lane(c->open);
    const mask_vector quoted = parity ^ previous(c->open, open);
    c->open = open;
    return quoted;
}

/* The structure of the groups of one vector from group g on; returns where
 * quotes are not as they should be. Without quotes in these groups and open
 * ones before, the compiler drops what looks for them. */
TARGET static inline mask_vector find_structure(const cln_masks *m, size_t g, bool has_quotes,
                                                uint64_t newlines_are_stray, carried *c, cln_structure *s) {
    const mask_vector none = {0};
    const mask_vector lf = load_masks(m->lf + g), cr = load_masks(m->cr + g);
    const mask_vector quote = has_quotes ? load_masks(m->quote + g) : none;
    const mask_vector quoted = has_quotes ? find_quoted(load_masks(m->parity + g), c) : none;
    const mask_vector outside = has_quotes ? ~behind(c->quoted, quoted) : ~none;
    const mask_vector delimiters = load_masks(m->delimiter + g) & outside;
    const mask_vector line_ends = (lf | cr) & outside, returns = cr & outside;
    const mask_vector structural = line_ends | delimiters;
    const mask_vector opening = quote & outside, closing = quote & ~outside;
    const mask_vector behind_closing = has_quotes ? behind(c->closing, closing) : none;
    const mask_vector lf_of_crlf = lf & behind(c->returns, returns);
    const mask_vector items = behind(c->line_ends, line_ends) & ~lf_of_crlf;
    const mask_vector stray = (opening & ~(behind(c->structural, structural) | behind_closing)) |
                              (behind_closing & ~(structural | quote)) |
                              ((lf | cr) & ~outside & same_masks(newlines_are_stray));
    store_masks(s->delimiters + g, delimiters);
    store_masks(s->line_ends + g, line_ends & ~lf_of_crlf);
    store_masks(s->items + g, items);
    store_masks(s->records + g, items & ~line_ends);
    store_masks(s->openings + g, opening & ~behind_closing);
    store_masks(s->doubled + g, opening & behind_closing);
    store_masks(s->quoted + g, quoted);
    *c = (carried){c->open, quoted, structural, closing, line_ends, returns};
    return stray;
}

TARGET static size_t structure(const cln_masks *masks, size_t count, uint8_t state, bool newlines_in_quotes,
                               cln_structure *s) {
    carried c = carried_of(state);
    if (state != CLN_CSV_QUOTED && state != CLN_CSV_QUOTE && masks->any_quote == 0) {
        for (size_t g = 0; g < CLN_MASK_GROUPS; g += MASK_LANES) (void)find_structure(masks, g, false, 0, &c, s);
        return count;
    }
    const uint64_t newlines_are_stray = newlines_in_quotes ? 0 : UINT64_MAX;
    mask_vector any_stray = {0};
    uint64_t stray[CLN_MASK_GROUPS];
    for (size_t g = 0; g < CLN_MASK_GROUPS; g += MASK_LANES) {
        const mask_vector found = find_structure(masks, g, true, newlines_are_stray, &c, s);
        store_masks(stray + g, found);
        any_stray |= found;
    }
    return is_zero(any_stray) ? count : cln_count_clean(stray, count);
}
