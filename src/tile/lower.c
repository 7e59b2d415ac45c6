// Chooses instructions, from the results backwards: the instruction for a needed value also does as much as it can
// of the work for its operands, those that no other value needs.
#include <assert.h>
#include <string.h>

#include "base/memory.h"
#include "tile/match.h"

// Orders the terms of a sum: first the array that the sum is written to, if either term is a multiple of it, so that a
// moving average is the same program whichever way round it was written; then linear terms before products and
// quotients; scalars last.
static void order_terms(const tw_tile_matcher *m, tw_tile_value v, tw_tile_term *first,
                        tw_tile_term *second) {
    const tw_tile_node node = tw_tile_node_at(m, second->core);
    const bool accumulates = second->kind == TW_TERM_LINEAR && node.operation == TW_TILE_READ &&
                             m->written_to[v] == node.number;
    const bool product_first = first->kind == TW_TERM_PRODUCT && second->kind == TW_TERM_LINEAR;
    const bool scalar_first = first->kind == TW_TERM_SCALAR;
    const bool quotient_first = first->kind == TW_TERM_QUOTIENT && second->kind == TW_TERM_LINEAR;
    if (!accumulates && !product_first && !scalar_first && !quotient_first) return;
    const tw_tile_term kept = *first;
    *first = *second;
    *second = kept;
}

static void lower_division(tw_tile_matcher *m, tw_tile_value v, tw_tile_term q) {
    tw_tile_root root;
    if (tw_tile_node_at(m, q.x).scalar) {
        const tw_tile_term below = tw_tile_linear_of(m, q.y);
        const tw_tile_value s =
            tw_tile_scalar_divide(m, tw_tile_scalar_times(m, q.scale, q.x), below.scale);
        tw_tile_emit(m, TW_CODE_over, v, (tw_tile_value[4]){below.core}, (tw_tile_value[4]){s});
        return;
    }
    const tw_tile_term above = tw_tile_linear_of(m, q.x);
    const tw_tile_value s = tw_tile_scalar_times(m, q.scale, above.scale);
    if (tw_tile_root_of(m, q.y, false, &root)) {
        tw_tile_emit(m, TW_CODE_over_root, v, (tw_tile_value[4]){above.core, root.x},
                     (tw_tile_value[4]){s, root.offset, root.scale});
        return;
    }
    const tw_tile_term below = tw_tile_linear_of(m, q.y);
    const tw_tile_value ratio = tw_tile_scalar_divide(m, s, below.scale);
    const tw_tile_code code = tw_tile_is_one(m, ratio) ? TW_CODE_divide : TW_CODE_quotient;
    tw_tile_emit(m, code, v, (tw_tile_value[4]){above.core, below.core}, (tw_tile_value[4]){ratio});
}

// x*d + scale*(above/below).
static void lower_sum_quotient(tw_tile_matcher *m, tw_tile_value v, tw_tile_term x,
                               tw_tile_term q) {
    const tw_tile_term above = tw_tile_linear_of(m, q.x);
    const tw_tile_value s = tw_tile_scalar_times(m, q.scale, above.scale);
    tw_tile_root root;
    if (tw_tile_root_of(m, q.y, false, &root)) {
        tw_tile_emit(m, TW_CODE_add_over_root, v, (tw_tile_value[4]){x.core, above.core, root.x},
                     (tw_tile_value[4]){s, root.offset, root.scale, x.scale});
    } else if (tw_tile_root_of(m, q.y, true, &root)) {
        tw_tile_emit(m, TW_CODE_add_over_root_of_affine, v,
                     (tw_tile_value[4]){x.core, above.core, root.x},
                     (tw_tile_value[4]){s, root.offset, root.scale, x.scale});
    } else {
        const tw_tile_term below = tw_tile_linear_of(m, q.y);
        tw_tile_emit(m, TW_CODE_quotient_add, v, (tw_tile_value[4]){x.core, above.core, below.core},
                     (tw_tile_value[4]){x.scale, tw_tile_scalar_divide(m, s, below.scale)});
    }
}

// (a*x + b*y) + c*z, where no other value needs the inner sum.
static bool lower_three(tw_tile_matcher *m, tw_tile_value v, tw_tile_term sum, tw_tile_term z) {
    tw_tile_term x, y;
    if (!tw_tile_is_one(m, sum.scale) || !tw_tile_sum_of(m, sum.core, &x, &y)) return false;
    if (x.kind != TW_TERM_LINEAR || y.kind != TW_TERM_LINEAR) return false;
    tw_tile_emit(m, TW_CODE_combine3, v, (tw_tile_value[4]){x.core, y.core, z.core},
                 (tw_tile_value[4]){x.scale, y.scale, z.scale});
    return true;
}

static void lower_sum_linear(tw_tile_matcher *m, tw_tile_value v, tw_tile_term x, tw_tile_term y) {
    if (lower_three(m, v, x, y) || lower_three(m, v, y, x)) return;
    const tw_tile_value in[4] = {x.core, y.core};
    if (tw_tile_is_one(m, x.scale) && tw_tile_is_one(m, y.scale))
        tw_tile_emit(m, TW_CODE_add, v, in, (tw_tile_value[4]){0});
    else if (tw_tile_is_one(m, x.scale) && tw_tile_is_constant(m, y.scale, -1))
        tw_tile_emit(m, TW_CODE_subtract, v, in, (tw_tile_value[4]){0});
    else
        tw_tile_emit(m, TW_CODE_combine, v, in, (tw_tile_value[4]){x.scale, y.scale});
}

static void lower_sum_scalar(tw_tile_matcher *m, tw_tile_value v, tw_tile_term x, tw_tile_value b) {
    const tw_tile_node node = tw_tile_node_at(m, x.core);
    if (x.kind == TW_TERM_PRODUCT) {
        tw_tile_emit(m, TW_CODE_product_affine, v, (tw_tile_value[4]){x.x, x.y},
                     (tw_tile_value[4]){x.scale, b});
    } else if (node.operation == TW_TILE_SQUARE_ROOT && tw_tile_is_one(m, x.scale) &&
               tw_tile_single(m, x.core)) {
        const tw_tile_term inside = tw_tile_linear_of(m, node.in[0]);
        tw_tile_emit(m, TW_CODE_root, v, (tw_tile_value[4]){inside.core},
                     (tw_tile_value[4]){inside.scale, b});
    } else {
        x = tw_tile_as_linear(x);
        tw_tile_emit(m, TW_CODE_affine, v, (tw_tile_value[4]){x.core},
                     (tw_tile_value[4]){x.scale, b});
    }
}

static void lower_sum(tw_tile_matcher *m, tw_tile_value v) {
    tw_tile_term x, y;
    tw_tile_terms(m, v, &x, &y);
    order_terms(m, v, &x, &y);
    if (y.kind == TW_TERM_SCALAR) {
        lower_sum_scalar(m, v, x, y.scale);
        return;
    }
    x = tw_tile_as_linear(x);
    if (y.kind == TW_TERM_QUOTIENT && !tw_tile_node_at(m, y.x).scalar) {
        lower_sum_quotient(m, v, x, y);
    } else if (y.kind == TW_TERM_PRODUCT) {
        tw_tile_emit(m, TW_CODE_product_add, v, (tw_tile_value[4]){x.core, y.x, y.y},
                     (tw_tile_value[4]){x.scale, y.scale});
    } else {
        lower_sum_linear(m, v, x, tw_tile_as_linear(y));
    }
}

// s*factor*y, where factor is a*x + b or a*x*z + b and no other value needs it.
static bool lower_affine_product(tw_tile_matcher *m, tw_tile_value v, tw_tile_value s,
                                 tw_tile_value factor, tw_tile_value y) {
    tw_tile_term x, b;
    if (!tw_tile_sum_of(m, factor, &x, &b)) return false;
    if (x.kind == TW_TERM_SCALAR) {
        const tw_tile_term kept = x;
        x = b;
        b = kept;
    }
    if (b.kind != TW_TERM_SCALAR || x.kind == TW_TERM_QUOTIENT) return false;
    const tw_tile_value scalars[4] = {tw_tile_scalar_times(m, s, x.scale),
                                      tw_tile_scalar_times(m, s, b.scale)};
    if (x.kind == TW_TERM_PRODUCT)
        tw_tile_emit(m, TW_CODE_slope, v, (tw_tile_value[4]){x.x, x.y, y}, scalars);
    else
        tw_tile_emit(m, TW_CODE_affine_product, v, (tw_tile_value[4]){x.core, y}, scalars);
    return true;
}

static void lower_multiply(tw_tile_matcher *m, tw_tile_value v) {
    const tw_tile_term t = tw_tile_term_of_root(m, v);
    if (t.kind == TW_TERM_QUOTIENT) {
        lower_division(m, v, t);
    } else if (t.kind == TW_TERM_LINEAR) {
        tw_tile_emit(m, TW_CODE_scale, v, (tw_tile_value[4]){t.core}, (tw_tile_value[4]){t.scale});
    } else if (!lower_affine_product(m, v, t.scale, t.x, t.y) &&
               !lower_affine_product(m, v, t.scale, t.y, t.x)) {
        const tw_tile_code code = tw_tile_is_one(m, t.scale) ? TW_CODE_multiply : TW_CODE_product;
        tw_tile_emit(m, code, v, (tw_tile_value[4]){t.x, t.y}, (tw_tile_value[4]){t.scale});
    }
}

static void lower_limit(tw_tile_matcher *m, tw_tile_value v, bool largest) {
    const tw_tile_node node = tw_tile_node_at(m, v);
    const bool first = tw_tile_node_at(m, node.in[0]).scalar;
    const bool second = tw_tile_node_at(m, node.in[1]).scalar;
    const tw_tile_value x = first ? node.in[1] : node.in[0];
    const tw_tile_value limit[4] = {first ? node.in[0] : node.in[1]};
    tw_tile_term p, q;
    if (!first && !second) {
        tw_tile_emit(m, largest ? TW_CODE_maximum : TW_CODE_minimum, v,
                     (tw_tile_value[4]){node.in[0], node.in[1]}, (tw_tile_value[4]){0});
    } else if (largest && tw_tile_sum_of(m, x, &p, &q) && p.kind == TW_TERM_LINEAR &&
               q.kind == TW_TERM_LINEAR && tw_tile_is_one(m, p.scale) &&
               tw_tile_is_one(m, q.scale)) {
        tw_tile_emit(m, TW_CODE_sum_at_least, v, (tw_tile_value[4]){p.core, q.core}, limit);
    } else {
        tw_tile_emit(m, largest ? TW_CODE_at_least : TW_CODE_at_most, v, (tw_tile_value[4]){x},
                     limit);
    }
}

// A comparison with a scalar as a*x > b: x < s becomes -x > -s, since changing the signs is exact.
static bool comparison_of(tw_tile_matcher *m, tw_tile_value v, tw_tile_value *x, tw_tile_value *a,
                          tw_tile_value *b) {
    const tw_tile_node node = tw_tile_node_at(m, v);
    if (node.operation != TW_TILE_LESS) return false;
    if (tw_tile_node_at(m, node.in[0]).scalar) {
        *x = node.in[1];
        *a = m->one;
        *b = node.in[0];
        return true;
    }
    if (!tw_tile_node_at(m, node.in[1]).scalar) return false;
    *x = node.in[0];
    *a = tw_tile_scalar_negate(m, m->one);
    *b = tw_tile_scalar_negate(m, node.in[1]);
    return true;
}

static void lower_select(tw_tile_matcher *m, tw_tile_value v) {
    const tw_tile_node node = tw_tile_node_at(m, v);
    tw_tile_value x, a, b;
    if (!tw_tile_single(m, node.in[0]) ||
        tw_tile_node_at(m, node.in[0]).operation != TW_TILE_LESS) {
        tw_tile_emit(m, TW_CODE_select, v, node.in, (tw_tile_value[4]){0});
        return;
    }
    const tw_tile_term p = tw_tile_linear_of(m, node.in[1]), q = tw_tile_linear_of(m, node.in[2]);
    if (p.kind == TW_TERM_LINEAR && comparison_of(m, node.in[0], &x, &a, &b)) {
        const tw_tile_value scalars[4] = {a, b, p.scale, q.scale};
        if (q.kind == TW_TERM_LINEAR)
            tw_tile_emit(m, TW_CODE_gate_between, v, (tw_tile_value[4]){x, p.core, q.core},
                         scalars);
        else
            tw_tile_emit(m, TW_CODE_gate, v, (tw_tile_value[4]){x, p.core}, scalars);
        return;
    }
    const tw_tile_node less = tw_tile_node_at(m, node.in[0]);
    tw_tile_emit(m, TW_CODE_select_less, v,
                 (tw_tile_value[4]){less.in[0], less.in[1], node.in[1], node.in[2]},
                 (tw_tile_value[4]){0});
}

static void lower_less(tw_tile_matcher *m, tw_tile_value v) {
    const tw_tile_node node = tw_tile_node_at(m, v);
    tw_tile_value x, a, b;
    if (comparison_of(m, v, &x, &a, &b))
        tw_tile_emit(m, TW_CODE_above, v, (tw_tile_value[4]){x}, (tw_tile_value[4]){a, b});
    else
        tw_tile_emit(m, TW_CODE_less, v, (tw_tile_value[4]){node.in[0], node.in[1]},
                     (tw_tile_value[4]){0});
}

static void lower_root(tw_tile_matcher *m, tw_tile_value v) {
    tw_tile_root root;
    const bool affine = tw_tile_root_inside(m, v, true, &root);
    if (!affine) tw_tile_root_inside(m, v, false, &root);
    tw_tile_emit(m, affine ? TW_CODE_root_of_affine : TW_CODE_root, v, (tw_tile_value[4]){root.x},
                 (tw_tile_value[4]){root.scale, root.offset});
}

// The instruction of an operation that has one of its own.
static tw_tile_code plain_code(int operation) {
    switch (operation) {
    case TW_TILE_LESS_EQUAL:
        return TW_CODE_less_equal;
    case TW_TILE_EQUAL:
        return TW_CODE_equal;
    case TW_TILE_AND:
        return TW_CODE_both;
    case TW_TILE_OR:
        return TW_CODE_either;
    case TW_TILE_ABSOLUTE:
        return TW_CODE_absolute;
    case TW_TILE_SIGN:
        return TW_CODE_sign;
    case TW_TILE_FLOOR:
        return TW_CODE_floor;
    case TW_TILE_CEILING:
        return TW_CODE_ceiling;
    case TW_TILE_POWER:
        return TW_CODE_power;
    case TW_TILE_UNIFORM:
        return TW_CODE_uniform;
    case TW_TILE_COARSE_UNIFORM:
        return TW_CODE_coarse_uniform;
    case TW_TILE_NORMAL:
        return TW_CODE_normal;
#define TW_TILE_ENTRY(name, operation)                                                             \
    case TW_TILE_##operation:                                                                      \
        return TW_CODE_##name;
        TW_TILE_TRANSCENDENTAL(TW_TILE_ENTRY)
#undef TW_TILE_ENTRY
    default:
        assert(false && "an operation with an instruction");
        return TW_CODE_copy;
    }
}

static void lower_value(tw_tile_matcher *m, tw_tile_value v) {
    const tw_tile_node node = tw_tile_node_at(m, v);
    switch (node.operation) {
    case TW_TILE_ADD:
    case TW_TILE_SUBTRACT:
        lower_sum(m, v);
        break;
    case TW_TILE_MULTIPLY:
        lower_multiply(m, v);
        break;
    case TW_TILE_DIVIDE:
        lower_division(m, v,
                       (tw_tile_term){TW_TERM_QUOTIENT, m->one, v, node.in[0], node.in[1], m->one});
        break;
    case TW_TILE_MINIMUM:
        lower_limit(m, v, false);
        break;
    case TW_TILE_MAXIMUM:
        lower_limit(m, v, true);
        break;
    case TW_TILE_LESS:
        lower_less(m, v);
        break;
    case TW_TILE_SELECT:
        lower_select(m, v);
        break;
    case TW_TILE_SQUARE_ROOT:
        lower_root(m, v);
        break;
    default:
        tw_tile_emit(m, plain_code(node.operation), v, node.in, (tw_tile_value[4]){0});
    }
}

// ---- the whole program

// Counts how many needed values and results read each value, from the results backwards.
static void count_uses(tw_tile_matcher *m) {
    const tw_tile_builder *builder = m->builder;
    for (int i = 0; i < builder->write_count; i++) {
        const int32_t array = builder->write_order[i];
        const tw_tile_value v = builder->written[array];
        m->uses[v] += 2; // counts as several uses, so that it is never taken apart
        m->needed[v] = true;
        m->written_to[v] = array;
    }
    for (int i = 0; i < builder->reduction_count; i++) {
        m->uses[builder->reductions[i].value] += 2;
        m->needed[builder->reductions[i].value] = true;
    }
    for (size_t v = m->value_count; v-- > 0;) {
        const tw_tile_node *node = &builder->nodes[v];
        if (m->uses[v] == 0 || node->scalar) continue;
        for (int i = 0; i < 3; i++)
            if (node->in[i] != TW_TILE_NO_VALUE) m->uses[node->in[i]]++;
    }
}

static bool is_written(const tw_tile_builder *builder, int32_t array) {
    for (int i = 0; i < builder->write_count; i++)
        if (builder->write_order[i] == array) return true;
    return false;
}

// Copies for arrays that become another array or a scalar. If the array that is copied is written too, its copy comes
// first of all (`early`), else last.
static void lower_copies(tw_tile_matcher *m, bool early) {
    const tw_tile_builder *builder = m->builder;
    for (int i = builder->write_count; i-- > 0;) {
        const int32_t array = builder->write_order[i];
        const tw_tile_value v = builder->written[array];
        const tw_tile_node node = tw_tile_node_at(m, v);
        const bool reads = node.operation == TW_TILE_READ;
        if ((!reads && !node.scalar) || (reads && node.number == array)) continue;
        if ((reads && is_written(builder, node.number)) != early) continue;
        const tw_tile_value made = (tw_tile_value)m->lowered->value_count++;
        tw_tile_emit(m, reads ? TW_CODE_copy : TW_CODE_fill, made, (tw_tile_value[4]){v},
                     (tw_tile_value[4]){v});
        m->lowered->written[array] = made;
    }
}

// Reductions of arrays come first, while the arrays are unchanged; those of values come last.
static void lower_reductions(tw_tile_matcher *m, bool of_arrays) {
    const tw_tile_builder *builder = m->builder;
    for (int i = builder->reduction_count; i-- > 0;) {
        const tw_tile_reduced *r = &builder->reductions[i];
        if ((tw_tile_node_at(m, r->value).operation == TW_TILE_READ) != of_arrays) continue;
        const tw_tile_code code = (tw_tile_code)(TW_CODE_sum + (int)r->reduction);
        tw_tile_emit(m, code, TW_TILE_NO_VALUE, (tw_tile_value[4]){r->value},
                     (tw_tile_value[4]){0});
        if (builder->status == TW_OK)
            m->lowered->instructions[m->lowered->count - 1].number = (uint8_t)i;
    }
}

static void lower_all(tw_tile_matcher *m) {
    tw_tile_builder *builder = m->builder;
    lower_reductions(m, false);
    lower_copies(m, false);
    for (size_t v = m->value_count; v-- > 0;) {
        const tw_tile_node node = tw_tile_node_at(m, (tw_tile_value)v);
        if (!m->needed[v] || node.scalar || node.operation == TW_TILE_READ) continue;
        lower_value(m, (tw_tile_value)v);
        if (builder->status != TW_OK) return;
        m->lowered->instructions[m->lowered->count - 1].stream = (uint32_t)node.number;
    }
    lower_copies(m, true);
    lower_reductions(m, true);
}

static void reverse(tw_tile_lowered *lowered) {
    for (size_t i = 0, j = lowered->count; i + 1 < j; i++) {
        const tw_tile_instruction kept = lowered->instructions[i];
        lowered->instructions[i] = lowered->instructions[--j];
        lowered->instructions[j] = kept;
    }
}

tw_status tw_tile_lower(tw_tile_builder *builder, tw_tile_lowered *lowered) {
    *lowered = (tw_tile_lowered){.builder = builder};
    builder->node_limit = 2 * TW_TILE_VALUES_MAX - 1;
    tw_tile_matcher m = {.builder = builder, .lowered = lowered};
    m.one = tw_tile_constant(builder, 1);
    if (builder->status != TW_OK) return builder->status;
    m.value_count = builder->node_count;
    m.uses = tw_allocate(builder->context, m.value_count, sizeof *m.uses);
    m.needed = tw_allocate(builder->context, m.value_count, sizeof *m.needed);
    m.written_to = tw_allocate(builder->context, m.value_count, sizeof *m.written_to);
    if (m.uses == NULL || m.needed == NULL || m.written_to == NULL) {
        builder->status = TW_NO_MEMORY;
    } else {
        for (size_t v = 0; v < m.value_count; v++) m.written_to[v] = -1;
        for (int i = 0; i < TW_TILE_ARRAYS_MAX; i++) lowered->written[i] = TW_TILE_NO_VALUE;
        for (int i = 0; i < builder->write_count; i++)
            lowered->written[builder->write_order[i]] = builder->written[builder->write_order[i]];
        lowered->value_count = 2 * TW_TILE_VALUES_MAX; // above all scalars that lowering may add
        count_uses(&m);
        lower_all(&m);
        reverse(lowered);
    }
    tw_release(m.uses);
    tw_release(m.needed);
    tw_release(m.written_to);
    return builder->status;
}
