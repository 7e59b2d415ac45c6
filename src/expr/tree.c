// The tree that expressions of one source grow in.
#include "expr/expr.h"

#include <assert.h>
#include <string.h>

#include "base/memory.h"

tw_status tw_expr_tree_new(tw_context *context, const tw_source *source, tw_expr_tree **tree) {
    *tree = NULL;
    tw_expr_tree *made = tw_allocate(context, 1, sizeof *made);
    if (made == NULL) return TW_NO_MEMORY;
    made->context = context;
    made->source.name = tw_copy_text(context, source->name, strlen(source->name));
    made->source.text = tw_copy_text(context, source->text, source->length);
    made->source.length = source->length;
    if (made->source.name == NULL || made->source.text == NULL) {
        tw_expr_tree_free(made);
        return TW_NO_MEMORY;
    }
    *tree = made;
    return TW_OK;
}

void tw_expr_tree_free(tw_expr_tree *tree) {
    if (tree == NULL) return;
    tw_release((char *)tree->source.name);
    tw_release((char *)tree->source.text);
    tw_release(tree->nodes);
    tw_release(tree);
}

tw_expr_root tw_expr_first(const tw_expr_tree *tree, tw_expr_root root) {
    assert(root < tree->node_count);
    while (tree->nodes[root].child_count > 0) root = tree->nodes[root].child[0];
    return root;
}

bool tw_expr_is_over_index(const tw_expr_node *node) {
    return node->kind == TW_EXPR_SUM_OVER || node->kind == TW_EXPR_PROD_OVER;
}

bool tw_expr_is_reduction(const tw_expr_node *node) {
    if (node->kind != TW_EXPR_CALL) return false;
    switch (node->function) {
    case TW_FUNCTION_sum:
    case TW_FUNCTION_mean:
    case TW_FUNCTION_norm:
    case TW_FUNCTION_all_sum:
    case TW_FUNCTION_all_mean:
    case TW_FUNCTION_all_norm:
        return true;
    case TW_FUNCTION_max:
        return node->child_count == 1;
    default:
        return false;
    }
}

bool tw_expr_is_random(const tw_expr_node *node) {
    return node->kind == TW_EXPR_CALL &&
           (node->function == TW_FUNCTION_normal || node->function == TW_FUNCTION_uniform);
}

bool tw_expr_is_named(const tw_expr_tree *tree, tw_expr_root node, const char *name) {
    assert(node < tree->node_count);
    const tw_expr_node *named = &tree->nodes[node];
    return strlen(name) == named->length &&
           memcmp(tree->source.text + named->offset, name, named->length) == 0;
}
