// constant: every element the same; 0.1 is a usual bias before relu, so that units start alive.
#include "init/kind.h"

static const tw_key keys[] = {{"value", 0.0, "every element", NULL}};

static tw_status fill(const tw_draw *draw) {
    for (int64_t i = 0; i < draw->elements; i++) tw_tensor_set(draw->tensor, i, draw->keys[0]);
    return TW_OK;
}

const tw_init_kind tw_init_constant = {
    .about = {.name = "constant",
              .formula = "w = value",
              .source = "any",
              .keys = keys,
              .key_count = sizeof keys / sizeof *keys},
    .check = NULL,
    .fill = fill,
};
