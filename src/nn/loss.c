// The losses by name, each as nodes: one number an example.
#include "thalweg/loss.h"

#include <string.h>

#include "base/fail.h"
#include "base/text.h"
#include "graph/nodes.h"

struct tw_loss {
    const char *name;
    const char *formula;
    bool of_classes; // else of real targets
    tw_node (*build)(tw_graph *graph, tw_node outputs, tw_node target);
};

// max over j of (o_j + [j != y]) - o_y: the largest violation of a margin of 1 (Crammer and Singer,
// 2001).
static tw_node hinge(tw_graph *graph, tw_node outputs, tw_node target) {
    const tw_shape *shape = tw_node_shape(graph, outputs);
    tw_node own = tw_one_hot(graph, target, shape->size[shape->rank - 1]);
    tw_node with_margin = tw_sub(graph, tw_add(graph, outputs, tw_constant(graph, 1.0)), own);
    tw_node of_own = tw_sum(graph, tw_mul(graph, outputs, own), -1);
    return tw_sub(graph, tw_max(graph, with_margin, -1), of_own);
}

static tw_node squared(tw_graph *graph, tw_node outputs, tw_node target) {
    return tw_mean(graph, tw_square(graph, tw_sub(graph, outputs, target)), -1);
}

static tw_node absolute(tw_graph *graph, tw_node outputs, tw_node target) {
    return tw_mean(graph, tw_abs(graph, tw_sub(graph, outputs, target)), -1);
}

// Huber, 1964, with its threshold at 1.
static tw_node huber(tw_graph *graph, tw_node outputs, tw_node target) {
    tw_node difference = tw_sub(graph, outputs, target);
    tw_node size = tw_abs(graph, difference);
    tw_node half = tw_constant(graph, 0.5);
    tw_node inside = tw_mul(graph, half, tw_square(graph, difference));
    tw_node outside = tw_sub(graph, size, half);
    tw_node near = tw_less_equal(graph, size, tw_constant(graph, 1.0));
    return tw_mean(graph, tw_where(graph, near, inside, outside), -1);
}

static const tw_loss losses[] = {
    {"cross_entropy", "-log softmax(o)[y]", true, tw_softmax_cross_entropy},
    {"hinge", "max(0, 1 + max over j != y of o_j - o_y)", true, hinge},
    {"squared", "(o - y)^2", false, squared},
    {"absolute", "|o - y|", false, absolute},
    {"huber", "(o - y)^2/2 where |o - y| <= 1, else |o - y| - 1/2", false, huber},
};

#define LOSS_COUNT ((int)(sizeof losses / sizeof *losses))

const tw_loss *tw_losses(int index) {
    return index >= 0 && index < LOSS_COUNT ? &losses[index] : NULL;
}

const char *tw_loss_name(const tw_loss *loss) {
    return loss->name;
}

const char *tw_loss_formula(const tw_loss *loss) {
    return loss->formula;
}

static const tw_loss *find(const char *name) {
    for (int i = 0; i < LOSS_COUNT; i++)
        if (strcmp(losses[i].name, name) == 0) return &losses[i];
    return NULL;
}

static tw_status fail_unknown(tw_context *context, const char *name) {
    const char *names[LOSS_COUNT];
    for (int i = 0; i < LOSS_COUNT; i++) names[i] = losses[i].name;
    const char *nearest = tw_nearest_name(name, names, (size_t)LOSS_COUNT);
    tw_text list;
    tw_text_start(&list, context);
    for (int i = 0; i < LOSS_COUNT; i++) tw_text_add(&list, "%s%s", i == 0 ? "" : ", ", names[i]);
    tw_status status = list.status;
    if (status == TW_OK)
        status = tw_fail(context, TW_BAD_ARGUMENT, "loss '%s': not known; it is one of %s%s%s%s",
                         name, list.data, nearest != NULL ? " (did you mean " : "",
                         nearest != NULL ? nearest : "", nearest != NULL ? "?)" : "");
    tw_text_free(&list);
    return status;
}

tw_status tw_loss_parse(tw_context *context, const char *name, int64_t classes,
                        const tw_loss **loss) {
    *loss = NULL;
    bool of_classes = classes > 0;
    if (name == NULL || *name == '\0') name = of_classes ? "cross_entropy" : "squared";
    const tw_loss *found = find(name);
    if (found == NULL) return fail_unknown(context, name);
    if (found->of_classes != of_classes)
        return tw_fail(context, TW_BAD_ARGUMENT, "loss %s: is for %s, and the data has %s", name,
                       found->of_classes ? "classes" : "numbers",
                       of_classes ? "classes" : "numbers to predict");
    *loss = found;
    return TW_OK;
}

// Whether outputs and targets belong together: [..., k] and i32 [...], or twice the same. Latches the
// graph's error, naming `what`.
static bool fit(tw_graph *graph, const char *what, bool of_classes, tw_node outputs,
                tw_node target) {
    if (!tw_graph_has(graph, outputs, what) || !tw_graph_has(graph, target, what)) return false;
    const tw_shape *given = tw_node_shape(graph, outputs), *got = tw_node_shape(graph, target);
    char have[TW_SHAPE_TEXT_BYTES], want[TW_SHAPE_TEXT_BYTES];
    if (given->rank < 2) {
        tw_graph_fail(graph, TW_BAD_SHAPE,
                      "%s: outputs are %s; an example has several, as in [B, 10]", what,
                      tw_shape_format(given, have));
        return false;
    }
    tw_shape wanted = *given;
    wanted.rank -= of_classes ? 1 : 0;
    tw_dtype dtype = of_classes ? TW_I32 : tw_graph_dtype(graph);
    if (tw_shape_equal(got, &wanted) && tw_node_dtype(graph, target) == dtype) return true;
    tw_graph_fail(graph, TW_BAD_SHAPE, "%s: targets are %s %s; for these outputs they are %s %s",
                  what, tw_dtype_name(tw_node_dtype(graph, target)), tw_shape_format(got, have),
                  tw_dtype_name(dtype), tw_shape_format(&wanted, want));
    return false;
}

tw_node tw_loss_build(const tw_loss *loss, tw_graph *graph, tw_node outputs, tw_node target) {
    if (!fit(graph, loss->name, loss->of_classes, outputs, target)) return TW_NO_NODE;
    return loss->build(graph, outputs, target);
}

tw_node tw_zero_one_error(tw_graph *graph, tw_node outputs, tw_node target) {
    if (!fit(graph, "zero_one_error", true, outputs, target)) return TW_NO_NODE;
    const tw_shape *shape = tw_node_shape(graph, outputs);
    int64_t classes = shape->size[shape->rank - 1];
    tw_node chosen = tw_one_hot(graph, tw_argmax(graph, outputs), classes);
    tw_node right = tw_mul(graph, chosen, tw_one_hot(graph, target, classes));
    return tw_sub(graph, tw_constant(graph, 1.0), tw_sum(graph, right, -1));
}

// l1*|w| + l2*w^2/2 of one parameter; what has the factor 0 is not computed.
static tw_node penalty_of(tw_graph *graph, tw_node weight, double l1, double l2) {
    tw_node sizes = TW_NO_NODE;
    if (l1 != 0.0) {
        sizes = tw_sum_all(graph, tw_abs(graph, weight));
        sizes = tw_mul(graph, tw_constant(graph, l1), sizes);
    }
    if (l2 == 0.0) return sizes;
    tw_node squares = tw_sum_squares(graph, weight);
    squares = tw_mul(graph, tw_constant(graph, l2 / 2.0), squares);
    return l1 != 0.0 ? tw_add(graph, sizes, squares) : squares;
}

tw_node tw_penalty(tw_graph *graph, double l1, double l2) {
    const tw_node *parameters = NULL;
    int count = tw_graph_parameters(graph, &parameters);
    tw_node total = TW_NO_NODE;
    for (int i = 0; i < count && (l1 != 0.0 || l2 != 0.0); i++) {
        tw_node weight = parameters[i];
        if (tw_node_shape(graph, weight)->rank < 2) continue;
        tw_node part = penalty_of(graph, weight, l1, l2);
        total = total.index < 0 ? part : tw_add(graph, total, part);
        tw_graph_parameters(graph, &parameters); // adding nodes may have moved the list
    }
    return total;
}
