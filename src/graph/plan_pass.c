// Passes: fused element-wise nodes as one tile program, and how it goes through arrays that are broadcast.
#include "base/memory.h"
#include "graph/plan_parts.h"

#include <assert.h>
#include <string.h>

#define CHUNK_ELEMENTS_MIN 4096
#define CHUNK_ELEMENTS_MAX 32768
#define CHUNKS_WANTED 8

// ---- making the program

// The array of the pass through which `node` is read or written, or -1 if there are too many. Nodes that share memory
// and shape share an array, so that the program knows that it reads and writes the same memory.
static int array_of(tw_plan *plan, tw_plan_pass *pass, int32_t node) {
    int32_t slot = plan->nodes[node].slot;
    assert(slot >= 0);
    int32_t root = plan->slots[slot].root;
    const tw_shape *shape = &tw_plan_entry(plan, node)->shape;
    for (int i = 0; i < pass->array_count; i++) {
        const tw_plan_array *array = &pass->array[i];
        if (plan->slots[array->slot].root == root &&
            tw_shape_equal(&tw_plan_entry(plan, array->node)->shape, shape)) {
            return i;
        }
    }
    if (pass->array_count == TW_TILE_ARRAYS_MAX) return -1;
    pass->array[pass->array_count] = (tw_plan_array){.slot = slot, .node = node};
    return pass->array_count++;
}

static tw_tile_value read_input(tw_plan *plan, tw_plan_step *step, tw_tile_builder *builder,
                                int32_t input) {
    const tw_graph_entry *entry = tw_plan_entry(plan, input);
    int32_t made_by = plan->nodes[input].step;
    if (made_by >= 0 && &plan->steps[made_by] == step) return plan->nodes[input].value;
    if (entry->op == &tw_op_constant) return tw_tile_constant(builder, entry->attributes.number[0]);
    int array = array_of(plan, step->pass, input);
    assert(array >= 0); // fusion counted them
    return tw_tile_read(builder, array);
}

static void add_values(tw_plan *plan, tw_plan_step *step, tw_tile_builder *builder) {
    for (int32_t m = 0; m < step->member_count; m++) {
        int32_t at = plan->members[step->first_member + m];
        const tw_graph_entry *entry = tw_plan_entry(plan, at);
        tw_tile_value in[TW_OP_INPUTS_MAX];
        for (int32_t k = 0; k < entry->input_count; k++) {
            in[k] = read_input(plan, step, builder, tw_plan_input(plan, at, k));
        }
        plan->nodes[at].value = entry->op->tile(builder, in, &entry->attributes);
    }
    for (int32_t m = 0; m < step->member_count; m++) {
        int32_t at = plan->members[step->first_member + m];
        if (plan->nodes[at].slot < 0) continue;
        int array = array_of(plan, step->pass, at);
        assert(array >= 0);
        step->pass->array[array].written = true;
        tw_tile_write(builder, array, plan->nodes[at].value);
    }
}

tw_status tw_plan_make_pass(tw_plan *plan, tw_plan_step *step) {
    tw_tile_builder *builder = NULL;
    tw_status status = tw_tile_builder_new(plan->context, &builder);
    if (status == TW_OK) {
        for (int32_t m = 0; m < step->member_count; m++) {
            plan->nodes[plan->members[step->first_member + m]].value = TW_TILE_NO_VALUE;
        }
        add_values(plan, step, builder);
        status = tw_tile_build(builder, &step->pass->program);
    }
    tw_tile_builder_free(builder);
    return status;
}

// ---- walking

// The steps of a row-major array of shape `in` along the axes of `out`; 0 along axes where it is repeated.
static void steps_of(const tw_shape *in, const tw_shape *out, int64_t steps[TW_RANK_MAX]) {
    int missing = out->rank - in->rank;
    int64_t step = 1;
    for (int i = out->rank; i-- > 0;) {
        int64_t size = i < missing ? 1 : in->size[i - missing];
        steps[i] = size == 1 ? 0 : step;
        step *= size;
    }
}

// Whether, in every array, axis `axis` can be merged into the last axis of the space.
static bool continues(const tw_plan_pass *pass, int64_t (*steps)[TW_RANK_MAX], int axis,
                      int64_t size) {
    for (int i = 0; i < pass->array_count; i++) {
        if (pass->walk[i].step[pass->space.rank - 1] != steps[i][axis] * size) return false;
    }
    return true;
}

// Makes the space of the axes of `shape`: axes of one element are left out, axes that can be merged are.
static void find_space(tw_plan_pass *pass, const tw_shape *shape, int64_t (*steps)[TW_RANK_MAX]) {
    tw_tile_space *space = &pass->space;
    space->rank = 0;
    for (int axis = 0; axis < shape->rank; axis++) {
        int64_t size = shape->size[axis];
        if (size == 1) continue;
        if (space->rank > 0 && continues(pass, steps, axis, size)) {
            space->size[space->rank - 1] *= size;
        } else {
            assert(space->rank < TW_TILE_RANK_MAX);
            space->size[space->rank++] = size;
        }
        for (int i = 0; i < pass->array_count; i++) {
            pass->walk[i].step[space->rank - 1] = steps[i][axis];
        }
    }
}

static void find_walks(const tw_plan *plan, tw_plan_pass *pass, const tw_shape *shape,
                       int64_t batch) {
    int64_t steps[TW_TILE_ARRAYS_MAX][TW_RANK_MAX];
    for (int i = 0; i < pass->array_count; i++) {
        tw_shape in = tw_shape_at(&tw_plan_entry(plan, pass->array[i].node)->shape, batch);
        steps_of(&in, shape, steps[i]);
    }
    find_space(pass, shape, steps);
}

static bool is_whole(const tw_plan_pass *pass) {
    for (int i = 0; i < pass->array_count; i++) {
        if (pass->space.rank != 1 || pass->walk[i].step[0] != 1) return false;
    }
    return true;
}

void tw_plan_bind_pass(tw_plan *plan, tw_plan_step *step, int64_t batch) {
    tw_plan_pass *pass = step->pass;
    tw_shape shape = tw_shape_at(&tw_plan_entry(plan, step->node)->shape, batch);
    pass->elements = tw_shape_elements(&shape);
    bool whole =
        pass->elements <= 1; // if it is 0, the other axes may be so large that steps would overflow
    if (!whole) {
        find_walks(plan, pass, &shape, batch);
        whole = is_whole(pass);
    }
    pass->call.space = whole ? NULL : &pass->space;
    pass->call.walks = whole ? NULL : pass->walk;
    int64_t chunk = pass->elements / CHUNKS_WANTED;
    if (chunk < CHUNK_ELEMENTS_MIN) chunk = CHUNK_ELEMENTS_MIN;
    if (chunk > CHUNK_ELEMENTS_MAX) chunk = CHUNK_ELEMENTS_MAX;
    chunk = (chunk + TW_TILE_ELEMENTS - 1) / TW_TILE_ELEMENTS * TW_TILE_ELEMENTS;
    pass->chunk_elements = chunk;
    step->kernel.chunk_count = (pass->elements + chunk - 1) / chunk;
    double element_ns = 0.1 * pass->array_count + 0.15 * step->member_count;
    int64_t least = chunk < pass->elements ? chunk : pass->elements;
    step->kernel.chunk_ns = 60.0 + element_ns * (double)least;
}

static void run_chunk(const tw_kernel *kernel, int64_t chunk) {
    const tw_plan_pass *pass = kernel->attributes->object;
    int64_t first = chunk * pass->chunk_elements, end = first + pass->chunk_elements;
    tw_tile_run(pass->program, pass->dtype, &pass->call, first,
                end < pass->elements ? end : pass->elements);
}

const tw_op tw_op_pass = {.name = "pass", .chunk = run_chunk};
