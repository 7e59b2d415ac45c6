// A caller's own function: what it says, how its missing second derivatives are made, and how a wrong
// gradient is found.
#include "test.h"

#include <math.h>
#include <string.h>

#include "thalweg/objective.h"

// f = x0^4 + x0 x1 + 3 x1^2
static tw_status quartic(const void *at, double *value, void *gradient, void *user) {
    const double *x = at;
    double *g = gradient;
    *value = pow(x[0], 4) + x[0] * x[1] + 3 * x[1] * x[1];
    if (g != NULL) {
        g[0] = 4 * pow(x[0], 3) + x[1] + *(const double *)user; // what the user adds is wrong
        g[1] = x[0] + 6 * x[1];
    }
    return TW_OK;
}

static tw_status quartic_product(const void *at, const void *vector, void *product, void *user) {
    (void)user;
    const double *x = at, *v = vector;
    double *p = product;
    p[0] = 12 * x[0] * x[0] * v[0] + v[1];
    p[1] = v[0] + 6 * v[1];
    return TW_OK;
}

static tw_status quartic_f32(const void *at, double *value, void *gradient, void *user) {
    const float *x = at;
    double wide[2] = {(double)x[0], (double)x[1]}, slope[2];
    tw_status status = quartic(wide, value, gradient == NULL ? NULL : slope, user);
    for (int i = 0; i < 2 && gradient != NULL; i++) {
        ((float *)gradient)[i] = (float)slope[i];
    }
    return status;
}

static double wrong;
static const double point[2] = {1.5, -2};

static tw_objective *objective_of(tw_context *context, tw_dtype dtype, bool has_product) {
    tw_objective_calls calls = {.evaluate = dtype == TW_F32 ? quartic_f32 : quartic,
                                .hessian_product = has_product ? quartic_product : NULL,
                                .user = &wrong};
    tw_objective *objective = NULL;
    assert_ok(context, tw_objective_new(context, "quartic", 2, dtype, &calls, &objective));
    return objective;
}

static void second_derivatives_come_from_products_or_from_differences(void **state) {
    (void)state;
    wrong = 0;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    for (int has_product = 0; has_product < 2; has_product++) {
        tw_objective *objective = objective_of(context, TW_F64, has_product != 0);
        double hessian[4], product[2], tolerance = has_product ? 0 : 1e-7;
        assert_ok(context, tw_objective_hessian(objective, point, hessian));
        const double right[4] = {27, 1, 1, 6};
        for (int i = 0; i < 4; i++) {
            assert_true(fabs(hessian[i] - right[i]) <= tolerance);
        }
        assert_ok(context,
                  tw_objective_hessian_product(objective, point, (double[]){2, 1}, product));
        assert_true(fabs(product[0] - 55) <= 10 * tolerance && fabs(product[1] - 8) <= tolerance);
        assert_int_equal(tw_objective_counts(objective).h_evals, 3);
        uint64_t allocations = tw_context_memory(context).allocation_count;
        assert_ok(context, tw_objective_hessian(objective, point, hessian));
        assert_int_equal(tw_context_memory(context).allocation_count, allocations);
        tw_objective_free(objective);
    }
    tw_context_free(context);
}

static tw_status steep(const void *at, double *value, void *gradient, void *user) {
    (void)user;
    double x = *(const double *)at;
    *value = 5e303 * x * x;
    if (gradient != NULL) *(double *)gradient = 1e304 * x;
    return TW_OK;
}

// Over the step, each of them would be more than a double holds.
static void gradients_are_subtracted_before_they_are_divided(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    tw_objective *objective = NULL;
    tw_objective_calls calls = {.evaluate = steep};
    assert_ok(context, tw_objective_new(context, "steep", 1, TW_F64, &calls, &objective));
    double x = 1, one = 1, product;
    assert_ok(context, tw_objective_hessian_product(objective, &x, &one, &product));
    assert_true(fabs(product / 1e304 - 1) < 1e-9);
    tw_objective_free(objective);
    tw_context_free(context);
}

static void a_wrong_component_is_named(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    const tw_dtype dtypes[] = {TW_F64, TW_F32};
    for (int i = 0; i < 2; i++) {
        tw_objective *objective = objective_of(context, dtypes[i], false);
        float narrow[2] = {(float)point[0], (float)point[1]};
        const void *at = dtypes[i] == TW_F32 ? (const void *)narrow : point;
        tw_gradient_check check;
        wrong = 0;
        assert_ok(context, tw_objective_check(objective, at, &check));
        assert_true(check.right);
        wrong = 0.5;
        assert_ok(context, tw_objective_check(objective, at, &check));
        assert_false(check.right);
        assert_int_equal(check.component, 0);
        assert_non_null(
            strstr(tw_context_message(context),
                   "objective quartic: component 0 of the gradient is 12, differences"));
        tw_objective_free(objective);
    }
    tw_context_free(context);
}

static void count_free(void *user) {
    ++*(int *)user;
}

static void what_cannot_be_is_refused_and_the_user_freed_once(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    int freed = 0;
    tw_objective_calls calls = {.evaluate = quartic, .free = count_free, .user = &freed};
    tw_objective *objective = NULL;
    assert_int_equal(tw_objective_new(context, "f", 0, TW_F64, &calls, &objective),
                     TW_BAD_ARGUMENT);
    assert_string_equal(tw_context_message(context),
                        "objective f: a dimension of 0; at least 1 is needed");
    assert_int_equal(tw_objective_new(context, "f", 1, TW_I32, &calls, &objective),
                     TW_BAD_ARGUMENT);
    assert_string_equal(tw_context_message(context),
                        "objective f: type i32; f64 and f32 can be minimised");
    calls.evaluate = NULL;
    assert_int_equal(tw_objective_new(context, "f", 1, TW_F64, &calls, &objective),
                     TW_BAD_ARGUMENT);
    assert_int_equal(freed, 3);
    assert_null(objective);
    tw_context_free(context);
}

TW_TESTS(second_derivatives_come_from_products_or_from_differences,
         gradients_are_subtracted_before_they_are_divided, a_wrong_component_is_named,
         what_cannot_be_is_refused_and_the_user_freed_once)
