// xavier_uniform: keeps the variance of activations and gradients level through tanh-like layers.
#include <math.h>

#include "init/kind.h"

static const tw_key keys[] = {{"gain", 1.0, "factor on the limit", NULL}};

static tw_status fill(const tw_draw *draw) {
    double limit = draw->keys[0] * sqrt(6.0 / (double)(draw->fan_in + draw->fan_out));
    return tw_draw_uniform(draw, -limit, limit);
}

const tw_init_kind tw_init_xavier_uniform = {
    .about = {.name = "xavier_uniform",
              .formula = "w ~ U(-a, a), a = gain*sqrt(6/(m + n)), m inputs, n outputs",
              .source = "Glorot and Bengio, 2010",
              .keys = keys,
              .key_count = sizeof keys / sizeof *keys},
    .check = tw_init_first_key_not_negative,
    .fill = fill,
};
