// thalweg graph: the computational graph of a training as DOT, with the optimizer in a box of its own.
#include "cli/cli.h"

#include <string.h>

// A graph and what each part of it is: nodes below `forward` are the model and its loss, from there to
// `look` the optimizer's states and its look-ahead, to `backward` the gradients, and the rest the optimizer's
// updates.
typedef struct drawing {
    tw_graph *graph;
    tw_method *method;
    tw_model *model;
    tw_data *train, *test;
    int forward, look, backward;
} drawing;

static tw_status add_model(drawing *d, tw_context *context, tw_node *loss) {
    const tw_shape *shape = tw_data_shape(d->train);
    int classes = tw_data_classes(d->train);
    tw_shape batch = {.rank = shape->rank + 1, .size = {TW_BATCH}};
    for (int i = 0; i < shape->rank; i++) batch.size[i + 1] = shape->size[i];
    tw_node x = tw_input(d->graph, "x", TW_F32, batch);
    int64_t outputs = classes > 0 ? classes : tw_data_target_width(d->train);
    tw_node target = classes > 0
                         ? tw_input(d->graph, "target", TW_I32, TW_SHAPE(TW_BATCH))
                         : tw_input(d->graph, "target", TW_F32, TW_SHAPE(TW_BATCH, outputs));
    const tw_loss *of = NULL;
    tw_status status = tw_loss_parse(context, NULL, classes, &of);
    if (status != TW_OK) return status;
    tw_node y = tw_model_build(d->model, d->graph, x, outputs, true);
    tw_graph_enter(d->graph, "loss");
    *loss = tw_mean_all(d->graph, tw_loss_build(of, d->graph, y, target));
    tw_graph_leave(d->graph);
    return tw_graph_check(d->graph);
}

// Gradients and updates of all parameters. These are copied: the graph's own list moves while it grows.
static tw_status add_training(drawing *d, tw_context *context, tw_node loss) {
    const tw_node *list = NULL;
    int count = tw_graph_parameters(d->graph, &list);
    tw_node *parameters = tw_allocate(context, 4 * (size_t)count, sizeof *parameters);
    if (parameters == NULL) return TW_NO_MEMORY;
    tw_node *points = parameters + count, *slopes = points + count, *updates = slopes + count;
    for (int i = 0; i < count; i++) parameters[i] = list[i];
    d->forward = tw_graph_node_count(d->graph);
    tw_status status = tw_method_look(d->method, d->graph, parameters, count, points);
    if (status == TW_OK) {
        d->look = tw_graph_node_count(d->graph);
        tw_gradients(d->graph, loss, points, count, slopes);
        d->backward = tw_graph_node_count(d->graph);
        status =
            tw_method_attach_gradients(d->method, d->graph, parameters, slopes, count, updates);
    }
    tw_release(parameters);
    return status;
}

static tw_status build(drawing *d, const cli_arguments *arguments) {
    tw_context *context = arguments->context;
    tw_node loss;
    tw_status status = tw_data_open(context, cli_text(arguments, OPTION_DATA, "strokes"), NULL,
                                    &d->train, &d->test);
    if (status == TW_OK)
        status = tw_model_parse(context, cli_text(arguments, OPTION_MODEL, "mlp:128"), &d->model);
    if (status == TW_OK)
        status = tw_method_parse(context, cli_text(arguments, OPTION_METHOD, "adam"), &d->method);
    if (status == TW_OK) status = tw_graph_new(context, TW_F32, &d->graph);
    if (status == TW_OK) status = add_model(d, context, &loss);
    return status == TW_OK ? add_training(d, context, loss) : status;
}

static void print_label(tw_text *out, const drawing *d, tw_node node) {
    const tw_shape *shape = tw_node_shape(d->graph, node);
    const char *kind = tw_node_operator(d->graph, node);
    bool named = strcmp(kind, "parameter") == 0 || strcmp(kind, "input") == 0 ||
                 strcmp(kind, "variable") == 0;
    tw_text_add(out, "%s\\n[", named ? tw_node_name(d->graph, node) : kind);
    for (int i = 0; i < shape->rank; i++) {
        if (i > 0) tw_text_add(out, "%s", ", ");
        if (shape->size[i] == TW_BATCH)
            tw_text_add(out, "B");
        else if (shape->size[i] < 0)
            tw_text_add(out, "%lld B", (long long)-shape->size[i]);
        else
            tw_text_add(out, "%lld", (long long)shape->size[i]);
    }
    tw_text_add(out, "]");
}

static const char *style_of(const char *kind) {
    if (strcmp(kind, "parameter") == 0) return "shape=cylinder, fillcolor=\"#cfe8ff\"";
    if (strcmp(kind, "variable") == 0) return "shape=cylinder, fillcolor=\"#e8e8e8\"";
    if (strcmp(kind, "input") == 0) return "shape=parallelogram, fillcolor=\"#fff0c2\"";
    return "shape=box, fillcolor=\"#ffffff\"";
}

static void print_nodes(tw_text *out, const drawing *d, int first, int end) {
    for (int i = first; i < end; i++) {
        tw_node node = {i};
        tw_text_add(out, "    n%d [%s, label=\"", i, style_of(tw_node_operator(d->graph, node)));
        print_label(out, d, node);
        tw_text_add(out, "%s", "\"];\n");
    }
}

static void begin_part(tw_text *out, const char *name, const char *title) {
    tw_text_add(
        out, "  subgraph cluster_%s {\n    label=\"%s\"; style=\"rounded\"; color=\"#888888\";\n",
        name, title);
}

static void print_dot(tw_text *out, const drawing *d) {
    int count = tw_graph_node_count(d->graph);
    char optimizer[128];
    snprintf(optimizer, sizeof optimizer, "optimizer: %.100s", tw_method_name(d->method));
    tw_text_add(out, "%s",
                "digraph thalweg {\n  rankdir=TB; fontname=\"sans-serif\";\n"
                "  node [style=filled, fontname=\"sans-serif\"];\n");
    begin_part(out, "model", "model and loss");
    print_nodes(out, d, 0, d->forward);
    tw_text_add(out, "%s", "  }\n");
    begin_part(out, "gradients", "gradients");
    print_nodes(out, d, d->look, d->backward);
    tw_text_add(out, "%s", "  }\n");
    begin_part(out, "optimizer", optimizer);
    print_nodes(out, d, d->forward, d->look);
    print_nodes(out, d, d->backward, count);
    tw_text_add(out, "%s", "  }\n");
    for (int i = 0; i < count; i++) {
        const tw_node *inputs = NULL;
        int input_count = tw_node_inputs(d->graph, (tw_node){i}, &inputs);
        for (int k = 0; k < input_count; k++)
            tw_text_add(out, "  n%d -> n%d;\n", inputs[k].index, i);
    }
    tw_text_add(out, "%s", "}\n");
}

static int report(const cli_arguments *arguments, const drawing *d, const char *path) {
    int count = tw_graph_node_count(d->graph), gradients = d->backward - d->look;
    int optimizer = count - d->forward - gradients;
    if (!arguments->json) {
        cli_say(arguments,
                "%d nodes: %d of model and loss, %d of gradients, %d of the optimizer%s%s\n", count,
                d->forward, gradients, optimizer, path != NULL ? "; in " : "",
                path != NULL ? path : "");
        return CLI_DONE;
    }
    tw_json *json = NULL;
    tw_status status = tw_json_new(arguments->context, &json);
    if (status != TW_OK) return cli_failed(arguments->context, status);
    tw_json_begin(json, NULL);
    tw_json_string(json, "type", "result");
    tw_json_integer(json, "nodes", count);
    tw_json_integer(json, "model_nodes", d->forward);
    tw_json_integer(json, "gradient_nodes", gradients);
    tw_json_integer(json, "optimizer_nodes", optimizer);
    tw_json_string(json, "out", path);
    tw_json_end(json);
    cli_print_json(json);
    tw_json_free(json);
    return CLI_DONE;
}

static int draw(const cli_arguments *arguments, const drawing *d) {
    const char *path = cli_text(arguments, OPTION_OUT, NULL);
    tw_text dot;
    tw_text_start(&dot, arguments->context);
    print_dot(&dot, d);
    tw_status status = dot.status;
    if (status == TW_OK && path != NULL)
        status = tw_file_write_all(arguments->context, path, dot.data, dot.length);
    else if (status == TW_OK && !arguments->json)
        fputs(dot.data, stdout);
    tw_text_free(&dot);
    return status == TW_OK ? report(arguments, d, path) : cli_failed(arguments->context, status);
}

int cli_run_graph(const cli_arguments *arguments) {
    const char *path = cli_text(arguments, OPTION_OUT, "graph.dot");
    const char *dot = strrchr(path, '.');
    if (arguments->word_count > 0)
        return cli_wrong("graph: '%s' stands alone; models are named by --model",
                         arguments->word[0]);
    if (dot == NULL || strcmp(dot, ".dot") != 0)
        return cli_wrong("graph: --out %s: give a name that ends in .dot", path);
    drawing d = {0};
    tw_status status = build(&d, arguments);
    int code = status == TW_OK ? draw(arguments, &d) : cli_failed(arguments->context, status);
    tw_graph_free(d.graph);
    tw_method_free(d.method);
    tw_model_free(d.model);
    tw_data_free(d.train);
    tw_data_free(d.test);
    return code;
}
