// L-BFGS against its peers: how many evaluations each needs from the same start to the same stop, and how
// much time it takes beyond the function's own.
//
//     minimize count SOLVER FUNCTION [DIMENSION [JITTER]]   SOLVER: thalweg, liblbfgs, nlopt
//     minimize time DIMENSION [THREADS]                     thalweg and liblbfgs, in turns
//     minimize serve FUNCTION [DIMENSION [JITTER]]          the function, for minimize_peers.py
//
// All keep 10 pairs and stop at the first evaluated point with |g|_inf <= 1e-8 max(1, |f|), seen from inside
// the function; their own tests are switched off. LOOSE=1 in the environment: |g| <= 1e-5 max(1, |x|), in
// 2-norms, at which a run may end on the floor of a valley. bench/minimize_peers.py runs all of them, with
// scipy and torch. A line of JSON each.
#include <dlfcn.h>
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/random.h"
#include "thalweg/minimize.h"

enum { PAIRS = 10, EVALUATIONS_MAX = 100000 };

// The function, counted, until the first point that meets the test.
typedef struct counted {
    tw_context *context;
    tw_objective *objective;
    int64_t n;
    double *start;
    long evaluations, hit; // hit: 0, or the evaluation that met the test
    double value, norm;
    jmp_buf out; // of libraries that cannot be asked to stop
    bool leaps;
} counted;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double norm_of(const double *x, int64_t n) {
    double sum = 0;
    for (int64_t i = 0; i < n; i++) sum += x[i] * x[i];
    return sqrt(sum);
}

static bool meets_test(const double *x, double value, const double *gradient, int64_t n) {
    double largest = 0;
    if (getenv("LOOSE") != NULL) return norm_of(gradient, n) <= 1e-5 * fmax(1, norm_of(x, n));
    for (int64_t i = 0; i < n; i++) largest = fmax(largest, fabs(gradient[i]));
    return isfinite(value) && largest <= 1e-8 * fmax(1, fabs(value));
}

static double evaluate(counted *c, const double *x, double *gradient) {
    double value = NAN;
    tw_objective_evaluate(c->objective, x, &value, gradient);
    c->evaluations++;
    if (c->hit == 0 && meets_test(x, value, gradient, c->n)) {
        c->hit = c->evaluations;
        c->value = value;
        c->norm = norm_of(gradient, c->n);
    }
    if (c->leaps && (c->hit > 0 || c->evaluations >= EVALUATIONS_MAX)) longjmp(c->out, 1);
    return value;
}

static void fail(const tw_context *context, const char *what) {
    fprintf(stderr, "%s: %s\n", what, tw_context_message(context));
    exit(1);
}

static counted open_function(int argc, char **argv) {
    counted c = {0};
    tw_objective_options options = tw_objective_options_default();
    if (argc > 1) options.dimension = atoll(argv[1]);
    double jitter = argc > 2 ? atof(argv[2]) : 0;
    if (tw_context_new(&c.context) != TW_OK) exit(1);
    tw_context_set_threads(c.context, 1);
    if (tw_objective_parse(c.context, argv[0], &options, &c.objective) != TW_OK)
        fail(c.context, argv[0]);
    tw_objective_facts facts = tw_objective_describe(c.objective);
    c.n = facts.dimension;
    c.start = calloc((size_t)c.n, sizeof(double));
    if (c.start == NULL || facts.start == NULL) fail(c.context, "no start");
    tw_random draw = {.seed = 1, .purpose = TW_FOR_START};
    for (int64_t i = 0; i < c.n; i++)
        c.start[i] = facts.start[i] + jitter * (2 * tw_random_uniform(&draw, (uint64_t)i) - 1);
    return c;
}

static void close_function(counted *c) {
    free(c->start);
    tw_objective_free(c->objective);
    tw_context_free(c->context);
}

// ---- the solvers

static tw_status call_evaluate(const void *x, double *value, void *gradient, void *user) {
    counted *c = user;
    *value = evaluate(c, x, gradient);
    return c->hit > 0 || c->evaluations >= EVALUATIONS_MAX ? TW_INTERRUPTED : TW_OK;
}

static void run_thalweg(counted *c) {
    tw_objective_calls calls = {.evaluate = call_evaluate, .user = c};
    tw_objective *outer = NULL;
    tw_minimize_options options = tw_minimize_options_default();
    tw_minimize_result result;
    options.tolerance = 0;
    if (tw_objective_new(c->context, "counted", c->n, TW_F64, &calls, &outer) != TW_OK)
        fail(c->context, "counted");
    double *x = malloc((size_t)c->n * sizeof(double));
    memcpy(x, c->start, (size_t)c->n * sizeof(double));
    tw_minimize(outer, &options, x, &result);
    free(x);
    tw_objective_free(outer);
}

// As in lbfgs.h of liblbfgs 1.10.
typedef struct liblbfgs_options {
    int m;
    double epsilon;
    int past;
    double delta;
    int max_iterations, linesearch, max_linesearch;
    double min_step, max_step, ftol, wolfe, gtol, xtol, orthantwise_c;
    int orthantwise_start, orthantwise_end;
} liblbfgs_options;

typedef double liblbfgs_evaluate(void *user, const double *x, double *g, int n, double step);
typedef int liblbfgs_run(int n, double *x, double *f, liblbfgs_evaluate *evaluate, void *progress,
                         void *user, liblbfgs_options *options);
typedef void liblbfgs_init(liblbfgs_options *options);

static double evaluate_liblbfgs(void *user, const double *x, double *g, int n, double step) {
    (void)n;
    (void)step;
    return evaluate(user, x, g);
}

// A function of a library, through memory: ISO C has no cast from an object's address.
static void find(void *handle, const char *name, void *function) {
    void *address = dlsym(handle, name);
    memcpy(function, &address, sizeof address);
}

static void *library(const char *name) {
    void *handle = dlopen(name, RTLD_NOW);
    if (handle == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        exit(1);
    }
    return handle;
}

static void run_liblbfgs(counted *c) {
    void *handle = library("liblbfgs.so.0");
    liblbfgs_run *run;
    liblbfgs_init *init;
    double *(*allocate)(int);
    find(handle, "lbfgs", &run);
    find(handle, "lbfgs_parameter_init", &init);
    find(handle, "lbfgs_malloc", &allocate);
    liblbfgs_options options;
    init(&options);
    options.m = PAIRS;
    options.epsilon = 0;
    double *x = allocate((int)c->n), value;
    memcpy(x, c->start, (size_t)c->n * sizeof(double));
    c->leaps = true;
    if (setjmp(c->out) == 0) run((int)c->n, x, &value, evaluate_liblbfgs, NULL, c, &options);
}

typedef double nlopt_function(unsigned n, const double *x, double *g, void *user);

static double evaluate_nlopt(unsigned n, const double *x, double *g, void *user) {
    (void)n;
    counted *c = user;
    if (g != NULL) return evaluate(c, x, g);
    double value = NAN;
    tw_objective_evaluate(c->objective, x, &value, NULL);
    c->evaluations++;
    return value;
}

static void run_nlopt(counted *c) {
    enum { LD_LBFGS = 11 };

    void *handle = library("libnlopt.so.0");
    void *(*create)(int, unsigned);
    int (*aim)(void *, nlopt_function *, void *);
    int (*keep)(void *, unsigned);
    int (*limit)(void *, int);
    int (*run)(void *, double *, double *);
    const char *(*name)(int);
    find(handle, "nlopt_create", &create);
    find(handle, "nlopt_set_min_objective", &aim);
    find(handle, "nlopt_set_vector_storage", &keep);
    find(handle, "nlopt_set_maxeval", &limit);
    find(handle, "nlopt_optimize", &run);
    find(handle, "nlopt_algorithm_name", &name);
    int algorithm = LD_LBFGS;
    while (strstr(name(algorithm), "L-BFGS") == NULL && algorithm > 0) algorithm--;
    void *optimizer = create(algorithm, (unsigned)c->n);
    double *x = malloc((size_t)c->n * sizeof(double)), value;
    memcpy(x, c->start, (size_t)c->n * sizeof(double));
    aim(optimizer, evaluate_nlopt, c);
    keep(optimizer, PAIRS);
    limit(optimizer, EVALUATIONS_MAX);
    c->leaps = true;
    if (setjmp(c->out) == 0) run(optimizer, x, &value);
}

static int count(int argc, char **argv) {
    const char *solver = argv[0];
    counted c = open_function(argc - 1, argv + 1);
    if (strcmp(solver, "thalweg") == 0)
        run_thalweg(&c);
    else if (strcmp(solver, "liblbfgs") == 0)
        run_liblbfgs(&c);
    else
        run_nlopt(&c);
    printf(
        "{\"bench\":\"minimize\",\"solver\":\"%s\",\"function\":\"%s\",\"n\":%lld,\"reached\":%s,"
        "\"evaluations\":%ld,\"f\":%.17g,\"grad_norm\":%.3g}\n",
        solver, argv[1], (long long)c.n, c.hit > 0 ? "true" : "false",
        c.hit > 0 ? c.hit : c.evaluations, c.value, c.norm);
    close_function(&c);
    return 0;
}

// ---- for other languages: n and the start, then for each x a value and a gradient, as raw doubles

static int serve(int argc, char **argv) {
    counted c = open_function(argc, argv);
    size_t n = (size_t)c.n;
    double size = (double)n, value, *x = malloc(2 * n * sizeof(double)), *g = x + n;
    fwrite(&size, sizeof size, 1, stdout);
    fwrite(c.start, sizeof *c.start, n, stdout);
    fflush(stdout);
    while (fread(x, sizeof *x, n, stdin) == n) {
        tw_objective_evaluate(c.objective, x, &value, g);
        fwrite(&value, sizeof value, 1, stdout);
        fwrite(g, sizeof *g, n, stdout);
        fflush(stdout);
    }
    free(x);
    close_function(&c);
    return 0;
}

// ---- time

// Extended Rosenbrock in plain C, so that the function costs next to nothing.
typedef struct valley {
    int64_t n;
    long evaluations;
} valley;

static double valley_at(valley *v, const double *x, double *g) {
    double f = 0;
    for (int64_t i = 0; i < v->n; i += 2) {
        double a = 1 - x[i], b = x[i + 1] - x[i] * x[i];
        f += a * a + 100 * b * b;
        g[i] = -2 * a - 400 * x[i] * b;
        g[i + 1] = 200 * b;
    }
    v->evaluations++;
    return f;
}

static tw_status evaluate_valley(const void *x, double *value, void *gradient, void *user) {
    *value = valley_at(user, x, gradient);
    return TW_OK;
}

static double valley_liblbfgs(void *user, const double *x, double *g, int n, double step) {
    (void)n;
    (void)step;
    return valley_at(user, x, g);
}

static void valley_start(double *x, int64_t n) {
    tw_random draw = {.seed = 1, .purpose = TW_FOR_START};
    for (int64_t i = 0; i < n; i++)
        x[i] = (i % 2 ? 1 : -1.2) + tw_random_uniform(&draw, (uint64_t)i) - 0.5;
}

// Seconds beyond the function's own, an evaluation; 60 iterations.
static double seconds_thalweg(tw_context *context, int64_t n, double own) {
    valley v = {.n = n};
    tw_objective_calls calls = {.evaluate = evaluate_valley, .user = &v};
    tw_objective *objective = NULL;
    tw_minimization *minimization = NULL;
    tw_minimize_options options = tw_minimize_options_default();
    options.tolerance = 0;
    double *x = malloc((size_t)n * sizeof(double));
    valley_start(x, n);
    if (tw_objective_new(context, "valley", n, TW_F64, &calls, &objective) != TW_OK ||
        tw_minimization_new(objective, &options, x, &minimization) != TW_OK)
        fail(context, "valley");
    for (int i = 0; i < 12; i++) tw_minimization_step(minimization); // until all pairs are there
    long before = v.evaluations;
    double begin = now();
    for (int i = 0; i < 60; i++) tw_minimization_step(minimization);
    double seconds = (now() - begin) / (double)(v.evaluations - before) - own;
    tw_minimization_free(minimization);
    tw_objective_free(objective);
    free(x);
    return seconds;
}

static double seconds_liblbfgs(int64_t n, double own) {
    void *handle = dlopen("liblbfgs.so.0", RTLD_NOW);
    if (handle == NULL) return NAN;
    liblbfgs_run *run;
    liblbfgs_init *init;
    double *(*allocate)(int);
    find(handle, "lbfgs", &run);
    find(handle, "lbfgs_parameter_init", &init);
    find(handle, "lbfgs_malloc", &allocate);
    void (*release)(double *);
    find(handle, "lbfgs_free", &release);
    liblbfgs_options options;
    init(&options);
    options.m = PAIRS;
    options.epsilon = 0;
    options.max_iterations = 72;
    valley v = {.n = n};
    double *x = allocate((int)n), value, begin = now();
    valley_start(x, n);
    run((int)n, x, &value, valley_liblbfgs, NULL, &v, &options);
    double seconds = (now() - begin) / (double)v.evaluations - own;
    release(x);
    return seconds;
}

static double own_seconds(int64_t n) {
    valley v = {.n = n};
    double *x = malloc(2 * (size_t)n * sizeof(double)), best = 1e9;
    valley_start(x, n);
    for (int round = 0; round < 20; round++) {
        double begin = now();
        valley_at(&v, x, x + n);
        best = fmin(best, now() - begin);
    }
    free(x);
    return best;
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int measure(int argc, char **argv) {
    enum { ROUNDS = 7 };

    int64_t n = atoll(argv[0]);
    int threads = argc > 1 ? atoi(argv[1]) : 2;
    double ours[ROUNDS], theirs[ROUNDS];
    tw_context *context = NULL;
    if (tw_context_new(&context) != TW_OK) return 1;
    tw_context_set_threads(context, threads);
    double own = own_seconds(n);
    for (int i = 0; i < ROUNDS; i++) {
        ours[i] = seconds_thalweg(context, n, own);
        theirs[i] = seconds_liblbfgs(n, own);
    }
    qsort(ours, ROUNDS, sizeof *ours, by_value);
    qsort(theirs, ROUNDS, sizeof *theirs, by_value);
    printf("{\"bench\":\"minimize_time\",\"n\":%lld,\"threads\":%d,\"us_function\":%.4g,"
           "\"us_thalweg\":%.4g,\"us_thalweg_best\":%.4g,\"us_liblbfgs\":%.4g}\n",
           (long long)n, threads, 1e6 * own, 1e6 * ours[ROUNDS / 2], 1e6 * ours[0],
           1e6 * theirs[ROUNDS / 2]);
    tw_context_free(context);
    return 0;
}

int main(int argc, char **argv) {
    if (argc >= 4 && strcmp(argv[1], "count") == 0) return count(argc - 2, argv + 2);
    if (argc >= 3 && strcmp(argv[1], "serve") == 0) return serve(argc - 2, argv + 2);
    if (argc >= 3 && strcmp(argv[1], "time") == 0) return measure(argc - 2, argv + 2);
    fprintf(stderr, "minimize count|serve|time ...: see the head of bench/minimize.c\n");
    return 2;
}
