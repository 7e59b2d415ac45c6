// For tests of the language: one expression in three names, read and ready to be used.
#ifndef TW_TESTS_EXPRESSION_H
#define TW_TESTS_EXPRESSION_H

#include "test.h"

#include <string.h>

#include "expr/expr.h"

static const char *const expression_names[] = {"x", "y", "t"};

typedef struct expression {
    tw_context *context;
    tw_expr_tree *tree;
    tw_expr_root root;
} expression;

// Reads what is right; the test fails with the message if it is not.
static inline expression expression_open(const char *text) {
    expression e = {0};
    assert_int_equal(tw_context_new(&e.context), TW_OK);
    tw_source source = {"test", text, strlen(text)};
    assert_ok(e.context, tw_expr_parse_text(e.context, &source, &e.tree, &e.root));
    assert_ok(e.context, tw_expr_resolve(e.tree, 0, expression_names, 3));
    return e;
}

// Frees it, and checks that nothing is left.
static inline void expression_close(expression *e) {
    tw_expr_tree_free(e->tree);
    assert_int_equal(tw_context_memory(e->context).live_bytes, 0);
    tw_context_free(e->context);
}

#endif
