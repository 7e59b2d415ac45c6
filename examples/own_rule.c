// An optimizer of one's own, written as equations in a file, beside a built-in one on the same work:
// own_rule FILE.rule. The program shows the rule as it was understood, then trains with both.
#include <stdio.h>
#include <string.h>
#include <thalweg/thalweg.h>

static tw_status show(tw_context *context, const char *text) {
    tw_method *method = NULL;
    tw_status status = tw_method_parse(context, text, &method);
    if (status != TW_OK) return status;
    printf("%s\n", tw_method_show(method, TW_METHOD_TEXT));
    printf("one update touches %lld bytes a parameter\n\n",
           (long long)tw_method_bytes(method, TW_F32));
    tw_method_free(method);
    return TW_OK;
}

// The same data, first weights and minibatches for each method: only the method differs.
static tw_status train(tw_context *context, const char *method) {
    tw_training *training = NULL;
    tw_training_result result;
    tw_training_options options = tw_training_options_default();
    options.data = "moons?examples=1000&test=500";
    options.model = "mlp:32,32";
    options.method = method;
    options.epochs = 30;
    tw_status status = tw_training_new(context, &options, &training);
    if (status == TW_OK) status = tw_training_run(training, NULL, &result);
    if (status == TW_OK)
        printf("%-32s test loss %.4f, error %.1f %%\n", method, result.test_loss,
               100.0 * result.test_error);
    tw_training_free(training);
    return status;
}

int main(int argc, char **argv) {
    tw_context *context = NULL;
    if (argc != 2 || strchr(argv[1], '/') == NULL) {
        fputs("usage: own_rule ./FILE.rule\n", stderr); // a method with a slash is a file
        return 2;
    }
    if (tw_context_new(&context) != TW_OK) return 3;
    tw_status status = show(context, argv[1]);
    if (status == TW_OK) status = train(context, argv[1]);
    if (status == TW_OK) status = train(context, "momentum:lr=0.1");
    if (status != TW_OK) fprintf(stderr, "own_rule: %s\n", tw_context_message(context));
    tw_context_free(context);
    return status != TW_OK;
}
