// Phases of a run: one method for so many epochs, then another; stopped and resumed in any of them.
#include <string.h>

#include "support/arrays.h"
#include "support/folder.h"
#include "support/training.h"
#include "thalweg/evaluate.h"

static void resumes_at_any_step(tw_training_options options, uint64_t steps, uint64_t epochs) {
    tw_test_places at;
    tw_test_places_open(&at);
    options.out = at.whole;
    tw_training_result result = tw_test_train(at.context, &options);
    assert_int_equal(result.steps, steps);
    assert_int_equal(result.epochs, epochs);
    options.out = at.parts;
    options.force = true;
    for (uint64_t first = 0; first <= steps; first++) {
        tw_test_run_a_part(&at, &options, first);
        tw_test_resume(at.context, at.parts);
        tw_test_assert_same_runs(at.whole, at.parts);
    }
    tw_test_places_close(&at);
}

// 7 minibatches an epoch: 14 steps of adam, 2 of lbfgs, 7 of nag.
static void a_run_of_three_phases_resumes_at_any_step(void **state) {
    (void)state;
    tw_training_options options = tw_test_training_options();
    options.method = "adam:lr=0.02 for 2; lbfgs:m=3 for 2;nag:lr=0.1";
    options.schedule = "linear";
    options.epochs = 5;
    resumes_at_any_step(options, 23, 5);
}

static void a_run_of_so_many_steps_ends_in_its_last_phase(void **state) {
    (void)state;
    tw_training_options options = tw_test_training_options();
    options.method = "lbfgs:m=3 for 2; clip_norm:c=1 | adam";
    options.steps = 5; // within the first epoch of adam
    resumes_at_any_step(options, 5, 3);
}

// A phase begins where the one before it ended: its method knows nothing of that one, its clock is at 1.
static void a_phase_starts_anew_from_the_weights(void **state) {
    (void)state;
    tw_test_places at;
    tw_test_places_open(&at);
    tw_training_options options = tw_test_training_options();
    options.method = "sgd:lr=0 for 1; sgd:lr=0.1*t";
    options.model = "dense 8 tanh; dense outputs";
    options.data = "moons?examples=64&test=40"; // a minibatch of all: order does not matter
    options.batch = 64;
    options.epochs = 3;
    options.out = at.whole;
    tw_test_train(at.context, &options);
    options.method = "sgd:lr=0.1*t";
    options.epochs = 2;
    options.out = at.parts;
    tw_test_train(at.context, &options);
    tw_trained *two = NULL, *one = NULL;
    tw_evaluation of_two, of_one;
    assert_ok(at.context, tw_trained_open(at.context, at.whole, &two));
    assert_ok(at.context, tw_trained_evaluate(two, options.data, &of_two));
    assert_ok(at.context, tw_trained_open(at.context, at.parts, &one));
    assert_ok(at.context, tw_trained_evaluate(one, options.data, &of_one));
    assert_true(of_one.loss - of_two.loss < 1e-5 && of_two.loss - of_one.loss < 1e-5);
    tw_trained_free(two);
    tw_trained_free(one);
    tw_test_places_close(&at);
}

static void a_phase_with_nothing_left_to_do_makes_way(void **state) {
    (void)state;
    tw_test_places at;
    tw_test_places_open(&at);
    tw_training *training = NULL;
    tw_training_result result;
    tw_training_options options = tw_test_training_options();
    options.model = "logistic";
    options.precision = TW_F64;
    options.l2 = 0.1;
    options.method = "newton_cg for 50; sgd:lr=0.01";
    options.epochs = 60;
    assert_ok(at.context, tw_training_new(at.context, &options, &training));
    assert_ok(at.context, tw_training_run(training, NULL, &result));
    assert_int_equal(result.epochs, 60); // what newton_cg left goes to the last
    assert_true(result.steps > 60 + 30 * 6);
    assert_string_equal(result.ending, "");
    tw_training_free(training);
    tw_test_places_close(&at);
}

static void a_checkpoint_is_read_by_the_method_of_its_phase(void **state) {
    (void)state;
    tw_test_places at;
    tw_test_places_open(&at);
    tw_training_options options = tw_test_training_options();
    options.method = "adam for 2; lbfgs";
    options.epochs = 4;
    options.out = at.whole;
    tw_test_train(at.context, &options);
    static const char *const names[] = {"last.safetensors", "best.safetensors"};
    for (int i = 0; i < 2; i++) {
        char path[TW_TEST_PATH_BYTES];
        tw_trained *trained = NULL;
        tw_evaluation evaluation;
        tw_test_path(at.whole, names[i], path);
        assert_ok(at.context, tw_trained_open(at.context, path, &trained));
        assert_ok(at.context, tw_trained_evaluate(trained, options.data, &evaluation));
        assert_true(evaluation.error < 0.5);
        tw_trained_free(trained);
    }
    tw_test_places_close(&at);
}

static void forecasts_and_cliffs_go_on_in_each_phase(void **state) {
    (void)state;
    tw_training_options options = tw_test_training_options();
    options.method = "adam:lr=0.02 for 2; lbfgs:m=3 for 2;nag:lr=0.1";
    options.epochs = 5;
    options.diagnose_every = 3;
    resumes_at_any_step(options, 23, 5);
}

static void refuse(const char *method, const char *schedule, const char *words) {
    tw_context *context = NULL;
    tw_training *training = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    tw_training_options options = tw_test_training_options();
    options.method = method;
    options.schedule = schedule;
    tw_status status = tw_training_new(context, &options, &training);
    if (status != TW_BAD_ARGUMENT && status != TW_BAD_TEXT && status != TW_NOT_FOUND)
        fail_msg("%s: status %d: %s", method, (int)status, tw_context_message(context));
    if (strstr(tw_context_message(context), words) == NULL)
        fail_msg("'%s' lacks '%s'", tw_context_message(context), words);
    assert_null(training);
    assert_int_equal(tw_context_memory(context).live_bytes, 0);
    tw_context_free(context);
}

static void what_is_wrong_with_a_later_phase_is_said_at_once(void **state) {
    (void)state;
    refuse("adam; lbfgs", NULL, "phase 'adam' does not say for how many epochs");
    refuse("adam for 2", NULL, "the last phase, 'adam for 2'");
    refuse("adam for 1; sgd for 0; lbfgs", NULL, "'for 0'");
    refuse("adam for 1e3; lbfgs", NULL, "'for 1e3'");
    refuse("adam for 1000000001; sgd", NULL, "epochs from 1 to 1000000000 follows");
    refuse("adam for 1; ; lbfgs", NULL, "phase 2 of it is empty");
    refuse("adam for 1;", NULL, "phase 2 of it is empty");
    refuse("adam for 3; lbfgs", NULL, "the run must be longer");
    refuse("adam for 1; adma", NULL, "adma");
    refuse("adam for 1; lbfgs:k=1", NULL, "k");
    refuse("lbfgs for 1; newton_cg", "linear", "schedule: method");
}

TW_TESTS(a_run_of_three_phases_resumes_at_any_step, a_run_of_so_many_steps_ends_in_its_last_phase,
         forecasts_and_cliffs_go_on_in_each_phase, a_phase_starts_anew_from_the_weights,
         a_phase_with_nothing_left_to_do_makes_way, a_checkpoint_is_read_by_the_method_of_its_phase,
         what_is_wrong_with_a_later_phase_is_said_at_once)
