/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which records are stored.
 */
#include "colonnade/base/profile.h"
#include "colonnade/base/utf8.h"
#include "decoder_parts.h"

/* A record that is not UTF-8 is tried in pieces of this size. */
#define TRIED_BYTES ((size_t)4096)

static cln_reason judge_shape(const cln_decoder *decoder, const cln_record *record) {
    const size_t columns = decoder->schema->column_count;
    if (record->size > decoder->policy.max_record_bytes) return CLN_REASON_OVER_LONG;
    if (record->field_count > columns) return CLN_REASON_TOO_MANY_FIELDS;
    if (decoder->policy.repair_malformed) return CLN_REASON_NONE;
    if (record->is_unterminated) return CLN_REASON_UNTERMINATED;
    if (record->is_malformed) return CLN_REASON_MALFORMED;
    return record->field_count < columns ? CLN_REASON_TOO_FEW_FIELDS : CLN_REASON_NONE;
}

/* Whether a conversion would succeed; what it gives is not kept. */
static cln_status can_convert(cln_decoder *decoder, cln_span raw, bool *can, cln_error *err) {
    *can = decoder->fallback == CLN_FALLBACK_WINDOWS_1252;
    for (size_t i = 0; *can && i < raw.size; i += TRIED_BYTES) {
        const size_t size = raw.size - i < TRIED_BYTES ? raw.size - i : TRIED_BYTES;
        cln_buffer_clear(&decoder->encoding_arena);
        CLN_TRY(cln_utf8_from_windows_1252(cln_span_of(raw.data + i, size), &decoder->encoding_arena, can, err));
    }
    return CLN_OK;
}

static cln_status judge_encoding(cln_decoder *decoder, uint32_t row, cln_error *err) {
    const cln_span raw = cln_record_raw(decoder->block, &decoder->block->records[row]);
    if (cln_utf8_is_valid(raw)) return CLN_OK;
    CLN_TRY(can_convert(decoder, raw, &decoder->is_converted[row], err));
    if (!decoder->is_converted[row]) decoder->reasons[row] = CLN_REASON_ENCODING;
    return CLN_OK;
}

static bool is_repaired(const cln_decoder *decoder, const cln_record *record) {
    return record->is_malformed || record->field_count < decoder->schema->column_count;
}

static cln_status note_what_became(cln_decoder *decoder, uint32_t row, cln_error *err) {
    const cln_reason reason = (cln_reason)decoder->reasons[row];
    if (reason != CLN_REASON_NONE) return cln_decoder_note_record(decoder, row, cln_reason_text(reason), err);
    if (decoder->is_converted[row]) CLN_TRY(cln_decoder_note_record(decoder, row, cln_note_converted, err));
    if (!is_repaired(decoder, &decoder->block->records[row])) return CLN_OK;
    return cln_decoder_note_record(decoder, row, cln_note_repaired, err);
}

/* Whether nothing in the block needs to be converted: it is looked at as a
 * whole, while its bytes are in the caches. Its records end where no character
 * is cut in two. */
static bool is_all_utf8(const cln_decoder *decoder) {
    const double lap = cln_profile_now();
    const bool is_valid = cln_utf8_is_valid(cln_decoder_block_bytes(decoder));
    (void)cln_profile_lap(CLN_PHASE_ENCODING, lap);
    return is_valid;
}

cln_status cln_decoder_judge(cln_decoder *decoder, cln_error *err) {
    const bool all_utf8 = is_all_utf8(decoder);
    const double lap = cln_profile_now();
    for (uint32_t row = 0; row < decoder->block->record_count; row++) {
        decoder->reasons[row] = (uint8_t)judge_shape(decoder, &decoder->block->records[row]);
        decoder->is_converted[row] = false;
        if (!all_utf8 && decoder->reasons[row] == CLN_REASON_NONE) CLN_TRY(judge_encoding(decoder, row, err));
        CLN_TRY(note_what_became(decoder, row, err));
    }
    decoder->is_plain = decoder->note_count == 0 && decoder->block->escaped_field_count <= CLN_BLOCK_RECORDS;
    if (!decoder->is_plain) cln_record_block_cut_fields(decoder->block);
    (void)cln_profile_lap(CLN_PHASE_JUDGE, lap);
    return CLN_OK;
}
