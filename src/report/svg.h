// Writes SVG as text: one file that needs no other, with a style for light and one for dark.
//
//     tw_svg svg;
//     tw_svg_start(&svg, context, height, "title", series_count);
//     tw_svg_words(&svg, &(tw_words){.x = 20, .y = 30, .kind = "title", .text = "title"});
//     tw_text_add(&svg.text, "<path .../>");
//     status = tw_svg_save(&svg, path);
//     tw_svg_free(&svg);
//
// The first failure is latched, as in a tw_text. Colours stand in rules of classes, not in custom
// properties: renderers other than browsers know those.
#ifndef TW_REPORT_SVG_H
#define TW_REPORT_SVG_H

#include "base/text.h"
#include "thalweg/plot.h"

#define TW_SVG_WIDTH 720.0              // the width of a column, in units that are pixels there
#define TW_SVG_MARGIN 20.0              // around everything
#define TW_SVG_SERIES_MAX TW_SERIES_MAX // classes l0 .. (lines), p0 .. (points)

// Classes: lines "grid", "line", "l0" ...; filled "paper", "p0" ...; words "title", "head" (of a panel),
// "name", "quiet", "tick".
typedef struct tw_svg {
    tw_text text;
    double height;
} tw_svg;

// Begins a picture; `series` classes are defined, from 0.
void tw_svg_start(tw_svg *svg, tw_context *context, double height, const char *title, int series);

// Ends it and replaces the file: an SVG, a page of HTML around it, or a PNG of twice its size, by what the
// path ends in. Errors: TW_BAD_ARGUMENT for another ending; TW_UNSUPPORTED for .png where librsvg is
// missing, or a height above 32767 pixels; TW_NO_MEMORY, TW_IO.
tw_status tw_svg_save(tw_svg *svg, const char *path);

// Pixels of what will be written for each unit of the picture, where it is written as pixels; else 1, for a
// reader's screen draws them.
int tw_svg_sharpness(const char *path);

void tw_svg_free(tw_svg *svg);

// Words at a place. Escaped; what is no character becomes U+FFFD; cut with an ellipsis to `width`, all
// of it then in a title.
typedef struct tw_words {
    double x, y;        // of the base line
    const char *kind;   // class
    const char *anchor; // "start" (also NULL), "middle", "end"
    const char *text;   // NULL: none
    double width;       // 0: not cut
} tw_words;

void tw_svg_words(tw_svg *svg, const tw_words *words);

// How wide words will be, in pixels, within a tenth or so: fonts differ. Of names, 13 pixels high.
double tw_svg_width(const char *text);

#define TW_SVG_TICK_SIZE (12. / 13) // of the letters of class "tick", in that of names

// Adds a coordinate, with a decimal if it has one, and a blank before unless it has a sign.
void tw_svg_coordinate(tw_text *text, double value);

#endif
