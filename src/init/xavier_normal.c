// xavier_normal: xavier_uniform with normals of the same variance.
#include <math.h>

#include "init/kind.h"

static const tw_key keys[] = {{"gain", 1.0, "factor on the deviation", NULL}};

static tw_status fill(const tw_draw *draw) {
    double deviation = draw->keys[0] * sqrt(2.0 / (double)(draw->fan_in + draw->fan_out));
    return tw_draw_normal(draw, 0.0, deviation);
}

const tw_init_kind tw_init_xavier_normal = {
    .about = {.name = "xavier_normal",
              .formula = "w ~ N(0, gain^2*2/(m + n)), m inputs, n outputs",
              .source = "Glorot and Bengio, 2010",
              .keys = keys,
              .key_count = sizeof keys / sizeof *keys},
    .check = tw_init_first_key_not_negative,
    .fill = fill,
};
