/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a generator is made of. A vintage is a table: its header, its columns
 * (each with the function that writes its cell), and its style. For a row the
 * dataset first draws what its columns share (an event), then each column
 * writes its cell.
 */
#ifndef GENERATE_GENERATOR_H
#define GENERATE_GENERATOR_H

#include "areas.h"
#include "calendar.h"
#include "choice.h"
#include "colonnade/generate/generate.h"
#include "place.h"
#include "shares.h"

#include <stdbool.h>

#define CLN_MAX_COLUMNS   64
#define CLN_ROW_MAX_BYTES 16384 /* no row comes near it: 64 columns of less than 200 bytes */

/* Numbers of draws; below CLN_MAX_COLUMNS they belong to the columns. */
enum {
    CLN_DRAW_DAY = CLN_MAX_COLUMNS,
    CLN_DRAW_HOUR,
    CLN_DRAW_MINUTE,
    CLN_DRAW_AREA,
    CLN_DRAW_PLACE,
    CLN_DRAW_PLACE_SECOND,
    CLN_DRAW_REPEAT,
    CLN_DRAW_KIND,
    CLN_DRAW_TEXT,
    CLN_DRAW_TEXT_DETAIL,
    CLN_DRAW_PRESENCE,
    CLN_DRAW_END,
    CLN_DRAW_END_TIME,
    CLN_DRAW_DIRT,
    CLN_DRAW_DIRT_KIND,
};

typedef struct cln_event {
    uint64_t row;     /* 1 is the first data record */
    uint64_t serial;  /* gives the incident's number: row, or the row before it that this one repeats */
    uint64_t key;     /* of the random numbers of the serial */
    bool has_area;    /* else the area's cell is blank */
    uint32_t present; /* of a call: what is filled in, CLN_HAS_... */
    cln_place place;
    uint32_t kind; /* of an accident: the offence; of a call: the status */
    uint32_t call_case;
    uint32_t day;
    uint32_t second;
    uint32_t end_day; /* reported or closed */
    uint32_t end_second;
} cln_event;

typedef struct cln_column cln_column;
typedef char *cln_cell_writer(const cln_generator *generator, const cln_event *event, const cln_column *column,
                              char *out);

struct cln_column {
    cln_cell_writer *write;
    const cln_weighted_table *table; /* of a category; may be NULL */
    bool is_free_text;               /* may need quoting */
};

typedef struct cln_vintage cln_vintage;

/* A dataset: what its vintages share. */
typedef struct cln_dataset {
    const char *name;
    uint64_t stream; /* keeps the datasets' random numbers apart */
    const cln_vintage *vintages;
    uint32_t vintage_count;
    uint32_t default_vintage;
    const uint32_t *hours;
    const uint32_t *weekdays;
    uint32_t blank_area_weight;
    uint32_t (*area_weight)(const cln_area *area);
    void (*draw)(const cln_generator *generator, uint64_t row, cln_event *event);
} cln_dataset;

/* What is filled in of a call's place. */
enum {
    CLN_HAS_AREA = 1,
    CLN_HAS_POINT = 2,
    CLN_HAS_COUNCIL = 4,
    CLN_HAS_POLICE = 8,
    CLN_HAS_ZIP = 16,
    CLN_HAS_ADDRESS = 32,
    CLN_HAS_CROSSING = 64,
};

typedef struct cln_presence {
    uint32_t weight;
    uint32_t present;
} cln_presence;

#define CLN_PRESENCE_COUNT 14

struct cln_vintage {
    const char *name;
    const char *header;
    const cln_column *columns;
    uint32_t column_count;
    uint32_t text_column; /* holds CLN_SAMPLE_MARK in marked records */
    uint32_t time_column;
    int first_year;
    int year_count;
    const uint32_t *months; /* counts, year_count * 12 */
    cln_date_style date_style;
    const char *blank; /* a category that is not known */
    bool quotes_all;
    bool has_byte_order_mark;
    bool lacks_final_line_end;
    bool has_slugs;         /* areas as five-points, not Five Points */
    bool has_float_numbers; /* 201411917.0 */
    bool has_odd_seconds;   /* 14:19:59 for 14:20:00 in nearly half of the rows */
    bool pads;              /* offences to 30 columns, districts to 3 */
    bool mixes_case;        /* Dry and DRY, Daylight and DAY LIGHT; junk such as 00 */
    bool has_whole_degrees;
    bool has_line_breaks;                    /* inside quotes */
    const cln_presence *presence;            /* CLN_PRESENCE_COUNT; of calls */
    const cln_weighted_table *special_texts; /* bytes that are not ASCII, in the vintage's encoding; of calls */
};

struct cln_generator {
    const cln_dataset *dataset;
    const cln_vintage *vintage;
    uint64_t key;
    uint64_t dirt_share; /* of 2^32 */
    cln_span header;
    char *header_bytes;
    cln_calendar calendar;
    cln_choice areas; /* the last choice is a blank one */
    cln_choice hours;
    cln_choice minutes;
    cln_choice conditions[12];
    cln_choice lights[24];
    cln_choice kinds;
    cln_choice cases;
    cln_choice lags;
    cln_choice presence;
    cln_text_choice columns[CLN_MAX_COLUMNS];
    cln_text_choice special_texts;
};

extern const cln_dataset cln_accidents;
extern const cln_dataset cln_calls;
extern const cln_vintage cln_accident_vintages[];
extern const cln_vintage cln_call_vintages[];
#define CLN_ACCIDENT_VINTAGE_COUNT 5
#define CLN_CALL_VINTAGE_COUNT     5

static inline uint64_t cln_row_key(const cln_generator *generator, uint64_t row) {
    return cln_random_mix(generator->key + row * CLN_RANDOM_STEP);
}

/* The draw that belongs to the column. */
static inline uint64_t cln_column_draw(const cln_generator *generator, const cln_event *event,
                                       const cln_column *column) {
    return cln_random_draw(event->key, (uint32_t)(column - generator->vintage->columns));
}

/* Shared by the datasets: the time, the place, and whether the area is known. */
void cln_event_draw_time(const cln_generator *generator, cln_event *event);
void cln_event_draw_place(const cln_generator *generator, cln_event *event);

/* Cells that both datasets have. */
cln_cell_writer cln_write_category;
cln_cell_writer cln_write_nothing;
cln_cell_writer cln_write_row_number;
cln_cell_writer cln_write_area;
cln_cell_writer cln_write_start_date;
cln_cell_writer cln_write_start_time;

/* The spoiled form of the row that ends at out; ends[i] is where field i ends. */
char *cln_spoil_row(const cln_generator *generator, uint64_t key, char *start, char *const *ends, char *out);

#endif
