// flatten: an example of any shape becomes one row of features.
#include <stdio.h>

#include "nn/layer.h"

static tw_status parse(tw_lexer *lexer, tw_layer *layer) {
    (void)lexer;
    snprintf(layer->text, sizeof layer->text, "flatten");
    return TW_OK;
}

static tw_node build(const tw_layer *layer, const tw_layer_build *in, tw_node x) {
    (void)layer;
    return tw_flatten_example(in->graph, x);
}

const tw_layer_kind tw_layer_flatten = {
    .name = "flatten",
    .usage = "flatten",
    .parse = parse,
    .build = build,
};
