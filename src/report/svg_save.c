// A picture as a file: SVG, a page of HTML around it, or pixels.
#include <math.h>
#include <string.h>

#include "base/fail.h"
#include "base/file.h"
#include "base/memory.h"
#include "report/palette.h"
#include "report/png.h"
#include "report/rsvg.h"
#include "report/svg.h"
#include "thalweg/plot.h"

#define SHARP 2 // pixels for each of the picture's own, along either side

typedef enum picture_kind { PICTURE_NONE, PICTURE_SVG, PICTURE_PAGE, PICTURE_PIXELS } picture_kind;

static picture_kind kind_of(const char *path) {
    static const char *const endings[] = {"", ".svg", ".html", ".png"};

    const char *dot = strrchr(path, '.');
    for (int kind = PICTURE_SVG; kind <= PICTURE_PIXELS && dot != NULL; kind++) {
        if (strcmp(dot, endings[kind]) == 0) return (picture_kind)kind;
    }
    return PICTURE_NONE;
}

static tw_status refuse(tw_context *context, const char *path) {
    return tw_fail(context, TW_BAD_ARGUMENT, "%s: give a name that ends in .svg, .html or .png",
                   path);
}

tw_status tw_plot_check(tw_context *context, const char *path) {
    picture_kind kind = kind_of(path);
    if (kind == PICTURE_NONE) return refuse(context, path);
    return kind == PICTURE_PIXELS ? tw_rsvg_check(context, path, TW_RSVG_LIBRARY) : TW_OK;
}

int tw_svg_sharpness(const char *path) {
    return kind_of(path) == PICTURE_PIXELS ? SHARP : 1;
}

// The picture inside of a page of its colour, which follows the reader's scheme too.
static tw_status save_page(const tw_text *picture, const char *path) {
    tw_text page;
    tw_text_start(&page, picture->context);
    tw_text_add(&page,
                "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                "<meta name=\"color-scheme\" content=\"light dark\">\n<title>thalweg</title>\n"
                "<style>body{background:%s}@media (prefers-color-scheme: dark){body{background:%s}}"
                "</style>\n</head>\n<body>\n",
                tw_palette_page.paper.light, tw_palette_page.paper.dark);
    tw_text_add_bytes(&page, picture->data, picture->length);
    tw_text_add(&page, "</body>\n</html>\n");
    tw_status status = page.status;
    if (status == TW_OK) status = tw_file_write_all(page.context, path, page.data, page.length);
    tw_text_free(&page);
    return status;
}

// The pixels are encoded here rather than by cairo: one writer of PNG, which the tests read back.
static tw_status save_pixels(const tw_text *picture, double height, const char *path) {
    int64_t width = SHARP * (int64_t)TW_SVG_WIDTH, rows = SHARP * (int64_t)rint(height);
    unsigned char *pixels = NULL;
    tw_png png = {0};
    tw_status status = tw_rsvg_draw(picture, path, width, rows, &pixels);
    if (status == TW_OK) {
        status = tw_png_encode(picture->context, pixels, width, rows, 3, &png);
    }
    tw_release(pixels);
    if (status == TW_OK) {
        status = tw_file_write_all(picture->context, path, png.bytes, png.count);
    }
    tw_release(png.bytes);
    return status;
}

tw_status tw_svg_save(tw_svg *svg, const char *path) {
    tw_text *text = &svg->text;
    tw_text_add(text, "</svg>\n");
    if (text->status != TW_OK) return text->status;
    switch (kind_of(path)) {
    case PICTURE_SVG:
        return tw_file_write_all(text->context, path, text->data, text->length);
    case PICTURE_PAGE:
        return save_page(text, path);
    case PICTURE_PIXELS:
        return save_pixels(text, svg->height, path);
    default:
        return refuse(text->context, path);
    }
}
