// Models as nodes: shapes, names and counts of every kind of layer, what each computes, first values,
// dropout in training and not in evaluation.
#include "support/planned.h"
#include "thalweg/model.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static tw_model *parse(tw_planned *p, const char *text) {
    tw_model *model = NULL;
    assert_ok(p->context, tw_model_parse(p->context, text, &model));
    return model;
}

// A model over x, built.
static tw_node build(tw_planned *p, const tw_model *model, tw_shape x, int64_t outputs,
                     bool training) {
    tw_node in = tw_input(p->graph, "x", TW_F64, x);
    return tw_model_build(model, p->graph, in, outputs, training);
}

// ---- shapes, names, counts

typedef struct layer {
    const char *name, *text;
    tw_shape output;
    int64_t parameters;
} layer;

typedef struct structure {
    const char *text;
    tw_shape x;
    int64_t outputs;
    const char *parameters; // names, each followed by a blank
    int count;
    layer layers[6];
} structure;

static const structure structures[] = {
    {"dense 4",
     {2, {TW_BATCH, 3}},
     4,
     "dense1/weight dense1/bias ",
     1,
     {{"dense1", "dense 4", {2, {TW_BATCH, 4}}, 16}}},
    {"logistic",
     {3, {TW_BATCH, 28, 28}},
     10,
     "dense1/weight dense1/bias ",
     1,
     {{"dense1", "dense outputs", {2, {TW_BATCH, 10}}, 7850}}},
    {"mlp:400,300",
     {2, {TW_BATCH, 784}},
     10,
     "dense1/weight dense1/bias dense2/weight dense2/bias dense3/weight dense3/bias ",
     3,
     {{"dense1", "dense 400 relu", {2, {TW_BATCH, 400}}, 314000},
      {"dense2", "dense 300 relu", {2, {TW_BATCH, 300}}, 120300},
      {"dense3", "dense outputs", {2, {TW_BATCH, 10}}, 3010}}},
    {"maxout 6 3; maxout outputs 2",
     {2, {TW_BATCH, 5}},
     2,
     "maxout1/weight maxout1/bias maxout2/weight maxout2/bias ",
     2,
     {{"maxout1", "maxout 6 3", {2, {TW_BATCH, 6}}, 108},
      {"maxout2", "maxout outputs 2", {2, {TW_BATCH, 2}}, 28}}},
    {"flatten; tanh; dropout 0.5; dense 3; relu; tanh",
     {4, {TW_BATCH, 2, 3, 4}},
     3,
     "dense1/weight dense1/bias ",
     6,
     {{"flatten1", "flatten", {2, {TW_BATCH, 24}}, 0},
      {"tanh1", "tanh", {2, {TW_BATCH, 24}}, 0},
      {"dropout1", "dropout 0.5", {2, {TW_BATCH, 24}}, 0},
      {"dense1", "dense 3", {2, {TW_BATCH, 3}}, 75},
      {"relu1", "relu", {2, {TW_BATCH, 3}}, 0},
      {"tanh2", "tanh", {2, {TW_BATCH, 3}}, 0}}},
};

static void check_parameters(const tw_planned *p, const char *want) {
    const tw_node *parameters = NULL;
    int count = tw_graph_parameters(p->graph, &parameters);
    char names[512] = "";
    for (int i = 0; i < count; i++) {
        strcat(names, tw_node_name(p->graph, parameters[i]));
        strcat(names, " ");
    }
    assert_string_equal(names, want);
}

static void layers_have_the_shapes_names_and_counts_of_their_kind(void **state) {
    (void)state;
    for (size_t k = 0; k < sizeof structures / sizeof *structures; k++) {
        const structure *s = &structures[k];
        tw_planned p;
        tw_planned_open(&p, TW_F64, 1);
        tw_model *model = parse(&p, s->text);
        tw_node y = build(&p, model, s->x, s->outputs, true);
        assert_string_equal(tw_graph_message(p.graph), "");
        assert_true(tw_shape_equal(tw_node_shape(p.graph, y), &TW_SHAPE(TW_BATCH, s->outputs)));
        check_parameters(&p, s->parameters);
        assert_int_equal(tw_model_layers(model), s->count);
        for (int i = 0; i < s->count; i++) {
            tw_layer_summary summary = tw_model_layer(model, i);
            assert_string_equal(summary.name, s->layers[i].name);
            assert_string_equal(summary.text, s->layers[i].text);
            assert_true(tw_shape_equal(&summary.output, &s->layers[i].output));
            assert_int_equal(summary.parameter_count, s->layers[i].parameters);
        }
        tw_model_free(model);
        tw_planned_close(&p);
    }
}

static void models_that_give_something_else_are_refused_in_words(void **state) {
    (void)state;

    static const struct {
        const char *text;
        tw_shape x;
        const char *words;
    } table[] = {
        {"dense 4; tanh",
         {2, {TW_BATCH, 3}},
         "model: the last layer 'tanh' gives 4 outputs, the data has 10; end with 'dense "
         "10' or "
         "'dense outputs'"},
        {"relu",
         {2, {TW_BATCH, 3}},
         "model: the last layer 'relu' gives 3 outputs, the data has 10; end with 'dense "
         "10' or "
         "'dense outputs'"},
        {"relu",
         {3, {TW_BATCH, 28, 10}},
         "model: the last layer 'relu' gives [B, 28, 10], the data has 10; end with 'dense "
         "10' or 'dense outputs'"},
        {"dense 10",
         {1, {TW_BATCH}},
         "dense1/weight: the input is [B]; examples need features, as in [B, 784]"},
        {"maxout 10 2",
         {0, {0}},
         "maxout1/weight: the input is []; examples need features, as in [B, 784]"},
    };

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        tw_planned p;
        tw_planned_open(&p, TW_F64, 1);
        tw_model *model = parse(&p, table[i].text);
        build(&p, model, table[i].x, 10, true);
        assert_int_equal(tw_graph_check(p.graph), TW_BAD_SHAPE);
        assert_string_equal(tw_graph_message(p.graph), table[i].words);
        tw_model_free(model);
        tw_planned_close(&p);
    }
}

// ---- what they compute

static void a_dense_layer_is_its_formula(void **state) {
    (void)state;
    tw_planned p;
    tw_planned_open(&p, TW_F64, 1);
    tw_model *model = parse(&p, "dense 2 tanh");
    tw_node y = build(&p, model, TW_SHAPE(TW_BATCH, 1, 3), 2, true);
    tw_planned_plan(&p, &y, 1, 2);
    const double w[] = {1, 2, 3, 4, 5, 6}, b[] = {-0.5, 0.5}; // w [3, 2]
    const double x[] = {0.1, 0.2, 0.3, -0.1, 0.0, 0.1};
    tw_planned_set(&p, "dense1/weight", w, 6);
    tw_planned_set(&p, "dense1/bias", b, 2);
    tw_planned_feed(&p, (tw_node){0}, x, 6);
    tw_planned_run(&p, 2);
    for (int i = 0; i < 4; i++) {
        const double *row = x + i / 2 * 3;
        double sum = row[0] * w[i % 2] + row[1] * w[2 + i % 2] + row[2] * w[4 + i % 2];
        tw_planned_assert_close(tw_planned_at(&p, y, i), tanh(sum + b[i % 2]), 1e-15, "dense");
    }
    tw_model_free(model);
    tw_planned_close(&p);
}

static void a_maxout_layer_is_the_largest_of_its_pieces(void **state) {
    (void)state;
    tw_planned p;
    tw_planned_open(&p, TW_F64, 1);
    tw_model *model = parse(&p, "maxout 2 3");
    tw_node y = build(&p, model, TW_SHAPE(TW_BATCH, 1), 2, true);
    tw_planned_plan(&p, &y, 1, 2);
    tw_planned_set(&p, "maxout1/weight", (const double[]){1, -1, 0, 2, 3, -4}, 6);
    tw_planned_set(&p, "maxout1/bias", (const double[]){0, 0, 0.5, 0, 0, 0}, 6);
    tw_planned_feed(&p, (tw_node){0}, (const double[]){1, -2}, 2);
    tw_planned_run(&p, 2);
    // unit 0 has pieces x, -x, 0.5; unit 1 has 2x, 3x, -4x
    const double want[] = {1, 3, 2, 8};
    for (int i = 0; i < 4; i++) assert_true(tw_planned_at(&p, y, i) == want[i]);
    tw_model_free(model);
    tw_planned_close(&p);
}

static void activations_are_the_operators_of_their_names(void **state) {
    (void)state;

    static const struct {
        const char *name;
        double at_minus_one, at_two;
    } table[] = {
        {"relu", 0, 2},
        {"leaky_relu", -0.01, 2},
        {"elu", -0.63212055882855767, 2},
        {"gelu", -0.15865525393145707, 1.9544997361036416}, // x Phi(x)
        {"silu", -0.2689414213699951, 1.7615941559557649},
        {"softplus", 0.31326168751822286, 2.1269280110429727},
        {"tanh", -0.76159415595576485, 0.9640275800758169},
        {"sigmoid", 0.2689414213699951, 0.88079707797788231},
        {"linear", -1, 2},
    };

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        tw_planned p;
        tw_planned_open(&p, TW_F64, 1);
        tw_model *model = parse(&p, table[i].name);
        tw_node y = build(&p, model, TW_SHAPE(TW_BATCH, 1), 1, true);
        tw_planned_plan(&p, &y, 1, 2);
        tw_planned_feed(&p, (tw_node){0}, (const double[]){-1, 2}, 2);
        tw_planned_run(&p, 2);
        tw_planned_assert_close(tw_planned_at(&p, y, 0), table[i].at_minus_one, 1e-14,
                                table[i].name);
        tw_planned_assert_close(tw_planned_at(&p, y, 1), table[i].at_two, 1e-14, table[i].name);
        tw_model_free(model);
        tw_planned_close(&p);
    }
}

// ---- dropout

enum { KEPT = 20000 };

static void dropout_keeps_the_expectation_in_training(void **state) {
    (void)state;
    static const double rates[] = {0.1, 0.5, 0.8};
    static double ones[KEPT];
    for (int i = 0; i < KEPT; i++) ones[i] = 1.0;
    for (int k = 0; k < 3; k++) {
        char text[64];
        snprintf(text, sizeof text, "dropout %g", rates[k]);
        tw_planned p;
        tw_planned_open(&p, TW_F64, 1);
        tw_model *model = parse(&p, text);
        tw_node y = build(&p, model, TW_SHAPE(TW_BATCH, KEPT), KEPT, true);
        tw_planned_plan(&p, &y, 1, 1);
        tw_planned_feed(&p, (tw_node){0}, ones, KEPT);
        tw_planned_run(&p, 1);
        double sum = 0.0, keep = round((1.0 - rates[k]) * 65536.0) / 65536.0;
        int dropped = 0;
        for (int i = 0; i < KEPT; i++) {
            double value = tw_planned_at(&p, y, i);
            assert_true(value == 0.0 || fabs(value - 1.0 / keep) < 1e-12);
            sum += value;
            dropped += value == 0.0;
        }
        double deviation = sqrt(rates[k] * keep * KEPT); // of the number dropped
        assert_true(fabs(dropped - rates[k] * KEPT) < 5.0 * deviation);
        assert_true(fabs(sum / KEPT - 1.0) < 5.0 * deviation / keep / KEPT);
        tw_model_free(model);
        tw_planned_close(&p);
    }
}

static void dropout_does_nothing_in_evaluation(void **state) {
    (void)state;
    tw_planned p;
    tw_planned_open(&p, TW_F64, 1);
    tw_model *model = parse(&p, "dropout 0.9; linear");
    tw_node x = tw_input(p.graph, "x", TW_F64, TW_SHAPE(TW_BATCH, 4));
    tw_node off = tw_model_build(model, p.graph, x, 4, false);
    assert_int_equal(off.index, x.index); // not even a node
    assert_int_not_equal(tw_model_build(model, p.graph, x, 4, true).index, x.index);
    tw_model_free(model);
    tw_planned_close(&p);
}

// ---- first values

static double deviation_of(const tw_planned *p, const char *name) {
    const tw_tensor *tensor = tw_variables_find(p->variables, name);
    double squares = 0.0;
    int64_t count = tw_tensor_elements(tensor);
    for (int64_t i = 0; i < count; i++) squares += pow(tw_tensor_get(tensor, i), 2.0);
    return sqrt(squares / (double)count);
}

static void first_values_suit_the_activation_behind(void **state) {
    (void)state;
    tw_planned p;
    tw_planned_open(&p, TW_F64, 1);
    tw_model *model =
        parse(&p, "dense 200 relu; dense 200 tanh; dense 200; dropout 0.5; gelu; dense "
                  "200; sigmoid; maxout 100 2; dense outputs");
    tw_node y = build(&p, model, TW_SHAPE(TW_BATCH, 200), 100, true);
    tw_planned_plan(&p, &y, 1, 1);
    tw_planned_draw(&p, "dense1/bias", 1);
    assert_ok(p.context, tw_model_initialise(model, p.graph, p.variables, NULL, NULL, 1));

    static const struct {
        const char *name;
        double deviation;
    } table[] = {
        {"dense1/weight", 0.1},       {"dense2/weight", 0.0707107},  {"dense3/weight", 0.1},
        {"dense4/weight", 0.0707107}, {"maxout1/weight", 0.0707107}, {"dense5/weight", 0.1},
        {"dense1/bias", 0.0},         {"maxout1/bias", 0.0},
    };

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        double got = deviation_of(&p, table[i].name);
        if (fabs(got - table[i].deviation) > 0.02 * table[i].deviation)
            fail_msg("%s: %g instead of %g", table[i].name, got, table[i].deviation);
    }
    assert_true(tw_planned_variable(&p, "dense1/weight", 0) !=
                tw_planned_variable(&p, "dense3/weight", 0)); // draws of their own
    tw_model_free(model);
    tw_planned_close(&p);
}

static void first_values_can_be_asked_for(void **state) {
    (void)state;
    tw_planned p;
    tw_initialiser *weights = NULL, *biases = NULL;
    tw_planned_open(&p, TW_F32, 1);
    tw_model *model = parse(&p, "dense 4 relu; dense outputs");
    tw_node y = build(&p, model, TW_SHAPE(TW_BATCH, 3), 2, true);
    assert_ok(p.context, tw_initialiser_parse(p.context, "constant:value=2", &weights));
    assert_ok(p.context, tw_initialiser_parse(p.context, "constant:value=3", &biases));
    assert_ok(p.context, tw_model_initialise(model, p.graph, p.variables, weights, biases, 1));
    tw_planned_plan(&p, &y, 1, 1); // over the variables that are there
    assert_true(tw_planned_variable(&p, "dense1/weight", 11) == 2.0);
    assert_true(tw_planned_variable(&p, "dense2/bias", 1) == 3.0);
    tw_initialiser_free(weights);
    tw_initialiser_free(biases);
    tw_model_free(model);
    tw_planned_close(&p);
}

TW_TESTS(layers_have_the_shapes_names_and_counts_of_their_kind,
         models_that_give_something_else_are_refused_in_words, a_dense_layer_is_its_formula,
         a_maxout_layer_is_the_largest_of_its_pieces, activations_are_the_operators_of_their_names,
         dropout_keeps_the_expectation_in_training, dropout_does_nothing_in_evaluation,
         first_values_suit_the_activation_behind, first_values_can_be_asked_for)
