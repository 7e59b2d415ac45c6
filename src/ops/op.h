// What an operator is: how its shape follows from its inputs', its gradient as nodes, and either a
// tile value (element by element: fused with its neighbours) or a kernel cut into chunks by shape.
//
// An operator's file has the same parts in the same order: shape, gradient, tile or kernel, the tw_op,
// and last its entry tw_NAME, which checks what it was given and calls tw_graph_add.
#ifndef TW_OPS_OP_H
#define TW_OPS_OP_H

#include "base/fail.h"
#include "base/random.h"
#include "tensor/shape.h"
#include "thalweg/clock.h"
#include "thalweg/ops.h"
#include "tile/tile.h"

#define TW_OP_INPUTS_MAX 16

// What a node carries beside its inputs. By value: two nodes with equal operator, inputs and attributes
// are one node (unless the operator is `stateful` or `random`).
typedef struct tw_attributes {
    double number[2];
    int64_t integer[2 * TW_RANK_MAX];
    const void *object; // borrowed: must outlive the graph
} tw_attributes;

// Shape rule: reads in_shape, in_dtype, attributes; sets *out and *out_dtype (preset: in[0]'s). Fails
// by tw_graph_fail with the operator's name and the shapes.
typedef struct tw_op_shapes {
    tw_graph *graph;
    const char *name; // the operator's
    const tw_shape *in[TW_OP_INPUTS_MAX];
    tw_dtype in_dtype[TW_OP_INPUTS_MAX];
    int in_count;
    const tw_attributes *attributes;
    tw_shape *out;
    tw_dtype *out_dtype;
} tw_op_shapes;

// Gradient rule: from d_out, the gradient of the output (same shape), adds nodes and sets d_in[i] (same
// shape as in[i]); left TW_NO_NODE: the loss does not depend on it through this input. Only those with
// `needed` are used.
typedef struct tw_op_gradient {
    tw_graph *graph;
    tw_node in[TW_OP_INPUTS_MAX];
    bool needed[TW_OP_INPUTS_MAX];
    int in_count;
    tw_node out, d_out;
    const tw_attributes *attributes;
    tw_node *d_in;
} tw_op_gradient;

// One kernel of a plan with its sizes known: made when the plan is bound to a batch, without allocation.
// Addresses are those of a run: they may change between runs without another `prepare`.
typedef struct tw_kernel {
    const tw_attributes *attributes;
    tw_dtype dtype; // the graph's
    int in_count;
    const void *in[TW_OP_INPUTS_MAX];
    tw_shape in_shape[TW_OP_INPUTS_MAX]; // no TW_BATCH left: all sizes are real
    tw_dtype in_dtype[TW_OP_INPUTS_MAX];
    void *out;
    tw_shape out_shape;
    int64_t batch; // B of the run, set before prepare
    void *scratch; // scratch_bytes(...) of it, the kernel's own during a run
    int threads;
    // set by prepare, for the kernel's own use
    int64_t chunk_count;
    double chunk_ns; // roughly what one chunk costs: small ones are run together
    int64_t size[12];
    // of the run
    tw_random random;
    const tw_clock *clock;
    // where a chunk says by tw_kernel_fault that its data are wrong, which stops the run (see `explain`)
    int64_t *fault;
    void *state; // state_bytes of it, zero at first, kept between runs
} tw_kernel;

typedef struct tw_op {
    const char *name;
    int inputs;    // how many; -1: given by the entry
    bool stateful; // never merged; run after all other readers of what it writes
    // bit i: input i, a variable of its own or none, is written in place. The lowest one's memory is
    // also the output's, whose shape must be the same. For stateful operators alone.
    uint32_t writes;
    bool random; // draws: attributes.integer[0] is its stream, given by tw_graph_stream
    bool view;   // the output is the input's memory under another shape (reshape)
    int reuses;  // 1 + the input whose memory the output may take over if nobody reads it later
    tw_status (*shape)(const tw_op_shapes *shapes);
    void (*gradient)(const tw_op_gradient *gradient); // NULL: has no derivative

    // element by element (out has the broadcast shape of the inputs):
    tw_tile_value (*tile)(tw_tile_builder *builder, const tw_tile_value *in,
                          const tw_attributes *attributes);

    // or a kernel:
    void (*prepare)(tw_kernel *kernel); // sets chunk_count, chunk_ns and size[] by shapes alone
    void (*begin)(tw_kernel *kernel);   // before the chunks, on one thread; may be NULL
    void (*chunk)(const tw_kernel *kernel, int64_t chunk); // any thread
    void (*end)(tw_kernel *kernel); // after the chunks, on one thread; may be NULL
    size_t (*scratch_bytes)(const tw_kernel *kernel); // after prepare at batch_max; may be NULL
    size_t state_bytes;
    // words for a fault (an operator that has them can fault; updates and assignments wait for it):
    // "softmax_cross_entropy: label 12 at example 3; labels are 0 to 9"
    void (*explain)(const tw_kernel *kernel, int64_t fault, char *message, size_t bytes);
    tw_status fault_status; // what a run with a fault ends with; TW_OK: TW_BAD_ARGUMENT
} tw_op;

// Reports wrong data that a chunk has found, by a number above 0 that grows with the place: 1 + its index,
// or tw_index_fault. The smallest of a run is the one that is told.
static inline void tw_kernel_fault(const tw_kernel *kernel, int64_t fault) {
    int64_t old = __atomic_load_n(kernel->fault, __ATOMIC_RELAXED);
    while ((old == 0 || fault < old) &&
           !__atomic_compare_exchange_n(kernel->fault, &old, fault, true, __ATOMIC_RELAXED,
                                        __ATOMIC_RELAXED)) {
    }
}

// The nodes of an operator's inputs become one node. Latches what the shape rule says.
tw_node tw_graph_add(tw_graph *graph, const tw_op *op, const tw_node *inputs, int count,
                     const tw_attributes *attributes);

// A stream number for a random operator, new in this graph.
int64_t tw_graph_stream(tw_graph *graph);

// Latches the graph's first error (and gives it to the context) and returns `status`.
tw_status tw_graph_fail(tw_graph *graph, tw_status status, const char *format, ...) TW_PRINTF(3, 4);

// The shape that two shapes are broadcast to; false if they do not fit.
bool tw_shape_broadcast(const tw_shape *a, const tw_shape *b, tw_shape *out);

// The shape rule of all element-wise operators: the broadcast of all inputs.
tw_status tw_op_broadcast_shape(const tw_op_shapes *shapes);

// `gradient` summed down to the shape of `to`: what each broadcast input's gradient goes through.
tw_node tw_reduce_to(tw_graph *graph, tw_node gradient, tw_node to);

#endif
