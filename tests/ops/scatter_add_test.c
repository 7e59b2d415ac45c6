#include "support/gradient.h"

#include "test.h"

static tw_node build(tw_graph *graph, const tw_node *in) {
    return tw_scatter_add(graph, in[0], in[1], 40);
}

static int64_t width_now;

static void reference(const double *const *in, int64_t batch, double *out) {
    for (int64_t i = 0; i < 40 * width_now; i++) out[i] = 0.0;
    for (int64_t i = 0; i < batch; i++) {
        for (int64_t k = 0; k < width_now; k++) {
            out[(int64_t)in[0][i] * width_now + k] += in[1][i * width_now + k];
        }
    }
}

static void check(tw_shape rows, int64_t width, int64_t batch) {
    width_now = width;
    tw_test_operator(&(tw_test_case){
        .build = build,
        .whole = reference,
        .inputs = 2,
        .in = {tw_test_index(TW_SHAPE(TW_BATCH), 1, 38), tw_test_from(rows, -1.0, 1.0)},
        .batch = batch,
        .values_only = batch > 0,
        .tolerance = 1e-4});
}

static void scatter_add_and_its_derivatives_are_right(void **state) {
    (void)state;
    check(TW_SHAPE(TW_BATCH, 3), 3, 0);
    check(TW_SHAPE(TW_BATCH), 1, 0);
    check(TW_SHAPE(TW_BATCH, 2, 2), 4, 0);
}

static void scatter_add_of_many_rows_is_right(void **state) {
    (void)state;
    check(TW_SHAPE(TW_BATCH, 67), 67, 4001);
}

static tw_node to_three(tw_graph *graph, const tw_node *in) {
    return tw_scatter_add(graph, in[0], in[1], 3);
}

static void scatter_add_names_the_first_index_outside(void **state) {
    (void)state;
    tw_test_fault(to_three, TW_SHAPE(3), (int32_t[]){0, 2, 3}, TW_SHAPE(3, 2),
                  "scatter_add: index 3 at position 2; indices are 0 to 2");
}

static tw_node of_sizes(tw_graph *graph) {
    return tw_scatter_add(graph, tw_test_indices(graph, TW_SHAPE(TW_BATCH)),
                          tw_test_numbers(graph, TW_SHAPE(3, 2)), 4);
}

static tw_node to_less(tw_graph *graph) {
    return tw_scatter_add(graph, tw_test_indices(graph, TW_SHAPE(3)),
                          tw_test_numbers(graph, TW_SHAPE(3, 2)), -1);
}

static void scatter_add_of_what_does_not_fit_is_refused(void **state) {
    (void)state;
    const tw_test_refusal table[] = {
        {of_sizes, "scatter_add: index [B] with rows [3, 2]; the rows' first axes must be those of "
                   "the index"},
        {to_less, "scatter_add: -1 rows; the number is fixed and not negative"}};
    tw_test_refusals(table, sizeof table / sizeof *table);
}

TW_TESTS(scatter_add_and_its_derivatives_are_right, scatter_add_of_many_rows_is_right,
         scatter_add_names_the_first_index_outside, scatter_add_of_what_does_not_fit_is_refused)
