// sparse: each unit listens to exactly k inputs, so that the size of its sum does not grow with the
// layer before it, and units differ from each other.
#include "base/fail.h"
#include "base/memory.h"
#include "init/kind.h"

static const tw_key keys[] = {
    {"k", 15.0, "inputs with a weight, for each unit", NULL},
    {"std", 1.0, "standard deviation of those weights", NULL},
};

static tw_status check(tw_context *context, const tw_initialiser_kind *about,
                       const double *values) {
    (void)about;
    if (values[0] < 1.0 || values[0] > 1e9 || values[0] != (double)(int64_t)values[0])
        return tw_fail(context, TW_BAD_ARGUMENT,
                       "initialiser sparse: k=%g; give a whole number of inputs, 1 or more",
                       values[0]);
    if (values[1] < 0.0)
        return tw_fail(context, TW_BAD_ARGUMENT, "initialiser sparse: std=%g is negative",
                       values[1]);
    return TW_OK;
}

// k distinct inputs for one unit by Floyd's method (Bentley, 1987): draw j of the last k positions takes
// a position up to its own, or its own where that is taken.
static void connect(const tw_draw *draw, int64_t unit, int64_t m, int64_t k, unsigned char *taken) {
    for (int64_t i = 0; i < m; i++) taken[i] = 0;
    for (int64_t j = m - k; j < m; j++) {
        uint64_t place = (uint64_t)(unit * m + j);
        int64_t input = (int64_t)tw_random_below(&draw->random, place, (uint64_t)j + 1);
        if (taken[input]) input = j;
        taken[input] = 1;
    }
}

static tw_status fill(const tw_draw *draw) {
    if (tw_tensor_shape(draw->tensor)->rank < 2)
        return tw_fail(draw->context, TW_BAD_SHAPE,
                       "initialiser sparse: fills weights, not biases; units have no inputs here");
    int64_t m = draw->elements / draw->fan_out; // inputs of a unit: all axes but the last
    unsigned char *taken = tw_allocate(draw->context, (size_t)m, 1);
    if (taken == NULL) return TW_NO_MEMORY;
    int64_t k = draw->keys[0] < (double)m ? (int64_t)draw->keys[0] : m;
    tw_random values = draw->random;
    values.step = 1; // weights and choices draw from different numbers
    for (int64_t unit = 0; unit < draw->fan_out; unit++) {
        connect(draw, unit, m, k, taken);
        for (int64_t i = 0; i < m; i++) {
            int64_t element = i * draw->fan_out + unit;
            double z = taken[i] ? tw_random_normal(&values, (uint64_t)element) : 0.0;
            tw_tensor_set(draw->tensor, element, draw->keys[1] * z);
        }
    }
    tw_release(taken);
    return TW_OK;
}

const tw_init_kind tw_init_sparse = {
    .about = {.name = "sparse",
              .formula =
                  "exactly min(k, m) of a unit's m incoming weights ~ N(0, std^2), the rest 0",
              .source = "Martens, 2010",
              .keys = keys,
              .key_count = sizeof keys / sizeof *keys},
    .check = check,
    .fill = fill,
};
