// slbfgs: quasi-Newton steps from minibatches, against the same with pairs from consecutive minibatches.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "support/arrays.h"
#include "support/folder.h"
#include "support/training.h"

static tw_training_options moons(const char *method) {
    tw_training_options options = tw_test_training_options();
    options.data = "moons?examples=200&test=50";
    options.model = "dense 8 tanh; dense outputs";
    options.method = method;
    return options;
}

static double loss_of(const char *method, uint64_t seed) {
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    tw_training_options options = moons(method);
    options.data = "strokes?examples=1000&test=100";
    options.model = "mlp:16";
    options.eval_train = true;
    options.batch = 50;
    options.seed = seed;
    options.epochs = 5;
    double loss = tw_test_train(context, &options).train_loss;
    tw_context_free(context);
    return loss;
}

static void it_beats_pairs_of_consecutive_minibatches_for_every_seed(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        double loss = loss_of("slbfgs", seed), naive = loss_of("slbfgs:naive=1", seed);
        if (!(isfinite(loss) && loss < 0.7 * naive)) fail_msg("%g, naive %g", loss, naive);
    }
}

static void it_gets_lower_than_sgd_at_the_same_rate(void **state) {
    (void)state;
    assert_true(loss_of("slbfgs:lr=0.1", 1) < loss_of("sgd:lr=0.1", 1));
}

// sgd diverges on teacher from a rate of 0.1 on, as slbfgs did while it had no pairs; with them, from 0.2 or so.
static void three_times_its_rate_is_not_too_large(void **state) {
    (void)state;
    static const char *const data[] = {"teacher", "strokes?examples=1000&test=100", "moons",
                                       "spirals"};
    static const char *const methods[] = {"slbfgs", "slbfgs:lr=0.3"};
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    for (int i = 0; i < 4; i++)
        for (int k = 0; k < 2; k++) {
            tw_training_options options = tw_test_training_options();
            options.data = data[i];
            options.model = i == 1 ? "mlp:16" : "dense 32 tanh; dense outputs";
            options.method = methods[k];
            options.epochs = 6;
            tw_training_result result = tw_test_train(context, &options);
            if (!(result.train_loss < 1)) // 2.3, 3.3 and 0.69 for a guess
                fail_msg("%s on %s: %g", methods[k], data[i], result.train_loss);
        }
    tw_context_free(context);
}

// A sum of twelve uniform numbers, near enough to a normal one.
static double normal(uint64_t *seed) {
    double sum = -6;
    for (int i = 0; i < 12; i++) {
        *seed = *seed * 6364136223846793005u + 1442695040888963407u;
        sum += (double)(*seed >> 40) / (1 << 24);
    }
    return sum;
}

// A regression on 20 numbers of which the last are a hundredth of the first: curvatures from 1 to 1e-4,
// and as much to be gained along each.
static void write_ill_conditioned(const char *path) {
    enum { ROWS = 2000, COLUMNS = 20 };

    uint64_t seed = 1;
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (int row = 0; row < ROWS; row++) {
        double y = normal(&seed);
        for (int k = 0; k < COLUMNS; k++) {
            double x = normal(&seed), scale = pow(10, -2.0 * k / (COLUMNS - 1));
            y += k % 2 == 0 ? x : -x;
            fprintf(file, "%.6g,", scale * x);
        }
        fprintf(file, "%.6g\n", y);
    }
    assert_int_equal(fclose(file), 0);
}

static void it_needs_a_fifth_of_the_steps_where_curvatures_differ(void **state) {
    (void)state;
    char folder[TW_TEST_PATH_BYTES], path[TW_TEST_PATH_BYTES], data[TW_TEST_PATH_BYTES + 40];
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    tw_test_folder_make(folder);
    tw_test_path(folder, "valley.csv", path);
    write_ill_conditioned(path);
    snprintf(data, sizeof data, "csv:%s?target=-1&standardize=no", path);
    tw_training_options options = tw_test_training_options();
    options.data = data;
    options.model = "dense outputs";
    options.batch = 20;
    options.eval_train = true;
    options.method = "slbfgs:every=50,m=20";
    options.epochs = 25;
    double loss = tw_test_train(context, &options).train_loss;
    options.method = "sgd:lr=0.5"; // the best of its rates
    options.epochs *= 5;
    double other = tw_test_train(context, &options).train_loss;
    if (!(loss < other)) fail_msg("%g, of sgd %g", loss, other);
    tw_test_folder_remove(folder);
    tw_context_free(context);
}

static void resumes_at_any_step(const char *method) {
    tw_context *context = NULL;
    char folder[TW_TEST_PATH_BYTES], whole[TW_TEST_PATH_BYTES], parts[TW_TEST_PATH_BYTES];
    char last[TW_TEST_PATH_BYTES];
    assert_int_equal(tw_context_new(&context), TW_OK);
    tw_test_folder_make(folder);
    tw_test_path(folder, "whole", whole);
    tw_test_path(folder, "parts", parts);
    tw_test_path(parts, "last.safetensors", last);
    tw_training_options options = moons(method);
    options.out = whole;
    assert_int_equal(tw_test_train(context, &options).steps, 39);
    options.out = parts;
    options.force = true;
    for (uint64_t first = 0; first <= 39; first++) {
        tw_training *training = NULL;
        assert_ok(context, tw_context_set_threads(context, 1 + (int)(first % 4)));
        assert_ok(context, tw_training_new(context, &options, &training));
        tw_test_steps(context, training, first);
        assert_ok(context, tw_training_save(training, last));
        tw_training_free(training);
        tw_test_resume(context, parts);
        tw_test_assert_same_runs(whole, parts);
    }
    tw_test_folder_remove(folder);
    assert_int_equal(tw_context_memory(context).live_bytes, 0);
    tw_context_free(context);
}

static void it_resumes_at_any_step_with_any_threads(void **state) {
    (void)state;
    resumes_at_any_step("slbfgs:every=3,m=4,curvature=40,tau=50");
}

static void the_naive_one_resumes_too(void **state) {
    (void)state;
    resumes_at_any_step("slbfgs:naive=1,m=3");
}

static void it_follows_another_phase(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    tw_training_options options = moons("adam:lr=0.01 for 1; slbfgs:every=4 for 2; lbfgs");
    options.epochs = 5;
    options.accumulate = 2; // of adam alone
    tw_training_result result = tw_test_train(context, &options);
    assert_int_equal(result.steps, 7 + 2 * 13 + 2);
    assert_true(result.train_loss < 0.5);
    tw_context_free(context);
}

static void its_rate_falls_by_tau(void **state) {
    (void)state;
    tw_context *context = NULL;
    tw_training *training = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    tw_training_options options = moons("slbfgs:lr=0.4,tau=10");
    assert_ok(context, tw_training_new(context, &options, &training));
    assert_true(fabs(tw_training_value(training, "lr", 10) - 0.2) < 1e-15);
    assert_true(isnan(tw_training_value(training, "momentum", 10)));
    tw_training_free(training);
    tw_context_free(context);
}

static void refuse(const char *method, const char *words) {
    tw_context *context = NULL;
    tw_training *training = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    tw_training_options options = moons(method);
    assert_int_equal(tw_training_new(context, &options, &training), TW_BAD_ARGUMENT);
    if (strstr(tw_context_message(context), words) == NULL)
        fail_msg("'%s' lacks '%s'", tw_context_message(context), words);
    tw_context_free(context);
}

static void keys_that_cannot_be_are_refused(void **state) {
    (void)state;
    refuse("slbfgs:lr=0", "lr is above 0");
    refuse("slbfgs:m=51", "m is a whole number from 1 to 50");
    refuse("slbfgs:every=0", "every is a whole number");
    refuse("slbfgs:curvature=0.5", "curvature is a whole number");
    refuse("slbfgs:tau=-1", "tau is 0 or more");
    refuse("slbfgs:naive=2", "naive is 0 or 1");
    refuse("slbfgs:beta=1", "beta");
}

TW_TESTS(it_beats_pairs_of_consecutive_minibatches_for_every_seed,
         it_gets_lower_than_sgd_at_the_same_rate, three_times_its_rate_is_not_too_large,
         it_needs_a_fifth_of_the_steps_where_curvatures_differ,
         it_resumes_at_any_step_with_any_threads, the_naive_one_resumes_too,
         it_follows_another_phase, its_rate_falls_by_tau, keys_that_cannot_be_are_refused)
