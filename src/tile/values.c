// Values. Each is made once, as a hash table finds equal operations on equal operands; constants are folded; and some
// operations are rewritten, so that lowering has fewer to know: x/s as x*(1/s), -x as x*-1, x^2 as x*x, (x*s)*t as
// x*(s*t), a power with a small whole exponent as products.
#include <assert.h>
#include <string.h>

#include "base/memory.h"
#include "tile/values.h"

static const signed char operand_counts[] = {
#define TW_TILE_ENTRY(name, operands) operands,
    TW_TILE_OPERATIONS(TW_TILE_ENTRY)
#undef TW_TILE_ENTRY
};

int tw_tile_operands(tw_tile_operation operation) {
    assert((unsigned)operation < TW_TILE_OPERATION_COUNT);
    return operand_counts[operation];
}

void tw_tile_builder_fail(tw_tile_builder *builder, tw_status status, const char *message) {
    if (builder->status != TW_OK) return;
    builder->status = tw_fail(builder->context, status, "%s", message);
}

tw_status tw_tile_builder_new(tw_context *context, tw_tile_builder **builder) {
    *builder = NULL;
    tw_tile_builder *made = tw_allocate(context, 1, sizeof *made);
    if (made == NULL) return TW_NO_MEMORY;
    made->context = context;
    made->node_limit = TW_TILE_VALUES_MAX;
    *builder = made;
    return TW_OK;
}

void tw_tile_builder_free(tw_tile_builder *builder) {
    if (builder == NULL) return;
    tw_release(builder->nodes);
    tw_release(builder->table);
    tw_release(builder);
}

// ---- making values

static bool same(const tw_tile_node *a, const tw_tile_node *b) {
    return a->operation == b->operation && a->in[0] == b->in[0] && a->in[1] == b->in[1] &&
           a->in[2] == b->in[2] && a->number == b->number &&
           memcmp(&a->constant, &b->constant, sizeof a->constant) == 0; // -0 is not 0
}

static size_t hash_of(const tw_tile_node *node) {
    uint64_t bits;
    memcpy(&bits, &node->constant, sizeof bits);
    const uint64_t words[] = {(uint64_t)node->operation, (uint64_t)node->in[0],
                              (uint64_t)node->in[1],     (uint64_t)node->in[2],
                              (uint64_t)node->number,    bits};
    uint64_t hash = 0;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        hash = (hash ^ words[i]) * 0x9E3779B97F4A7C15u;
        hash ^= hash >> 32;
    }
    return (size_t)hash;
}

// The slot of a node in the table, or the free one where it belongs.
static size_t find_slot(const tw_tile_builder *builder, const tw_tile_node *node) {
    size_t slot = hash_of(node) % builder->table_size;
    while (builder->table[slot] != 0 && !same(&builder->nodes[builder->table[slot] - 1], node))
        slot = (slot + 1) % builder->table_size;
    return slot;
}

// Keeps at most a quarter of the slots taken. Grows from a small table, as most programs have few values.
static tw_status widen_table(tw_tile_builder *builder) {
    enum { FIRST = 64 };

    if (4 * (builder->node_count + 1) <= builder->table_size) return TW_OK;
    size_t size = builder->table_size == 0 ? FIRST : 4 * builder->table_size;
    int32_t *table = tw_allocate(builder->context, size, sizeof *table);
    if (table == NULL) return TW_NO_MEMORY;
    tw_release(builder->table);
    builder->table = table;
    builder->table_size = size;
    for (size_t i = 0; i < builder->node_count; i++)
        table[find_slot(builder, &builder->nodes[i])] = (int32_t)i + 1;
    return TW_OK;
}

// The value that is `node`, made if it is new.
static tw_tile_value intern(tw_tile_builder *builder, const tw_tile_node *node) {
    if (builder->status == TW_OK) builder->status = widen_table(builder);
    if (builder->status != TW_OK) return TW_TILE_NO_VALUE;
    const size_t slot = find_slot(builder, node);
    if (builder->table[slot] != 0) return builder->table[slot] - 1;
    if (builder->node_count == builder->node_limit) {
        tw_tile_builder_fail(builder, TW_UNSUPPORTED,
                             "tile program: too many operations; split it into two");
        return TW_TILE_NO_VALUE;
    }
    tw_status status = tw_grow(builder->context, (void **)&builder->nodes, builder->node_count,
                               &builder->node_capacity, sizeof *builder->nodes);
    if (status != TW_OK) {
        builder->status = status;
        return TW_TILE_NO_VALUE;
    }
    builder->nodes[builder->node_count] = *node;
    builder->table[slot] = (int32_t)++builder->node_count;
    return (int32_t)builder->node_count - 1;
}

static tw_tile_node leaf(int operation) {
    return (tw_tile_node){.operation = operation,
                          .in = {TW_TILE_NO_VALUE, TW_TILE_NO_VALUE, TW_TILE_NO_VALUE}};
}

tw_tile_value tw_tile_read(tw_tile_builder *builder, int array) {
    assert(array >= 0 && array < TW_TILE_ARRAYS_MAX);
    tw_tile_node node = leaf(TW_TILE_READ);
    node.number = array;
    return intern(builder, &node);
}

tw_tile_value tw_tile_argument(tw_tile_builder *builder, int argument) {
    assert(argument >= 0 && argument < TW_TILE_ARGUMENTS_MAX);
    tw_tile_node node = leaf(TW_TILE_ARGUMENT);
    node.number = argument;
    node.scalar = true;
    return intern(builder, &node);
}

tw_tile_value tw_tile_constant(tw_tile_builder *builder, double value) {
    tw_tile_node node = leaf(TW_TILE_CONSTANT);
    node.constant = value;
    node.scalar = true;
    return intern(builder, &node);
}

tw_tile_value tw_tile_random(tw_tile_builder *builder, tw_tile_operation operation,
                             uint32_t stream_offset) {
    assert(operation >= TW_TILE_UNIFORM && operation <= TW_TILE_NORMAL);
    tw_tile_node node = leaf((int)operation);
    node.number = (int32_t)stream_offset;
    return intern(builder, &node);
}

// ---- operations

static const tw_tile_node *node_of(const tw_tile_builder *builder, tw_tile_value value) {
    assert(value >= 0 && (size_t)value < builder->node_count);
    return &builder->nodes[value];
}

static bool is_scalar(const tw_tile_builder *builder, tw_tile_value value) {
    return node_of(builder, value)->scalar;
}

static bool is_constant(const tw_tile_builder *builder, tw_tile_value value, double constant) {
    const tw_tile_node *node = node_of(builder, value);
    return node->operation == TW_TILE_CONSTANT && node->constant == constant;
}

static tw_tile_value apply_two(tw_tile_builder *builder, tw_tile_operation operation,
                               tw_tile_value a, tw_tile_value b) {
    return tw_tile_apply(builder, operation, a, b, TW_TILE_NO_VALUE);
}

static tw_tile_value apply_one(tw_tile_builder *builder, tw_tile_operation operation,
                               tw_tile_value a) {
    return tw_tile_apply(builder, operation, a, TW_TILE_NO_VALUE, TW_TILE_NO_VALUE);
}

// An operation on scalars: a constant if all of them are, else computed once a run.
static tw_tile_value scalar_operation(tw_tile_builder *builder, tw_tile_node *node) {
    double values[3] = {0, 0, 0};
    bool constant = true;
    for (int i = 0; i < tw_tile_operands((tw_tile_operation)node->operation); i++) {
        const tw_tile_node *in = node_of(builder, node->in[i]);
        values[i] = in->constant;
        constant = constant && in->operation == TW_TILE_CONSTANT;
    }
    if (constant)
        return tw_tile_constant(builder, tw_tile_evaluate((tw_tile_operation)node->operation,
                                                          values[0], values[1], values[2]));
    node->scalar = true;
    return intern(builder, node);
}

static tw_tile_value multiply(tw_tile_builder *builder, tw_tile_node *node) {
    if (is_scalar(builder, node->in[0])) { // the scalar stands second
        const tw_tile_value scalar = node->in[0];
        node->in[0] = node->in[1];
        node->in[1] = scalar;
    } else if (!is_scalar(builder, node->in[1])) {
        return intern(builder, node);
    }
    const tw_tile_value x = node->in[0], s = node->in[1];
    if (is_constant(builder, s, 1)) return x;
    const tw_tile_node inner = *node_of(builder, x);
    if (inner.operation == TW_TILE_MULTIPLY && is_scalar(builder, inner.in[1]))
        return apply_two(builder, TW_TILE_MULTIPLY, inner.in[0],
                         apply_two(builder, TW_TILE_MULTIPLY, inner.in[1], s));
    return intern(builder, node);
}

static tw_tile_value power(tw_tile_builder *builder, tw_tile_node *node) {
    const tw_tile_value x = node->in[0], p = node->in[1];
    if (is_constant(builder, p, 0)) return tw_tile_constant(builder, 1);
    if (is_constant(builder, p, 1)) return x;
    if (is_constant(builder, p, 0.5)) return apply_one(builder, TW_TILE_SQUARE_ROOT, x);
    if (is_constant(builder, p, -1)) return apply_one(builder, TW_TILE_RECIPROCAL, x);
    if (is_constant(builder, p, -0.5))
        return apply_one(builder, TW_TILE_RECIPROCAL, apply_one(builder, TW_TILE_SQUARE_ROOT, x));
    const tw_tile_value square = apply_one(builder, TW_TILE_SQUARE, x);
    if (square == TW_TILE_NO_VALUE || is_constant(builder, p, 2)) return square;
    if (is_constant(builder, p, 3)) return apply_two(builder, TW_TILE_MULTIPLY, square, x);
    if (is_constant(builder, p, 4)) return apply_one(builder, TW_TILE_SQUARE, square);
    if (is_constant(builder, p, -2)) return apply_one(builder, TW_TILE_RECIPROCAL, square);
    return intern(builder, node);
}

// Sorts the operands of operations that do not depend on their order, so that equal ones become one value.
static void sort_operands(tw_tile_node *node) {
    switch (node->operation) {
    case TW_TILE_ADD:
    case TW_TILE_MULTIPLY:
    case TW_TILE_MINIMUM:
    case TW_TILE_MAXIMUM:
    case TW_TILE_EQUAL:
    case TW_TILE_AND:
    case TW_TILE_OR:
        break;
    default:
        return;
    }
    if (node->in[0] <= node->in[1]) return;
    const tw_tile_value first = node->in[0];
    node->in[0] = node->in[1];
    node->in[1] = first;
}

static tw_tile_value vector_operation(tw_tile_builder *builder, tw_tile_node *node) {
    const tw_tile_value a = node->in[0], b = node->in[1];
    switch (node->operation) {
    case TW_TILE_NEGATE:
        return apply_two(builder, TW_TILE_MULTIPLY, a, tw_tile_constant(builder, -1));
    case TW_TILE_SQUARE:
        return apply_two(builder, TW_TILE_MULTIPLY, a, a);
    case TW_TILE_RECIPROCAL:
        return apply_two(builder, TW_TILE_DIVIDE, tw_tile_constant(builder, 1), a);
    case TW_TILE_MULTIPLY:
        return multiply(builder, node);
    case TW_TILE_POWER:
        return power(builder, node);
    case TW_TILE_SUBTRACT:
        if (is_scalar(builder, b))
            return apply_two(builder, TW_TILE_ADD, a, apply_one(builder, TW_TILE_NEGATE, b));
        return intern(builder, node);
    case TW_TILE_DIVIDE:
        if (is_scalar(builder, b))
            return apply_two(builder, TW_TILE_MULTIPLY, a,
                             apply_one(builder, TW_TILE_RECIPROCAL, b));
        return intern(builder, node);
    default:
        return intern(builder, node);
    }
}

tw_tile_value tw_tile_apply(tw_tile_builder *builder, tw_tile_operation operation, tw_tile_value a,
                            tw_tile_value b, tw_tile_value c) {
    if (builder->status != TW_OK) return TW_TILE_NO_VALUE;
    const tw_tile_value in[3] = {a, b, c};
    const int operands = tw_tile_operands(operation);
    assert(operands > 0);
    tw_tile_node node = leaf((int)operation);
    bool scalar = true;
    for (int i = 0; i < operands; i++) {
        node.in[i] = in[i];
        scalar = scalar && is_scalar(builder, in[i]);
    }
    sort_operands(&node);
    return scalar ? scalar_operation(builder, &node) : vector_operation(builder, &node);
}

// ---- results

void tw_tile_write(tw_tile_builder *builder, int array, tw_tile_value value) {
    assert(array >= 0 && array < TW_TILE_ARRAYS_MAX);
    if (builder->status != TW_OK) return;
    bool again = false;
    for (int i = 0; i < builder->write_count; i++)
        again = again || builder->write_order[i] == array;
    if (!again) builder->write_order[builder->write_count++] = array;
    builder->written[array] = value;
}

int tw_tile_reduce(tw_tile_builder *builder, tw_tile_reduction reduction, tw_tile_value value) {
    if (builder->status != TW_OK) return 0;
    if (builder->reduction_count == TW_TILE_REDUCTIONS_MAX) {
        tw_tile_builder_fail(builder, TW_UNSUPPORTED,
                             "tile program: more than 64 reductions; split it into two");
        return 0;
    }
    builder->reductions[builder->reduction_count] = (tw_tile_reduced){reduction, value};
    return builder->reduction_count++;
}
