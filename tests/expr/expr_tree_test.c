// The shape of trees: many expressions in one source, order of nodes, indices of sums, failures that
// leave everything as it was.
#include "expr/expression.h"

#include "base/memory.h"

static void one_source_may_hold_many_statements(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    static const char text[] = "state s, r # two\n\ns = 0.9*s + g\nr = (r +\n g^2)\n";
    tw_source source = {"a.rule", text, strlen(text)};
    tw_expr_tree *tree = NULL;
    assert_ok(context, tw_expr_tree_new(context, &source, &tree));
    tw_lexer lexer;
    char name[TW_EXPR_NAME_BYTES_MAX + 1];
    assert_ok(context, tw_lexer_start(&lexer, context, &source));
    assert_true(tw_lexer_at(&lexer, "state"));
    assert_ok(context, tw_lexer_expect(&lexer, "state"));
    assert_ok(context, tw_lexer_name(&lexer, "a state's name", name));
    assert_string_equal(name, "s");
    assert_ok(context, tw_lexer_expect(&lexer, ","));
    assert_ok(context, tw_lexer_name(&lexer, "a state's name", name));
    assert_ok(context, tw_lexer_end(&lexer));
    tw_expr_root roots[2];
    for (int i = 0; i < 2; i++) {
        assert_ok(context, tw_lexer_name(&lexer, "a name", name));
        assert_string_equal(name, i == 0 ? "s" : "r");
        assert_ok(context, tw_lexer_expect(&lexer, "="));
        assert_ok(context, tw_expr_parse(&lexer, tree, &roots[i]));
        assert_ok(context, tw_lexer_end(&lexer));
    }
    assert_int_equal(lexer.token.kind, TW_TOKEN_END);
    assert_int_equal(roots[0], 4); // 0.9 s * g +
    assert_int_equal(tw_expr_first(tree, roots[1]), 5);
    static const char *const known[] = {"g", "s", "r"};
    assert_ok(context, tw_expr_resolve(tree, 0, known, 3));
    assert_int_equal(tree->nodes[1].symbol, 1);
    assert_int_equal(tree->nodes[3].symbol, 0);
    tw_expr_tree_free(tree);
    tw_context_free(context);
}

static void a_failed_parse_leaves_the_tree_as_it_was(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    tw_source source = {"a.rule", "x + 1\nx + (y\n", 13};
    tw_expr_tree *tree = NULL;
    assert_ok(context, tw_expr_tree_new(context, &source, &tree));
    tw_lexer lexer;
    tw_expr_root root;
    assert_ok(context, tw_lexer_start(&lexer, context, &source));
    assert_ok(context, tw_expr_parse(&lexer, tree, &root));
    assert_ok(context, tw_lexer_end(&lexer));
    assert_int_equal(tw_expr_parse(&lexer, tree, &root), TW_BAD_TEXT);
    assert_int_equal(root, TW_EXPR_NONE);
    assert_int_equal(tree->node_count, 3);
    char name[TW_EXPR_NAME_BYTES_MAX + 1];
    assert_int_equal(tw_lexer_name(&lexer, "a name", name), TW_BAD_TEXT); // latched
    assert_int_equal(tw_lexer_end(&lexer), TW_BAD_TEXT);
    tw_expr_tree_free(tree);
    tw_context_free(context);
}

static void the_index_of_a_sum_is_bound_in_its_body_alone(void **state) {
    (void)state;
    expression e = expression_open("sum(i, x, y, x[i]*sum(j, i, 3, i + j)) + t");
    static const char *const bound[] = {"i", "i", "i", "j"};
    size_t found = 0;
    for (uint32_t k = 0; k < e.tree->node_count; k++) {
        const tw_expr_node *node = &e.tree->nodes[k];
        if (node->kind != TW_EXPR_NAME || node->symbol != TW_EXPR_NONE) continue;
        assert_true(found < 4 && tw_expr_is_named(e.tree, k, bound[found]));
        found++;
    }
    assert_int_equal(found, 4);
    const tw_expr_node *sum = &e.tree->nodes[e.tree->nodes[e.root].child[0]];
    assert_int_equal(sum->kind, TW_EXPR_SUM_OVER);
    assert_int_equal(sum->child_count, 3);
    assert_true(tw_expr_is_named(e.tree, e.tree->nodes[e.root].child[0], "i"));
    expression_close(&e);
}

static void children_stand_before_parents_without_a_gap(void **state) {
    (void)state;
    expression e = expression_open("sum(i, 1, 2, i) + clip(x, -1, y[2*t])^prod(k, 1, 3, k)");
    for (uint32_t k = 0; k < e.tree->node_count; k++) {
        const tw_expr_node *node = &e.tree->nodes[k];
        for (uint32_t c = 0; c < node->child_count; c++) {
            tw_expr_root next =
                c + 1 < node->child_count ? tw_expr_first(e.tree, node->child[c + 1]) : k;
            assert_int_equal(node->child[c] + 1, next);
        }
    }
    assert_int_equal(e.root + 1, e.tree->node_count);
    expression_close(&e);
}

static void nodes_know_where_they_stand(void **state) {
    (void)state;
    expression e = expression_open("x +  exp(y)");
    const tw_expr_node *sum = &e.tree->nodes[e.root], *call = &e.tree->nodes[sum->child[1]];
    assert_int_equal(sum->offset, 2);
    assert_int_equal(sum->length, 1);
    assert_int_equal(call->offset, 5);
    assert_int_equal(call->length, 3);
    expression_close(&e);
}

// Every allocation fails once: no crash, nothing leaked, and the status says why.
static void no_memory_is_told_and_nothing_leaks(void **state) {
    (void)state;
    static const char text[] = "1+2+3+4+5+6+7+8+9+10+11+12+13+14+15+16+17+18+19+20+21+22+23+24";
    tw_source source = {"test", text, strlen(text)};
    bool succeeded = false;
    for (uint64_t nth = 1; nth < 100 && !succeeded; nth++) {
        tw_context *context = NULL;
        assert_int_equal(tw_context_new(&context), TW_OK);
        tw_memory_fail_at(context, nth, true);
        tw_expr_tree *tree = NULL;
        tw_expr_root root;
        tw_status status = tw_expr_parse_text(context, &source, &tree, &root);
        succeeded = status == TW_OK;
        if (!succeeded) {
            assert_int_equal(status, TW_NO_MEMORY);
            assert_null(tree);
        }
        tw_expr_tree_free(tree);
        assert_int_equal(tw_context_memory(context).live_bytes, 0);
        tw_context_free(context);
    }
    assert_true(succeeded);
}

TW_TESTS(one_source_may_hold_many_statements, a_failed_parse_leaves_the_tree_as_it_was,
         the_index_of_a_sum_is_bound_in_its_body_alone, children_stand_before_parents_without_a_gap,
         nodes_know_where_they_stand, no_memory_is_told_and_nothing_leaks)
