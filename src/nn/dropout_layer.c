// The dropout layer: acts in the training graph, absent from the one that evaluates.
#include <stdio.h>

#include "nn/layer.h"

static tw_status parse(tw_lexer *lexer, tw_layer *layer) {
    const double below_one = 0.999999;
    tw_status status =
        tw_layer_read_number(lexer, "the share to drop, 0 up to below 1, such as dropout 0.5", 0.0,
                             below_one, &layer->number);
    if (status != TW_OK) return status;
    char number[TW_NUMBER_BYTES];
    snprintf(layer->text, sizeof layer->text, "dropout %s",
             tw_format_number(layer->number, number));
    return TW_OK;
}

static tw_node build(const tw_layer *layer, const tw_layer_build *in, tw_node x) {
    return in->training ? tw_dropout(in->graph, x, layer->number) : x;
}

const tw_layer_kind tw_layer_dropout = {
    .name = "dropout",
    .usage = "dropout RATE",
    .parse = parse,
    .build = build,
};
