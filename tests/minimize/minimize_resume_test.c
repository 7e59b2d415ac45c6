// A minimisation that was saved and loaded goes on with the bits of one that was not stopped; files that
// belong to something else are refused.
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "minimize/solver.h"
#include "support/fault.h"
#include "support/folder.h"
#include "support/functions.h"

static const char *const methods[] = {
    "lbfgs:m=4",        "bfgs", "newton",     "newton_cg", "conjugate_gradient",
    "gradient_descent", "adam", "nag:lr=1e-4"};

// Stops after some steps, saves, and goes on with and without the file.
static void assert_resumes(const char *method, int64_t n, const char *path) {
    enum { BEFORE = 7, BEHIND = 9 };

    tw_context *context = tw_test_context();
    tw_objective *objective = tw_test_objective(context, &tw_test_rosenbrock, n, TW_F64);
    tw_minimize_options options = tw_minimize_options_default();
    options.method = method;
    double *x = tw_test_start(&tw_test_rosenbrock, n);
    tw_minimization *whole = NULL, *other = NULL;
    assert_ok(context, tw_minimization_new(objective, &options, x, &whole));
    for (int i = 0; i < BEFORE; i++) assert_ok(context, tw_minimization_step(whole));
    assert_ok(context, tw_minimization_save(whole, path));
    assert_ok(context, tw_minimization_new(objective, &options, x, &other));
    assert_ok(context, tw_minimization_load(other, path));
    for (int i = 0; i < BEHIND; i++) assert_ok(context, tw_minimization_step(whole));
    for (int i = 0; i < BEHIND; i++) assert_ok(context, tw_minimization_step(other));
    tw_minimize_point a = tw_minimization_point(whole), b = tw_minimization_point(other);
    size_t bytes = (size_t)n * sizeof *x;
    if (memcmp(a.x, b.x, bytes) != 0) fail_msg("%s: other bits", method);
    assert_int_equal(a.iteration, b.iteration);
    assert_true(a.value == b.value && a.step == b.step);
    assert_memory_equal(&a.counts, &b.counts, sizeof a.counts);
    assert_memory_equal(tw_minimization_best(whole), tw_minimization_best(other), bytes);
    free(x);
    tw_minimization_free(whole);
    tw_minimization_free(other);
    tw_objective_free(objective);
    tw_context_free(context);
}

static void resumed_steps_have_the_bits_of_unstopped_ones(void **state) {
    (void)state;
    char folder[TW_TEST_PATH_BYTES], path[TW_TEST_PATH_BYTES];
    tw_test_folder_make(folder);
    tw_test_path(folder, "state.safetensors", path);
    for (size_t k = 0; k < sizeof methods / sizeof *methods; k++)
        assert_resumes(methods[k], 8, path);
    assert_resumes("lbfgs:m=4", 5000, path); // its pairs in float32
    tw_test_folder_remove(folder);
}

static void files_of_something_else_are_refused(void **state) {
    (void)state;
    char folder[TW_TEST_PATH_BYTES], path[TW_TEST_PATH_BYTES];
    tw_test_folder_make(folder);
    tw_test_path(folder, "state.safetensors", path);
    tw_context *context = tw_test_context();
    tw_objective *beale = tw_test_objective(context, &tw_test_beale, 2, TW_F64);
    tw_objective *saddle = tw_test_objective(context, &tw_test_saddle, 2, TW_F64);
    tw_minimize_options options = tw_minimize_options_default();
    double x[2] = {1, 1};
    tw_minimization *saved = NULL, *other = NULL;
    assert_ok(context, tw_minimization_new(beale, &options, x, &saved));
    assert_int_equal(tw_minimization_load(saved, path), TW_NOT_FOUND);
    assert_ok(context, tw_minimization_save(saved, path));
    assert_ok(context, tw_minimization_new(saddle, &options, x, &other));
    assert_int_equal(tw_minimization_load(other, path), TW_MISMATCH);
    assert_non_null(strstr(tw_context_message(context), "its objective is 'beale'"));
    tw_minimization_free(other);
    options.method = "lbfgs:m=3";
    assert_ok(context, tw_minimization_new(beale, &options, x, &other));
    assert_int_equal(tw_minimization_load(other, path), TW_MISMATCH);
    assert_non_null(strstr(tw_context_message(context), "its method is 'lbfgs:m=10'"));
    tw_minimization_free(other);
    options = tw_minimize_options_default();
    options.seed = 2;
    assert_ok(context, tw_minimization_new(beale, &options, x, &other));
    assert_int_equal(tw_minimization_load(other, path), TW_MISMATCH);
    assert_non_null(strstr(tw_context_message(context), "its seed is '1'"));
    tw_minimization_free(other);
    // A file whose check sum is right and whose numbers index nothing.
    double *order = tw_tensor_data(tw_variables_find(saved->variables, "lbfgs.numbers"));
    order[0] = 1e9;
    assert_ok(context, tw_minimization_save(saved, path));
    order[0] = 0;
    assert_int_equal(tw_minimization_load(saved, path), TW_BAD_FILE);
    assert_non_null(strstr(tw_context_message(context), "no minimisation"));
    tw_minimization_free(saved);
    tw_objective_free(beale);
    tw_objective_free(saddle);
    tw_context_free(context);
    tw_test_folder_remove(folder);
}

typedef struct scene {
    const char *method, *path;
} scene;

static tw_status minimize_and_save(tw_context *context, void *user) {
    const scene *s = user;
    tw_objective *objective = NULL;
    tw_minimization *m = NULL;
    tw_minimize_options options = tw_minimize_options_default();
    options.method = s->method;
    double x[2] = {1, 1};
    tw_status status = tw_test_try_objective(context, &tw_test_beale, 2, TW_F64, &objective);
    if (status == TW_OK) status = tw_minimization_new(objective, &options, x, &m);
    for (int i = 0; i < 4 && status == TW_OK; i++) status = tw_minimization_step(m);
    if (status == TW_OK) status = tw_minimization_save(m, s->path);
    if (status == TW_OK) status = tw_minimization_load(m, s->path);
    tw_minimization_free(m);
    tw_objective_free(objective);
    return status;
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    char folder[TW_TEST_PATH_BYTES], path[TW_TEST_PATH_BYTES];
    tw_test_folder_make(folder);
    tw_test_path(folder, "state.safetensors", path);
    for (size_t k = 0; k < sizeof methods / sizeof *methods; k++) {
        scene s = {methods[k], path};
        tw_test_failing_allocations(minimize_and_save, &s);
    }
    tw_test_folder_remove(folder);
}

TW_TESTS(resumed_steps_have_the_bits_of_unstopped_ones, files_of_something_else_are_refused,
         every_allocation_may_fail)
