// Waves: steps that do not depend on each other and run in one parallel loop. A step runs in the first wave it can, so
// that an update follows its gradient at once. But a step that reads only variables and inputs runs right before it
// is needed, so that its result takes no memory before.
#include "base/memory.h"
#include "graph/plan_parts.h"

static bool crosses(const tw_plan *plan, const tw_plan_edge *edge) {
    return plan->nodes[edge->from].step != plan->nodes[edge->to].step;
}

static int32_t first_wave(const tw_plan_making *making, const tw_plan_step *step) {
    const tw_plan *plan = making->plan;
    int32_t wave = 0;
    for (int32_t m = 0; m < step->member_count; m++) {
        int32_t at = plan->members[step->first_member + m];
        for (int32_t e = making->first_in[at]; e < making->first_in[at + 1]; e++) {
            const tw_plan_edge *edge = &making->edges[e];
            if (!crosses(plan, edge)) continue;
            int32_t before = plan->steps[plan->nodes[edge->from].step].wave;
            if (before + 1 > wave) wave = before + 1;
        }
    }
    return wave;
}

// The wave before the first one that needs `step`; its own if none does.
static int32_t latest_wave(const tw_plan_making *making, const tw_plan_step *step) {
    const tw_plan *plan = making->plan;
    int32_t wave = INT32_MAX;
    for (int32_t m = 0; m < step->member_count; m++) {
        int32_t at = plan->members[step->first_member + m];
        for (int32_t i = making->first_out[at]; i < making->first_out[at + 1]; i++) {
            const tw_plan_edge *edge = &making->edges[making->out_edges[i]];
            if (!crosses(plan, edge)) continue;
            int32_t behind = plan->steps[plan->nodes[edge->to].step].wave;
            if (behind - 1 < wave) wave = behind - 1;
        }
    }
    return wave == INT32_MAX ? step->wave : wave;
}

static bool has_input_steps(const tw_plan_making *making, const tw_plan_step *step) {
    for (int32_t m = 0; m < step->member_count; m++) {
        int32_t at = making->plan->members[step->first_member + m];
        for (int32_t e = making->first_in[at]; e < making->first_in[at + 1]; e++) {
            if (crosses(making->plan, &making->edges[e])) return true;
        }
    }
    return false;
}

static void number_waves(tw_plan_making *making) {
    tw_plan *plan = making->plan;
    for (int32_t s = 0; s < plan->step_count; s++) {
        plan->steps[s].wave = first_wave(making, &plan->steps[s]);
    }
    for (int32_t s = plan->step_count; s-- > 0;) {
        tw_plan_step *step = &plan->steps[s];
        if (!has_input_steps(making, step)) step->wave = latest_wave(making, step);
        if (step->wave >= plan->wave_count) plan->wave_count = step->wave + 1;
    }
}

// Sorts the steps by wave and updates their numbers in the nodes. Waves without a step are dropped.
static tw_status sort_steps(tw_plan *plan) {
    size_t count = (size_t)plan->step_count, waves = (size_t)plan->wave_count;
    tw_plan_step *sorted = tw_allocate(plan->context, count, sizeof *sorted);
    int32_t *start = tw_allocate(plan->context, waves + 1, sizeof *start);
    int32_t *wave_number = tw_allocate(plan->context, waves + 1, sizeof *wave_number);
    plan->waves = tw_allocate(plan->context, waves, sizeof *plan->waves);
    if (!sorted || !start || !wave_number || !plan->waves) {
        tw_release(sorted);
        tw_release(start);
        tw_release(wave_number);
        return TW_NO_MEMORY;
    }
    for (size_t s = 0; s < count; s++) start[plan->steps[s].wave + 1] += 1;
    for (size_t w = 0; w < waves; w++) {
        wave_number[w + 1] = wave_number[w] + (start[w + 1] > 0 ? 1 : 0);
        start[w + 1] += start[w];
    }
    for (size_t s = 0; s < count; s++) {
        tw_plan_step *step = &plan->steps[s];
        int32_t to = start[step->wave]++;
        step->wave = wave_number[step->wave];
        sorted[to] = *step;
        for (int32_t m = 0; m < step->member_count; m++) {
            plan->nodes[plan->members[step->first_member + m]].step = to;
        }
    }
    plan->wave_count = wave_number[waves];
    tw_release(plan->steps);
    plan->steps = sorted;
    tw_release(start);
    tw_release(wave_number);
    return TW_OK;
}

tw_status tw_plan_cut_waves(tw_plan_making *making) {
    tw_plan *plan = making->plan;
    number_waves(making);
    tw_status status = sort_steps(plan);
    if (status != TW_OK) return status;
    for (int32_t s = 0; s < plan->step_count; s++) {
        tw_plan_wave *wave = &plan->waves[plan->steps[s].wave];
        if (wave->step_count++ == 0) wave->first_step = s;
        const tw_op *op = tw_plan_entry(plan, plan->steps[s].node)->op;
        wave->can_fault = wave->can_fault || op->explain != NULL;
    }
    return TW_OK;
}
