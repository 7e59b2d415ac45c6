#include "test.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "base/text.h"
#include "support/folder.h"

static void assert_formats(double value, const char *expected) {
    char buffer[TW_NUMBER_BYTES];
    assert_string_equal(tw_format_number(value, buffer), expected);
}

static void numbers_print_with_the_fewest_digits(void **state) {
    (void)state;
    assert_formats(0.0, "0");
    assert_formats(-0.0, "-0");
    assert_formats(1.0, "1");
    assert_formats(0.1, "0.1");
    assert_formats(0.1 + 0.2, "0.30000000000000004");
    assert_formats(1e-3, "0.001");
    assert_formats(1.0 / 3.0, "0.3333333333333333");
    assert_formats(1e300, "1e+300");
    assert_formats(-DBL_MAX, "-1.7976931348623157e+308");
    assert_formats(DBL_MIN, "2.2250738585072014e-308");
    assert_formats(5e-324, "5e-324");
    assert_formats((double)0.1f, "0.10000000149011612");
    assert_formats(NAN, "nan");
    assert_formats(INFINITY, "inf");
    assert_formats(-INFINITY, "-inf");
}

// A double of random bits: every exponent, subnormal ones too.
static double any_double(uint64_t index) {
    const tw_random random = {.seed = 3, .purpose = TW_FOR_TEST};
    uint64_t bits = tw_random_below(&random, 2 * index, UINT64_MAX);
    double value;
    if (index % 4 == 0) bits &= ~(UINT64_C(0x7ff) << 52);
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void every_printed_number_reads_back_exactly(void **state) {
    (void)state;
    for (uint64_t i = 0; i < 50000; i++) {
        double value = any_double(i), read = 0.0;
        if (!isfinite(value)) continue;
        char buffer[TW_NUMBER_BYTES];
        tw_format_number(value, buffer);
        assert_true(tw_parse_double(buffer, &read));
        assert_memory_equal(&read, &value, sizeof value);
    }
}

static void numbers_read_as_the_systems_own_reader_does(void **state) {
    (void)state;
    const tw_random random = {.seed = 4, .purpose = TW_FOR_TEST};
    for (uint64_t i = 0; i < 50000; i++) {
        char text[64];
        unsigned long long whole = tw_random_below(&random, 4 * i, UINT64_MAX) >> (i % 64);
        unsigned fraction = (unsigned)tw_random_below(&random, 4 * i + 1, 1000000);
        int exponent = (int)tw_random_below(&random, 4 * i + 2, 700) - 350;
        if (i % 3 == 0) exponent /= 20;
        snprintf(text, sizeof text, "%llu.%ue%d", whole, fraction, exponent);
        double value = 0.0, expected = strtod(text, NULL);
        assert_int_equal(tw_parse_number(text, strlen(text), &value), strlen(text));
        if (memcmp(&value, &expected, sizeof value) != 0) {
            fail_msg("%s is %.17g, not %.17g", text, expected, value);
        }
    }
}

static void a_number_ends_where_it_does(void **state) {
    (void)state;

    const struct {
        const char *text;
        size_t used;
        double value;
    } cases[] = {
        {"1", 1, 1},
        {"12*x", 2, 12},
        {"1.5)", 3, 1.5},
        {".5", 2, 0.5},
        {"5.", 2, 5},
        {"-2", 2, -2},
        {"+2", 2, 2},
        {"1e3x", 3, 1000},
        {"1E-2", 4, 0.01},
        {"1e", 1, 1},
        {"1e+", 1, 1},
        {"1e+x", 1, 1},
        {"1.e2", 4, 100},
        {"1.2.3", 3, 1.2},
        {"0x10", 1, 0},
        {"", 0, 0},
        {".", 0, 0},
        {"-", 0, 0},
        {"-.e1", 0, 0},
        {" 1", 0, 0},
        {"inf", 0, 0},
        {"nan", 0, 0},
        {"e5", 0, 0},
        {"1,5", 1, 1},
        {"007", 3, 7},
        {"0.0001", 6, 1e-4},
        {"1e400", 5, INFINITY},
        {"-1e400", 6, -INFINITY},
        {"1e-400", 6, 0},
        {"0e999999999999999999999", 23, 0},
        {"1e999999999999999999999", 23, INFINITY},
        {"1e-999999999999999999999", 24, 0},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double value = -1.0;
        size_t used = tw_parse_number(cases[i].text, strlen(cases[i].text), &value);
        if (used != cases[i].used || value != cases[i].value) {
            fail_msg("\"%s\" gives %.17g of %zu bytes", cases[i].text, value, used);
        }
    }
}

static void no_byte_behind_the_length_is_read(void **state) {
    (void)state;
    double value = 0.0;
    assert_int_equal(tw_parse_number("12345", 2, &value), 2);
    assert_true(value == 12.0);
    assert_int_equal(tw_parse_number("1e5", 2, &value), 1);
    char *exact = malloc(3); // so that a sanitizer sees a byte too many
    assert_non_null(exact);
    memcpy(exact, "1.5", 3);
    assert_int_equal(tw_parse_number(exact, 3, &value), 3);
    free(exact);
}

static void the_digit_far_behind_still_decides_the_rounding(void **state) {
    (void)state;
    // 1 + 2^-53 lies half way between two doubles and rounds to the even one, which is 1.
    static const char half[] = "1.00000000000000011102230246251565404236316680908203125";

    enum { ZEROS = 2000 };

    char text[sizeof half + ZEROS + 1];
    memset(text, '0', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    memcpy(text, half, sizeof half - 1);
    double value = 0.0;
    assert_true(tw_parse_double(text, &value));
    assert_true(value == 1.0);
    text[sizeof text - 2] = '1';
    assert_true(tw_parse_double(text, &value));
    assert_true(value == 1.0 + DBL_EPSILON);
}

static void very_long_numbers_keep_their_size(void **state) {
    (void)state;

    enum { ZEROS = 100000 };

    char *text = malloc(ZEROS + 32);
    assert_non_null(text);
    text[0] = '1';
    memset(text + 1, '0', ZEROS);
    strcpy(text + 1 + ZEROS, "e-100000");
    double value = 0.0;
    assert_true(tw_parse_double(text, &value));
    assert_true(value == 1.0);
    memset(text, '0', ZEROS);
    text[1] = '.';
    strcpy(text + ZEROS, "1e99999");
    assert_true(tw_parse_double(text, &value));
    assert_true(value == 1.0);
    free(text);
}

static void a_whole_double_has_nothing_beside_it_and_is_finite(void **state) {
    (void)state;
    double value = 1.0;
    assert_true(tw_parse_double("-1.25e2", &value));
    assert_true(value == -125.0);
    const char *const wrong[] = {"",    " 1",  "1 ",    "1x",  "1e400",
                                 "inf", "nan", "0x1p3", "1,5", "--1"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        value = 1.0;
        if (tw_parse_double(wrong[i], &value)) fail_msg("\"%s\" is taken", wrong[i]);
        assert_true(value == 0.0);
    }
}

static void integers_read_to_their_ends_and_no_further(void **state) {
    (void)state;
    int64_t value = 1;
    assert_true(tw_parse_integer("9223372036854775807", &value));
    assert_true(value == INT64_MAX);
    assert_true(tw_parse_integer("-9223372036854775808", &value));
    assert_true(value == INT64_MIN);
    assert_true(tw_parse_integer("+007", &value));
    assert_true(value == 7);
    const char *const wrong[] = {
        "9223372036854775808",
        "-9223372036854775809",
        "99999999999999999999",
        "",
        "-",
        "+",
        "1.0",
        "1e3",
        " 1",
        "1 ",
        "0x1",
        "--1",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        if (tw_parse_integer(wrong[i], &value)) fail_msg("\"%s\" is taken", wrong[i]);
        assert_true(value == 0);
    }
}

// Puts a locale that writes 0,5 in force: one that is installed, or one made in `folder`.
static bool comma_locale(const char *folder) {
    static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "de_DE"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (setlocale(LC_ALL, names[i]) != NULL) return true;
    }
    char command[TW_TEST_PATH_BYTES + 100];
    snprintf(command, sizeof command, "localedef -i de_DE -f UTF-8 %s/de_DE.UTF-8 2>/dev/null",
             folder);
    if (system(command) != 0 || setenv("LOCPATH", folder, 1) != 0) return false;
    return setlocale(LC_ALL, "de_DE.UTF-8") != NULL;
}

static void a_locale_with_a_comma_changes_nothing(void **state) {
    (void)state;
    char folder[TW_TEST_PATH_BYTES];
    tw_test_folder_make(folder);
    bool found = comma_locale(folder);
    tw_test_folder_remove(folder);
    if (!found) {
        print_message("there is no locale with a decimal comma here\n");
        skip();
    }
    char buffer[TW_NUMBER_BYTES], comma[8];
    snprintf(comma, sizeof comma, "%.1f", 0.5);
    assert_string_equal(comma, "0,5"); // the locale is in force
    assert_formats(0.1 + 0.2, "0.30000000000000004");
    double value = 0.0;
    assert_true(tw_parse_double("1.2345678901234567890123", &value));
    assert_true(value == 1.2345678901234567890123);
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    tw_fail(context, TW_BAD_TEXT, "%g", 0.5);
    assert_string_equal(tw_context_message(context), "0.5");
    tw_text text;
    tw_text_start(&text, context);
    tw_text_add(&text, "%g", 0.5);
    assert_string_equal(text.data, "0.5");
    tw_text_free(&text);
    tw_context_free(context);
    snprintf(buffer, sizeof buffer, "%.1f", 0.5);
    assert_string_equal(buffer, "0,5"); // and was given back
    setlocale(LC_ALL, "C");
}

TW_TESTS(numbers_print_with_the_fewest_digits, every_printed_number_reads_back_exactly,
         numbers_read_as_the_systems_own_reader_does, a_number_ends_where_it_does,
         no_byte_behind_the_length_is_read, the_digit_far_behind_still_decides_the_rounding,
         very_long_numbers_keep_their_size, a_whole_double_has_nothing_beside_it_and_is_finite,
         integers_read_to_their_ends_and_no_further, a_locale_with_a_comma_changes_nothing)
