// Sets that are cut in two while they are opened: what is held out takes no part in what is learned.
#include "support/sets.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { COUNT = 20 };

static tw_test_sets at;

// x grows faster than any straight line, so that no part of it has the mean of the whole.
static double x_of(int i) {
    return 1.0 + i * i * i;
}

static void assert_standard(const double *x, int64_t count) {
    double sum = 0.0, squares = 0.0;
    for (int64_t i = 0; i < count; i++) sum += x[i], squares += x[i] * x[i];
    assert_near(sum / (double)count, 0.0, 1e-6);
    assert_near(squares / (double)count, 1.0, 1e-5);
}

static void put_table(void) {
    char text[1024] = "x,gap,y\n";
    for (int i = 0; i < COUNT; i++)
        sprintf(text + strlen(text), "%g,%s,%g\n", x_of(i),
                i % 7 == 3 ? ""
                : i < 9    ? "4"
                           : "80",
                x_of(i) + 0.5);
    tw_test_put(&at, "a.csv", text);
}

static void a_table_is_standardised_by_the_rows_that_are_kept(void **state) {
    (void)state;
    double x[COUNT][2], feature[COUNT], gapped[COUNT], target[COUNT];
    tw_test_sets_start(&at);
    put_table();
    tw_data *held = NULL;
    tw_data *kept = tw_test_open_cut(&at, "csv:%s/a.csv?target=y&missing=mean", 0.3, &held);
    int64_t count = tw_data_count(kept);
    assert_int_equal(count, 14);
    assert_int_equal(tw_data_count(held), 6);
    for (int64_t i = 0; i < count; i++) {
        tw_test_row(kept, i, x[i]);
        feature[i] = x[i][0];
        gapped[i] = x[i][1];
        target[i] = tw_test_value(kept, i);
    }
    assert_standard(feature, count);
    assert_standard(gapped, count); // what fills a gap too
    assert_standard(target, count);
    tw_test_assert_said(kept,
                        "numbers standardised to mean 0 and deviation 1 of the examples to train");
    tw_data_free(kept);
    tw_data_free(held);
    tw_test_sets_end(&at);
}

static void an_array_is_standardised_by_the_rows_that_are_kept(void **state) {
    (void)state;
    char header[129];
    double feature[COUNT];
    unsigned char bytes[128 + sizeof feature] = "\x93NUMPY\x01\x00\x76\x00";
    tw_test_sets_start(&at);
    snprintf(header, sizeof header,
             "{'descr': '<f8', 'fortran_order': False, 'shape': (%d, 1), }%60s", COUNT, "");
    memcpy(bytes + 10, header, 117);
    bytes[127] = '\n';
    for (int i = 0; i < COUNT; i++) feature[i] = x_of(i);
    memcpy(bytes + 128, feature, sizeof feature);
    tw_test_put_bytes(&at, "x.npy", bytes, sizeof bytes);
    tw_data *held = NULL;
    tw_data *kept = tw_test_open_cut(&at, "npy:%s/x.npy?standardize=yes", 0.3, &held);
    for (int64_t i = 0; i < tw_data_count(kept); i++) tw_test_row(kept, i, &feature[i]);
    assert_standard(feature, tw_data_count(kept));
    tw_data_free(kept);
    tw_data_free(held);
    tw_test_sets_end(&at);
}

static void what_is_held_out_is_what_a_split_takes(void **state) {
    (void)state;
    static const char spec[] = "csv:%s/a.csv?target=c&standardize=no";
    char text[1024] = "x,c\n";
    tw_test_sets_start(&at);
    for (int i = 0; i < COUNT; i++) sprintf(text + strlen(text), "%d,%c\n", i, i < 5 ? 'a' : 'b');
    tw_test_put(&at, "a.csv", text);
    tw_data *held = NULL, *part[2];
    tw_data *kept = tw_test_open_cut(&at, spec, 0.4, &held);
    tw_data *whole = tw_test_open(&at, spec, NULL);
    assert_ok(at.context, tw_data_split(whole, 0.4, 1, &part[0], &part[1]));
    assert_int_equal(tw_data_count(held), 8); // 2 and 6
    for (int64_t i = 0; i < 8; i++) {
        double x[2];
        tw_test_row(held, i, &x[0]);
        tw_test_row(part[1], i, &x[1]);
        assert_near(x[0], x[1], 0.0);
    }
    tw_data_free(kept);
    tw_data_free(held);
    tw_data_free(whole);
    tw_data_free(part[0]);
    tw_data_free(part[1]);
    tw_test_sets_end(&at);
}

static void a_test_set_that_is_spared_is_left_alone(void **state) {
    (void)state;
    tw_data *kept = NULL, *held = NULL;
    tw_data_options options = {.seed = 1, .holdout = 0.2};
    tw_test_sets_start(&at);
    assert_ok(at.context,
              tw_data_open(at.context, "moons?examples=100&test=30", &options, &kept, &held));
    assert_int_equal(tw_data_count(kept), 100);
    assert_int_equal(tw_data_count(held), 30);
    tw_data_free(kept);
    tw_data_free(held);
    options.spare_test = true;
    assert_ok(at.context,
              tw_data_open(at.context, "moons?examples=100&test=30", &options, &kept, &held));
    assert_int_equal(tw_data_count(kept), 80);
    assert_int_equal(tw_data_count(held), 20);
    tw_data *test = tw_test_open_like(&at, kept, "moons?examples=100&test=30");
    assert_int_equal(tw_data_count(test), 30);
    tw_data_free(kept);
    tw_data_free(held);
    tw_data_free(test);
    options.holdout = 0.0;
    assert_ok(at.context,
              tw_data_open(at.context, "moons?examples=100&test=30", &options, &kept, &held));
    assert_int_equal(tw_data_count(kept), 100);
    assert_null(held);
    tw_data_free(kept);
    tw_test_sets_end(&at);
}

static void a_share_that_is_none_is_refused(void **state) {
    (void)state;
    static const double wrong[] = {1.0, -0.1, NAN, INFINITY};
    tw_data_options options = tw_data_options_default();
    tw_test_sets_start(&at);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        tw_data *kept = NULL, *held = NULL;
        options.holdout = wrong[i];
        assert_int_equal(tw_data_open(at.context, "moons", &options, &kept, &held),
                         TW_BAD_ARGUMENT);
        assert_null(kept);
        assert_non_null(strstr(tw_context_message(at.context), "give a share from 0 to below 1"));
    }
    tw_test_sets_end(&at);
}

TW_TESTS(a_table_is_standardised_by_the_rows_that_are_kept,
         an_array_is_standardised_by_the_rows_that_are_kept, what_is_held_out_is_what_a_split_takes,
         a_test_set_that_is_spared_is_left_alone, a_share_that_is_none_is_refused)
