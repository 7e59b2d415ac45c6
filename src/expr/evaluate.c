// The value of a scalar expression. The nodes of a root stand in the order in which they can be
// computed, so that a small stack of values is all it takes.
#include "expr/expr.h"

#include <assert.h>
#include <math.h>

// What waits while something deeper is computed: the left side of an operation, or up to two
// arguments of a call, for each level of nesting; and the children of the last node.
enum { STACK_MAX = 2 * TW_EXPR_DEPTH_MAX + 4 };

double tw_expr_of_two(tw_expr_kind kind, double a, double b) {
    switch (kind) {
    case TW_EXPR_ADD:
        return a + b;
    case TW_EXPR_SUBTRACT:
        return a - b;
    case TW_EXPR_MULTIPLY:
        return a * b;
    case TW_EXPR_DIVIDE:
        return a / b;
    case TW_EXPR_POWER:
        return pow(a, b);
    case TW_EXPR_LESS:
        return a < b;
    case TW_EXPR_LESS_EQUAL:
        return a <= b;
    case TW_EXPR_GREATER:
        return a > b;
    case TW_EXPR_GREATER_EQUAL:
        return a >= b;
    case TW_EXPR_EQUAL:
        return a == b;
    case TW_EXPR_NOT_EQUAL:
        return a != b;
    case TW_EXPR_AND:
        return a != 0.0 && b != 0.0;
    default:
        assert(kind == TW_EXPR_OR);
        return a != 0.0 || b != 0.0;
    }
}

// `children`: their values, first child first.
static double value_of(const tw_expr_node *node, const double *children, const double *values) {
    switch (node->kind) {
    case TW_EXPR_NUMBER:
        return node->number;
    case TW_EXPR_NAME:
        assert(node->symbol != TW_EXPR_NONE);
        return values[node->symbol];
    case TW_EXPR_NEGATE:
        return -children[0];
    case TW_EXPR_CALL: {
        double arguments[3] = {0.0, 0.0, 0.0};
        for (uint32_t i = 0; i < node->child_count; i++) arguments[i] = children[i];
        return tw_function_evaluate(node->function, arguments);
    }
    default:
        return tw_expr_of_two(node->kind, children[0], children[1]);
    }
}

double tw_expr_evaluate(const tw_expr_tree *tree, tw_expr_root root, const double *values) {
    assert(tw_expr_is_scalar(tree, root));
    double stack[STACK_MAX];
    uint32_t height = 0;
    for (tw_expr_root i = tw_expr_first(tree, root); i <= root; i++) {
        const tw_expr_node *node = &tree->nodes[i];
        assert(node->child_count <= height && height < STACK_MAX + node->child_count);
        height -= node->child_count;
        stack[height] = value_of(node, stack + height, values);
        height++;
    }
    assert(height == 1);
    return stack[0];
}

bool tw_expr_is_scalar(const tw_expr_tree *tree, tw_expr_root root) {
    for (tw_expr_root i = tw_expr_first(tree, root); i <= root; i++) {
        const tw_expr_node *node = &tree->nodes[i];
        bool is_scalar = node->kind != TW_EXPR_ELEMENT && !tw_expr_is_over_index(node) &&
                         !tw_expr_is_reduction(node) && !tw_expr_is_random(node);
        if (!is_scalar) return false;
    }
    return true;
}
