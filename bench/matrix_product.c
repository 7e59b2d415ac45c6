// The products of one training step against the best that OpenBLAS and BLIS do with them, in the
// same minutes: by their own threads, and called with one thread on fixed blocks by ours.
//
//     matrix_product [rounds [batch ...]]
//
// A line of JSON for each product and one for their sum; `fraction` is the limit's time by ours, so
// above 1 is faster than any of the others. Libraries that are not installed are left out.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "support/blas.h"

#define ROUNDS_MAX 101
#define OPERAND_COUNT (1 << 21) // floats; 1024 x 784 and 784 x 512 fit
#define SAMPLE_SECONDS 0.5e-3   // a sample repeats the product for at least this long
#define CONTENDERS_MAX (1 + BLAS_WAYS_MAX)

// One way to compute a product: a library's, or ours.
typedef struct contender {
    const char *name;
    const blas_way *way; // NULL: ours
    double seconds[ROUNDS_MAX];
} contender;

typedef struct shape {
    const char *name;
    bool transpose_a, transpose_b;
    int m, n, k;
} shape;

typedef struct operands {
    float *a, *b, *c;
} operands;

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double least(const double *values, int count) {
    double smallest = values[0];
    for (int i = 1; i < count; i++) smallest = values[i] < smallest ? values[i] : smallest;
    return smallest;
}

static double median(const double *values, int count) {
    double sorted[ROUNDS_MAX];
    memcpy(sorted, values, (size_t)count * sizeof *sorted);
    qsort(sorted, (size_t)count, sizeof *sorted, by_value);
    return sorted[count / 2];
}

static void compute(const contender *c, const tw_matrix_product *product, const operands *o,
                    int threads) {
    if (c->way)
        blas_way_run(c->way, threads, product, o->a, o->b, o->c);
    else
        tw_matrix_product_run(product, o->a, o->b, o->c);
}

static double sample(const contender *c, const tw_matrix_product *product, const operands *o,
                     int threads) {
    if (c->way) blas_way_begin(c->way, threads);
    compute(c, product, o, threads);
    int repeats = 0;
    double start = tw_clock_seconds(), passed;
    do {
        compute(c, product, o, threads);
        repeats++;
        passed = tw_clock_seconds() - start;
    } while (passed < SAMPLE_SECONDS);
    if (c->way) blas_way_end(c->way, threads);
    return passed / repeats;
}

// Medians; the least of each, which is steadier on a busy machine; the best of the others' name.
typedef struct result {
    double seconds, limit_seconds, fraction;
    double least_seconds, limit_least_seconds;
    const char *limit;
} result;

static void print_row(const char *product, const shape *s, int batch, int threads,
                      const result *r) {
    printf("{\"type\":\"bench\",\"name\":\"matrix_product\",\"product\":\"%s\",\"batch\":%d,"
           "\"threads\":%d,",
           product, batch, threads);
    if (s) {
        printf("\"m\":%d,\"n\":%d,\"k\":%d,\"transpose_a\":%s,\"transpose_b\":%s,\"gflops\":%.1f,",
               s->m, s->n, s->k, s->transpose_a ? "true" : "false",
               s->transpose_b ? "true" : "false", 2e-9 * s->m * s->n * s->k / r->seconds);
    }
    printf("\"seconds\":%.4g,\"limit\":\"%s\",\"limit_seconds\":%.4g,\"fraction\":%.3f,"
           "\"least_seconds\":%.4g,\"limit_least_seconds\":%.4g,\"least_fraction\":%.3f}\n",
           r->seconds, r->limit, r->limit_seconds, r->fraction, r->least_seconds,
           r->limit_least_seconds, r->limit_least_seconds / r->least_seconds);
    fflush(stdout);
}

// Times one product: the first contender is ours, the limit the best of the others.
static result measure(contender *contenders, int count, const shape *s, const operands *o,
                      int threads, int rounds) {
    tw_matrix_product product =
        tw_matrix_product_of(TW_F32, s->transpose_a, s->transpose_b, s->m, s->n, s->k);
    tw_matrix_product_plan(&product, threads);
    for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < count; i++) { // begins with another each time
            contender *c = &contenders[(i + round) % count];
            c->seconds[round] = sample(c, &product, o, threads);
        }
    }
    result r = {.seconds = median(contenders[0].seconds, rounds),
                .least_seconds = least(contenders[0].seconds, rounds),
                .limit = "none"};
    const contender *best = NULL;
    for (int i = 1; i < count; i++) {
        double seconds = median(contenders[i].seconds, rounds);
        double seconds_least = least(contenders[i].seconds, rounds);
        if (!best || seconds_least < r.limit_least_seconds) r.limit_least_seconds = seconds_least;
        if (best && seconds >= r.limit_seconds) continue;
        best = &contenders[i];
        r.limit_seconds = seconds;
        r.limit = best->name;
    }
    if (!best) return r;
    double ratios[ROUNDS_MAX];
    for (int i = 0; i < rounds; i++) ratios[i] = best->seconds[i] / contenders[0].seconds[i];
    r.fraction = median(ratios, rounds);
    return r;
}

static void measure_all(contender *contenders, int count, const operands *o, const shape *shapes,
                        int shape_count, int batch, int rounds) {
    for (int threads = 1; threads <= 2; threads++) {
        result sum = {.limit = "best of each"};
        for (int i = 0; i < shape_count; i++) {
            result r = measure(contenders, count, &shapes[i], o, threads, rounds);
            print_row(shapes[i].name, &shapes[i], batch, threads, &r);
            sum.seconds += r.seconds;
            sum.limit_seconds += r.limit_seconds;
            sum.least_seconds += r.least_seconds;
            sum.limit_least_seconds += r.limit_least_seconds;
        }
        sum.fraction = sum.limit_seconds / sum.seconds;
        print_row("sum", NULL, batch, threads, &sum);
    }
}

// The eight products of a step of the network 784-512-512-10, W stored [in, out].
static void measure_network(contender *contenders, int count, const operands *o, int batch,
                            int rounds) {
    const shape shapes[] = {
        {"y1 = x W1", false, false, batch, 512, 784},
        {"y2 = x W2", false, false, batch, 512, 512},
        {"y3 = x W3", false, false, batch, 10, 512},
        {"dx3 = dy W3'", false, true, batch, 512, 10},
        {"dx2 = dy W2'", false, true, batch, 512, 512},
        {"dW3 = x' dy", true, false, 512, 10, batch},
        {"dW2 = x' dy", true, false, 512, 512, batch},
        {"dW1 = x' dy", true, false, 784, 512, batch},
    };
    measure_all(contenders, count, o, shapes, sizeof shapes / sizeof *shapes, batch, rounds);
}

// The two of logistic regression.
static void measure_logistic(contender *contenders, int count, const operands *o, int batch,
                             int rounds) {
    const shape shapes[] = {{"logistic y = x W", false, false, batch, 10, 784},
                            {"logistic dW = x' dy", true, false, 784, 10, batch}};
    measure_all(contenders, count, o, shapes, sizeof shapes / sizeof *shapes, batch, rounds);
}

static int contenders_make(contender *contenders) {
    static blas_way ways[BLAS_WAYS_MAX];
    int count = blas_find_ways(ways);
    contenders[0] = (contender){.name = "thalweg"};
    for (int i = 0; i < count; i++)
        contenders[1 + i] = (contender){.name = ways[i].name, .way = &ways[i]};
    return 1 + count;
}

static float *operand_new(void) {
    float *x = aligned_alloc(64, OPERAND_COUNT * sizeof *x);
    for (int i = 0; x && i < OPERAND_COUNT; i++) x[i] = (float)(i % 17) * 0.06F - 0.5F;
    return x;
}

int main(int argument_count, char **arguments) {
    static contender contenders[CONTENDERS_MAX];
    int count = contenders_make(contenders);
    int rounds = argument_count > 1 ? atoi(arguments[1]) : 9;
    if (rounds < 1 || rounds > ROUNDS_MAX) {
        fprintf(stderr, "matrix_product: rounds must be 1 to %d\n", ROUNDS_MAX);
        return 2;
    }
    operands o = {operand_new(), operand_new(), operand_new()};
    if (o.a && o.b && o.c) {
        const int batches[] = {32, 128, 1024};
        for (int i = 0; argument_count <= 2 && i < 3; i++) {
            measure_network(contenders, count, &o, batches[i], rounds);
        }
        for (int i = 2; i < argument_count; i++) {
            int batch = atoi(arguments[i]);
            if (batch >= 1 && batch <= 1024) measure_network(contenders, count, &o, batch, rounds);
        }
        measure_logistic(contenders, count, &o, 64, rounds);
    }
    free(o.a);
    free(o.b);
    free(o.c);
    return 0;
}
