#include "support/gradient.h"

#include "test.h"

#include <math.h>

static tw_node build(tw_graph *graph, const tw_node *in) {
    return tw_sum_squares(graph, in[0]);
}

static void reference(const double *const *in, int64_t batch, double *out) {
    out[0] = 0.0;
    for (int64_t i = 0; i < batch * 12; i++) out[0] += in[0][i] * in[0][i];
}

static void sum_squares_and_its_derivatives_are_right(void **state) {
    (void)state;
    const tw_shape shapes[] = {TW_SHAPE(TW_BATCH, 12), TW_SHAPE(3, TW_BATCH, 4),
                               TW_SHAPE(TW_BATCH * 12)};
    for (int i = 0; i < 3; i++) {
        tw_test_operator(&(tw_test_case){.build = build,
                                         .whole = reference,
                                         .inputs = 1,
                                         .in = {tw_test_from(shapes[i], -1.0, 1.0)}});
    }
}

static void sum_squares_of_many_elements_is_right(void **state) {
    (void)state;
    tw_test_operator(&(tw_test_case){.build = build,
                                     .whole = reference,
                                     .inputs = 1,
                                     .in = {tw_test_from(TW_SHAPE(TW_BATCH, 12), -1.0, 1.0)},
                                     .batch = 10007,
                                     .values_only = true});
}

static tw_node is_the_same(tw_graph *graph, const tw_node *in) {
    return tw_equal(graph, tw_sum_squares(graph, in[0]),
                    tw_sum_all(graph, tw_square(graph, in[0])));
}

static void yes(const double *const *in, int64_t batch, double *out) {
    (void)in;
    (void)batch;
    out[0] = 1.0;
}

// With one block, many, and as many as there may be; float32 is compared with float64.
static void sum_squares_has_the_bits_of_a_sum_of_squares(void **state) {
    (void)state;
    const int64_t batches[] = {1, 10, 11, 2730, 2731, 5462, 30011, 200003};
    for (int i = 0; i < 8; i++) {
        tw_test_operator(&(tw_test_case){.build = is_the_same,
                                         .whole = yes,
                                         .inputs = 1,
                                         .in = {tw_test_from(TW_SHAPE(TW_BATCH, 12), -1.0, 1.0)},
                                         .batch = batches[i],
                                         .values_only = true});
    }
}

static void sum_squares_of_a_scalar_is_its_square(void **state) {
    (void)state;
    const tw_test_point points[] = {{2.5, 6.25}, {NAN, NAN}, {-INFINITY, INFINITY}, {0.0, 0.0}};
    const tw_test_point slopes[] = {{2.5, 5.0}};
    tw_test_points(build, points, 4);
    tw_test_slopes(build, slopes, 1);
}

static tw_node of_indices(tw_graph *graph) {
    return tw_sum_squares(graph, tw_test_indices(graph, TW_SHAPE(3)));
}

static void sum_squares_refuses_whole_numbers(void **state) {
    (void)state;
    const tw_test_refusal table[] = {
        {of_indices,
         "sum_squares: input 1 is of type i32; numbers of type f32 can be computed with"},
    };
    tw_test_refusals(table, 1);
}

TW_TESTS(sum_squares_and_its_derivatives_are_right, sum_squares_of_many_elements_is_right,
         sum_squares_has_the_bits_of_a_sum_of_squares, sum_squares_of_a_scalar_is_its_square,
         sum_squares_refuses_whole_numbers)
