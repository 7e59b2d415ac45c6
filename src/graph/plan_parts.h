// How a plan is made and lies in memory. Making: nodes and what must run before what (plan_order),
// steps of fused nodes (plan_fuse), waves of steps that do not depend on each other (plan_wave), memory
// (plan_layout, plan_place), tile programs (plan_pass). Binding to a batch: sizes, chunks, items (plan_bind). A run
// walks over waves and does nothing else (plan_run).
#ifndef TW_GRAPH_PLAN_PARTS_H
#define TW_GRAPH_PLAN_PARTS_H

#include "graph/nodes.h"
#include "thalweg/plan.h"

#define TW_PLAN_FOR_EVER INT32_MAX // the last wave of what is read after a run

// A node of the plan, known by its number there. Inputs have lower numbers; who must also respect
// writes takes tw_plan.order.
typedef struct tw_plan_node {
    int32_t node;   // of the graph
    int32_t source; // itself, or what a view shows (no view, a node of the plan)
    bool wanted;
    bool computed;       // by a step: neither a leaf nor a view
    bool element_wise;   // and by a tile value
    int32_t level;       // of fusion: see plan_fuse.c
    int32_t step;        // that computes it; -1: none
    int32_t slot;        // where it lies; -1: nowhere
    tw_tile_value value; // in its pass's program, while that is made
    int32_t needed;      // data edges to nodes outside its step, while steps are made
} tw_plan_node;

// `to` runs behind `from`, or with it in one pass if `tight`.
typedef struct tw_plan_edge {
    int32_t from, to;
    bool tight;
    bool data; // else: to writes what from reads, or must not be done if from finds bad data
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
    size_t bytes; // at batch_max; of a root the most that lies in it
    int32_t first_wave, last_wave;
    int32_t last_step; // the only one that uses it in its last wave; -1: several
    size_t offset;     // in the arena
    void *address;     // NULL: an input not fed yet
    bool filled;       // a constant, written when the plan is made
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

// One call of a run: a kernel, or a pass over fused nodes dressed as one.
typedef struct tw_plan_step {
    tw_kernel kernel;
    const tw_op *op;
    tw_plan_pass *pass; // NULL: a kernel
    tw_attributes attributes;
    int32_t node;                       // the last one computed
    int32_t first_member, member_count; // in tw_plan.members
    int32_t wave;
    int32_t scratch_slot; // -1: none
    int array_estimate;   // arrays that its members read, while steps are made
    int open_outputs;     // members that others need, while steps are made
    bool varies;          // with the batch
    int64_t fault;
} tw_plan_step;

// Where in a wave's work an item starts.
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

// An address that follows an input's.
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
    int32_t *of_graph; // a graph node's number in the plan; -1: none
    int32_t graph_node_count;
    int32_t *order; // all nodes so that none runs before what it needs
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
    char *state; // of all kernels
    int64_t bound_batch;
    bool must_patch;
    int threads;
    uint64_t variable_bytes, parameter_count, unshared_bytes;
    tw_clock clock;
};

// What is only needed while a plan is made.
typedef struct tw_plan_making {
    tw_plan *plan;
    tw_variables *variables;
    tw_plan_edge *edges; // sorted by `to`
    size_t edge_count, edge_capacity;
    int32_t *first_in;  // of node n: edges first_in[n] .. first_in[n + 1] - 1
    int32_t *out_edges; // edges sorted by `from`
    int32_t *first_out;
} tw_plan_making;

// Fails leave what was made in `plan` and `making` for their freeing.
tw_status tw_plan_order(tw_plan_making *making, const tw_node *wanted, int count);
tw_status tw_plan_fuse(tw_plan_making *making);
tw_status tw_plan_cut_waves(tw_plan_making *making);
tw_status tw_plan_lay_out(tw_plan_making *making);
tw_status tw_plan_place(tw_plan *plan);
tw_status tw_plan_make_pass(tw_plan *plan, tw_plan_step *step);

// Sizes and chunks of all steps at the plan's batch_max, without addresses.
tw_status tw_plan_measure_steps(tw_plan *plan);

// Room for items and patches, addresses of all that does not move.
tw_status tw_plan_make_items(tw_plan *plan);

// Sizes, chunks and items for `batch`; no allocation, cannot fail.
void tw_plan_bind(tw_plan *plan, int64_t batch);

// The pass of a step at the sizes of `batch`.
void tw_plan_bind_pass(tw_plan *plan, tw_plan_step *step, int64_t batch);

// A shape with B known.
tw_shape tw_shape_at(const tw_shape *shape, int64_t batch);

// The operator of a pass: a chunk is a range of elements.
extern const tw_op tw_op_pass;

static inline const tw_graph_entry *tw_plan_entry(const tw_plan *plan, int32_t node) {
    return &plan->graph->nodes[plan->nodes[node].node];
}

// Number of input k's node in the plan.
static inline int32_t tw_plan_input(const tw_plan *plan, int32_t node, int32_t k) {
    const tw_graph_entry *entry = tw_plan_entry(plan, node);
    return plan->of_graph[tw_graph_inputs(plan->graph, entry)[k].index];
}

static inline int32_t tw_plan_source(const tw_plan *plan, int32_t node, int32_t k) {
    return plan->nodes[tw_plan_input(plan, node, k)].source;
}

#endif
