#include "support/gradient.h"

#include "test.h"

#include <math.h>

static tw_node build(tw_graph *graph, const tw_node *in) {
    return tw_mean_all(graph, tw_square(graph, in[0]));
}

static void reference(const double *const *in, int64_t batch, double *out) {
    out[0] = 0.0;
    for (int64_t i = 0; i < batch * 12; i++) out[0] += in[0][i] * in[0][i];
    out[0] /= (double)(batch * 12);
}

static void mean_all_and_its_derivatives_are_right(void **state) {
    (void)state;
    const tw_shape shapes[] = {TW_SHAPE(TW_BATCH, 12), TW_SHAPE(3, TW_BATCH, 4),
                               TW_SHAPE(4, 3, TW_BATCH), TW_SHAPE(TW_BATCH * 12)};
    for (int i = 0; i < 4; i++) {
        tw_test_operator(&(tw_test_case){.build = build,
                                         .whole = reference,
                                         .inputs = 1,
                                         .in = {tw_test_from(shapes[i], -1.0, 1.0)}});
    }
}

static void mean_all_of_many_elements_is_right(void **state) {
    (void)state;
    tw_test_operator(&(tw_test_case){.build = build,
                                     .whole = reference,
                                     .inputs = 1,
                                     .in = {tw_test_from(TW_SHAPE(TW_BATCH, 12), -1.0, 1.0)},
                                     .batch = 10007,
                                     .values_only = true});
}

static tw_node of_scalar(tw_graph *graph, const tw_node *in) {
    return tw_mean_all(graph, in[0]);
}

static void mean_all_of_a_scalar_is_the_scalar(void **state) {
    (void)state;
    const tw_test_point points[] = {{2.5, 2.5}, {NAN, NAN}, {INFINITY, INFINITY}};
    const tw_test_point slopes[] = {{2.5, 1.0}};
    tw_test_points(of_scalar, points, 3);
    tw_test_slopes(of_scalar, slopes, 1);
}

TW_TESTS(mean_all_and_its_derivatives_are_right, mean_all_of_many_elements_is_right,
         mean_all_of_a_scalar_is_the_scalar)
