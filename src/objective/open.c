// Which function a text means: a built-in one, a file, or an expression.
#include <stdio.h>
#include <string.h>

#include "base/fail.h"
#include "base/file.h"
#include "base/memory.h"
#include "objective/library.h"
#include "objective/parsed.h"

tw_objective_options tw_objective_options_default(void) {
    return (tw_objective_options){.dtype = TW_F64};
}

// "name:condition=100,dim=5": what stands behind the colon. Values are numbers or made of them.
static tw_status read_setting(tw_lexer *lexer, tw_expr_tree *tree,
                              tw_objective_settings *settings) {
    if (settings->count == TW_OBJECTIVE_SETTINGS_MAX)
        return tw_lexer_fail(lexer, lexer->token.offset, NULL, "too many parameters; at most %d",
                             TW_OBJECTIVE_SETTINGS_MAX);
    tw_objective_setting *setting = &settings->settings[settings->count++];
    setting->offset = lexer->token.offset;
    tw_expr_root root;
    uint32_t first = tree->node_count;
    tw_status status = tw_lexer_name(lexer, "the name of a parameter", setting->name);
    if (status == TW_OK) status = tw_lexer_expect(lexer, "=");
    if (status == TW_OK) status = tw_expr_parse(lexer, tree, &root);
    if (status == TW_OK) status = tw_expr_resolve(tree, first, NULL, 0);
    if (status != TW_OK) return status;
    if (!tw_expr_is_scalar(tree, root))
        return tw_lexer_fail(lexer, tree->nodes[root].offset, NULL, "a parameter is one number");
    setting->value = tw_expr_evaluate(tree, root, NULL);
    return TW_OK;
}

static tw_status read_settings(tw_context *context, const tw_source *source, size_t offset,
                               tw_objective_settings *settings) {
    *settings = (tw_objective_settings){.source = source};
    if (offset == source->length) return TW_OK;
    tw_expr_tree *tree;
    tw_status status = tw_expr_tree_new(context, source, &tree);
    if (status != TW_OK) return status;
    // Nodes point into the tree's own copy of the text, so the lexer must read that one.
    tw_lexer lexer;
    status = tw_lexer_start_at(&lexer, context, &tree->source, offset + 1);
    for (bool more = true; more && status == TW_OK;) {
        status = read_setting(&lexer, tree, settings);
        more = status == TW_OK && tw_lexer_at(&lexer, ",");
        if (more) status = tw_lexer_next(&lexer);
    }
    while (status == TW_OK && lexer.token.kind != TW_TOKEN_END) status = tw_lexer_end(&lexer);
    tw_expr_tree_free(tree);
    return status;
}

static tw_status finish(tw_objective_text *text, const tw_objective_options *options,
                        const tw_objective_settings *settings, tw_objective **objective) {
    tw_status status = tw_objective_text_resolve(text, options, settings);
    if (status == TW_OK) return tw_objective_of_text(text, options->dtype, objective);
    tw_objective_text_free(text);
    return status;
}

// A file's text, or a built-in one, with what is set behind the colon at `offset`.
static tw_status open_statements(tw_context *context, const tw_source *statements,
                                 const tw_source *whole, size_t offset,
                                 const tw_objective_options *options, tw_objective **objective) {
    tw_objective_settings settings;
    tw_objective_text *text;
    if (options->variables != NULL)
        return tw_fail(context, TW_BAD_ARGUMENT,
                       "objective %s: names its variables itself; those of an expression can be "
                       "given names",
                       statements->name);
    tw_status status = read_settings(context, whole, offset, &settings);
    if (status == TW_OK) status = tw_objective_text_file(context, statements, &text);
    return status == TW_OK ? finish(text, options, &settings, objective) : status;
}

static tw_status open_entry(tw_context *context, const tw_objective_entry *entry,
                            const tw_source *whole, size_t offset,
                            const tw_objective_options *options, tw_objective **objective) {
    tw_source source = {entry->name, entry->text, strlen(entry->text)};
    return open_statements(context, &source, whole, offset, options, objective);
}

static tw_status open_file(tw_context *context, const tw_source *whole, size_t path_length,
                           const tw_objective_options *options, tw_objective **objective) {
    char *path = tw_copy_text(context, whole->text, path_length), *bytes = NULL;
    if (path == NULL) return TW_NO_MEMORY;
    tw_source source = {.name = path};
    tw_status status =
        tw_file_read_all(context, path, TW_EXPR_TEXT_BYTES_MAX, &bytes, &source.length);
    source.text = bytes;
    if (status == TW_OK)
        status = open_statements(context, &source, whole, path_length, options, objective);
    tw_release(bytes);
    tw_release(path);
    return status;
}

static tw_status open_expression(tw_context *context, const tw_source *whole,
                                 const tw_objective_options *options, tw_objective **objective) {
    tw_objective_text *text;
    tw_status status = tw_objective_text_expression(context, whole, &text);
    return status == TW_OK ? finish(text, options, NULL, objective) : status;
}

// Bytes of the name that `text` begins with.
static size_t name_length(const char *text) {
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
    size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");
    return length > 0 && strchr(letters, text[0]) != NULL ? length : 0;
}

// Whether a name alone means a variable.
static bool is_variable(const char *name, const tw_objective_options *options) {
    if (options->variables != NULL && strstr(options->variables, name) != NULL) return true;
    bool letter = strlen(name) == 1 && strchr("xyzw", name[0]) != NULL;
    return letter || (name[0] == 'x' && strspn(name + 1, "0123456789") == strlen(name + 1)) ||
           strcmp(name, "n") == 0 || strcmp(name, "pi") == 0 || strcmp(name, "e") == 0;
}

static tw_status fail_unknown(tw_context *context, const char *name) {
    const char *nearest = tw_objective_entry_nearest(name);
    char hint[96] = "";
    if (nearest != NULL) snprintf(hint, sizeof hint, "; did you mean %.64s?", nearest);
    return tw_fail(context, TW_NOT_FOUND,
                   "objective: no built-in function and no variable is called '%s'%s", name, hint);
}

tw_status tw_objective_parse(tw_context *context, const char *text,
                             const tw_objective_options *options, tw_objective **objective) {
    static const char ending[] = ".objective";
    *objective = NULL;
    tw_objective_options chosen = options == NULL ? tw_objective_options_default() : *options;
    tw_source whole = {"objective", text, strlen(text)};
    const char *end = strstr(text, ending);
    for (const char *next = end; next != NULL; next = strstr(next + 1, ending)) end = next;
    const char *behind = end == NULL ? NULL : end + strlen(ending);
    if (behind != NULL && (*behind == '\0' || *behind == ':'))
        return open_file(context, &whole, (size_t)(behind - text), &chosen, objective);
    size_t length = name_length(text);
    if (length == 0 || length > TW_EXPR_NAME_BYTES_MAX ||
        (text[length] != '\0' && text[length] != ':'))
        return open_expression(context, &whole, &chosen, objective);
    char name[TW_EXPR_NAME_BYTES_MAX + 1];
    snprintf(name, sizeof name, "%.*s", (int)length, text);
    const tw_objective_entry *entry = tw_objective_entry_find(name);
    if (entry != NULL) return open_entry(context, entry, &whole, length, &chosen, objective);
    if (text[length] == ':' || !is_variable(name, &chosen)) return fail_unknown(context, name);
    return open_expression(context, &whole, &chosen, objective);
}
