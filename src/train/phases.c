#include "train/phases.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/fail.h"
#include "base/memory.h"
#include "minimize/solver.h"
#include "train/slbfgs.h"
#include "train/training.h"

#define EPOCHS_MAX 1000000000 // of a phase

// ---- the text

static const char *skip_blanks(const char *from, const char *end) {
    while (from < end && *from == ' ') from++;
    return from;
}

static const char *cut_blanks(const char *from, const char *end) {
    while (end > from && end[-1] == ' ') end--;
    return end;
}

// Where " for " stands last in a phase's text, or its end.
static const char *find_for(const char *from, const char *end) {
    for (const char *at = end; at - from >= 5; at--)
        if (memcmp(at - 5, " for ", 5) == 0) return at - 5;
    return end;
}

static bool read_epochs(const char *from, const char *end, uint64_t *epochs) {
    *epochs = 0;
    for (; from < end && tw_is_digit(*from) && *epochs <= EPOCHS_MAX; from++)
        *epochs = 10 * *epochs + (uint64_t)(*from - '0');
    return from == end && *epochs > 0 && *epochs <= EPOCHS_MAX;
}

static tw_status add(tw_context *context, const char *from, const char *end, bool last,
                     tw_phases *phases) {
    int at = phases->count;
    from = skip_blanks(from, end);
    end = cut_blanks(from, end);
    const char *method_end = find_for(from, end);
    if (at == TW_PHASES_MAX)
        return tw_fail(context, TW_BAD_TEXT, "method: more than %d phases", TW_PHASES_MAX);
    if (method_end == from || from == end)
        return tw_fail(context, TW_BAD_TEXT, "method: phase %d of it is empty", at + 1);
    if (last != (method_end == end))
        return tw_fail(context, TW_BAD_TEXT,
                       last ? "method: the last phase, '%.*s', lasts as long as the run: leave its "
                              "'for' away"
                            : "method: phase '%.*s' does not say for how many epochs; write METHOD "
                              "for 5; METHOD",
                       (int)(end - from), from);
    const char *number = last ? end : skip_blanks(method_end + 5, end);
    if (!last && !read_epochs(number, end, &phases->epochs[at]))
        return tw_fail(context, TW_BAD_TEXT,
                       "method: 'for %.*s': a number of epochs from 1 to %d follows",
                       (int)(end - number), number, EPOCHS_MAX);
    method_end = cut_blanks(from, method_end);
    phases->method[at] = tw_copy_text(context, from, (size_t)(method_end - from));
    if (phases->method[at] == NULL) return TW_NO_MEMORY;
    phases->kind[at] = tw_phase_kind_of(phases->method[at]);
    phases->count++;
    return TW_OK;
}

tw_status tw_phases_parse(tw_context *context, const char *text, tw_phases *phases) {
    *phases = (tw_phases){0};
    tw_status status = TW_OK;
    for (const char *at = text; at != NULL && status == TW_OK;) {
        const char *next = strchr(at, ';');
        status = add(context, at, next != NULL ? next : at + strlen(at), next == NULL, phases);
        at = next != NULL ? next + 1 : NULL;
    }
    return status;
}

void tw_phases_free(tw_phases *phases) {
    for (int i = 0; i < TW_PHASES_MAX; i++) tw_release(phases->method[i]);
    *phases = (tw_phases){0};
}

tw_phase_kind tw_phase_kind_of(const char *method) {
    return tw_slbfgs_is_named(method)   ? TW_PHASE_SLBFGS
           : tw_solver_is_named(method) ? TW_PHASE_SOLVER
                                        : TW_PHASE_RULES;
}

static int count_rules(const tw_phases *phases) {
    int count = 0;
    for (int i = 0; i < phases->count; i++) count += phases->kind[i] == TW_PHASE_RULES;
    return count;
}

bool tw_phases_have_rules(const tw_phases *phases) {
    return count_rules(phases) > 0;
}

bool tw_phases_have_descents(const tw_phases *phases) {
    return count_rules(phases) < phases->count;
}

// ---- how long they are

const char *tw_phase_method(const tw_training *training) {
    return training->phases.method[(int)training->state.phase];
}

tw_phase_kind tw_phase_kind_now(const tw_training *training) {
    return training->phases.kind[(int)training->state.phase];
}

bool tw_phase_is_last(const tw_training *training) {
    return (int)training->state.phase == training->phases.count - 1;
}

// What is left of `all` behind the first `done`.
static uint64_t left_of(uint64_t all, uint64_t done) {
    return all > done ? all - done : 0;
}

// Steps of phase `index` that begins behind so many epochs and steps.
static uint64_t steps_of(const tw_training *training, int index, uint64_t epochs_before,
                         uint64_t steps_before, uint64_t steps_per_epoch) {
    const tw_training_options *options = &training->options.values;
    bool last = index == training->phases.count - 1;
    uint64_t own = training->phases.epochs[index] * steps_per_epoch;
    uint64_t left = options->steps > 0 ? left_of(options->steps, steps_before)
                                       : left_of(options->epochs, epochs_before) * steps_per_epoch;
    return last || left < own ? left : own;
}

uint64_t tw_phase_steps(const tw_training *training, uint64_t steps_per_epoch) {
    return steps_of(training, (int)training->state.phase, (uint64_t)training->state.phase_epoch,
                    (uint64_t)training->state.phase_step, steps_per_epoch);
}

bool tw_training_phase_at(const tw_training *training, int index, tw_training_phase *phase) {
    const tw_phases *phases = &training->phases;
    *phase = (tw_training_phase){.epochs_before = (uint64_t)training->state.phase_epoch,
                                 .steps_before = (uint64_t)training->state.phase_step};
    for (int i = (int)training->state.phase; i < phases->count; i++) {
        phase->method = phases->method[i];
        phase->steps = steps_of(training, i, phase->epochs_before, phase->steps_before,
                                tw_training_steps_per_epoch(training, i));
        if (index-- == 0) return true;
        phase->steps_before += phase->steps;
        phase->epochs_before += phases->epochs[i];
    }
    return false;
}

uint64_t tw_phases_steps(const tw_training *training) {
    tw_training_phase last;
    tw_training_phase_at(training, training->phases.count - 1 - (int)training->state.phase, &last);
    return last.steps_before + last.steps;
}

// ---- opening and going over

static tw_status check_length(tw_training *training) {
    const tw_training_options *options = &training->options.values;
    uint64_t epochs = 0, steps = 0;
    for (int i = 0; i < training->phases.count; i++) {
        epochs += training->phases.epochs[i];
        steps += training->phases.epochs[i] * tw_training_steps_per_epoch(training, i);
    }
    if (options->steps > 0 ? options->steps > steps : options->epochs > epochs) return TW_OK;
    return tw_fail(training->context, TW_BAD_ARGUMENT,
                   "method: the phases before '%s' take %" PRIu64 " epoch%s (%" PRIu64
                   " step%s): the run must be longer",
                   training->phases.method[training->phases.count - 1], epochs,
                   tw_plural((int64_t)epochs), steps, tw_plural((int64_t)steps));
}

tw_status tw_phases_check(tw_training *training) {
    tw_status status = check_length(training);
    for (int i = training->phases.count - 1; i > 0 && status == TW_OK; i--) {
        training->state.phase = i;
        status = tw_training_open_method(training);
        tw_training_close_method(training);
    }
    training->state.phase = 0.0;
    return status;
}

tw_status tw_phases_check_size(const tw_training *training) {
    tw_status status = TW_OK;
    for (int i = 0; i < training->phases.count && status == TW_OK; i++)
        if (training->phases.kind[i] == TW_PHASE_SOLVER)
            status = tw_descent_check(training, training->phases.method[i]);
    return status;
}

// The weights that a method evaluates with are those it has found.
static void keep_eval_weights(tw_training *training) {
    const tw_network *network = &training->network;
    for (int i = 0; network->eval != NULL && i < network->parameter_count; i++) {
        char name[512];
        const char *parameter = tw_node_name(network->graph, network->parameters[i]);
        snprintf(name, sizeof name, "%s:eval", parameter);
        const tw_tensor *from = tw_variables_find(training->variables, name);
        tw_tensor *to = tw_variables_find(training->variables, parameter);
        if (from == NULL || to == NULL) continue;
        memcpy(tw_tensor_data(to), tw_tensor_data(from),
               (size_t)tw_tensor_elements(to) * tw_dtype_size(tw_tensor_dtype(to)));
    }
}

static tw_status go_over(tw_training *training) {
    tw_run_state *state = &training->state;
    keep_eval_weights(training);
    tw_training_close_network(training);
    tw_training_close_method(training);
    tw_variables_drop(training->variables, ":");
    state->phase += 1.0;
    state->phase_step = state->step;
    state->phase_epoch = state->epochs;
    state->ended = 0.0;
    training->ending[0] = '\0';
    tw_status status = tw_training_open_method(training);
    if (status == TW_OK) status = tw_training_open_network(training);
    return status == TW_OK ? tw_training_seek(training) : status;
}

tw_status tw_phases_advance(tw_training *training) {
    bool over = training->state.ended != 0.0 ||
                tw_training_phase_step(training) >= training->clock.total_steps;
    return over && !tw_phase_is_last(training) ? go_over(training) : TW_OK;
}

tw_status tw_training_look_ahead(tw_training *training) {
    tw_training_phase next;
    if (!tw_training_phase_at(training, 1, &next))
        return tw_fail(training->context, TW_NOT_FOUND, "method: '%s' is the last phase",
                       tw_phase_method(training));
    training->state.step = (double)next.steps_before;
    training->state.epochs = (double)next.epochs_before;
    return go_over(training);
}
