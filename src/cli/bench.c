// thalweg bench: this machine's limits, and how near them updates and training come.
#include "cli/cli.h"

#include <string.h>

typedef struct bench_out {
    const cli_arguments *arguments;
    tw_json *json;
    int rows;
} bench_out;

static void end_row(bench_out *out) {
    tw_json_end(out->json);
    cli_print_json(out->json);
    out->rows++;
}

static void print_end(bench_out *out) {
    if (!out->arguments->json) return;
    tw_json_begin(out->json, NULL);
    tw_json_string(out->json, "type", "result");
    tw_json_integer(out->json, "rows", out->rows);
    end_row(out);
}

// ---- bench limits

static void print_limit(const tw_bench_limit *limit, void *user) {
    bench_out *out = user;
    if (!out->arguments->json) {
        if (out->rows++ == 0) printf("%-20s %7s %10s\n", "limit", "threads", "value");
        printf("%-20s %7d %10.1f %s\n", limit->name, limit->threads, limit->value, limit->unit);
        fflush(stdout);
        return;
    }
    tw_json_begin(out->json, NULL);
    tw_json_string(out->json, "type", "limit");
    tw_json_string(out->json, "name", limit->name);
    tw_json_integer(out->json, "threads", limit->threads);
    tw_json_number(out->json, "value", limit->value);
    tw_json_string(out->json, "unit", limit->unit);
    end_row(out);
}

static int limits(bench_out *out) {
    tw_context *context = out->arguments->context;
    tw_status status = tw_bench_limits(context, print_limit, out);
    return status == TW_OK ? CLI_DONE : cli_failed(context, status);
}

// ---- bench rules

static void print_update(bench_out *out, const tw_bench_update_options *options,
                         const tw_bench_update *update) {
    int threads = tw_context_threads(out->arguments->context);
    if (!out->arguments->json) {
        if (out->rows++ == 0)
            printf("%-24s %11s %7s %7s %11s %11s %8s %7s\n", "method", "parameters", "tensors",
                   "threads", "us", "plain us", "fraction", "GB/s");
        printf("%-24s %11lld %7lld %7d %11.1f %11.1f %8.3f %7.1f\n", options->method,
               (long long)options->parameter_count, (long long)options->tensor_count, threads,
               1e6 * update->seconds, 1e6 * update->limit_seconds, update->fraction,
               update->bytes / update->seconds / 1e9);
        fflush(stdout);
        return;
    }
    tw_json_begin(out->json, NULL);
    tw_json_string(out->json, "type", "bench");
    tw_json_string(out->json, "name", options->method);
    tw_json_integer(out->json, "params", options->parameter_count);
    tw_json_integer(out->json, "tensors", options->tensor_count);
    tw_json_integer(out->json, "threads", threads);
    tw_json_number(out->json, "seconds", update->seconds);
    tw_json_number(out->json, "bytes", update->bytes);
    tw_json_number(out->json, "limit_seconds", update->limit_seconds);
    tw_json_number(out->json, "fraction", update->fraction);
    end_row(out);
}

static int one_method(bench_out *out, const tw_bench_update_options *options, const char *method) {
    tw_context *context = out->arguments->context;
    tw_bench_update update;
    tw_bench_update_options own = *options;
    own.method = method;
    tw_status status = tw_bench_run_update(context, &own, &update);
    if (status != TW_OK) return cli_failed(context, status);
    print_update(out, &own, &update);
    return CLI_DONE;
}

static int listed_methods(bench_out *out, const tw_bench_update_options *options) {
    cli_list list;
    int code = cli_list_read(out->arguments, OPTION_METHODS, NULL, CLI_LIST_MAX, &list);
    if (code == CLI_DONE) code = cli_list_check_rules(out->arguments, &list);
    for (int i = 0; i < list.count && code == CLI_DONE; i++)
        code = one_method(out, options, list.entry[i]);
    cli_list_free(&list);
    return code;
}

static int rules(bench_out *out) {
    const cli_arguments *arguments = out->arguments;
    tw_bench_update_options options = tw_bench_update_options_default();
    if (!cli_integer(arguments, OPTION_PARAMS, 1, &options.parameter_count) ||
        !cli_integer(arguments, OPTION_TENSORS, 1, &options.tensor_count) ||
        !cli_precision(arguments, &options.precision))
        return CLI_WRONG;
    if (cli_given(arguments, OPTION_METHODS)) return listed_methods(out, &options);
    int code = CLI_DONE;
    for (int i = 0; i < tw_rule_count() && code == CLI_DONE; i++)
        if (!tw_rule_is_link(i)) code = one_method(out, &options, tw_rule_name(i));
    return code;
}

// ---- bench train

static void print_training(bench_out *out, const tw_bench_training_options *options,
                           const tw_bench_training *result) {
    int threads = tw_context_threads(out->arguments->context);
    if (!out->arguments->json) {
        printf("%-24s %-16s %6s %7s %12s %12s %8s\n", "model", "method", "batch", "threads",
               "samples/s", "limit", "fraction");
        printf("%-24s %-16s %6lld %7d %12.0f %12.0f %8.3f\n", options->model, options->method,
               (long long)options->batch, threads, result->samples_per_second,
               result->limit_samples_per_second, result->fraction);
        return;
    }
    tw_json_begin(out->json, NULL);
    tw_json_string(out->json, "type", "bench");
    tw_json_string(out->json, "model", options->model);
    tw_json_string(out->json, "method", options->method);
    tw_json_integer(out->json, "batch", options->batch);
    tw_json_integer(out->json, "threads", threads);
    tw_json_number(out->json, "samples_per_second", result->samples_per_second);
    tw_json_number(out->json, "limit_samples_per_second", result->limit_samples_per_second);
    tw_json_number(out->json, "fraction", result->fraction);
    end_row(out);
}

static int train(bench_out *out) {
    const cli_arguments *arguments = out->arguments;
    tw_bench_training_options options = tw_bench_training_options_default();
    options.model = cli_text(arguments, OPTION_MODEL, options.model);
    options.method = cli_text(arguments, OPTION_METHOD, options.method);
    if (!cli_integer(arguments, OPTION_BATCH, 1, &options.batch) ||
        !cli_precision(arguments, &options.precision))
        return CLI_WRONG;
    tw_bench_training result;
    tw_status status = tw_bench_run_training(arguments->context, &options, &result);
    if (status != TW_OK) return cli_failed(arguments->context, status);
    print_training(out, &options, &result);
    return CLI_DONE;
}

// ---- the command

static const struct {
    const char *name;
    int (*run)(bench_out *out);
    cli_option_id taken[4];
    int taken_count;
} parts[] = {
    {"limits", limits, {0}, 0},
    {"rules", rules, {OPTION_METHODS, OPTION_PARAMS, OPTION_TENSORS, OPTION_PRECISION}, 4},
    {"train", train, {OPTION_MODEL, OPTION_METHOD, OPTION_BATCH, OPTION_PRECISION}, 4},
};

enum { PART_COUNT = sizeof parts / sizeof *parts };

static int run_part(bench_out *out, const char *name) {
    const char *names[PART_COUNT];
    for (int i = 0; i < PART_COUNT; i++) {
        names[i] = parts[i].name;
        if (strcmp(names[i], name) != 0) continue;
        char what[32];
        snprintf(what, sizeof what, "bench %s", name);
        if (!cli_takes(out->arguments, what, parts[i].taken, parts[i].taken_count))
            return CLI_WRONG;
        int code = parts[i].run(out);
        if (code == CLI_DONE) print_end(out);
        return code;
    }
    return cli_unknown("benchmark", name, names, PART_COUNT);
}

int cli_run_bench(const cli_arguments *arguments) {
    if (arguments->word_count != 1) return cli_wrong("bench: what? limits, rules or train");
    bench_out out = {.arguments = arguments};
    tw_status status = tw_json_new(arguments->context, &out.json);
    int code = status == TW_OK ? run_part(&out, arguments->word[0])
                               : cli_failed(arguments->context, status);
    tw_json_free(out.json);
    return code;
}
