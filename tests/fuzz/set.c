#include "fuzz/set.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "fuzz/fuzz.h"

enum { NUMBERS_MAX = 1 << 20 };

// Examples of a set as a fetch gives them. Free the two blocks.
typedef struct examples {
    int64_t count;
    size_t x_count, value_count;
    float *x;      // [count, features]
    void *targets; // int32_t [count] or float [count, target_width]
} examples;

static examples fetch(const tw_data *data) {
    int64_t features = tw_data_features(data), width = tw_data_target_width(data);
    int64_t most = NUMBERS_MAX / (features + width + 1);
    examples all = {.count = tw_data_count(data) < most ? tw_data_count(data) : most};
    if (all.count == 0) return all;
    bool labels = tw_data_target_kind(data) == TW_TARGET_CLASS;
    all.x_count = (size_t)(all.count * features);
    all.value_count = labels ? 0 : (size_t)(all.count * width);
    int64_t *rows = malloc((size_t)all.count * sizeof *rows);
    all.x = malloc(all.x_count * sizeof *all.x);
    all.targets = calloc((size_t)(all.count * (width + 1)), sizeof(float));
    tw_fuzz_require(rows != NULL && all.x != NULL && all.targets != NULL);
    for (int64_t i = 0; i < all.count; i++) rows[i] = i;
    tw_data_request request = {rows, all.count, TW_F32, all.x,
                               tw_data_target_kind(data) == TW_TARGET_NONE ? NULL : all.targets};
    tw_fuzz_require(tw_data_fetch(data, &request) == TW_OK);
    free(rows);
    return all;
}

static void free_examples(examples *all) {
    free(all->x);
    free(all->targets);
}

void tw_fuzz_check_set(const tw_data *data) {
    examples all = fetch(data);
    for (size_t i = 0; i < all.x_count; i++) tw_fuzz_require(isfinite(all.x[i]));
    for (size_t i = 0; i < all.value_count; i++) {
        tw_fuzz_require(isfinite(((float *)all.targets)[i]));
    }
    if (tw_data_target_kind(data) == TW_TARGET_CLASS) {
        const int32_t *labels = all.targets;
        for (int64_t i = 0; i < all.count; i++) {
            tw_fuzz_require(labels[i] >= 0 && labels[i] < tw_data_classes(data));
        }
    }
    const char *said = tw_data_description(data);
    tw_fuzz_require(*said != '\0' && said[strlen(said) - 1] == '\n');
    free_examples(&all);
}

static void require_same(const tw_data *a, const tw_data *b) {
    tw_fuzz_require(tw_data_count(a) == tw_data_count(b) &&
                    tw_data_target_kind(a) == tw_data_target_kind(b));
    examples of_a = fetch(a), of_b = fetch(b);
    tw_fuzz_require(of_a.count == of_b.count && of_a.x_count == of_b.x_count);
    size_t targets = (size_t)(of_a.count * (tw_data_target_width(a) + 1));
    if (of_a.count > 0) {
        tw_fuzz_require(memcmp(of_a.x, of_b.x, of_a.x_count * sizeof(float)) == 0);
        tw_fuzz_require(memcmp(of_a.targets, of_b.targets, targets * sizeof(float)) == 0);
    }
    free_examples(&of_a);
    free_examples(&of_b);
}

void tw_fuzz_open_twice(tw_context *context, const char *spec) {
    tw_data *train = NULL, *test = NULL, *again = NULL;
    tw_status status = tw_data_open(context, spec, NULL, &train, &test);
    if (status == TW_OK) {
        tw_fuzz_check_set(train);
        if (test != NULL) tw_fuzz_check_set(test);
        status = tw_data_open_like(context, tw_data_encoding(train), spec, NULL, &again);
        tw_fuzz_require(status == TW_OK || status == TW_NO_MEMORY);
        if (status == TW_OK) require_same(test != NULL ? test : train, again);
    } else {
        tw_fuzz_require_words(context, status);
        tw_fuzz_require(train == NULL && test == NULL);
    }
    tw_data_free(train);
    tw_data_free(test);
    tw_data_free(again);
}

void tw_fuzz_open_cut(tw_context *context, const char *spec) {
    tw_data_options options = tw_data_options_default();
    tw_data *train = NULL, *test = NULL;
    options.holdout = 0.3;
    tw_status status = tw_data_open(context, spec, &options, &train, &test);
    if (status == TW_OK) {
        tw_fuzz_check_set(train);
        tw_fuzz_check_set(test);
    } else {
        tw_fuzz_require_words(context, status);
        tw_fuzz_require(train == NULL && test == NULL);
    }
    tw_data_free(train);
    tw_data_free(test);
}
