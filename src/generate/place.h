/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Places: 20 by 20 crossings in each area, the inner ones of its south-west
 * more often drawn, each with one street, one avenue and one point.
 */
#ifndef GENERATE_PLACE_H
#define GENERATE_PLACE_H

#include "areas.h"

#include <stdint.h>

typedef struct cln_place {
    const cln_area *area;
    uint32_t street; /* index into the city's streets, from the west */
    uint32_t avenue; /* crossings from the south of the grid */
    uint32_t house;  /* 0..99, the number within the block */
    int64_t longitude_nano;
    int64_t latitude_nano;
} cln_place;

/* A place in the area; draws two numbers of key from counter on. */
cln_place cln_place_draw(const cln_area *area, uint64_t key, uint32_t counter);

char *cln_place_put_street(const cln_place *place, char *out); /* "S Clayton St" */
char *cln_place_put_avenue(const cln_place *place, char *out); /* "E 38th Ave" */
char *cln_place_put_house(const cln_place *place, char *out);  /* "1628 N Clayton St" */

/* "3000 BLOCK N CLAYTON ST", "W COLFAX AVE / N CLAYTON ST" or "I25 HWYNB / ...", by the draw. */
char *cln_place_put_crash(const cln_place *place, uint64_t draw, char *out);

/* Feet of the state plane, near enough. */
int64_t cln_place_x_feet(const cln_place *place);
int64_t cln_place_y_feet(const cln_place *place);

#endif
