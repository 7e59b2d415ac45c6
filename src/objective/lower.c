// Lowering: the nodes of an expression stand children first, so that one walk with a stack of values
// makes them all; where the body of a sum begins, the walk goes into the frame of its index.
#include "objective/lowering.h"

#include <assert.h>
#include <string.h>

#include "base/fail.h"
#include "base/memory.h"

void tw_lowered_free(tw_lowered *value) {
    if (!value->borrowed) tw_release(value->numbers);
    value->numbers = NULL;
}

tw_status tw_lowering_check(tw_lowering *l) {
    if (l->graph == NULL || tw_graph_check(l->graph) == TW_OK) return TW_OK;
    return tw_fail(l->context, tw_graph_check(l->graph), "objective %s: %s", l->text->name,
                   tw_graph_message(l->graph));
}

// ---- the stack

static tw_status push(tw_lowering *l, tw_lowered *value) {
    tw_status status =
        tw_grow(l->context, (void **)&l->stack, l->height, &l->stack_capacity, sizeof *l->stack);
    if (status == TW_OK)
        l->stack[l->height++] = *value;
    else
        tw_lowered_free(value);
    return status;
}

static tw_lowered pop(tw_lowering *l) {
    assert(l->height > 0);
    return l->stack[--l->height];
}

static tw_status fail_depth(tw_lowering *l, tw_expr_root at) {
    return tw_objective_text_fail(l->text, at, NULL,
                                  "sums and named parts are nested deeper than %d levels",
                                  TW_LOWERING_DEPTH_MAX);
}

// ---- nodes

static tw_status fail_function(tw_lowering *l, tw_expr_root at) {
    tw_function function = l->text->tree->nodes[at].function;
    bool over = function == TW_FUNCTION_sum || function == TW_FUNCTION_max ||
                function == TW_FUNCTION_mean || function == TW_FUNCTION_norm;
    const char *name = tw_function_name(function);
    if (tw_expr_is_random(&l->text->tree->nodes[at]))
        return tw_objective_text_fail(l->text, at, NULL,
                                      "%s() is drawn anew each time; a function to be minimised "
                                      "depends on its variables alone",
                                      name);
    const char *hint = function == TW_FUNCTION_max ? "max(a, b) takes two"
                       : over                      ? "as in sum(i, 1, n, x[i]^2)"
                                                   : NULL;
    return tw_objective_text_fail(l->text, at, hint, "%s of arrays has no meaning here", name);
}

static tw_status lower_node(tw_lowering *l, tw_expr_root at, tw_lowered *in, tw_lowered *out) {
    const tw_expr_node *node = &l->text->tree->nodes[at];
    switch (node->kind) {
    case TW_EXPR_NUMBER:
        *out = tw_lowered_number(l, node->number);
        return TW_OK;
    case TW_EXPR_NAME:
        return tw_lower_name(l, at, out);
    case TW_EXPR_ELEMENT:
        return tw_lower_element(l, at, &in[0], out);
    case TW_EXPR_POWER:
        return tw_lower_power(l, at, in, out);
    default:
        if (tw_expr_is_reduction(node) || tw_expr_is_random(node)) return fail_function(l, at);
        return tw_lower_operation(l, at, in, out);
    }
}

static tw_status step(tw_lowering *l, tw_expr_root at) {
    const tw_expr_node *node = &l->text->tree->nodes[at];
    tw_lowered in[3], out = {.node = TW_NO_NODE};
    if (++l->steps > TW_LOWERED_STEPS_MAX)
        return tw_objective_text_fail(l->text, at, NULL,
                                      "named parts within named parts come to more than %d "
                                      "operations",
                                      TW_LOWERED_STEPS_MAX);
    for (uint32_t i = node->child_count; i-- > 0;) in[i] = pop(l);
    tw_status status = lower_node(l, at, in, &out);
    for (uint32_t i = 0; i < node->child_count; i++) tw_lowered_free(&in[i]);
    if (status == TW_OK) status = tw_lowering_check(l);
    if (status == TW_OK) return push(l, &out);
    tw_lowered_free(&out);
    return status;
}

static tw_status walk(tw_lowering *l, tw_expr_root first, tw_expr_root root);

// The sum or product `sum`, whose bounds lie on the stack.
static tw_status walk_sum(tw_lowering *l, tw_expr_root sum) {
    const tw_expr_node *node = &l->text->tree->nodes[sum];
    tw_lowered to = pop(l), from = pop(l), body, out = {.node = TW_NO_NODE};
    tw_frame *frame = NULL, *before = l->frame;
    tw_status status = tw_frame_enter(l, sum, &from, &to, &frame);
    tw_lowered_free(&from);
    tw_lowered_free(&to);
    if (status == TW_OK && frame->count == 0) {
        out = tw_lowered_number(l, node->kind == TW_EXPR_SUM_OVER ? 0 : 1);
        return push(l, &out);
    }
    if (status == TW_OK) {
        l->frame = frame;
        status = walk(l, tw_expr_first(l->text->tree, node->child[2]), node->child[2]);
        l->frame = before;
    }
    if (status != TW_OK) return status;
    body = pop(l);
    status = tw_lower_reduction(l, sum, frame, &body, &out);
    tw_lowered_free(&body);
    if (status == TW_OK) status = tw_lowering_check(l);
    return status == TW_OK ? push(l, &out) : status;
}

// Leaves the value of `root` on the stack.
static tw_status walk(tw_lowering *l, tw_expr_root first, tw_expr_root root) {
    if (l->depth == TW_LOWERING_DEPTH_MAX) return fail_depth(l, root);
    l->depth++;
    tw_status status = TW_OK;
    for (tw_expr_root i = first; i <= root && status == TW_OK; i++) {
        tw_expr_root sum = l->body_of[i];
        if (sum <= root) { // TW_EXPR_NONE is above all
            status = walk_sum(l, sum);
            i = sum;
        } else {
            status = step(l, i);
        }
    }
    l->depth--;
    return status;
}

tw_status tw_lower(tw_lowering *l, tw_expr_root root, tw_lowered *value) {
    *value = tw_lowered_number(l, 0);
    size_t before = l->height;
    tw_status status = walk(l, tw_expr_first(l->text->tree, root), root);
    if (status == TW_OK) *value = pop(l);
    while (l->height > before) {
        tw_lowered rest = pop(l);
        tw_lowered_free(&rest);
    }
    return status;
}

// ---- the whole

static void mark_bodies(tw_lowering *l) {
    const tw_expr_tree *tree = l->text->tree;
    for (uint32_t i = 0; i < tree->node_count; i++) l->body_of[i] = TW_EXPR_NONE;
    for (uint32_t i = 0; i < tree->node_count; i++) {
        const tw_expr_node *node = &tree->nodes[i];
        if (tw_expr_is_over_index(node)) l->body_of[tw_expr_first(tree, node->child[2])] = i;
    }
}

// The numbers of the data, once.
static tw_status read_data(tw_lowering *l) {
    const tw_objective_text *text = l->text;
    for (int i = 0; i < text->item_count; i++) {
        const tw_objective_item *item = &text->items[i];
        if (item->kind != TW_ITEM_DATA) continue;
        l->data[i] = tw_allocate(l->context, (size_t)item->value_count, sizeof(double));
        if (l->data[i] == NULL) return TW_NO_MEMORY;
        for (int k = 0; k < item->value_count; k++) {
            tw_status status = tw_objective_text_number(text, text->values[item->value_first + k],
                                                        "a datum", &l->data[i][k]);
            if (status != TW_OK) return status;
        }
    }
    return TW_OK;
}

tw_status tw_lowering_new(const tw_objective_text *text, tw_graph *graph, tw_node x,
                          tw_lowering **lowering) {
    *lowering = NULL;
    tw_context *context = text->context;
    tw_lowering *l = tw_allocate(context, 1, sizeof *l);
    if (l == NULL) return TW_NO_MEMORY;
    size_t items = (size_t)text->item_count;
    *l = (tw_lowering){.text = text, .context = context, .graph = graph, .x = x, .what = ""};
    l->root = tw_allocate(context, 1, sizeof *l->root);
    l->body_of = tw_allocate(context, text->tree->node_count, sizeof *l->body_of);
    l->parts = tw_allocate(context, items, sizeof *l->parts);
    l->has_part = tw_allocate(context, items, sizeof *l->has_part);
    l->data = tw_allocate(context, items, sizeof *l->data);
    bool whole = l->root && l->body_of && l->parts && l->has_part && l->data;
    tw_status status = whole ? TW_OK : TW_NO_MEMORY;
    if (whole) {
        *l->root = (tw_frame){.count = 1, .length = 1, .shape = TW_SCALAR};
        l->frame = l->root;
        mark_bodies(l);
        status = read_data(l);
    }
    if (status == TW_OK)
        *lowering = l;
    else
        tw_lowering_free(l);
    return status;
}

static void free_frames(tw_lowering *l) {
    for (tw_frame *frame = l->frames, *next; frame != NULL; frame = next) {
        next = frame->next;
        tw_release(frame->map);
        tw_release(frame->index);
        tw_release(frame);
    }
    tw_release(l->root);
}

void tw_lowering_free(tw_lowering *l) {
    if (l == NULL) return;
    for (size_t i = 0; i < l->height; i++) tw_lowered_free(&l->stack[i]);
    for (int i = 0; i < l->text->item_count && l->data != NULL; i++) tw_release(l->data[i]);
    for (size_t i = 0; i < l->table_count && l->tables != NULL; i++)
        tw_release(l->tables[i].elements);
    free_frames(l);
    tw_release(l->tables);
    tw_release(l->stack);
    tw_release(l->body_of);
    tw_release(l->parts);
    tw_release(l->has_part);
    tw_release(l->data);
    tw_release(l);
}

tw_status tw_lower_numbers(tw_lowering *l, tw_expr_root root, int64_t count, double *numbers) {
    tw_frame *frame = tw_allocate(l->context, 1, sizeof *frame);
    if (frame == NULL) return TW_NO_MEMORY;
    *frame = (tw_frame){.parent = l->root,
                        .depth = 1,
                        .count = count,
                        .length = count,
                        .shape = TW_SHAPE(count),
                        .symbol = root,
                        .next = l->frames};
    l->frames = frame;
    frame->index = tw_allocate(l->context, (size_t)count, sizeof(double));
    if (frame->index == NULL) return TW_NO_MEMORY;
    for (int64_t i = 0; i < count; i++) frame->index[i] = (double)(i + 1);
    l->index =
        (tw_lowered){.frame = frame, .node = TW_NO_NODE, .numbers = frame->index, .borrowed = true};
    l->frame = frame;
    tw_lowered value;
    tw_status status = tw_lower(l, root, &value);
    for (int64_t i = 0; i < count && status == TW_OK; i++)
        numbers[i] = tw_lowered_at(&value, value.frame == frame ? i : 0);
    tw_lowered_free(&value);
    l->frame = l->root;
    return status;
}
