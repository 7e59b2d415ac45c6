// The products of one training step against the best that OpenBLAS and BLIS do with them, in the
// same minutes: by their own threads, and called with one thread on fixed blocks by ours.
//
//     matrix_product [rounds [batch ...]]
//
// A line of JSON for each product and one for their sum; `fraction` is the limit's time by ours, so
// above 1 is faster than any of the others. Libraries that are not installed are left out.
#include "tensor/matrix_product.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/parallel.h"

#define ROUNDS_MAX 101
#define OPERAND_COUNT (1 << 21) // floats; 1024 x 784 and 784 x 512 fit
#define SAMPLE_SECONDS 0.5e-3   // a sample repeats the product for at least this long
#define REST_NS 30000000        // after which another library's idle threads have stopped spinning
#define CONTENDERS_MAX 9

typedef void sgemm_function(int order, int transpose_a, int transpose_b, int m, int n, int k,
                            float alpha, const float *a, int a_row, const float *b, int b_row,
                            float beta, float *c, int c_row);
typedef void threads_function(int threads);
typedef void long_threads_function(long threads);

typedef struct blas {
    sgemm_function *sgemm;
    threads_function *set_threads;           // OpenBLAS
    long_threads_function *set_long_threads; // BLIS
} blas;

// One way to compute a product: a library by itself (block 0) or in blocks; ours if no library.
typedef struct contender {
    const char *name;
    const blas *library;
    int block_rows, block_columns;
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

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

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

// A function's address out of a library: the two pointer types have no conversion in C.
#define FIND(handle, name, to)                                                                     \
    do {                                                                                           \
        void *address = dlsym(handle, name);                                                       \
        memcpy(&(to), &address, sizeof(to));                                                       \
    } while (0)

static bool library_open(const char *file, blas *to) {
    memset(to, 0, sizeof *to);
    void *handle = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (!handle) return false;
    FIND(handle, "cblas_sgemm", to->sgemm);
    FIND(handle, "openblas_set_num_threads", to->set_threads);
    FIND(handle, "bli_thread_set_num_threads", to->set_long_threads);
    return to->sgemm && (to->set_threads || to->set_long_threads);
}

static void set_threads(const blas *library, int threads) {
    if (library->set_threads) library->set_threads(threads);
    if (library->set_long_threads) library->set_long_threads(threads);
}

// One call of the library for rows [m0, m1) and columns [n0, n1) of C.
static void call(const blas *library, const shape *s, const operands *o, int m0, int m1, int n0,
                 int n1) {
    int a_row = s->transpose_a ? s->m : s->k, b_row = s->transpose_b ? s->k : s->n;
    library->sgemm(101, s->transpose_a ? 112 : 111, s->transpose_b ? 112 : 111, m1 - m0, n1 - n0,
                   s->k, 1.0F, o->a + (size_t)m0 * (size_t)(s->transpose_a ? 1 : a_row), a_row,
                   o->b + (size_t)n0 * (size_t)(s->transpose_b ? b_row : 1), b_row, 0.0F,
                   o->c + (size_t)m0 * (size_t)s->n + n0, s->n);
}

typedef struct blocks {
    const contender *contender;
    const shape *shape;
    const operands *operands;
    int rows, columns;
} blocks;

static void call_block(void *user, int64_t index) {
    const blocks *b = user;
    const shape *s = b->shape;
    int rows = b->rows, columns = b->columns, row = (int)index / columns,
        column = (int)index % columns;
    call(b->contender->library, s, b->operands, s->m * row / rows, s->m * (row + 1) / rows,
         s->n * column / columns, s->n * (column + 1) / columns);
}

static void call_in_blocks(const contender *c, const shape *s, const operands *o, int threads) {
    blocks b = {c, s, o, (s->m + c->block_rows - 1) / c->block_rows,
                (s->n + c->block_columns - 1) / c->block_columns};
    tw_parallel(threads, (int64_t)b.rows * b.columns, call_block, &b);
}

static void compute(const contender *c, const shape *s, const tw_matrix_product *product,
                    const operands *o, int threads) {
    if (!c->library) {
        tw_matrix_product_run(product, o->a, o->b, o->c);
    } else if (c->block_rows == 0) {
        call(c->library, s, o, 0, s->m, 0, s->n);
    } else {
        call_in_blocks(c, s, o, threads);
    }
}

static double sample(const contender *c, const shape *s, const tw_matrix_product *product,
                     const operands *o, int threads) {
    bool alone = c->library && c->block_rows == 0;
    if (c->library) set_threads(c->library, alone ? threads : 1);
    compute(c, s, product, o, threads);
    int repeats = 0;
    double start = now(), passed;
    do {
        compute(c, s, product, o, threads);
        repeats++;
        passed = now() - start;
    } while (passed < SAMPLE_SECONDS);
    if (alone && threads > 1) {
        set_threads(c->library, 1);
        nanosleep(&(struct timespec){.tv_nsec = REST_NS}, NULL);
    }
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
            c->seconds[round] = sample(c, s, &product, o, threads);
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

static int contenders_make(contender *contenders, blas *openblas, blas *blis) {
    const struct {
        const char *name;
        bool blis;
        int rows, columns;
    } ways[] = {{"openblas", false, 0, 0},
                {"openblas 64x128", false, 64, 128},
                {"openblas 128x128", false, 128, 128},
                {"openblas 256x256", false, 256, 256},
                {"blis", true, 0, 0},
                {"blis 64x128", true, 64, 128},
                {"blis 128x128", true, 128, 128},
                {"blis 256x256", true, 256, 256}};

    bool found[2] = {library_open("libopenblas.so.0", openblas),
                     library_open("libblis.so.4", blis)};
    int count = 0;
    contenders[count++] = (contender){.name = "thalweg"};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        if (!found[ways[i].blis]) continue;
        contenders[count++] = (contender){.name = ways[i].name,
                                          .library = ways[i].blis ? blis : openblas,
                                          .block_rows = ways[i].rows,
                                          .block_columns = ways[i].columns};
    }
    return count;
}

static float *operand_new(void) {
    float *x = aligned_alloc(64, OPERAND_COUNT * sizeof *x);
    for (int i = 0; x && i < OPERAND_COUNT; i++) x[i] = (float)(i % 17) * 0.06F - 0.5F;
    return x;
}

int main(int argument_count, char **arguments) {
    static contender contenders[CONTENDERS_MAX];
    blas openblas, blis;
    int count = contenders_make(contenders, &openblas, &blis);
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
