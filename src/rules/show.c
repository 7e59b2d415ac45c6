// A method in words: equations, formulas, and what its passes touch.
#include <string.h>

#include "expr/latex_name.h"
#include "rules/library.h"
#include "rules/method_parts.h"

typedef void format_function(const tw_expr_tree *tree, tw_expr_root root, tw_text *text);

static const char *symbol_name(const tw_rule *rule, uint32_t symbol) {
    return rule->symbols[symbol].name;
}

// ---- text

static void add_line(tw_text *text, const tw_rule *rule, const char *before, tw_expr_root value) {
    tw_text_add(text, "  %s", before);
    tw_expr_format(rule->tree, value, text);
    tw_text_add(text, "\n");
}

static void add_parameters(tw_method *method, int rule_index) {
    tw_text *text = &method->shown;
    for (int i = 0; i < method->hyper_count; i++) {
        if (method->hypers[i].rule != rule_index) continue;
        tw_hyperparameter hyper = tw_method_hyperparameter(method, i);
        char digits[TW_NUMBER_BYTES];
        tw_text_add(text, "  param %-12s = %-10s", hyper.name, hyper.expression);
        tw_format_number(hyper.default_value, digits);
        bool has_words = *hyper.symbol != '\0' || *hyper.meaning != '\0';
        if (has_words) tw_text_add(text, " # ");
        if (*hyper.symbol != '\0') tw_text_add(text, "%s: ", hyper.symbol);
        tw_text_add(text, "%s", hyper.meaning);
        if (strcmp(digits, hyper.expression) != 0) tw_text_add(text, " (default %s)", digits);
        tw_text_add(text, "\n");
    }
}

static void add_states(tw_text *text, const tw_rule *rule) {
    for (int i = 0; i < rule->state_count; i++) {
        tw_text_add(text, "  state %s = ", symbol_name(rule, rule->states[i].symbol));
        if (rule->states[i].first == TW_EXPR_NONE) {
            tw_text_add(text, "0");
        } else {
            tw_expr_format(rule->tree, rule->states[i].first, text);
        }
        tw_text_add(text, "\n");
    }
}

// The comment that the text opens with: name, authors, year, departures.
static void add_origin(tw_text *text, const tw_rule *rule) {
    const char *line = rule->tree->source.text;
    while (*line == '#') {
        size_t length = strcspn(line, "\n");
        tw_text_add_bytes(text, line, length);
        tw_text_add(text, "\n");
        line += length;
        if (*line == '\n') line++;
    }
}

static void show_text(tw_method *method, int rule_index) {
    tw_text *text = &method->shown;
    const tw_rule *rule = method->rules[rule_index];
    if (rule_index > 0) tw_text_add(text, "\n");
    add_origin(text, rule);
    tw_text_add(text, "%s %s\n", rule->link ? "link" : "rule", rule->name);
    add_parameters(method, rule_index);
    add_states(text, rule);
    if (rule->look != TW_EXPR_NONE) add_line(text, rule, "look ", rule->look);
    for (int i = 0; i < rule->statement_count; i++) {
        tw_text_add(text, "  %s = ", symbol_name(rule, rule->statements[i].symbol));
        tw_expr_format(rule->tree, rule->statements[i].value, text);
        tw_text_add(text, "\n");
    }
    if (rule->eval != TW_EXPR_NONE) add_line(text, rule, "eval = ", rule->eval);
}

// ---- LaTeX

static void add_formula(tw_text *text, const tw_rule *rule, const char *name, tw_expr_root value) {
    tw_text_add(text, "  ");
    tw_latex_name(name, strlen(name), text);
    tw_text_add(text, " &\\leftarrow ");
    tw_expr_format_latex(rule->tree, value, text);
    tw_text_add(text, " \\\\\n");
}

static void show_latex(tw_method *method) {
    tw_text *text = &method->shown;
    tw_text_add(text, "\\begin{align*}\n");
    for (int r = 0; r < method->rule_count; r++) {
        const tw_rule *rule = method->rules[r];
        if (rule->look != TW_EXPR_NONE) {
            tw_text_add(text, "  g &\\leftarrow \\nabla f\\left(");
            tw_expr_format_latex(rule->tree, rule->look, text);
            tw_text_add(text, "\\right) \\\\\n");
        }
        for (int i = 0; i < rule->statement_count; i++) {
            add_formula(text, rule, symbol_name(rule, rule->statements[i].symbol),
                        rule->statements[i].value);
        }
    }
    tw_text_add(text, "\\end{align*}\n");
}

// ---- plan

static int touched(const tw_tile_program *program) {
    return tw_tile_arrays_read(program) + tw_tile_arrays_written(program);
}

static int arrays_touched(const tw_rule_program *program) {
    int count = touched(program->update);
    for (int i = 0; i < program->stage_count; i++) count += touched(program->passes[i].program);
    return count;
}

static void add_pass(tw_text *text, const char *title, const tw_tile_program *program) {
    tw_text_add(text, "%s: %d arrays read, %d written\n", title, tw_tile_arrays_read(program),
                tw_tile_arrays_written(program));
    tw_tile_format(program, text);
}

static void add_program(tw_text *text, const char *title, const tw_rule_program *program) {
    for (int i = 0; i < program->stage_count; i++) {
        add_pass(text, "reductions", program->passes[i].program);
    }
    add_pass(text, title, program->update);
}

static void show_plan(tw_method *method) {
    tw_text *text = &method->shown;
    tw_text_add(text, "arrays: 0 theta, 1 g");
    for (int i = 0; i < method->state_count; i++) {
        tw_text_add(text, ", %d %s", TW_RULE_ARRAY_STATE + i, method->states[i].name);
    }
    tw_text_add(text, "\nscalars a step: %d, in double\n", method->update->slot_count);
    if (method->look != NULL) add_program(text, "look-ahead point", method->look);
    add_program(text, "update", method->update);
    if (method->eval != NULL) add_program(text, "weights to evaluate with", method->eval);
    tw_text_add(text, "bytes a parameter: %d in f32, %d in f64\n",
                (int)tw_method_bytes(method, TW_F32), (int)tw_method_bytes(method, TW_F64));
}

// ---- the public calls

int64_t tw_method_bytes(const tw_method *method, tw_dtype dtype) {
    return (int64_t)arrays_touched(method->update) * (int64_t)tw_dtype_size(dtype);
}

const char *tw_method_show(tw_method *method, tw_method_form form) {
    tw_text_clear(&method->shown);
    switch (form) {
    case TW_METHOD_TEXT:
        for (int i = 0; i < method->rule_count; i++) show_text(method, i);
        break;
    case TW_METHOD_LATEX:
        show_latex(method);
        break;
    case TW_METHOD_PLAN:
        show_plan(method);
        break;
    }
    return method->shown.status == TW_OK ? method->shown.data : NULL;
}
