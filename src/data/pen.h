// Hand-drawn-like digits: pen paths for each class, and how one is drawn into 28x28 pixels.
#ifndef TW_DATA_PEN_H
#define TW_DATA_PEN_H

#include <stdint.h>

enum {
    TW_PEN_SIDE = 28,
    TW_PEN_PIXELS = TW_PEN_SIDE * TW_PEN_SIDE,
    TW_PEN_CLASSES = 10,
    TW_PEN_STROKES_MAX = 3,
    TW_PEN_POINTS_MAX = 16, // of a stroke
    TW_PEN_WAYS_MAX = 3,    // to write a digit
};

// A point in the digit's own box: x to the right, y down, the digit about 1 high around (0, 0).
typedef struct tw_pen_point {
    float x, y;
} tw_pen_point;

// One stroke: a smooth curve through its points; a point given twice is a corner.
typedef struct tw_pen_stroke {
    int count;
    tw_pen_point points[TW_PEN_POINTS_MAX];
} tw_pen_stroke;

typedef struct tw_pen_glyph {
    int count;
    tw_pen_stroke strokes[TW_PEN_STROKES_MAX];
} tw_pen_glyph;

// The ways to write each digit.
extern const tw_pen_glyph tw_pen_glyphs[TW_PEN_CLASSES][TW_PEN_WAYS_MAX];
extern const int tw_pen_way_counts[TW_PEN_CLASSES];

// The class of example `index` of a part (0 training, 1 test), and its pixels, 0 background to 255
// ink: functions of the arguments alone, with no arithmetic that differs between machines.
int tw_pen_label(uint64_t seed, uint32_t part, uint64_t index);
void tw_pen_draw(uint64_t seed, uint32_t part, uint64_t index, uint8_t pixels[TW_PEN_PIXELS]);

#endif
