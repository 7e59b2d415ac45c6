// maxout: the largest of PIECES affine maps for each unit (Goodfellow and others, 2013).
#include <inttypes.h>
#include <stdio.h>

#include "nn/layer.h"

static tw_status parse(tw_lexer *lexer, tw_layer *layer) {
    tw_status status = tw_layer_read_width(lexer, "a width, such as maxout 240 2", &layer->width);
    if (status == TW_OK)
        status = tw_layer_read_whole(lexer, "how many pieces, 2 to 64", 2, 64, &layer->pieces);
    if (status != TW_OK) return status;
    char width[24] = "outputs";
    if (layer->width != TW_LAYER_OUTPUTS) snprintf(width, sizeof width, "%" PRId64, layer->width);
    snprintf(layer->text, sizeof layer->text, "maxout %s %" PRId64, width, layer->pieces);
    return TW_OK;
}

static tw_node build(const tw_layer *layer, const tw_layer_build *in, tw_node x) {
    int64_t width = layer->width == TW_LAYER_OUTPUTS ? in->outputs : layer->width;
    tw_node flat = tw_flatten_example(in->graph, x);
    tw_node y = tw_layer_affine(in->graph, flat, width * layer->pieces);
    return tw_maxout(in->graph, y, (int)layer->pieces);
}

const tw_layer_kind tw_layer_maxout = {
    .name = "maxout",
    .usage = "maxout WIDTH PIECES",
    .parse = parse,
    .build = build,
};
