#include "support/blas.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/parallel.h"

#define REST_NS 30000000 // after which idle threads have stopped spinning
#define ROW_MAJOR 101    // these three as cblas.h has them
#define PLAIN 111
#define TRANSPOSED 112

typedef void sgemm_function(int order, int transpose_a, int transpose_b, int m, int n, int k,
                            float alpha, const float *a, int a_row, const float *b, int b_row,
                            float beta, float *c, int c_row);
typedef void threads_function(int threads);
typedef void long_threads_function(long threads);

struct blas_library {
    const char *name, *file, *package; // of Debian
    sgemm_function *sgemm;
    threads_function *set_threads;           // OpenBLAS
    long_threads_function *set_long_threads; // BLIS
};

// A function's address out of a library: the two pointer types have no conversion in C.
#define FIND(handle, name, to)                                                                     \
    do {                                                                                           \
        void *address = dlsym(handle, name);                                                       \
        memcpy(&(to), &address, sizeof(to));                                                       \
    } while (0)

static void set_threads(const blas_library *library, int threads) {
    if (library->set_threads) library->set_threads(threads);
    if (library->set_long_threads) library->set_long_threads(threads);
}

static bool library_open(blas_library *library) {
    void *handle = dlopen(library->file, RTLD_NOW | RTLD_LOCAL);
    if (handle) {
        FIND(handle, "cblas_sgemm", library->sgemm);
        FIND(handle, "openblas_set_num_threads", library->set_threads);
        FIND(handle, "bli_thread_set_num_threads", library->set_long_threads);
    }
    if (library->sgemm && (library->set_threads || library->set_long_threads)) {
        set_threads(library, 1);
        return true;
    }
    fprintf(stderr, "%s is missing (%s; apt-get install %s): its products are not measured\n",
            library->name, library->file, library->package);
    return false;
}

int blas_find_ways(blas_way *ways) {
    static blas_library libraries[] = {
        {.name = "OpenBLAS", .file = "libopenblas.so.0", .package = "libopenblas0"},
        {.name = "BLIS", .file = "libblis.so.4", .package = "libblis4"},
    };
    static const blas_way all[][4] = {
        {{"openblas", NULL, 0, 0},
         {"openblas 64x128", NULL, 64, 128},
         {"openblas 128x128", NULL, 128, 128},
         {"openblas 256x256", NULL, 256, 256}},
        {{"blis", NULL, 0, 0},
         {"blis 64x128", NULL, 64, 128},
         {"blis 128x128", NULL, 128, 128},
         {"blis 256x256", NULL, 256, 256}},
    };
    int count = 0;
    for (size_t l = 0; l < sizeof libraries / sizeof *libraries; l++) {
        if (!library_open(&libraries[l])) continue;
        for (size_t i = 0; i < sizeof all[l] / sizeof *all[l]; i++) {
            ways[count] = all[l][i];
            ways[count++].library = &libraries[l];
        }
    }
    return count;
}

static bool by_own_threads(const blas_way *way, int threads) {
    return way->block_rows == 0 && threads > 1;
}

static void rest(void) {
    nanosleep(&(struct timespec){.tv_nsec = REST_NS}, NULL);
}

void blas_way_begin(const blas_way *way, int threads) {
    if (!by_own_threads(way, threads)) return;
    rest();
    set_threads(way->library, threads);
}

void blas_way_end(const blas_way *way, int threads) {
    if (!by_own_threads(way, threads)) return;
    set_threads(way->library, 1);
    rest();
}

typedef struct blocks {
    const blas_library *library;
    const tw_matrix_product *product;
    const float *a, *b;
    float *c;
    int64_t rows, columns;
} blocks;

// One call of the library for a block of C.
static void call_block(void *user, int64_t index) {
    const blocks *o = user;
    const tw_matrix_product *p = o->product;
    int64_t row = index / o->columns, column = index % o->columns;
    int64_t m0 = p->m * row / o->rows, m1 = p->m * (row + 1) / o->rows;
    int64_t n0 = p->n * column / o->columns, n1 = p->n * (column + 1) / o->columns;
    const float *a = o->a + m0 * (p->transpose_a ? 1 : p->a_row);
    const float *b = o->b + n0 * (p->transpose_b ? p->b_row : 1);
    o->library->sgemm(ROW_MAJOR, p->transpose_a ? TRANSPOSED : PLAIN,
                      p->transpose_b ? TRANSPOSED : PLAIN, (int)(m1 - m0), (int)(n1 - n0),
                      (int)p->k, (float)p->alpha, a, (int)p->a_row, b, (int)p->b_row,
                      (float)p->beta, o->c + m0 * p->c_row + n0, (int)p->c_row);
}

void blas_way_run(const blas_way *way, int threads, const tw_matrix_product *product,
                  const float *a, const float *b, float *c) {
    blocks o = {.library = way->library, .product = product, .rows = 1, .columns = 1};
    if (way->block_rows > 0) {
        o.rows = (product->m + way->block_rows - 1) / way->block_rows;
        o.columns = (product->n + way->block_columns - 1) / way->block_columns;
    }
    for (int64_t i = 0; i < product->batch; i++) {
        o.a = a + i * product->a_batch;
        o.b = b + i * product->b_batch;
        o.c = c + i * product->c_batch;
        if (o.rows * o.columns == 1) {
            call_block(&o, 0);
        } else {
            tw_parallel(threads, o.rows * o.columns, call_block, &o);
        }
    }
}
