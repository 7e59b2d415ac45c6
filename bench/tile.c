// One step of an update rule over n parameters: interpreted, translated, and written by hand, against
// a loop that reads and writes the same arrays without arithmetic. All take turns in each round, since
// a machine's bandwidth wanders; what counts is the median over rounds of their ratios.
//
//     bench/tile [largest n]        JSON Lines: a line for each rule, type, n and number of threads
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/parallel.h"
#include "support/tile_programs.h"
#include "tile/program.h"

extern const tw_tile_fused *const tw_test_fused_list;
extern const size_t tw_test_fused_count;

#define CHUNK 65536 // elements; a multiple of a tile
#define ROUNDS_MAX 101
#define WAYS 4

typedef struct work {
    void *arrays[4];
    int64_t elements;
    int rule;
    tw_dtype dtype;
    tw_tile_program *program; // with or without its function
    int way;
    double scalars[8];
} work;

static const char *const way_names[WAYS] = {"plain", "hand", "interpreted", "translated"};

#define LOOPS(type, suffix, fused, root)                                                           \
    TW_SIMD static void plain_##suffix(void *const *arrays, int rule, int64_t first,               \
                                       int64_t end) {                                              \
        type *theta = arrays[0], *g = arrays[1], *s = arrays[2], *r = arrays[3];                   \
        if (rule == 0) {                                                                           \
            _Pragma("omp simd") for (int64_t k = first; k < end; k++) theta[k] += g[k];            \
        } else if (rule == 1) {                                                                    \
            _Pragma("omp simd") for (int64_t k = first; k < end; k++) s[k] += g[k],                \
                theta[k] += g[k];                                                                  \
        } else {                                                                                   \
            _Pragma("omp simd") for (int64_t k = first; k < end; k++) s[k] += g[k], r[k] += g[k],  \
                theta[k] += g[k];                                                                  \
        }                                                                                          \
    }                                                                                              \
    TW_SIMD static void hand_##suffix(void *const *arrays, int rule, const double *h,              \
                                      int64_t first, int64_t end) {                                \
        type *theta = arrays[0], *g = arrays[1], *s = arrays[2], *r = arrays[3];                   \
        const type lr = (type)h[0], beta1 = (type)h[1], beta2 = (type)h[2], eps = (type)h[3];      \
        const type a = (type)(h[0] / h[4]), c = (type)(1 / h[5]);                                  \
        const type share1 = (type)(1 - h[1]), share2 = (type)(1 - h[2]);                           \
        if (rule == 0) {                                                                           \
            _Pragma("omp simd") for (int64_t k = first; k < end; k++) theta[k] =                   \
                fused(-lr, g[k], theta[k]);                                                        \
        } else if (rule == 1) {                                                                    \
            _Pragma("omp simd") for (int64_t k = first; k < end; k++) {                            \
                s[k] = fused(beta1, s[k], -lr * g[k]);                                             \
                theta[k] += s[k];                                                                  \
            }                                                                                      \
        } else {                                                                                   \
            _Pragma("omp simd") for (int64_t k = first; k < end; k++) {                            \
                s[k] = fused(share1, g[k], beta1 * s[k]);                                          \
                r[k] = fused(share2 * g[k], g[k], beta2 * r[k]);                                   \
                theta[k] -= a * s[k] / (eps + root(c * r[k]));                                     \
            }                                                                                      \
        }                                                                                          \
    }
LOOPS(float, f32, __builtin_fmaf, __builtin_sqrtf)
LOOPS(double, f64, __builtin_fma, __builtin_sqrt)

static void run_chunk(void *user, int64_t chunk) {
    const work *w = user;
    const int64_t first = chunk * CHUNK;
    const int64_t end = first + CHUNK < w->elements ? first + CHUNK : w->elements;
    if (w->way == 0) {
        (w->dtype == TW_F32 ? plain_f32 : plain_f64)(w->arrays, w->rule, first, end);
    } else if (w->way == 1) {
        (w->dtype == TW_F32 ? hand_f32 : hand_f64)(w->arrays, w->rule, tw_test_rule_arguments,
                                                   first, end);
    } else {
        const tw_tile_call call = {.arrays = w->arrays, .arguments = tw_test_rule_arguments};
        tw_tile_run(w->program, w->dtype, &call, first, end);
    }
}

static double time_of(work *w, int way, int threads, int repeats) {
    w->way = way;
    w->program->fused =
        way == 3 ? tw_tile_fused_find(w->program, tw_test_fused_list, tw_test_fused_count) : NULL;
    const double start = tw_clock_seconds();
    for (int i = 0; i < repeats; i++)
        tw_parallel(threads, (w->elements + CHUNK - 1) / CHUNK, run_chunk, w);
    return (tw_clock_seconds() - start) / repeats;
}

static int ascending(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(const double *values, int count) {
    double sorted[ROUNDS_MAX];
    for (int i = 0; i < count; i++) sorted[i] = values[i];
    qsort(sorted, (size_t)count, sizeof *sorted, ascending);
    return sorted[count / 2];
}

static void measure(work *w, int threads) {
    double times[WAYS][ROUNDS_MAX], ratios[ROUNDS_MAX];
    const int rounds = w->elements > 20000000 ? 11 : 31;
    const int repeats = (int)(4000000 / w->elements) + 1;
    for (int way = 0; way < WAYS; way++) time_of(w, way, threads, 1);
    for (int round = 0; round < rounds; round++)
        for (int way = 0; way < WAYS; way++) times[way][round] = time_of(w, way, threads, repeats);
    printf("{\"bench\":\"tile\",\"rule\":\"%s\",\"dtype\":\"%s\",\"n\":%lld,\"threads\":%d",
           tw_test_rule_names[w->rule], tw_dtype_name(w->dtype), (long long)w->elements, threads);
    for (int way = 0; way < WAYS; way++)
        printf(",\"%s_us\":%.2f", way_names[way], 1e6 * median(times[way], rounds));
    for (int way = 1; way < WAYS; way++) {
        for (int round = 0; round < rounds; round++)
            ratios[round] = times[0][round] / times[way][round];
        printf(",\"%s_of_plain\":%.3f", way_names[way], median(ratios, rounds));
    }
    for (int way = 2; way < WAYS; way++) {
        for (int round = 0; round < rounds; round++)
            ratios[round] = times[way][round] / times[1][round];
        printf(",\"%s_over_hand\":%.3f", way_names[way], median(ratios, rounds));
    }
    printf("}\n");
    fflush(stdout);
}

static tw_status measure_all(tw_context *context, tw_dtype dtype, int rule, int64_t elements) {
    work w = {.elements = elements, .rule = rule, .dtype = dtype};
    tw_tile_builder *builder = NULL;
    tw_status status = tw_tile_builder_new(context, &builder);
    if (status != TW_OK) return status;
    tw_test_rule(builder, rule);
    status = tw_tile_build(builder, &w.program);
    tw_tile_builder_free(builder);
    const size_t size = tw_dtype_size(dtype);
    for (int i = 0; i < 4 && status == TW_OK; i++) {
        w.arrays[i] = tw_allocate(context, (size_t)elements, size);
        if (w.arrays[i] == NULL) status = TW_NO_MEMORY;
    }
    if (status == TW_OK) {
        for (int64_t k = 0; k < elements; k++) {
            const double g = (double)(k % 997 - 498) * 2e-5;
            if (dtype == TW_F32)
                ((float *)w.arrays[1])[k] = (float)g;
            else
                ((double *)w.arrays[1])[k] = g;
        }
        for (int threads = 1; threads <= 2; threads++) measure(&w, threads);
    }
    for (int i = 0; i < 4; i++) tw_release(w.arrays[i]);
    tw_tile_program_free(w.program);
    return status;
}

int main(int count, char **words) {
    static const int64_t sizes[] = {100000, 1000000, 10000000, 100000000};
    static const int rules[] = {0, 1, 5};
    const int64_t largest = count > 1 ? atoll(words[1]) : 100000000;
    tw_context *context = NULL;
    if (tw_context_new(&context) != TW_OK) return 1;
    tw_status status = TW_OK;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes && sizes[i] <= largest; i++)
        for (int rule = 0; rule < 3 && status == TW_OK; rule++) {
            status = measure_all(context, TW_F32, rules[rule], sizes[i]);
            if (status == TW_OK && sizes[i] <= 10000000)
                status = measure_all(context, TW_F64, rules[rule], sizes[i]);
        }
    if (status != TW_OK) fprintf(stderr, "%s\n", tw_context_message(context));
    tw_context_free(context);
    return status == TW_OK ? 0 : 1;
}
