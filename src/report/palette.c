// After Okabe and Ito (2008), each colour darkened or lightened to a contrast of 3 or more against its
// paper (WCAG 2.1, graphical objects): a test computes it.
#include "report/palette.h"

const tw_palette tw_palette_page = {
    .paper = {"#ffffff", "#11151a"},
    .ink = {"#1c2128", "#e4e8ed"},
    .quiet = {"#5b636e", "#9aa4b0"},
    .grid = {"#e8eaed", "#252b33"},
    .line = {"#9aa1ab", "#566070"},
};

static const tw_colour colours[TW_PALETTE_COLOURS] = {
    {"#0072b2", "#4aa8e8"}, // blue
    {"#d55e00", "#f58a4b"}, // vermilion
    {"#008862", "#2fbf94"}, // green
    {"#b45a90", "#dd92c0"}, // purple
    {"#b07900", "#e8ac1e"}, // orange
    {"#2e9bd6", "#92d2f7"}, // sky
    {"#4a515b", "#c3cad3"}, // ink
    {"#8a7d00", "#f0e442"}, // yellow
};

// Round ends lengthen each dash by the width of the line.
static const char *const dashes[] = {
    "none", "7 5", "0.1 4.5", "9 4.5 0.1 4.5", "15 5", "9 4.5 0.1 4.5 0.1 4.5",
};

#define DASHES ((int)(sizeof dashes / sizeof *dashes))

static const char *const shapes[] = {
    "m-3.4 0a3.4 3.4 0 1 0 6.8 0a3.4 3.4 0 1 0-6.8 0z",          // disc
    "m0-4.2l4 7h-8z",                                            // triangle
    "m-3-3h6v6h-6z",                                             // square
    "m0-4.3l4.3 4.3l-4.3 4.3l-4.3-4.3z",                         // diamond
    "m-1.2-4h2.4v2.8h2.8v2.4h-2.8v2.8h-2.4v-2.8h-2.8v-2.4h2.8z", // plus
    "m0 4.2l4-7h-8z",                                            // triangle on its head
    "m-3.6-2l1.6-1.6l2 2l2-2l1.6 1.6l-2 2l2 2l-1.6 1.6l-2-2l-2 2l-1.6-1.6l2-2z", // cross
    "m-4.2-1.4h8.4v2.8h-8.4z",                                                   // bar
};

#define SHAPES ((int)(sizeof shapes / sizeof *shapes))

tw_colour tw_palette_colour(int index) {
    return colours[index % TW_PALETTE_COLOURS];
}

// Series of one colour differ: 8 further is 3 dashes further.
const char *tw_palette_dash(int index) {
    return dashes[(index + index / TW_PALETTE_COLOURS) % DASHES];
}

const char *tw_palette_shape(int index) {
    return shapes[(index + index / TW_PALETTE_COLOURS) % SHAPES];
}
