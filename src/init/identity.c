// identity: each unit copies one input; what a deep linear or recurrent layer starts from.
#include "base/fail.h"
#include "init/kind.h"

static const tw_key keys[] = {{"gain", 1.0, "value on the diagonal", NULL}};

static tw_status fill(const tw_draw *draw) {
    if (tw_tensor_shape(draw->tensor)->rank != 2)
        return tw_fail(draw->context, TW_BAD_SHAPE,
                       "initialiser identity: fills matrices; this parameter has %d axes",
                       tw_tensor_shape(draw->tensor)->rank);
    for (int64_t i = 0; i < draw->elements; i++) {
        bool diagonal = i / draw->fan_out == i % draw->fan_out;
        tw_tensor_set(draw->tensor, i, diagonal ? draw->keys[0] : 0.0);
    }
    return TW_OK;
}

const tw_init_kind tw_init_identity = {
    .about = {.name = "identity",
              .formula = "w_ij = gain if i = j else 0",
              .source = "Le, Jaitly and Hinton, 2015",
              .keys = keys,
              .key_count = sizeof keys / sizeof *keys},
    .fill = fill,
};
