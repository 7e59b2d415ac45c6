#include "support/gradient.h"

#include "test.h"

static tw_node build(tw_graph *graph, const tw_node *in) {
    return tw_one_hot(graph, in[0], 5);
}

static void reference(const double *const *in, int64_t batch, double *out) {
    for (int64_t i = 0; i < batch * 10; i++) out[i] = (double)(in[0][i / 5] == (double)(i % 5));
}

static void one_hot_is_1_at_the_index(void **state) {
    (void)state;
    for (int64_t batch = 3; batch < 20000; batch *= 100) {
        tw_test_operator(&(tw_test_case){.build = build,
                                         .whole = reference,
                                         .inputs = 1,
                                         .in = {tw_test_index(TW_SHAPE(TW_BATCH, 2), 0, 4)},
                                         .batch = batch,
                                         .no_gradient = true});
    }
}

static void one_hot_names_the_first_index_outside(void **state) {
    (void)state;
    tw_test_fault(build, TW_SHAPE(3), (int32_t[]){0, 5, -1}, TW_SHAPE(1),
                  "one_hot: index 5 at position 1; indices are 0 to 4");
}

static tw_node of_numbers(tw_graph *graph) {
    return tw_one_hot(graph, tw_test_numbers(graph, TW_SHAPE(3)), 4);
}

static tw_node of_none(tw_graph *graph) {
    return tw_one_hot(graph, tw_test_indices(graph, TW_SHAPE(3)), 0);
}

static void one_hot_of_what_does_not_fit_is_refused(void **state) {
    (void)state;
    const tw_test_refusal table[] = {
        {of_numbers, "one_hot: input 1 is of type f32; whole numbers, i32, are needed"},
        {of_none, "one_hot: 0 classes; at least 1 is needed"}};
    tw_test_refusals(table, sizeof table / sizeof *table);
}

TW_TESTS(one_hot_is_1_at_the_index, one_hot_names_the_first_index_outside,
         one_hot_of_what_does_not_fit_is_refused)
