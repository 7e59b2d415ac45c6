#include "regret/problem.h"

#include <math.h>
#include <string.h>

#include "base/fail.h"
#include "base/memory.h"
#include "base/random.h"
#include "thalweg/words.h"

#define ROUNDS_MAX 10000000

typedef struct kind {
    const char *name, *summary;
    tw_online_loss loss;
    int64_t dimension;
    double start;
    void (*draw)(const tw_online_problem *problem, const tw_random *random);
} kind;

static double *row(const tw_online_problem *problem, int64_t t) {
    return problem->features + t * problem->dimension;
}

// Features uniform on (-1, 1).
static void draw_uniform(const tw_online_problem *problem, const tw_random *random) {
    for (int64_t i = 0; i < problem->rounds * problem->dimension; i++)
        problem->features[i] = 2.0 * tw_random_uniform(random, (uint64_t)i) - 1.0;
}

// Where the targets come from: a point in the box that the learner does not know; well inside, or a corner.
typedef double hidden_point(const tw_random *random, int64_t i);

static double inside(const tw_random *random, int64_t i) {
    const tw_random truth = {random->seed, random->purpose, 1, 0};
    return 1.6 * tw_random_uniform(&truth, (uint64_t)i) - 0.8;
}

static double corner(const tw_random *random, int64_t i) {
    return inside(random, i) < 0.0 ? -1.0 : 1.0;
}

static double answer(const tw_online_problem *problem, const tw_random *random,
                     hidden_point *hidden, int64_t t) {
    double product = 0.0;
    for (int64_t i = 0; i < problem->dimension; i++)
        product += row(problem, t)[i] * hidden(random, i);
    return product;
}

static double noise(const tw_random *random, int64_t t) {
    const tw_random stream = {random->seed, random->purpose, 2, 0};
    return tw_random_normal(&stream, (uint64_t)t);
}

// A class by the side of a plane, noisy near it.
static void label(const tw_online_problem *problem, const tw_random *random, hidden_point *hidden,
                  double spread) {
    for (int64_t t = 0; t < problem->rounds; t++) {
        double side = answer(problem, random, hidden, t) + spread * noise(random, t);
        problem->targets[t] = side > 0.0 ? 1.0 : -1.0;
    }
}

static void draw_logistic(const tw_online_problem *problem, const tw_random *random) {
    draw_uniform(problem, random);
    label(problem, random, inside, 0.5);
}

static void draw_absolute(const tw_online_problem *problem, const tw_random *random) {
    draw_uniform(problem, random);
    for (int64_t t = 0; t < problem->rounds; t++)
        problem->targets[t] = answer(problem, random, inside, t) + 0.3 * noise(random, t);
}

// Feature i is there with probability 1/i^2, and then -1 or 1: what few rounds tell of matters as much as
// what every round tells of (Duchi, Hazan and Singer, 2011, section 1.3).
static void draw_sparse(const tw_online_problem *problem, const tw_random *random) {
    for (int64_t t = 0; t < problem->rounds; t++)
        for (int64_t i = 0; i < problem->dimension; i++) {
            uint64_t index = (uint64_t)(t * problem->dimension + i);
            double u = tw_random_uniform(random, index), share = pow((double)(i + 1), -2.0);
            row(problem, t)[i] = u >= share ? 0.0 : u < share / 2.0 ? -1.0 : 1.0;
        }
    label(problem, random, corner, 0.1);
}

// C x every third round, else -x.
static void draw_reddi(const tw_online_problem *problem, const tw_random *random) {
    (void)random;
    for (int64_t t = 0; t < problem->rounds; t++)
        problem->features[t] = t % 3 == 0 ? problem->C : -1.0;
}

static const kind kinds[] = {
    {"linear", "a_t'x with features drawn uniformly: no point is much better than another",
     TW_ONLINE_LINEAR, 10, 0.0, draw_uniform},
    {"logistic", "log(1 + exp(-b_t a_t'x)): classes beside a plane, noisy near it",
     TW_ONLINE_LOGISTIC, 10, 0.0, draw_logistic},
    {"absolute", "|a_t'x - b_t|: regression with noise", TW_ONLINE_ABSOLUTE, 5, 0.0, draw_absolute},
    {"sparse", "logistic with 100 features, number i there with probability 1/i^2",
     TW_ONLINE_LOGISTIC, 100, 0.0, draw_sparse},
    {"reddi", "C x every third round, else -x (key C = 3): adam with short memory goes wrong",
     TW_ONLINE_LINEAR, 1, 1.0, draw_reddi},
};

#define KINDS ((int)(sizeof kinds / sizeof *kinds))

const char *tw_online_name(int index) {
    return index >= 0 && index < KINDS ? kinds[index].name : NULL;
}

const char *tw_online_summary(int index) {
    return index >= 0 && index < KINDS ? kinds[index].summary : NULL;
}

static tw_status find(tw_context *context, const char *text, const kind **found) {
    const char *names[KINDS];
    size_t length = strcspn(text, ":");
    for (int i = 0; i < KINDS; i++) {
        names[i] = kinds[i].name;
        if (strlen(names[i]) != length || strncmp(names[i], text, length) != 0) continue;
        *found = &kinds[i];
        return TW_OK;
    }
    const char *nearest = tw_nearest_name(text, names, KINDS);
    return tw_fail(context, TW_BAD_ARGUMENT,
                   "problem '%s': none of that name; there are linear, logistic, absolute, sparse "
                   "and reddi%s%s%s",
                   text, nearest != NULL ? "; did you mean " : "", nearest != NULL ? nearest : "",
                   nearest != NULL ? "?" : "");
}

// reddi:C=3
static tw_status read_key(tw_context *context, const char *text, tw_online_problem *problem) {
    const char *colon = strchr(text, ':');
    bool reddi = strncmp(text, "reddi", 5) == 0;
    problem->C = reddi ? 3.0 : 0.0;
    if (colon == NULL) return TW_OK;
    bool right = reddi && strncmp(colon, ":C=", 3) == 0 && tw_parse_double(colon + 3, &problem->C);
    if (right && problem->C > 2.0 && problem->C <= 1e6) return TW_OK;
    return tw_fail(context, TW_BAD_ARGUMENT,
                   "problem '%s': only reddi has a key, C, a number above 2 and up to 1e6", text);
}

// G in the box: |phi'| <= 1 for all of these losses.
static double slope_max(const tw_online_problem *problem) {
    double most = 0.0;
    for (int64_t t = 0; t < problem->rounds; t++) {
        double square = 0.0;
        for (int64_t i = 0; i < problem->dimension; i++)
            square += row(problem, t)[i] * row(problem, t)[i];
        most = fmax(most, square);
    }
    return sqrt(most);
}

tw_status tw_online_open(tw_context *context, const char *text, int64_t rounds, uint64_t seed,
                         tw_online_problem *problem) {
    *problem = (tw_online_problem){.rounds = rounds, .seed = seed};
    const kind *found = NULL;
    tw_status status = find(context, text, &found);
    if (status == TW_OK) status = read_key(context, text, problem);
    if (status != TW_OK) return status;
    if (rounds < 1 || rounds > ROUNDS_MAX)
        return tw_fail(context, TW_BAD_ARGUMENT, "%lld rounds; 1 to %d can be played",
                       (long long)rounds, ROUNDS_MAX);
    problem->loss = found->loss;
    problem->dimension = found->dimension;
    problem->start = found->start;
    size_t count = (size_t)rounds, width = (size_t)found->dimension;
    problem->features = tw_allocate(context, count, width * sizeof(double));
    problem->targets = tw_allocate(context, count, sizeof(double));
    if (problem->features == NULL || problem->targets == NULL) return TW_NO_MEMORY;
    const tw_random random = {.seed = seed, .purpose = TW_FOR_DATA};
    found->draw(problem, &random);
    problem->slope_max = slope_max(problem);
    return TW_OK;
}

void tw_online_close(tw_online_problem *problem) {
    tw_release(problem->features);
    tw_release(problem->targets);
    *problem = (tw_online_problem){0};
}

// phi and its derivative by a'x.
static double phi(tw_online_loss loss, double product, double b, double *slope) {
    if (loss == TW_ONLINE_LINEAR) {
        *slope = 1.0;
        return product;
    }
    if (loss == TW_ONLINE_ABSOLUTE) {
        *slope = product > b ? 1.0 : product < b ? -1.0 : 0.0;
        return fabs(product - b);
    }
    double margin = b * product, e = exp(-fabs(margin));
    *slope = -b * (margin > 0.0 ? e / (1.0 + e) : 1.0 / (1.0 + e));
    return log1p(e) + fmax(-margin, 0.0);
}

double tw_online_loss_at(const tw_online_problem *problem, int64_t t, const double *x,
                         double *gradient) {
    const double *a = row(problem, t);
    double product = 0.0, slope;
    for (int64_t i = 0; i < problem->dimension; i++) product += a[i] * x[i];
    double loss = phi(problem->loss, product, problem->targets[t], &slope);
    for (int64_t i = 0; gradient != NULL && i < problem->dimension; i++) gradient[i] = slope * a[i];
    return loss;
}
