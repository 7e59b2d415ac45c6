// npy: two NumPy files: X [count, ...] and Y, labels [count] or values [count] or [count, k].
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "data/spec.h"
#include "data/split.h"

// The two arrays; they belong to the set that is made of them.
typedef struct pair {
    tw_dense dense;   // of the arrays below; first, for tw_dense_fetch
    tw_tensor *x, *y; // y NULL: no targets
    int32_t *labels;  // [count] of y, for classes
    bool integers;    // x was kept as such
} pair;

static void free_pair(void *state) {
    pair *of = state;
    if (of == NULL) return;
    tw_tensor_free(of->x);
    tw_tensor_free(of->y);
    tw_release(of->labels);
    tw_release(of);
}

static tw_status check_x(const tw_opening *opening, const char *path, const pair *of,
                         tw_shape *shape) {
    const tw_shape *whole = tw_tensor_shape(of->x);
    *shape = (tw_shape){1, {1}};
    if (whole->rank < 1 || tw_tensor_elements(of->x) < 1) {
        return tw_fail(opening->context, TW_BAD_FILE,
                       "%s: holds no examples; features are [count, ...]", path);
    }
    for (int i = 1; i < whole->rank; i++) {
        shape->rank = i;
        shape->size[i - 1] = whole->size[i];
    }
    if (tw_shape_elements(shape) <= TW_FEATURES_MAX) return TW_OK;
    return tw_fail(opening->context, TW_BAD_FILE, "%s: examples of more than %d features", path,
                   TW_FEATURES_MAX);
}

static tw_status check_finite(const tw_opening *opening, const char *path,
                              const tw_tensor *tensor) {
    for (int64_t i = 0; i < tw_tensor_elements(tensor); i++) {
        double value = tw_tensor_get(tensor, i);
        if (tw_fits_f32(value)) continue;
        return tw_fail(opening->context, TW_BAD_FILE, "%s: element %" PRId64 " (row-major) is %s",
                       path, i,
                       isfinite(value) ? "too large for single precision; scale it down"
                                       : "not finite; fill gaps first");
    }
    return TW_OK;
}

// Labels: whole numbers from 0. `*classes` is one more than the largest.
static tw_status take_labels(const tw_opening *opening, const char *path, pair *of, int *classes) {
    int64_t count = tw_tensor_elements(of->y);
    of->labels = tw_allocate(opening->context, (size_t)count, sizeof *of->labels);
    if (of->labels == NULL) return TW_NO_MEMORY;
    bool known = opening->like != NULL && opening->like->kind == TW_TARGET_CLASS;
    *classes = known ? (int)opening->like->classes.count : 0;
    for (int64_t i = 0; i < count; i++) {
        double label = tw_tensor_get(of->y, i);
        int limit = known ? *classes : TW_CLASSES_MAX;
        if (!(label >= 0.0) || label >= (double)limit || label != floor(label)) {
            char digits[TW_NUMBER_BYTES];
            return tw_fail(opening->context, known ? TW_MISMATCH : TW_BAD_FILE,
                           "%s: element %" PRId64 " is %s; labels are whole, 0 to %d", path, i,
                           tw_format_number(label, digits), limit - 1);
        }
        of->labels[i] = (int32_t)label;
        if (of->labels[i] >= *classes) *classes = of->labels[i] + 1;
    }
    return TW_OK;
}

// Integers in one column are classes, floats values, unless the spec or the training set says.
static tw_status wants_classes(const tw_opening *opening, const pair *of, int64_t width,
                               bool *classes) {
    static const char *const wishes[] = {"auto", "class", "value"};
    int wish = 0;
    tw_status status = tw_spec_word(opening->spec, "target_kind", wishes, 3, &wish);
    tw_dtype dtype = tw_tensor_dtype(of->y);
    *classes = width == 1 && (dtype == TW_I32 || dtype == TW_U8);
    if (wish != 0)
        *classes = wish == 1;
    else if (opening->like != NULL)
        *classes = opening->like->kind == TW_TARGET_CLASS;
    if (status == TW_OK && *classes && width != 1) {
        return tw_fail(opening->context, TW_BAD_ARGUMENT,
                       "data '%s': classes are one number an example, not %" PRId64,
                       opening->spec->text, width);
    }
    return status;
}

// Integers become floats, which is all that a fetch gives, and so do bytes that it must not divide by 255.
static tw_status make_float(tw_context *context, tw_tensor **tensor) {
    tw_dtype dtype = tw_tensor_dtype(*tensor);
    if (dtype == TW_F32 || dtype == TW_F64) return TW_OK;
    tw_tensor *made = NULL;
    tw_status status = tw_tensor_new(context, TW_F64, tw_tensor_shape(*tensor), &made);
    if (status != TW_OK) return status;
    for (int64_t i = 0; i < tw_tensor_elements(made); i++) {
        tw_tensor_set(made, i, tw_tensor_get(*tensor, i));
    }
    tw_tensor_free(*tensor);
    *tensor = made;
    return TW_OK;
}

static tw_status take_targets(const tw_opening *opening, const char *x_path, const char *path,
                              pair *of, tw_encoding *encoding) {
    const tw_shape *shape = tw_tensor_shape(of->y);
    int64_t count = tw_tensor_shape(of->x)->size[0], elements = tw_tensor_elements(of->y);
    bool classes = false;
    int class_count = 0;
    if (shape->rank < 1 || shape->rank > 2 || shape->size[0] != count || elements < 1) {
        return tw_fail(opening->context, TW_BAD_FILE,
                       "%s: holds %" PRId64 " targets; %s holds %" PRId64
                       " examples, and targets are [count] or [count, k]",
                       path, shape->rank < 1 ? 1 : shape->size[0], x_path, count);
    }
    tw_status status = wants_classes(opening, of, elements / count, &classes);
    if (status == TW_OK && classes) {
        status = take_labels(opening, path, of, &class_count);
        if (status == TW_OK) status = tw_encoding_number_classes(encoding, class_count);
        return status;
    }
    if (status == TW_OK) status = check_finite(opening, path, of->y);
    if (status == TW_OK) status = make_float(opening->context, &of->y);
    encoding->kind = TW_TARGET_VALUE;
    encoding->target_width = elements / count;
    return status;
}

// Means and deviations of the columns of x, over the examples that are not held out (two passes).
static tw_status learn_scales(const pair *of, const bool *held, int64_t held_count,
                              tw_encoding *encoding) {
    int64_t features = tw_shape_elements(&encoding->shape);
    int64_t elements = tw_tensor_elements(of->x), examples = elements / features - held_count;
    double count = (double)examples;
    tw_status status = tw_encoding_make_scales(encoding, features);
    if (status != TW_OK) return status;
    double *mean = encoding->mean, *deviation = encoding->deviation;
    for (int64_t i = 0; i < elements; i++) {
        if (!held[i / features]) mean[i % features] += tw_tensor_get(of->x, i) / count;
    }
    for (int64_t i = 0; i < elements; i++) {
        double away = tw_tensor_get(of->x, i) - mean[i % features];
        if (!held[i / features]) deviation[i % features] += away * away / count;
    }
    for (int64_t k = 0; k < features; k++) {
        double found = sqrt(deviation[k]);
        deviation[k] = found <= 1e-12 * fabs(mean[k]) ? 0.0 : found;
    }
    return TW_OK;
}

static tw_status learn(const tw_opening *opening, const pair *of, tw_encoding *encoding) {
    int64_t count = tw_tensor_shape(of->x)->size[0], held_count = 0;
    tw_split split = {.count = count,
                      .labels = of->labels,
                      .classes = (int)encoding->classes.count,
                      .share = count < 2 ? 0.0 : opening->holdout,
                      .seed = opening->seed};
    bool *held = tw_allocate(opening->context, (size_t)count, sizeof *held);
    tw_status status =
        held == NULL ? TW_NO_MEMORY : tw_split_mark(opening->context, &split, held, &held_count);
    if (status == TW_OK) status = learn_scales(of, held, held_count, encoding);
    tw_release(held);
    return status;
}

static tw_status standardize(const tw_opening *opening, pair *of, tw_encoding *encoding) {
    static const char *const words[] = {"no", "yes"};
    int wanted = 0;
    tw_status status = tw_spec_word(opening->spec, "standardize", words, 2, &wanted);
    if (status != TW_OK) return status;
    int64_t features = tw_shape_elements(&encoding->shape);
    if (opening->like != NULL) {
        if (opening->like->mean == NULL || !tw_shape_equal(&opening->like->shape, &encoding->shape))
            return TW_OK;
        status = tw_encoding_make_scales(encoding, features);
        if (status != TW_OK) return status;
        memcpy(encoding->mean, opening->like->mean, (size_t)features * sizeof(double));
        memcpy(encoding->deviation, opening->like->deviation, (size_t)features * sizeof(double));
    } else if (wanted == 0) {
        return TW_OK;
    }
    status = make_float(opening->context, &of->x);
    if (status == TW_OK && opening->like == NULL) status = learn(opening, of, encoding);
    for (int64_t i = 0; i < tw_tensor_elements(of->x) && status == TW_OK; i++) {
        double deviation = encoding->deviation[i % features];
        double away = tw_tensor_get(of->x, i) - encoding->mean[i % features];
        double scaled = deviation == 0.0 ? 0.0 : away / deviation;
        tw_tensor_set(of->x, i, scaled);
        if (tw_fits_f32(scaled)) continue;
        status = tw_fail(opening->context, TW_MISMATCH,
                         "data '%s': element %" PRId64 " (row-major) of X is too far from the "
                         "training set's mean",
                         opening->spec->text, i);
    }
    return status;
}

static tw_status load(const tw_opening *opening, const char *x_path, const char *y_path, pair *of,
                      tw_encoding *encoding) {
    tw_status status = tw_tensor_load_npy(opening->context, x_path, &of->x);
    if (status == TW_OK) status = check_x(opening, x_path, of, &encoding->shape);
    if (status == TW_OK) status = check_finite(opening, x_path, of->x);
    of->integers = status == TW_OK && tw_tensor_dtype(of->x) == TW_I32;
    if (of->integers) status = make_float(opening->context, &of->x);
    if (status == TW_OK && y_path != NULL) {
        status = tw_tensor_load_npy(opening->context, y_path, &of->y);
        if (status == TW_OK) status = take_targets(opening, x_path, y_path, of, encoding);
    }
    return status == TW_OK ? standardize(opening, of, encoding) : status;
}

static const tw_storage pair_storage = {.fetch = tw_dense_fetch, .free = free_pair};

// `of` and `encoding` taken, also on failure.
static tw_status make_set(const tw_opening *opening, pair *of, tw_encoding *encoding,
                          tw_data **data) {
    tw_text said;
    tw_text_start(&said, opening->context);
    tw_dtype dtype = tw_tensor_dtype(of->x);
    int64_t features = tw_shape_elements(&encoding->shape);
    bool classes = encoding->kind == TW_TARGET_CLASS;
    of->dense =
        (tw_dense){.dtype = dtype,
                   .x = tw_tensor_data(of->x),
                   .features = features,
                   .target_dtype = classes || of->y == NULL ? TW_I32 : tw_tensor_dtype(of->y),
                   .targets = classes         ? of->labels
                              : of->y == NULL ? NULL
                                              : tw_tensor_data(of->y),
                   .target_width = classes || of->y == NULL ? 1 : encoding->target_width};
    tw_text_add(&said, "features: %s%s%s\n", of->integers ? "integers" : tw_dtype_name(dtype),
                dtype == TW_U8           ? ", scaled to 0..1"
                : encoding->mean != NULL ? ", standardised to mean 0 and deviation 1"
                                         : ", as they are",
                encoding->mean != NULL && opening->holdout > 0.0 ? " of the examples to train"
                                                                 : "");
    tw_text_add(&said, "targets: %s\n",
                classes         ? "classes"
                : of->y == NULL ? "none"
                                : "values, as they are");
    if (said.status != TW_OK) {
        free_pair(of);
        tw_encoding_free(encoding);
        tw_text_free(&said);
        return TW_NO_MEMORY;
    }
    tw_data_parts parts = {.name = opening->spec->text,
                           .count = tw_tensor_elements(of->x) / features,
                           .encoding = encoding,
                           .description = said.data,
                           .storage = &pair_storage,
                           .state = of};
    tw_status status = tw_data_new(opening->context, &parts, data);
    tw_text_free(&said);
    return status;
}

static tw_status open_npy(const tw_opening *opening, tw_data **train, tw_data **test) {
    char *x_path = NULL, *y_path = NULL;
    tw_encoding *encoding = NULL;
    (void)test;
    pair *of = tw_allocate(opening->context, 1, sizeof *of);
    tw_status status = of == NULL ? TW_NO_MEMORY : tw_encoding_new(opening->context, &encoding);
    if (status == TW_OK) status = tw_spec_two_paths(opening->spec, &x_path, &y_path);
    if (status == TW_OK) status = load(opening, x_path, y_path, of, encoding);
    tw_release(x_path);
    tw_release(y_path);
    if (status != TW_OK) {
        free_pair(of);
        tw_encoding_free(encoding);
        return status;
    }
    return make_set(opening, of, encoding, train);
}

static const char *const keys[] = {"target_kind", "standardize", NULL};

const tw_format tw_format_npy = {
    .about = {.name = "npy",
              .usage = "npy:X.npy,Y.npy[?target_kind=class|value][&standardize=yes|no]",
              .summary = "two NumPy arrays: numbers, and labels or values"},
    .keys = keys,
    .takes_place = true,
    .open = open_npy,
};
