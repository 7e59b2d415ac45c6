// Losses and penalties against plain C written from their definitions, with gradients by the outputs.
#include "support/planned.h"
#include "thalweg/loss.h"

#include <math.h>
#include <string.h>

enum { BATCH = 7, WIDTH = 5, COUNT = BATCH * WIDTH };

typedef double definition(const double *o, const double *target, double *slope);

// ---- one example's loss, and its gradient by the outputs

static double cross_entropy(const double *o, const double *target, double *slope) {
    double sum = 0.0;
    for (int j = 0; j < WIDTH; j++) sum += exp(o[j]);
    for (int j = 0; j < WIDTH; j++) slope[j] = exp(o[j]) / sum - (j == (int)*target);
    return log(sum) - o[(int)*target];
}

static double hinge(const double *o, const double *target, double *slope) {
    int own = (int)*target, worst = own;
    double most = 0.0;
    for (int j = 0; j < WIDTH; j++) {
        slope[j] = 0.0;
        if (j == own || 1.0 + o[j] - o[own] <= most) continue;
        most = 1.0 + o[j] - o[own];
        worst = j;
    }
    if (worst == own) return 0.0;
    slope[worst] = 1.0;
    slope[own] = -1.0;
    return most;
}

static double squared(const double *o, const double *target, double *slope) {
    double sum = 0.0;
    for (int j = 0; j < WIDTH; j++) {
        double d = o[j] - target[j];
        sum += d * d / WIDTH;
        slope[j] = 2.0 * d / WIDTH;
    }
    return sum;
}

static double absolute(const double *o, const double *target, double *slope) {
    double sum = 0.0;
    for (int j = 0; j < WIDTH; j++) {
        sum += fabs(o[j] - target[j]) / WIDTH;
        slope[j] = (o[j] > target[j] ? 1.0 : -1.0) / WIDTH;
    }
    return sum;
}

static double huber(const double *o, const double *target, double *slope) {
    double sum = 0.0;
    for (int j = 0; j < WIDTH; j++) {
        double d = o[j] - target[j];
        bool near = fabs(d) <= 1.0;
        sum += (near ? d * d / 2.0 : fabs(d) - 0.5) / WIDTH;
        slope[j] = (near ? d : d > 0.0 ? 1.0 : -1.0) / WIDTH;
    }
    return sum;
}

static const struct {
    const char *name;
    bool of_classes;
    definition *define;
} table[] = {
    {"cross_entropy", true, cross_entropy}, {"hinge", true, hinge},  {"squared", false, squared},
    {"absolute", false, absolute},          {"huber", false, huber},
};

enum { LOSSES = sizeof table / sizeof *table };

static const tw_loss *parse(tw_context *context, int number) {
    const tw_loss *loss = NULL;
    int64_t classes = table[number].of_classes ? WIDTH : 0;
    assert_ok(context, tw_loss_parse(context, table[number].name, classes, &loss));
    return loss;
}

// An input for targets: classes or numbers.
static tw_node target_of(tw_graph *g, int number) {
    if (table[number].of_classes) return tw_input(g, "target", TW_I32, TW_SHAPE(TW_BATCH));
    return tw_input(g, "target", TW_F64, TW_SHAPE(TW_BATCH, WIDTH));
}

static void draw(double *outputs, double *target, int number, uint64_t seed) {
    tw_planned_numbers(outputs, COUNT, -2.5, 2.5, seed);
    tw_planned_numbers(target, COUNT, -2.5, 2.5, seed + 100);
    for (int i = 0; table[number].of_classes && i < BATCH; i++) target[i] = (i + (int)seed) % WIDTH;
}

static void losses_and_gradients_are_those_of_their_definition(void **state) {
    (void)state;
    for (int number = 0; number < LOSSES; number++) {
        tw_planned p;
        tw_planned_open(&p, TW_F64, 1);
        tw_node outputs = tw_input(p.graph, "outputs", TW_F64, TW_SHAPE(TW_BATCH, WIDTH));
        tw_node target = target_of(p.graph, number), slope;
        tw_node each = tw_loss_build(parse(p.context, number), p.graph, outputs, target);
        assert_true(tw_shape_equal(tw_node_shape(p.graph, each), &TW_SHAPE(TW_BATCH)));
        tw_gradients(p.graph, tw_sum_all(p.graph, each), &outputs, 1, &slope);
        tw_planned_plan(&p, (tw_node[]){each, slope}, 2, BATCH);
        for (uint64_t seed = 0; seed < 20; seed++) {
            double o[COUNT], t[COUNT], want[WIDTH];
            draw(o, t, number, seed);
            tw_planned_feed(&p, outputs, o, COUNT);
            tw_planned_feed(&p, target, t, table[number].of_classes ? BATCH : COUNT);
            tw_planned_run(&p, BATCH);
            for (int i = 0; i < BATCH; i++) {
                const double *own = table[number].of_classes ? &t[i] : &t[i * WIDTH];
                double loss = table[number].define(o + i * WIDTH, own, want);
                tw_planned_assert_close(tw_planned_at(&p, each, i), loss, 1e-13,
                                        table[number].name);
                for (int j = 0; j < WIDTH; j++)
                    tw_planned_assert_close(tw_planned_at(&p, slope, i * WIDTH + j), want[j], 1e-13,
                                            table[number].name);
            }
        }
        tw_planned_close(&p);
    }
}

static void the_zero_one_error_counts_wrong_classes(void **state) {
    (void)state;
    tw_planned p;
    tw_planned_open(&p, TW_F32, 1);
    tw_node outputs = tw_input(p.graph, "outputs", TW_F32, TW_SHAPE(TW_BATCH, 3));
    tw_node target = tw_input(p.graph, "target", TW_I32, TW_SHAPE(TW_BATCH));
    tw_node error = tw_zero_one_error(p.graph, outputs, target);
    tw_planned_plan(&p, &error, 1, 4);
    const double o[] = {1, 2, 0, /**/ 3, 2, 1, /**/ 0, 0, 1e-7, /**/ -1, -3, -2};
    tw_planned_feed(&p, outputs, o, 12);
    tw_planned_feed(&p, target, (const double[]){1, 1, 2, 2}, 4);
    tw_planned_run(&p, 4);
    const double want[] = {0, 1, 0, 1};
    for (int i = 0; i < 4; i++) assert_true(tw_planned_at(&p, error, i) == want[i]);
    tw_planned_close(&p);
}

// ---- penalties

static void penalties_are_sums_over_weights_and_not_biases(void **state) {
    (void)state;
    static const double factors[][2] = {{0.1, 0.0}, {0.0, 0.3}, {0.2, 0.5}};
    for (int k = 0; k < 3; k++) {
        double l1 = factors[k][0], l2 = factors[k][1];
        tw_planned p;
        tw_planned_open(&p, TW_F64, 1);
        tw_graph *g = p.graph;
        tw_node of[] = {tw_parameter(g, "w1", TW_SHAPE(4, 3)), tw_parameter(g, "b1", TW_SHAPE(3)),
                        tw_parameter(g, "w2", TW_SHAPE(3, 2))};
        tw_node penalty = tw_penalty(g, l1, l2), slopes[3];
        tw_gradients(g, penalty, of, 3, slopes);
        tw_planned_plan(&p, (tw_node[]){penalty, slopes[0], slopes[1], slopes[2], of[1]}, 5, 1);
        tw_planned_draw(&p, "w1", 1);
        tw_planned_draw(&p, "b1", 2);
        tw_planned_draw(&p, "w2", 3);
        tw_planned_run(&p, 1);
        double want = 0.0;
        for (int i = 0; i < 18; i++) {
            double w = tw_planned_variable(&p, i < 12 ? "w1" : "w2", i < 12 ? i : i - 12);
            double slope = tw_planned_at(&p, slopes[i < 12 ? 0 : 2], i < 12 ? i : i - 12);
            want += l1 * fabs(w) + l2 * w * w / 2.0;
            tw_planned_assert_close(slope, l1 * (w > 0 ? 1 : -1) + l2 * w, 1e-14, "slope");
        }
        tw_planned_assert_close(tw_planned_at(&p, penalty, 0), want, 1e-14, "penalty");
        for (int i = 0; i < 3; i++) assert_true(tw_planned_at(&p, slopes[1], i) == 0.0);
        tw_planned_close(&p);
    }
}

static void no_penalty_is_no_node(void **state) {
    (void)state;
    tw_planned p;
    tw_planned_open(&p, TW_F32, 1);
    tw_parameter(p.graph, "w", TW_SHAPE(4, 3));
    int count = tw_graph_node_count(p.graph);
    assert_int_equal(tw_penalty(p.graph, 0.0, 0.0).index, -1);
    assert_int_equal(tw_graph_node_count(p.graph), count);
    tw_planned_close(&p);
    tw_planned_open(&p, TW_F32, 1);
    tw_parameter(p.graph, "b", TW_SHAPE(3)); // biases alone
    assert_int_equal(tw_penalty(p.graph, 1.0, 1.0).index, -1);
    tw_planned_close(&p);
}

// ---- names and misfits

static void losses_are_found_by_name_and_kind_of_target(void **state) {
    (void)state;
    tw_context *context = NULL;
    const tw_loss *loss = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    assert_ok(context, tw_loss_parse(context, NULL, 10, &loss));
    assert_string_equal(tw_loss_name(loss), "cross_entropy");
    assert_ok(context, tw_loss_parse(context, "", 0, &loss));
    assert_string_equal(tw_loss_name(loss), "squared");
    for (int i = 0; i < LOSSES; i++) {
        assert_ptr_equal(tw_losses(i), parse(context, i));
        assert_string_not_equal(tw_loss_formula(tw_losses(i)), "");
    }
    assert_null(tw_losses(LOSSES));
    assert_null(tw_losses(-1));

    static const struct {
        const char *name;
        int64_t classes;
        const char *words;
    } wrong[] = {
        {"squred", 0,
         "loss 'squred': not known; it is one of cross_entropy, hinge, squared, absolute, huber "
         "(did "
         "you mean squared?)"},
        {"zzzzzzzz", 3,
         "loss 'zzzzzzzz': not known; it is one of cross_entropy, hinge, squared, absolute, huber"},
        {"hinge", 0, "loss hinge: is for classes, and the data has numbers to predict"},
        {"huber", 4, "loss huber: is for numbers, and the data has classes"},
    };

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(tw_loss_parse(context, wrong[i].name, wrong[i].classes, &loss),
                         TW_BAD_ARGUMENT);
        assert_null(loss);
        assert_string_equal(tw_context_message(context), wrong[i].words);
    }
    tw_context_free(context);
}

static void outputs_and_targets_that_do_not_fit_are_refused_in_words(void **state) {
    (void)state;

    static const struct {
        const char *loss; // NULL: the 0-1 error
        tw_shape outputs;
        tw_dtype dtype;
        tw_shape target;
        const char *words;
    } wrong[] = {
        {"hinge",
         {0, {0}},
         TW_I32,
         {0, {0}},
         "hinge: outputs are []; an example has several, as in [B, 10]"},
        {NULL,
         {1, {TW_BATCH}},
         TW_I32,
         {1, {TW_BATCH}},
         "zero_one_error: outputs are [B]; an example has several, as in [B, 10]"},
        {"squared",
         {1, {TW_BATCH}},
         TW_F32,
         {1, {TW_BATCH}},
         "squared: outputs are [B]; an example has several, as in [B, 10]"},
        {"cross_entropy",
         {2, {TW_BATCH, 3}},
         TW_F32,
         {1, {TW_BATCH}},
         "cross_entropy: targets are f32 [B]; for these outputs they are i32 [B]"},
        {"hinge",
         {2, {TW_BATCH, 3}},
         TW_I32,
         {2, {TW_BATCH, 1}},
         "hinge: targets are i32 [B, 1]; for these outputs they are i32 [B]"},
        {"squared",
         {2, {TW_BATCH, 1}},
         TW_F32,
         {2, {TW_BATCH, 3}},
         "squared: targets are f32 [B, 3]; for these outputs they are f32 [B, 1]"},
        {"huber",
         {2, {TW_BATCH, 3}},
         TW_I32,
         {2, {TW_BATCH, 3}},
         "huber: targets are i32 [B, 3]; for these outputs they are f32 [B, 3]"},
    };

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        tw_planned p;
        tw_planned_open(&p, TW_F32, 1);
        tw_node outputs = tw_input(p.graph, "o", TW_F32, wrong[i].outputs), each = outputs;
        tw_node target = tw_input(p.graph, "t", wrong[i].dtype, wrong[i].target);
        for (int k = 0; k <= LOSSES; k++) {
            if (k == LOSSES && wrong[i].loss == NULL)
                each = tw_zero_one_error(p.graph, outputs, target);
            if (k < LOSSES && wrong[i].loss != NULL && strcmp(table[k].name, wrong[i].loss) == 0)
                each = tw_loss_build(parse(p.context, k), p.graph, outputs, target);
        }
        assert_int_equal(each.index, -1);
        assert_int_equal(tw_graph_check(p.graph), TW_BAD_SHAPE);
        assert_string_equal(tw_graph_message(p.graph), wrong[i].words);
        tw_planned_close(&p);
    }
}

TW_TESTS(losses_and_gradients_are_those_of_their_definition,
         the_zero_one_error_counts_wrong_classes, penalties_are_sums_over_weights_and_not_biases,
         no_penalty_is_no_node, losses_are_found_by_name_and_kind_of_target,
         outputs_and_targets_that_do_not_fit_are_refused_in_words)
