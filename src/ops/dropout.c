// dropout: x with a share `rate` of its elements set to 0 and the others divided by 1 - rate, chosen
// anew each step (Srivastava and others, 2014). 16 random bits decide about an element, so `rate` is
// rounded to a multiple of 2^-16 in both places, which keeps the mean over the masks at x. The mask is a
// function of (seed, stream, step, element): the gradient, which is the same operator with the same
// stream on d, draws it again instead of keeping it.
#include <math.h>

#include "ops/elementwise.h"
#include "thalweg/words.h"

static tw_node add(tw_graph *graph, tw_node x, const tw_attributes *attributes);

static void gradient(const tw_op_gradient *d) {
    d->d_in[0] = add(d->graph, d->d_out, d->attributes);
}

static tw_tile_value tile(tw_tile_builder *b, const tw_tile_value *in,
                          const tw_attributes *attributes) {
    double keep = fmax(1.0, round((1.0 - attributes->number[0]) * 0x1p16)) * 0x1p-16;
    tw_tile_value draw =
        tw_tile_random(b, TW_TILE_COARSE_UNIFORM, (uint32_t)attributes->integer[0]);
    tw_tile_value stays = tw_tile_binary(b, TW_TILE_LESS, draw, tw_tile_constant(b, keep));
    tw_tile_value scaled =
        tw_tile_binary(b, TW_TILE_MULTIPLY, in[0], tw_tile_constant(b, 1.0 / keep));
    return tw_tile_apply(b, TW_TILE_SELECT, stays, scaled, tw_tile_constant(b, 0.0));
}

static const tw_op op = {
    .name = "dropout",
    .inputs = 1,
    .random = true,
    .shape = tw_op_broadcast_shape,
    .gradient = gradient,
    .tile = tile,
};

static tw_node add(tw_graph *graph, tw_node x, const tw_attributes *attributes) {
    return tw_graph_add(graph, &op, &x, 1, attributes);
}

tw_node tw_dropout(tw_graph *graph, tw_node x, double rate) {
    if (!(rate >= 0.0 && rate < 1.0)) {
        char text[TW_NUMBER_BYTES];
        tw_graph_fail(graph, TW_BAD_ARGUMENT, "dropout: rate %s; it is from 0 to below 1",
                      tw_format_number(rate, text));
        return TW_NO_NODE;
    }
    if (rate == 0.0) return x;
    tw_attributes attributes = {.number = {rate}, .integer = {tw_graph_stream(graph)}};
    return add(graph, x, &attributes);
}
