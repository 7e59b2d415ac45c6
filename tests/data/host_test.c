// A host's own examples, and parts of sets: arrays, functions, views, splits.
#include <string.h>

#include "support/sets.h"

static tw_test_sets at;

static tw_data_form form_of(int64_t count, int64_t features, int classes) {
    tw_data_form form = tw_data_form_default();
    form.name = "mine";
    form.count = count;
    form.shape = (tw_shape){1, {features}};
    form.classes = classes;
    return form;
}

static void arrays_are_looked_at_where_they_are(void **state) {
    (void)state;
    static const uint8_t bytes[] = {0, 255, 51, 102};
    static const int32_t labels[] = {1, 0};
    static const char *const names[] = {"no", "yes"};
    double x[] = {1, 2, 3, 4};
    const float values[] = {0.5f, 1, 2, 3};
    tw_data *data = NULL;
    tw_test_sets_start(&at);
    tw_data_form form = form_of(2, 2, 2);
    form.names = names;
    assert_ok(at.context, tw_data_from_arrays(at.context, &form, TW_U8, bytes, labels, &data));
    assert_row(data, 1, 0.2, 0.4);
    assert_string_equal(tw_data_class_name(data, tw_test_label(data, 0)), "yes");
    tw_data_free(data);
    form.kind = TW_TARGET_VALUE;
    form.target_width = 2;
    assert_ok(at.context, tw_data_from_arrays(at.context, &form, TW_F64, x, values, &data));
    x[2] = 30;
    assert_row(data, 1, 30, 4);
    double pair[2];
    int64_t row = 1;
    tw_data_request request = {&row, 1, TW_F64, NULL, pair};
    assert_ok(at.context, tw_data_fetch(data, &request));
    assert_near(pair[1], 3.0, 0.0);
    tw_data_free(data);
    form.kind = TW_TARGET_NONE;
    assert_ok(at.context, tw_data_from_arrays(at.context, &form, TW_F64, x, NULL, &data));
    assert_int_equal(tw_data_target_kind(data), TW_TARGET_NONE);
    tw_data_free(data);
    tw_test_sets_end(&at);
}

static void each_byte_is_divided_by_255(void **state) {
    (void)state;

    enum { BYTES = 256 };

    uint8_t bytes[BYTES];
    float x[BYTES];
    int64_t rows[BYTES];
    for (int i = 0; i < BYTES; i++) bytes[i] = (uint8_t)i;
    for (int i = 0; i < BYTES; i++) rows[i] = BYTES - 1 - i;
    tw_data *data = NULL;
    tw_test_sets_start(&at);
    tw_data_form form = form_of(BYTES, 1, 0);
    form.kind = TW_TARGET_NONE;
    assert_ok(at.context, tw_data_from_arrays(at.context, &form, TW_U8, bytes, NULL, &data));
    tw_data_request request = {rows, BYTES, TW_F32, x, NULL};
    assert_ok(at.context, tw_data_fetch(data, &request));
    for (int i = 0; i < BYTES; i++) assert_true(x[BYTES - 1 - i] == (float)i / 255.0f);
    tw_data_free(data);
    form = form_of(1, BYTES, 0);
    form.kind = TW_TARGET_NONE;
    assert_ok(at.context, tw_data_from_arrays(at.context, &form, TW_U8, bytes, NULL, &data));
    request = (tw_data_request){(int64_t[]){0}, 1, TW_F32, x, NULL};
    assert_ok(at.context, tw_data_fetch(data, &request));
    for (int i = 0; i < BYTES; i++) assert_true(x[i] == (float)i / 255.0f);
    tw_data_free(data);
    tw_test_sets_end(&at);
}

static void refuse(const tw_data_form *form, tw_dtype dtype, const void *x, const void *targets,
                   const char *message) {
    tw_data *data = NULL;
    tw_status status = tw_data_from_arrays(at.context, form, dtype, x, targets, &data);
    assert_int_equal(status, TW_BAD_ARGUMENT);
    assert_null(data);
    assert_string_equal(tw_context_message(at.context), message);
}

static void wrong_forms_and_labels_are_refused(void **state) {
    (void)state;
    static const float x[] = {1, 2};
    static const int32_t labels[] = {0, 2};
    tw_test_sets_start(&at);
    tw_data_form form = form_of(2, 1, 2), other = form;
    refuse(&form, TW_F32, x, labels, "mine: example 1 has class 2; there are 2, from 0");
    refuse(&form, TW_I32, x, labels, "mine: x is u8, f32 or f64, not i32");
    refuse(&form, TW_F32, NULL, labels,
           "mine: x is NULL; give x, and targets unless the kind is TW_TARGET_NONE");
    refuse(&form, TW_F32, x, NULL,
           "mine: targets and their kind do not fit; give x, and targets unless the kind is "
           "TW_TARGET_NONE");
    other.count = 0;
    refuse(&other, TW_F32, x, labels, "mine: no examples; count is at least 1");
    other = form;
    other.shape.size[0] = 0;
    refuse(&other, TW_F32, x, labels,
           "mine: an impossible shape; give 1 to 8 sizes of at least 1, at most 4194304 features");
    other = form;
    other.shape.rank = 9;
    refuse(&other, TW_F32, x, labels,
           "mine: an impossible shape; give 1 to 8 sizes of at least 1, at most 4194304 features");
    other = form;
    other.classes = 0;
    refuse(&other, TW_F32, x, labels,
           "mine: an impossible number of classes; 1 to 65536 are possible");
    other = form;
    other.kind = TW_TARGET_VALUE;
    other.target_width = 0;
    refuse(&other, TW_F32, x, labels,
           "mine: an impossible target width; 1 to 4194304 are possible");
    other = form;
    other.name = NULL;
    refuse(&other, TW_F32, x, labels, "data: no name; start from tw_data_form_default()");
    tw_data *data = NULL;
    assert_int_equal(tw_data_from_function(at.context, &form, NULL, NULL, &data), TW_BAD_ARGUMENT);
    assert_string_equal(tw_context_message(at.context), "mine: the function is NULL");
    tw_test_sets_end(&at);
}

// x = [row], class = row % classes, as many as `user` says.
static tw_status count_up(const tw_data_request *request, void *user) {
    const int *classes = user;
    for (int64_t i = 0; i < request->count; i++) {
        int32_t label = (int32_t)(request->rows[i] % *classes);
        if (request->dtype == TW_F64 && request->x != NULL) {
            ((double *)request->x)[i] = (double)request->rows[i];
        }
        if (request->targets != NULL) ((int32_t *)request->targets)[i] = label;
    }
    return TW_OK;
}

static tw_data *counting(int64_t count, int *classes) {
    tw_data *data = NULL;
    tw_data_form form = form_of(count, 1, *classes);
    assert_ok(at.context, tw_data_from_function(at.context, &form, count_up, classes, &data));
    return data;
}

static void fetching_checks_rows_types_and_labels(void **state) {
    (void)state;
    int classes = 3;
    double x = 0.0;
    int64_t row = 7, counts[3];
    tw_test_sets_start(&at);
    tw_data *data = counting(7, &classes);
    tw_data_request request = {&row, 1, TW_F64, &x, NULL};
    assert_int_equal(tw_data_fetch(data, &request), TW_BAD_ARGUMENT);
    assert_string_equal(tw_context_message(at.context),
                        "mine: example 7 of 7 does not exist; they count from 0");
    row = 0;
    request.dtype = TW_U8;
    assert_int_equal(tw_data_fetch(data, &request), TW_BAD_ARGUMENT);
    assert_string_equal(tw_context_message(at.context),
                        "mine: examples are fetched as f32 or f64, not u8");
    assert_ok(at.context, tw_data_count_classes(data, counts));
    assert_int_equal(counts[0], 3);
    assert_int_equal(counts[2], 2);
    classes = 5; // the function gives what the form does not have
    assert_int_equal(tw_data_count_classes(data, counts), TW_BAD_ARGUMENT);
    assert_string_equal(tw_context_message(at.context),
                        "mine: example 3 has class 3; there are 3, from 0");
    tw_data *kept = NULL, *held = NULL;
    assert_int_equal(tw_data_split(data, 0.5, 1, &kept, &held), TW_BAD_ARGUMENT);
    assert_string_equal(tw_context_message(at.context),
                        "mine: example 3 has class 3; there are 3, from 0");
    assert_null(kept);
    assert_null(held);
    tw_data_free(data);
    tw_test_sets_end(&at);
}

static void a_view_keeps_alive_what_it_looks_at(void **state) {
    (void)state;
    int classes = 2;
    int64_t rows[600];
    tw_data *view = NULL, *inner = NULL;
    tw_test_sets_start(&at);
    for (int i = 0; i < 600; i++) rows[i] = 599 - i;
    tw_data *data = counting(600, &classes);
    assert_ok(at.context, tw_data_select(data, rows, 600, &view));
    assert_int_equal(tw_data_select(data, rows, 0, &inner), TW_BAD_ARGUMENT);
    assert_string_equal(tw_context_message(at.context),
                        "mine: a view of 0 examples; at least one is needed");
    rows[0] = 600;
    assert_int_equal(tw_data_select(data, rows, 1, &inner), TW_BAD_ARGUMENT);
    assert_string_equal(tw_context_message(at.context),
                        "mine: example 600 of 600 does not exist; they count from 0");
    rows[0] = 5;
    assert_ok(at.context, tw_data_select(view, rows, 2, &inner));
    tw_data_free(data);
    tw_data_free(view);
    assert_row(inner, 0, 594.0); // 599 - 5
    assert_row(inner, 1, 1.0);   // 599 - 598
    tw_data_free(inner);
    tw_test_sets_end(&at);
}

// More examples at once than a view translates at a time.
static void a_large_fetch_through_a_view_is_whole(void **state) {
    (void)state;

    enum { COUNT = 700 };

    int classes = 7;
    int64_t rows[COUNT], all[COUNT];
    double x[COUNT];
    int32_t labels[COUNT];
    tw_data *view = NULL;
    tw_test_sets_start(&at);
    tw_data *data = counting(COUNT, &classes);
    for (int i = 0; i < COUNT; i++) rows[i] = i * 3 % COUNT, all[i] = i;
    assert_ok(at.context, tw_data_select(data, rows, COUNT, &view));
    tw_data_request request = {all, COUNT, TW_F64, x, labels};
    assert_ok(at.context, tw_data_fetch(view, &request));
    for (int i = 0; i < COUNT; i++) {
        assert_near(x[i], (double)rows[i], 0.0);
        assert_int_equal(labels[i], rows[i] % classes);
    }
    tw_data_free(view);
    tw_data_free(data);
    tw_test_sets_end(&at);
}

static void mark(const tw_data *part, bool *seen) {
    for (int64_t i = 0; i < tw_data_count(part); i++) {
        double x = -1.0;
        tw_test_row(part, i, &x);
        assert_false(seen[(int)x]);
        seen[(int)x] = true;
    }
}

static void a_split_is_disjoint_covers_all_and_keeps_shares(void **state) {
    (void)state;

    enum { COUNT = 103, CLASSES = 4 };

    static const double fractions[] = {0.001, 0.1, 0.25, 0.5, 0.999};
    int classes = CLASSES;
    int64_t all[CLASSES], held_counts[CLASSES];
    tw_test_sets_start(&at);
    tw_data *data = counting(COUNT, &classes);
    assert_ok(at.context, tw_data_count_classes(data, all));
    for (size_t i = 0; i < sizeof fractions / sizeof *fractions; i++) {
        bool seen[COUNT] = {false};
        tw_data *kept = NULL, *held = NULL;
        assert_ok(at.context, tw_data_split(data, fractions[i], 9, &kept, &held));
        mark(kept, seen);
        mark(held, seen);
        assert_int_equal(tw_data_count(kept) + tw_data_count(held), COUNT);
        assert_ok(at.context, tw_data_count_classes(held, held_counts));
        for (int k = 0; k < CLASSES && fractions[i] > 0.01 && fractions[i] < 0.9; k++) {
            int64_t share = (int64_t)(fractions[i] * (double)all[k] + 0.5);
            assert_int_equal(held_counts[k], share);
        }
        tw_data_free(kept);
        tw_data_free(held);
    }
    tw_data_free(data);
    tw_test_sets_end(&at);
}

static void the_seed_decides_a_split(void **state) {
    (void)state;
    int classes = 2;
    bool same[2] = {true, true};
    tw_data *kept[3], *held[3];
    tw_test_sets_start(&at);
    tw_data *data = counting(40, &classes);
    for (int i = 0; i < 3; i++) {
        assert_ok(at.context, tw_data_split(data, 0.5, i < 2 ? 1 : 2, &kept[i], &held[i]));
    }
    for (int64_t row = 0; row < 20; row++) {
        double x[3];
        for (int i = 0; i < 3; i++) tw_test_row(held[i], row, &x[i]);
        same[0] = same[0] && memcmp(&x[0], &x[1], sizeof *x) == 0;
        same[1] = same[1] && memcmp(&x[0], &x[2], sizeof *x) == 0;
    }
    assert_true(same[0]);
    assert_false(same[1]);
    for (int i = 0; i < 3; i++) tw_data_free(kept[i]), tw_data_free(held[i]);
    assert_int_equal(tw_data_split(data, 1.0, 1, &kept[0], &held[0]), TW_BAD_ARGUMENT);
    assert_string_equal(tw_context_message(at.context),
                        "mine: 1 of 40 examples cannot be held out; give a fraction between 0 and "
                        "1 of at least 2");
    assert_null(kept[0]);
    tw_data_free(data);
    tw_test_sets_end(&at);
}

TW_TESTS(arrays_are_looked_at_where_they_are, each_byte_is_divided_by_255,
         wrong_forms_and_labels_are_refused, fetching_checks_rows_types_and_labels,
         a_view_keeps_alive_what_it_looks_at, a_large_fetch_through_a_view_is_whole,
         a_split_is_disjoint_covers_all_and_keeps_shares, the_seed_decides_a_split)
