#include "support/sets.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_BYTES = 8192 };

void tw_test_sets_start(tw_test_sets *at) {
    assert_int_equal(tw_context_new(&at->context), TW_OK);
    tw_test_folder_make(at->folder);
}

void tw_test_sets_end(tw_test_sets *at) {
    tw_test_folder_remove(at->folder);
    assert_int_equal(tw_context_memory(at->context).live_bytes, 0);
    tw_context_free(at->context);
}

void tw_test_put_bytes(const tw_test_sets *at, const char *name, const void *bytes, size_t count) {
    char path[TW_TEST_PATH_BYTES];
    tw_test_path(at->folder, name, path);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, count, file), count);
    assert_int_equal(fclose(file), 0);
}

void tw_test_put(const tw_test_sets *at, const char *name, const char *text) {
    tw_test_put_bytes(at, name, text, strlen(text));
}

// Writes `form` with each "%s" replaced by the folder.
static void fill_in(const tw_test_sets *at, const char *form, char text[TEXT_BYTES]) {
    size_t length = 0;
    for (const char *c = form; *c != '\0'; c++) {
        bool folder = c[0] == '%' && c[1] == 's';
        int added = folder ? snprintf(text + length, TEXT_BYTES - length, "%s", at->folder)
                           : snprintf(text + length, TEXT_BYTES - length, "%c", *c);
        length += (size_t)added;
        assert_true(length < TEXT_BYTES);
        if (folder) c++;
    }
    text[length] = '\0';
}

tw_data *tw_test_open(tw_test_sets *at, const char *spec, tw_data **test) {
    char text[TEXT_BYTES];
    tw_data *train = NULL, *other = NULL;
    fill_in(at, spec, text);
    assert_ok(at->context, tw_data_open(at->context, text, NULL, &train, &other));
    if (test != NULL)
        *test = other;
    else
        tw_data_free(other);
    return train;
}

tw_data *tw_test_open_cut(tw_test_sets *at, const char *spec, double holdout, tw_data **held) {
    char text[TEXT_BYTES];
    tw_data *kept = NULL;
    tw_data_options options = tw_data_options_default();
    options.holdout = holdout;
    fill_in(at, spec, text);
    assert_ok(at->context, tw_data_open(at->context, text, &options, &kept, held));
    return kept;
}

tw_data *tw_test_open_like(tw_test_sets *at, const tw_data *train, const char *spec) {
    char text[TEXT_BYTES];
    tw_data *data = NULL;
    fill_in(at, spec, text);
    assert_ok(at->context,
              tw_data_open_like(at->context, tw_data_encoding(train), text, NULL, &data));
    return data;
}

void tw_test_refused(tw_test_sets *at, const tw_data *train, const char *spec, tw_status status,
                     const char *message) {
    char text[TEXT_BYTES], expected[TEXT_BYTES];
    tw_data *data = NULL, *test = NULL;
    fill_in(at, spec, text);
    fill_in(at, message, expected);
    tw_status found =
        train == NULL ? tw_data_open(at->context, text, NULL, &data, &test)
                      : tw_data_open_like(at->context, tw_data_encoding(train), text, NULL, &data);
    if (found == TW_OK) fail_msg("%s opens", spec);
    assert_null(data);
    assert_null(test);
    assert_string_equal(tw_context_message(at->context), expected);
    assert_string_equal(tw_status_name(found), tw_status_name(status));
}

void tw_test_row(const tw_data *data, int64_t row, double *x) {
    tw_data_request request = {&row, 1, TW_F64, x, NULL};
    assert_ok(tw_data_context(data), tw_data_fetch(data, &request));
}

int tw_test_label(const tw_data *data, int64_t row) {
    int32_t label = -1;
    tw_data_request request = {&row, 1, TW_F32, NULL, &label};
    assert_int_equal(tw_data_target_kind(data), TW_TARGET_CLASS);
    assert_ok(tw_data_context(data), tw_data_fetch(data, &request));
    return label;
}

double tw_test_value(const tw_data *data, int64_t row) {
    double value = NAN;
    tw_data_request request = {&row, 1, TW_F64, NULL, &value};
    assert_int_equal(tw_data_target_kind(data), TW_TARGET_VALUE);
    assert_int_equal(tw_data_target_width(data), 1);
    assert_ok(tw_data_context(data), tw_data_fetch(data, &request));
    return value;
}

void tw_test_assert_row(const tw_data *data, int64_t row, const double *x, int64_t count) {
    assert_int_equal(tw_data_features(data), count);
    double *found = calloc((size_t)count, sizeof *found);
    assert_non_null(found);
    tw_test_row(data, row, found);
    for (int64_t k = 0; k < count; k++) {
        if (fabs(found[k] - x[k]) <= 1e-6 * fmax(1.0, fabs(x[k]))) continue;
        fail_msg("example %d, feature %d: %.9g is not %.9g", (int)row, (int)k, found[k], x[k]);
    }
    free(found);
}

void assert_near(double value, double expected, double tolerance) {
    if (!(fabs(value - expected) <= tolerance)) fail_msg("%.17g is not %.17g", value, expected);
}

void tw_test_assert_said(const tw_data *data, const char *line) {
    const char *said = tw_data_description(data);
    size_t length = strlen(line);
    for (const char *at = strstr(said, line); at != NULL; at = strstr(at + 1, line)) {
        if ((at == said || at[-1] == '\n') && at[length] == '\n') return;
    }
    fail_msg("the line '%s' is not in\n%s", line, said);
}
