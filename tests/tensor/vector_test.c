// Long vectors: right, and the same bits for any number of threads.
#include <math.h>
#include <stdlib.h>

#include "tensor/vector.h"
#include "test.h"

#define LONG 100003

static double element(int64_t i) {
    return sin((double)i * 0.7) * exp2((double)(i % 11));
}

// A vector of LONG elements; freed with the context's other memory by the caller through free.
static void *vector_of(const tw_vector_space *space, double factor) {
    void *vector = calloc((size_t)space->n, sizeof(double));
    for (int64_t i = 0; i < space->n; i++) tw_vector_set(space, vector, i, factor * element(i));
    return vector;
}

static void sums_do_not_depend_on_threads(void **state) {
    (void)state;
    for (int type = 0; type < 2; type++) {
        double first = 0.0;
        for (int threads = 1; threads <= 4; threads++) {
            tw_context *context = NULL;
            assert_int_equal(tw_context_new(&context), TW_OK);
            assert_ok(context, tw_context_set_threads(context, threads));
            tw_vector_space space = {context, type == 0 ? TW_F32 : TW_F64, LONG};
            void *a = vector_of(&space, 1.0), *b = vector_of(&space, -0.3);
            double dot = tw_vector_dot(&space, a, b);
            if (threads == 1) first = dot;
            assert_true(dot == first);
            free(a);
            free(b);
            tw_context_free(context);
        }
        long double right = 0.0L;
        for (int64_t i = 0; i < LONG; i++) right += -0.3L * (long double)element(i) * element(i);
        assert_true(fabs(first / (double)right - 1.0) < (type == 0 ? 1e-7 : 1e-13));
    }
}

static void moves_and_largest_are_element_by_element(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    for (int64_t n = 1; n < 40; n++) {
        tw_vector_space space = {context, TW_F64, n};
        double *x = vector_of(&space, 1.0), *y = vector_of(&space, 2.0);
        tw_vector_add(&space, 0.5, x, y);
        double most = 0.0;
        for (int64_t i = 0; i < n; i++) {
            assert_true(y[i] == 2.0 * element(i) + 0.5 * element(i));
            most = fmax(most, fabs(y[i]));
        }
        assert_true(tw_vector_largest(&space, y) == most);
        tw_vector_scale(&space, -2.0, y, y);
        assert_true(tw_vector_largest(&space, y) == 2.0 * most);
        y[n / 2] = NAN;
        assert_true(isnan(tw_vector_largest(&space, y)));
        free(x);
        free(y);
    }
    tw_context_free(context);
}

TW_TESTS(sums_do_not_depend_on_threads, moves_and_largest_are_element_by_element)
