// What a step of a training does: with which examples, to which numbers, with what.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "support/arrays.h"
#include "support/folder.h"
#include "support/training.h"

// ---- a host program's own set: y = 2 x0 - x1 + noise, 23 examples

enum { EXAMPLES = 23, RECORD = 1000 };

typedef struct host {
    int64_t rows[RECORD];
    int64_t count;
} host;

static double x_of(int64_t row, int feature) {
    return sin((double)(3 * row + 7 * feature + 1));
}

static double y_of(int64_t row) {
    return 2.0 * x_of(row, 0) - x_of(row, 1) + 0.1 * cos(11.0 * (double)row);
}

static tw_status give(const tw_data_request *request, void *user) {
    host *h = user;
    double *x = request->x, *y = request->targets;
    for (int64_t i = 0; i < request->count; i++) {
        int64_t row = request->rows[i];
        if (h->count < RECORD) h->rows[h->count++] = row;
        for (int k = 0; k < 2 && x != NULL; k++) x[2 * i + k] = x_of(row, k);
        if (y != NULL) y[i] = y_of(row);
    }
    return TW_OK;
}

static tw_data *open_host(tw_context *context, host *h) {
    *h = (host){.count = 0};
    tw_data_form form = tw_data_form_default();
    form.count = EXAMPLES;
    form.shape = TW_SHAPE(2);
    form.kind = TW_TARGET_VALUE;
    tw_data *data = NULL;
    assert_ok(context, tw_data_from_function(context, &form, give, h, &data));
    return data;
}

static tw_training_options host_options(tw_data *data) {
    tw_training_options options = tw_training_options_default();
    options.train_set = data;
    options.model = "dense outputs";
    options.method = "sgd:lr=0.1";
    options.init = "constant:value=0.5";
    options.precision = TW_F64;
    options.batch = 5;
    options.epochs = 3;
    return options;
}

static void every_example_comes_once_an_epoch(void **state) {
    (void)state;
    tw_context *context = NULL;
    host h;
    assert_int_equal(tw_context_new(&context), TW_OK);
    tw_data *data = open_host(context, &h);
    tw_training_options options = host_options(data);
    tw_training_result result = tw_test_train(context, &options);
    assert_int_equal(result.steps, 3 * 5); // 5, 5, 5, 5 and 3 examples
    assert_int_equal(result.epochs, 3);
    assert_true(h.count >= 3 * EXAMPLES);
    for (int64_t epoch = 0; epoch < 3; epoch++) {
        int seen[EXAMPLES] = {0};
        for (int64_t i = 0; i < EXAMPLES; i++) seen[h.rows[epoch * EXAMPLES + i]]++;
        for (int i = 0; i < EXAMPLES; i++) assert_int_equal(seen[i], 1);
    }
    assert_memory_not_equal(h.rows, h.rows + EXAMPLES, EXAMPLES * sizeof *h.rows);
    tw_data_free(data);
    tw_context_free(context);
}

// The same by hand: w <- w - lr * mean over the minibatch of 2 (o - y) x.
static double train_by_hand(tw_context *context, int64_t batch, double w[3]) {
    tw_order *order = NULL;
    double loss = 0.0;
    assert_ok(context, tw_order_new(context, EXAMPLES, true, 1, &order));
    w[0] = w[1] = 0.5;
    w[2] = 0.0;
    for (uint64_t epoch = 0; epoch < 3; epoch++) {
        const int64_t *rows = tw_order_rows(order, epoch);
        loss = 0.0;
        for (int64_t first = 0; first < EXAMPLES; first += batch) {
            double slope[3] = {0.0};
            int64_t end = first + batch < EXAMPLES ? first + batch : EXAMPLES;
            for (int64_t i = first; i < end; i++) {
                double x[3] = {x_of(rows[i], 0), x_of(rows[i], 1), 1.0};
                double miss = w[0] * x[0] + w[1] * x[1] + w[2] - y_of(rows[i]);
                loss += miss * miss;
                for (int k = 0; k < 3; k++) slope[k] += 2.0 * miss * x[k] / (double)(end - first);
            }
            for (int k = 0; k < 3; k++) w[k] -= 0.1 * slope[k];
        }
    }
    tw_order_free(order);
    return loss / EXAMPLES;
}

static void get_weights(tw_training *training, double w[3]) {
    tw_variables *variables = tw_training_variables(training);
    const tw_tensor *weight = tw_variables_find(variables, "dense1/weight");
    w[0] = tw_tensor_get(weight, 0);
    w[1] = tw_tensor_get(weight, 1);
    w[2] = tw_tensor_get(tw_variables_find(variables, "dense1/bias"), 0);
}

static void assert_trains_as_by_hand(int64_t batch, int64_t accumulate) {
    tw_context *context = NULL;
    host h;
    tw_training *training = NULL;
    tw_training_result result;
    assert_int_equal(tw_context_new(&context), TW_OK);
    tw_data *data = open_host(context, &h);
    tw_training_options options = host_options(data);
    options.batch = batch;
    options.accumulate = accumulate;
    assert_ok(context, tw_training_new(context, &options, &training));
    assert_ok(context, tw_training_run(training, NULL, &result));
    double found[3], expected[3];
    get_weights(training, found);
    double loss = train_by_hand(context, batch * accumulate, expected);
    for (int k = 0; k < 3; k++) assert_true(fabs(found[k] - expected[k]) < 1e-13);
    assert_true(fabs(result.train_loss - loss) < 1e-13);
    tw_training_free(training);
    tw_data_free(data);
    tw_context_free(context);
}

static void steps_are_those_computed_by_hand(void **state) {
    (void)state;
    static const int64_t sizes[] = {1, 5, 6, 22, 23};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) assert_trains_as_by_hand(sizes[i], 1);
}

static void more_minibatches_than_an_epoch_has_are_all_of_it(void **state) {
    (void)state;
    assert_trains_as_by_hand(5, EXAMPLES);
    assert_trains_as_by_hand(1, INT64_MAX);
}

// Minibatches of 3, 3, 3, ... 2 with two or more a step: the last step of an epoch is smaller in both ways.
static void accumulation_equals_the_larger_minibatch(void **state) {
    (void)state;
    assert_trains_as_by_hand(3, 2);
    assert_trains_as_by_hand(5, 2);
    assert_trains_as_by_hand(2, 3);
    assert_trains_as_by_hand(1, 23);
    assert_trains_as_by_hand(4, 100);
}

static void a_minibatch_larger_than_the_set_is_the_set(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    tw_training_options options = tw_test_training_options();
    options.batch = 1000000;
    assert_int_equal(tw_test_train(context, &options).steps, 3);
    tw_context_free(context);
}

// ---- bits

static void train_with_threads(int threads, const char *folder) {
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    assert_ok(context, tw_context_set_threads(context, threads));
    tw_training_options options = tw_test_training_options();
    options.data = "strokes?examples=300&test=100";
    options.model = "dense 64 relu; dropout 0.2; dense outputs";
    options.method = "clip_norm:c=1 | adam:lr=1e-2";
    options.batch = 64;
    options.epochs = 2;
    options.out = folder;
    options.eval_train = true;
    tw_test_train(context, &options);
    tw_context_free(context);
}

static void bits_do_not_depend_on_threads(void **state) {
    (void)state;
    char folder[TW_TEST_PATH_BYTES], one[TW_TEST_PATH_BYTES], many[TW_TEST_PATH_BYTES];
    tw_test_folder_make(folder);
    tw_test_path(folder, "one", one);
    train_with_threads(1, one);
    static const char *const names[] = {"two", "three", "four"};
    for (int i = 0; i < 3; i++) {
        tw_test_path(folder, names[i], many);
        train_with_threads(2 + i, many);
        tw_test_assert_same_runs(one, many);
    }
    tw_test_folder_remove(folder);
}

// ---- memory

static void assert_no_allocation(tw_training_options options, bool between_epochs) {
    tw_context *context = NULL;
    tw_training *training = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    assert_ok(context, tw_context_set_threads(context, 2));
    assert_ok(context, tw_training_new(context, &options, &training));
    uint64_t allocations = tw_context_memory(context).allocation_count;
    while (!tw_training_done(training)) {
        tw_progress progress;
        tw_epoch epoch;
        bool ended = false;
        assert_ok(context, tw_training_step(training, &progress, &ended, &epoch));
        uint64_t now = tw_context_memory(context).allocation_count;
        if (ended && between_epochs) allocations = now; // what is written takes memory for a while
        assert_int_equal(now, allocations);
    }
    tw_training_free(training);
    assert_int_equal(tw_context_memory(context).live_bytes, 0);
    tw_context_free(context);
}

static void steps_do_not_allocate(void **state) {
    (void)state;
    tw_training_options options = tw_test_training_options();
    options.eval_train = true;
    options.schedule = "cosine:warmup=3";
    assert_no_allocation(options, false);
    options.accumulate = 2;
    options.schedule = "plateau:patience=0";
    options.groups = "*bias*: lr=t/100";
    assert_no_allocation(options, false);
    options.method = "clip_norm:c=1 | nag:lr=0.1*exp(-0.01*t)";
    options.precision = TW_F64;
    options.schedule = options.groups = NULL;
    assert_no_allocation(options, false);
    char folder[TW_TEST_PATH_BYTES], path[TW_TEST_PATH_BYTES];
    tw_test_folder_make(folder);
    tw_test_path(folder, "run", path);
    options.out = path;
    assert_no_allocation(options, true);
    tw_test_folder_remove(folder);
}

static void steps_of_descents_do_not_allocate(void **state) {
    (void)state;
    static const char *const methods[] = {
        "lbfgs",  "newton_cg:inner=5",  "conjugate_gradient", "bfgs", "gradient_descent",
        "slbfgs", "slbfgs:every=2,m=3", "slbfgs:naive=1"};
    tw_training_options options = tw_test_training_options();
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        options.method = methods[i];
        assert_no_allocation(options, false);
    }
}

// Roughly how many vectors as long as the parameters a method needs, the parameters among them.
static void planned_memory_is_said_before_the_first_step(void **state) {
    (void)state;

    enum {
        WIDTH = 256,
        PARAMETERS = (2 + 1 + WIDTH + 1 + 2) * WIDTH + 2
    }; // blocks of small arrays are small beside it

    static const struct {
        const char *method;
        double vectors;
    } cases[] = {
        {"adam", 3},
        // The surface's copy, start and sum in double; two places, the best, a direction.
        {"gradient_descent", 12},
        {"newton_cg", 15},
        {"lbfgs:m=10", 34}, // 11 pairs, of which one is being made
        {"slbfgs:m=10", 34},
        {"gradient_descent for 1; adam", 12},
    };

    tw_training_options options = tw_test_training_options();
    options.model = "mlp:256,256";
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tw_context *context = NULL;
        tw_training *training = NULL;
        double bytes = 0.0;
        char unit = '\0';
        options.method = cases[i].method;
        assert_int_equal(tw_context_new(&context), TW_OK);
        assert_ok(context, tw_training_new(context, &options, &training));
        const char *line = strstr(tw_training_description(training), "\nmemory ");
        assert_non_null(line);
        assert_int_equal(sscanf(line, " memory %lf %cB of parameters and states", &bytes, &unit),
                         2);
        double vectors = bytes * (unit == 'k' ? 1e3 : 1e6) / sizeof(float) / PARAMETERS;
        if (!(fabs(vectors / cases[i].vectors - 1.0) < 0.2))
            fail_msg("%s: memory of %g vectors is said", cases[i].method, vectors);
        tw_training_free(training);
        tw_context_free(context);
    }
}

// ---- the end

static void a_step_count_ends_within_an_epoch(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    tw_training_options options = tw_test_training_options();
    options.steps = 10; // 7 an epoch
    tw_training_result result = tw_test_train(context, &options);
    assert_int_equal(result.steps, 10);
    assert_int_equal(result.epochs, 2);
    assert_true(isfinite(result.test_loss));
    assert_false(result.stopped_early);
    tw_context_free(context);
}

typedef struct told {
    uint64_t steps, epochs;
} told;

static void on_step(const tw_progress *progress, void *user) {
    told *t = user;
    assert_int_equal(progress->step, ++t->steps);
    assert_int_equal(progress->total_steps, 21);
    assert_true(isfinite(progress->loss) && progress->seconds > 0.0);
    assert_true(progress->step < 21 ? progress->seconds_left > 0.0 : progress->seconds_left == 0.0);
}

static void on_epoch(const tw_epoch *epoch, void *user) {
    told *t = user;
    assert_int_equal(epoch->epoch, ++t->epochs);
    assert_int_equal(epoch->step, 7 * t->epochs);
    assert_int_equal(t->steps, epoch->step);
    assert_true(epoch->grad_norm > 0.0);
    assert_true(isfinite(epoch->test_error) && epoch->lr == 1e-3);
}

static void the_watch_sees_each_step_and_epoch(void **state) {
    (void)state;
    tw_context *context = NULL;
    tw_training *training = NULL;
    tw_training_result result;
    told t = {0};
    assert_int_equal(tw_context_new(&context), TW_OK);
    tw_training_options options = tw_test_training_options();
    assert_ok(context, tw_training_new(context, &options, &training));
    tw_training_watch watch = {.epoch = on_epoch, .step = on_step, .user = &t};
    assert_ok(context, tw_training_run(training, &watch, &result));
    assert_int_equal(t.steps, 21);
    assert_int_equal(t.epochs, 3);
    tw_training_free(training);
    tw_context_free(context);
}

TW_TESTS(every_example_comes_once_an_epoch, steps_are_those_computed_by_hand,
         more_minibatches_than_an_epoch_has_are_all_of_it, accumulation_equals_the_larger_minibatch,
         a_minibatch_larger_than_the_set_is_the_set, bits_do_not_depend_on_threads,
         steps_do_not_allocate, steps_of_descents_do_not_allocate,
         planned_memory_is_said_before_the_first_step, a_step_count_ends_within_an_epoch,
         the_watch_sees_each_step_and_epoch)
