// The nine functions that are needed of librsvg 2.46 (2019) and of cairo and GLib, which it brings along.
// Their types are opaque here, but for those that are filled in; all have been stable for years.
#include "report/rsvg.h"

#include <dlfcn.h>
#include <string.h>

#include "base/fail.h"
#include "base/memory.h"

enum { RGB24 = 1 }; // of cairo_format_t: a word a pixel, red above green above blue

enum { UNLIMITED = 1 }; // of RsvgHandleFlags: an embedded image may have more than 10 MB of text

typedef struct g_error {
    uint32_t domain;
    int code;
    char *message;
} g_error;

typedef struct rsvg_rectangle {
    double x, y, width, height;
} rsvg_rectangle;

typedef struct rsvg_functions {
    void (*g_object_unref)(void *);
    void (*g_error_free)(g_error *);
    void *(*rsvg_handle_new_from_data)(const unsigned char *, size_t, g_error **);
    int (*rsvg_handle_render_document)(void *, void *, const rsvg_rectangle *, g_error **);
    void *(*cairo_image_surface_create_for_data)(unsigned char *, int, int, int, int);
    void (*cairo_surface_flush)(void *);
    void (*cairo_surface_destroy)(void *);
    void *(*cairo_create)(void *);
    void (*cairo_destroy)(void *);
} rsvg_functions;

// Stays open: GLib, once loaded, cannot be unloaded. Names are looked up in what the library brings, too.
static tw_status open(tw_context *context, const char *path, const char *library,
                      rsvg_functions *f) {
    static const char *const names[] = {
        "g_object_unref",
        "g_error_free",
        "rsvg_handle_new_from_data",
        "rsvg_handle_render_document",
        "cairo_image_surface_create_for_data",
        "cairo_surface_flush",
        "cairo_surface_destroy",
        "cairo_create",
        "cairo_destroy",
    };
    _Static_assert(sizeof names / sizeof *names == sizeof *f / sizeof(void *), "a name a function");

    void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL), *found = handle;
    for (size_t i = 0; i < sizeof names / sizeof *names && found != NULL; i++) {
        found = dlsym(handle, names[i]);
        memcpy((char *)f + i * sizeof found, &found, sizeof found); // POSIX: the two are alike
    }
    if (found != NULL) return TW_OK;
    return tw_fail(
        context, TW_UNSUPPORTED,
        "%s: pictures as .png need librsvg2-2 (apt-get install librsvg2-2); .svg and .html "
        "need nothing (%s)",
        path, dlerror());
}

tw_status tw_rsvg_check(tw_context *context, const char *path, const char *library) {
    rsvg_functions functions;
    return open(context, path, library, &functions);
}

// Bytes red, green, blue from words, in place.
static void unpack(unsigned char *pixels, int64_t count) {
    for (int64_t i = 0; i < count; i++) {
        uint32_t word;
        memcpy(&word, pixels + 4 * i, sizeof word);
        for (int k = 0; k < 3; k++) pixels[3 * i + k] = (unsigned char)(word >> (16 - 8 * k));
    }
}

typedef struct rsvg_canvas {
    unsigned char *words; // [height, width, 4]
    int width, height;
} rsvg_canvas;

// Over a surface of our own memory. A cairo object that could not be made is one that refuses everything.
static bool render(const rsvg_functions *f, void *handle, const rsvg_canvas *canvas,
                   g_error **error) {
    rsvg_rectangle whole = {0, 0, canvas->width, canvas->height};
    void *surface = f->cairo_image_surface_create_for_data(canvas->words, RGB24, canvas->width,
                                                           canvas->height, 4 * canvas->width);
    void *cairo = f->cairo_create(surface);
    bool drawn = f->rsvg_handle_render_document(handle, cairo, &whole, error) != 0;
    f->cairo_destroy(cairo);
    f->cairo_surface_flush(surface);
    f->cairo_surface_destroy(surface);
    return drawn;
}

static tw_status paint(const rsvg_functions *f, const tw_text *svg, const char *path,
                       const rsvg_canvas *canvas) {
    g_error *error = NULL;
    const unsigned char *bytes = (const unsigned char *)svg->data;
    void *handle = f->rsvg_handle_new_from_data(bytes, svg->length, &error);
    bool drawn = handle != NULL && render(f, handle, canvas, &error);
    if (handle != NULL) f->g_object_unref(handle);
    if (drawn) return TW_OK;
    tw_status status = tw_fail(svg->context, TW_UNSUPPORTED, "%s: librsvg cannot draw it: %s", path,
                               error != NULL ? error->message : "it does not say why");
    if (error != NULL) f->g_error_free(error);
    return status;
}

tw_status tw_rsvg_draw(const tw_text *svg, const char *path, int64_t width, int64_t height,
                       unsigned char **pixels) {
    rsvg_functions functions;
    *pixels = NULL;
    if (width > TW_RSVG_SIDE_MAX || height > TW_RSVG_SIDE_MAX) {
        return tw_fail(svg->context, TW_UNSUPPORTED,
                       "%s: %lld x %lld pixels; a .png holds %d a side: draw less, or an .svg",
                       path, (long long)width, (long long)height, TW_RSVG_SIDE_MAX);
    }
    tw_status status = open(svg->context, path, TW_RSVG_LIBRARY, &functions);
    if (status != TW_OK) return status;
    rsvg_canvas canvas = {.width = (int)width, .height = (int)height};
    canvas.words = tw_allocate(svg->context, (size_t)(width * height), 4);
    if (canvas.words == NULL) return TW_NO_MEMORY;
    status = paint(&functions, svg, path, &canvas);
    if (status == TW_OK) {
        unpack(canvas.words, width * height);
        *pixels = canvas.words;
    } else {
        tw_release(canvas.words);
    }
    return status;
}
