// Fetches examples, and chooses how they are drawn.
#include <math.h>

#include "base/checked.h"
#include "base/fail.h"
#include "base/memory.h"
#include "report/sheet.h"

#define CELLS_MAX 1000  // more could not be looked at
#define POINTS_MAX 2000 // of a scatter, which shows this many whatever was asked for

static tw_status allocate(tw_sheet *sheet, int64_t **rows) {
    int64_t elements = 0, values = 0, width = tw_data_target_width(sheet->data);
    if (!tw_checked_multiply(sheet->count, sheet->features, &elements) ||
        !tw_checked_multiply(sheet->count, width, &values)) {
        return tw_fail(sheet->context, TW_NO_MEMORY, "examples: more numbers than memory can hold");
    }
    tw_target_kind kind = tw_data_target_kind(sheet->data);
    size_t count = (size_t)sheet->count;
    *rows = tw_allocate(sheet->context, count, sizeof **rows);
    sheet->x = tw_allocate(sheet->context, (size_t)elements, sizeof *sheet->x);
    if (kind == TW_TARGET_CLASS) {
        sheet->classes = tw_allocate(sheet->context, count, sizeof *sheet->classes);
    }
    if (kind == TW_TARGET_VALUE) {
        sheet->values = tw_allocate(sheet->context, (size_t)values, sizeof *sheet->values);
    }
    bool all = *rows != NULL && sheet->x != NULL &&
               (kind != TW_TARGET_CLASS || sheet->classes != NULL) &&
               (kind != TW_TARGET_VALUE || sheet->values != NULL);
    return all ? TW_OK : TW_NO_MEMORY;
}

// One of each of `count` equal parts of the set, so that a file sorted by class shows them all; not always
// the part's first, so that one whose classes take turns does too.
static int64_t row_of(int64_t part, int64_t count, int64_t all) {
    static const double golden = 0.61803398874989485;
    double within = golden * (double)part - floor(golden * (double)part);
    int64_t row = (int64_t)(((double)part + within) * ((double)all / (double)count));
    return count == all ? part : row < all ? row : all - 1;
}

static tw_status fetch(tw_sheet *sheet) {
    int64_t *rows = NULL;
    tw_status status = allocate(sheet, &rows);
    if (status == TW_OK) {
        for (int64_t i = 0; i < sheet->count; i++)
            rows[i] = row_of(i, sheet->count, tw_data_count(sheet->data));
        void *targets = sheet->classes != NULL ? (void *)sheet->classes : (void *)sheet->values;
        tw_data_request request = {.rows = rows,
                                   .count = sheet->count,
                                   .dtype = TW_F32,
                                   .x = sheet->x,
                                   .targets = targets};
        status = tw_data_fetch(sheet->data, &request);
    }
    tw_release(rows);
    return status;
}

tw_status tw_plot_examples(tw_context *context, const char *path, const tw_data *data,
                           int64_t count) {
    if (count < 1) {
        return tw_fail(context, TW_BAD_ARGUMENT,
                       "%s: a sheet of %lld examples; 1 or more can be drawn", path,
                       (long long)count);
    }
    tw_sheet sheet = {.context = context, .data = data, .features = tw_data_features(data)};
    bool is_scatter = sheet.features == 2;
    int64_t most = is_scatter ? POINTS_MAX : CELLS_MAX, all = tw_data_count(data);
    sheet.count = is_scatter || count > most ? most : count;
    if (sheet.count > all) sheet.count = all;
    tw_status status = fetch(&sheet);
    tw_image_shape image;
    if (status == TW_OK && is_scatter) {
        status = tw_sheet_scatter(&sheet, path);
    } else if (status == TW_OK && tw_image_shape_of(tw_data_shape(data), &image)) {
        status = tw_sheet_images(&sheet, &image, path);
    } else if (status == TW_OK) {
        status = tw_sheet_bars(&sheet, path);
    }
    tw_release(sheet.values);
    tw_release(sheet.classes);
    tw_release(sheet.x);
    return status;
}
