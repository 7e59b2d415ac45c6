// The text of a method to its rules.
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "rules/library.h"
#include "rules/method_parts.h"
#include "rules/rule_files.h"

typedef struct reader {
    tw_method *method;
    tw_rule_files *files;
    tw_source source;
    size_t at;
} reader;

static void skip_blanks(reader *r) {
    while (r->at < r->source.length && tw_is_blank(r->source.text[r->at])) r->at++;
}

static bool at_sign(const reader *r, char sign) {
    return r->at < r->source.length && r->source.text[r->at] == sign;
}

static tw_status fail_at(const reader *r, size_t offset, const char *hint, const char *what) {
    return tw_source_fail(r->method->context, &r->source, offset, hint, "%s", what);
}

// ---- one rule

static tw_status parse_file(const reader *r, const char *path, tw_rule **rule) {
    tw_context *context = r->method->context;
    const char *text = NULL;
    tw_status status = tw_rule_files_read(context, r->files, path, &text);
    if (status != TW_OK) return status;
    return tw_rule_parse(context, &(tw_source){path, text, strlen(text)}, rule);
}

static tw_status fail_unknown_rule(const reader *r, size_t offset, const char *name) {
    const char *names[TW_RULE_LIBRARY_MAX];
    char hint[2 * TW_EXPR_NAME_BYTES_MAX];
    int count = tw_rule_count();
    for (int i = 0; i < count; i++) names[i] = tw_rule_name(i);
    const char *near = tw_nearest_name(name, names, (size_t)count);
    if (near != NULL)
        snprintf(hint, sizeof hint, "did you mean %.60s?", near);
    else
        snprintf(hint, sizeof hint, "%s",
                 strstr(name, " for ") != NULL
                     ? "phases, \"METHOD for N; METHOD\", are for `thalweg train` only"
                     : "`thalweg rules` lists them (lbfgs and other solvers are not rules); the "
                       "name of a file ends in .rule or contains a /");
    return tw_source_fail(r->method->context, &r->source, offset, hint, "unknown rule '%.100s'",
                          name);
}

// Where a path or name ends: ".rule" ends a path, else ':' or '|' does.
static size_t name_end(const reader *r) {
    static const char ending[] = ".rule";
    size_t end = r->at;
    for (; end < r->source.length; end++) {
        char c = r->source.text[end];
        if (c == '|' || c == ':') break;
        size_t left = r->source.length - end;
        if (left < sizeof ending - 1 || memcmp(r->source.text + end, ending, 5) != 0) continue;
        char next = left == 5 ? '|' : r->source.text[end + 5];
        if (next == '|' || next == ':' || tw_is_blank(next)) return end + 5;
    }
    while (end > r->at && tw_is_blank(r->source.text[end - 1])) end--;
    return end;
}

static tw_status parse_rule(reader *r, tw_rule **rule) {
    size_t first = r->at, end = name_end(r);
    *rule = NULL;
    if (end == first) return fail_at(r, first, "as in adam:lr=1e-3", "expected a rule here");
    char *name = tw_copy_text(r->method->context, r->source.text + first, end - first);
    if (name == NULL) return TW_NO_MEMORY;
    r->at = end;
    tw_status status = TW_OK;
    size_t length = end - first;
    bool path =
        strchr(name, '/') != NULL || (length > 5 && strcmp(name + length - 5, ".rule") == 0);
    const char *text = path ? NULL : tw_rule_text(name);
    if (path) {
        status = parse_file(r, name, rule);
    } else if (text == NULL) {
        status = fail_unknown_rule(r, first, name);
    } else {
        status = tw_rule_parse(r->method->context, &(tw_source){name, text, strlen(text)}, rule);
    }
    tw_release(name);
    return status;
}

// "adam", or "adam(2)" if the chain has one already.
static void name_rule(tw_method *method, const tw_rule *rule) {
    int same = 1;
    for (int i = 0; i < method->rule_count; i++) {
        same += strcmp(method->rules[i]->name, rule->name) == 0;
    }
    char *name = method->rule_names[method->rule_count];
    snprintf(name, sizeof method->rule_names[0], same == 1 ? "%s" : "%s(%d)", rule->name, same);
}

// The defaults of a rule's hyperparameters, at step 1.
static void set_default_values(tw_method *method, const tw_rule *rule, int first) {
    double numbers[TW_RULE_SYMBOLS_MAX] = {0};
    tw_setting_clock(NULL, numbers + TW_RULE_STEP);
    for (int i = 0; i < rule->parameter_count; i++) {
        const tw_rule_parameter *parameter = &rule->parameters[i];
        double value = tw_expr_evaluate(rule->tree, parameter->value, numbers);
        method->hypers[first + i].default_value = numbers[parameter->symbol] = value;
    }
}

static tw_setting_names names_before(const tw_rule *rule, int parameter) {
    tw_setting_names names = {.count = TW_RULE_CLOCK_NAMES};
    memcpy(names.name, tw_rule_clock_names, sizeof tw_rule_clock_names);
    for (int i = 0; i < parameter; i++) {
        names.name[names.count++] = rule->symbols[rule->parameters[i].symbol].name;
    }
    return names;
}

// A default's value: a number, or its text read again as an expression.
static tw_status add_hyper(tw_method *method, int rule_index, int parameter_index) {
    const tw_rule *rule = method->rules[rule_index];
    const tw_rule_parameter *parameter = &rule->parameters[parameter_index];
    tw_method_hyper *hyper = &method->hypers[method->hyper_count];
    hyper->rule = rule_index;
    hyper->parameter = parameter_index;
    method->hyper_count++;
    if (rule->tree->nodes[parameter->value].kind == TW_EXPR_NUMBER) {
        tw_setting_number(&hyper->setting, hyper->default_value);
        return TW_OK;
    }
    tw_text text;
    tw_text_start(&text, method->context);
    tw_expr_format(rule->tree, parameter->value, &text);
    tw_status status = text.status;
    if (status == TW_OK) {
        tw_source source = {rule->name, text.data, text.length};
        tw_setting_names names = names_before(rule, parameter_index);
        status = tw_setting_parse(method->context, &source, 0, &names, &hyper->setting);
    }
    tw_text_free(&text);
    return status;
}

static tw_method_state name_state(const char *rule_name, const tw_rule *rule, int rule_index,
                                  int state_index) {
    tw_method_state state = {.rule = rule_index, .state = state_index};
    state.wide = rule->states[state_index].wide;
    snprintf(state.name, sizeof state.name, "%s.%s", rule_name,
             rule->symbols[rule->states[state_index].symbol].name);
    return state;
}

// Takes `rule`, also on failure.
static tw_status add_rule(reader *r, tw_rule *rule, size_t offset) {
    tw_method *method = r->method;
    const char *what = NULL;
    int most = 0;
    if (method->rule_count == TW_METHOD_RULES_MAX) {
        what = "rules", most = TW_METHOD_RULES_MAX;
    } else if (method->hyper_count + rule->parameter_count > TW_METHOD_HYPERS_MAX) {
        what = "hyperparameters", most = TW_METHOD_HYPERS_MAX;
    } else if (method->state_count + rule->state_count > TW_RULE_CHAIN_STATES_MAX) {
        what = "states", most = TW_RULE_CHAIN_STATES_MAX;
    }
    if (what != NULL) {
        tw_rule_free(rule);
        return tw_source_fail(method->context, &r->source, offset, NULL,
                              "more than %d %s in a chain", most, what);
    }
    name_rule(method, rule);
    int index = method->rule_count++;
    method->rules[index] = rule;
    for (int i = 0; i < rule->state_count; i++) {
        method->states[method->state_count++] =
            name_state(method->rule_names[index], rule, index, i);
        method->wide = method->wide || rule->states[i].wide;
    }
    tw_status status = TW_OK;
    set_default_values(method, rule, method->hyper_count);
    for (int i = 0; i < rule->parameter_count && status == TW_OK; i++) {
        status = add_hyper(method, index, i);
    }
    return status;
}

// ---- its options

static int find_parameter(const tw_method *method, const char *name) {
    int rule = method->rule_count - 1;
    for (int i = 0; i < method->hyper_count; i++) {
        const tw_rule *of = method->rules[rule];
        const tw_method_hyper *hyper = &method->hypers[i];
        if (hyper->rule != rule) continue;
        if (strcmp(of->symbols[of->parameters[hyper->parameter].symbol].name, name) == 0) return i;
    }
    return -1;
}

static tw_status fail_unknown_parameter(const reader *r, size_t offset, const char *name) {
    const tw_rule *rule = r->method->rules[r->method->rule_count - 1];
    const char *names[TW_RULE_PARAMETERS_MAX];
    char hint[2 * TW_EXPR_NAME_BYTES_MAX];
    tw_text list;
    tw_text_start(&list, r->method->context);
    for (int i = 0; i < rule->parameter_count; i++) {
        names[i] = rule->symbols[rule->parameters[i].symbol].name;
        tw_text_add(&list, "%s%s", i == 0 ? "" : ", ", names[i]);
    }
    const char *near = tw_nearest_name(name, names, (size_t)rule->parameter_count);
    snprintf(hint, sizeof hint, "did you mean %s?", near == NULL ? "" : near);
    tw_status status =
        tw_source_fail(r->method->context, &r->source, offset, near == NULL ? NULL : hint,
                       "'%s' has no hyperparameter '%s'; it has %s", rule->name, name,
                       rule->parameter_count == 0 ? "none" : list.data);
    tw_text_free(&list);
    return status;
}

// The value from where the reader stands up to ',' or '|' outside parentheses.
static tw_status parse_value(reader *r, int hyper) {
    size_t first = r->at;
    int open = 0;
    for (; r->at < r->source.length; r->at++) {
        char c = r->source.text[r->at];
        if (open == 0 && (c == ',' || c == '|')) break;
        open += (c == '(') - (c == ')');
    }
    size_t end = r->at;
    while (end > first && tw_is_blank(r->source.text[end - 1])) end--;
    if (end == first) return fail_at(r, first, NULL, "expected a value here");
    tw_source source = {r->source.name, r->source.text, end};
    r->method->hypers[hyper].given = true;
    return tw_setting_parse(r->method->context, &source, first, &(tw_setting_names){0},
                            &r->method->hypers[hyper].setting);
}

static tw_status parse_option(reader *r) {
    tw_method *method = r->method;
    char name[TW_EXPR_NAME_BYTES_MAX + 1];
    skip_blanks(r);
    size_t first = r->at;
    while (r->at < r->source.length && strchr("=,|:", r->source.text[r->at]) == NULL) r->at++;
    size_t end = r->at;
    while (end > first && tw_is_blank(r->source.text[end - 1])) end--;
    if (end == first || end - first >= sizeof name) {
        return fail_at(r, first, "as in lr=1e-3", "expected NAME=VALUE here");
    }
    if (!at_sign(r, '=')) return fail_at(r, first, "as in lr=1e-3", "expected NAME=VALUE here");
    snprintf(name, sizeof name, "%.*s", (int)(end - first), r->source.text + first);
    int hyper = find_parameter(method, name);
    if (hyper < 0) return fail_unknown_parameter(r, first, name);
    if (method->hypers[hyper].given)
        return fail_at(r, first, NULL, "this hyperparameter is given twice");
    r->at++;
    skip_blanks(r);
    return parse_value(r, hyper);
}

static tw_status parse_link(reader *r) {
    tw_rule *rule;
    skip_blanks(r);
    size_t first = r->at;
    tw_status status = parse_rule(r, &rule);
    if (status == TW_OK) status = add_rule(r, rule, first);
    if (status != TW_OK) return status;
    skip_blanks(r);
    if (at_sign(r, ':')) {
        do {
            r->at++;
            status = parse_option(r);
        } while (status == TW_OK && at_sign(r, ','));
    }
    if (status != TW_OK || r->at == r->source.length || at_sign(r, '|')) return status;
    return fail_at(r, r->at, "options follow a colon, rules a |", "expected ':' or '|' here");
}

static tw_status check_chain(const reader *r) {
    const tw_method *method = r->method;
    for (int i = 0; i < method->rule_count; i++) {
        bool last = i == method->rule_count - 1;
        const tw_rule *rule = method->rules[i];
        if (rule->link != last) continue;
        return tw_source_fail(method->context, &r->source, last ? r->source.length : 0,
                              last ? "as in clip_norm:c=1 | adam"
                                   : "only the last of a chain changes theta",
                              last ? "'%s' changes only the gradient; a rule must follow it"
                                   : "'%s' is not a link and cannot stand before another rule",
                              rule->name);
    }
    return TW_OK;
}

static tw_status parse_chain(reader *r) {
    tw_context *context = r->method->context;
    if (r->source.length > TW_METHOD_TEXT_BYTES_MAX) {
        return tw_fail(context, TW_BAD_TEXT, "method: %zu bytes are too long; at most %d",
                       r->source.length, TW_METHOD_TEXT_BYTES_MAX);
    }
    tw_status status = parse_link(r);
    while (status == TW_OK && at_sign(r, '|')) {
        r->at++;
        status = parse_link(r);
    }
    return status == TW_OK ? check_chain(r) : status;
}

tw_status tw_method_parse(tw_context *context, const char *text, tw_method **method) {
    tw_rule_files files = {0};
    tw_status status = tw_method_parse_with(context, text, &files, method);
    tw_rule_files_free(&files);
    return status;
}

tw_status tw_method_parse_with(tw_context *context, const char *text, tw_rule_files *files,
                               tw_method **method) {
    *method = NULL;
    tw_method *made = tw_allocate(context, 1, sizeof *made);
    if (made == NULL) return TW_NO_MEMORY;
    made->context = context;
    tw_text_start(&made->shown, context);
    reader r = {.method = made, .files = files, .source = {"method", text, strlen(text)}};
    tw_status status = parse_chain(&r);
    if (status == TW_OK) {
        made->text = tw_copy_text(context, text, strlen(text));
        if (made->text == NULL) status = TW_NO_MEMORY;
    }
    if (status == TW_OK) status = tw_method_lower(made);
    if (status == TW_OK) {
        *method = made;
    } else {
        tw_method_free(made);
    }
    return status;
}

void tw_method_free(tw_method *method) {
    if (method == NULL) return;
    while (method->bindings != NULL) {
        tw_method_binding *next = method->bindings->next;
        tw_release(method->bindings);
        method->bindings = next;
    }
    for (int i = 0; i < method->hyper_count; i++) tw_setting_free(&method->hypers[i].setting);
    for (int i = 0; i < method->state_count; i++) tw_rule_program_free(method->states[i].start);
    for (int i = 0; i < method->rule_count; i++) tw_rule_free(method->rules[i]);
    tw_rule_program_free(method->update);
    tw_rule_program_free(method->look);
    tw_rule_program_free(method->eval);
    tw_method_free_groups(method);
    tw_text_free(&method->shown);
    tw_release(method->parameters);
    tw_release(method->state_nodes);
    tw_release(method->text);
    tw_release(method);
}

const char *tw_method_text(const tw_method *method) {
    return method->text;
}

int tw_method_rule_count(const tw_method *method) {
    return method->rule_count;
}

const char *tw_method_name(const tw_method *method) {
    return method->rule_names[method->rule_count - 1];
}

bool tw_method_looks_ahead(const tw_method *method) {
    return method->look != NULL;
}

bool tw_method_has_eval(const tw_method *method) {
    return method->eval != NULL;
}

tw_status tw_rule_check(tw_context *context, const char *name, const char *text) {
    tw_rule *rule;
    tw_status status = tw_rule_parse(context, &(tw_source){name, text, strlen(text)}, &rule);
    tw_rule_free(rule);
    return status;
}
