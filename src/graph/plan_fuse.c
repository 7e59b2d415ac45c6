// Fusion: which element-wise nodes become one pass.
//
// Each node gets a level: at least the level of every node that must run before it, and one more than it unless the
// edge between them is tight (both are element-wise over the same shape). Nodes of one level that tight edges connect
// become one pass. A path from one of them to another through a node outside of the pass would have raised the level,
// so passes never wait for each other. A node whose readers are all in one later pass moves down to its level: so a
// derivative is computed where it is used, and never stored. A pass that would have too many arrays is split; nothing
// is computed twice.
#include "base/memory.h"
#include "graph/plan_parts.h"

#define MEMBERS_MAX 128 // of a pass, which limits the values of its program

static void raise_levels(tw_plan_making *making) {
    tw_plan *plan = making->plan;
    for (int32_t i = 0; i < plan->node_count; i++) {
        tw_plan_node *node = &plan->nodes[plan->order[i]];
        int32_t first = making->first_in[plan->order[i]],
                end = making->first_in[plan->order[i] + 1];
        for (int32_t e = first; e < end; e++) {
            const tw_plan_edge *edge = &making->edges[e];
            int32_t level = plan->nodes[edge->from].level + (edge->tight ? 0 : 1);
            if (level > node->level) node->level = level;
        }
    }
}

// The level that `at` may move down to: that of its readers if all are in one pass, else its own.
static int32_t sunk_level(const tw_plan_making *making, int32_t at) {
    const tw_plan *plan = making->plan;
    int32_t lowest = INT32_MAX, pass = -1;
    for (int32_t i = making->first_out[at]; i < making->first_out[at + 1]; i++) {
        const tw_plan_edge *edge = &making->edges[making->out_edges[i]];
        int32_t level = plan->nodes[edge->to].level - (edge->tight ? 0 : 1);
        if (level < lowest) lowest = level;
        if (!edge->data) continue;
        if (!edge->tight || (pass >= 0 && level != pass)) return plan->nodes[at].level;
        pass = level;
    }
    return pass >= 0 && pass == lowest ? pass : plan->nodes[at].level;
}

static void sink(tw_plan_making *making) {
    tw_plan *plan = making->plan;
    for (int32_t i = plan->node_count; i-- > 0;) {
        tw_plan_node *node = &plan->nodes[plan->order[i]];
        bool fixed = !node->element_wise || node->wanted ||
                     tw_plan_entry(plan, plan->order[i])->op->stateful;
        if (!fixed) node->level = sunk_level(making, plan->order[i]);
    }
}

static int32_t root_of(int32_t *parent, int32_t at) {
    while (parent[at] != at) at = parent[at] = parent[parent[at]];
    return at;
}

// Joins nodes that tight edges connect on one level, as trees: parent[...] by node.
static void connect(const tw_plan_making *making, int32_t *parent) {
    const tw_plan *plan = making->plan;
    for (int32_t i = 0; i < plan->node_count; i++) parent[i] = i;
    for (size_t e = 0; e < making->edge_count; e++) {
        const tw_plan_edge *edge = &making->edges[e];
        if (!edge->tight || plan->nodes[edge->from].level != plan->nodes[edge->to].level) continue;
        parent[root_of(parent, edge->from)] = root_of(parent, edge->to);
    }
}

// Lists all nodes by level in `sorted`, and those of one level in the plan's order.
static tw_status sort_by_level(const tw_plan *plan, int32_t *sorted) {
    int32_t levels = 0;
    for (int32_t i = 0; i < plan->node_count; i++) {
        if (plan->nodes[i].level >= levels) levels = plan->nodes[i].level + 1;
    }
    int32_t *start = tw_allocate(plan->context, (size_t)levels + 1, sizeof *start);
    if (start == NULL) return TW_NO_MEMORY;
    for (int32_t i = 0; i < plan->node_count; i++) start[plan->nodes[i].level + 1] += 1;
    for (int32_t i = 0; i < levels; i++) start[i + 1] += start[i];
    for (int32_t i = 0; i < plan->node_count; i++) {
        int32_t at = plan->order[i];
        sorted[start[plan->nodes[at].level]++] = at;
    }
    tw_release(start);
    return TW_OK;
}

// What a step would be with `at` as one more member.
typedef struct joined {
    int arrays, outputs;
} joined;

// Whether an earlier input of `at`, or of another member of `step`, is the node `input`.
static bool is_read(const tw_plan *plan, int32_t step, const int32_t *last_reader, int32_t at,
                    int32_t k) {
    int32_t input = tw_plan_input(plan, at, k);
    if (last_reader[input] == step) return true;
    for (int32_t j = 0; j < k; j++) {
        if (tw_plan_input(plan, at, j) == input) return true;
    }
    return false;
}

static joined join(const tw_plan *plan, int32_t step, const int32_t *last_reader, int32_t at) {
    const tw_plan_step *s = &plan->steps[step];
    joined j = {s->array_estimate, s->open_outputs};
    const tw_graph_entry *entry = tw_plan_entry(plan, at);
    for (int32_t k = 0; k < entry->input_count; k++) {
        int32_t input = tw_plan_input(plan, at, k);
        const tw_plan_node *in = &plan->nodes[input];
        if (in->step == step) {
            if (in->needed == 1)
                j.outputs -= 1; // one that `at` reads twice still counts: an estimate, from above
            continue;
        }
        if (tw_plan_entry(plan, input)->op == &tw_op_constant) continue;
        j.arrays += is_read(plan, step, last_reader, at, k) ? 0 : 1;
    }
    j.outputs += plan->nodes[at].needed > 0 ? 1 : 0;
    return j;
}

static bool fits(const joined *j) {
    return j->arrays + j->outputs <= TW_TILE_ARRAYS_MAX;
}

static void add_member(tw_plan *plan, int32_t step, int32_t *last_reader, int32_t at) {
    tw_plan_step *s = &plan->steps[step];
    joined j = join(plan, step, last_reader, at);
    s->array_estimate = j.arrays;
    s->open_outputs = j.outputs;
    s->node = at;
    s->member_count += 1;
    plan->nodes[at].step = step;
    for (int32_t k = 0; k < tw_plan_entry(plan, at)->input_count; k++) {
        int32_t input = tw_plan_input(plan, at, k);
        if (plan->nodes[input].step == step)
            plan->nodes[input].needed -= 1;
        else
            last_reader[input] = step;
    }
}

// Counts for each node who needs its value: inputs of readers, the caller, a variable.
static void count_needs(tw_plan_making *making) {
    tw_plan *plan = making->plan;
    for (size_t e = 0; e < making->edge_count; e++) {
        if (making->edges[e].data) plan->nodes[making->edges[e].from].needed += 1;
    }
    for (int32_t i = 0; i < plan->node_count; i++) {
        tw_plan_node *node = &plan->nodes[i];
        if (node->wanted) plan->nodes[node->source].needed += 1;
        if (tw_plan_entry(plan, i)->op->stateful) node->needed += 1;
    }
}

// Lists the members of all steps, those of one step in order.
static void list_members(tw_plan *plan, const int32_t *sorted) {
    int32_t first = 0;
    for (int32_t s = 0; s < plan->step_count; s++) {
        plan->steps[s].first_member = first;
        first += plan->steps[s].member_count;
        plan->steps[s].member_count = 0;
    }
    for (int32_t i = 0; i < plan->node_count; i++) {
        int32_t step = plan->nodes[sorted[i]].step;
        if (step < 0) continue;
        tw_plan_step *s = &plan->steps[step];
        plan->members[s->first_member + s->member_count++] = sorted[i];
    }
}

// Goes through the nodes by level. A node joins the open step of the nodes connected with it, if it fits, or opens one.
static void make_steps(tw_plan *plan, const int32_t *sorted, int32_t *parent, int32_t *open,
                       int32_t *last_reader) {
    for (int32_t i = 0; i < plan->node_count; i++) open[i] = last_reader[i] = -1;
    for (int32_t i = 0; i < plan->node_count; i++) {
        int32_t at = sorted[i];
        if (!plan->nodes[at].computed) continue;
        int32_t root = root_of(parent, at), step = open[root];
        if (step >= 0) {
            joined j = join(plan, step, last_reader, at);
            if (!fits(&j) || plan->steps[step].member_count == MEMBERS_MAX) step = -1;
        }
        if (step < 0) {
            step = plan->step_count++;
            plan->steps[step] = (tw_plan_step){.scratch_slot = -1};
            open[root] = step;
        }
        add_member(plan, step, last_reader, at);
    }
}

tw_status tw_plan_fuse(tw_plan_making *making) {
    tw_plan *plan = making->plan;
    size_t count = (size_t)plan->node_count, computed = 0;
    for (size_t i = 0; i < count; i++) computed += plan->nodes[i].computed;
    raise_levels(making);
    sink(making);
    count_needs(making);
    int32_t *room = tw_allocate(plan->context, 4 * count, sizeof *room);
    plan->members = tw_allocate(plan->context, computed, sizeof *plan->members);
    plan->steps = tw_allocate(plan->context, computed, sizeof *plan->steps);
    tw_status status = room && plan->members && plan->steps ? TW_OK : TW_NO_MEMORY;
    if (status == TW_OK) status = sort_by_level(plan, room);
    if (status == TW_OK) {
        connect(making, room + count);
        make_steps(plan, room, room + count, room + 2 * count, room + 3 * count);
        list_members(plan, room);
    }
    tw_release(room);
    return status;
}
