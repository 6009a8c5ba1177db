/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The cells of the grid as GeoJSON.
 */
#include "areas.h"
#include "text.h"

static char *put_degrees(char *out, int64_t nano) {
    return cln_put_nano(out, nano, 2);
}

/* Counter-clockwise from the south-west, closed. */
static cln_status append_ring(cln_buffer *out, const cln_area *area, cln_error *err) {
    static const uint32_t corners[5][2] = {{0, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 0}};
    char text[256];
    char *end = text;
    for (int i = 0; i < 5; i++) {
        if (i > 0) *end++ = ',';
        *end++ = '[';
        end = put_degrees(end, CLN_GRID_WEST_NANO + (area->cell.column + corners[i][0]) * CLN_GRID_CELL_NANO);
        *end++ = ',';
        end = put_degrees(end, CLN_GRID_SOUTH_NANO + (area->cell.row + corners[i][1]) * CLN_GRID_CELL_NANO);
        *end++ = ']';
    }
    return cln_buffer_append(out, text, (size_t)(end - text), err);
}

cln_status cln_generate_append_boundaries(cln_buffer *out, cln_error *err) {
    CLN_TRY(cln_buffer_append_string(out, "{\n\"type\": \"FeatureCollection\",\n\"features\": [\n", err));
    for (uint32_t i = 0; i < CLN_AREA_COUNT; i++) {
        CLN_TRY(
            cln_buffer_append_format(out, err,
                                     "{\"type\":\"Feature\",\"properties\":{\"nbhd_id\":\"%u\",\"nbhd_name\":\"%s\","
                                     "\"notes\":\"" CLN_SAMPLE_MARK "\"},\"geometry\":{\"type\":"
                                     "\"MultiPolygon\",\"coordinates\":[[[",
                                     cln_areas[i].id, cln_areas[i].name));
        CLN_TRY(append_ring(out, &cln_areas[i], err));
        CLN_TRY(cln_buffer_append_string(out, i + 1 < CLN_AREA_COUNT ? "]]]}},\n" : "]]]}}\n", err));
    }
    return cln_buffer_append_string(out, "]\n}\n", err);
}
