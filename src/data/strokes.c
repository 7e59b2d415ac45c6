// strokes: hand-drawn-like digits, made on the fly. An image is drawn when it is first fetched and
// then kept as bytes, so that the first minibatch is there at once.
#include <assert.h>
#include <stdatomic.h>
#include <string.h>

#include "base/memory.h"
#include "data/pen.h"
#include "data/spec.h"

typedef enum drawing {
    NOT_DRAWN,
    BEING_DRAWN, // by another thread
    DRAWN,
} drawing;

typedef struct strokes {
    uint64_t seed;
    uint32_t part;         // 0 training, 1 test
    uint8_t *pixels;       // [count, 784]
    _Atomic uint8_t *done; // [count] of drawing
} strokes;

// Converts one image; draws it if nobody has. While another thread draws it, it is drawn once more
// beside it rather than waited for.
static void fetch_image(strokes *from, int64_t row, tw_dtype dtype, void *x) {
    uint8_t *kept = from->pixels + row * TW_PEN_PIXELS;
    if (atomic_load_explicit(&from->done[row], memory_order_acquire) == DRAWN) {
        tw_convert(TW_U8, kept, dtype, x, TW_PEN_PIXELS);
        return;
    }
    uint8_t drawn[TW_PEN_PIXELS];
    tw_pen_draw(from->seed, from->part, (uint64_t)row, drawn);
    tw_convert(TW_U8, drawn, dtype, x, TW_PEN_PIXELS);
    uint8_t nobody = NOT_DRAWN;
    if (!atomic_compare_exchange_strong(&from->done[row], &nobody, BEING_DRAWN)) return;
    memcpy(kept, drawn, sizeof drawn);
    atomic_store_explicit(&from->done[row], DRAWN, memory_order_release);
}

static tw_status fetch(void *state, tw_context *context, const tw_data_request *request) {
    strokes *from = state;
    (void)context;
    size_t image_bytes = TW_PEN_PIXELS * tw_dtype_size(request->dtype);
    for (int64_t i = 0; i < request->count; i++) {
        int64_t row = request->rows[i];
        if (request->x != NULL) {
            fetch_image(from, row, request->dtype, (char *)request->x + (size_t)i * image_bytes);
        }
        if (request->targets != NULL) {
            ((int32_t *)request->targets)[i] = tw_pen_label(from->seed, from->part, (uint64_t)row);
        }
    }
    return TW_OK;
}

static void free_strokes(void *state) {
    strokes *from = state;
    if (from == NULL) return;
    tw_release(from->pixels);
    tw_release((void *)from->done);
    tw_release(from);
}

static const tw_storage strokes_storage = {.fetch = fetch, .free = free_strokes};

static tw_status new_strokes(tw_context *context, uint64_t seed, uint32_t part, int64_t count,
                             strokes **made) {
    *made = tw_allocate(context, 1, sizeof **made);
    if (*made == NULL) return TW_NO_MEMORY;
    **made = (strokes){
        .seed = seed,
        .part = part,
        .pixels = tw_allocate(context, (size_t)count, TW_PEN_PIXELS),
        .done = tw_allocate(context, (size_t)count, sizeof(_Atomic uint8_t)),
    };
    if ((*made)->pixels != NULL && (*made)->done != NULL) return TW_OK;
    free_strokes(*made);
    *made = NULL;
    return TW_NO_MEMORY;
}

static tw_status open_part(const tw_opening *opening, uint32_t part, int64_t count,
                           tw_data **data) {
    tw_encoding *encoding = NULL;
    strokes *made = NULL;
    tw_status status = tw_encoding_new(opening->context, &encoding);
    if (status == TW_OK) {
        encoding->shape = (tw_shape){2, {TW_PEN_SIDE, TW_PEN_SIDE}};
        status = tw_encoding_number_classes(encoding, TW_PEN_CLASSES);
    }
    if (status == TW_OK) status = new_strokes(opening->context, opening->seed, part, count, &made);
    if (status != TW_OK) {
        tw_encoding_free(encoding);
        return status;
    }
    tw_data_parts parts = {.name = part == 0 ? opening->spec->text : "strokes (test)",
                           .count = count,
                           .encoding = encoding,
                           .description =
                               "digits drawn on the fly by ten pens' paths, 28x28 bytes, scaled to "
                               "0..1\n",
                           .storage = &strokes_storage,
                           .state = made};
    return tw_data_new(opening->context, &parts, data);
}

static tw_status open_strokes(const tw_opening *opening, tw_data **train, tw_data **test) {
    int64_t count = 20000, test_count = 2000;
    tw_status status = tw_spec_integer(opening->spec, "examples", 1, 100000000, &count);
    if (status == TW_OK) {
        status = tw_spec_integer(opening->spec, "test", 1, 100000000, &test_count);
    }
    if (status == TW_OK && opening->like == NULL) status = open_part(opening, 0, count, train);
    if (status == TW_OK) status = open_part(opening, 1, test_count, test);
    return status;
}

static const char *const keys[] = {"examples", "test", NULL};

const tw_format tw_format_strokes = {
    .about = {.name = "strokes",
              .usage = "strokes[?examples=N&test=N]",
              .summary = "hand-drawn-like digits 28x28, 10 classes, made on the fly"},
    .keys = keys,
    .takes_place = false,
    .open = open_strokes,
};
