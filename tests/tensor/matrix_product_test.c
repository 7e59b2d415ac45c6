// Products against a plain loop, bit for bit: each element is one chain of fused multiply-adds a
// slice of k, the slices added in order. Buffers end where the matrices end, so that a sanitizer
// sees any look beyond.
#include "tensor/matrix_product.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

// A product with its operands, drawn from `seed`.
typedef struct work {
    tw_matrix_product product;
    void *a, *b, *c, *expected;
    size_t c_bytes;
} work;

static uint64_t draw(uint64_t *seed) {
    *seed = *seed * 6364136223846793005U + 1442695040888963407U;
    return *seed >> 33;
}

static double draw_number(uint64_t *seed) {
    return (double)(float)((double)draw(seed) / 1073741824.0 - 1.0);
}

static double get(const tw_matrix_product *p, const void *x, int64_t index) {
    return p->dtype == TW_F32 ? (double)((const float *)x)[index] : ((const double *)x)[index];
}

static void set(const tw_matrix_product *p, void *x, int64_t index, double value) {
    if (p->dtype == TW_F32) {
        ((float *)x)[index] = (float)value;
    } else {
        ((double *)x)[index] = value;
    }
}

static int64_t stored_elements(int64_t rows, int64_t columns, int64_t stride, int64_t batch_stride,
                               int64_t batch) {
    if (rows == 0 || columns == 0 || batch == 0) return 0;
    return (rows - 1) * stride + columns + (batch - 1) * batch_stride;
}

static void *draw_matrix(const tw_matrix_product *p, int64_t elements, uint64_t *seed) {
    void *x = malloc((size_t)(elements ? elements : 1) * (size_t)p->kernel->size);
    assert_non_null(x);
    for (int64_t i = 0; i < elements; i++) set(p, x, i, draw_number(seed));
    return x;
}

static double sum_of_slice(const tw_matrix_product *p, const void *a, const void *b, int64_t i,
                           int64_t j, int64_t step, int64_t step_end) {
    double sum = 0;
    for (int64_t q = step; q < step_end; q++) {
        double x = get(p, a, p->transpose_a ? q * p->a_row + i : i * p->a_row + q);
        double y = get(p, b, p->transpose_b ? j * p->b_row + q : q * p->b_row + j);
        sum = p->dtype == TW_F32 ? (double)fmaf((float)x, (float)y, (float)sum) : fma(x, y, sum);
    }
    return sum;
}

static double rounded(const tw_matrix_product *p, double x) {
    return p->dtype == TW_F32 ? (double)(float)x : x;
}

static void multiply_plainly(const tw_matrix_product *p, const void *a, const void *b, void *c,
                             int64_t a_first, int64_t b_first, int64_t c_first) {
    const char *x = (const char *)a + a_first * p->kernel->size;
    const char *y = (const char *)b + b_first * p->kernel->size;
    int64_t slices = p->k == 0 ? 1 : (p->k + TW_SLICE_MAX - 1) / TW_SLICE_MAX;
    for (int64_t i = 0; i < p->m; i++) {
        for (int64_t j = 0; j < p->n; j++) {
            int64_t at = c_first + i * p->c_row + j;
            for (int64_t s = 0; s < slices; s++) {
                double sum =
                    sum_of_slice(p, x, y, i, j, p->k * s / slices, p->k * (s + 1) / slices);
                double beta = s > 0 ? 1.0 : p->beta;
                double value = rounded(p, p->alpha * sum);
                if (beta != 0) value = rounded(p, value + rounded(p, beta * get(p, c, at)));
                set(p, c, at, value);
            }
        }
    }
}

// Draws the operands of a product and finds what it should be.
static work work_of(const tw_matrix_product *product, uint64_t seed) {
    work w = {.product = *product};
    const tw_matrix_product *p = &w.product;
    int64_t c_count = stored_elements(p->m, p->n, p->c_row, p->c_batch, p->batch);
    w.a = draw_matrix(p,
                      stored_elements(p->transpose_a ? p->k : p->m, p->transpose_a ? p->m : p->k,
                                      p->a_row, p->a_batch, p->batch),
                      &seed);
    w.b = draw_matrix(p,
                      stored_elements(p->transpose_b ? p->n : p->k, p->transpose_b ? p->k : p->n,
                                      p->b_row, p->b_batch, p->batch),
                      &seed);
    w.c = draw_matrix(p, c_count, &seed);
    w.c_bytes = (size_t)(c_count * p->kernel->size);
    w.expected = malloc(w.c_bytes + 1);
    assert_non_null(w.expected);
    memcpy(w.expected, w.c, w.c_bytes);
    for (int64_t i = 0; i < p->batch; i++) {
        multiply_plainly(p, w.a, w.b, w.expected, i * p->a_batch, i * p->b_batch, i * p->c_batch);
    }
    return w;
}

static void release(work *w) {
    free(w->a);
    free(w->b);
    free(w->c);
    free(w->expected);
}

// Without a fused instruction each product is rounded by itself: the same but for that.
static bool fuses(const tw_matrix_kernel *kernel) {
#if defined(__aarch64__)
    (void)kernel;
    return true;
#else
    return strcmp(kernel->name, "plain") != 0;
#endif
}

static void check(const work *w, const void *c) {
    const tw_matrix_product *p = &w->product;
    if (fuses(p->kernel)) {
        assert_memory_equal(c, w->expected, w->c_bytes);
        return;
    }
    double slack = (p->dtype == TW_F32 ? 1.2e-7 : 2.3e-16) * (double)(p->k + 4);
    for (int64_t i = 0; i < (int64_t)w->c_bytes / p->kernel->size; i++) {
        assert_true(fabs(get(p, c, i) - get(p, w->expected, i)) <= slack * 4);
    }
}

static void run_and_check(tw_matrix_product *product, uint64_t seed) {
    tw_matrix_product_plan(product, 5);
    work w = work_of(product, seed);
    tw_matrix_product_run(product, w.a, w.b, w.c);
    check(&w, w.c);
    release(&w);
}

// Calls `visit` with a product of each type, transposition and kernel that this machine has.
static void for_each_kind(int64_t m, int64_t n, int64_t k,
                          void (*visit)(tw_matrix_product *product, uint64_t seed), uint64_t seed) {
    for (int kind = 0; kind < 8; kind++) {
        tw_dtype dtype = kind & 4 ? TW_F64 : TW_F32;
        for (int i = 0; tw_matrix_kernel_at(dtype == TW_F64, i); i++) {
            tw_matrix_product p = tw_matrix_product_of(dtype, kind & 1, kind & 2, m, n, k);
            p.kernel = tw_matrix_kernel_at(dtype == TW_F64, i);
            visit(&p, seed);
        }
    }
}

static void products_of_small_and_odd_sizes_match_a_plain_loop(void **state) {
    (void)state;
    const int64_t sizes[] = {0, 1, 2, 3, 5, 8, 13};
    const size_t count = sizeof sizes / sizeof *sizes;
    for (size_t i = 0; i < count * count * count; i++) {
        for_each_kind(sizes[i % count], sizes[i / count % count], sizes[i / count / count],
                      run_and_check, i);
    }
}

static void products_of_a_tile_more_or_less_match_a_plain_loop(void **state) {
    (void)state;
    const int64_t rows[] = {6, 7, 14, 15, 29}, columns[] = {15, 16, 17, 31, 32, 33, 65};
    for (size_t i = 0; i < 5; i++) {
        for (size_t j = 0; j < 7; j++) {
            for_each_kind(rows[i], columns[j], 9, run_and_check, i);
            for_each_kind(columns[j], rows[i], 17, run_and_check, j);
        }
    }
}

static void products_of_a_slice_more_or_less_match_a_plain_loop(void **state) {
    (void)state;
    const int64_t steps[] = {TW_SLICE_MAX - 1, TW_SLICE_MAX, TW_SLICE_MAX + 1,
                             2 * TW_SLICE_MAX + 3};
    for (size_t i = 0; i < 4; i++) {
        for_each_kind(3, 35, steps[i], run_and_check, i);
        for_each_kind(1, 1, steps[i], run_and_check, i);
    }
}

static void products_of_rows_a_page_apart_match_a_plain_loop(void **state) {
    (void)state;
    for_each_kind(17, 33, 4096 / sizeof(float), run_and_check, 1);
    for_each_kind(15, 3, 4096 / sizeof(double), run_and_check, 2);
}

static void products_of_many_blocks_match_a_plain_loop(void **state) {
    (void)state;
    for_each_kind(67, 131, 70, run_and_check, 1);
    for_each_kind(131, 10, 65, run_and_check, 2);
    for_each_kind(10, 150, 77, run_and_check, 3);
}

// Runs a product cut by hand, so that blocks are large enough whatever a plan prefers.
static void run_in_blocks(work *w, const void *c_before, const tw_matrix_kernel *kernel) {
    const int64_t cuts[][2] = {{1, 1}, {2, 1}, {1, 2}};
    for (int i = 0; i < 6; i++) {
        tw_matrix_product p = w->product;
        p.kernel = kernel;
        p.swapped = i >= 3;
        p.row_blocks = cuts[i % 3][0];
        p.column_blocks = cuts[i % 3][1];
        p.chunk_count = p.row_blocks * p.column_blocks;
        memcpy(w->c, c_before, w->c_bytes);
        tw_matrix_product_run(&p, w->a, w->b, w->c);
        check(w, w->c);
    }
}

// Strips of one tile, of more, of all rows, and none, with panels one by one and together.
static void cut_for_caches(tw_matrix_product *product, uint64_t seed) {
    tw_matrix_kernel kernel = *product->kernel;
    product->a_row += 3;
    product->b_row += 1;
    product->alpha = seed % 2 ? 1 : -0.75;
    product->beta = seed % 2 ? 0 : 0.5;
    tw_matrix_product_plan(product, 1);
    work w = work_of(product, seed);
    void *c_before = malloc(w.c_bytes);
    assert_non_null(c_before);
    memcpy(c_before, w.c, w.c_bytes);
    const int64_t tile = (product->k + 16) * kernel.rows_max * kernel.size;
    const int64_t left_bytes[] = {0, 2 * tile, 5 * tile, 1 << 20};
    const int panels[] = {1, 2, 5, TW_PANELS_MAX};
    for (int i = 0; i < 8; i++) {
        kernel.packs = i < 4;
        kernel.left_bytes = left_bytes[i < 4 ? i : 0];
        kernel.panels_max = panels[i % 4];
        kernel.near_steps = i % 2 ? 16 : 0;
        run_in_blocks(&w, c_before, &kernel);
    }
    free(c_before);
    release(&w);
}

static void ways_to_suit_caches_match_a_plain_loop(void **state) {
    (void)state;
    for_each_kind(131, 259, 67, cut_for_caches, 1);
    for_each_kind(131, 130, 64, cut_for_caches, 2);
    for_each_kind(129, 131, TW_SLICE_MAX + 9, cut_for_caches, 3);
}

static void scale_and_space(tw_matrix_product *product, uint64_t seed) {
    const double scales[] = {1, 0, -0.75};
    for (int i = 0; i < 9; i++) {
        tw_matrix_product p = *product;
        p.alpha = scales[i % 3];
        p.beta = scales[i / 3];
        p.a_row += 3;
        p.b_row += 1;
        p.c_row += 5;
        run_and_check(&p, seed + (uint64_t)i);
    }
}

static void factors_and_gaps_between_rows_are_respected(void **state) {
    (void)state;
    for_each_kind(17, 34, 6, scale_and_space, 1);
    for_each_kind(33, 3, 2 * TW_SLICE_MAX, scale_and_space, 2);
}

static void repeat_and_step(tw_matrix_product *product, uint64_t seed) {
    for (int i = 0; i < 4; i++) {
        tw_matrix_product p = *product;
        p.batch = 11;
        p.a_batch = i & 1 ? 0 : p.m * p.k + 2;
        p.b_batch = i & 2 ? 0 : p.n * p.k;
        p.c_batch = p.m * p.n + 1;
        run_and_check(&p, seed);
    }
}

static void products_of_a_batch_step_through_it_or_repeat_an_operand(void **state) {
    (void)state;
    for_each_kind(3, 5, 4, repeat_and_step, 1);
    for_each_kind(20, 40, 9, repeat_and_step, 2);
    tw_matrix_product many = tw_matrix_product_of(TW_F32, false, true, 2, 3, 4);
    many.batch = 5000;
    many.a_batch = 8;
    many.b_batch = 12;
    many.c_batch = 6;
    run_and_check(&many, 3);
    assert_in_range(many.chunk_count, 1, 128);
}

static void bits_do_not_depend_on_the_number_of_threads(void **state) {
    (void)state;
    const int64_t shapes[][3] = {{128, 512, 300}, {512, 10, 128}, {100, 10, 784}, {1, 3000, 700}};
    for (size_t i = 0; i < 4; i++) {
        for (int kind = 0; kind < 4; kind++) {
            tw_matrix_product p = tw_matrix_product_of(TW_F32, kind & 1, kind & 2, shapes[i][0],
                                                       shapes[i][1], shapes[i][2]);
            work w = work_of(&p, i);
            for (int threads = 1; threads <= 5; threads++) {
                memset(w.c, 0xFF, w.c_bytes);
                tw_matrix_product_plan(&p, threads);
                tw_matrix_product_run(&p, w.a, w.b, w.c);
                check(&w, w.c);
            }
            release(&w);
        }
    }
}

static void spread_and_check(tw_matrix_product *p, uint64_t seed) {
    (void)seed;
    tw_matrix_product_plan(p, 1);
    work w = work_of(p, 1);
    for (int64_t i = 0; i < p->m * p->k; i++) set(p, w.a, i, 0);
    set(p, w.b, p->transpose_b ? 4 * p->b_row + 2 : 2 * p->b_row + 4, INFINITY); // row 2, column 4
    set(p, w.b, p->transpose_b ? 6 * p->b_row + 1 : 1 * p->b_row + 6, NAN);      // row 1, column 6
    for (int64_t i = 0; i < p->m * p->n; i++) set(p, w.c, i, NAN); // beta is 0: not read
    tw_matrix_product_run(p, w.a, w.b, w.c);
    for (int64_t i = 0; i < p->m * p->n; i++) {
        bool spoilt = i % p->n == 4 || i % p->n == 6;
        assert_int_equal(isnan(get(p, w.c, i)) != 0, spoilt);
        if (!spoilt) assert_true(get(p, w.c, i) == 0);
    }
    release(&w);
}

static void nan_and_infinity_times_zero_spread_and_old_c_does_not(void **state) {
    (void)state;
    for_each_kind(19, 37, 5, spread_and_check, 0);
    for_each_kind(40, 7, 5, spread_and_check, 0);
    for_each_kind(2, 7, 2 * TW_SLICE_MAX, spread_and_check, 0);
}

static void small_products_are_one_chunk_and_large_ones_several(void **state) {
    (void)state;
    tw_matrix_product small = tw_matrix_product_of(TW_F32, false, false, 32, 10, 100);
    tw_matrix_product_plan(&small, 2);
    assert_int_equal(small.chunk_count, 1);
    tw_matrix_product large = tw_matrix_product_of(TW_F32, false, false, 1024, 512, 784);
    tw_matrix_product_plan(&large, 2);
    assert_in_range(large.chunk_count, 4, 16);
    tw_matrix_product empty = tw_matrix_product_of(TW_F32, false, false, 0, 512, 784);
    tw_matrix_product_plan(&empty, 2);
    assert_int_equal(empty.chunk_count, 0);
}

static void a_product_without_steps_is_zero_and_looks_at_no_operand(void **state) {
    (void)state;
    float c[6] = {NAN, NAN, NAN, NAN, NAN, NAN};
    tw_matrix_product p = tw_matrix_product_of(TW_F32, false, true, 2, 3, 0);
    tw_matrix_product_plan(&p, 2);
    tw_matrix_product_run(&p, NULL, NULL, c);
    for (int i = 0; i < 6; i++) assert_true(c[i] == 0);
}

TW_TESTS(products_of_small_and_odd_sizes_match_a_plain_loop,
         products_of_a_tile_more_or_less_match_a_plain_loop,
         products_of_a_slice_more_or_less_match_a_plain_loop,
         products_of_rows_a_page_apart_match_a_plain_loop,
         products_of_many_blocks_match_a_plain_loop, ways_to_suit_caches_match_a_plain_loop,
         factors_and_gaps_between_rows_are_respected,
         products_of_a_batch_step_through_it_or_repeat_an_operand,
         bits_do_not_depend_on_the_number_of_threads,
         nan_and_infinity_times_zero_spread_and_old_c_does_not,
         small_products_are_one_chunk_and_large_ones_several,
         a_product_without_steps_is_zero_and_looks_at_no_operand)
