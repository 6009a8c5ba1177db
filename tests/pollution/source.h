/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The clean table that is polluted: a header and 83 rows of nine columns, with
 * dates, times, counts, codes, prices, names (some with commas or quotes),
 * prose that is always quoted, links, and a column that is empty. Its kinds of
 * cells, and which of them are quoted, are those of the table that the Pollock
 * benchmark pollutes, so that scores may be set beside each other; its words
 * are its own.
 */
#ifndef COLONNADE_TESTS_POLLUTION_SOURCE_H
#define COLONNADE_TESTS_POLLUTION_SOURCE_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { SOURCE_ROWS = 84, SOURCE_COLUMNS = 9, SOURCE_CELL_BYTES = 256 };

typedef struct source_cell {
    char text[SOURCE_CELL_BYTES];
    bool is_quoted;
} source_cell;

typedef struct source_table {
    source_cell cells[SOURCE_ROWS][SOURCE_COLUMNS];
} source_table;

static inline void source_set(source_cell *cell, bool always_quoted, const char *text) {
    (void)snprintf(cell->text, sizeof cell->text, "%s", text);
    cell->is_quoted = always_quoted || strpbrk(text, ",\"") != NULL;
}

static inline void source_fill_row(source_table *table, int row) {
    static const char *const names[] = {"Street lamp, double arm",
                                        "Bench",
                                        "Pipe 24\"",
                                        "Bicycle rack",
                                        "Drinking fountain, low",
                                        "Litter bin",
                                        "Children's swing",
                                        "Notice board, 36\" wide",
                                        "Tree grate",
                                        "Hydrant",
                                        "Bollard, steel",
                                        "Sign post"};
    static const char *const states[] = {"was replaced after the storm", "needs paint, a new seat and two bolts",
                                         "is loose", "was moved to the square, as asked for by neighbours",
                                         "leaks at the joint, though only when it freezes"};
    static const char *const sayings[] = {
        "The crew will be back on Monday.", "Nobody was hurt, and nothing else broke.", "It isn't the first time.",
        "Parts are on order, the invoice will follow.", "See the photograph, taken at noon."};
    char text[SOURCE_CELL_BYTES];
    source_cell *cells = table->cells[row];
    (void)snprintf(text, sizeof text, "%02d/%02d/2018", 13 + row % 15, 1 + row % 12);
    source_set(&cells[0], false, text);
    (void)snprintf(text, sizeof text, "%02d:%02d", row / 4, row % 4 * 15);
    source_set(&cells[1], false, text);
    (void)snprintf(text, sizeof text, "%d", row * 7 % 34);
    source_set(&cells[2], false, text);
    (void)snprintf(text, sizeof text, "%c%c-%04d", 'A' + row % 26, 'A' + row * 5 % 26, 1000 + row * 97);
    source_set(&cells[3], false, text);
    (void)snprintf(text, sizeof text, "$%d.%02d", row * 13 % 90, row * 37 % 100);
    source_set(&cells[4], false, text);
    source_set(&cells[5], false, names[row % 12]);
    (void)snprintf(text, sizeof text, "The one at gate %d %s. %s", row, states[row % 5], sayings[row * 3 % 5]);
    source_set(&cells[6], true, text);
    (void)snprintf(text, sizeof text, "https://www.example.com/item/%04d.html", 1000 + row * 97);
    source_set(&cells[7], true, text);
    source_set(&cells[8], false, "");
}

static inline void source_fill(source_table *table) {
    static const char *const header[SOURCE_COLUMNS] = {"DATE", "TIME",   "Count", "ITEM",   "Price",
                                                       "Kind", "Report", "Link",  "Remarks"};
    for (int column = 0; column < SOURCE_COLUMNS; column++) {
        source_set(&table->cells[0][column], column == 6 || column == 7, header[column]);
    }
    for (int row = 1; row < SOURCE_ROWS; row++) source_fill_row(table, row);
}

#endif
