// The graph that measures: the model without dropout, its loss and its 0-1 error.
#include <string.h>

#include "base/memory.h"
#include "thalweg/ops.h"
#include "train/network.h"

int64_t tw_form_outputs(const tw_example_form *form) {
    return form->classes > 0 ? form->classes : form->width;
}

int64_t tw_form_measure_batch(const tw_example_form *form) {
    enum { EXAMPLES_MAX = 256, NUMBERS_MAX = 1 << 24 };

    int64_t fit = NUMBERS_MAX / (tw_shape_elements(&form->shape) + tw_form_outputs(form));
    return fit < 1 ? 1 : fit < EXAMPLES_MAX ? fit : EXAMPLES_MAX;
}

double tw_form_loss_unit(const tw_example_form *form, const tw_loss *loss, double deviation) {
    const char *name = tw_loss_name(loss);
    if (form->classes > 0) return 1.0;
    if (strcmp(name, "squared") == 0) return deviation * deviation;
    return strcmp(name, "absolute") == 0 ? deviation : 1.0;
}

void tw_form_inputs(const tw_example_form *form, tw_graph *graph, tw_node *x, tw_node *target) {
    tw_shape batch = {.rank = form->shape.rank + 1, .size = {TW_BATCH}};
    for (int i = 1; i < batch.rank; i++) batch.size[i] = form->shape.size[i - 1];
    *x = tw_input(graph, "x", tw_graph_dtype(graph), batch);
    if (form->classes > 0)
        *target = tw_input(graph, "target", TW_I32, TW_SHAPE(TW_BATCH));
    else
        *target = tw_input(graph, "target", tw_graph_dtype(graph), TW_SHAPE(TW_BATCH, form->width));
}

tw_node tw_form_wrong(const tw_example_form *form, tw_graph *graph, tw_node outputs,
                      tw_node target) {
    if (form->classes == 0) return TW_NO_NODE;
    return tw_sum_all(graph, tw_zero_one_error(graph, outputs, target));
}

static tw_status use_eval_weights(const tw_method *method, tw_graph *graph) {
    if (method == NULL || !tw_method_has_eval(method)) return TW_OK;
    const tw_node *parameters = NULL;
    int count = tw_graph_parameters(graph, &parameters);
    return tw_method_use_eval(method, graph, parameters, count);
}

tw_status tw_measuring_new(tw_context *context, const tw_model *model, const tw_loss *loss,
                           const tw_example_form *form, const tw_method *method, tw_dtype dtype,
                           tw_variables *variables, tw_measuring *measuring) {
    *measuring = (tw_measuring){0};
    tw_status status = tw_graph_new(context, dtype, &measuring->graph);
    if (status != TW_OK) return status;
    tw_graph *graph = measuring->graph;
    tw_form_inputs(form, graph, &measuring->x, &measuring->target);
    measuring->outputs = tw_model_build(model, graph, measuring->x, tw_form_outputs(form), false);
    tw_node each = tw_loss_build(loss, graph, measuring->outputs, measuring->target);
    measuring->loss = tw_mean_all(graph, each);
    measuring->wrong = tw_form_wrong(form, graph, measuring->outputs, measuring->target);
    status = tw_graph_check(graph);
    if (status == TW_OK) status = use_eval_weights(method, graph);
    tw_plan_options options = tw_plan_options_default();
    options.batch_max = tw_form_measure_batch(form);
    tw_node wanted[3] = {measuring->outputs, measuring->loss, measuring->wrong};
    int count = form->classes > 0 ? 3 : 2;
    if (status == TW_OK)
        status = tw_plan_new(graph, variables, wanted, count, &options, &measuring->plan);
    size_t targets = (size_t)(options.batch_max * (form->classes > 0 ? 1 : form->width));
    if (status == TW_OK) {
        measuring->no_targets = tw_allocate(context, targets, sizeof(double));
        if (measuring->no_targets == NULL) status = TW_NO_MEMORY;
    }
    if (status != TW_OK) tw_measuring_free(measuring);
    return status;
}

void tw_measuring_free(tw_measuring *measuring) {
    tw_plan_free(measuring->plan);
    tw_graph_free(measuring->graph);
    tw_release(measuring->no_targets);
    *measuring = (tw_measuring){0};
}
