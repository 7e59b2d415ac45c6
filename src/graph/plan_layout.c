// Memory: where each value lies. Values that do not live at the same time share memory in one arena. A pass, or an
// operator that allows it, writes over an input that nothing needs any more. Views, and values stored in variables,
// have no memory of their own. Time is counted in waves, whose steps run at the same time.
#include "base/checked.h"
#include "base/memory.h"
#include "graph/plan_parts.h"

#include <string.h>

// Bytes of a node's elements at batch_max; false if they do not fit.
static bool bytes_of(const tw_plan *plan, int32_t node, size_t *bytes) {
    const tw_graph_entry *entry = tw_plan_entry(plan, node);
    for (int i = 0; i < entry->shape.rank; i++) {
        int64_t checked;
        if (entry->shape.size[i] < 0 &&
            !tw_checked_multiply(-entry->shape.size[i], plan->options.batch_max, &checked)) {
            return false;
        }
    }
    tw_shape shape = tw_shape_at(&entry->shape, plan->options.batch_max);
    int64_t elements = tw_shape_elements(&shape);
    return elements >= 0 && elements < (int64_t)1 << 50 &&
           tw_checked_multiply_size((size_t)elements, tw_dtype_size(entry->dtype), bytes);
}

static int32_t new_slot(tw_plan *plan, tw_slot_kind kind, int32_t node, size_t bytes) {
    int32_t number = plan->slot_count++;
    plan->slots[number] = (tw_plan_slot){.kind = kind,
                                         .node = node,
                                         .root = number,
                                         .bytes = bytes,
                                         .first_wave = -1,
                                         .last_step = TW_PLAN_NO_STEP};
    return number;
}

static tw_status bind_variable(tw_plan_making *making, int32_t node, size_t bytes) {
    tw_plan *plan = making->plan;
    const tw_graph_entry *entry = tw_plan_entry(plan, node);
    tw_tensor *tensor;
    tw_status status =
        tw_variables_have(making->variables, entry->name, entry->dtype, &entry->shape, &tensor);
    if (status != TW_OK) return status;
    int32_t slot = plan->nodes[node].slot = new_slot(plan, TW_SLOT_VARIABLE, node, bytes);
    plan->slots[slot].address = tw_tensor_data(tensor);
    plan->variable_bytes += bytes;
    if (entry->op == &tw_op_parameter) {
        plan->parameter_count += (uint64_t)tw_tensor_elements(tensor);
    }
    return TW_OK;
}

// Gives a node that is no view its slot: a new one, or that of the variable that it writes.
static tw_status give_slot(tw_plan_making *making, int32_t at) {
    tw_plan *plan = making->plan;
    tw_plan_node *node = &plan->nodes[at];
    const tw_graph_entry *entry = tw_plan_entry(plan, at);
    size_t bytes = 0;
    if (!bytes_of(plan, at, &bytes)) {
        char text[TW_SHAPE_TEXT_BYTES];
        return tw_fail(plan->context, TW_BAD_SHAPE, "plan: %s is %s, too large for B = %lld",
                       entry->name, tw_shape_format(&entry->shape, text),
                       (long long)plan->options.batch_max);
    }
    if (tw_op_is_variable(entry->op)) return bind_variable(making, at, bytes);
    if (node->computed && entry->op->writes != 0) {
        int32_t variable = tw_plan_input(plan, at, __builtin_ctz(entry->op->writes));
        node->slot = plan->nodes[variable].slot;
        return TW_OK;
    }
    if (node->element_wise && node->needed == 0) return TW_OK; // stays inside its pass
    node->slot =
        new_slot(plan, entry->op == &tw_op_input ? TW_SLOT_INPUT : TW_SLOT_ARENA, at, bytes);
    if (entry->op == &tw_op_constant) {
        tw_plan_slot *slot = &plan->slots[node->slot];
        slot->filled = true;
        slot->first_wave = 0;
        slot->last_wave = TW_PLAN_FOR_EVER;
    }
    return TW_OK;
}

// Marks the nodes that kernels read. Only these need memory for constants, as passes have constants in their programs.
static tw_status mark_read_by_kernels(tw_plan *plan, bool **read) {
    *read = tw_allocate(plan->context, (size_t)plan->node_count, sizeof **read);
    if (*read == NULL) return TW_NO_MEMORY;
    for (int32_t i = 0; i < plan->node_count; i++) {
        if (plan->nodes[i].element_wise) continue;
        for (int32_t k = 0; k < tw_plan_entry(plan, i)->input_count; k++) {
            (*read)[tw_plan_source(plan, i, k)] = true;
        }
    }
    return TW_OK;
}

static tw_status give_slots(tw_plan_making *making) {
    tw_plan *plan = making->plan;
    bool *read = NULL;
    tw_status status = mark_read_by_kernels(plan, &read);
    for (int32_t i = 0; i < plan->node_count && status == TW_OK; i++) {
        tw_plan_node *node = &plan->nodes[i];
        if (node->source != i) {
            node->slot = plan->nodes[node->source].slot;
            continue;
        }
        bool constant = tw_plan_entry(plan, i)->op == &tw_op_constant;
        if (!constant || node->wanted || read[i]) status = give_slot(making, i);
    }
    tw_release(read);
    return status;
}

// ---- lives

static void use(tw_plan *plan, int32_t slot, int32_t step) {
    tw_plan_slot *s = &plan->slots[slot];
    int32_t wave = plan->steps[step].wave;
    if (s->first_wave < 0) s->first_wave = wave;
    if (s->last_step >= 0 && s->last_wave == wave && s->last_step != step) {
        s->last_step = TW_PLAN_SEVERAL_STEPS;
    } else if (wave > s->last_wave || s->last_step == TW_PLAN_NO_STEP) {
        s->last_wave = wave;
        s->last_step = step;
    }
}

// From the step that makes a value to the last that uses it.
static void find_lives(tw_plan *plan) {
    for (int32_t step = 0; step < plan->step_count; step++) {
        const tw_plan_step *s = &plan->steps[step];
        for (int32_t m = 0; m < s->member_count; m++) {
            int32_t at = plan->members[s->first_member + m];
            if (plan->nodes[at].slot >= 0) use(plan, plan->nodes[at].slot, step);
            for (int32_t k = 0; k < tw_plan_entry(plan, at)->input_count; k++) {
                int32_t slot = plan->nodes[tw_plan_input(plan, at, k)].slot;
                if (slot >= 0 && !plan->slots[slot].filled) use(plan, slot, step);
            }
        }
    }
    for (int32_t i = 0; i < plan->node_count; i++) {
        if (!plan->nodes[i].wanted || plan->nodes[i].slot < 0) continue;
        plan->slots[plan->nodes[i].slot].last_wave = TW_PLAN_FOR_EVER;
        plan->slots[plan->nodes[i].slot].last_step = TW_PLAN_SEVERAL_STEPS;
    }
}

// ---- taking over an input's memory

// Whether, from its wave on, `step` alone uses the memory that `slot` lies in.
static bool dies_in(const tw_plan *plan, int32_t slot, int32_t step) {
    const tw_plan_slot *root = &plan->slots[plan->slots[slot].root];
    return root->kind == TW_SLOT_ARENA && !root->filled &&
           root->last_wave == plan->steps[step].wave && root->last_step == step;
}

static void take_over(tw_plan *plan, int32_t slot, int32_t input_slot) {
    tw_plan_slot *root = &plan->slots[plan->slots[input_slot].root];
    const tw_plan_slot *taken = &plan->slots[slot];
    root->last_wave = taken->last_wave;
    root->last_step = taken->last_step;
    plan->slots[slot].root = plan->slots[input_slot].root;
}

// How many of the step's inputs lie in the memory of `slot`.
static int count_reads(const tw_plan *plan, const tw_plan_step *step, int32_t slot) {
    int reads = 0;
    int32_t root = plan->slots[slot].root, seen[TW_TILE_ARRAYS_MAX];
    int seen_count = 0;
    for (int32_t m = 0; m < step->member_count; m++) {
        int32_t at = plan->members[step->first_member + m];
        for (int32_t k = 0; k < tw_plan_entry(plan, at)->input_count; k++) {
            int32_t input = tw_plan_input(plan, at, k), other = plan->nodes[input].slot;
            if (other < 0 || plan->slots[other].root != root) continue;
            bool again = false;
            for (int i = 0; i < seen_count; i++) again = again || seen[i] == input;
            if (again && plan->nodes[at].element_wise) continue;
            if (seen_count < TW_TILE_ARRAYS_MAX) seen[seen_count++] = input;
            reads += 1;
        }
    }
    return reads;
}

// Lets an output of a pass take over an input that has its shape and that one array of the pass reads.
static void reuse_in_pass(tw_plan *plan, int32_t step, int32_t out) {
    const tw_plan_step *s = &plan->steps[step];
    const tw_shape *shape = &tw_plan_entry(plan, out)->shape;
    for (int32_t m = 0; m < s->member_count; m++) {
        int32_t at = plan->members[s->first_member + m];
        for (int32_t k = 0; k < tw_plan_entry(plan, at)->input_count; k++) {
            int32_t input = tw_plan_input(plan, at, k), slot = plan->nodes[input].slot;
            if (slot < 0 || plan->nodes[plan->nodes[input].source].step == step) continue;
            if (!dies_in(plan, slot, step) || count_reads(plan, s, slot) != 1) continue;
            if (!tw_shape_equal(&tw_plan_entry(plan, input)->shape, shape)) continue;
            take_over(plan, plan->nodes[out].slot, slot);
            return;
        }
    }
}

static void reuse_in_kernel(tw_plan *plan, int32_t step, int32_t out) {
    const tw_op *op = tw_plan_entry(plan, out)->op;
    if (op->reuses == 0) return;
    int32_t slot = plan->nodes[tw_plan_input(plan, out, op->reuses - 1)].slot;
    if (!dies_in(plan, slot, step) || count_reads(plan, &plan->steps[step], slot) != 1) return;
    if (plan->slots[plan->nodes[out].slot].bytes > plan->slots[slot].bytes) return;
    take_over(plan, plan->nodes[out].slot, slot);
}

static void reuse(tw_plan *plan) {
    for (int32_t step = 0; step < plan->step_count; step++) {
        const tw_plan_step *s = &plan->steps[step];
        for (int32_t m = 0; m < s->member_count; m++) {
            int32_t at = plan->members[s->first_member + m], slot = plan->nodes[at].slot;
            if (slot < 0 || plan->slots[slot].kind != TW_SLOT_ARENA) continue;
            if (plan->nodes[at].element_wise)
                reuse_in_pass(plan, step, at);
            else
                reuse_in_kernel(plan, step, at);
        }
    }
}

// ---- the arena

static void fill(const tw_plan *plan, const tw_plan_slot *slot) {
    const tw_graph_entry *entry = tw_plan_entry(plan, slot->node);
    size_t count = slot->bytes / tw_dtype_size(entry->dtype);
    double value = entry->attributes.number[0];
    for (size_t i = 0; i < count; i++) {
        if (entry->dtype == TW_F32)
            ((float *)slot->address)[i] = (float)value;
        else
            ((double *)slot->address)[i] = value;
    }
}

static tw_status make_arena(tw_plan *plan) {
    plan->arena = tw_allocate(plan->context, plan->arena_bytes, 1);
    if (plan->arena == NULL) return TW_NO_MEMORY;
    for (int32_t i = 0; i < plan->slot_count; i++) {
        tw_plan_slot *slot = &plan->slots[i];
        if (slot->kind != TW_SLOT_ARENA) continue;
        slot->offset = plan->slots[slot->root].offset;
        slot->address = plan->arena + slot->offset;
        if (slot->filled) fill(plan, slot);
    }
    return TW_OK;
}

static tw_status add_scratch(tw_plan *plan) {
    for (int32_t s = 0; s < plan->step_count; s++) {
        tw_plan_step *step = &plan->steps[s];
        if (step->op->scratch_bytes == NULL) continue;
        size_t bytes = step->op->scratch_bytes(&step->kernel);
        if (bytes == 0) continue;
        if (bytes > SIZE_MAX / 2) {
            return tw_fail(plan->context, TW_NO_MEMORY, "plan: %s needs too much memory",
                           tw_plan_entry(plan, step->node)->name);
        }
        step->scratch_slot = new_slot(plan, TW_SLOT_ARENA, -1, bytes);
        tw_plan_slot *slot = &plan->slots[step->scratch_slot];
        slot->first_wave = slot->last_wave = step->wave;
        slot->last_step = s;
    }
    return TW_OK;
}

tw_status tw_plan_lay_out(tw_plan_making *making) {
    tw_plan *plan = making->plan;
    size_t most = (size_t)plan->node_count + (size_t)plan->step_count;
    plan->slots = tw_allocate(plan->context, most, sizeof *plan->slots);
    if (plan->slots == NULL) return TW_NO_MEMORY;
    tw_status status = give_slots(making);
    if (status == TW_OK) status = tw_plan_describe_steps(plan);
    if (status != TW_OK) return status;
    find_lives(plan);
    reuse(plan);
    status = add_scratch(plan);
    if (status == TW_OK) status = tw_plan_place(plan);
    if (status == TW_OK) status = make_arena(plan);
    return status;
}
