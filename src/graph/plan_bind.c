// Binding: what depends on the number of examples. Sizes and chunks of each step, and items: pieces of a wave's work
// that are worth handing to a thread, cut by shape alone.
#include "base/memory.h"
#include "graph/plan_parts.h"

#include <assert.h>

#define PARALLEL_NS_MIN 25e3 // a wave that takes less runs on the caller's thread
#define ITEMS_WANTED 8.0     // in a wave, of a length between these two
#define ITEM_NS_MIN 4e3
#define ITEM_NS_MAX 20e3
#define CHUNK_NS_UNKNOWN 1e3 // of a kernel that does not say what a chunk costs

tw_shape tw_shape_at(const tw_shape *shape, int64_t batch) {
    tw_shape real = *shape;
    for (int i = 0; i < real.rank; i++) {
        if (real.size[i] < 0) real.size[i] *= -batch;
    }
    return real;
}

static bool has_batch(const tw_shape *shape) {
    for (int i = 0; i < shape->rank; i++) {
        if (shape->size[i] < 0) return true;
    }
    return false;
}

static bool varies(const tw_plan *plan, const tw_plan_step *step) {
    const tw_graph_entry *entry = tw_plan_entry(plan, step->node);
    if (has_batch(&entry->shape)) return true;
    for (int32_t k = 0; k < entry->input_count; k++) {
        if (has_batch(&tw_plan_entry(plan, tw_plan_input(plan, step->node, k))->shape)) return true;
    }
    return false;
}

static void bind_kernel(tw_plan *plan, tw_plan_step *step, int64_t batch) {
    tw_kernel *kernel = &step->kernel;
    for (int k = 0; k < kernel->in_count; k++) {
        int32_t input = tw_plan_input(plan, step->node, k);
        kernel->in_shape[k] = tw_shape_at(&tw_plan_entry(plan, input)->shape, batch);
    }
    kernel->out_shape = tw_shape_at(&tw_plan_entry(plan, step->node)->shape, batch);
    kernel->batch = batch;
    kernel->chunk_count = 1;
    kernel->chunk_ns = 0.0;
    if (step->op->prepare != NULL) step->op->prepare(kernel);
    if (!(kernel->chunk_ns > 0.0)) kernel->chunk_ns = CHUNK_NS_UNKNOWN;
}

// Sets what does not depend on the batch.
static void describe_kernel(tw_plan *plan, tw_plan_step *step) {
    const tw_graph_entry *entry = tw_plan_entry(plan, step->node);
    tw_kernel *kernel = &step->kernel;
    step->attributes = entry->attributes;
    kernel->attributes = &step->attributes;
    kernel->dtype = plan->graph->dtype;
    kernel->in_count = entry->input_count;
    for (int k = 0; k < kernel->in_count; k++) {
        kernel->in_dtype[k] = tw_plan_entry(plan, tw_plan_input(plan, step->node, k))->dtype;
    }
    kernel->threads = plan->threads;
    kernel->clock = &plan->clock;
    kernel->fault = &step->fault;
    kernel->random = (tw_random){.seed = plan->options.seed, .purpose = TW_FOR_DROPOUT, .step = 1};
    if (entry->op->random) kernel->random.stream = (uint32_t)entry->attributes.integer[0];
    step->op = entry->op;
}

static tw_status describe_pass(tw_plan *plan, tw_plan_step *step) {
    step->pass = tw_allocate(plan->context, 1, sizeof *step->pass);
    if (step->pass == NULL) return TW_NO_MEMORY;
    step->pass->dtype = plan->graph->dtype;
    step->pass->call.random =
        (tw_random){.seed = plan->options.seed, .purpose = TW_FOR_DROPOUT, .step = 1};
    step->attributes.object = step->pass;
    step->kernel.attributes = &step->attributes;
    step->kernel.fault = &step->fault;
    step->op = &tw_op_pass;
    return TW_OK;
}

tw_status tw_plan_describe_steps(tw_plan *plan) {
    tw_status status = TW_OK;
    for (int32_t s = 0; s < plan->step_count && status == TW_OK; s++) {
        tw_plan_step *step = &plan->steps[s];
        step->varies = varies(plan, step);
        if (plan->nodes[step->node].element_wise) {
            status = describe_pass(plan, step);
        } else {
            describe_kernel(plan, step);
            bind_kernel(plan, step, plan->options.batch_max);
        }
    }
    return status;
}

// ---- items

static double item_ns(const tw_plan *plan, const tw_plan_wave *wave, double *total_ns) {
    *total_ns = 0.0;
    for (int32_t s = wave->first_step; s < wave->first_step + wave->step_count; s++) {
        const tw_kernel *kernel = &plan->steps[s].kernel;
        *total_ns += kernel->chunk_ns * (double)kernel->chunk_count;
    }
    double ns = *total_ns / ITEMS_WANTED;
    return ns < ITEM_NS_MIN ? ITEM_NS_MIN : ns > ITEM_NS_MAX ? ITEM_NS_MAX : ns;
}

// Cuts the chunks of a wave's steps, one step behind the other, into items of at least `ns`, and returns how many. If
// `items` is not NULL, writes where they start, and makes at most `room`: the last one then gets the rest.
static int32_t cut_items(const tw_plan *plan, const tw_plan_wave *wave, double ns,
                         tw_plan_item *items, int32_t room) {
    int32_t count = 0;
    double filled = ns; // the first chunk opens an item
    for (int32_t s = wave->first_step; s < wave->first_step + wave->step_count; s++) {
        const tw_kernel *kernel = &plan->steps[s].kernel;
        for (int64_t c = 0; c < kernel->chunk_count; c++) {
            if (filled >= ns && (items == NULL || count < room)) {
                if (items != NULL) items[count] = (tw_plan_item){s, c};
                count += 1;
                filled = 0.0;
            }
            filled += kernel->chunk_ns;
        }
    }
    return count;
}

static void bind_wave(tw_plan *plan, tw_plan_wave *wave) {
    double total_ns, ns = item_ns(plan, wave, &total_ns);
    wave->parallel = total_ns >= PARALLEL_NS_MIN && wave->item_room > 1;
    if (!wave->parallel) return;
    tw_plan_item *items = plan->items + wave->first_item;
    wave->item_count = cut_items(plan, wave, ns, items, wave->item_room);
    items[wave->item_count] = (tw_plan_item){wave->first_step + wave->step_count, 0};
    wave->parallel = wave->item_count > 1;
}

void tw_plan_bind(tw_plan *plan, int64_t batch) {
    bool first = plan->bound_batch == 0;
    for (int32_t s = 0; s < plan->step_count; s++) {
        tw_plan_step *step = &plan->steps[s];
        step->kernel.batch = batch; // for those too whose shapes do not tell it
        if (!first && !step->varies) continue;
        if (step->pass != NULL)
            tw_plan_bind_pass(plan, step, batch);
        else
            bind_kernel(plan, step, batch);
    }
    for (int32_t w = 0; w < plan->wave_count; w++) bind_wave(plan, &plan->waves[w]);
    plan->bound_batch = batch;
}

// ---- addresses

// Sets an address to that of a slot, and notes it if it changes with an input.
static void point(tw_plan *plan, int32_t slot, const void **address) {
    *address = plan->slots[slot].address;
    if (plan->slots[slot].kind != TW_SLOT_INPUT) return;
    plan->patches[plan->patch_count++] = (tw_plan_patch){slot, address};
}

static void point_pass(tw_plan *plan, tw_plan_pass *pass) {
    for (int i = 0; i < pass->array_count; i++) {
        const void **address = (const void **)&pass->address[i];
        point(plan, pass->array[i].slot, address);
    }
    pass->call.arrays = pass->address;
}

static void point_kernel(tw_plan *plan, tw_plan_step *step) {
    tw_kernel *kernel = &step->kernel;
    for (int k = 0; k < kernel->in_count; k++) {
        point(plan, plan->nodes[tw_plan_input(plan, step->node, k)].slot, &kernel->in[k]);
    }
    kernel->out = plan->slots[plan->nodes[step->node].slot].address;
    if (step->scratch_slot >= 0) kernel->scratch = plan->slots[step->scratch_slot].address;
}

// Makes the memory that kernels keep between runs.
static tw_status give_state(tw_plan *plan) {
    size_t bytes = 0;
    for (int32_t s = 0; s < plan->step_count; s++) {
        bytes += (plan->steps[s].op->state_bytes + TW_ALIGN - 1) / TW_ALIGN * TW_ALIGN;
    }
    plan->state = tw_allocate(plan->context, bytes, 1);
    if (plan->state == NULL) return TW_NO_MEMORY;
    size_t at = 0;
    for (int32_t s = 0; s < plan->step_count; s++) {
        size_t own = plan->steps[s].op->state_bytes;
        if (own > 0) plan->steps[s].kernel.state = plan->state + at;
        at += (own + TW_ALIGN - 1) / TW_ALIGN * TW_ALIGN;
    }
    return TW_OK;
}

static tw_status give_addresses(tw_plan *plan) {
    size_t inputs = 0;
    for (int32_t s = 0; s < plan->step_count; s++) {
        const tw_plan_step *step = &plan->steps[s];
        inputs +=
            step->pass != NULL ? (size_t)step->pass->array_count : (size_t)step->kernel.in_count;
    }
    plan->patches = tw_allocate(plan->context, inputs, sizeof *plan->patches);
    if (plan->patches == NULL) return TW_NO_MEMORY;
    for (int32_t s = 0; s < plan->step_count; s++) {
        tw_plan_step *step = &plan->steps[s];
        if (step->pass != NULL)
            point_pass(plan, step->pass);
        else
            point_kernel(plan, step);
    }
    return TW_OK;
}

// Room for the items of all waves at the plan's batch_max; smaller batches have to do with it.
static tw_status make_items(tw_plan *plan) {
    for (int32_t s = 0; s < plan->step_count; s++) {
        tw_plan_step *step = &plan->steps[s];
        if (step->pass != NULL) tw_plan_bind_pass(plan, step, plan->options.batch_max);
    }
    int32_t items = 0;
    for (int32_t w = 0; w < plan->wave_count; w++) {
        tw_plan_wave *wave = &plan->waves[w];
        double total_ns, ns = item_ns(plan, wave, &total_ns);
        wave->first_item = items;
        wave->item_room = cut_items(plan, wave, ns, NULL, 0);
        items += wave->item_room + 1;
    }
    plan->items = tw_allocate(plan->context, (size_t)items, sizeof *plan->items);
    return plan->items != NULL ? TW_OK : TW_NO_MEMORY;
}

tw_status tw_plan_make_runnable(tw_plan *plan) {
    tw_status status = give_addresses(plan);
    if (status == TW_OK) status = give_state(plan);
    if (status == TW_OK) status = make_items(plan);
    if (status == TW_OK) tw_plan_bind(plan, plan->options.batch_max);
    return status;
}
