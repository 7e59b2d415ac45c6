// Methods that take all examples for a step: lower losses for as many passes, exact resume, the same bits on
// any number of threads, memory that the data do not decide.
#include <math.h>
#include <string.h>

#include "support/arrays.h"
#include "support/folder.h"
#include "support/training.h"
#include "thalweg/evaluate.h"

static tw_training_options moons(const char *method) {
    tw_training_options options = tw_test_training_options();
    options.data = "moons?examples=200&test=50";
    options.model = "dense 8 tanh; dense outputs";
    options.method = method;
    options.epochs = 25;
    return options;
}

// Passes over the data that a run made, and the loss over the training set behind them.
static double run_and_count(const char *method, uint64_t epochs, double *passes) {
    tw_context *context = NULL;
    tw_training *training = NULL;
    tw_training_result result;
    assert_int_equal(tw_context_new(&context), TW_OK);
    tw_training_options options = moons(method);
    options.epochs = epochs;
    options.eval_train = true;
    assert_ok(context, tw_training_new(context, &options, &training));
    assert_ok(context, tw_training_run(training, NULL, &result));
    *passes = result.samples_per_second * result.seconds / 200.0;
    double loss = result.train_loss;
    tw_training_free(training);
    tw_context_free(context);
    return loss;
}

static void lbfgs_gets_lower_than_adam_in_as_many_passes(void **state) {
    (void)state;
    double passes, of_adam;
    double lbfgs = run_and_count("lbfgs:m=10", 40, &passes);
    double adam = run_and_count("adam:lr=0.01", (uint64_t)ceil(passes), &of_adam);
    assert_true(passes >= 40.0 && passes < 80.0);
    assert_true(of_adam >= passes - 1.0);
    assert_true(lbfgs < 0.5 * adam);
}

static void each_solver_trains(void **state) {
    (void)state;
    static const char *const methods[] = {"lbfgs", "newton_cg",          "newton",
                                          "bfgs",  "conjugate_gradient", "gradient_descent"};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        double passes;
        double one = run_and_count(methods[i], 1, &passes);
        double many = run_and_count(methods[i], 12, &passes);
        if (!(many < one)) fail_msg("%s: %g, then %g", methods[i], one, many);
    }
}

static void resumes_at_any_step(const char *method) {
    tw_test_places at;
    tw_test_places_open(&at);
    tw_training_options options = moons(method);
    options.epochs = 8;
    options.out = at.whole;
    assert_int_equal(tw_test_train(at.context, &options).steps, 8);
    options.out = at.parts;
    options.force = true;
    for (uint64_t first = 0; first <= 8; first++) {
        tw_test_run_a_part(&at, &options, first);
        tw_test_resume(at.context, at.parts);
        tw_test_assert_same_runs(at.whole, at.parts);
    }
    tw_test_places_close(&at);
}

static void a_run_by_lbfgs_resumes_at_any_step(void **state) {
    (void)state;
    resumes_at_any_step("lbfgs:m=3");
}

static void a_run_by_newton_cg_resumes_at_any_step(void **state) {
    (void)state;
    resumes_at_any_step("newton_cg");
}

static void bits_do_not_depend_on_threads(void **state) {
    (void)state;
    tw_test_places at;
    tw_test_places_open(&at);
    for (int threads = 1; threads <= 4; threads++) {
        tw_training_options options = moons("lbfgs");
        options.epochs = 6;
        options.out = threads == 1 ? at.whole : at.parts;
        options.force = true;
        assert_ok(at.context, tw_context_set_threads(at.context, threads));
        tw_test_train(at.context, &options);
        if (threads > 1) tw_test_assert_same_runs(at.whole, at.parts);
    }
    tw_test_places_close(&at);
}

// Bytes above those of the data that a run needed.
static uint64_t bytes_beside_data(const char *data) {
    tw_context *context = NULL;
    tw_data *train = NULL, *test = NULL;
    tw_training *training = NULL;
    tw_training_result result;
    assert_int_equal(tw_context_new(&context), TW_OK);
    assert_ok(context, tw_data_open(context, data, NULL, &train, &test));
    uint64_t before = (uint64_t)tw_context_memory(context).live_bytes;
    tw_training_options options = moons("newton_cg");
    options.model = "dense 64 tanh; dense outputs";
    options.train_set = train;
    options.test_set = test;
    options.epochs = 2;
    assert_ok(context, tw_training_new(context, &options, &training));
    assert_ok(context, tw_training_run(training, NULL, &result));
    uint64_t bytes = (uint64_t)tw_context_memory(context).live_bytes - before;
    tw_training_free(training);
    tw_data_free(train);
    tw_data_free(test);
    tw_context_free(context);
    return bytes;
}

static void memory_does_not_grow_with_the_examples(void **state) {
    (void)state;
    uint64_t few = bytes_beside_data("moons?examples=200&test=50");
    uint64_t many = bytes_beside_data("moons?examples=20000&test=50");
    // Orders of the examples are 8 bytes each; a pass held whole would be many hundreds.
    if (many >= few + UINT64_C(20000) * 32)
        fail_msg("%llu, then %llu bytes", (unsigned long long)few, (unsigned long long)many);
}

static void it_ends_where_nothing_is_left_to_do(void **state) {
    (void)state;
    tw_test_places at;
    tw_test_places_open(&at);
    tw_training *training = NULL;
    tw_training_result result;
    tw_training_options options = moons("newton_cg");
    options.model = "logistic";
    options.precision = TW_F64;
    options.l2 = 0.1;
    options.epochs = 100;
    options.out = at.whole;
    assert_ok(at.context, tw_training_new(at.context, &options, &training));
    assert_ok(at.context, tw_training_run(training, NULL, &result));
    assert_true(result.steps < 20 && result.epochs == result.steps);
    assert_true(result.status == TW_OK && tw_training_done(training));
    if (strncmp(result.ending, "newton_cg has converged: ", 25) != 0) fail_msg("%s", result.ending);
    uint64_t steps = result.steps;
    tw_training_free(training);
    assert_ok(at.context, tw_training_resume(at.context, at.whole, 0, 0, &training));
    assert_true(tw_training_done(training));
    assert_ok(at.context, tw_training_run(training, NULL, &result));
    assert_int_equal(result.steps, steps);
    tw_training_free(training);
    tw_trained *trained = NULL; // and what it left can be measured
    assert_ok(at.context, tw_trained_open(at.context, at.whole, &trained));
    tw_evaluation evaluation;
    assert_ok(at.context, tw_trained_evaluate(trained, options.data, &evaluation));
    assert_true(evaluation.error < 0.3);
    tw_trained_free(trained);
    tw_test_places_close(&at);
}

static void refuse(tw_training_options options, const char *words) {
    tw_context *context = NULL;
    tw_training *training = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    tw_status status = tw_training_new(context, &options, &training);
    if (status != TW_BAD_ARGUMENT && status != TW_BAD_TEXT && status != TW_NOT_FOUND)
        fail_msg("status %d: %s", (int)status, tw_context_message(context));
    if (strstr(tw_context_message(context), words) == NULL)
        fail_msg("'%s' lacks '%s'", tw_context_message(context), words);
    assert_null(training);
    tw_context_free(context);
}

static void what_it_has_no_use_for_is_refused(void **state) {
    (void)state;
    tw_training_options options = moons("lbfgs");
    options.schedule = "linear";
    refuse(options, "schedule: method lbfgs");
    options = moons("lbfgs");
    options.groups = "*: lr=1";
    refuse(options, "groups: method lbfgs");
    options = moons("lbfgs");
    options.accumulate = 2;
    refuse(options, "accumulate: method lbfgs");
    options = moons("lbfgs");
    options.diagnose_every = 1;
    refuse(options, "diagnose: method lbfgs");
    refuse(moons("lbfgs:m=0"), "m is a whole number");
    refuse(moons("lbfgs:k=3"), "k");
    options = moons("newton");
    options.model = "mlp:4000";
    refuse(options, "take lbfgs or newton_cg");
}

TW_TESTS(lbfgs_gets_lower_than_adam_in_as_many_passes, each_solver_trains,
         a_run_by_lbfgs_resumes_at_any_step, a_run_by_newton_cg_resumes_at_any_step,
         bits_do_not_depend_on_threads, memory_does_not_grow_with_the_examples,
         it_ends_where_nothing_is_left_to_do, what_it_has_no_use_for_is_refused)
