// Online games: the losses are convex, the best point is the best, bounds hold, and adam fails where it must.
#include <math.h>

#include "base/random.h"
#include "regret/problem.h"
#include "test.h"
#include "thalweg/regret.h"

static const char *const problems[] = {"linear", "logistic", "absolute", "sparse", "reddi"};

static void losses_are_convex_with_these_slopes(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    const tw_random random = {.seed = 3, .purpose = TW_FOR_TEST};
    for (int p = 0; p < 5; p++) {
        tw_online_problem problem;
        assert_ok(context, tw_online_open(context, problems[p], 50, 1, &problem));
        for (int64_t t = 0; t < 50; t++) {
            double x[100], y[100], slope[100], norm = 0.0, along = 0.0;
            for (int64_t i = 0; i < problem.dimension; i++) {
                x[i] = 2.0 * tw_random_uniform(&random, (uint64_t)(1000 * t + i)) - 1.0;
                y[i] = 2.0 * tw_random_uniform(&random, (uint64_t)(1000 * t + i + 500)) - 1.0;
            }
            double here = tw_online_loss_at(&problem, t, x, slope);
            double there = tw_online_loss_at(&problem, t, y, NULL);
            for (int64_t i = 0; i < problem.dimension; i++) {
                norm += slope[i] * slope[i];
                along += slope[i] * (y[i] - x[i]);
            }
            assert_true(there >= here + along - 1e-12); // above its tangent
            assert_true(sqrt(norm) <= problem.slope_max * (1.0 + 1e-12));
        }
        tw_online_close(&problem);
    }
    tw_context_free(context);
}

static double sum_of(const tw_online_problem *problem, const double *x) {
    double sum = 0.0;
    for (int64_t t = 0; t < problem->rounds; t++) sum += tw_online_loss_at(problem, t, x, NULL);
    return sum;
}

static void no_point_nearby_is_better_than_the_best(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    const tw_random random = {.seed = 4, .purpose = TW_FOR_TEST};
    for (int p = 0; p < 5; p++) {
        tw_online_problem problem;
        assert_ok(context, tw_online_open(context, problems[p], 500, 2, &problem));
        double best[100] = {0}, near[100], sum;
        const tw_online_search search = {.context = context, .problem = &problem, .rounds = 500};
        assert_ok(context, tw_online_best(&search, best, &sum));
        assert_true(fabs(sum - sum_of(&problem, best)) < 1e-9);
        for (int try = 0; try < 200; try++) {
            double size = pow(10.0, -(try % 5));
            for (int64_t i = 0; i < problem.dimension; i++) {
                double move = tw_random_normal(&random, (uint64_t)(1000 * try + (int)i));
                near[i] = fmax(-1.0, fmin(1.0, best[i] + size * move));
            }
            assert_true(sum_of(&problem, near) >= sum - 1e-4);
        }
        tw_online_close(&problem);
    }
    tw_context_free(context);
}

static void bounds_hold_on_every_problem(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    static const char *const methods[] = {"sgd", "sgd:lr=0.3", "adagrad", "adagrad:lr=0.2"};
    for (int p = 0; p < 5; p++)
        for (uint64_t seed = 1; seed <= 3; seed++) {
            tw_regret *game = NULL;
            assert_ok(context, tw_regret_new(context, problems[p], 1500, seed, &game));
            for (int m = 0; m < 4; m++) {
                tw_regret_result result;
                assert_ok(context, tw_regret_play(game, methods[m], NULL, NULL, &result));
                if (!(result.regret <= result.bound))
                    fail_msg("%s, %s: R = %g, bound %g", problems[p], result.method, result.regret,
                             result.bound);
            }
            tw_regret_free(game);
        }
    tw_context_free(context);
}

static void regret_grows_no_faster_than_the_root(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    static const char *const methods[] = {"sgd", "adagrad", "amsgrad"};
    for (int p = 0; p < 3; p++) { // not sparse, whose rare features come late
        tw_regret *game = NULL;
        assert_ok(context, tw_regret_new(context, problems[p], 10000, 1, &game));
        for (int m = 0; m < 3; m++) {
            tw_regret_result result;
            assert_ok(context, tw_regret_play(game, methods[m], NULL, NULL, &result));
            if (!(result.exponent <= 0.6))
                fail_msg("%s, %s: exponent %g", problems[p], methods[m], result.exponent);
        }
        tw_regret_free(game);
    }
    tw_context_free(context);
}

static void adagrad_wins_where_features_are_sparse(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    tw_regret *game = NULL;
    assert_ok(context, tw_regret_new(context, "sparse", 5000, 1, &game));
    tw_regret_result result;
    assert_ok(context, tw_regret_play(game, "sgd", NULL, NULL, &result));
    double sgd = result.regret, bound = result.bound;
    assert_ok(context, tw_regret_play(game, "adagrad", NULL, NULL, &result));
    assert_true(result.regret < sgd);
    assert_true(result.bound < bound / 10.0);
    tw_regret_free(game);
    tw_context_free(context);
}

// Reddi, Kale and Kumar's losses with beta1 = 0, beta2 = 1/(1 + C^2), 0.5/sqrt(t): the averages after a million
// rounds, and the limit 2(C - 2)/3 that adam's comes to.
static void adam_fails_and_amsgrad_does_not(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    tw_regret *game = NULL;
    assert_ok(context, tw_regret_new(context, "reddi:C=3", 1000000, 1, &game));
    tw_regret_result result;
    assert_ok(context, tw_regret_play(game, "adam", NULL, NULL, &result));
    assert_true(fabs(result.x_final[0] - 0.9995) < 1e-4);
    assert_true(fabs(result.regret / 1e6 - 0.66712) < 1e-4);
    assert_true(isnan(result.bound) && result.regret > result.stated_bound);
    assert_ok(context, tw_regret_play(game, "amsgrad", NULL, NULL, &result));
    assert_true(fabs(result.x_final[0] + 1.0) < 1e-4);
    assert_true(result.regret / 1e6 < 0.001);
    tw_regret_free(game);
    assert_ok(context, tw_regret_new(context, "reddi:C=10", 100000, 1, &game));
    assert_ok(context, tw_regret_play(game, "adam", NULL, NULL, &result));
    assert_true(fabs(result.regret / 1e5 - 2.0 * 8.0 / 3.0) < 0.01);
    // With the memory that frameworks use, adam finds its way.
    assert_ok(context, tw_regret_play(game, "adam:beta1=0.9,beta2=0.999", NULL, NULL, &result));
    assert_true(result.x_final[0] < -0.9);
    tw_regret_free(game);
    tw_context_free(context);
}

typedef struct watched {
    int searches, plays; // calls
    tw_regret_progress last;
} watched;

static void watch_play(const tw_regret_progress *progress, void *user) {
    watched *w = user;
    bool same_part = w->searches + w->plays > 0 && progress->in_hindsight == w->last.in_hindsight;
    assert_true(progress->share >= 0.0 && progress->share <= 1.0);
    assert_true(!same_part || progress->share >= w->last.share);
    assert_true(!same_part || progress->round >= w->last.round);
    *(progress->in_hindsight ? &w->searches : &w->plays) += 1;
    w->last = *progress;
}

static void play_tells_how_far_it_is(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    tw_regret *game = NULL;
    tw_regret_result result;
    watched first = {0}, second = {0};
    assert_ok(context, tw_regret_new(context, "logistic", 2500, 1, &game));
    assert_ok(context, tw_regret_play(game, "sgd", watch_play, &first, &result));
    double regret = result.regret;
    assert_true(first.searches >= TW_REGRET_POINTS);
    assert_int_equal(first.plays, 3);
    assert_int_equal(first.last.round, 2000);
    assert_ok(context, tw_regret_play(game, "sgd", watch_play, &second, &result));
    assert_int_equal(second.searches, 0); // the points are known
    assert_int_equal(second.plays, 3);
    assert_true(result.regret == regret);
    tw_regret_free(game);
    tw_context_free(context);
}

// Each prediction is a corner of the box then.
static void an_infinite_rate_is_played_as_it_is_given(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    tw_regret *game = NULL;
    tw_regret_result result;
    assert_ok(context, tw_regret_new(context, "linear", 100, 1, &game));
    assert_ok(context, tw_regret_play(game, "sgd:lr=1/0", NULL, NULL, &result));
    assert_string_equal(result.method, "sgd:lr=1/0");
    assert_true(isfinite(result.regret) && isnan(result.bound));
    for (int64_t i = 0; i < result.dimension; i++) assert_true(fabs(result.x_final[i]) == 1.0);
    tw_regret_free(game);
    tw_context_free(context);
}

static void what_cannot_be_played_is_refused(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);

    static const struct {
        const char *problem;
        int64_t rounds;
        const char *message;
    } cases[] = {
        {"liner", 10,
         "problem 'liner': none of that name; there are linear, logistic, absolute, sparse and "
         "reddi; did you mean linear?"},
        {"linear:C=3", 10,
         "problem 'linear:C=3': only reddi has a key, C, a number above 2 and up to 1e6"},
        {"reddi:C=2", 10,
         "problem 'reddi:C=2': only reddi has a key, C, a number above 2 and up to 1e6"},
        {"linear", 0, "0 rounds; 1 to 10000000 can be played"},
    };

    tw_regret *game = NULL;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(tw_regret_new(context, cases[i].problem, cases[i].rounds, 1, &game),
                         TW_BAD_ARGUMENT);
        assert_string_equal(tw_context_message(context), cases[i].message);
        assert_null(game);
    }
    assert_ok(context, tw_regret_new(context, "linear", 10, 1, &game));
    tw_regret_result result;
    assert_int_equal(tw_regret_play(game, "nag", NULL, NULL, &result), TW_UNSUPPORTED);
    assert_string_equal(tw_context_message(context),
                        "nag: takes its gradient elsewhere than at its prediction, which no online "
                        "problem reveals; choose a rule that does not look ahead");
    tw_regret_free(game);
    tw_context_free(context);
}

TW_TESTS(losses_are_convex_with_these_slopes, no_point_nearby_is_better_than_the_best,
         bounds_hold_on_every_problem, regret_grows_no_faster_than_the_root,
         adagrad_wins_where_features_are_sparse, adam_fails_and_amsgrad_does_not,
         play_tells_how_far_it_is, an_infinite_rate_is_played_as_it_is_given,
         what_cannot_be_played_is_refused)
