// Hyperparameters: their values, their names, and how they are set.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "rules/method_parts.h"

// ---- one setting

void tw_setting_free(tw_setting *setting) {
    tw_expr_tree_free(setting->tree);
    tw_release(setting->text);
    *setting = (tw_setting){0};
}

void tw_setting_number(tw_setting *setting, double number) {
    const tw_schedule *schedule = setting->schedule;
    tw_setting_free(setting);
    setting->number = number;
    setting->schedule = schedule;
    tw_format_number(number, setting->digits);
}

const char *tw_setting_text(const tw_setting *setting) {
    if (setting->schedule != NULL) return tw_schedule_text(setting->schedule);
    return setting->text != NULL ? setting->text : setting->digits;
}

// What a value may be made of where no others are known: the clock, and the constants that schedules know.
enum { VALUE_NAMES = TW_RULE_CLOCK_NAMES + 2 };

static const double constants[] = {3.14159265358979323846, 2.71828182845904523536};

static void list_value_names(tw_setting_names *names) {
    memcpy(names->name, tw_rule_clock_names, sizeof tw_rule_clock_names);
    names->name[TW_RULE_CLOCK_NAMES] = "pi";
    names->name[TW_RULE_CLOCK_NAMES + 1] = "e";
    names->count = VALUE_NAMES;
}

static void settle_constants(tw_expr_tree *tree) {
    for (uint32_t i = 0; i < tree->node_count; i++) {
        tw_expr_node *node = &tree->nodes[i];
        bool constant = node->kind == TW_EXPR_NAME && node->symbol >= TW_RULE_CLOCK_NAMES &&
                        node->symbol < VALUE_NAMES; // the index of a sum is none of them
        if (!constant) continue;
        node->kind = TW_EXPR_NUMBER;
        node->number = constants[node->symbol - TW_RULE_CLOCK_NAMES];
    }
}

// Reads the bytes from `first` to the source's end, so that carets stand in the whole text.
static tw_status read_expression(tw_context *context, const tw_source *source, size_t first,
                                 const tw_setting_names *names, tw_setting *setting) {
    tw_setting_names value_names;
    if (names->count == 0) list_value_names(&value_names);
    const tw_setting_names *known = names->count == 0 ? &value_names : names;
    tw_status status = tw_expr_tree_new(context, source, &setting->tree);
    if (status != TW_OK) return status;
    tw_lexer lexer;
    status = tw_lexer_start_at(&lexer, context, &setting->tree->source, first);
    if (status == TW_OK) status = tw_expr_parse(&lexer, setting->tree, &setting->root);
    if (status == TW_OK) status = tw_lexer_end(&lexer);
    if (status == TW_OK) status = tw_expr_resolve(setting->tree, 0, known->name, known->count);
    if (status == TW_OK && names->count == 0) settle_constants(setting->tree);
    if (status == TW_OK && !tw_expr_is_scalar(setting->tree, setting->root)) {
        status = tw_source_fail(context, source, first, NULL, "a hyperparameter is one number");
    }
    if (status != TW_OK) return status;
    setting->text = tw_copy_text(context, source->text + first, source->length - first);
    return setting->text == NULL ? TW_NO_MEMORY : TW_OK;
}

// A number, if the expression is one, with its sign: "-0.5" too.
static bool is_number(const tw_setting *setting, double *number) {
    const tw_expr_node *node = &setting->tree->nodes[setting->root];
    bool negative = node->kind == TW_EXPR_NEGATE;
    if (negative) node = &setting->tree->nodes[node->child[0]];
    *number = negative ? -node->number : node->number;
    return node->kind == TW_EXPR_NUMBER;
}

tw_status tw_setting_parse(tw_context *context, const tw_source *source, size_t first,
                           const tw_setting_names *names, tw_setting *setting) {
    tw_setting made = {.schedule = setting->schedule};
    double number;
    tw_status status = read_expression(context, source, first, names, &made);
    if (status != TW_OK) {
        tw_setting_free(&made);
        return status;
    }
    if (is_number(&made, &number)) tw_setting_number(&made, number);
    tw_setting_free(setting);
    *setting = made;
    return TW_OK;
}

void tw_setting_clock(const tw_clock *clock, double numbers[TW_RULE_CLOCK_NAMES]) {
    numbers[0] = clock == NULL ? 1.0 : (double)clock->step;
    numbers[1] = clock == NULL ? 0.0 : clock->epoch;
    numbers[2] = clock == NULL ? 1.0 : (double)clock->total_steps;
    numbers[3] = clock == NULL || clock->example_count == 0 ? 1.0 : (double)clock->example_count;
    numbers[4] = clock == NULL || clock->minibatch == 0 ? 1.0 : (double)clock->minibatch;
}

// `before`: the values of the rule's hyperparameters that stand before this one.
static double own_value(const tw_setting *setting, const tw_clock *clock, const double *before,
                        int count) {
    double numbers[TW_RULE_CLOCK_NAMES + TW_RULE_PARAMETERS_MAX];
    if (setting->tree == NULL) return setting->number;
    tw_setting_clock(clock, numbers);
    memcpy(numbers + TW_RULE_CLOCK_NAMES, before, (size_t)count * sizeof *before);
    return tw_expr_evaluate(setting->tree, setting->root, numbers);
}

// A schedule starts from the setting's own value at step 1.
static double value_of(const tw_setting *setting, const tw_clock *clock, const double *before,
                       int count) {
    if (setting->schedule == NULL) return own_value(setting, clock, before, count);
    tw_clock now = {.step = 1, .total_steps = 1, .example_count = 1, .minibatch = 1};
    if (clock != NULL) now = *clock;
    tw_clock first = now;
    tw_clock_set_step(&first, 1);
    return tw_schedule_value(setting->schedule, &now, own_value(setting, &first, before, count));
}

void tw_setting_values(const tw_setting *const *settings, int first, int last,
                       const tw_clock *clock, double *values) {
    for (int i = first; i <= last; i++) {
        values[i] = value_of(settings[i], clock, values + first, i - first);
    }
}

// ---- names

static const char *parameter_name(const tw_method *method, int hyper) {
    const tw_method_hyper *at = &method->hypers[hyper];
    const tw_rule *rule = method->rules[at->rule];
    return rule->symbols[rule->parameters[at->parameter].symbol].name;
}

static void full_name(const tw_method *method, int hyper, char name[TW_METHOD_NAME_BYTES]) {
    snprintf(name, TW_METHOD_NAME_BYTES, "%s.%s", method->rule_names[method->hypers[hyper].rule],
             parameter_name(method, hyper));
}

// How many hyperparameters a name means; `*found` is the last of them.
static int count_matches(const tw_method *method, const char *name, int *found) {
    int count = 0;
    for (int i = 0; i < method->hyper_count; i++) {
        char full[TW_METHOD_NAME_BYTES];
        full_name(method, i, full);
        if (strcmp(name, parameter_name(method, i)) != 0 && strcmp(name, full) != 0) continue;
        *found = i;
        count++;
    }
    return count;
}

void tw_method_hyper_name(const tw_method *method, int hyper, char name[TW_METHOD_NAME_BYTES]) {
    int found = 0;
    snprintf(name, TW_METHOD_NAME_BYTES, "%s", parameter_name(method, hyper));
    if (count_matches(method, name, &found) > 1) full_name(method, hyper, name);
}

tw_status tw_method_find_hyper(const tw_method *method, const char *name, int *hyper) {
    const char *names[TW_METHOD_HYPERS_MAX];
    *hyper = -1;
    int count = count_matches(method, name, hyper);
    if (count == 1) return TW_OK;
    if (count > 1) {
        char full[TW_METHOD_NAME_BYTES];
        full_name(method, *hyper, full);
        return tw_fail(method->context, TW_BAD_ARGUMENT,
                       "method: several rules have a '%s'; say which, as in %s", name, full);
    }
    for (int i = 0; i < method->hyper_count; i++) names[i] = parameter_name(method, i);
    const char *near = tw_nearest_name(name, names, (size_t)method->hyper_count);
    if (near != NULL) {
        return tw_fail(method->context, TW_NOT_FOUND,
                       "method: '%s' has no hyperparameter '%s'; did you mean %s?", method->text,
                       name, near);
    }
    tw_text list;
    tw_text_start(&list, method->context);
    for (int i = 0; i < method->hyper_count; i++) {
        tw_text_add(&list, "%s%s", i == 0 ? "" : ", ", names[i]);
    }
    tw_status status =
        tw_fail(method->context, TW_NOT_FOUND, "method: '%s' has no hyperparameter '%s'; it has %s",
                method->text, name, method->hyper_count == 0 ? "none" : list.data);
    tw_text_free(&list);
    return status;
}

// ---- the public calls

int tw_method_hyperparameter_count(const tw_method *method) {
    return method->hyper_count;
}

tw_hyperparameter tw_method_hyperparameter(const tw_method *method, int index) {
    const tw_method_hyper *hyper = &method->hypers[index];
    const tw_rule_parameter *parameter = &method->rules[hyper->rule]->parameters[hyper->parameter];
    return (tw_hyperparameter){
        .rule = method->rule_names[hyper->rule],
        .name = parameter_name(method, index),
        .default_value = hyper->default_value,
        .expression = tw_setting_text(&hyper->setting),
        .symbol = parameter->notation,
        .meaning = parameter->meaning,
    };
}

tw_status tw_method_set(tw_method *method, const char *name, const char *value) {
    int hyper;
    tw_status status = tw_method_find_hyper(method, name, &hyper);
    if (status != TW_OK) return status;
    status = tw_setting_parse(method->context, &(tw_source){name, value, strlen(value)}, 0,
                              &(tw_setting_names){0}, &method->hypers[hyper].setting);
    if (status == TW_OK) method->hypers[hyper].given = true;
    return status;
}

tw_status tw_method_set_number(tw_method *method, const char *name, double value) {
    int hyper;
    tw_status status = tw_method_find_hyper(method, name, &hyper);
    if (status != TW_OK) return status;
    tw_setting_number(&method->hypers[hyper].setting, value);
    method->hypers[hyper].given = true;
    return TW_OK;
}

tw_status tw_method_schedule(tw_method *method, const char *name, const tw_schedule *schedule) {
    int hyper;
    tw_status status = tw_method_find_hyper(method, name, &hyper);
    if (status != TW_OK) return status;
    method->hypers[hyper].setting.schedule = schedule;
    return TW_OK;
}

double tw_method_value(const tw_method *method, const char *name, const tw_clock *clock) {
    int hyper = 0;
    const tw_setting *settings[TW_METHOD_HYPERS_MAX];
    double values[TW_METHOD_HYPERS_MAX];
    if (count_matches(method, name, &hyper) != 1) return NAN;
    int first = hyper - method->hypers[hyper].parameter;
    for (int i = first; i <= hyper; i++) settings[i] = &method->hypers[i].setting;
    tw_setting_values(settings, first, hyper, clock, values);
    return values[hyper];
}
