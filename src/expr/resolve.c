// Names to numbers.
#include "expr/expr.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { KNOWN_BYTES = 512 }; // of a message that lists the names

static bool has_name(const tw_expr_node *node) {
    return node->kind == TW_EXPR_NAME || node->kind == TW_EXPR_ELEMENT;
}

// Whether the name is the index of a sum around it: in its body, which is its last child.
static bool is_bound(const tw_expr_tree *tree, uint32_t name) {
    const char *text = tree->source.text;
    const tw_expr_node *node = &tree->nodes[name];
    for (uint32_t i = name + 1; i < tree->node_count; i++) {
        const tw_expr_node *sum = &tree->nodes[i];
        bool inside = tw_expr_is_over_index(sum) && sum->child[1] < name && name <= sum->child[2];
        bool same = inside && sum->length == node->length &&
                    memcmp(text + sum->offset, text + node->offset, node->length) == 0;
        if (same) return true;
    }
    return false;
}

// "g, s, t, theta", as many as there is room for.
static void list_names(const char *const *names, size_t count, char list[KNOWN_BYTES]) {
    size_t used = 0;
    list[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        const char *comma = i == 0 ? "" : ", ";
        bool fits = used + strlen(names[i]) + sizeof ", , ..." < KNOWN_BYTES;
        used += (size_t)snprintf(list + used, KNOWN_BYTES - used, "%s%s", comma,
                                 fits ? names[i] : "...");
        if (!fits) return;
    }
}

static tw_status fail_unknown(const tw_expr_tree *tree, const tw_expr_node *node,
                              const char *const *names, size_t name_count) {
    char name[TW_EXPR_NAME_BYTES_MAX + 1], hint[2 * TW_EXPR_NAME_BYTES_MAX + 32],
        known[KNOWN_BYTES];
    snprintf(name, sizeof name, "%.*s", (int)node->length, tree->source.text + node->offset);
    const char *nearest = tw_nearest_name(name, names, name_count);
    tw_function function;
    hint[0] = '\0';
    if (tw_function_find(name, &function)) {
        snprintf(hint, sizeof hint, "a function is called: %s(...)", name);
    } else if (nearest != NULL) {
        snprintf(hint, sizeof hint, "did you mean %s?", nearest);
    }
    list_names(names, name_count, known);
    return tw_source_fail(tree->context, &tree->source, node->offset, *hint == '\0' ? NULL : hint,
                          "unknown name '%s'; known here: %s", name,
                          name_count == 0 ? "none" : known);
}

tw_status tw_expr_resolve(tw_expr_tree *tree, uint32_t first_node, const char *const *names,
                          size_t name_count) {
    assert(first_node <= tree->node_count && name_count < TW_EXPR_NONE);
    for (uint32_t i = first_node; i < tree->node_count; i++) {
        tw_expr_node *node = &tree->nodes[i];
        if (!has_name(node)) continue;
        node->symbol = TW_EXPR_NONE;
        if (is_bound(tree, i)) {
            if (node->kind == TW_EXPR_NAME) continue;
            return tw_source_fail(tree->context, &tree->source, node->offset, NULL,
                                  "the index of a sum is a number and has no elements");
        }
        size_t symbol = 0;
        while (symbol < name_count && !tw_expr_is_named(tree, i, names[symbol])) symbol++;
        if (symbol == name_count) return fail_unknown(tree, node, names, name_count);
        node->symbol = (uint32_t)symbol;
    }
    return TW_OK;
}
