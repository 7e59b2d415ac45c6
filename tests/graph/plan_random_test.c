// Drawn graphs, run as plans: whatever is fused, shared, reused or run in one wave, values are those of
// an evaluation node by node, updates see what was there before, and bits do not depend on threads.
#include "support/planned.h"
#include "support/random_graph.h"

#include "base/random.h"

#include <string.h>

enum { NODES = 40, GRAPHS = 150, WIDTH = TW_RANDOM_WIDTH, BATCH = TW_RANDOM_BATCH_MAX };

typedef struct numbers {
    double x[BATCH * WIDTH], y[BATCH * WIDTH], w[WIDTH * WIDTH], v[WIDTH];
} numbers;

static void draw(numbers *n, uint64_t seed) {
    tw_planned_numbers(n->x, BATCH * WIDTH, -2.0, 2.0, 4 * seed);
    tw_planned_numbers(n->y, BATCH * WIDTH, -2.0, 2.0, 4 * seed + 1);
    tw_planned_numbers(n->w, WIDTH * WIDTH, -1.0, 1.0, 4 * seed + 2);
    tw_planned_numbers(n->v, WIDTH, -1.0, 1.0, 4 * seed + 3);
}

// A drawn graph with updates of w and v, and which of its nodes are read.
typedef struct trial {
    tw_planned p;
    tw_random_graph drawn;
    int new_w, more_v; // nodes stored in w and added to v; -1: none fits
    bool wanted[TW_RANDOM_NODES_MAX];
} trial;

static int last_of_shape(const tw_random_graph *drawn, int64_t rows, int64_t columns) {
    for (int k = drawn->count; k-- > TW_RANDOM_LEAVES;) {
        if (drawn->node[k].rows == rows && drawn->node[k].columns == columns) return k;
    }
    return -1;
}

static void open_trial(trial *t, uint64_t seed, int threads) {
    tw_node wanted[TW_RANDOM_NODES_MAX + 2];
    int count = 0;
    tw_planned_open(&t->p, TW_F64, threads);
    tw_graph *g = t->p.graph;
    tw_random_graph_build(&t->drawn, g, seed, NODES);
    tw_random random = {.seed = seed, .purpose = TW_FOR_TEST, .stream = 9};
    uint64_t one_in = 1 + tw_random_below(&random, 1000, 12);
    for (int k = 0; k < t->drawn.count; k++) {
        bool last = k == t->drawn.count - 1;
        // what shows a variable's memory shows what was stored in it
        t->wanted[k] = !tw_random_graph_shows_parameter(&t->drawn, k) &&
                       (last || tw_random_below(&random, (uint64_t)k, one_in) == 0);
        if (t->wanted[k]) wanted[count++] = t->drawn.node[k].made;
    }
    t->new_w = last_of_shape(&t->drawn, WIDTH, WIDTH);
    t->more_v = last_of_shape(&t->drawn, 1, WIDTH);
    const tw_random_node *node = t->drawn.node;
    if (t->new_w >= 0) wanted[count++] = tw_assign(g, node[TW_RANDOM_W].made, node[t->new_w].made);
    if (t->more_v >= 0)
        wanted[count++] = tw_assign_add(g, node[TW_RANDOM_V].made, node[t->more_v].made);
    tw_planned_plan(&t->p, wanted, count, BATCH);
}

// Feeds and sets what the plan reads; a drawn graph may read little.
static void give(trial *t, const numbers *n, int64_t batch) {
    static const char *const names[] = {"w", "v"};
    const double *values[] = {n->w, n->v};
    const int64_t counts[] = {WIDTH * WIDTH, WIDTH};
    for (int i = 0; i < 2; i++) {
        if (tw_variables_find(t->p.variables, names[i]) != NULL)
            tw_planned_set(&t->p, names[i], values[i], counts[i]);
    }
    for (int k = TW_RANDOM_X; k <= TW_RANDOM_Y; k++) {
        tw_node input = t->drawn.node[k].made;
        static double unused[1];
        if (tw_plan_feed(t->p.plan, input, unused) != TW_OK) continue;
        tw_planned_feed(&t->p, input, k == TW_RANDOM_X ? n->x : n->y, batch * WIDTH);
    }
}

static void check_variable(const trial *t, const char *name, int64_t count, const double *before,
                           const tw_random_node *added) {
    if (tw_variables_find(t->p.variables, name) == NULL) return;
    for (int64_t i = 0; i < count; i++) {
        double want = (before != NULL ? before[i] : 0.0) + (added != NULL ? added->value[i] : 0.0);
        tw_planned_assert_close(tw_planned_variable(&t->p, name, i), want, 1e-12, name);
    }
}

static void check_trial(trial *t, const numbers *n, int64_t batch) {
    const tw_random_node *node = t->drawn.node;
    give(t, n, batch);
    tw_planned_run(&t->p, batch);
    tw_random_graph_evaluate(&t->drawn, n->x, n->y, n->w, n->v, batch);
    for (int k = 0; k < t->drawn.count; k++) {
        if (!t->wanted[k]) continue;
        int64_t count = tw_random_graph_elements(&node[k], batch);
        for (int64_t i = 0; i < count; i++) {
            tw_planned_assert_close(tw_planned_at(&t->p, node[k].made, i), node[k].value[i], 1e-12,
                                    tw_node_name(t->p.graph, node[k].made));
        }
    }
    check_variable(t, "w", WIDTH * WIDTH, t->new_w < 0 ? n->w : NULL,
                   t->new_w < 0 ? NULL : &node[t->new_w]);
    check_variable(t, "v", WIDTH, n->v, t->more_v < 0 ? NULL : &node[t->more_v]);
}

static void plans_of_drawn_graphs_agree_with_evaluation_node_by_node(void **state) {
    (void)state;
    static trial t;
    for (uint64_t seed = 0; seed < GRAPHS; seed++) {
        numbers n;
        open_trial(&t, seed, 1 + (int)(seed % 2));
        static const int64_t batches[] = {BATCH, 5, 1, 4, BATCH};
        for (size_t i = 0; i < sizeof batches / sizeof *batches; i++) {
            draw(&n, 10 * seed + i);
            check_trial(&t, &n, batches[i]);
        }
        tw_planned_close(&t.p);
    }
}

static void arenas_of_drawn_graphs_are_no_larger_than_all_values(void **state) {
    (void)state;
    static trial t;
    int shared = 0, fused = 0;
    for (uint64_t seed = 0; seed < GRAPHS; seed++) {
        open_trial(&t, seed, 1);
        tw_plan_size size = tw_plan_measure(t.p.plan);
        assert_true(size.arena_bytes <= size.unshared_bytes);
        assert_true(size.fused_count <= size.node_count && size.kernel_count <= size.node_count);
        shared += size.arena_bytes < size.unshared_bytes;
        fused += size.fused_count > 0;
        tw_planned_close(&t.p);
    }
    assert_true(shared > GRAPHS / 2 && fused > GRAPHS / 2);
}

TW_TESTS(plans_of_drawn_graphs_agree_with_evaluation_node_by_node,
         arenas_of_drawn_graphs_are_no_larger_than_all_values)
