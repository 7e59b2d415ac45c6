// What several kinds of layer share: reading widths and activations, and the affine map.
#include "nn/layer.h"
#include "ops/op.h"

#include <math.h>
#include <stdio.h>

static tw_status expected(tw_lexer *lexer, const char *what) {
    return tw_source_fail(lexer->context, lexer->source, lexer->token.offset, NULL,
                          "expected %s here", what);
}

tw_status tw_layer_read_number(tw_lexer *lexer, const char *what, double low, double high,
                               double *number) {
    *number = 0.0;
    if (lexer->token.kind != TW_TOKEN_NUMBER) return expected(lexer, what);
    double value = lexer->token.number;
    if (!(value >= low && value <= high)) return expected(lexer, what);
    *number = value;
    return tw_lexer_next(lexer);
}

tw_status tw_layer_read_whole(tw_lexer *lexer, const char *what, int64_t low, int64_t high,
                              int64_t *whole) {
    double number = 0.0;
    *whole = 0;
    if (lexer->token.kind == TW_TOKEN_NUMBER && lexer->token.number != floor(lexer->token.number))
        return expected(lexer, what);
    tw_status status = tw_layer_read_number(lexer, what, (double)low, (double)high, &number);
    *whole = (int64_t)number;
    return status;
}

tw_status tw_layer_read_width(tw_lexer *lexer, const char *what, int64_t *width) {
    if (lexer->token.kind == TW_TOKEN_NUMBER && lexer->token.number > TW_LAYER_WIDTH_MAX)
        return expected(lexer, TW_LAYER_TOO_WIDE);
    if (!tw_lexer_at(lexer, "outputs"))
        return tw_layer_read_whole(lexer, what, 1, TW_LAYER_WIDTH_MAX, width);
    *width = TW_LAYER_OUTPUTS;
    return tw_lexer_next(lexer);
}

tw_status tw_layer_read_activation(tw_lexer *lexer, const tw_activation **activation) {
    *activation = NULL;
    if (lexer->token.kind != TW_TOKEN_NAME) return TW_OK;
    size_t offset = lexer->token.offset;
    char name[TW_EXPR_NAME_BYTES_MAX + 1];
    tw_status status = tw_lexer_name(lexer, "an activation", name);
    if (status != TW_OK) return status;
    *activation = tw_activation_find(name);
    if (*activation != NULL) return TW_OK;
    const char *names[32];
    size_t count = 0;
    while (count < 32 && tw_activation_at((int)count) != NULL) {
        names[count] = tw_activation_at((int)count)->name;
        count++;
    }
    const char *nearest = tw_nearest_name(name, names, count);
    char hint[TW_EXPR_NAME_BYTES_MAX + 32] = "relu, tanh, sigmoid, ... are known";
    if (nearest != NULL) snprintf(hint, sizeof hint, "did you mean %s?", nearest);
    return tw_source_fail(lexer->context, lexer->source, offset, hint, "unknown activation '%s'",
                          name);
}

tw_node tw_flatten_example(tw_graph *graph, tw_node x) {
    const tw_shape *shape = tw_node_shape(graph, x);
    if (tw_graph_check(graph) != TW_OK || shape->rank <= 2) return x;
    int64_t features = 1;
    for (int i = 1; i < shape->rank; i++) features *= shape->size[i];
    return tw_reshape(graph, x, TW_SHAPE(shape->size[0], features));
}

tw_node tw_layer_affine(tw_graph *graph, tw_node x, int64_t width) {
    if (tw_graph_check(graph) != TW_OK) return TW_NO_NODE;
    const tw_shape *shape = tw_node_shape(graph, x);
    if (shape->rank < 2) {
        char text[TW_SHAPE_TEXT_BYTES];
        tw_graph_fail(graph, TW_BAD_SHAPE,
                      "weight: the input is %s; examples need features, as in [B, 784]",
                      tw_shape_format(shape, text));
        return TW_NO_NODE;
    }
    tw_node weight = tw_parameter(graph, "weight", TW_SHAPE(shape->size[shape->rank - 1], width));
    tw_node bias = tw_parameter(graph, "bias", TW_SHAPE(width));
    return tw_add(graph, tw_matmul(graph, x, weight), bias);
}
