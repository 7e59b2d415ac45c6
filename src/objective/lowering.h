// The text of a function to nodes of a graph.
//
// A sum over an index is not unrolled: the index becomes a frame, an axis along which everything in the
// sum's body varies, and the sum a reduction over that axis. Frames nest; each value knows the
// outermost frame that it needs, so that what does not depend on an inner index is computed once. What
// does not depend on x is computed while the graph is built, in double.
//
//     tw_lowering *l = NULL;
//     tw_lowering_new(text, graph, x, &l);        // or without a graph: numbers alone
//     tw_lower(l, text->formula, &value);         // value.node is a scalar
#ifndef TW_OBJECTIVE_LOWERING_H
#define TW_OBJECTIVE_LOWERING_H

#include "objective/text.h"
#include "thalweg/ops.h"
#include "thalweg/plan.h"

#define TW_FRAME_ELEMENTS_MAX ((int64_t)1 << 27)
#define TW_LOWERED_ELEMENTS_MAX ((int64_t)1 << 32) // computed while building: bounds the time
#define TW_LOWERED_STEPS_MAX 200000
#define TW_LOWERING_DEPTH_MAX 200 // sums and named parts within each other

// An index's values: `count` of them over all values of the indices around it.
typedef struct tw_frame {
    struct tw_frame *parent; // NULL: the root, of one element and no index
    int depth;
    int64_t count;
    int64_t length;        // for each element of the parent; -1: it differs, and `map` says
    tw_shape shape;        // of a value: the parent's and one axis more, or one axis with `map`
    int32_t *map;          // [count], the parent's element
    double *index;         // [count]; NULL at the root
    uint32_t symbol;       // the node of the sum, whose spelling names the index
    struct tw_frame *next; // of the lowering's
} tw_frame;

// What an expression comes to: a node, or numbers.
typedef struct tw_lowered {
    tw_frame *frame; // in which it varies
    tw_node node;    // TW_NO_NODE: numbers
    double number;   // in the root
    double *numbers; // [frame->count], elsewhere
    bool borrowed;   // the numbers belong to somebody else
} tw_lowered;

// Numbers that a node reads: kept by the objective as long as its plans.
typedef struct tw_lowered_table {
    tw_node node; // an input of the graph
    void *elements;
    size_t bytes;
    tw_dtype dtype;
    tw_shape shape;
} tw_lowered_table;

typedef struct tw_lowering {
    const tw_objective_text *text;
    tw_context *context;
    tw_graph *graph;  // NULL: numbers alone
    tw_node x;        // [n]
    const char *what; // without a graph: what messages call what is made
    tw_frame *root, *frame;
    tw_frame *frames;      // all but the root
    tw_expr_root *body_of; // by node: the sum whose body starts there, or TW_EXPR_NONE
    tw_lowered *stack;
    size_t height, stack_capacity;
    tw_lowered index;  // inside of a named part of an index
    tw_lowered *parts; // by item, named parts that were made
    bool *has_part;    // by item
    double **data;     // by item, the numbers of data
    tw_lowered_table *tables;
    size_t table_count, table_capacity;
    int64_t elements;
    int steps, depth;
} tw_lowering;

// `x` is TW_NO_NODE without a graph. Owned by the caller: free with tw_lowering_free; the tables are
// taken before by who keeps them (and tables set NULL).
tw_status tw_lowering_new(const tw_objective_text *text, tw_graph *graph, tw_node x,
                          tw_lowering **lowering);
void tw_lowering_free(tw_lowering *l);

// The value of an expression in the frame that is current; numbers are owned by the caller.
tw_status tw_lower(tw_lowering *l, tw_expr_root root, tw_lowered *value);

// Numbers for i = 1 to `count` of an expression in which `index` may stand: `numbers` [count]. Without
// a graph.
tw_status tw_lower_numbers(tw_lowering *l, tw_expr_root root, int64_t count, double *numbers);

// ---- between the files of the lowering

static inline bool tw_is_number(const tw_lowered *value) {
    return value->node.index < 0;
}

static inline tw_lowered tw_lowered_number(tw_lowering *l, double number) {
    return (tw_lowered){.frame = l->root, .node = TW_NO_NODE, .number = number};
}

static inline tw_lowered tw_lowered_node(tw_frame *frame, tw_node node) {
    return (tw_lowered){.frame = frame, .node = node};
}

void tw_lowered_free(tw_lowered *value);

// Element `index` of a constant value.
static inline double tw_lowered_at(const tw_lowered *value, int64_t index) {
    return value->numbers == NULL ? value->number : value->numbers[index];
}

// Room for a value of numbers in a frame, counted against the bounds; the root's is `number`.
tw_status tw_lowered_make(tw_lowering *l, tw_frame *frame, tw_expr_root at, tw_lowered *value);

// " where i = 10, j = 3": the indices of an element of a frame.
#define TW_WHERE_BYTES 256
void tw_frame_where(const tw_lowering *l, const tw_frame *frame, int64_t element,
                    char where[TW_WHERE_BYTES]);

// The frame of a sum, below the innermost of those that it depends on. Takes from and to.
tw_status tw_frame_enter(tw_lowering *l, tw_expr_root sum, tw_lowered *from, tw_lowered *to,
                         tw_frame **frame);

// The parent's element that an element of a frame belongs to.
static inline int64_t tw_frame_parent(const tw_frame *frame, int64_t element) {
    return frame->length >= 0 ? element / frame->length : frame->map[element];
}

// The innermost of two frames, one of which is inside the other.
static inline tw_frame *tw_frame_inner(tw_frame *a, tw_frame *b) {
    return a->depth >= b->depth ? a : b;
}

// The value as a node that can be broadcast with others in `frame`, an inner one or its own.
tw_status tw_lowered_to_node(tw_lowering *l, const tw_lowered *value, tw_frame *frame,
                             tw_node *node);

// Lifts numbers into an inner frame, in place.
tw_status tw_lowered_lift(tw_lowering *l, tw_lowered *value, tw_frame *frame, tw_expr_root at);

// A node with every element of the frame, where broadcasting left some out.
tw_node tw_frame_expand(tw_lowering *l, tw_frame *frame, tw_node node);

// An input of the graph that holds numbers; equal ones are made once.
tw_status tw_lowering_table(tw_lowering *l, const void *elements, tw_dtype dtype,
                            const tw_shape *shape, tw_node *node);

// Operations, calls, powers: `in` are the children's values, which are taken.
tw_status tw_lower_operation(tw_lowering *l, tw_expr_root at, tw_lowered *in, tw_lowered *out);
tw_status tw_lower_power(tw_lowering *l, tw_expr_root at, tw_lowered *in, tw_lowered *out);

// x[...], data and named parts; the index is taken.
tw_status tw_lower_element(tw_lowering *l, tw_expr_root at, tw_lowered *index, tw_lowered *out);
tw_status tw_lower_name(tw_lowering *l, tw_expr_root at, tw_lowered *out);

// What a sum or product over `frame` comes to, in the frame's parent; the body's value is taken.
tw_status tw_lower_reduction(tw_lowering *l, tw_expr_root at, tw_frame *frame, tw_lowered *body,
                             tw_lowered *out);

// A failure of the graph as one of the text's.
tw_status tw_lowering_check(tw_lowering *l);

#endif
