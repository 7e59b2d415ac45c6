// Methods as text: chains, hyperparameters, schedules, parameter groups, and how they are shown.
#include "test.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "thalweg/method.h"

static tw_context *context;

static void start(void) {
    assert_int_equal(tw_context_new(&context), TW_OK);
}

static void finish(void) {
    assert_int_equal(tw_context_memory(context).live_bytes, 0);
    tw_context_free(context);
}

static tw_method *parse(const char *text) {
    tw_method *method;
    assert_ok(context, tw_method_parse(context, text, &method));
    return method;
}

static void assert_says(const char *words) {
    if (strstr(tw_context_message(context), words) == NULL) {
        fail_msg("expected '%s', got\n%s", words, tw_context_message(context));
    }
}

static void refuse(const char *text, tw_status status, const char *words) {
    tw_method *method;
    assert_int_equal(tw_method_parse(context, text, &method), status);
    assert_null(method);
    assert_says(words);
}

static void a_chain_knows_its_hyperparameters(void **state) {
    (void)state;
    start();
    tw_method *method = parse(" clip_norm:c=5 | adam: lr=0.1*exp(-0.01*t), beta1 = -0.5 ");
    assert_string_equal(tw_method_name(method), "adam");
    assert_int_equal(tw_method_hyperparameter_count(method), 5);
    tw_hyperparameter c = tw_method_hyperparameter(method, 0);
    assert_string_equal(c.rule, "clip_norm");
    assert_string_equal(c.name, "c");
    assert_string_equal(c.expression, "5");
    assert_true(c.default_value == 1.0);
    tw_hyperparameter lr = tw_method_hyperparameter(method, 1);
    assert_string_equal(lr.expression, "0.1*exp(-0.01*t)");
    assert_true(lr.default_value == 1e-3);
    assert_string_equal(lr.symbol, "epsilon");
    assert_string_equal(lr.meaning, "learning rate");
    tw_clock clock = {.total_steps = 10};
    tw_clock_set_step(&clock, 7);
    assert_true(tw_method_value(method, "lr", &clock) == 0.1 * exp(-0.01 * 7.0));
    assert_true(tw_method_value(method, "beta1", &clock) == -0.5);
    assert_true(tw_method_value(method, "adam.beta2", &clock) == 0.999);
    assert_true(isnan(tw_method_value(method, "rho", &clock)));
    tw_method_free(method);
    finish();
}

static void values_may_use_the_clock_and_nothing_else(void **state) {
    (void)state;
    start();
    tw_method *method = parse("sgd:lr=t + 10*epoch + 100*T + 1000*N + 10000*B");
    tw_clock clock = {1, 2.0, 3, 4, 5, 1};
    assert_true(tw_method_value(method, "lr", &clock) == 54321.0);
    tw_method_free(method);
    refuse("sgd:lr=0.1*x", TW_BAD_TEXT,
           "method:1:12: unknown name 'x'; known here: t, epoch, T, N, B, pi, e\n"
           "    sgd:lr=0.1*x\n               ^");
    finish();
}

static void wrong_methods_say_where_and_what_would_be_right(void **state) {
    (void)state;
    start();
    refuse("adan", TW_BAD_TEXT,
           "method:1:1: unknown rule 'adan'\n    adan\n    ^ did you mean adam?");
    refuse("lbfgs", TW_BAD_TEXT, "lbfgs and other solvers are not rules");
    refuse("clip_norm | quux", TW_BAD_TEXT, "method:1:13: unknown rule 'quux'");
    refuse("adam:bta1=1", TW_BAD_TEXT,
           "method:1:6: 'adam' has no hyperparameter 'bta1'; it has lr, beta1, beta2, eps");
    refuse("adam:bta1=1", TW_BAD_TEXT, "did you mean beta1?");
    refuse("adam:lr", TW_BAD_TEXT, "method:1:6: expected NAME=VALUE here");
    refuse("adam:lr=", TW_BAD_TEXT, "expected a value here");
    refuse("adam:lr=1e-3,", TW_BAD_TEXT, "expected NAME=VALUE here");
    refuse("adam:lr=1,eps=1,lr=2", TW_BAD_TEXT, "method:1:17: this hyperparameter is given twice");
    refuse("adam lr=1", TW_BAD_TEXT, "unknown rule 'adam lr=1'");
    refuse("clip_norm:c=1", TW_BAD_TEXT,
           "'clip_norm' changes only the gradient; a rule must follow it");
    refuse("adam | sgd", TW_BAD_TEXT, "'adam' is not a link and cannot stand before another rule");
    refuse("", TW_BAD_TEXT, "expected a rule here");
    refuse("adam |", TW_BAD_TEXT, "expected a rule here");
    refuse("sgd:lr=normal()", TW_BAD_TEXT, "a hyperparameter is one number");
    refuse("sgd:lr=(1", TW_BAD_TEXT, "expected ')' here");
    refuse("sgd:lr=1\xff", TW_BAD_TEXT, "method:1:9: byte \\xff is not UTF-8; write plain text");
    refuse("no/such.rule", TW_NOT_FOUND, "no/such.rule");
    refuse(
        "clip_value|clip_value|clip_value|clip_value|clip_value|clip_value|clip_value|clip_value|"
        "sgd",
        TW_BAD_TEXT, "more than 8 rules in a chain");
    finish();
}

static void a_path_is_a_rule_of_ones_own(void **state) {
    (void)state;
    start();
    tw_method *method = parse("clip_value | tests/rules/texts/everything.rule:power=2");
    assert_string_equal(tw_method_name(method), "everything");
    assert_true(tw_method_looks_ahead(method));
    assert_true(tw_method_has_eval(method));
    assert_true(tw_method_value(method, "power", NULL) == 2.0);
    tw_clock clock = {.step = 1, .total_steps = 30, .example_count = 20};
    assert_true(tw_method_value(method, "start", &clock) == 3.0); // 2*T/N, a default
    tw_method_free(method);
    refuse("tests/rules/texts/near_name.rule", TW_BAD_TEXT,
           "tests/rules/texts/near_name.rule:4:5: unknown name 'bta1'");
    finish();
}

static void setting_a_hyperparameter_needs_a_name_that_is_one(void **state) {
    (void)state;
    start();
    tw_method *method = parse("clip_norm | clip_value | nag");
    assert_ok(context, tw_method_set(method, "momentum", "1 - 1/t"));
    assert_true(tw_method_value(method, "momentum", &(tw_clock){.step = 4}) == 0.75);
    assert_int_equal(tw_method_set(method, "c", "2"), TW_BAD_ARGUMENT);
    assert_says("several rules have a 'c'; say which, as in clip_value.c");
    assert_ok(context, tw_method_set(method, "clip_value.c", "2"));
    assert_true(tw_method_value(method, "clip_value.c", NULL) == 2.0);
    assert_true(tw_method_value(method, "clip_norm.c", NULL) == 1.0);
    assert_int_equal(tw_method_set(method, "momentun", "2"), TW_NOT_FOUND);
    assert_says("did you mean momentum?");
    assert_int_equal(tw_method_set(method, "momentum", "1 +"), TW_BAD_TEXT);
    assert_true(tw_method_value(method, "momentum", &(tw_clock){.step = 4}) == 0.75);
    uint64_t before = tw_context_memory(context).allocation_count;
    assert_ok(context, tw_method_set_number(method, "momentum", 0.5));
    assert_int_equal(tw_context_memory(context).allocation_count, before);
    assert_true(tw_method_value(method, "momentum", NULL) == 0.5);
    tw_method_free(method);
    finish();
}

static void any_hyperparameter_can_be_scheduled(void **state) {
    (void)state;
    start();
    tw_method *method = parse("adam:beta1=0.8");
    tw_schedule *schedule;
    assert_ok(context, tw_schedule_parse(context, "lr0/t", &schedule));
    assert_ok(context, tw_method_schedule(method, "beta1", schedule));
    assert_true(tw_method_value(method, "beta1", &(tw_clock){.step = 4}) == 0.2);
    assert_true(tw_method_value(method, "lr", &(tw_clock){.step = 4}) == 1e-3);
    assert_ok(context, tw_method_schedule(method, "beta1", NULL));
    assert_true(tw_method_value(method, "beta1", &(tw_clock){.step = 4}) == 0.8);
    assert_int_equal(tw_method_schedule(method, "rho", schedule), TW_NOT_FOUND);
    tw_method_free(method);
    tw_schedule_free(schedule);
    finish();
}

static void groups_say_which_parameter_gets_what(void **state) {
    (void)state;
    start();
    static const char *const names[] = {"dense1/weight", "dense1/bias", "out/bias"};
    tw_method *method = parse("adamw");
    assert_ok(context,
              tw_method_override(method, "*bias*: weight_decay=0; out/*: lr=0.5*t, eps=1;"));
    assert_ok(context, tw_method_override(method, "out/*: eps=2"));
    assert_string_equal(
        tw_method_show_groups(method, names, 3),
        "dense1/weight  lr=0.001  beta1=0.9  beta2=0.999  eps=1e-08  weight_decay=0.01\n"
        "dense1/bias    lr=0.001  beta1=0.9  beta2=0.999  eps=1e-08  weight_decay=0\n"
        "out/bias       lr=0.5*t  beta1=0.9  beta2=0.999  eps=2  weight_decay=0\n");
    assert_null(tw_method_show_groups(method, names, 1));
    assert_says("groups: '*bias*' matches no parameter");
    assert_int_equal(tw_method_override(method, "*: weight_decy=0"), TW_NOT_FOUND);
    assert_says("did you mean weight_decay?");
    assert_int_equal(tw_method_override(method, "*bias*"), TW_BAD_TEXT);
    assert_int_equal(tw_method_override(method, "*: lr"), TW_BAD_TEXT);
    assert_int_equal(tw_method_override(method, "*: lr=2*"), TW_BAD_TEXT);
    assert_says("groups:1:9");
    tw_method_free(method);
    finish();
}

static void a_rule_is_shown_as_text_that_reads_back(void **state) {
    (void)state;
    start();
    for (int i = 0; i < tw_rule_count(); i++) {
        char text[200];
        snprintf(text, sizeof text, tw_rule_is_link(i) ? "%s | sgd" : "%s", tw_rule_name(i));
        tw_method *method = parse(text);
        assert_non_null(tw_method_show(method, TW_METHOD_LATEX));
        assert_non_null(tw_method_show(method, TW_METHOD_PLAN));
        const char *shown = tw_method_show(method, TW_METHOD_TEXT);
        assert_non_null(shown);
        if (!tw_rule_is_link(i)) assert_ok(context, tw_rule_check(context, "shown", shown));
        tw_method_free(method);
    }
    finish();
}

static void part_of_a_chain_is_shown_alone(void **state) {
    (void)state;
    start();
    tw_method *links = parse("clip_value:c=2 | weight_decay | sgd"), *last = parse("sgd");
    assert_int_equal(tw_method_rule_count(links), 3);
    char *whole = strdup(tw_method_show(links, TW_METHOD_TEXT));
    const char *shown = tw_method_show_rules(links, 0, 2, TW_METHOD_TEXT);
    assert_non_null(strstr(shown, "\nlink clip_value\n"));
    assert_non_null(strstr(shown, "\nlink weight_decay\n"));
    assert_null(strstr(shown, "rule sgd"));
    assert_memory_equal(shown, whole, strlen(shown));
    assert_string_equal(tw_method_show_rules(links, 2, 1, TW_METHOD_TEXT),
                        tw_method_show(last, TW_METHOD_TEXT));
    assert_string_equal(tw_method_show_rules(links, 2, 1, TW_METHOD_LATEX),
                        tw_method_show(last, TW_METHOD_LATEX));
    assert_null(strstr(tw_method_show_rules(links, 0, 2, TW_METHOD_LATEX), "\\theta &"));
    assert_null(tw_method_show_rules(links, 1, 3, TW_METHOD_TEXT));
    assert_says("it has 3");
    assert_null(tw_method_show_rules(links, -1, 1, TW_METHOD_TEXT));
    assert_null(tw_method_show_rules(links, INT_MAX, INT_MAX, TW_METHOD_TEXT));
    assert_null(tw_method_show_rules(links, 0, 2, TW_METHOD_PLAN));
    assert_says("only the whole chain has a plan");
    free(whole);
    tw_method_free(links);
    tw_method_free(last);
    finish();
}

static void formulas_are_latex(void **state) {
    (void)state;
    start();
    tw_method *method = parse("nag");
    assert_string_equal(
        tw_method_show(method, TW_METHOD_LATEX),
        "\\begin{align*}\n"
        "  g &\\leftarrow \\nabla f\\left(\\theta + \\mathrm{momentum} \\, v\\right) \\\\\n"
        "  v &\\leftarrow \\mathrm{momentum} \\, v - \\mathrm{lr} \\, g \\\\\n"
        "  \\theta &\\leftarrow \\theta + v \\\\\n"
        "\\end{align*}\n");
    tw_method_free(method);
    finish();
}

static void a_plan_counts_what_an_update_touches(void **state) {
    (void)state;
    start();

    static const struct {
        const char *text;
        int bytes;
    } cases[] = {{"sgd", 12},
                 {"momentum", 20},
                 {"adam", 28},
                 {"amsgrad", 36},
                 {"clip_value | adam", 28},
                 {"clip_norm | adam", 32},
                 {"weight_decay | sgd", 12}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tw_method *method = parse(cases[i].text);
        assert_int_equal(tw_method_bytes(method, TW_F32), cases[i].bytes);
        assert_int_equal(tw_method_bytes(method, TW_F64), 2 * cases[i].bytes);
        tw_method_free(method);
    }
    finish();
}

static void a_failed_allocation_leaves_nothing_behind(void **state) {
    (void)state;
    start();
    bool done = false;
    for (uint64_t nth = 1; !done; nth++) {
        tw_method *method;
        tw_memory_fail_at(context, nth, false);
        tw_status status = tw_method_parse(context, "clip_norm:c=2*t | adamw:lr=1/t", &method);
        done = status == TW_OK;
        if (!done) assert_int_equal(status, TW_NO_MEMORY);
        tw_method_free(method);
        tw_memory_fail_at(context, 0, false);
        assert_int_equal(tw_context_memory(context).live_bytes, 0);
    }
    finish();
}

TW_TESTS(a_chain_knows_its_hyperparameters, values_may_use_the_clock_and_nothing_else,
         wrong_methods_say_where_and_what_would_be_right, a_path_is_a_rule_of_ones_own,
         setting_a_hyperparameter_needs_a_name_that_is_one, any_hyperparameter_can_be_scheduled,
         groups_say_which_parameter_gets_what, a_rule_is_shown_as_text_that_reads_back,
         part_of_a_chain_is_shown_alone, formulas_are_latex, a_plan_counts_what_an_update_touches,
         a_failed_allocation_leaves_nothing_behind)
