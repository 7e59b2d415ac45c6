// The two draws that most initialisers come down to, and the check that most of them need.
#include "base/fail.h"
#include "init/kind.h"

tw_status tw_draw_normal(const tw_draw *draw, double mean, double deviation) {
    for (int64_t i = 0; i < draw->elements; i++) {
        double z = tw_random_normal(&draw->random, (uint64_t)i);
        tw_tensor_set(draw->tensor, i, mean + deviation * z);
    }
    return TW_OK;
}

tw_status tw_draw_uniform(const tw_draw *draw, double low, double high) {
    for (int64_t i = 0; i < draw->elements; i++) {
        double u = tw_random_uniform(&draw->random, (uint64_t)i);
        tw_tensor_set(draw->tensor, i, low + (high - low) * u);
    }
    return TW_OK;
}

tw_status tw_init_first_key_not_negative(tw_context *context, const tw_initialiser_kind *about,
                                         const double *keys) {
    if (keys[0] >= 0.0) return TW_OK;
    return tw_fail(context, TW_BAD_ARGUMENT, "initialiser %s: %s=%g is negative; give 0 or more",
                   about->name, about->keys[0].name, keys[0]);
}
