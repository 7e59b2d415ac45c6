// A game: the losses, the best fixed points at some rounds, and what each method lost beside them.
#include "thalweg/regret.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "regret/player.h"

enum { WATCH_EVERY = 1000 }; // rounds: one takes about a microsecond, too little to be told of

struct tw_regret {
    tw_context *context;
    tw_online_problem problem;
    int point_count;
    double rounds[TW_REGRET_POINTS];  // t, rising
    double best[TW_REGRET_POINTS];    // sum of the losses of the best fixed point for t rounds
    double regrets[TW_REGRET_POINTS]; // of the method played last
    double *best_x;                   // [dimension] for all rounds
    double *x_final;                  // [dimension]
    double *squares;                  // [dimension] sums of squared gradients
    char *method;                     // as it was played
    bool has_best;                    // found by the first play
};

// Whom a play tells of its progress, and what.
typedef struct watching {
    tw_regret_watch *watch;
    void *user;
    tw_regret_progress at;
} watching;

static void tell(void *user) {
    const watching *w = user;
    if (w->watch != NULL) w->watch(&w->at, w->user);
}

const char *tw_regret_problem_name(int index) {
    return tw_online_name(index);
}

const char *tw_regret_problem_summary(int index) {
    return tw_online_summary(index);
}

// Rounds spread evenly in log t over the last two decades: behind the first rush, before which no power law
// can be seen.
static void choose_points(tw_regret *game) {
    double rounds = (double)game->problem.rounds, first = fmax(1.0, rounds / 100.0);
    for (int i = 0; i < TW_REGRET_POINTS; i++) {
        double share = (double)i / (TW_REGRET_POINTS - 1);
        double t = floor(first * pow(rounds / first, share) + 0.5);
        if (game->point_count > 0 && t <= game->rounds[game->point_count - 1]) continue;
        game->rounds[game->point_count++] = t;
    }
}

static tw_status find_best(tw_regret *game, watching *w) {
    double all = 0.0, done = 0.0; // rounds of all points: what a search costs grows with them
    tw_status status = TW_OK;
    if (game->has_best) return TW_OK;
    for (int i = 0; i < game->point_count; i++) all += game->rounds[i];
    for (int i = 0; i < game->point_count && status == TW_OK; i++) {
        tw_online_search search = {.context = game->context,
                                   .problem = &game->problem,
                                   .rounds = (int64_t)game->rounds[i],
                                   .after_each = tell,
                                   .user = w};
        w->at = (tw_regret_progress){true, search.rounds, done / all};
        status = tw_online_best(&search, game->best_x, &game->best[i]);
        done += game->rounds[i];
    }
    game->has_best = status == TW_OK;
    return status;
}

tw_status tw_regret_new(tw_context *context, const char *problem, int64_t rounds, uint64_t seed,
                        tw_regret **game) {
    *game = NULL;
    tw_regret *made = tw_allocate(context, 1, sizeof *made);
    if (made == NULL) return TW_NO_MEMORY;
    made->context = context;
    tw_status status = tw_online_open(context, problem, rounds, seed, &made->problem);
    if (status == TW_OK) {
        made->best_x =
            tw_allocate(context, 3 * (size_t)made->problem.dimension, sizeof *made->best_x);
        status = made->best_x == NULL ? TW_NO_MEMORY : TW_OK;
    }
    if (status == TW_OK) {
        made->x_final = made->best_x + made->problem.dimension;
        made->squares = made->x_final + made->problem.dimension;
        choose_points(made);
        *game = made;
    } else
        tw_regret_free(made);
    return status;
}

void tw_regret_free(tw_regret *game) {
    if (game == NULL) return;
    tw_online_close(&game->problem);
    tw_release(game->best_x);
    tw_release(game->method);
    tw_release(game);
}

// What a bound may be made of.
typedef struct record {
    double farthest; // largest |x_t - x*|_inf
    double lost;     // sum of f_t(x_t)
} record;

static void note_round(tw_regret *game, const tw_player *player, int64_t t, record *seen) {
    seen->lost += tw_online_loss_at(&game->problem, t, player->x, player->gradient);
    for (int64_t i = 0; i < player->dimension; i++) {
        seen->farthest = fmax(seen->farthest, fabs(player->x[i] - game->best_x[i]));
        game->squares[i] += player->gradient[i] * player->gradient[i];
    }
}

static tw_status play(tw_regret *game, tw_player *player, record *seen, watching *w) {
    int64_t rounds = game->problem.rounds;
    int point = 0;
    for (int64_t t = 0; t < rounds; t++) {
        if (t % WATCH_EVERY == 0) {
            w->at = (tw_regret_progress){false, t, (double)t / (double)rounds};
            tell(w);
        }
        note_round(game, player, t, seen);
        if ((double)(t + 1) == game->rounds[point]) {
            game->regrets[point] = seen->lost - game->best[point];
            point++;
        }
        tw_status status = tw_player_step(player);
        if (status != TW_OK) return status;
    }
    return TW_OK;
}

// Slope of log R on log t by least squares.
static double fit_exponent(const tw_regret *game) {
    double n = 0.0, x = 0.0, y = 0.0, xx = 0.0, xy = 0.0;
    for (int i = 0; i < game->point_count; i++) {
        if (!(game->regrets[i] > 0.0)) return NAN;
        double u = log(game->rounds[i]), v = log(game->regrets[i]);
        n += 1.0, x += u, y += v, xx += u * u, xy += u * v;
    }
    return n < 2.0 ? NAN : (n * xy - x * y) / (n * xx - x * x);
}

// D^2 sqrt(T)/(2a) + a G^2 sqrt(T) for steps a/sqrt(t): 3/2 D G sqrt(T) for a = D/G (Zinkevich, 2003,
// theorem 1, with the sum of 1/sqrt(t) below 2 sqrt(T)).
static double zinkevich(const tw_regret *game, const tw_player *player) {
    double a = tw_player_value(player, "lr"), G = game->problem.slope_max;
    double root = sqrt((double)game->problem.rounds), D2 = 4.0 * (double)player->dimension;
    return D2 * root / (2.0 * a) + a * G * G * root;
}

// (D_inf^2/(2 lr)) sum of (eps + |g_i|_2) + lr sum of |g_i|_2 (Duchi, Hazan and Singer, 2011, theorem 5, for
// diagonal matrices; D_inf as it was in the run).
static double duchi(const tw_regret *game, const tw_player *player, const record *seen) {
    double lr = tw_player_value(player, "lr"), eps = tw_player_value(player, "eps"), sum = 0.0;
    for (int64_t i = 0; i < player->dimension; i++) sum += sqrt(game->squares[i]);
    double wide = sum + eps * (double)player->dimension;
    return seen->farthest * seen->farthest / (2.0 * lr) * wide + lr * sum;
}

// Kingma and Ba, 2015, theorem 4.1, for beta1 = 0 (else their beta1 must fall with t, which the rule's does
// not): D^2/(2 lr) sum of sqrt(T v_i) + lr G_inf/sqrt(1 - beta2) sum of |g_i|_2 + d D_inf^2 G_inf
// sqrt(1 - beta2)/(2 lr). The proof is wrong (Reddi, Kale and Kumar, 2018).
static double kingma(const tw_regret *game, const tw_player *player) {
    double beta1 = tw_player_value(player, "beta1"), beta2 = tw_player_value(player, "beta2");
    const tw_tensor *average = tw_variables_find(player->variables, "theta:adam.r");
    if (beta1 != 0.0 || average == NULL) return NAN;
    double lr = tw_player_value(player, "lr"), rounds = (double)game->problem.rounds;
    double roots = 0.0, norms = 0.0, d = (double)player->dimension, G = game->problem.slope_max;
    for (int64_t i = 0; i < player->dimension; i++) {
        double unbiased = tw_tensor_get(average, i) / (1.0 - pow(beta2, rounds));
        roots += sqrt(rounds * unbiased);
        norms += sqrt(game->squares[i]);
    }
    return 4.0 * d / (2.0 * lr) * roots + lr * G / sqrt(1.0 - beta2) * norms +
           d * 4.0 * G * sqrt(1.0 - beta2) / (2.0 * lr);
}

static void find_bounds(const tw_regret *game, const tw_player *player, const record *seen,
                        tw_regret_result *result) {
    const char *name = tw_method_name(player->method);
    bool alone = strchr(tw_method_text(player->method), '|') == NULL;
    result->bound = result->stated_bound = NAN;
    result->bound_source = "";
    if (!alone || !player->bounded_rate) return;
    if (strcmp(name, "sgd") == 0) {
        result->bound = zinkevich(game, player);
        result->bound_source = "Zinkevich, 2003";
    } else if (strcmp(name, "adagrad") == 0) {
        result->bound = duchi(game, player, seen);
        result->bound_source = "Duchi, Hazan and Singer, 2011";
    } else if (strcmp(name, "adam") == 0) {
        result->stated_bound = kingma(game, player);
    }
}

static tw_status name_method(tw_regret *game, const tw_player *player) {
    tw_text text;
    tw_text_start(&text, game->context);
    tw_player_describe(player, &text);
    tw_release(game->method);
    game->method = tw_text_take(&text);
    tw_text_free(&text);
    return game->method == NULL ? TW_NO_MEMORY : TW_OK;
}

static void fill_result(tw_regret *game, const tw_player *player, const record *seen,
                        tw_regret_result *result) {
    double regret = game->regrets[game->point_count - 1];
    memcpy(game->x_final, player->x, (size_t)player->dimension * sizeof *player->x);
    *result = (tw_regret_result){
        .method = game->method,
        .regret = regret,
        .regret_over_sqrt_T = regret / sqrt((double)game->problem.rounds),
        .exponent = fit_exponent(game),
        .dimension = player->dimension,
        .x_final = game->x_final,
        .point_count = game->point_count,
        .rounds = game->rounds,
        .regrets = game->regrets,
    };
    find_bounds(game, player, seen, result);
}

tw_status tw_regret_check(tw_regret *game, const char *method) {
    tw_player player;
    tw_status status = tw_player_open(game->context, &game->problem, method, &player);
    tw_player_close(&player);
    return status;
}

tw_status tw_regret_play(tw_regret *game, const char *method, tw_regret_watch *watch, void *user,
                         tw_regret_result *result) {
    *result = (tw_regret_result){0};
    tw_player player;
    record seen = {0};
    watching w = {.watch = watch, .user = user};
    memset(game->squares, 0, (size_t)game->problem.dimension * sizeof *game->squares);
    tw_status status = tw_player_open(game->context, &game->problem, method, &player);
    if (status == TW_OK) status = name_method(game, &player);
    if (status == TW_OK) status = find_best(game, &w);
    if (status == TW_OK) status = play(game, &player, &seen, &w);
    if (status == TW_OK) fill_result(game, &player, &seen, result);
    tw_player_close(&player);
    return status;
}
