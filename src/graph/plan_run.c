// A run: wave after wave, each in one parallel loop or, where that would cost more than it saves, on the caller's
// thread alone. Which waves are worth it was decided when the plan was bound.
#include "base/parallel.h"
#include "graph/plan_parts.h"

typedef struct work {
    const tw_plan_step *steps;
    const tw_plan_item *items;
} work;

static void run_item(void *user, int64_t number) {
    const work *w = user;
    const tw_plan_item *item = &w->items[number], *end = item + 1;
    int64_t chunk = item->chunk;
    for (int32_t s = item->step; s <= end->step; s++) {
        if (s == end->step && end->chunk == 0) break;
        const tw_plan_step *step = &w->steps[s];
        int64_t last = s == end->step ? end->chunk : step->kernel.chunk_count;
        for (; chunk < last; chunk++) step->op->chunk(&step->kernel, chunk);
        chunk = 0;
    }
}

static void run_wave(tw_plan *plan, const tw_plan_wave *wave) {
    tw_plan_step *first = plan->steps + wave->first_step, *end = first + wave->step_count;
    for (tw_plan_step *s = first; s < end; s++) {
        if (s->op->begin != NULL) s->op->begin(&s->kernel);
    }
    if (wave->parallel && plan->threads > 1) {
        work w = {plan->steps, plan->items + wave->first_item};
        tw_parallel(plan->threads, wave->item_count, run_item, &w);
    } else {
        for (tw_plan_step *s = first; s < end; s++) {
            for (int64_t c = 0; c < s->kernel.chunk_count; c++) s->op->chunk(&s->kernel, c);
        }
    }
    for (tw_plan_step *s = first; s < end; s++) {
        if (s->op->end != NULL) s->op->end(&s->kernel);
    }
}

// Fails with the words of the first step of the wave that found bad data, and forgets all faults; TW_OK if none did.
static tw_status check_faults(tw_plan *plan, const tw_plan_wave *wave) {
    for (int32_t i = 0; i < wave->step_count; i++) {
        tw_plan_step *step = &plan->steps[wave->first_step + i];
        int64_t fault = step->fault;
        if (fault == 0) continue;
        char words[TW_MESSAGE_BYTES] = "";
        step->op->explain(&step->kernel, fault, words, sizeof words);
        tw_status blame = step->op->fault_status;
        for (; i < wave->step_count; i++) plan->steps[wave->first_step + i].fault = 0;
        return tw_fail(plan->context, blame != TW_OK ? blame : TW_BAD_ARGUMENT, "%s", words);
    }
    return TW_OK;
}

// Sets the step, which random numbers depend on too.
static void set_clock(tw_plan *plan, const tw_clock *clock) {
    if (clock != NULL)
        plan->clock = *clock;
    else
        plan->clock = (tw_clock){.step = 1};
    for (int32_t s = 0; s < plan->step_count; s++) {
        plan->steps[s].kernel.random.step = plan->clock.step;
        if (plan->steps[s].pass != NULL) plan->steps[s].pass->call.random.step = plan->clock.step;
    }
}

static tw_status prepare(tw_plan *plan, int64_t batch) {
    if (batch < 1 || batch > plan->options.batch_max) {
        return tw_fail(plan->context, TW_BAD_ARGUMENT,
                       "plan: batch is %lld; 1 to %lld are possible", (long long)batch,
                       (long long)plan->options.batch_max);
    }
    for (int32_t i = 0; i < plan->patch_count; i++) {
        const tw_plan_slot *slot = &plan->slots[plan->patches[i].slot];
        if (slot->address == NULL) {
            return tw_fail(plan->context, TW_BAD_ARGUMENT, "plan: input %s was not fed",
                           tw_plan_entry(plan, slot->node)->name);
        }
        *plan->patches[i].address = slot->address;
    }
    if (batch != plan->bound_batch) tw_plan_bind(plan, batch);
    return TW_OK;
}

tw_status tw_plan_run(tw_plan *plan, int64_t batch, const tw_clock *clock) {
    tw_status status = prepare(plan, batch);
    if (status != TW_OK) return status;
    set_clock(plan, clock);
    uint64_t mode = tw_float_mode_enter();
    for (int32_t w = 0; w < plan->wave_count && status == TW_OK; w++) {
        const tw_plan_wave *wave = &plan->waves[w];
        run_wave(plan, wave);
        if (wave->can_fault) status = check_faults(plan, wave);
    }
    tw_float_mode_leave(mode);
    return status;
}
