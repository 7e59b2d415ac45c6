// What an initialiser is: a row for help and a function that fills one parameter. One file a kind; its
// line in kinds.def is its only registration.
#ifndef TW_INIT_KIND_H
#define TW_INIT_KIND_H

#include "base/random.h"
#include "thalweg/init.h"

#define TW_INIT_KEYS_MAX 4

// One parameter to fill. Weights are [inputs, ..., outputs]; a vector has fans of its length.
typedef struct tw_draw {
    tw_context *context;
    tw_tensor *tensor;
    int64_t elements;
    int64_t fan_in, fan_out;
    const double *keys; // in the order of the kind's table
    tw_random random;
} tw_draw;

typedef struct tw_init_kind {
    tw_initialiser_kind about;
    // NULL: every value will do.
    tw_status (*check)(tw_context *context, const tw_initialiser_kind *about, const double *keys);
    tw_status (*fill)(const tw_draw *draw);
} tw_init_kind;

// Fills with independent normals, or uniforms between two limits: what most kinds come down to.
tw_status tw_draw_normal(const tw_draw *draw, double mean, double deviation);
tw_status tw_draw_uniform(const tw_draw *draw, double low, double high);

// The check of kinds whose first key must not be negative (a deviation, a gain).
tw_status tw_init_first_key_not_negative(tw_context *context, const tw_initialiser_kind *about,
                                         const double *keys);

#endif
