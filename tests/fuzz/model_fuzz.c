// Any text as a model: no crash; what is read is written as text that reads as the same, and builds a
// graph or latches a reason.
#include <string.h>

#include "fuzz/fuzz.h"
#include "thalweg/model.h"

static void build(tw_context *context, const tw_model *model) {
    tw_graph *graph = NULL;
    tw_fuzz_require(tw_graph_new(context, TW_F32, &graph) == TW_OK);
    tw_node x = tw_input(graph, "x", TW_F32, (tw_shape){3, {-1, 4, 2}});
    tw_node outputs = tw_model_build(model, graph, x, 3, true);
    tw_status status = tw_graph_check(graph);
    if (status == TW_OK) {
        const tw_shape *shape = tw_node_shape(graph, outputs);
        tw_fuzz_require(shape->rank == 2 && shape->size[0] == -1 && shape->size[1] == 3);
    } else {
        tw_fuzz_require(*tw_graph_message(graph) != '\0');
    }
    tw_graph_free(graph);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    tw_context *context = tw_fuzz_begin();
    char *text = tw_fuzz_text(bytes, count);
    tw_model *model = NULL, *again = NULL;
    tw_status status = tw_model_parse(context, text, &model);
    if (status == TW_OK) {
        tw_fuzz_require(tw_model_parse(context, tw_model_text(model), &again) == TW_OK);
        tw_fuzz_require(strcmp(tw_model_text(model), tw_model_text(again)) == 0);
        build(context, model);
    } else {
        tw_fuzz_require_words(context, status);
    }
    tw_model_free(model);
    tw_model_free(again);
    free(text);
    return tw_fuzz_end(context);
}
