// Memory or the disk fails at any call of a training: a clean error, nothing left behind, and the run folder
// as good as before.
#include <errno.h>
#include <string.h>

#include "base/context.h"
#include "base/file.h"
#include "base/memory.h"
#include "support/arrays.h"
#include "support/fault.h"
#include "support/folder.h"
#include "support/training.h"
#include "thalweg/evaluate.h"

typedef struct scene {
    char folder[TW_TEST_PATH_BYTES], whole[TW_TEST_PATH_BYTES], run[TW_TEST_PATH_BYTES];
    bool for_ever; // the disk is gone: not even removing a file works
} scene;

static tw_training_options small_options(void) {
    tw_training_options options = tw_training_options_default();
    options.data = "moons?examples=12&test=6";
    options.model = "dense 3 relu; dense outputs";
    options.method = "clip_norm:c=1 | adam";
    options.schedule = "plateau";
    options.groups = "*bias*: lr=0.1";
    options.init = "he";
    options.batch = 6;
    options.epochs = 2;
    options.force = true;
    return options;
}

static void open_scene(scene *s) {
    s->for_ever = false;
    tw_test_folder_make(s->folder);
    tw_test_path(s->folder, "whole", s->whole);
    tw_test_path(s->folder, "run", s->run);
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    tw_training_options options = small_options();
    options.out = s->whole;
    tw_test_train(context, &options);
    tw_context_free(context);
}

static tw_status train(tw_context *context, void *user) {
    scene *s = user;
    tw_training *training = NULL;
    tw_training_result result;
    tw_training_options options = small_options();
    options.out = s->run;
    tw_status status = tw_context_set_threads(context, 2);
    if (status == TW_OK) status = tw_training_new(context, &options, &training);
    if (status == TW_OK) status = tw_training_run(training, NULL, &result);
    tw_training_free(training);
    return status;
}

static tw_status resume(tw_context *context, void *user) {
    scene *s = user;
    tw_training *training = NULL;
    tw_training_result result;
    tw_status status = tw_training_resume(context, s->run, 3, 0, &training);
    if (status == TW_OK) status = tw_training_run(training, NULL, &result);
    tw_training_free(training);
    return status;
}

static void count_one(int64_t example, int64_t chosen, const double *values, int64_t count,
                      void *user) {
    (void)example, (void)chosen, (void)values, (void)count;
    ++*(int *)user;
}

static tw_status evaluate(tw_context *context, void *user) {
    scene *s = user;
    tw_trained *trained = NULL;
    tw_evaluation evaluation;
    int count = 0;
    tw_status status = tw_trained_open(context, s->whole, &trained);
    if (status == TW_OK) status = tw_trained_evaluate(trained, "moons?test=30", &evaluation);
    if (status == TW_OK) status = tw_trained_predict(trained, "moons?test=30", count_one, &count);
    tw_trained_free(trained);
    return status;
}

// Every call up to 50, then fewer and fewer: thousands of them have the same ways out.
static void sweep_allocations(tw_test_scenario *scenario, void *user) {
    bool struck = true;
    for (uint64_t nth = 1; struck; nth += 1 + nth / 50) {
        tw_context *context = NULL;
        assert_int_equal(tw_context_new(&context), TW_OK);
        tw_memory_fail_at(context, nth, false);
        tw_status status = scenario(context, user);
        struck = context->memory_fault.strikes != 0;
        if (status != (struck ? TW_NO_MEMORY : TW_OK))
            fail_msg("allocation %d: %s: %s", (int)nth, tw_status_name(status),
                     tw_context_message(context));
        if (struck) assert_string_not_equal(tw_context_message(context), "");
        if (tw_context_memory(context).live_bytes != 0)
            fail_msg("allocation %d: %d bytes were left", (int)nth,
                     (int)tw_context_memory(context).live_bytes);
        tw_context_free(context);
    }
}

static void a_training_survives_each_failing_allocation(void **state) {
    (void)state;
    scene s;
    open_scene(&s);
    sweep_allocations(train, &s);
    tw_test_assert_same_runs(s.whole, s.run); // the last had no failure
    tw_test_folder_remove(s.folder);
}

static void a_resume_survives_each_failing_allocation(void **state) {
    (void)state;
    scene s;
    open_scene(&s);
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    assert_ok(context, train(context, &s));
    tw_context_free(context);
    sweep_allocations(resume, &s);
    tw_test_folder_remove(s.folder);
}

static void an_evaluation_survives_each_failing_allocation(void **state) {
    (void)state;
    scene s;
    open_scene(&s);
    sweep_allocations(evaluate, &s);
    tw_test_folder_remove(s.folder);
}

// Whatever happened, a checkpoint that is there is whole, goes on to the bits of the run that was not
// disturbed, and nothing else lies beside it.
static void run_goes_on(tw_context *context, tw_status status, bool struck, void *user) {
    scene *s = user;
    char last[TW_TEST_PATH_BYTES];
    if (!struck) assert_int_equal(status, TW_OK);
    if (!tw_path_exists(s->run)) return;
    assert_true(s->for_ever || tw_test_folder_count(s->run) <= 4);
    tw_test_path(s->run, "last.safetensors", last);
    if (tw_path_exists(last)) {
        tw_test_assert_finite_arrays(last);
        tw_test_resume(context, s->run);
        tw_test_assert_same_runs(s->whole, s->run);
    }
    tw_test_folder_remove(s->run);
}

static void a_training_survives_each_failing_file_call(void **state) {
    (void)state;
    scene s;
    open_scene(&s);
    assert_true(tw_test_failing_files(train, run_goes_on, ENOSPC, false, &s) > 20);
    s.for_ever = true;
    tw_test_failing_files(train, run_goes_on, EIO, true, &s);
    tw_test_folder_remove(s.folder);
}

// The run of one epoch, made anew before each try, is resumed to two.
static tw_status make_and_resume(tw_context *context, void *user) {
    scene *s = user;
    tw_context *calm = NULL;
    tw_training *training = NULL;
    tw_training_result result;
    assert_int_equal(tw_context_new(&calm), TW_OK);
    tw_training_options options = small_options();
    options.out = s->run;
    assert_ok(calm, tw_training_new(calm, &options, &training));
    tw_test_steps(calm, training, 2);
    tw_training_free(training);
    tw_context_free(calm);
    tw_status status = tw_training_resume(context, s->run, 0, 0, &training);
    if (status == TW_OK) status = tw_training_run(training, NULL, &result);
    tw_training_free(training);
    return status;
}

static void resumed_run_goes_on(tw_context *context, tw_status status, bool struck, void *user) {
    scene *s = user;
    char last[TW_TEST_PATH_BYTES];
    tw_test_path(s->run, "last.safetensors", last);
    assert_true(tw_path_exists(last));
    run_goes_on(context, status, struck, user);
}

static void a_resumed_run_never_loses_its_checkpoint(void **state) {
    (void)state;
    scene s;
    open_scene(&s);
    assert_true(tw_test_failing_files(make_and_resume, resumed_run_goes_on, ENOSPC, false, &s) >
                20);
    s.for_ever = true;
    tw_test_failing_files(make_and_resume, resumed_run_goes_on, EIO, true, &s);
    tw_test_folder_remove(s.folder);
}

static void a_budget_of_memory_is_kept(void **state) {
    (void)state;
    scene s;
    open_scene(&s);
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    tw_context_set_memory_limit(context, 20000);
    assert_int_equal(train(context, &s), TW_NO_MEMORY);
    assert_true(tw_context_memory(context).peak_bytes <= 20000);
    assert_int_equal(tw_context_memory(context).live_bytes, 0);
    assert_false(tw_path_exists(s.run));
    tw_context_free(context);
    tw_test_folder_remove(s.folder);
}

// ---- the data fail

static tw_status fail_later(const tw_data_request *request, void *user) {
    int *left = user;
    if (--*left < 0) return TW_IO;
    memset(request->x, 0, (size_t)request->count * sizeof(float));
    memset(request->targets, 0, (size_t)request->count * sizeof(int32_t));
    return TW_OK;
}

static void what_the_data_say_ends_the_run(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    for (int good = 0; good < 8; good++) {
        tw_data_form form = tw_data_form_default();
        form.count = 10;
        form.shape = TW_SHAPE(1);
        form.classes = 2;
        int left = good;
        tw_data *data = NULL;
        tw_training *training = NULL;
        tw_training_result result;
        assert_ok(context, tw_data_from_function(context, &form, fail_later, &left, &data));
        tw_training_options options = tw_training_options_default();
        options.train_set = data;
        options.model = "dense outputs";
        options.batch = 4; // 3 an epoch
        assert_ok(context, tw_training_new(context, &options, &training));
        assert_int_equal(tw_training_run(training, NULL, &result), TW_IO);
        assert_int_equal(result.status, TW_IO);
        assert_int_equal(result.steps, good);
        left = 1000; // the same minibatch is tried again
        assert_ok(context, tw_training_run(training, NULL, &result));
        assert_int_equal(result.steps, 30);
        tw_training_free(training);
        tw_data_free(data);
    }
    tw_context_free(context);
}

static tw_status first_class(const tw_data_request *request, void *user) {
    (void)user;
    if (request->targets != NULL)
        memset(request->targets, 0, (size_t)request->count * sizeof(int32_t));
    return TW_OK;
}

// A minibatch of one is asked for; measuring, which takes more at once, must not need all of the memory.
static void measuring_wide_examples_takes_few_at_once(void **state) {
    (void)state;
    tw_context *context = NULL;
    tw_data *data = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    tw_data_form form = tw_data_form_default();
    form.count = 300;
    form.shape = TW_SHAPE(1 << 20);
    form.classes = 2;
    assert_ok(context, tw_data_from_function(context, &form, first_class, NULL, &data));
    tw_training_options options = tw_test_training_options();
    options.train_set = options.test_set = data;
    options.model = "dense outputs";
    options.batch = 1;
    options.steps = 1;
    tw_context_set_memory_limit(context, (uint64_t)400 << 20);
    assert_int_equal(tw_test_train(context, &options).status, TW_OK);
    tw_data_free(data);
    tw_context_free(context);
}

TW_TESTS(measuring_wide_examples_takes_few_at_once, a_training_survives_each_failing_allocation,
         a_resume_survives_each_failing_allocation, an_evaluation_survives_each_failing_allocation,
         a_training_survives_each_failing_file_call, a_resumed_run_never_loses_its_checkpoint,
         a_budget_of_memory_is_kept, what_the_data_say_ends_the_run)
