// How a training ends: early, where nothing gets better; by divergence, with nothing infinite written.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "support/arrays.h"
#include "support/folder.h"
#include "support/training.h"

typedef struct places {
    tw_context *context;
    char folder[TW_TEST_PATH_BYTES], one[TW_TEST_PATH_BYTES], two[TW_TEST_PATH_BYTES];
} places;

static void open_places(places *at) {
    assert_int_equal(tw_context_new(&at->context), TW_OK);
    tw_test_folder_make(at->folder);
    tw_test_path(at->folder, "one", at->one);
    tw_test_path(at->folder, "two", at->two);
}

static void close_places(places *at) {
    tw_test_folder_remove(at->folder);
    assert_int_equal(tw_context_memory(at->context).live_bytes, 0);
    tw_context_free(at->context);
}

static void assert_same(const char *folder, const char *name, const char *other,
                        const char *other_name) {
    char a[TW_TEST_PATH_BYTES], b[TW_TEST_PATH_BYTES];
    tw_test_path(folder, name, a);
    tw_test_path(other, other_name, b);
    tw_test_assert_same_arrays(a, b);
}

// ---- early

// Two classes on a line; the test set has them the other way round, so that learning makes it worse.
typedef struct crossed {
    float x[40];
    int32_t right[40], wrong[40];
    tw_data *train, *test;
} crossed;

static void open_crossed(tw_context *context, crossed *c) {
    for (int i = 0; i < 40; i++) {
        c->x[i] = (float)(i - 20) / 20.0f + 0.01f;
        c->right[i] = i >= 20;
        c->wrong[i] = i < 20;
    }
    tw_data_form form = tw_data_form_default();
    form.count = 40;
    form.shape = TW_SHAPE(1);
    form.classes = 2;
    assert_ok(context, tw_data_from_arrays(context, &form, TW_F32, c->x, c->right, &c->train));
    assert_ok(context, tw_data_from_arrays(context, &form, TW_F32, c->x, c->wrong, &c->test));
}

static void patience_stops_early_and_the_best_is_kept(void **state) {
    (void)state;
    places at;
    crossed c;
    open_places(&at);
    open_crossed(at.context, &c);
    tw_training_options options = tw_test_training_options();
    options.train_set = c.train;
    options.test_set = c.test;
    options.model = "dense outputs";
    options.method = "sgd:lr=0.5";
    options.epochs = 100;
    options.patience = 4;
    options.out = at.one;
    tw_training_result result = tw_test_train(at.context, &options);
    assert_true(result.stopped_early);
    assert_int_equal(result.epochs, result.best_epoch + 4);
    assert_true(result.best_test_error < result.test_error);
    options.epochs = result.best_epoch; // what the best checkpoint has to be
    options.out = at.two;
    tw_training_result best = tw_test_train(at.context, &options);
    assert_true(best.test_error == result.best_test_error);
    assert_same(at.one, "best.safetensors", at.two, "last.safetensors");
    tw_data_free(c.train);
    tw_data_free(c.test);
    close_places(&at);
}

static void without_a_test_set_the_training_loss_decides(void **state) {
    (void)state;
    places at;
    crossed c;
    open_places(&at);
    open_crossed(at.context, &c);
    tw_training_options options = tw_test_training_options();
    options.train_set = c.train;
    options.model = "dense outputs";
    options.out = at.one;
    tw_training_result result = tw_test_train(at.context, &options);
    assert_int_equal(result.best_epoch, 3); // it falls and falls
    assert_true(isnan(result.best_test_error) && isnan(result.test_loss));
    assert_same(at.one, "best.safetensors", at.one, "last.safetensors");
    tw_data_free(c.train);
    tw_data_free(c.test);
    close_places(&at);
}

// ---- divergence

static tw_training_options diverging(void) {
    tw_training_options options = tw_test_training_options();
    options.method = "momentum:lr=0.1+(t/9)^200"; // from step 10 on beyond all bounds
    options.model = "dense 8 relu; dense outputs";
    return options;
}

// Steps until one fails; its number.
static uint64_t step_until_failure(places *at, tw_training *training) {
    tw_progress progress;
    tw_epoch epoch;
    bool ended = false;
    for (uint64_t step = 1; step < 21; step++) {
        tw_status status = tw_training_step(training, &progress, &ended, &epoch);
        if (status == TW_OK) continue;
        assert_int_equal(status, TW_DIVERGED);
        assert_int_equal(progress.step, step - 1);
        assert_true(!isfinite(progress.loss));
        return step;
    }
    fail_msg("did not diverge: %s", tw_context_message(at->context));
    return 0;
}

static void assert_left_as_before(tw_training_options options) {
    places at;
    tw_training *diverged = NULL, *before = NULL;
    char expected[128];
    open_places(&at);
    assert_ok(at.context, tw_training_new(at.context, &options, &diverged));
    uint64_t step = step_until_failure(&at, diverged);
    snprintf(expected, sizeof expected, "step %d: the loss is ", (int)step);
    assert_ptr_equal(strstr(tw_context_message(at.context), expected),
                     tw_context_message(at.context));
    assert_ok(at.context, tw_training_new(at.context, &options, &before));
    tw_test_steps(at.context, before, step - 1);
    assert_ok(at.context, tw_training_save(diverged, at.one));
    assert_ok(at.context, tw_training_save(before, at.two));
    tw_test_assert_same_arrays(at.one, at.two);
    tw_training_free(diverged);
    tw_training_free(before);
    close_places(&at);
}

static void a_diverged_step_leaves_what_was_before_it(void **state) {
    (void)state;
    tw_training_options options = diverging();
    assert_left_as_before(options);
    options.accumulate = 2;
    options.epochs = 5;
    assert_left_as_before(options);
    options.method = "nag:lr=0.1+(t/9)^200";
    options.accumulate = 1;
    assert_left_as_before(options);
    options.data = "teacher?examples=100&features=3";
    assert_left_as_before(options);
}

static void a_diverged_run_says_so_and_keeps_its_last_checkpoint(void **state) {
    (void)state;
    places at;
    tw_training *training = NULL;
    tw_training_result result;
    open_places(&at);
    tw_training_options options = diverging();
    options.out = at.one;
    assert_ok(at.context, tw_training_new(at.context, &options, &training));
    assert_int_equal(tw_training_run(training, NULL, &result), TW_DIVERGED);
    assert_int_equal(result.status, TW_DIVERGED);
    assert_int_equal(result.epochs, 1);
    assert_true(result.steps >= 9 && result.steps < 14);
    assert_true(isfinite(result.train_loss));
    tw_training_free(training);
    options = tw_test_training_options();
    options.method = "momentum:lr=0.1+(t/9)^200";
    options.model = "dense 8 relu; dense outputs";
    options.steps = 7;
    options.out = at.two;
    tw_test_train(at.context, &options);
    tw_test_assert_same_runs(at.one, at.two);
    close_places(&at);
}

// The loss is finite, what the step makes of the weights is not.
static void no_infinite_weight_is_ever_written(void **state) {
    (void)state;
    places at;
    tw_training *training = NULL;
    tw_training_result result;
    char path[TW_TEST_PATH_BYTES];
    open_places(&at);
    tw_training_options options = diverging();
    options.method = "sgd:lr=0.1+1e300*(t-1)";
    options.checkpoint_every = 1;
    options.out = at.one;
    assert_ok(at.context, tw_training_new(at.context, &options, &training));
    assert_int_equal(tw_training_run(training, NULL, &result), TW_DIVERGED);
    assert_string_equal(tw_context_message(at.context),
                        "step 2: dense1/weight[0] is no finite number; try a smaller learning rate "
                        "or clip_norm in front of the method");
    assert_int_equal(tw_training_save(training, at.two), TW_DIVERGED);
    assert_int_equal(tw_test_folder_count(at.folder), 1);
    tw_training_free(training);
    tw_test_path(at.one, "last.safetensors", path);
    tw_test_assert_finite_arrays(path);
    assert_ok(at.context, tw_training_resume(at.context, at.one, 0, 0, &training));
    tw_training_free(training);
    close_places(&at);
}

static void an_infinite_weight_ends_a_run_that_writes_nothing_too(void **state) {
    (void)state;
    places at;
    tw_training *training = NULL;
    tw_training_result result;
    open_places(&at);
    tw_training_options options = diverging();
    options.method = "sgd:lr=1e300";
    options.steps = 1;
    assert_ok(at.context, tw_training_new(at.context, &options, &training));
    assert_int_equal(tw_training_run(training, NULL, &result), TW_DIVERGED);
    tw_training_free(training);
    close_places(&at);
}

// ---- options

// Its squares are more than a float holds, and it is clipped before it gets to the weights.
static void a_watched_run_survives_a_gradient_of_infinite_norm(void **state) {
    (void)state;
    places at;
    open_places(&at);
    static float x[8] = {1e22f, -2e22f, 3e22f, 4e22f, -5e22f, 6e22f, 7e22f, -8e22f};
    static int32_t y[8] = {0, 1, 0, 1, 1, 0, 0, 1};
    tw_data_form form = tw_data_form_default();
    form.count = 8;
    form.shape = TW_SHAPE(1);
    form.classes = 2;
    tw_data *data = NULL;
    assert_ok(at.context, tw_data_from_arrays(at.context, &form, TW_F32, x, y, &data));
    tw_training_options options = tw_test_training_options();
    options.train_set = options.test_set = data;
    options.model = "dense outputs";
    options.method = "clip_value:c=1 | sgd:lr=1e-30";
    options.diagnose_every = 2;
    options.out = at.one;
    tw_training_result result = tw_test_train(at.context, &options);
    assert_int_equal(result.status, TW_OK);
    tw_data_free(data);
    close_places(&at);
}

typedef struct refusal {
    tw_training_options options;
    tw_status status;
    const char *message;
} refusal;

static void options_out_of_range_are_refused(void **state) {
    (void)state;
    places at;
    crossed c;
    open_places(&at);
    open_crossed(at.context, &c);
    tw_training_options o = tw_test_training_options();
    refusal table[] = {
        {o, TW_BAD_ARGUMENT, "batch: 0 examples; give 1 to 1000000000"},
        {o, TW_BAD_ARGUMENT, "accumulate: 0 minibatches; give 1 or more"},
        {o, TW_BAD_ARGUMENT, "epochs and steps are both 0; give one of them"},
        {o, TW_BAD_ARGUMENT, "epochs or steps: more than can be counted"},
        {o, TW_BAD_ARGUMENT, "holdout: nan; give a share from 0 to below 1"},
        {o, TW_BAD_ARGUMENT, "l1 and l2: give 0 or more"},
        {o, TW_BAD_ARGUMENT, "l1 and l2: give 0 or more"},
        {o, TW_BAD_ARGUMENT, "precision: give f32 or f64"},
        {o, TW_BAD_ARGUMENT, "data: none is named, and the program gave no set of its own"},
        {o, TW_BAD_ARGUMENT,
         "schedule of lr: waits for a measure of test data, and there are none; "
         "give measure=train_loss"},
        {o, TW_NOT_FOUND, "groups: 'zzz' matches no parameter; the first is called dense1/weight"},
        {o, TW_BAD_ARGUMENT,
         "spare_test: the data set's own test set is not used where test names another; leave it "
         "away"},
        {o, TW_BAD_ARGUMENT,
         "spare_test: the data set's own test set is not used where the program gives the sets; "
         "leave it away"},
        {o, TW_BAD_SHAPE,
         "model: the last layer 'dense 3' gives 3 outputs, the data has 2; end "
         "with 'dense 2' or 'dense outputs'"},
        {o, TW_BAD_ARGUMENT,
         "model: 'relu' has no parameters to train; give it a layer that has, as dense"},
        {o, TW_BAD_ARGUMENT,
         "data: 'csv:l\\xe9.csv' is not UTF-8, as a run's files are; rename it"},
        {o, TW_BAD_ARGUMENT, "method: '\\xe9.rule' is not UTF-8, as a run's files are; rename it"},
    };
    table[0].options.batch = 0;
    table[1].options.accumulate = 0;
    table[2].options.epochs = 0;
    table[3].options.steps = UINT64_MAX;
    table[4].options.holdout = NAN;
    table[5].options.l1 = -1.0;
    table[6].options.l2 = INFINITY;
    table[7].options.precision = TW_I32;
    table[8].options.data = NULL;
    table[9].options.train_set = c.train;
    table[9].options.schedule = "plateau";
    table[10].options.groups = "zzz: lr=1";
    table[11].options.spare_test = table[12].options.spare_test = true;
    table[11].options.test = "moons";
    table[12].options.train_set = c.train;
    table[13].options.model = "dense 3";
    table[14].options.model = "relu";
    table[15].options.data = "csv:l\xe9.csv";
    table[16].options.method = "\xe9.rule";
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        tw_training *training = (tw_training *)&at;
        table[i].options.out = at.one;
        tw_status status = tw_training_new(at.context, &table[i].options, &training);
        assert_string_equal(tw_context_message(at.context), table[i].message);
        assert_int_equal(status, table[i].status);
        assert_null(training);
        assert_int_equal(tw_test_folder_count(at.folder), 0);
    }
    tw_data_free(c.train);
    tw_data_free(c.test);
    close_places(&at);
}

TW_TESTS(a_watched_run_survives_a_gradient_of_infinite_norm,
         patience_stops_early_and_the_best_is_kept, without_a_test_set_the_training_loss_decides,
         a_diverged_step_leaves_what_was_before_it,
         a_diverged_run_says_so_and_keeps_its_last_checkpoint, no_infinite_weight_is_ever_written,
         an_infinite_weight_ends_a_run_that_writes_nothing_too, options_out_of_range_are_refused)
