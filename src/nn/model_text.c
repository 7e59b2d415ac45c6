// Short forms are written out as a list of layers first, so that there is one parser.
#include "nn/model_text.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"

#define TW_LAYER(name) extern const tw_layer_kind tw_layer_##name;
#include "nn/layers.def"
#undef TW_LAYER

static const tw_layer_kind *const kinds[] = {
#define TW_LAYER(name) &tw_layer_##name,
#include "nn/layers.def"
#undef TW_LAYER
};

#define KIND_COUNT (sizeof kinds / sizeof *kinds)

#define INLINE_NAME "model" // of a text that is no file, in messages

// Whether an unknown word may be a misspelt short form: one stands at the start of a text that is not a
// file. `logistic` itself is spelt right, but nothing may follow it.
static bool may_be_short(const tw_lexer *lexer, size_t offset, const char *word) {
    bool is_inline = strcmp(lexer->source->name, INLINE_NAME) == 0;
    return is_inline && offset == 0 && strcmp(word, "logistic") != 0;
}

static tw_status unknown_layer(tw_lexer *lexer, size_t offset, const char *word) {
    const char *names[KIND_COUNT + 32] = {"logistic", "mlp"};
    size_t count = may_be_short(lexer, offset, word) ? 2 : 0;
    for (size_t i = 0; i < KIND_COUNT; i++)
        if (kinds[i]->name != NULL) names[count++] = kinds[i]->name;
    for (int i = 0; tw_activation_at(i) != NULL && count < KIND_COUNT + 32; i++)
        names[count++] = tw_activation_at(i)->name;
    const char *nearest = tw_nearest_name(word, names, count);
    char hint[TW_EXPR_NAME_BYTES_MAX + 64] =
        "a layer is dense, maxout, dropout, flatten or an activation";
    if (nearest != NULL)
        snprintf(hint, sizeof hint, "did you mean %s?",
                 strcmp(nearest, "mlp") == 0 ? "mlp:400,400" : nearest);
    return tw_source_fail(lexer->context, lexer->source, offset, hint, "unknown layer '%s'", word);
}

static const tw_layer_kind *find_kind(const char *word, tw_layer *layer) {
    for (size_t i = 0; i < KIND_COUNT; i++)
        if (kinds[i]->name != NULL && strcmp(kinds[i]->name, word) == 0) return kinds[i];
    layer->activation = tw_activation_find(word);
    return layer->activation != NULL ? &tw_layer_activation : NULL;
}

static tw_status parse_layer(tw_lexer *lexer, tw_layer *layer) {
    char word[TW_EXPR_NAME_BYTES_MAX + 1];
    layer->offset = lexer->token.offset;
    tw_status status = tw_lexer_name(lexer, "a layer, such as dense 400 relu,", word);
    if (status != TW_OK) return status;
    layer->kind = find_kind(word, layer);
    if (layer->kind == NULL) return unknown_layer(lexer, layer->offset, word);
    return layer->kind->parse(lexer, layer);
}

// "dense2": the kind's (or activation's) word and how many of them stand so far.
static void give_name(tw_layer_list *layers, int index) {
    tw_layer *layer = &layers->layer[index];
    const char *word = layer->kind->name != NULL ? layer->kind->name : layer->activation->name;
    int number = 1;
    for (int i = 0; i < index; i++) {
        size_t length = strlen(word);
        const char *other = layers->layer[i].name;
        if (strncmp(other, word, length) == 0 && other[length] >= '0' && other[length] <= '9')
            number++;
    }
    snprintf(layer->name, sizeof layer->name, "%.20s%d", word, number);
}

static tw_status skip_separators(tw_lexer *lexer) {
    tw_status status = TW_OK;
    while (status == TW_OK && (lexer->token.kind == TW_TOKEN_LINE || tw_lexer_at(lexer, ";")))
        status = tw_lexer_next(lexer);
    return status;
}

static tw_status end_of_layer(const tw_lexer *lexer) {
    if (lexer->token.kind == TW_TOKEN_END || lexer->token.kind == TW_TOKEN_LINE) return TW_OK;
    if (tw_lexer_at(lexer, ";")) return TW_OK;
    return tw_source_fail(lexer->context, lexer->source, lexer->token.offset,
                          "layers are separated by ';' or stand on lines of their own",
                          "expected the end of the layer here");
}

static tw_status parse_list(tw_context *context, const tw_source *source, tw_layer_list *layers) {
    tw_lexer lexer;
    tw_status status = tw_lexer_start(&lexer, context, source);
    if (status == TW_OK) status = skip_separators(&lexer);
    while (status == TW_OK && lexer.token.kind != TW_TOKEN_END) {
        if (layers->count == TW_LAYERS_MAX)
            return tw_source_fail(context, source, lexer.token.offset, NULL, "more than %d layers",
                                  TW_LAYERS_MAX);
        status = parse_layer(&lexer, &layers->layer[layers->count]);
        if (status == TW_OK) status = end_of_layer(&lexer);
        if (status == TW_OK) give_name(layers, layers->count++);
        if (status == TW_OK) status = skip_separators(&lexer);
    }
    if (status == TW_OK && layers->count == 0)
        return tw_source_fail(context, source, 0, "such as 'dense 400 relu; dense outputs'",
                              "a model needs a layer");
    return status;
}

// "mlp:400,400" -> "dense 400 relu; dense 400 relu; dense outputs".
static tw_status write_out_mlp(tw_context *context, const tw_source *source, tw_text *list) {
    size_t at = strlen("mlp:");
    for (int layers = 1;; layers++) {
        double width = 0.0;
        size_t taken = tw_parse_number(source->text + at, source->length - at, &width);
        if (taken == 0 || width < 1.0 || width > TW_LAYER_WIDTH_MAX || width != floor(width))
            return tw_source_fail(context, source, at, "such as mlp:400,400", "expected %s here",
                                  width > TW_LAYER_WIDTH_MAX ? TW_LAYER_TOO_WIDE
                                                             : "the width of a hidden layer");
        if (layers == TW_LAYERS_MAX)
            return tw_source_fail(context, source, at, NULL, "more than %d layers", TW_LAYERS_MAX);
        tw_text_add(list, "dense %.0f relu; ", width);
        at += taken;
        if (at == source->length) break;
        if (source->text[at++] != ',')
            return tw_source_fail(context, source, at - 1, "such as mlp:400,400",
                                  "expected a comma or the end here");
    }
    tw_text_add(list, "dense outputs");
    return list->status;
}

static tw_status parse_short(tw_context *context, const tw_source *source, tw_layer_list *layers) {
    tw_text list;
    tw_text_start(&list, context);
    tw_status status = TW_OK;
    if (strcmp(source->text, "logistic") == 0)
        tw_text_add(&list, "dense outputs");
    else
        status = write_out_mlp(context, source, &list);
    if (status == TW_OK) status = list.status;
    if (status == TW_OK)
        status = parse_list(context, &(tw_source){source->name, list.data, list.length}, layers);
    tw_text_free(&list);
    return status;
}

static bool ends_with(const char *text, const char *end) {
    size_t length = strlen(text), end_length = strlen(end);
    return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

static tw_status parse_file(tw_context *context, const char *path, tw_layer_list *layers) {
    char *bytes = NULL;
    size_t count = 0;
    tw_status status = tw_file_read_all(context, path, TW_EXPR_TEXT_BYTES_MAX, &bytes, &count);
    if (status == TW_OK) status = parse_list(context, &(tw_source){path, bytes, count}, layers);
    tw_release(bytes);
    return status;
}

tw_status tw_layers_parse(tw_context *context, const char *text, tw_layer_list *layers) {
    *layers = (tw_layer_list){0};
    layers->layer = tw_allocate(context, TW_LAYERS_MAX, sizeof *layers->layer);
    if (layers->layer == NULL) return TW_NO_MEMORY;
    tw_source source = {INLINE_NAME, text, strlen(text)};
    tw_status status;
    if (ends_with(text, ".model"))
        status = parse_file(context, text, layers);
    else if (strcmp(text, "logistic") == 0 || strncmp(text, "mlp:", 4) == 0)
        status = parse_short(context, &source, layers);
    else
        status = parse_list(context, &source, layers);
    assert(status != TW_OK || layers->count > 0);
    if (status != TW_OK) tw_layers_free(layers);
    return status;
}

void tw_layers_free(tw_layer_list *layers) {
    tw_release(layers->layer);
    *layers = (tw_layer_list){0};
}
