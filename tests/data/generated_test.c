// Sets made on the fly: what their formulas say, and that a seed decides all.
#include "support/sets.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PIXELS = 784 };

static tw_test_sets at;

static tw_data *open_seed(const char *spec, uint64_t seed, tw_data **test) {
    tw_data *train = NULL;
    tw_data_options options = tw_data_options_default();
    options.seed = seed;
    assert_ok(at.context, tw_data_open(at.context, spec, &options, &train, test));
    return train;
}

static bool same_examples(const tw_data *a, const tw_data *b, int64_t count) {
    double x[PIXELS], y[PIXELS];
    int64_t features = tw_data_features(a);
    bool same = true;
    assert_true(features <= PIXELS);
    for (int64_t row = 0; row < count; row++) {
        tw_test_row(a, row, x);
        tw_test_row(b, row, y);
        same = same && memcmp(x, y, (size_t)features * sizeof *x) == 0;
    }
    return same;
}

static void a_seed_decides_every_generated_example(void **state) {
    (void)state;
    static const char *const specs[] = {"strokes?examples=20&test=20",
                                        "spirals?examples=20&test=20", "moons?examples=20&test=20",
                                        "teacher?examples=20&test=20"};
    tw_test_sets_start(&at);
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        tw_data *test = NULL, *test_again = NULL, *other_test = NULL;
        tw_data *data = open_seed(specs[i], 7, &test);
        tw_data *again = open_seed(specs[i], 7, &test_again);
        tw_data *other = open_seed(specs[i], 8, &other_test);
        assert_true(same_examples(data, again, 20));
        assert_true(same_examples(test, test_again, 20));
        assert_false(same_examples(data, other, 20));
        assert_false(same_examples(data, test, 20));
        assert_false(same_examples(test, other_test, 20));
        tw_data_free(data), tw_data_free(again), tw_data_free(other);
        tw_data_free(test), tw_data_free(test_again), tw_data_free(other_test);
    }
    tw_test_sets_end(&at);
}

static void more_examples_begin_with_the_same_ones(void **state) {
    (void)state;
    tw_test_sets_start(&at);
    tw_data *few = tw_test_open(&at, "strokes?examples=5", NULL);
    tw_data *many = tw_test_open(&at, "strokes?examples=50", NULL);
    assert_true(same_examples(few, many, 5));
    tw_data_free(few);
    tw_data_free(many);
    tw_test_sets_end(&at);
}

static void strokes_have_all_ten_classes_ink_and_paper(void **state) {
    (void)state;
    tw_data *test = NULL;
    tw_test_sets_start(&at);
    tw_data *data = tw_test_open(&at, "strokes?examples=1000&test=300", &test);
    int64_t counts[10];
    assert_int_equal(tw_data_count(data), 1000);
    assert_int_equal(tw_data_count(test), 300);
    assert_int_equal(tw_data_shape(data)->size[0], 28);
    assert_ok(at.context, tw_data_count_classes(data, counts));
    for (int i = 0; i < 10; i++) assert_in_range(counts[i], 60, 140); // 4 deviations about 100
    for (int64_t row = 0; row < 1000; row++) {
        double x[PIXELS], ink = 0.0;
        tw_test_row(data, row, x);
        for (int k = 0; k < PIXELS; k++) {
            assert_true(x[k] >= 0.0 && x[k] <= 1.0);
            ink += x[k] > 0.5 ? 1.0 : 0.0;
        }
        assert_true(ink > 20.0 && ink < PIXELS / 2.0);
    }
    tw_data_free(data);
    tw_data_free(test);
    tw_test_sets_end(&at);
}

// Fetching twice, in single precision, and between other examples gives the same image.
static void a_stroke_is_the_same_whenever_it_is_fetched(void **state) {
    (void)state;
    tw_test_sets_start(&at);
    tw_data *data = tw_test_open(&at, "strokes?examples=10", NULL);
    float x[3 * PIXELS];
    double y[PIXELS];
    const int64_t rows[] = {4, 9, 4};
    tw_data_request request = {rows, 3, TW_F32, x, NULL};
    assert_ok(at.context, tw_data_fetch(data, &request));
    tw_test_row(data, 4, y);
    assert_memory_equal(x, x + 2 * PIXELS, PIXELS * sizeof *x);
    for (int k = 0; k < PIXELS; k++) assert_true((double)x[k] == (double)(float)y[k]);
    tw_data_free(data);
    tw_test_sets_end(&at);
}

static void moons_without_noise_lie_on_their_half_circles(void **state) {
    (void)state;
    tw_test_sets_start(&at);
    tw_data *data = tw_test_open(&at, "moons?examples=100&noise=0", NULL);
    for (int64_t row = 0; row < 100; row++) {
        double x[2];
        tw_test_row(data, row, x);
        int label = tw_test_label(data, row);
        assert_int_equal(label, row % 2);
        double away = label == 0 ? hypot(x[0], x[1]) : hypot(x[0] - 1.0, x[1] - 0.5);
        assert_near(away, 1.0, 1e-6);
        assert_true(label == 0 ? x[1] >= 0.0 : x[1] <= 0.5);
    }
    tw_data_free(data);
    tw_test_sets_end(&at);
}

static void spirals_without_noise_wind_at_an_angle_to_each_other(void **state) {
    (void)state;
    const double turn = 6.283185307179586;
    tw_test_sets_start(&at);
    tw_data *data = tw_test_open(&at, "spirals?examples=99&noise=0&classes=3", NULL);
    assert_int_equal(tw_data_classes(data), 3);
    for (int64_t row = 0; row < 99; row++) {
        double x[2];
        tw_test_row(data, row, x);
        int label = tw_test_label(data, row);
        double along = hypot(x[0], x[1]);
        assert_true(along <= 1.0 + 1e-6);
        double angle = turn * (1.25 * along + label / 3.0);
        assert_near(x[0], along * cos(angle), 1e-5);
        assert_near(x[1], along * sin(angle), 1e-5);
    }
    tw_data_free(data);
    tw_test_sets_end(&at);
}

static void a_teacher_answers_by_one_fixed_function(void **state) {
    (void)state;
    tw_data *test = NULL;
    int64_t counts[3];
    tw_test_sets_start(&at);
    tw_data *data = tw_test_open(&at, "teacher?examples=400&features=5&noise=0", &test);
    assert_int_equal(tw_data_features(data), 5);
    assert_int_equal(tw_data_count(test), 100);
    double sum = 0.0, squares = 0.0;
    for (int64_t row = 0; row < 400; row++) {
        double x[5];
        tw_test_row(data, row, x);
        for (int k = 0; k < 5; k++) sum += x[k], squares += x[k] * x[k];
    }
    assert_true(fabs(sum / 2000.0) < 4.0 / sqrt(2000.0));
    assert_true(fabs(squares / 2000.0 - 1.0) < 4.0 * sqrt(2.0 / 2000.0));
    tw_data *noisy = tw_test_open(&at, "teacher?examples=400&features=5&noise=0.25", NULL);
    double away = 0.0;
    for (int64_t row = 0; row < 400; row++) {
        double noise = tw_test_value(noisy, row) - tw_test_value(data, row);
        away += noise * noise;
    }
    assert_true(same_examples(data, noisy, 400)); // the inputs; noise is in the answers alone
    assert_near(sqrt(away / 400.0), 0.25, 0.25 * 4.0 / sqrt(800.0));
    tw_data *classes = tw_test_open(&at, "teacher?examples=400&classes=3", NULL);
    assert_ok(at.context, tw_data_count_classes(classes, counts));
    for (int i = 0; i < 3; i++) assert_true(counts[i] > 20);
    tw_data_free(classes);
    tw_data_free(noisy);
    tw_data_free(data);
    tw_data_free(test);
    tw_test_sets_end(&at);
}

static void sets_stay_within_the_memory_allowed(void **state) {
    (void)state;
    static const char *const specs[] = {"strokes?examples=100000000", "moons?examples=100000000",
                                        "teacher?examples=100000000&features=10000"};
    tw_test_sets_start(&at);
    tw_context_set_memory_limit(at.context, 4 << 20);
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        tw_data *train = NULL, *test = NULL;
        assert_int_equal(tw_data_open(at.context, specs[i], NULL, &train, &test), TW_NO_MEMORY);
        assert_null(train);
        assert_true(tw_context_memory(at.context).peak_bytes <= 4 << 20);
    }
    tw_test_sets_end(&at);
}

TW_TESTS(a_seed_decides_every_generated_example, more_examples_begin_with_the_same_ones,
         strokes_have_all_ten_classes_ink_and_paper, a_stroke_is_the_same_whenever_it_is_fetched,
         moons_without_noise_lie_on_their_half_circles,
         spirals_without_noise_wind_at_an_angle_to_each_other,
         a_teacher_answers_by_one_fixed_function, sets_stay_within_the_memory_allowed)
