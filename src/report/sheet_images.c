// Images, each a PNG within the SVG.
#include <math.h>

#include "base/fail.h"
#include "base/memory.h"
#include "report/png.h"
#include "report/sheet.h"

#define SIDE_MAX 4096
#define WANTED 60.0       // pixels of a cell's width; small images are shown larger than they are
#define WANTED_NAMED 90.0 // up to which cells are wider so that names below them are whole

bool tw_image_shape_of(const tw_shape *shape, tw_image_shape *image) {
    const int64_t *size = shape->size;
    bool last = shape->rank == 3 && (size[2] == 1 || size[2] == 3);
    bool first = shape->rank == 3 && !last && (size[0] == 1 || size[0] == 3);
    if (shape->rank == 2) {
        *image = (tw_image_shape){size[1], size[0], 1, 1, size[1], 0};
    } else if (last) {
        *image = (tw_image_shape){size[1], size[0], (int)size[2], size[2], size[1] * size[2], 1};
    } else if (first) {
        *image = (tw_image_shape){size[2], size[1], (int)size[0], 1, size[2], size[1] * size[2]};
    } else {
        return false;
    }
    return image->width >= 2 && image->height >= 2 && image->width <= SIDE_MAX &&
           image->height <= SIDE_MAX;
}

// 0 to 1, where pixels usually are, unless they are elsewhere.
static tw_extent range_of(const tw_sheet *sheet) {
    tw_extent range = {.low = 0, .high = 1}, found = tw_extent_none();
    for (int64_t i = 0; i < sheet->count * sheet->features; i++) tw_extent_add(&found, sheet->x[i]);
    bool usual = found.low > found.high || (found.low >= 0 && found.high <= 1);
    return usual || found.low == found.high ? range : found;
}

// Pixels [height * times, width * times, channels] of an example; what is not finite is black.
static void to_pixels(const float *x, const tw_image_shape *image, const tw_extent *range,
                      int64_t times, unsigned char *pixels) {
    for (int64_t row = 0; row < image->height * times; row++) {
        for (int64_t column = 0; column < image->width * times; column++) {
            const float *at = x + row / times * image->y_step + column / times * image->x_step;
            for (int channel = 0; channel < image->channels; channel++) {
                double value = at[channel * image->channel_step];
                double share = (value - range->low) / (range->high - range->low);
                if (!isfinite(share)) share = 0;
                *pixels++ = (unsigned char)lround(fmin(fmax(share, 0), 1) * 255);
            }
        }
    }
}

static tw_status draw_image(tw_svg *svg, const tw_cells *cells, int64_t index,
                            const tw_image_shape *image, const unsigned char *pixels) {
    tw_png png;
    tw_status status = tw_png_encode(svg->text.context, pixels, image->width, image->height,
                                     image->channels, &png);
    if (status != TW_OK) return status;
    tw_text_add(&svg->text,
                "<image x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
                "href=\"data:image/png;base64,",
                tw_cells_left(cells, index), tw_cells_top(cells, index), cells->width,
                cells->height);
    tw_base64_add(&svg->text, png.bytes, png.count);
    tw_text_add(&svg->text, "\"/>\n");
    tw_release(png.bytes);
    return svg->text.status;
}

// How often each pixel is repeated along either side. A browser shows pixels as they are, librsvg makes them
// flow into each other: enlarged beforehand they stay apart.
static int64_t enlargement(const tw_cells *cells, const tw_image_shape *image, const char *path) {
    int sharpness = tw_svg_sharpness(path);
    if (sharpness == 1) return 1;
    double fits = sharpness * cells->width / (double)image->width;
    return (int64_t)fmax(fmin(fits, SIDE_MAX / (double)image->height), 1);
}

// Pixels of a cell's width that the images and what stands below them would like.
static double wanted_width(const tw_sheet *sheet, int64_t image_width) {
    double named = 0;
    for (int64_t i = 0; i < sheet->count; i++) {
        char buffer[TW_LABEL_BYTES];
        const char *label = NULL;
        tw_sheet_label(sheet, i, buffer, &label);
        named = fmax(named, tw_svg_width(label));
    }
    double wanted = fmax(WANTED, fmin((double)image_width, TW_SHEET_WIDTH / 3));
    if (sheet->count < 8) wanted = fmax(wanted, TW_SHEET_WIDTH / 8);
    return fmax(wanted, fmin(named, WANTED_NAMED));
}

tw_status tw_sheet_images(const tw_sheet *sheet, const tw_image_shape *image, const char *path) {
    double aspect = (double)image->height / (double)image->width;
    tw_cells cells = tw_cells_make(sheet->count, wanted_width(sheet, image->width), aspect);
    int64_t times = enlargement(&cells, image, path);
    tw_image_shape drawn = {.width = image->width * times,
                            .height = image->height * times,
                            .channels = image->channels};
    unsigned char *pixels =
        tw_allocate(sheet->context, (size_t)(drawn.width * drawn.height), (size_t)drawn.channels);
    if (pixels == NULL) return TW_NO_MEMORY;
    tw_svg svg;
    tw_sheet_start(sheet, &svg, tw_cells_height(&cells), 0);
    tw_extent range = range_of(sheet);
    tw_status status = svg.text.status;
    for (int64_t i = 0; i < sheet->count && status == TW_OK; i++) {
        to_pixels(sheet->x + i * sheet->features, image, &range, times, pixels);
        status = draw_image(&svg, &cells, i, &drawn, pixels);
        tw_cells_label(&cells, sheet, &svg, i);
    }
    if (status == TW_OK) status = tw_svg_save(&svg, path);
    tw_svg_free(&svg);
    tw_release(pixels);
    return status;
}
