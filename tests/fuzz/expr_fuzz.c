// Any bytes as an expression: no crash, and what is read is written as text that reads as the same.
#include <math.h>

#include "expr/expr.h"
#include "fuzz/fuzz.h"

static const char *const names[] = {"x", "y", "t", "theta"};
static const double values[] = {0.5, -2.0, 3.0, 1e-3};

enum { NAME_COUNT = 4 };

static bool same(double a, double b) {
    return a == b || (isnan(a) && isnan(b));
}

// Reads the text, and if it is right gives its value (0 if it has none); whether it was.
static bool read_back(tw_context *context, const tw_source *source, double *value, tw_text *text,
                      tw_text *latex) {
    tw_expr_tree *tree = NULL;
    tw_expr_root root;
    *value = 0.0;
    bool right = tw_expr_parse_text(context, source, &tree, &root) == TW_OK &&
                 tw_expr_resolve(tree, 0, names, NAME_COUNT) == TW_OK;
    if (right && tw_expr_is_scalar(tree, root)) *value = tw_expr_evaluate(tree, root, values);
    if (right) {
        tw_expr_format(tree, root, text);
        tw_expr_format_latex(tree, root, latex);
    }
    tw_expr_tree_free(tree);
    return right;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    tw_context *context = tw_fuzz_begin();
    tw_text text, again, latex;
    tw_text_start(&text, context);
    tw_text_start(&again, context);
    tw_text_start(&latex, context);
    double first = 0.0, second = 0.0;
    tw_source source = {"fuzz", (const char *)bytes, count};
    if (read_back(context, &source, &first, &text, &latex)) {
        tw_source formatted = {"formatted", text.data, text.length};
        bool right = read_back(context, &formatted, &second, &again, &latex);
        bool longer = text.length > TW_EXPR_TEXT_BYTES_MAX; // by the blanks around signs
        tw_fuzz_require(longer || (right && same(first, second) && text.length == again.length));
    } else {
        tw_fuzz_require(*tw_context_message(context) != '\0');
    }
    tw_text_free(&text);
    tw_text_free(&again);
    tw_text_free(&latex);
    return tw_fuzz_end(context);
}
