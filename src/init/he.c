// he: keeps the variance of activations level through relu layers, which halve it.
#include <math.h>

#include "init/kind.h"

static const tw_key keys[] = {{"gain", 1.0, "factor on the deviation", NULL}};

static tw_status fill(const tw_draw *draw) {
    return tw_draw_normal(draw, 0.0, draw->keys[0] * sqrt(2.0 / (double)draw->fan_in));
}

const tw_init_kind tw_init_he = {
    .about = {.name = "he",
              .formula = "w ~ N(0, gain^2*2/m), m inputs",
              .source = "He, Zhang, Ren and Sun, 2015",
              .keys = keys,
              .key_count = sizeof keys / sizeof *keys},
    .check = tw_init_first_key_not_negative,
    .fill = fill,
};
