// Branches on the step, states in float64, defaults made of others.
#include "rules/rule_reference.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "rules/method_parts.h"
#include "support/folder.h"

static char folder[TW_TEST_PATH_BYTES];

// A rule's text as a method: the path of a file that has it, in a folder of the test's own.
static void write_rule(const char *name, const char *text, char path[TW_TEST_PATH_BYTES]) {
    tw_test_path(folder, name, path);
    tw_test_write(path, text);
}

static void start(void **state) {
    (void)state;
    tw_test_folder_make(folder);
}

static void finish(void) {
    tw_test_folder_remove(folder);
}

static tw_rule_run *run_all(const char *method, tw_dtype dtype, uint64_t seed) {
    tw_rule_run *run = tw_rule_run_new(method, NULL, dtype, seed);
    tw_rule_run_start(run);
    for (uint64_t t = 1; t <= TW_REFERENCE_STEPS; t++) tw_rule_run_step(run, t);
    return run;
}

static void assert_same_theta(const tw_rule_run *a, const tw_rule_run *b) {
    for (int i = 0; i < TW_REFERENCE_TENSORS; i++) {
        for (int64_t k = 0; k < tw_reference_elements(i); k++) {
            assert_true(tw_rule_run_value(a, i, NULL, k) == tw_rule_run_value(b, i, NULL, k));
        }
    }
}

static void an_if_means_what_choices_mean(void **state) {
    start(state);
    char block[TW_TEST_PATH_BYTES], choices[TW_TEST_PATH_BYTES];
    write_rule("block.rule",
               "rule a\nstate v\nif t < 4\n    x = 2*g\n    v = v + x\n    if t == 2\n"
               "        x = 3*x\n    end\nelse\n    x = -v\nend\ntheta = theta - 0.1*x\n",
               block);
    write_rule("choices.rule",
               "rule a\nstate v\nx1 = 2*g\nv = where(t < 4, v + x1, v)\n"
               "x = where(t < 4, where(t == 2, 3*x1, x1), -v)\ntheta = theta - 0.1*x\n",
               choices);
    for (int dtype = 0; dtype < 2; dtype++) {
        tw_rule_run *a = run_all(block, dtype == 0 ? TW_F32 : TW_F64, 1);
        tw_rule_run *b = run_all(choices, dtype == 0 ? TW_F32 : TW_F64, 1);
        tw_rule_run_assert_same(a, b);
        tw_rule_run_free(a);
        tw_rule_run_free(b);
    }
    finish();
}

static void an_arm_that_is_not_taken_is_not_computed(void **state) {
    start(state);
    char path[TW_TEST_PATH_BYTES];
    write_rule("a.rule",
               "rule a\nparam burnin = 0.5\nstate v\n"
               "if t < where(burnin < 1, burnin*T, burnin)\n    v = v + normal()*g\nend\n"
               "theta = theta - v\n",
               path);
    tw_context *context;
    tw_method *method;
    assert_int_equal(tw_context_new(&context), TW_OK);
    assert_ok(context, tw_method_parse(context, path, &method));
    const tw_rule_program *program = method->update;
    assert_int_equal(tw_rule_program_variants(program), 2);
    tw_text text;
    tw_text_start(&text, context);
    tw_tile_format(program->update[0], &text);
    assert_null(strstr(text.data, "normal"));
    assert_false(tw_tile_writes(program->update[0], TW_RULE_ARRAY_STATE));
    assert_false(tw_tile_reads(program->update[0], TW_RULE_ARRAY_GRADIENT));
    tw_tile_format(program->update[1], &text);
    assert_non_null(strstr(text.data, "normal"));
    tw_text_free(&text);
    tw_method_free(method);
    tw_context_free(context);
    // of 12 steps, t < 6: the velocity stays what it was in step 5
    tw_rule_run *run = tw_rule_run_new(path, NULL, TW_F32, 1);
    tw_rule_run_start(run);
    double v = 0.0;
    for (uint64_t t = 1; t <= TW_REFERENCE_STEPS; t++) {
        double before = v;
        tw_rule_run_step(run, t);
        v = tw_rule_run_value(run, 1, "a.v", 0);
        bool zero = tw_reference_gradient(1, 0, t) == 0.0;
        assert_int_equal(v != before, t < 6 && !zero);
    }
    tw_rule_run_free(run);
    finish();
}

static void a_condition_may_depend_on_the_gradient(void **state) {
    start(state);
    char block[TW_TEST_PATH_BYTES], plain[TW_TEST_PATH_BYTES];
    write_rule("block.rule",
               "rule a\nif all_norm(g) > 1e9\n    theta = 0*theta\nelse\n"
               "    theta = theta - 0.1*g\nend\n",
               block);
    write_rule("plain.rule", "rule a\ntheta = theta - 0.1*g\n", plain);
    tw_rule_run *a = run_all(block, TW_F64, 1), *b = run_all(plain, TW_F64, 1);
    assert_same_theta(a, b);
    tw_rule_run_free(a);
    tw_rule_run_free(b);
    finish();
}

// A trillionth is lost beside one in float32.
static void a_state_in_double_keeps_what_float32_loses(void **state) {
    start(state);
    char path[TW_TEST_PATH_BYTES];
    write_rule("a.rule",
               "rule a\nstate double wide = 1, narrow = 1\nstate lost = 1\n"
               "wide = wide + 1e-12\nlost = lost + 1e-12\nnarrow = narrow + 1e-12*g\n"
               "theta = theta - lost*g\n",
               path);
    tw_rule_run *run = run_all(path, TW_F32, 1);
    double wide = 1.0, theta = tw_reference_weight(2, 1000), narrow = 1.0;
    for (uint64_t t = 1; t <= TW_REFERENCE_STEPS; t++) {
        wide += 1e-12;
        narrow = fma(1e-12, tw_reference_gradient(2, 1000, t), narrow);
        theta = (double)(float)(theta - tw_reference_gradient(2, 1000, t) * (1.0 + 1e-12));
    }
    assert_true(tw_rule_run_value(run, 2, "a.wide", 1000) == wide);
    assert_true(tw_rule_run_value(run, 2, "a.narrow", 1000) == narrow);
    assert_true(tw_rule_run_value(run, 2, "a.lost", 1000) == 1.0);
    assert_true(fabs(tw_rule_run_value(run, 2, NULL, 1000) - theta) < 1e-6);
    const tw_tensor *tensor = tw_variables_find(tw_rule_run_variables(run), "b/weight:a.wide");
    assert_int_equal(tw_tensor_dtype(tensor), TW_F64);
    tensor = tw_variables_find(tw_rule_run_variables(run), "b/weight:a.lost");
    assert_int_equal(tw_tensor_dtype(tensor), TW_F32);
    assert_int_equal(tw_method_bytes(tw_rule_run_method(run), TW_F32), 4 + 8 + 8 + 16 + 16);
    tw_rule_run_free(run);
    finish();
}

// Against C, and through the functions that were translated when thalweg was built: those of momentum.
static void wide_step(tw_reference_tensor *all, int count, uint64_t t) {
    (void)t;
    for (int i = 0; i < count; i++) {
        tw_reference_tensor *x = &all[i];
        for (int64_t k = 0; k < x->n; k++) {
            x->state[0][k] = 0.8 * x->state[0][k] - 0.03 * x->g[k];
            x->theta[k] += x->state[0][k];
        }
    }
}

static void translated_functions_serve_states_in_double(void **state) {
    start(state);
    char path[TW_TEST_PATH_BYTES];
    write_rule("a.rule",
               "rule a\nparam lr = 0.03, momentum = 0.8\nstate double v\n"
               "v = momentum*v - lr*g\ntheta = theta + v\n",
               path);
    tw_test_against_reference(&(tw_reference){path, .states = {"a.v"}, .step = wide_step});
    finish();
}

static void one_rule_with_everything_about_branches_runs_as_written(void **state) {
    (void)state;
    static const char path[] = "tests/rules/texts/branches.rule";
    tw_rule_run *run = tw_rule_run_new(path, NULL, TW_F32, 1);
    tw_rule_run_start(run);
    assert_true(tw_method_value(tw_rule_run_method(run), "both",
                                &(tw_clock){.step = 1, .example_count = 10}) == 5.5);
    double v = 0.0, a = 5.5, n = 0.0;
    for (uint64_t t = 1; t <= TW_REFERENCE_STEPS; t++) {
        double squares = 0.0, sum = 0.0, count = 0.0;
        for (int i = 0; i < TW_REFERENCE_TENSORS; i++) {
            for (int64_t k = 0; k < tw_reference_elements(i); k++) {
                double g = tw_reference_gradient(i, k, t);
                squares += g * g;
                sum += fabs(g);
                count += 1.0;
            }
        }
        if (t <= 5) {
            v += tw_reference_gradient(1, 0, t);
            a = t == 3 ? a + v * v : -a;
        } else if (sqrt(squares) > 2.0) {
            v = 0.0;
        }
        n += sum / count;
        tw_rule_run_step(run, t);
        assert_true(fabs(tw_rule_run_value(run, 1, "branches.v", 0) - v) < 1e-6);
        assert_true(fabs(tw_rule_run_value(run, 1, "branches.a", 0) - a) < 1e-5);
        assert_true(fabs(tw_rule_run_value(run, 1, "branches.n", 0) - n) < 1e-5);
    }
    tw_rule_run_free(run);
}

static void a_default_follows_those_that_it_is_made_of(void **state) {
    (void)state;
    tw_context *context;
    tw_method *method;
    static const char path[] = "tests/rules/texts/branches.rule:lr=0.4*t";
    tw_clock clock = {.step = 2, .example_count = 100};
    assert_int_equal(tw_context_new(&context), TW_OK);
    assert_ok(context, tw_method_parse(context, path, &method));
    assert_true(tw_method_value(method, "rate", &clock) == 0.4);
    assert_true(tw_method_value(method, "both", &clock) == 45.0);
    assert_ok(context, tw_method_set_number(method, "rate", 1.0));
    assert_true(tw_method_value(method, "both", &clock) == 105.0);
    const char *shown = tw_method_show(method, TW_METHOD_TEXT);
    assert_non_null(strstr(shown, "param lr           = 0.4*t      # (default 0.1)"));
    assert_non_null(strstr(shown, "param rate         = 1          # (default lr/2)"));
    assert_non_null(strstr(shown, "param both         = rate*N + warm"));
    tw_method_free(method);
    tw_context_free(context);
}

static void branches_are_shown_as_they_are_written(void **state) {
    (void)state;
    tw_context *context;
    tw_method *method;
    assert_int_equal(tw_context_new(&context), TW_OK);
    assert_ok(context, tw_method_parse(context, "tests/rules/texts/branches.rule", &method));
    const char *shown = tw_method_show(method, TW_METHOD_TEXT);
    assert_non_null(strstr(shown, "  state v = 0\n"));
    assert_non_null(strstr(shown, "  if t <= warm\n    scale = 1\n    noise = normal()\n"
                                  "    v = v + g\n    if t == 3\n      a = a + v^2\n    else\n"
                                  "      a = -a\n    end\n  else\n    scale = 2*t\n"));
    shown = tw_method_show(method, TW_METHOD_LATEX);
    assert_non_null(strstr(shown, "  & \\textbf{if } t \\le \\mathrm{warm} \\\\\n"
                                  "  \\quad \\mathrm{scale} &\\leftarrow 1 \\\\\n"));
    assert_non_null(strstr(shown, "  & \\quad \\textbf{else} \\\\\n"
                                  "  \\quad \\quad a &\\leftarrow -a \\\\\n"));
    shown = tw_method_show(method, TW_METHOD_PLAN);
    assert_non_null(strstr(shown, "update where not t == 3, and t <= warm: "));
    tw_method_free(method);
    tw_context_free(context);
}

static void noise_is_a_function_of_seed_step_tensor_and_element(void **state) {
    start(state);
    char path[TW_TEST_PATH_BYTES];
    write_rule("a.rule",
               "rule a\nstate n, first = normal()\nn = normal()\nfirst = first\n"
               "theta = theta - 0*g + 0*n + 0*first\n",
               path);
    tw_rule_run *a = tw_rule_run_new(path, NULL, TW_F32, 1);
    tw_rule_run *again = tw_rule_run_new(path, NULL, TW_F32, 1);
    tw_rule_run *other = tw_rule_run_new(path, NULL, TW_F32, 2);
    tw_rule_run *runs[] = {a, again, other};
    double n[3], first[3];
    for (int i = 0; i < 3; i++) {
        tw_rule_run_start(runs[i]);
        tw_rule_run_step(runs[i], 7); // no step before it
        n[i] = tw_rule_run_value(runs[i], 1, "a.n", 2);
        first[i] = tw_rule_run_value(runs[i], 1, "a.first", 2);
    }
    assert_true(n[0] == n[1] && n[0] != n[2]);
    assert_true(first[0] == first[1] && first[0] != first[2] && first[0] != n[0]);
    assert_true(n[0] != tw_rule_run_value(a, 1, "a.n", 3));
    assert_true(n[0] != tw_rule_run_value(a, 2, "a.n", 2));
    tw_rule_run_step(a, 8);
    assert_true(n[0] != tw_rule_run_value(a, 1, "a.n", 2));
    double sum = 0.0, squares = 0.0;
    for (int64_t k = 0; k < 1300; k++) {
        double x = tw_rule_run_value(a, 2, "a.n", k);
        sum += x;
        squares += x * x;
    }
    assert_true(fabs(sum / 1300.0) < 0.1 && fabs(squares / 1300.0 - 1.0) < 0.15);
    for (int i = 0; i < 3; i++) tw_rule_run_free(runs[i]);
    finish();
}

TW_TESTS(an_if_means_what_choices_mean, an_arm_that_is_not_taken_is_not_computed,
         a_condition_may_depend_on_the_gradient, a_state_in_double_keeps_what_float32_loses,
         translated_functions_serve_states_in_double,
         one_rule_with_everything_about_branches_runs_as_written,
         a_default_follows_those_that_it_is_made_of, branches_are_shown_as_they_are_written,
         noise_is_a_function_of_seed_step_tensor_and_element)
