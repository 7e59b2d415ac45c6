// An objective made of a text. Each kind of evaluation has a plan of its own, made when it is first
// asked for: the value; the value and the gradient; the Hessian times a vector, which is the gradient of
// the gradient's product with the vector.
#include "objective/parsed.h"

#include <math.h>
#include <string.h>

#include "base/fail.h"
#include "base/memory.h"
#include "objective/lowering.h"

typedef struct parsed {
    tw_context *context;
    tw_objective_text *text;
    tw_dtype dtype;
    tw_graph *graph;
    tw_variables *variables;
    tw_node x, vector, value, gradient, product;
    tw_plan *of_value, *of_gradient, *of_product;
    tw_lowered_table *tables;
    size_t table_count;
    char *formula;
    tw_text_facts facts;
    void *unit; // [n], made when a whole Hessian is asked for
} parsed;

static void parsed_free(void *user) {
    parsed *p = user;
    tw_plan_free(p->of_value);
    tw_plan_free(p->of_gradient);
    tw_plan_free(p->of_product);
    tw_graph_free(p->graph);
    tw_variables_free(p->variables);
    for (size_t i = 0; i < p->table_count; i++) tw_release(p->tables[i].elements);
    tw_release(p->tables);
    tw_release(p->formula);
    tw_text_facts_free(&p->facts);
    tw_release(p->unit);
    tw_objective_text_free(p->text);
    tw_release(p);
}

// ---- evaluation

// The plan of some nodes, made and fed with its tables if it is not there yet.
static tw_status have_plan(parsed *p, const tw_node *wanted, int count, tw_plan **plan) {
    if (*plan != NULL) return TW_OK;
    tw_plan_options options = tw_plan_options_default();
    tw_status status = tw_plan_new(p->graph, p->variables, wanted, count, &options, plan);
    for (size_t i = 0; i < p->table_count && status == TW_OK; i++)
        if (tw_plan_reads(*plan, p->tables[i].node))
            status = tw_plan_feed(*plan, p->tables[i].node, p->tables[i].elements);
    return status;
}

static tw_status run_at(parsed *p, tw_plan *plan, const void *x) {
    if (tw_plan_reads(plan, p->x)) tw_plan_feed(plan, p->x, x);
    return tw_plan_run(plan, 1, NULL);
}

static size_t vector_bytes(const parsed *p) {
    return (size_t)p->text->n * tw_dtype_size(p->dtype);
}

static tw_status evaluate(const void *x, double *value, void *gradient, void *user) {
    parsed *p = user;
    tw_node wanted[] = {p->value, p->gradient};
    tw_plan **plan = gradient == NULL ? &p->of_value : &p->of_gradient;
    tw_status status = have_plan(p, wanted, gradient == NULL ? 1 : 2, plan);
    if (status == TW_OK) status = run_at(p, *plan, x);
    if (status != TW_OK) return status;
    *value = tw_plan_scalar(*plan, p->value);
    if (gradient != NULL) memcpy(gradient, tw_plan_value(*plan, p->gradient), vector_bytes(p));
    return TW_OK;
}

static tw_status run_product(parsed *p, const void *x, const void *vector) {
    tw_status status = have_plan(p, &p->product, 1, &p->of_product);
    if (status != TW_OK) return status;
    if (tw_plan_reads(p->of_product, p->vector)) tw_plan_feed(p->of_product, p->vector, vector);
    return run_at(p, p->of_product, x);
}

static tw_status hessian_product(const void *x, const void *vector, void *product, void *user) {
    parsed *p = user;
    tw_status status = run_product(p, x, vector);
    if (status == TW_OK) memcpy(product, tw_plan_value(p->of_product, p->product), vector_bytes(p));
    return status;
}

static void set_unit(parsed *p, int64_t index, double value) {
    if (p->dtype == TW_F32)
        ((float *)p->unit)[index] = (float)value;
    else
        ((double *)p->unit)[index] = value;
}

static void take_row(const parsed *p, double *row) {
    const void *product = tw_plan_value(p->of_product, p->product);
    for (int64_t i = 0; i < p->text->n; i++)
        row[i] =
            p->dtype == TW_F32 ? (double)((const float *)product)[i] : ((const double *)product)[i];
}

// A row for each unit vector; rounding may differ between the halves, the mean has none of that.
static tw_status hessian(const void *x, double *rows, void *user) {
    parsed *p = user;
    int64_t n = p->text->n;
    if (p->unit == NULL) p->unit = tw_allocate(p->context, (size_t)n, tw_dtype_size(p->dtype));
    tw_status status = p->unit == NULL ? TW_NO_MEMORY : TW_OK;
    for (int64_t i = 0; i < n && status == TW_OK; i++) {
        set_unit(p, i, 1);
        status = run_product(p, x, p->unit);
        set_unit(p, i, 0);
        if (status == TW_OK) take_row(p, rows + i * n);
    }
    for (int64_t i = 0; i < n && status == TW_OK; i++)
        for (int64_t j = 0; j < i; j++)
            rows[i * n + j] = rows[j * n + i] = (rows[i * n + j] + rows[j * n + i]) / 2;
    return status;
}

// ---- making

static tw_status lower_formula(parsed *p) {
    tw_lowering *l;
    tw_lowered value;
    tw_status status = tw_lowering_new(p->text, p->graph, p->x, &l);
    if (status != TW_OK) return status;
    status = tw_lower(l, p->text->formula, &value);
    if (status == TW_OK) status = tw_lowered_to_node(l, &value, l->root, &p->value);
    p->tables = l->tables;
    p->table_count = l->table_count;
    l->tables = NULL;
    tw_lowered_free(&value);
    tw_lowering_free(l);
    return status;
}

static tw_status build_graph(parsed *p) {
    tw_status status = tw_graph_new(p->context, p->dtype, &p->graph);
    if (status == TW_OK) status = tw_variables_new(p->context, &p->variables);
    if (status != TW_OK) return status;
    tw_shape shape = TW_SHAPE(p->text->n);
    p->x = tw_input(p->graph, "x", p->dtype, shape);
    status = lower_formula(p);
    if (status != TW_OK) return status;
    p->vector = tw_input(p->graph, "vector", p->dtype, shape);
    tw_gradients(p->graph, p->value, &p->x, 1, &p->gradient);
    tw_node slope = tw_sum_all(p->graph, tw_mul(p->graph, p->gradient, p->vector));
    tw_gradients(p->graph, slope, &p->x, 1, &p->product);
    status = tw_graph_check(p->graph);
    return status == TW_OK ? TW_OK
                           : tw_fail(p->context, status, "objective %s: %s", p->text->name,
                                     tw_graph_message(p->graph));
}

static double number_of(const tw_objective_text *text, const char *name) {
    for (size_t i = 0; i < text->symbol_count; i++)
        if (strcmp(text->symbols[i].name, name) == 0) return text->symbols[i].number;
    return NAN;
}

// "; a = 100": what a name in the formula stands for. Nothing of other statements.
static void write_meaning(const tw_objective_text *text, const tw_objective_item *item,
                          tw_text *words) {
    bool number = item->kind == TW_ITEM_PARAMETER, indexed = item->index[0] != '\0';
    if (!number && item->kind != TW_ITEM_DATA && item->kind != TW_ITEM_PART) return;
    tw_text_add(words, "; %s%s%s%s =", item->name, indexed ? "[" : "", item->index,
                indexed ? "]" : "");
    if (number) {
        tw_text_add(words, " ");
        tw_text_add_number(words, number_of(text, item->name)); // as it was set
    }
    for (int i = 0; i < item->value_count && !number; i++) {
        tw_text_add(words, i > 0 ? ", " : " ");
        tw_expr_format(text->tree, text->values[item->value_first + i], words);
    }
}

// "; variables b, a": in which order names that were given stand for coordinates.
static void write_names(const tw_objective_text *text, tw_text *words) {
    bool first = true;
    for (size_t i = 0; i < text->symbol_count && text->style == TW_STYLE_GIVEN; i++) {
        if (text->symbols[i].meaning != TW_MEANS_COORDINATE) continue;
        tw_text_add(words, "%s %s", first ? "; variables" : ",", text->symbols[i].name);
        first = false;
    }
}

static tw_status write_formula(parsed *p) {
    tw_text text;
    tw_text_start(&text, p->context);
    tw_expr_format(p->text->tree, p->text->formula, &text);
    for (int i = 0; i < p->text->item_count; i++) write_meaning(p->text, &p->text->items[i], &text);
    write_names(p->text, &text);
    p->formula = tw_text_take(&text);
    tw_text_free(&text);
    return p->formula == NULL ? TW_NO_MEMORY : TW_OK;
}

static tw_status build(parsed *p) {
    tw_status status = build_graph(p);
    if (status == TW_OK) status = write_formula(p);
    return status == TW_OK ? tw_text_facts_read(p->text, &p->facts) : status;
}

static void tell(const parsed *p, tw_objective_facts *facts) {
    facts->formula = p->formula;
    facts->start = p->facts.start;
    facts->lower = p->facts.lower;
    facts->upper = p->facts.upper;
    facts->minima = p->facts.minima;
    facts->minimum_count = p->facts.minimum_count;
}

tw_status tw_objective_of_text(tw_objective_text *text, tw_dtype dtype, tw_objective **objective) {
    *objective = NULL;
    tw_context *context = text->context;
    parsed *p = tw_allocate(context, 1, sizeof *p);
    if (p == NULL) {
        tw_objective_text_free(text);
        return TW_NO_MEMORY;
    }
    *p = (parsed){.context = context, .text = text, .dtype = dtype};
    tw_status status = build(p);
    if (status != TW_OK) {
        parsed_free(p);
        return status;
    }
    tw_objective_calls calls = {.evaluate = evaluate,
                                .hessian_product = hessian_product,
                                .hessian = hessian,
                                .free = parsed_free,
                                .user = p};
    status = tw_objective_new(context, text->name, text->n, dtype, &calls, objective);
    if (status == TW_OK) tell(p, &(*objective)->facts);
    return status;
}
