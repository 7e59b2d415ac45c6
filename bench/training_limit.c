// What part of the machine's limit a training step reaches. The limit is what a step cannot do without, its matrix
// products and one update of all parameters: the products as the best of OpenBLAS and BLIS does each of them, and, for
// the own_ members, as thalweg does. Each of them takes turns with whole steps, on one thread and on all.
//
//     training_limit                            the networks of docs/performance.md
//     training_limit MODEL BATCH [SECONDS]      one, in turns of about so many seconds in all (default 6)
//
// A line of JSON for each network, batch and number of threads: medians of the turns, of ratios the quartiles too.
// Where both libraries are missing, a line lacks what they would tell.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/training_parts.h"
#include "support/blas.h"
#include "thalweg/thalweg.h"

#define SECONDS 6.0
#define CHOICE_SHARE 0.1 // of these, to choose a product's library

// A product of the step as a library does it.
typedef struct library_product {
    const blas_way *way;
    const tw_bench_product *work;
    int threads;
} library_product;

typedef struct measuring {
    tw_context *context;
    tw_bench_training_options options;
    double seconds;
    const blas_way *ways;
    int way_count;
    tw_bench_parts parts;
    library_product *chosen; // one a product, if there are ways
    tw_bench_side *sides;    // those of the parts, then one for each that was chosen
    int rounds;
    tw_json *json;
} measuring;

static tw_status run(void *user) {
    const library_product *p = user;
    blas_way_run(p->way, p->threads, &p->work->product, p->work->a, p->work->b, p->work->c);
    return TW_OK;
}

static tw_status begin(void *user) {
    const library_product *p = user;
    blas_way_begin(p->way, p->threads);
    return TW_OK;
}

static tw_status end(void *user) {
    const library_product *p = user;
    blas_way_end(p->way, p->threads);
    return TW_OK;
}

static tw_bench_side side_of(library_product *product) {
    return (tw_bench_side){.work = run, .before = begin, .after = end, .user = product};
}

// Whether a library computes what we compute, without which its time would say nothing.
static bool agrees(library_product *p, float *expected) {
    const tw_matrix_product *product = &p->work->product;
    const float *c = p->work->c;
    int64_t count = product->batch * product->m * product->n;
    tw_matrix_product_run(product, p->work->a, p->work->b, p->work->c);
    memcpy(expected, c, (size_t)count * sizeof *expected);
    memset(p->work->c, 0, (size_t)count * sizeof *c);
    begin(p);
    run(p);
    end(p);
    for (int64_t i = 0; i < count; i++)
        if (!(fabsf(c[i] - expected[i]) <= 1e-5F * (float)product->k)) return false;
    return true;
}

static tw_status check(measuring *m, library_product *p) {
    const tw_matrix_product *product = &p->work->product;
    float *expected =
        tw_allocate(m->context, (size_t)(product->batch * product->m * product->n), sizeof(float));
    if (expected == NULL) return TW_NO_MEMORY;
    bool right = agrees(p, expected);
    tw_release(expected);
    if (right) return TW_OK;
    fprintf(stderr, "training_limit: %s computes another product than thalweg\n", p->way->name);
    return TW_MISMATCH;
}

// Finds the fastest way to compute a product.
static tw_status choose(measuring *m, const tw_bench_product *work, library_product *chosen) {
    library_product products[BLAS_WAYS_MAX];
    tw_bench_side sides[BLAS_WAYS_MAX];
    tw_status status = TW_OK;
    for (int i = 0; i < m->way_count && status == TW_OK; i++) {
        products[i] = (library_product){&m->ways[i], work, tw_context_threads(m->context)};
        sides[i] = side_of(&products[i]);
        status = check(m, &products[i]);
    }
    int rounds = 0, best = 0;
    if (status == TW_OK)
        status = tw_bench_take_turns(sides, m->way_count, CHOICE_SHARE * m->seconds, &rounds);
    if (status != TW_OK) return status;
    for (int i = 1; i < m->way_count; i++)
        if (tw_bench_median(sides[i].seconds, rounds) <
            tw_bench_median(sides[best].seconds, rounds))
            best = i;
    *chosen = products[best];
    return TW_OK;
}

static tw_status measure(measuring *m) {
    int products = m->parts.product_count, own = TW_BENCH_FIRST_PRODUCT + products;
    m->sides = tw_allocate(m->context, (size_t)(own + products), sizeof *m->sides);
    m->chosen = tw_allocate(m->context, (size_t)products, sizeof *m->chosen);
    if (m->sides == NULL || m->chosen == NULL) return TW_NO_MEMORY;
    tw_bench_parts_sides(&m->parts, m->sides);
    tw_status status = TW_OK;
    for (int i = 0; i < products && m->way_count > 0 && status == TW_OK; i++) {
        status = choose(m, &m->parts.products[i], &m->chosen[i]);
        m->sides[own + i] = side_of(&m->chosen[i]);
    }
    int count = m->way_count > 0 ? own + products : own;
    if (status == TW_OK) status = tw_bench_take_turns(m->sides, count, m->seconds, &m->rounds);
    return status;
}

static void print_ratio(tw_json *json, const char *const *names, const double *ratios, int count) {
    for (int i = 0; i < 3; i++)
        tw_json_number(json, names[i], tw_bench_quantile(ratios, count, 0.25 * (i + 1)));
}

// Products and limit of one kind; `names` are those of the members.
static void print_limit(measuring *m, const tw_bench_side *products, const char *const *names) {
    double sums[TW_BENCH_ROUNDS_MAX], limits[TW_BENCH_ROUNDS_MAX], fractions[TW_BENCH_ROUNDS_MAX];
    const tw_bench_side *update = &m->sides[TW_BENCH_UPDATE];
    for (int i = 0; i < m->rounds; i++) {
        limits[i] = tw_bench_parts_limit(&m->parts, update, products, i);
        sums[i] = limits[i] - update->seconds[i];
        fractions[i] = limits[i] / m->sides[TW_BENCH_STEP].seconds[i];
    }
    tw_json_number(m->json, names[0], tw_bench_median(sums, m->rounds));
    tw_json_number(m->json, names[1], tw_bench_median(limits, m->rounds));
    print_ratio(m->json, names + 2, fractions, m->rounds);
}

static void print_libraries(measuring *m) {
    static const char *const names[] = {"library_products_seconds", "limit_seconds", "fraction_low",
                                        "fraction", "fraction_high"};
    if (m->way_count == 0) return;
    int products = m->parts.product_count;
    tw_json_begin_array(m->json, "ways");
    for (int i = 0; i < products; i++) tw_json_string(m->json, NULL, m->chosen[i].way->name);
    tw_json_end_array(m->json);
    print_limit(m, &m->sides[TW_BENCH_FIRST_PRODUCT + products], names);
}

static void print_row(measuring *m) {
    static const char *const own[] = {"own_products_seconds", "own_limit_seconds",
                                      "own_fraction_low", "own_fraction", "own_fraction_high"};
    double step = tw_bench_median(m->sides[TW_BENCH_STEP].seconds, m->rounds);
    tw_json_begin(m->json, NULL);
    tw_json_string(m->json, "type", "bench");
    tw_json_string(m->json, "name", "training_limit");
    tw_json_string(m->json, "model", m->options.model);
    tw_json_string(m->json, "method", m->options.method);
    tw_json_integer(m->json, "batch", m->options.batch);
    tw_json_integer(m->json, "threads", tw_context_threads(m->context));
    tw_json_integer(m->json, "turns", m->rounds);
    tw_json_number(m->json, "samples_per_second", (double)m->options.batch / step);
    tw_json_number(m->json, "step_seconds", step);
    tw_json_number(m->json, "update_seconds",
                   tw_bench_median(m->sides[TW_BENCH_UPDATE].seconds, m->rounds));
    print_libraries(m);
    print_limit(m, &m->sides[TW_BENCH_FIRST_PRODUCT], own);
    tw_json_end(m->json);
    fputs(tw_json_text(m->json), stdout);
    fflush(stdout);
}

static tw_status measure_and_print(measuring *m) {
    tw_status status = tw_bench_parts_open(m->context, &m->options, &m->parts);
    if (status == TW_OK) status = tw_json_new(m->context, &m->json);
    if (status == TW_OK) status = measure(m);
    if (status == TW_OK) print_row(m);
    tw_json_free(m->json);
    tw_release(m->chosen);
    tw_release(m->sides);
    tw_bench_parts_close(&m->parts);
    return status;
}

// On one thread and on all of the machine's.
static tw_status measure_network(const measuring *wanted) {
    tw_context *context = NULL;
    tw_status status = tw_context_new(&context);
    if (status != TW_OK) return status;
    int all = tw_context_threads(context);
    for (int pass = 0; pass < (all > 1 ? 2 : 1) && status == TW_OK; pass++) {
        measuring m = *wanted;
        m.context = context;
        status = tw_context_set_threads(context, pass == 0 ? 1 : all);
        if (status == TW_OK) status = measure_and_print(&m);
    }
    if (status != TW_OK) fprintf(stderr, "training_limit: %s\n", tw_context_message(context));
    tw_context_free(context);
    return status;
}

static const struct {
    const char *model;
    int64_t batch;
} networks[] = {
    {"mlp:512,512", 32},  {"mlp:512,512", 128}, {"mlp:512,512", 1024},
    {"mlp:400,400", 128}, {"logistic", 64},
};

int main(int argc, char **argv) {
    double seconds = argc > 3 ? atof(argv[3]) : SECONDS;
    if (argc == 2 || argc > 4 || !(seconds > 0.0)) {
        fputs("usage: training_limit [MODEL BATCH [SECONDS]]\n", stderr);
        return 2;
    }
    blas_way ways[BLAS_WAYS_MAX];
    measuring m = {.options = tw_bench_training_options_default(), .seconds = seconds};
    m.ways = ways;
    m.way_count = blas_find_ways(ways);
    tw_status status = TW_OK;
    if (argc > 1) {
        m.options.model = argv[1];
        m.options.batch = atoll(argv[2]);
        return measure_network(&m) == TW_OK ? 0 : 1;
    }
    for (size_t i = 0; i < sizeof networks / sizeof *networks && status == TW_OK; i++) {
        m.options.model = networks[i].model;
        m.options.batch = networks[i].batch;
        status = measure_network(&m);
    }
    return status == TW_OK ? 0 : 1;
}
