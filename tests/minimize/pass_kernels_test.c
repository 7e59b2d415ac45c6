// The loops that passes are made of give the same bits on each kind of machine: those compiled for simpler ones
// against those that this one runs.
#include "test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "minimize/pass_kernels.h"

enum {
    VECTORS = 23, // no multiple of what any loop takes at once
    SIZE_MAX_TESTED = TW_PAIR_TILE,
    SUMS = VECTORS + 2,
};

static const int64_t sizes[] = {1, 3, 7, 8, 9, 12, 16, 17, 511, 1021, SIZE_MAX_TESTED};

// All that the loops write, from zero on; the same numbers in both types.
typedef struct written {
    double slope[2], stored[2], with_change[SUMS], with_after[SUMS], with_after_alone[SUMS];
    double sum[SIZE_MAX_TESTED], moved[SIZE_MAX_TESTED], out[SIZE_MAX_TESTED];
    double step[SIZE_MAX_TESTED], change[SIZE_MAX_TESTED];
} written;

static void *vector_of(tw_dtype dtype, int which) {
    tw_vector_space space = {.dtype = dtype, .n = SIZE_MAX_TESTED};
    void *v = calloc(SIZE_MAX_TESTED, sizeof(double));
    assert_non_null(v);
    for (int64_t i = 0; i < space.n; i++)
        tw_vector_set(&space, v, i, sin((double)i * 0.7 + which * 1.3));
    return v;
}

static written *run(const tw_pass_kernels *k, tw_dtype space, tw_dtype kept, int64_t size) {
    written *w = calloc(1, sizeof *w);
    void *v[VECTORS], *g[4];
    double factors[VECTORS];
    assert_non_null(w);
    for (int i = 0; i < VECTORS; i++) v[i] = vector_of(kept, i);
    for (int i = 0; i < VECTORS; i++) factors[i] = cos(i);
    for (int i = 0; i < 4; i++) g[i] = vector_of(space, VECTORS + i);
    tw_pair pair = {.after = g[0],
                    .before = g[1],
                    .direction = g[2],
                    .change_factor = 0.75,
                    .step_factor = 1.25,
                    .change = w->change,
                    .step = w->step,
                    .vectors = {VECTORS, (const void *const *)v}};
    k->slope(w->slope, g[0], g[2], size);
    k->move(w->moved, g[3], 0.3, g[2], size);
    k->load(w->sum, -0.7, g[0], size);
    k->add(w->sum, factors, &pair.vectors, (void *const[]){w->moved, w->out}, 0, size);
    k->store(w->out, w->sum, g[1], w->stored, size);
    k->newest(&pair, 0, size, w->with_change + VECTORS, w->with_after + VECTORS);
    k->meet(&pair, 0, size, w->with_change, w->with_after);
    k->meet_after(&pair, 0, size, w->with_after_alone);
    for (int i = 0; i < VECTORS; i++) free(v[i]);
    for (int i = 0; i < 4; i++) free(g[i]);
    return w;
}

static void bits_do_not_depend_on_the_machine(void **state) {
    (void)state;
    static const tw_dtype types[][2] = {{TW_F32, TW_F32}, {TW_F64, TW_F64}, {TW_F64, TW_F32}};
    for (size_t t = 0; t < sizeof types / sizeof *types; t++)
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
            const tw_pass_kernels *first = tw_pass_kernels_at(types[t][0], types[t][1], 0);
            written *ours = run(first, types[t][0], types[t][1], sizes[s]);
            for (int level = 1;; level++) {
                const tw_pass_kernels *k = tw_pass_kernels_at(types[t][0], types[t][1], level);
                if (k == NULL) break;
                written *simpler = run(k, types[t][0], types[t][1], sizes[s]);
                assert_memory_equal(ours, simpler, sizeof *ours);
                free(simpler);
            }
            assert_memory_equal(ours->with_after, ours->with_after_alone, VECTORS * sizeof(double));
            free(ours);
        }
}

TW_TESTS(bits_do_not_depend_on_the_machine)
