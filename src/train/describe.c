// What is about to happen, in words, before the first step.
#include <inttypes.h>
#include <string.h>

#include "base/memory.h"
#include "ops/op.h"
#include "train/training.h"

static void describe_reading(const tw_data *data, tw_text *text) {
    const char *line = tw_data_description(data);
    while (*line != '\0') {
        size_t length = strcspn(line, "\n");
        tw_text_add(text, "          %.*s\n", (int)length, line);
        line += length + (line[length] == '\n');
    }
}

void tw_describe_set(const tw_data *data, const char *label, tw_text *text) {
    int64_t count = tw_data_count(data);
    tw_text_add(text, "%-10s%s: %" PRId64 " example%s\n", label, tw_data_name(data), count,
                tw_plural(count));
    describe_reading(data, text);
}

// A test set of a file of its own may hold what the training set did not.
static void describe_data(const tw_training *training, tw_text *text) {
    tw_text_add(text, "data      %s: %" PRId64 " examples to train", tw_data_name(training->train),
                tw_data_count(training->train));
    if (training->test != NULL)
        tw_text_add(text, ", %" PRId64 " to test", tw_data_count(training->test));
    tw_text_add(text, "\n");
    describe_reading(training->train, text);
    if (training->options.values.test != NULL && training->test != NULL)
        tw_describe_set(training->test, "test", text);
}

static void describe_layers(const tw_training *training, tw_text *text) {
    char shape[TW_SHAPE_TEXT_BYTES];
    for (int i = 0; i < tw_model_layers(training->model); i++) {
        tw_layer_summary layer = tw_model_layer(training->model, i);
        tw_text_add(text, "%-10s%-24s -> %-16s %10" PRId64 " parameters\n", i == 0 ? "model" : "",
                    layer.text, tw_shape_format(&layer.output, shape), layer.parameter_count);
    }
}

static void describe_phases(const tw_training *training, tw_text *text) {
    const tw_phases *phases = &training->phases;
    for (int i = 0; i < phases->count; i++) {
        bool now = i == (int)training->state.phase;
        const char *method = !now                       ? phases->method[i]
                             : training->method != NULL ? tw_method_text(training->method)
                                                        : training->descent.method;
        tw_text_add(text, "%-10s%s", i == 0 ? "method" : "", method);
        uint64_t epochs = phases->epochs[i];
        if (epochs > 0)
            tw_text_add(text, " for %" PRIu64 " epoch%s", epochs, tw_plural((int64_t)epochs));
        tw_text_add(text, "%s\n",
                    now && training->state.step > 0.0 && phases->count > 1 ? ", where the run is"
                                                                           : "");
    }
}

static void describe_method(tw_training *training, const char *groups, tw_text *text) {
    tw_text_add(text, "loss      %s: %s\n", tw_loss_name(training->loss),
                tw_loss_formula(training->loss));
    describe_phases(training, text);
    for (int i = 0; i < training->scheduled_count; i++)
        tw_text_add(text, "          %s follows %s\n", training->scheduled[i].name,
                    tw_schedule_text(training->scheduled[i].schedule));
    while (groups != NULL && *groups != '\0') {
        size_t length = strcspn(groups, "\n");
        tw_text_add(text, "          %.*s\n", (int)length, groups);
        groups += length + (groups[length] == '\n');
    }
}

// Small models have kilobytes.
static void add_bytes(tw_text *text, uint64_t bytes, const char *what) {
    bool small = bytes < 100000;
    tw_text_add(text, "%.1f %s of %s", (double)bytes / (small ? 1e3 : 1e6), small ? "kB" : "MB",
                what);
}

// A small table in large minibatches: what a newcomer does not see coming.
static void warn_of_few_steps(const tw_training *training, tw_text *text) {
    enum { FEW = 100, FEW_AN_EPOCH = 10 };

    if (tw_phases_steps(training) < FEW && training->clock.steps_per_epoch < FEW_AN_EPOCH)
        tw_text_add(text, "          few steps: a smaller batch or more epochs would take more\n");
}

static void describe_steps(const tw_training *training, tw_text *text) {
    const tw_training_options *options = &training->options.values;
    if (tw_phase_kind_now(training) == TW_PHASE_SOLVER) {
        tw_text_add(text,
                    "steps     %" PRIu64 " over all %" PRIu64 " examples (each an epoch), %" PRId64
                    " at a time, %s, seed %" PRIu64 "\n",
                    tw_phases_steps(training), training->clock.example_count, options->batch,
                    tw_dtype_name(options->precision), options->seed);
        return;
    }
    int64_t minibatches = options->accumulate; // of a step
    if (minibatches > training->minibatches) minibatches = training->minibatches;
    tw_text_add(text,
                "steps     %" PRIu64 " of %" PRId64 " examples (%" PRIu64
                " an epoch), %s, seed %" PRIu64 "\n",
                tw_phases_steps(training), options->batch * minibatches,
                training->clock.steps_per_epoch, tw_dtype_name(options->precision), options->seed);
    warn_of_few_steps(training, text);
}

// Parameters stand in the training's own variables and in those of the surface that a descent goes down.
static tw_plan_size measure_descent(const tw_training *training) {
    tw_plan_size size = tw_descent_measure(training);
    size.variable_bytes += (uint64_t)tw_network_size(&training->network) *
                           tw_dtype_size(training->options.values.precision);
    return size;
}

static void describe_memory(const tw_training *training, tw_text *text) {
    bool descends = tw_descent_is_on(training);
    const tw_network *network = &training->network;
    tw_plan_size size = descends ? measure_descent(training) : tw_plan_measure(network->step);
    if (network->first != NULL) size.arena_bytes += tw_plan_measure(network->first).arena_bytes;
    tw_text_add(text, "memory    ");
    add_bytes(text, size.variable_bytes, "parameters and states, ");
    add_bytes(text, size.arena_bytes, "activations and gradients");
    tw_text_add(text, "; %d kernels a %s\n", size.kernel_count, descends ? "minibatch" : "step");
}

// Names of the parameters, for the table of groups.
static tw_status list_names(const tw_training *training, const char ***names) {
    const tw_network *network = &training->network;
    size_t count = (size_t)network->parameter_count;
    *names = tw_allocate(training->context, count, sizeof **names);
    if (*names == NULL) return TW_NO_MEMORY;
    for (size_t i = 0; i < count; i++)
        (*names)[i] = tw_node_name(network->graph, network->parameters[i]);
    return TW_OK;
}

tw_status tw_training_describe(tw_training *training) {
    const char **names = NULL;
    tw_status status = list_names(training, &names);
    if (status != TW_OK) return status;
    const char *groups =
        training->options.values.groups == NULL
            ? NULL
            : tw_method_show_groups(training->method, names, training->network.parameter_count);
    tw_text text;
    tw_text_start(&text, training->context);
    describe_data(training, &text);
    describe_layers(training, &text);
    describe_method(training, groups, &text);
    describe_steps(training, &text);
    describe_memory(training, &text);
    training->description = tw_text_take(&text);
    tw_release(names);
    return training->description != NULL ? TW_OK : TW_NO_MEMORY;
}
