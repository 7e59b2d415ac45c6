// Colours, dashes and shapes that tell series apart: in light and dark, for eyes that mix colours up,
// and on paper without any.
#ifndef TW_REPORT_PALETTE_H
#define TW_REPORT_PALETTE_H

#define TW_PALETTE_COLOURS 8

typedef struct tw_colour {
    const char *light, *dark; // "#rrggbb", on the paper of either scheme
} tw_colour;

// Paper, ink, quiet words, grid lines, axis lines.
typedef struct tw_palette {
    tw_colour paper, ink, quiet, grid, line;
} tw_palette;

extern const tw_palette tw_palette_page;

// Of series `index`, from 0, as often as wanted: colours come round after 8, with another dash.
tw_colour tw_palette_colour(int index);
const char *tw_palette_dash(int index); // of stroke-dasharray, for round ends; "none" for the first

// Path data for a point's shape of series `index`, relative to the current place, about 7 units wide.
// Eight shapes; filled.
const char *tw_palette_shape(int index);

#endif
