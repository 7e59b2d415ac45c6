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

static void add_default(tw_text *text, const tw_method *method, int hyper) {
    const tw_method_hyper *at = &method->hypers[hyper];
    const tw_rule *rule = method->rules[at->rule];
    tw_text_add(text, "(default ");
    tw_expr_format(rule->tree, rule->parameters[at->parameter].value, text);
    tw_text_add(text, ")");
}

static void add_parameters(tw_method *method, int rule_index) {
    tw_text *text = &method->shown;
    for (int i = 0; i < method->hyper_count; i++) {
        if (method->hypers[i].rule != rule_index) continue;
        tw_hyperparameter hyper = tw_method_hyperparameter(method, i);
        bool has_words = *hyper.symbol != '\0' || *hyper.meaning != '\0';
        bool given = method->hypers[i].given;
        tw_text_add(text, has_words || given ? "  param %-12s = %-10s # " : "  param %-12s = %s",
                    hyper.name, hyper.expression);
        if (*hyper.symbol != '\0') tw_text_add(text, "%s: ", hyper.symbol);
        tw_text_add(text, "%s", hyper.meaning);
        if (has_words && given) tw_text_add(text, " ");
        if (given) add_default(text, method, i);
        tw_text_add(text, "\n");
    }
}

static void add_states(tw_text *text, const tw_rule *rule) {
    for (int i = 0; i < rule->state_count; i++) {
        tw_text_add(text, rule->states[i].wide ? "  state double %s = " : "  state %s = ",
                    symbol_name(rule, rule->states[i].symbol));
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

// An equation, or a line of an `if`, indented by how many of them are open.
static void add_statement(tw_text *text, const tw_rule *rule, const tw_rule_statement *statement,
                          int *open) {
    *open -= statement->kind == TW_RULE_ELSE || statement->kind == TW_RULE_END;
    for (int i = 0; i <= *open; i++) tw_text_add(text, "  ");
    switch (statement->kind) {
    case TW_RULE_ASSIGNMENT:
        tw_text_add(text, "%s = ", symbol_name(rule, statement->symbol));
        tw_expr_format(rule->tree, statement->value, text);
        break;
    case TW_RULE_IF:
        tw_text_add(text, "if ");
        tw_expr_format(rule->tree, statement->value, text);
        break;
    case TW_RULE_ELSE:
        tw_text_add(text, "else");
        break;
    case TW_RULE_END:
        tw_text_add(text, "end");
        break;
    }
    *open += statement->kind == TW_RULE_IF || statement->kind == TW_RULE_ELSE;
    tw_text_add(text, "\n");
}

static void show_rule(tw_method *method, int rule_index) {
    tw_text *text = &method->shown;
    const tw_rule *rule = method->rules[rule_index];
    int open = 0;
    add_origin(text, rule);
    tw_text_add(text, "%s %s\n", rule->link ? "link" : "rule", rule->name);
    add_parameters(method, rule_index);
    add_states(text, rule);
    if (rule->look != TW_EXPR_NONE) add_line(text, rule, "look ", rule->look);
    for (int i = 0; i < rule->statement_count; i++) {
        add_statement(text, rule, &rule->statements[i], &open);
    }
    if (rule->eval != TW_EXPR_NONE) add_line(text, rule, "eval = ", rule->eval);
}

static void show_text(tw_method *method, int first, int count) {
    for (int i = first; i < first + count; i++) {
        if (i > first) tw_text_add(&method->shown, "\n");
        show_rule(method, i);
    }
}

// ---- LaTeX

static void add_formula(tw_text *text, const tw_rule *rule, const tw_rule_statement *statement,
                        int *open) {
    *open -= statement->kind == TW_RULE_ELSE || statement->kind == TW_RULE_END;
    tw_text_add(text, statement->kind == TW_RULE_ASSIGNMENT ? "  " : "  & ");
    for (int i = 0; i < *open; i++) tw_text_add(text, "\\quad ");
    const char *name = symbol_name(rule, statement->symbol);
    switch (statement->kind) {
    case TW_RULE_ASSIGNMENT:
        tw_latex_name(name, strlen(name), text);
        tw_text_add(text, " &\\leftarrow ");
        tw_expr_format_latex(rule->tree, statement->value, text);
        break;
    case TW_RULE_IF:
        tw_text_add(text, "\\textbf{if } ");
        tw_expr_format_latex(rule->tree, statement->value, text);
        break;
    case TW_RULE_ELSE:
        tw_text_add(text, "\\textbf{else}");
        break;
    case TW_RULE_END:
        tw_text_add(text, "\\textbf{end}");
        break;
    }
    *open += statement->kind == TW_RULE_IF || statement->kind == TW_RULE_ELSE;
    tw_text_add(text, " \\\\\n");
}

static void show_latex(tw_method *method, int first, int count) {
    tw_text *text = &method->shown;
    tw_text_add(text, "\\begin{align*}\n");
    for (int r = first; r < first + count; r++) {
        const tw_rule *rule = method->rules[r];
        if (rule->look != TW_EXPR_NONE) {
            tw_text_add(text, "  g &\\leftarrow \\nabla f\\left(");
            tw_expr_format_latex(rule->tree, rule->look, text);
            tw_text_add(text, "\\right) \\\\\n");
        }
        int open = 0;
        for (int i = 0; i < rule->statement_count; i++) {
            add_formula(text, rule, &rule->statements[i], &open);
        }
    }
    tw_text_add(text, "\\end{align*}\n");
}

// ---- plan

// Bytes of an element of all arrays that a pass reads and those that it writes.
static int64_t bytes_touched(const tw_tile_program *program, const tw_dtype *dtypes) {
    int64_t bytes = 0;
    for (int i = 0; i < TW_RULE_ARRAY_COUNT; i++) {
        int times = tw_tile_reads(program, i) + tw_tile_writes(program, i);
        bytes += times * (int64_t)tw_dtype_size(dtypes[i]);
    }
    return bytes;
}

static int64_t bytes_of_variant(const tw_rule_program *program, int variant,
                                const tw_dtype *dtypes) {
    int64_t bytes = bytes_touched(program->update[variant], dtypes);
    for (int i = 0; i < program->stage_count; i++) {
        bytes += bytes_touched(program->passes[i].program[variant], dtypes);
    }
    return bytes;
}

static void add_pass(tw_text *text, const tw_tile_program *program) {
    tw_text_add(text, ": %d arrays read, %d written\n", tw_tile_arrays_read(program),
                tw_tile_arrays_written(program));
    tw_tile_format(program, text);
}

// "update where t < warm", "update where not t < warm".
static void add_program(tw_method *method, const char *title, const tw_rule_program *program) {
    tw_text *text = &method->shown;
    for (int variant = 0; variant < tw_rule_program_variants(program); variant++) {
        for (int i = 0; i < program->stage_count; i++) {
            tw_text_add(text, "reductions");
            add_pass(text, program->passes[i].program[variant]);
        }
        tw_text_add(text, "%s", title);
        for (int k = 0; k < program->branch_count; k++) {
            tw_text_add(text, k == 0 ? " where " : ", and ");
            if ((variant >> k & 1) == 0) tw_text_add(text, "not ");
            tw_rule_value_format(text, method, program, program->branch[k]);
        }
        add_pass(text, program->update[variant]);
    }
}

static void show_plan(tw_method *method) {
    tw_text *text = &method->shown;
    tw_text_add(text, "arrays: 0 theta, 1 g");
    for (int i = 0; i < method->state_count; i++) {
        tw_text_add(text, ", %d %s%s", TW_RULE_ARRAY_STATE + i, method->states[i].name,
                    method->states[i].wide ? " in f64" : "");
    }
    tw_text_add(text, "\nscalars a step: %d, in double\n", method->update->slot_count);
    if (method->wide) tw_text_add(text, "computed in f64\n");
    if (method->look != NULL) add_program(method, "look-ahead point", method->look);
    add_program(method, "update", method->update);
    if (method->eval != NULL) add_program(method, "weights to evaluate with", method->eval);
    tw_text_add(text, "bytes a parameter: %d in f32, %d in f64\n",
                (int)tw_method_bytes(method, TW_F32), (int)tw_method_bytes(method, TW_F64));
}

// ---- the public calls

int tw_method_heaviest_variant(const tw_method *method, tw_dtype dtype) {
    tw_dtype dtypes[TW_RULE_ARRAY_COUNT];
    int heaviest = 0;
    tw_method_dtypes(method, dtype, dtypes);
    for (int i = 1; i < tw_rule_program_variants(method->update); i++) {
        if (bytes_of_variant(method->update, i, dtypes) >
            bytes_of_variant(method->update, heaviest, dtypes)) {
            heaviest = i;
        }
    }
    return heaviest;
}

int64_t tw_method_bytes(const tw_method *method, tw_dtype dtype) {
    tw_dtype dtypes[TW_RULE_ARRAY_COUNT];
    tw_method_dtypes(method, dtype, dtypes);
    return bytes_of_variant(method->update, tw_method_heaviest_variant(method, dtype), dtypes);
}

static const char *shown(const tw_method *method) {
    return method->shown.status == TW_OK ? method->shown.data : NULL;
}

const char *tw_method_show_rules(tw_method *method, int first, int count, tw_method_form form) {
    if (first < 0 || count < 1 || first > method->rule_count - count) {
        tw_fail(method->context, TW_BAD_ARGUMENT,
                "method %s: %d rules from number %d on; it has %d, the first is number 0",
                method->text, count, first, method->rule_count);
        return NULL;
    }
    tw_text_clear(&method->shown);
    switch (form) {
    case TW_METHOD_TEXT:
        show_text(method, first, count);
        break;
    case TW_METHOD_LATEX:
        show_latex(method, first, count);
        break;
    case TW_METHOD_PLAN:
        tw_fail(method->context, TW_BAD_ARGUMENT,
                "method %s: only the whole chain has a plan; tw_method_show gives it",
                method->text);
        return NULL;
    }
    return shown(method);
}

const char *tw_method_show(tw_method *method, tw_method_form form) {
    if (form != TW_METHOD_PLAN) return tw_method_show_rules(method, 0, method->rule_count, form);
    tw_text_clear(&method->shown);
    show_plan(method);
    return shown(method);
}
