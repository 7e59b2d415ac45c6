// What a layer is: words in a model's text, and nodes in a graph. One file a kind; its line in
// layers.def is its only registration.
#ifndef TW_NN_LAYER_H
#define TW_NN_LAYER_H

#include "expr/expr.h"
#include "thalweg/ops.h"

#define TW_LAYER_NAME_BYTES 32
#define TW_LAYER_TEXT_BYTES 96
#define TW_LAYER_WIDTH_MAX 10000000
#define TW_LAYER_OUTPUTS (-1) // a width that is what the data asks for

// What messages expect in place of a wider layer.
#define TW_LAYER_TOO_WIDE TW_LAYER_AT_MOST(TW_LAYER_WIDTH_MAX)
#define TW_LAYER_AT_MOST(width) "a width of at most " TW_LAYER_DIGITS(width)
#define TW_LAYER_DIGITS(width) #width

// An activation by name: how it adds its node, and whether it is relu-like (half its inputs give about
// nothing), which is what `he` is for.
typedef struct tw_activation {
    const char *name;
    tw_node (*build)(tw_graph *graph, tw_node x);
    bool relu_like;
} tw_activation;

// The activation of a name; NULL if there is none. Number `index` of the list, NULL behind the last.
const tw_activation *tw_activation_find(const char *name);
const tw_activation *tw_activation_at(int index);

typedef struct tw_layer_kind tw_layer_kind;

// One layer as it was read.
typedef struct tw_layer {
    const tw_layer_kind *kind;
    char name[TW_LAYER_NAME_BYTES]; // "dense1": kind and number
    char text[TW_LAYER_TEXT_BYTES]; // as it would be written
    int64_t width;                  // of dense and maxout; TW_LAYER_OUTPUTS: what the data asks for
    int64_t pieces;                 // of maxout
    double number;                  // dropout's rate
    const tw_activation *activation;
    size_t offset; // in the source
} tw_layer;

// What a layer is built in.
typedef struct tw_layer_build {
    tw_graph *graph;
    int64_t outputs;
    bool training;
} tw_layer_build;

struct tw_layer_kind {
    const char *name;  // the word it starts with; NULL: any activation's name
    const char *usage; // "dense WIDTH [ACTIVATION]"
    // Reads what stands behind the word; the lexer is at the first token after it.
    tw_status (*parse)(tw_lexer *lexer, tw_layer *layer);
    tw_node (*build)(const tw_layer *layer, const tw_layer_build *build, tw_node x);
};

// Helpers for kinds: a whole number from 1 up, or the word `outputs`; a number, or a whole one, between two
// limits; an optional activation.
tw_status tw_layer_read_width(tw_lexer *lexer, const char *what, int64_t *width);
tw_status tw_layer_read_number(tw_lexer *lexer, const char *what, double low, double high,
                               double *number);
tw_status tw_layer_read_whole(tw_lexer *lexer, const char *what, int64_t low, int64_t high,
                              int64_t *whole);
tw_status tw_layer_read_activation(tw_lexer *lexer, const tw_activation **activation);

// x [B, ...] as [B, features]: what a dense layer reads.
tw_node tw_flatten_example(tw_graph *graph, tw_node x);

// x [B, features] times a new weight plus a new bias, named in the current scope: [B, width].
tw_node tw_layer_affine(tw_graph *graph, tw_node x, int64_t width);

#endif
