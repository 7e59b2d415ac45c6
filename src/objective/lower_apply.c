// Operations and calls on values: of numbers at once, of others as nodes.
#include "objective/lowering.h"

#include <assert.h>
#include <math.h>

// ---- nodes

static tw_node not_zero(tw_graph *g, tw_node a) {
    return tw_sub(g, tw_constant(g, 1), tw_equal(g, a, tw_constant(g, 0)));
}

static tw_node operation(tw_graph *g, tw_expr_kind kind, const tw_node *in) {
    switch (kind) {
    case TW_EXPR_NEGATE:
        return tw_neg(g, in[0]);
    case TW_EXPR_ADD:
        return tw_add(g, in[0], in[1]);
    case TW_EXPR_SUBTRACT:
        return tw_sub(g, in[0], in[1]);
    case TW_EXPR_MULTIPLY:
        return tw_mul(g, in[0], in[1]);
    case TW_EXPR_DIVIDE:
        return tw_div(g, in[0], in[1]);
    case TW_EXPR_LESS:
        return tw_less(g, in[0], in[1]);
    case TW_EXPR_LESS_EQUAL:
        return tw_less_equal(g, in[0], in[1]);
    case TW_EXPR_GREATER:
        return tw_less(g, in[1], in[0]);
    case TW_EXPR_GREATER_EQUAL:
        return tw_less_equal(g, in[1], in[0]);
    case TW_EXPR_EQUAL:
        return tw_equal(g, in[0], in[1]);
    case TW_EXPR_NOT_EQUAL:
        return tw_sub(g, tw_constant(g, 1), tw_equal(g, in[0], in[1]));
    case TW_EXPR_AND:
        return tw_mul(g, not_zero(g, in[0]), not_zero(g, in[1]));
    default:
        assert(kind == TW_EXPR_OR);
        return tw_maximum(g, not_zero(g, in[0]), not_zero(g, in[1]));
    }
}

typedef tw_node unary_operator(tw_graph *graph, tw_node x);

static unary_operator *const unary_operators[TW_FUNCTION_COUNT] = {
    [TW_FUNCTION_sqrt] = tw_sqrt,       [TW_FUNCTION_cbrt] = tw_cbrt,
    [TW_FUNCTION_exp] = tw_exp,         [TW_FUNCTION_expm1] = tw_expm1,
    [TW_FUNCTION_log] = tw_log,         [TW_FUNCTION_log1p] = tw_log1p,
    [TW_FUNCTION_abs] = tw_abs,         [TW_FUNCTION_sign] = tw_sign,
    [TW_FUNCTION_floor] = tw_floor,     [TW_FUNCTION_ceil] = tw_ceil,
    [TW_FUNCTION_sin] = tw_sin,         [TW_FUNCTION_cos] = tw_cos,
    [TW_FUNCTION_tan] = tw_tan,         [TW_FUNCTION_tanh] = tw_tanh,
    [TW_FUNCTION_atan] = tw_atan,       [TW_FUNCTION_sinh] = tw_sinh,
    [TW_FUNCTION_cosh] = tw_cosh,       [TW_FUNCTION_erf] = tw_erf,
    [TW_FUNCTION_sigmoid] = tw_sigmoid,
};

static tw_node call(tw_graph *g, tw_function function, const tw_node *in) {
    switch (function) {
    case TW_FUNCTION_min:
        return tw_minimum(g, in[0], in[1]);
    case TW_FUNCTION_max:
        return tw_maximum(g, in[0], in[1]);
    case TW_FUNCTION_clip:
        return tw_minimum(g, tw_maximum(g, in[0], in[1]), in[2]);
    case TW_FUNCTION_where:
        return tw_where(g, in[0], in[1], in[2]);
    default:
        assert(unary_operators[function] != NULL);
        return unary_operators[function](g, in[0]);
    }
}

static tw_status apply_to_nodes(tw_lowering *l, const tw_expr_node *node, const tw_lowered *in,
                                tw_frame *frame, tw_lowered *out) {
    tw_node nodes[3];
    for (uint32_t i = 0; i < node->child_count; i++) {
        tw_status status = tw_lowered_to_node(l, &in[i], frame, &nodes[i]);
        if (status != TW_OK) return status;
    }
    tw_node made = node->kind == TW_EXPR_CALL ? call(l->graph, node->function, nodes)
                                              : operation(l->graph, node->kind, nodes);
    *out = tw_lowered_node(frame, made);
    return TW_OK;
}

// ---- numbers

static double of_numbers(const tw_expr_node *node, const double values[3]) {
    if (node->kind == TW_EXPR_CALL) return tw_function_evaluate(node->function, values);
    if (node->kind == TW_EXPR_NEGATE) return -values[0];
    return tw_expr_of_two(node->kind, values[0], values[1]);
}

static tw_status apply_to_numbers(tw_lowering *l, tw_expr_root at, tw_lowered *in, tw_frame *frame,
                                  tw_lowered *out) {
    const tw_expr_node *node = &l->text->tree->nodes[at];
    tw_status status = TW_OK;
    for (uint32_t i = 0; i < node->child_count && status == TW_OK; i++)
        if (in[i].frame != l->root) status = tw_lowered_lift(l, &in[i], frame, at);
    if (status == TW_OK) status = tw_lowered_make(l, frame, at, out);
    for (int64_t k = 0; k < frame->count && status == TW_OK; k++) {
        double values[3] = {0, 0, 0};
        for (uint32_t i = 0; i < node->child_count; i++) values[i] = tw_lowered_at(&in[i], k);
        double value = of_numbers(node, values);
        if (out->numbers == NULL)
            out->number = value;
        else
            out->numbers[k] = value;
    }
    return status;
}

tw_status tw_lower_operation(tw_lowering *l, tw_expr_root at, tw_lowered *in, tw_lowered *out) {
    const tw_expr_node *node = &l->text->tree->nodes[at];
    tw_frame *frame = l->root;
    bool numbers = true;
    for (uint32_t i = 0; i < node->child_count; i++) {
        frame = tw_frame_inner(frame, in[i].frame);
        numbers = numbers && tw_is_number(&in[i]);
    }
    if (numbers) return apply_to_numbers(l, at, in, frame, out);
    return apply_to_nodes(l, node, in, frame, out);
}

// ---- powers

enum { EXPONENT_MAX = 1023 }; // up to which whole powers are products

// base^exponent by squaring, exact for negative bases and differentiable at 0 as often as one likes.
static tw_node whole_power(tw_graph *g, tw_node base, int exponent) {
    tw_node result = TW_NO_NODE;
    for (; exponent > 0; exponent /= 2) {
        if (exponent % 2 == 1) result = result.index < 0 ? base : tw_mul(g, result, base);
        if (exponent > 1) base = tw_square(g, base);
    }
    return result.index < 0 ? tw_constant(g, 1) : result;
}

static bool is_whole(double value) {
    return value == rint(value) && fabs(value) <= EXPONENT_MAX;
}

static tw_node number_power(tw_graph *g, tw_node base, double exponent) {
    if (exponent == 0.5) return tw_sqrt(g, base);
    if (!is_whole(exponent)) return tw_pow(g, base, tw_constant(g, exponent));
    tw_node power = whole_power(g, base, (int)fabs(exponent));
    return exponent < 0 ? tw_reciprocal(g, power) : power;
}

// Exponents that are whole numbers and not below 0, each its own: the factors base^1, base^2, base^4, ...
// where an exponent has that bit. tw_pow's derivatives break at a base of 0 where exponents are 0 and 1.
static tw_status each_whole_power(tw_lowering *l, tw_expr_root at, tw_lowered *in, tw_frame *frame,
                                  tw_lowered *out) {
    tw_graph *g = l->graph;
    tw_node base, factor = TW_NO_NODE, one = tw_constant(g, 1);
    tw_status status = tw_lowered_to_node(l, &in[0], frame, &base);
    int most = 0;
    for (int64_t i = 0; i < in[1].frame->count; i++)
        if ((int)in[1].numbers[i] > most) most = (int)in[1].numbers[i];
    for (int bit = 1; bit <= most && status == TW_OK; bit *= 2) {
        tw_lowered has;
        tw_node mask;
        status = tw_lowered_make(l, in[1].frame, at, &has);
        if (status != TW_OK) return status;
        for (int64_t i = 0; i < in[1].frame->count; i++)
            has.numbers[i] = ((int)in[1].numbers[i] & bit) != 0;
        status = tw_lowered_to_node(l, &has, frame, &mask);
        tw_lowered_free(&has);
        tw_node here = tw_where(g, mask, base, one);
        factor = factor.index < 0 ? here : tw_mul(g, factor, here);
        if (2 * bit <= most) base = tw_square(g, base);
    }
    *out = factor.index < 0 ? tw_lowered_number(l, 1) : tw_lowered_node(frame, factor);
    return status;
}

static bool all_whole(const tw_lowered *exponent) {
    for (int64_t i = 0; i < exponent->frame->count; i++)
        if (!is_whole(exponent->numbers[i]) || exponent->numbers[i] < 0) return false;
    return true;
}

tw_status tw_lower_power(tw_lowering *l, tw_expr_root at, tw_lowered *in, tw_lowered *out) {
    tw_frame *frame = tw_frame_inner(in[0].frame, in[1].frame);
    if (tw_is_number(&in[0]) && tw_is_number(&in[1]))
        return apply_to_numbers(l, at, in, frame, out);
    if (tw_is_number(&in[1]) && in[1].numbers == NULL) {
        *out = tw_lowered_node(frame, number_power(l->graph, in[0].node, in[1].number));
        return TW_OK;
    }
    if (tw_is_number(&in[1]) && all_whole(&in[1])) return each_whole_power(l, at, in, frame, out);
    tw_node base, exponent;
    tw_status status = tw_lowered_to_node(l, &in[0], frame, &base);
    if (status == TW_OK) status = tw_lowered_to_node(l, &in[1], frame, &exponent);
    if (status == TW_OK) *out = tw_lowered_node(frame, tw_pow(l->graph, base, exponent));
    return status;
}
