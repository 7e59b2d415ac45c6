// truncated_gaussian: normals drawn again until they lie within two deviations, so that no unit starts
// with an extreme weight.
#include "init/kind.h"

#include <math.h>

static const tw_key keys[] = {
    {"std", 0.01, "standard deviation of the normal that is cut", NULL},
    {"mean", 0.0, "centre", NULL},
};

#define TRIES_MAX 64 // all of them lie outside with probability 0.0455^64: never

static double within_two(const tw_draw *draw, int64_t i) {
    double z = 0.0;
    for (int64_t attempt = 0; attempt < TRIES_MAX; attempt++) {
        z = tw_random_normal(&draw->random, (uint64_t)(i + attempt * draw->elements));
        if (fabs(z) <= 2.0) break;
    }
    return z;
}

static tw_status fill(const tw_draw *draw) {
    for (int64_t i = 0; i < draw->elements; i++)
        tw_tensor_set(draw->tensor, i, draw->keys[1] + draw->keys[0] * within_two(draw, i));
    return TW_OK;
}

const tw_init_kind tw_init_truncated_gaussian = {
    .about = {.name = "truncated_gaussian",
              .formula = "w ~ N(mean, std^2), drawn again while |w - mean| > 2*std",
              .source = "any",
              .keys = keys,
              .key_count = sizeof keys / sizeof *keys},
    .check = tw_init_first_key_not_negative,
    .fill = fill,
};
