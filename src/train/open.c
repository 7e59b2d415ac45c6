// From options to what they name: data, method, schedules, network.
#include <limits.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/memory.h"
#include "minimize/solver.h"
#include "train/surface.h"
#include "train/training.h"

static tw_status open_data(tw_context *context, const tw_training_options *options, tw_data **train,
                           tw_data **test) {
    tw_data_options how = {.seed = options->seed,
                           .holdout = options->test == NULL ? options->holdout : 0.0,
                           .spare_test = options->spare_test};
    if (options->data == NULL)
        return tw_fail(context, TW_BAD_ARGUMENT,
                       "data: none is named, and the program gave no set of its own");
    tw_status status = tw_data_open(context, options->data, &how, train, test);
    if (status != TW_OK || options->test == NULL) return status;
    tw_data_free(*test);
    *test = NULL;
    return tw_data_open_like(context, tw_data_encoding(*train), options->test, &how, test);
}

tw_status tw_training_data(tw_context *context, const tw_run_options *options, tw_data **train,
                           tw_data **test) {
    char here[PATH_MAX];
    const char *began_in = options->began_in;
    *train = *test = NULL;
    tw_status status = open_data(context, &options->values, train, test);
    if (status != TW_NOT_FOUND || began_in == NULL || getcwd(here, sizeof here) == NULL ||
        strcmp(here, began_in) == 0)
        return status;
    return tw_fail(context, status,
                   "%s; the run began in %s: if its data are named from there, go there first",
                   tw_context_message(context), began_in);
}

static tw_status check_target(tw_training *training) {
    switch (tw_data_target_kind(training->train)) {
    case TW_TARGET_CLASS:
    case TW_TARGET_VALUE:
        return TW_OK;
    default:
        return tw_fail(training->context, TW_BAD_ARGUMENT, "%s: has no targets to train on",
                       tw_data_name(training->train));
    }
}

static tw_status open_batches(tw_training *training) {
    const tw_training_options *options = &training->options.values;
    tw_batches_options batches = tw_batches_options_default();
    batches.dtype = options->precision;
    batches.size = options->batch;
    batches.seed = options->seed;
    tw_status status = tw_batches_new(training->train, &batches, &training->batches);
    batches.size = tw_form_measure_batch(&training->form);
    batches.shuffled = false;
    if (status == TW_OK && training->test != NULL)
        status = tw_batches_new(training->test, &batches, &training->test_batches);
    if (status == TW_OK && (options->eval_train || tw_phases_have_descents(&training->phases)))
        status = tw_batches_new(training->train, &batches, &training->all_batches);
    return status;
}

tw_status tw_training_open_data(tw_training *training) {
    tw_training_options *options = &training->options.values;
    tw_status status = TW_OK;
    if (options->train_set != NULL) {
        training->train = options->train_set;
        training->test = options->test_set;
    } else {
        training->owns_train = training->owns_test = true;
        status = tw_training_data(training->context, &training->options, &training->train,
                                  &training->test);
    }
    if (status == TW_OK) status = check_target(training);
    if (status != TW_OK) return status;
    int64_t count = tw_data_count(training->train);
    if (options->batch > count) options->batch = count;
    training->form = (tw_example_form){
        .shape = *tw_data_shape(training->train),
        .classes = tw_data_classes(training->train),
        .width = tw_data_target_width(training->train),
    };
    status = open_batches(training);
    if (status == TW_OK) training->minibatches = tw_batches_per_epoch(training->batches);
    return status;
}

uint64_t tw_training_steps_per_epoch(const tw_training *training, int phase) {
    tw_phase_kind kind = training->phases.kind[phase];
    int64_t accumulate = kind == TW_PHASE_RULES ? training->options.values.accumulate : 1;
    if (kind == TW_PHASE_SOLVER) return 1;
    return (uint64_t)((training->minibatches - 1) / accumulate + 1);
}

static void start_clock(tw_training *training) {
    const tw_training_options *options = &training->options.values;
    uint64_t steps_per_epoch = tw_training_steps_per_epoch(training, (int)training->state.phase);
    training->clock = (tw_clock){
        .total_steps = tw_phase_steps(training, steps_per_epoch),
        .example_count = (uint64_t)tw_data_count(training->train),
        .minibatch = (uint64_t)options->batch,
        .steps_per_epoch = steps_per_epoch,
    };
    tw_clock_set_step(&training->clock, 1);
}

// Gives one hyperparameter its schedule.
static tw_status add_schedule(tw_training *training, const char *name, const char *text) {
    if (training->scheduled_count == TW_SCHEDULES_MAX)
        return tw_fail(training->context, TW_BAD_ARGUMENT, "schedules: more than %d",
                       TW_SCHEDULES_MAX);
    for (int i = 0; i < training->scheduled_count; i++)
        if (strcmp(training->scheduled[i].name, name) == 0)
            return tw_fail(training->context, TW_BAD_ARGUMENT,
                           "schedules: %s has a schedule already; give one", name);
    tw_scheduled *scheduled = &training->scheduled[training->scheduled_count];
    if (strlen(name) >= sizeof scheduled->name)
        return tw_fail(training->context, TW_BAD_ARGUMENT,
                       "schedules: no hyperparameter has so long a name");
    strcpy(scheduled->name, name);
    tw_status status = tw_schedule_parse(training->context, text, &scheduled->schedule);
    if (status != TW_OK) return status;
    training->scheduled_count++;
    double initial = tw_method_value(training->method, name, &training->clock);
    status = tw_method_schedule(training->method, name, scheduled->schedule);
    if (status == TW_OK) status = tw_schedule_check(scheduled->schedule, &training->clock, initial);
    if (status != TW_OK) return status;
    tw_measure measure = tw_schedule_measure(scheduled->schedule);
    bool of_test = measure == TW_MEASURE_TEST_ERROR || measure == TW_MEASURE_TEST_LOSS;
    if (of_test && training->test == NULL)
        return tw_fail(training->context, TW_BAD_ARGUMENT,
                       "schedule of %s: waits for a measure of test data, and there are none; give "
                       "measure=train_loss",
                       name);
    return TW_OK;
}

// One "NAME: SCHEDULE" of a list, changed in place.
static tw_status add_named_schedule(tw_training *training, char *item) {
    while (*item == ' ') item++;
    char *colon = strchr(item, ':');
    if (colon == NULL)
        return tw_fail(training->context, TW_BAD_TEXT,
                       "schedules: '%s' is no NAME: SCHEDULE, such as \"momentum: linear\"", item);
    char *end = colon;
    while (end > item && end[-1] == ' ') end--;
    *end = '\0';
    for (colon++; *colon == ' ';) colon++;
    return add_schedule(training, item, colon);
}

static tw_status open_schedules(tw_training *training) {
    const tw_training_options *options = &training->options.values;
    tw_status status = TW_OK;
    if (options->schedule != NULL) status = add_schedule(training, "lr", options->schedule);
    if (status != TW_OK || options->schedules == NULL) return status;
    char *list = tw_copy_text(training->context, options->schedules, strlen(options->schedules));
    if (list == NULL) return TW_NO_MEMORY;
    for (char *item = list; item != NULL && status == TW_OK;) {
        char *next = strchr(item, ';');
        if (next != NULL) *next++ = '\0';
        bool blank = item[strspn(item, " ")] == '\0';
        if (blank && next == NULL && item > list) break; // behind a last semicolon
        status = add_named_schedule(training, item);
        item = next;
    }
    tw_release(list);
    return status;
}

static tw_status open_rules(tw_training *training) {
    const tw_training_options *options = &training->options.values;
    const char *method = tw_phase_method(training);
    tw_status status = tw_solver_check_name(training->context, method, "slbfgs");
    if (status == TW_OK)
        status = tw_method_parse_with(training->context, method, &training->options.rule_files,
                                      &training->method);
    if (status == TW_OK && options->groups != NULL)
        status = tw_method_override(training->method, options->groups);
    return status == TW_OK ? open_schedules(training) : status;
}

tw_status tw_training_open_method(tw_training *training) {
    const tw_training_options *options = &training->options.values;
    tw_context *context = training->context;
    start_clock(training);
    tw_status status = tw_phase_kind_now(training) == TW_PHASE_RULES ? open_rules(training)
                                                                     : tw_descent_open(training);
    if (status == TW_OK && options->init != NULL)
        status = tw_initialiser_parse(context, options->init, &training->weights);
    if (status == TW_OK && options->bias_init != NULL)
        status = tw_initialiser_parse(context, options->bias_init, &training->biases);
    return status;
}

void tw_training_close_method(tw_training *training) {
    tw_method_free(training->method);
    training->method = NULL;
    tw_descent_close(training);
    while (training->scheduled_count > 0)
        tw_schedule_free(training->scheduled[--training->scheduled_count].schedule);
    tw_initialiser_free(training->weights);
    tw_initialiser_free(training->biases);
    training->weights = training->biases = NULL;
}

void tw_training_close_network(tw_training *training) {
    tw_diagnosing_free(training->diagnosing);
    training->diagnosing = NULL;
    tw_measuring_free(&training->measuring);
    tw_network_free(&training->network);
    tw_model_free(training->model);
    training->model = NULL;
}

// A run keeps the layers of a model file, which may be changed or gone when it is resumed.
static tw_status keep_model_text(tw_training *training) {
    const char **kept = &training->options.values.model;
    size_t length = strlen(*kept);
    if (length < 6 || strcmp(*kept + length - 6, ".model") != 0) return TW_OK;
    const char *layers = tw_model_text(training->model);
    char *copy = tw_copy_text(training->context, layers, strlen(layers));
    if (copy == NULL) return TW_NO_MEMORY;
    tw_release((void *)(uintptr_t)*kept);
    *kept = copy;
    return TW_OK;
}

tw_status tw_training_open_network(tw_training *training) {
    const tw_training_options *options = &training->options.values;
    tw_context *context = training->context;
    tw_status status = tw_model_parse(context, options->model, &training->model);
    if (status == TW_OK)
        status = tw_loss_parse(context, options->loss, training->form.classes, &training->loss);
    if (status == TW_OK) status = keep_model_text(training);
    if (status != TW_OK) return status;
    training->loss_unit = tw_form_loss_unit(&training->form, training->loss,
                                            tw_data_target_deviation(training->train));
    tw_network_options network = {
        .model = training->model,
        .loss = training->loss,
        .method = training->method,
        .weights = training->weights,
        .biases = training->biases,
        .form = training->form,
        .dtype = options->precision,
        .batch = options->batch,
        .accumulates = options->accumulate > 1,
        .l1 = options->l1,
        .l2 = options->l2,
        .seed = options->seed + (uint64_t)training->state.phase, // other noise in each phase
        .clock = training->clock,
    };
    status = tw_network_new(context, &network, training->variables, &training->network);
    if (status == TW_OK) status = tw_diagnosing_new(training, &training->diagnosing);
    if (status == TW_OK && tw_descent_is_on(training)) status = tw_descent_make(training);
    if (status != TW_OK) return status;
    return tw_measuring_new(context, training->model, training->loss, &training->form,
                            training->method, options->precision, training->variables,
                            &training->measuring);
}

tw_status tw_training_surface(tw_training *training, int64_t examples, tw_objective **surface) {
    const tw_training_options *options = &training->options.values;
    tw_surface_options how = {
        .model = training->model,
        .loss = training->loss,
        .form = training->form,
        .dtype = options->precision,
        .l1 = options->l1,
        .l2 = options->l2,
        .variables = training->variables,
        .data = training->train,
        .batch = options->batch,
        .examples = examples,
        .seed = options->seed,
    };
    return tw_surface_new(training->context, &how, surface);
}
