#include "regret/player.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/fail.h"
#include "base/memory.h"
#include "rules/method_parts.h"
#include "thalweg/words.h"

static bool is_adagrad(const tw_method *method) {
    return strcmp(tw_method_name(method), "adagrad") == 0;
}

static bool has(const tw_method *method, const char *name) {
    for (int i = 0; i < tw_method_hyperparameter_count(method); i++)
        if (strcmp(tw_method_hyperparameter(method, i).name, name) == 0) return true;
    return false;
}

// Whether the method's text gives a value to `name`.
static bool gives(const char *text, const char *name) {
    size_t length = strlen(name);
    for (const char *at = strstr(text, name); at != NULL; at = strstr(at + 1, name)) {
        const char *behind = at + length + strspn(at + length, " ");
        bool starts = at == text || strchr(":, ", at[-1]) != NULL;
        if (starts && *behind == '=') return true;
    }
    return false;
}

// The diameter of the box.
static double diameter(const tw_online_problem *problem) {
    return 2.0 * sqrt((double)problem->dimension);
}

static double usual_rate(const tw_online_problem *problem, const tw_method *method) {
    if (is_adagrad(method)) return sqrt(2.0); // D_inf/sqrt(2), D_inf = 2
    return strcmp(tw_method_name(method), "sgd") == 0 ? diameter(problem) / problem->slope_max
                                                      : 0.5;
}

// Whether the rate that is given is an expression that moves: it is looked at in each round, as it may do so late.
// One that is not finite, as 1/0, counts as such: no digits stand for it.
static bool rate_moves(const tw_method *method, int64_t rounds) {
    tw_clock clock = {.step = 1, .total_steps = (uint64_t)rounds};
    double rate = tw_method_value(method, "lr", &clock);
    if (!isfinite(rate)) return true;
    for (int64_t t = 2; t <= rounds; t++) {
        tw_clock_set_step(&clock, (uint64_t)t);
        if (tw_method_value(method, "lr", &clock) != rate) return true;
    }
    return false;
}

static tw_status set_rate(const tw_online_problem *problem, const char *text, tw_player *player) {
    tw_method *method = player->method;
    if (!has(method, "lr")) return TW_OK;
    tw_clock first = {.step = 1, .total_steps = (uint64_t)problem->rounds};
    bool given = gives(text, "lr");
    double rate = given ? tw_method_value(method, "lr", &first) : usual_rate(problem, method);
    bool moves = given && rate_moves(method, problem->rounds);
    player->bounded_rate = !moves && rate > 0.0;
    if (moves || (given && is_adagrad(method))) return TW_OK;
    char digits[TW_NUMBER_BYTES], value[TW_NUMBER_BYTES + 16];
    snprintf(value, sizeof value, "%s%s", tw_format_number(rate, digits),
             is_adagrad(method) ? "" : "/sqrt(t)");
    return tw_method_set(method, "lr", value);
}

// Reddi's losses fool adam for these, and only such, values.
static tw_status set_memory(const tw_online_problem *problem, const char *text, tw_method *method) {
    if (problem->C == 0.0) return TW_OK;
    tw_status status = TW_OK;
    if (has(method, "beta1") && !gives(text, "beta1")) status = tw_method_set(method, "beta1", "0");
    if (status != TW_OK || !has(method, "beta2") || gives(text, "beta2")) return status;
    return tw_method_set_number(method, "beta2", 1.0 / (1.0 + problem->C * problem->C));
}

static tw_status open_method(tw_player *player, const tw_online_problem *problem,
                             const char *text) {
    tw_status status = tw_method_parse(player->context, text, &player->method);
    if (status == TW_OK && tw_method_looks_ahead(player->method))
        return tw_fail(player->context, TW_UNSUPPORTED,
                       "%s: takes its gradient elsewhere than at its prediction, which no online "
                       "problem reveals; choose a rule that does not look ahead",
                       text);
    if (status == TW_OK) status = set_rate(problem, text, player);
    return status == TW_OK ? set_memory(problem, text, player->method) : status;
}

static tw_status build(tw_player *player, const tw_online_problem *problem) {
    tw_graph *graph = player->graph;
    tw_shape shape = TW_SHAPE(problem->dimension);
    tw_node theta = tw_parameter(graph, "theta", shape);
    tw_node gradient = tw_input(graph, "gradient", TW_F64, shape);
    tw_node update;
    tw_status status =
        tw_method_attach_gradients(player->method, graph, &theta, &gradient, 1, &update);
    tw_tensor *tensor = NULL;
    if (status == TW_OK)
        status = tw_variables_have(player->variables, "theta", TW_F64, &shape, &tensor);
    if (status != TW_OK) return status;
    player->x = tw_tensor_data(tensor);
    for (int64_t i = 0; i < problem->dimension; i++) player->x[i] = problem->start;
    status =
        tw_method_start(player->method, graph, player->variables, problem->seed, &player->clock);
    tw_plan_options options = tw_plan_options_default();
    options.seed = problem->seed;
    if (status == TW_OK)
        status = tw_plan_new(graph, player->variables, &update, 1, &options, &player->plan);
    return status == TW_OK ? tw_plan_feed(player->plan, gradient, player->gradient) : status;
}

tw_status tw_player_open(tw_context *context, const tw_online_problem *problem, const char *method,
                         tw_player *player) {
    *player = (tw_player){.context = context, .dimension = problem->dimension};
    player->clock = (tw_clock){.step = 1,
                               .total_steps = (uint64_t)problem->rounds,
                               .example_count = (uint64_t)problem->rounds,
                               .minibatch = 1};
    player->gradient = tw_allocate(context, (size_t)problem->dimension, sizeof *player->gradient);
    if (player->gradient == NULL) return TW_NO_MEMORY;
    tw_status status = open_method(player, problem, method);
    if (status == TW_OK) status = tw_variables_new(context, &player->variables);
    if (status == TW_OK) status = tw_graph_new(context, TW_F64, &player->graph);
    return status == TW_OK ? build(player, problem) : status;
}

void tw_player_close(tw_player *player) {
    tw_plan_free(player->plan);
    tw_graph_free(player->graph);
    tw_variables_free(player->variables);
    tw_method_free(player->method);
    tw_release(player->gradient);
    *player = (tw_player){0};
}

tw_status tw_player_step(tw_player *player) {
    tw_status status = tw_plan_run(player->plan, 1, &player->clock);
    if (status != TW_OK) return status;
    for (int64_t i = 0; i < player->dimension; i++) {
        if (isnan(player->x[i]))
            return tw_fail(player->context, TW_DIVERGED,
                           "%s: coordinate %lld of the prediction is no number after round %llu",
                           tw_method_text(player->method), (long long)i + 1,
                           (unsigned long long)player->clock.step);
        player->x[i] = fmax(-1.0, fmin(1.0, player->x[i]));
    }
    tw_clock_set_step(&player->clock, player->clock.step + 1);
    return TW_OK;
}

void tw_player_describe(const tw_player *player, tw_text *text) {
    const tw_method *method = player->method;
    for (int rule = 0, key = 0; rule < method->rule_count; rule++) {
        tw_text_add(text, "%s%s", rule > 0 ? " | " : "", method->rules[rule]->name);
        for (int k = 0; key < method->hyper_count && method->hypers[key].rule == rule; k++, key++) {
            tw_hyperparameter about = tw_method_hyperparameter(method, key);
            tw_text_add(text, "%s%s=%s", k == 0 ? ":" : ",", about.name, about.expression);
        }
    }
}

double tw_player_value(const tw_player *player, const char *name) {
    tw_clock first = {.step = 1, .total_steps = player->clock.total_steps};
    return tw_method_value(player->method, name, &first);
}
