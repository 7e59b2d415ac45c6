// What a text says of its function: start, domain, minima.
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "objective/lowering.h"
#include "objective/parsed.h"

// Numbers `first`, `first` + `step`, ... of an item's list, repeated up to n, or its expression for each
// index.
static tw_status read_vector(tw_lowering *l, const tw_objective_item *item, int first, int step,
                             double *vector) {
    const tw_objective_text *text = l->text;
    const tw_expr_root *values = text->values + item->value_first;
    if (item->index[0] != '\0') return tw_lower_numbers(l, values[0], text->n, vector);
    int count = item->value_count / step;
    for (int64_t i = 0; i < text->n; i++) {
        if (i >= count) {
            vector[i] = vector[i - count];
            continue;
        }
        tw_lowered value;
        tw_status status = tw_lower(l, values[first + (int)i * step], &value);
        tw_lowered_free(&value);
        if (status != TW_OK) return status;
        vector[i] = value.number;
    }
    return TW_OK;
}

static tw_status read_start(tw_lowering *l, tw_text_facts *facts) {
    const tw_objective_item *item = tw_objective_text_item(l->text, TW_ITEM_START);
    if (item == NULL) return TW_OK;
    l->what = "start";
    facts->start = tw_allocate(l->context, (size_t)l->text->n, sizeof(double));
    return facts->start == NULL ? TW_NO_MEMORY : read_vector(l, item, 0, 1, facts->start);
}

static tw_status read_domain(tw_lowering *l, tw_text_facts *facts) {
    const tw_objective_text *text = l->text;
    const tw_objective_item *item = tw_objective_text_item(text, TW_ITEM_DOMAIN);
    if (item == NULL) return TW_OK;
    l->what = "domain";
    facts->lower = tw_allocate(l->context, (size_t)text->n, sizeof(double));
    facts->upper = tw_allocate(l->context, (size_t)text->n, sizeof(double));
    tw_status status = facts->lower == NULL || facts->upper == NULL ? TW_NO_MEMORY : TW_OK;
    if (status == TW_OK) status = read_vector(l, item, 0, 2, facts->lower);
    if (status == TW_OK) status = read_vector(l, item, 1, 2, facts->upper);
    for (int64_t i = 0; i < text->n && status == TW_OK; i++)
        if (!(facts->lower[i] < facts->upper[i]))
            status = tw_source_fail(text->context, &text->tree->source, item->offset, NULL,
                                    "the domain of variable %lld is empty", (long long)i + 1);
    return status;
}

// Whether the minimum is one of this dimension and these parameters.
static tw_status holds(const tw_objective_text *text, const tw_objective_item *item, bool *yes) {
    double value = 1;
    tw_status status = TW_OK;
    if (item->condition != TW_EXPR_NONE)
        status = tw_objective_text_number(text, item->condition, "a condition", &value);
    *yes = value != 0;
    return status;
}

static tw_status read_minimum(tw_lowering *l, const tw_objective_item *item, tw_text_facts *facts) {
    const tw_objective_text *text = l->text;
    bool yes;
    tw_status status = holds(text, item, &yes);
    if (status != TW_OK || !yes) return status;
    tw_known_minimum *minimum = &facts->minima[facts->minimum_count];
    double *place = facts->places + (int64_t)facts->minimum_count * text->n;
    status = tw_objective_text_number(text, item->minimum, "a minimum", &minimum->value);
    if (status == TW_OK && item->has_place) status = read_vector(l, item, 0, 1, place);
    minimum->x = item->has_place ? place : NULL;
    facts->minimum_count++;
    return status;
}

static int by_value(const void *a, const void *b) {
    double left = ((const tw_known_minimum *)a)->value,
           right = ((const tw_known_minimum *)b)->value;
    return (left > right) - (left < right);
}

static tw_status read_minima(tw_lowering *l, tw_text_facts *facts) {
    const tw_objective_text *text = l->text;
    size_t count = 0;
    for (int i = 0; i < text->item_count; i++) count += text->items[i].kind == TW_ITEM_MINIMUM;
    if (count == 0) return TW_OK;
    l->what = "place of a minimum";
    facts->minima = tw_allocate(l->context, count, sizeof *facts->minima);
    facts->places = tw_allocate(l->context, count, (size_t)text->n * sizeof(double));
    tw_status status = facts->minima == NULL || facts->places == NULL ? TW_NO_MEMORY : TW_OK;
    for (int i = 0; i < text->item_count && status == TW_OK; i++)
        if (text->items[i].kind == TW_ITEM_MINIMUM)
            status = read_minimum(l, &text->items[i], facts);
    if (status == TW_OK)
        qsort(facts->minima, (size_t)facts->minimum_count, sizeof *facts->minima, by_value);
    return status;
}

void tw_text_facts_free(tw_text_facts *facts) {
    tw_release(facts->start);
    tw_release(facts->lower);
    tw_release(facts->upper);
    tw_release(facts->minima);
    tw_release(facts->places);
    *facts = (tw_text_facts){0};
}

tw_status tw_text_facts_read(const tw_objective_text *text, tw_text_facts *facts) {
    *facts = (tw_text_facts){0};
    tw_lowering *l;
    tw_status status = tw_lowering_new(text, NULL, TW_NO_NODE, &l);
    if (status != TW_OK) return status;
    status = read_start(l, facts);
    if (status == TW_OK) status = read_domain(l, facts);
    if (status == TW_OK) status = read_minima(l, facts);
    if (status != TW_OK) tw_text_facts_free(facts);
    tw_lowering_free(l);
    return status;
}
