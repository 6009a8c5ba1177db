/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "place.h"

#include "random.h"
#include "text.h"

#include <stdbool.h>

#define CROSSINGS       20               /* of an area, in each direction */
#define CROSSING_NANO   INT64_C(1400000) /* between two */
#define MARGIN_NANO     INT64_C(1000000) /* to the edge of the cell */
#define SCATTER_NANO    1000000          /* at the most, of a point from its crossing */
#define GRID_CROSSINGS  (CLN_GRID_COLUMNS * CROSSINGS)
#define SOUTH_CROSSINGS (3 * CROSSINGS) /* south of Ellsworth Avenue avenues have names, north of it numbers */
#define LAST_AVENUE     56

static const char *const streets[] = {
    "Sheridan Blvd",   "Zenobia St",   "Yates St",      "Xavier St",    "Wolff St",      "Winona Ct",
    "Vrain St",        "Utica St",     "Tennyson St",   "Stuart St",    "Raleigh St",    "Quitman St",
    "Perry St",        "Osceola St",   "Newton St",     "Meade St",     "Lowell Blvd",   "King St",
    "Knox Ct",         "Julian St",    "Irving St",     "Hooker St",    "Grove St",      "Federal Blvd",
    "Decatur St",      "Clay St",      "Bryant St",     "Zuni St",      "Tejon St",      "Raritan St",
    "Pecos St",        "Navajo St",    "Mariposa St",   "Lipan St",     "Kalamath St",   "Santa Fe Dr",
    "Inca St",         "Galapago St",  "Elati St",      "Delaware St",  "Cherokee St",   "Bannock St",
    "Acoma St",        "Broadway",     "Lincoln St",    "Sherman St",   "Grant St",      "Logan St",
    "Pennsylvania St", "Pearl St",     "Washington St", "Clarkson St",  "Emerson St",    "Ogden St",
    "Corona St",       "Downing St",   "Marion St",     "Lafayette St", "Humboldt St",   "Franklin St",
    "Gilpin St",       "High St",      "Race St",       "Vine St",      "Gaylord St",    "York St",
    "Josephine St",    "Columbine St", "Elizabeth St",  "Clayton St",   "Detroit St",    "Fillmore St",
    "Milwaukee St",    "St Paul St",   "Steele St",     "Adams St",     "Cook St",       "Madison St",
    "Monroe St",       "Garfield St",  "Jackson St",    "Harrison St",  "Colorado Blvd", "Albion St",
    "Ash St",          "Bellaire St",  "Birch St",      "Clermont St",  "Cherry St",     "Dexter St",
    "Dahlia St",       "Elm St",       "Eudora St",     "Fairfax St",   "Forest St",     "Glencoe St",
    "Grape St",        "Holly St",     "Hudson St",     "Ivanhoe St",   "Ivy St",        "Jasmine St",
    "Jersey St",       "Kearney St",   "Krameria St",   "Leyden St",    "Locust St",     "Monaco Street Pkwy",
    "Magnolia St",     "Niagara St",   "Newport St",    "Olive St",     "Oneida St",     "Pontiac St",
    "Poplar St",       "Quebec St",    "Quince St",     "Roslyn St",    "Syracuse St",   "Tamarac Dr",
    "Uinta St",        "Valentia St",  "Willow St",     "Xanthia St",   "Yosemite St",   "Alton St",
    "Beeler St",       "Dayton St",    "Havana St",     "Peoria St",    "Chambers Rd",   "Tower Rd",
};
#define STREET_COUNT   ((uint32_t)(sizeof streets / sizeof streets[0]))
#define BROADWAY_INDEX 43 /* the first street with addresses to the east */

static const char *const named_avenues[] = {
    "Quincy",   "Princeton", "Oxford",     "Nassau",  "Mansfield", "Lehigh",  "Kenyon",      "Jefferson",
    "Hampden",  "Girard",    "Floyd",      "Eastman", "Dartmouth", "Bates",   "Amherst",     "Yale",
    "Vassar",   "Harvard",   "Wesley",     "Iliff",   "Warren",    "Evans",   "Asbury",      "Jewell",
    "Colorado", "Mexico",    "Iowa",       "Florida", "Louisiana", "Arizona", "Mississippi", "Tennessee",
    "Kentucky", "Ohio",      "Exposition", "Center",  "Virginia",  "Alameda", "Cedar",       "Bayaud",
};
#define NAMED_AVENUE_COUNT ((uint32_t)(sizeof named_avenues / sizeof named_avenues[0]))

static uint32_t smaller(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

cln_place cln_place_draw(const cln_area *area, uint64_t key, uint32_t counter) {
    const uint64_t draw = cln_random_draw(key, counter);
    const uint64_t other = cln_random_draw(key, counter + 1);
    const uint32_t i = smaller(cln_random_below(draw, CROSSINGS), cln_random_below(draw << 32, CROSSINGS));
    const uint32_t j = smaller(cln_random_below(other, CROSSINGS), cln_random_below(other << 20, CROSSINGS));
    const uint32_t east = area->cell.column * CROSSINGS + i;
    const uint32_t north = area->cell.row * CROSSINGS + j;
    const uint64_t scatter = cln_random_draw(east, north);
    return (cln_place){
        .area = area,
        .street = east * STREET_COUNT / GRID_CROSSINGS,
        .avenue = north,
        .house = cln_random_below(other << 40, 100),
        .longitude_nano = CLN_GRID_WEST_NANO + area->cell.column * CLN_GRID_CELL_NANO + MARGIN_NANO +
                          i * CROSSING_NANO + cln_random_below(scatter, SCATTER_NANO),
        .latitude_nano = CLN_GRID_SOUTH_NANO + area->cell.row * CLN_GRID_CELL_NANO + MARGIN_NANO + j * CROSSING_NANO +
                         cln_random_below(scatter << 32, SCATTER_NANO),
    };
}

char *cln_place_put_street(const cln_place *place, char *out) {
    *out++ = place->avenue < SOUTH_CROSSINGS ? 'S' : 'N';
    *out++ = ' ';
    return cln_put_string(out, streets[place->street]);
}

static uint32_t numbered_avenue(const cln_place *place) {
    return 1 + (place->avenue - SOUTH_CROSSINGS) * LAST_AVENUE / SOUTH_CROSSINGS;
}

static char *put_ordinal(uint32_t number, char *out) {
    static const char *const endings[] = {"th", "st", "nd", "rd"};
    const uint32_t unit = number % 10;
    const bool is_teen = number / 10 % 10 == 1;
    out = cln_put_unsigned(out, number);
    return cln_put_string(out, endings[unit <= 3 && !is_teen ? unit : 0]);
}

char *cln_place_put_avenue(const cln_place *place, char *out) {
    *out++ = place->street < BROADWAY_INDEX ? 'W' : 'E';
    *out++ = ' ';
    if (place->avenue < SOUTH_CROSSINGS) {
        out = cln_put_string(out, named_avenues[place->avenue * NAMED_AVENUE_COUNT / SOUTH_CROSSINGS]);
    } else if (numbered_avenue(place) == 15) {
        out = cln_put_string(out, "Colfax");
    } else {
        out = put_ordinal(numbered_avenue(place), out);
    }
    return cln_put_string(out, " Ave");
}

static uint32_t block_of(const cln_place *place) {
    if (place->avenue >= SOUTH_CROSSINGS) return 100 * numbered_avenue(place);
    return 100 * (1 + (SOUTH_CROSSINGS - 1 - place->avenue) * NAMED_AVENUE_COUNT / SOUTH_CROSSINGS);
}

char *cln_place_put_house(const cln_place *place, char *out) {
    out = cln_put_unsigned(out, block_of(place) + place->house);
    *out++ = ' ';
    return cln_place_put_street(place, out);
}

static char *put_block(const cln_place *place, bool is_short, char *out) {
    out = cln_put_unsigned(out, block_of(place));
    out = cln_put_string(out, is_short ? " BLK " : " BLOCK ");
    return cln_place_put_street(place, out);
}

char *cln_place_put_crash(const cln_place *place, uint64_t draw, char *out) {
    static const char *const highways[] = {"I25 HWYNB", "I25 HWYSB", "I70 HWYEB", "I70 HWYWB"};
    char *const start = out;
    const uint32_t percent = cln_random_below(draw, 100);
    if (percent < 28) {
        out = put_block(place, percent < 6, out);
    } else if (percent < 37) {
        out = cln_put_string(out, highways[draw % 4]);
        out = cln_put_string(out, " / ");
        out = cln_place_put_street(place, out);
    } else {
        out = cln_place_put_avenue(place, out);
        out = cln_put_string(out, " / ");
        out = cln_place_put_street(place, out);
    }
    cln_make_upper(start, out);
    return out;
}

int64_t cln_place_x_feet(const cln_place *place) {
    return 3141677 + (place->longitude_nano + INT64_C(104996442300)) * 282560 / 1000000000;
}

int64_t cln_place_y_feet(const cln_place *place) {
    return 1684324 + (place->latitude_nano - INT64_C(39711203600)) * 361900 / 1000000000;
}
