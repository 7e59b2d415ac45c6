// How a plan is made, and what it consists of. Making: which nodes are computed and what must run before what
// (plan_order), steps of fused nodes (plan_fuse), waves of steps that do not depend on each other (plan_wave), memory
// (plan_layout, plan_place), tile programs (plan_pass). Binding to a batch size: sizes, chunks, items (plan_bind).
// Running: wave after wave (plan_run).
#ifndef TW_GRAPH_PLAN_PARTS_H
#define TW_GRAPH_PLAN_PARTS_H

#include "graph/nodes.h"
#include "thalweg/plan.h"

#define TW_PLAN_FOR_EVER INT32_MAX // the last wave of what is read after a run

enum { TW_PLAN_NO_STEP = -1, TW_PLAN_SEVERAL_STEPS = -2 }; // in tw_plan_slot.last_step

// A node of the plan, known by its number there. A node's inputs have lower numbers than it; for an order that also
// respects writes see tw_plan.order.
typedef struct tw_plan_node {
    int32_t node; // of the graph
    int32_t
        source; // of a view: the node of the plan, no view itself, whose memory it shows; else the node itself
    bool wanted;
    bool computed;       // by a step: neither a leaf nor a view
    bool element_wise;   // and computed by a tile value
    int32_t level;       // of fusion: see plan_fuse.c
    int32_t step;        // the one that computes it; -1: none
    int32_t slot;        // the memory that it lies in; -1: none
    tw_tile_value value; // in its pass's program, while that is made
    int32_t needed;      // data edges to nodes outside its step, while steps are made
} tw_plan_node;

// `to` runs behind `from`, or with it in one pass if `tight`.
typedef struct tw_plan_edge {
    int32_t from, to;
    bool tight;
    // `to` reads `from`. Else `to` writes what `from` reads, or must not run if `from` finds bad data.
    bool data;
} tw_plan_edge;

typedef enum tw_slot_kind {
    TW_SLOT_ARENA,
    TW_SLOT_VARIABLE,
    TW_SLOT_INPUT,
} tw_slot_kind;

// A piece of memory that a value lies in.
typedef struct tw_plan_slot {
    tw_slot_kind kind;
    int32_t node; // of the plan, -1: scratch
    int32_t root; // the slot whose memory it is: itself, or the input it took over
    size_t bytes; // at batch_max
    int32_t first_wave, last_wave;
    int32_t last_step; // the only one that uses it in its last wave, or one of the constants above
    size_t offset;     // in the arena
    void *address;     // NULL: an input not fed yet
    bool filled;       // it holds a constant, which is written when the plan is made
} tw_plan_slot;

// An array of a tile program.
typedef struct tw_plan_array {
    int32_t slot;
    int32_t node; // whose shape it is read with
    bool written;
} tw_plan_array;

// Fused element-wise nodes: their program and what it is called with.
typedef struct tw_plan_pass {
    tw_tile_program *program;
    tw_tile_call call;
    tw_dtype dtype;
    int64_t elements, chunk_elements;
    tw_tile_space space;
    int array_count;
    tw_plan_array array[TW_TILE_ARRAYS_MAX];
    void *address[TW_TILE_ARRAYS_MAX];
    tw_tile_walk walk[TW_TILE_ARRAYS_MAX];
} tw_plan_pass;

// One call of a run: a kernel, or a pass over fused nodes, which has a tw_kernel and a tw_op too.
typedef struct tw_plan_step {
    tw_kernel kernel;
    const tw_op *op;
    tw_plan_pass *pass; // NULL: a kernel
    tw_attributes attributes;
    int32_t node;                       // the last one that it computes
    int32_t first_member, member_count; // the nodes that it computes, in tw_plan.members
    int32_t wave;
    int32_t scratch_slot; // -1: none
    int array_estimate;   // arrays that its members read, while steps are made
    int open_outputs;     // members that others need, while steps are made
    bool varies;          // its sizes depend on the batch
    int64_t fault;
} tw_plan_step;

// Where an item, a part of a wave's work, starts. It ends where the next one starts.
typedef struct tw_plan_item {
    int32_t step;
    int64_t chunk;
} tw_plan_item;

typedef struct tw_plan_wave {
    int32_t first_step, step_count;
    int32_t first_item, item_count, item_room;
    bool parallel;
    bool can_fault;
} tw_plan_wave;

// An address to be set to that of an input before each run.
typedef struct tw_plan_patch {
    int32_t slot;
    const void **address;
} tw_plan_patch;

struct tw_plan {
    tw_context *context;
    tw_graph *graph;
    tw_plan_options options;
    tw_plan_node *nodes;
    int32_t node_count;
    int32_t *of_graph; // by node of the graph: its number in the plan; -1: none
    int32_t graph_node_count;
    int32_t *order; // all nodes, each behind those that must run before it
    tw_plan_step *steps;
    int32_t step_count;
    int32_t *members;
    tw_plan_wave *waves;
    int32_t wave_count;
    tw_plan_item *items;
    tw_plan_slot *slots;
    int32_t slot_count;
    tw_plan_patch *patches;
    int32_t patch_count;
    char *arena;
    size_t arena_bytes;
    char *state; // what kernels keep between runs
    int64_t bound_batch;
    bool must_patch;
    int threads;
    uint64_t variable_bytes, parameter_count, unshared_bytes;
    tw_clock clock;
};

// What is needed only while a plan is made.
typedef struct tw_plan_making {
    tw_plan *plan;
    tw_variables *variables;
    tw_plan_edge *edges; // sorted by `to`
    size_t edge_count, edge_capacity;
    int32_t *first_in;  // of node n: edges first_in[n] .. first_in[n + 1] - 1
    int32_t *out_edges; // edges sorted by `from`
    int32_t *first_out;
} tw_plan_making;

// The stages of making a plan, in this order. On failure what was made stays in `plan` and `making`, to be freed.
tw_status tw_plan_order(tw_plan_making *making, const tw_node *wanted, int count);
tw_status tw_plan_fuse(tw_plan_making *making);
tw_status tw_plan_cut_waves(tw_plan_making *making);
tw_status tw_plan_lay_out(tw_plan_making *making);
tw_status tw_plan_place(tw_plan *plan);
tw_status tw_plan_make_pass(tw_plan *plan, tw_plan_step *step);

// Describes all steps; gives kernels their sizes and chunks at the plan's batch_max. Addresses come later.
tw_status tw_plan_describe_steps(tw_plan *plan);

// The last stage: gives steps their addresses and state, makes room for items, and binds the plan to its batch_max.
tw_status tw_plan_make_runnable(tw_plan *plan);

// Sets sizes, chunks and items for `batch`. Allocates nothing and cannot fail.
void tw_plan_bind(tw_plan *plan, int64_t batch);

// Sets the sizes of a step's pass for `batch`.
void tw_plan_bind_pass(tw_plan *plan, tw_plan_step *step, int64_t batch);

// A shape with B replaced by `batch`.
tw_shape tw_shape_at(const tw_shape *shape, int64_t batch);

// The operator of a pass: a chunk is a range of elements.
extern const tw_op tw_op_pass;

static inline const tw_graph_entry *tw_plan_entry(const tw_plan *plan, int32_t node) {
    return &plan->graph->nodes[plan->nodes[node].node];
}

// Input k of a node, as a node of the plan; the same, or what it shows if it is a view.
static inline int32_t tw_plan_input(const tw_plan *plan, int32_t node, int32_t k) {
    const tw_graph_entry *entry = tw_plan_entry(plan, node);
    return plan->of_graph[tw_graph_inputs(plan->graph, entry)[k].index];
}

static inline int32_t tw_plan_source(const tw_plan *plan, int32_t node, int32_t k) {
    return plan->nodes[tw_plan_input(plan, node, k)].source;
}

#endif
