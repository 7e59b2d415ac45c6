// uniform: independent uniforms between two limits.
#include "base/fail.h"
#include "init/kind.h"

static const tw_key keys[] = {{"low", -0.05, "lower limit", NULL},
                              {"high", 0.05, "upper limit", NULL}};

static tw_status check(tw_context *context, const tw_initialiser_kind *about,
                       const double *values) {
    (void)about;
    if (values[0] <= values[1]) return TW_OK;
    return tw_fail(context, TW_BAD_ARGUMENT,
                   "initialiser uniform: low=%g is above high=%g; give low below high", values[0],
                   values[1]);
}

static tw_status fill(const tw_draw *draw) {
    return tw_draw_uniform(draw, draw->keys[0], draw->keys[1]);
}

const tw_init_kind tw_init_uniform = {
    .about = {.name = "uniform",
              .formula = "w ~ U(low, high)",
              .source = "any",
              .keys = keys,
              .key_count = sizeof keys / sizeof *keys},
    .check = check,
    .fill = fill,
};
