// The frame of a picture, its style, and words in it.
#include "report/svg.h"

#include <math.h>
#include <string.h>

#include "base/utf8.h"
#include "report/palette.h"

#define REPLACEMENT "\xEF\xBF\xBD"
#define ELLIPSIS "\xE2\x80\xA6"
#define NAME_PIXELS 13.0

static void add_scheme(tw_text *text, int series, bool dark) {
    const tw_palette *page = &tw_palette_page;
#define OF(colour) (dark ? (colour).dark : (colour).light)
    tw_text_add(text,
                ".paper{fill:%s}.title,.head,.name{fill:%s}.quiet,.tick{fill:%s}"
                ".grid{stroke:%s}.line{stroke:%s}.halo{stroke:%s}\n",
                OF(page->paper), OF(page->ink), OF(page->quiet), OF(page->grid), OF(page->line),
                OF(page->paper));
    for (int i = 0; i < series && i < TW_SVG_SERIES_MAX; i++) {
        tw_colour colour = tw_palette_colour(i);
        tw_text_add(text, ".l%d{stroke:%s}.p%d{fill:%s}", i, OF(colour), i, OF(colour));
    }
#undef OF
    if (series > 0) tw_text_add(text, "\n");
}

static void add_style(tw_text *text, int series) {
    tw_text_add(text, "<style>\n"
                      "text{font-family:system-ui,-apple-system,\"Segoe UI\",Roboto,\"Noto Sans\","
                      "\"DejaVu Sans\",Helvetica,Arial,sans-serif;font-size:13px}\n"
                      ".title{font-size:17px;font-weight:600}.head{font-size:14px;font-weight:600}"
                      ".tick{font-size:12px}\n"
                      ".halo{stroke-width:4px;stroke-linejoin:round;paint-order:stroke}\n"
                      ".grid,.line{fill:none;stroke-width:1px}"
                      ".curve{fill:none;stroke-width:2px;stroke-linecap:round;"
                      "stroke-linejoin:round}\n"
                      "image{image-rendering:pixelated}\n");
    for (int i = 0; i < series && i < TW_SVG_SERIES_MAX; i++) {
        tw_text_add(text, ".l%d{stroke-dasharray:%s}", i, tw_palette_dash(i));
    }
    if (series > 0) tw_text_add(text, "\n");
    add_scheme(text, series, false);
    tw_text_add(text, "@media (prefers-color-scheme: dark){\n");
    add_scheme(text, series, true);
    tw_text_add(text, "}\n</style>\n");
}

// Bytes of the character at `text`, 0 if it is none that XML 1.0 allows.
static size_t character(const char *text, size_t length) {
    size_t bytes = tw_utf8_length(text, length);
    unsigned char first = (unsigned char)text[0];
    if (first < 0x20 || first == 0x7F) return 0;
    bool is_no_character = bytes == 3 && memcmp(text, "\xEF\xBF", 2) == 0 && text[2] >= '\xBE';
    return is_no_character ? 0 : bytes;
}

static void add_character(tw_text *text, const char *from, size_t bytes) {
    const char *entity = bytes == 0     ? REPLACEMENT
                         : *from == '&' ? "&amp;"
                         : *from == '<' ? "&lt;"
                         : *from == '>' ? "&gt;"
                         : *from == '"' ? "&quot;"
                                        : NULL;
    if (entity == NULL) tw_text_add_bytes(text, from, bytes);
    if (entity != NULL) tw_text_add_bytes(text, entity, strlen(entity));
}

// Of a character, as a share of the height: about those of DejaVu Sans, the widest of the fonts named.
static double width_of(char first) {
    if (strchr("ijl.,:;|!'", first) != NULL) return .34;
    if (strchr("frt()[]{}/- ", first) != NULL) return .42;
    if (strchr("mwMW@%", first) != NULL) return .95;
    return first >= 'A' && first <= 'Z' ? .72 : .63;
}

// Walks over characters until `width` pixels are used up; where it stopped.
static const char *walk(const char *text, double width, double *used) {
    size_t left = strlen(text);
    *used = 0;
    while (left > 0) {
        size_t bytes = character(text, left), taken = bytes == 0 ? 1 : bytes;
        double next = *used + width_of(*text) * NAME_PIXELS;
        if (next > width) break;
        *used = next;
        text += taken;
        left -= taken;
    }
    return text;
}

double tw_svg_width(const char *text) {
    double used = 0;
    if (text != NULL) walk(text, INFINITY, &used);
    return used;
}

static void add_escaped(tw_text *text, const char *words, double width) {
    double used = 0;
    const char *end = words + strlen(words);
    bool cut = *walk(words, width, &used) != '\0';
    if (cut) end = walk(words, fmax(width - NAME_PIXELS, 0), &used);
    while (words < end) {
        size_t bytes = character(words, (size_t)(end - words));
        add_character(text, words, bytes);
        words += bytes == 0 ? 1 : bytes;
    }
    if (cut) tw_text_add(text, "%s", ELLIPSIS);
}

void tw_svg_words(tw_svg *svg, const tw_words *words) {
    if (words->text == NULL || words->text[0] == '\0') return;
    tw_text_add(&svg->text, "<text x=\"%.1f\" y=\"%.1f\" class=\"%s\"", words->x, words->y,
                words->kind);
    if (words->anchor != NULL) tw_text_add(&svg->text, " text-anchor=\"%s\"", words->anchor);
    tw_text_add(&svg->text, ">");
    double width = words->width > 0 ? words->width : INFINITY;
    if (tw_svg_width(words->text) > width) { // browsers show all of it to who points there
        tw_text_add(&svg->text, "<title>");
        add_escaped(&svg->text, words->text, INFINITY);
        tw_text_add(&svg->text, "</title>");
    }
    add_escaped(&svg->text, words->text, width);
    tw_text_add(&svg->text, "</text>\n");
}

void tw_svg_start(tw_svg *svg, tw_context *context, double height, const char *title, int series) {
    tw_text *text = &svg->text;
    svg->height = height;
    tw_text_start(text, context);
    tw_text_add(
        text,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" "
        "height=\"%.0f\" role=\"img\">\n<title>",
        TW_SVG_WIDTH, height, TW_SVG_WIDTH, height);
    add_escaped(text, title == NULL || title[0] == '\0' ? "thalweg" : title, INFINITY);
    tw_text_add(text, "</title>\n");
    add_style(text, series);
    tw_text_add(text, "<rect class=\"paper\" width=\"%.0f\" height=\"%.0f\"/>\n", TW_SVG_WIDTH,
                height);
}

void tw_svg_free(tw_svg *svg) {
    tw_text_free(&svg->text);
}

void tw_svg_coordinate(tw_text *text, double value) {
    double tenths = rint(value * 10);
    const char *blank = tenths < 0 ? "" : " ";
    if (fmod(tenths, 10) == 0) tw_text_add(text, "%s%.0f", blank, tenths / 10 + 0.0);
    if (fmod(tenths, 10) != 0) tw_text_add(text, "%s%.1f", blank, tenths / 10);
}
