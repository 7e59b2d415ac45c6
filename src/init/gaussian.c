// gaussian: independent normals of one width, whatever the fan.
#include "init/kind.h"

static const tw_key keys[] = {{"std", 0.01, "standard deviation", NULL},
                              {"mean", 0.0, "centre", NULL}};

static tw_status fill(const tw_draw *draw) {
    return tw_draw_normal(draw, draw->keys[1], draw->keys[0]);
}

const tw_init_kind tw_init_gaussian = {
    .about = {.name = "gaussian",
              .formula = "w ~ N(mean, std^2)",
              .source = "any",
              .keys = keys,
              .key_count = sizeof keys / sizeof *keys},
    .check = tw_init_first_key_not_negative,
    .fill = fill,
};
