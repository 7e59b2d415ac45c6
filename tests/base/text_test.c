#include "test.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/utf8.h"
#include "support/fault.h"

static tw_context *new_context(void) {
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    return context;
}

static void a_text_grows_and_always_ends_with_nul(void **state) {
    (void)state;
    tw_context *context = new_context();
    tw_text text;
    tw_text_start(&text, context);
    assert_string_equal(text.data, "");
    for (int i = 0; i < 1000; i++) {
        tw_text_add(&text, "%03d,", i);
        assert_int_equal(text.length, 4 * (i + 1));
        assert_int_equal(strlen(text.data), text.length);
    }
    assert_memory_equal(text.data, "000,001,002,", 12);
    assert_string_equal(text.data + 3996, "999,");
    tw_text_free(&text);
    assert_string_equal(text.data, "");
    tw_text_free(&text);
    assert_int_equal(tw_context_memory(context).live_bytes, 0);
    tw_context_free(context);
}

static void formatted_text_of_every_length_around_the_room_arrives_whole(void **state) {
    (void)state;
    tw_context *context = new_context();
    char source[300];
    memset(source, 'x', sizeof source);
    for (int length = 0; length < 300; length++) {
        tw_text text;
        tw_text_start(&text, context);
        tw_text_add(&text, "%.*s", length, source);
        tw_text_add_bytes(&text, "|", 1);
        assert_int_equal(text.length, length + 1);
        assert_memory_equal(text.data, source, (size_t)length);
        assert_string_equal(text.data + length, "|");
        tw_text_free(&text);
    }
    tw_context_free(context);
}

static void bytes_are_added_as_they_are(void **state) {
    (void)state;
    tw_context *context = new_context();
    tw_text text;
    tw_text_start(&text, context);
    tw_text_add_bytes(&text, "a\0b", 3);
    tw_text_add_bytes(&text, NULL, 0);
    assert_int_equal(text.length, 3);
    assert_memory_equal(text.data, "a\0b", 4);
    tw_text_free(&text);
    tw_context_free(context);
}

static void a_cleared_text_is_built_again_without_allocating(void **state) {
    (void)state;
    tw_context *context = new_context();
    tw_text text;
    tw_text_start(&text, context);
    tw_text_add(&text, "%0100d", 1);
    uint64_t before = tw_context_memory(context).allocation_count;
    tw_text_clear(&text);
    assert_string_equal(text.data, "");
    tw_text_add(&text, "%0100d", 2);
    assert_int_equal(tw_context_memory(context).allocation_count, before);
    tw_text_free(&text);
    tw_context_free(context);
}

static void a_failure_is_latched_and_the_text_stays_as_it_was(void **state) {
    (void)state;
    tw_context *context = new_context();
    tw_text text;
    tw_text_start(&text, context);
    tw_text_add(&text, "kept");
    tw_memory_fail_at(context, 1, false);
    tw_text_add(&text, "%0100d", 1);
    assert_int_equal(text.status, TW_NO_MEMORY);
    tw_text_add(&text, "more");
    assert_string_equal(text.data, "kept");
    assert_null(tw_text_take(&text));
    tw_text_clear(&text);
    assert_int_equal(text.status, TW_OK);
    tw_text_free(&text);
    tw_context_free(context);
}

static tw_status build_and_take(tw_context *context, void *user) {
    (void)user;
    tw_text text;
    tw_text_start(&text, context);
    for (int i = 0; i < 100; i++) tw_text_add(&text, "%d ", i);
    tw_status status = text.status;
    char *taken = tw_text_take(&text);
    assert_true((taken == NULL) == (status != TW_OK));
    if (taken != NULL) assert_int_equal(strlen(taken), 290);
    assert_int_equal(text.status, status);
    tw_release(taken); // and no tw_text_free
    return status;
}

static void every_failing_allocation_of_a_text_is_told(void **state) {
    (void)state;
    assert_int_equal(tw_test_failing_allocations(build_and_take, NULL), 4); // 64, 128, 256, 512
}

static void an_empty_text_is_taken_as_an_empty_string(void **state) {
    (void)state;
    tw_context *context = new_context();
    tw_text text;
    tw_text_start(&text, context);
    char *taken = tw_text_take(&text);
    assert_string_equal(taken, "");
    tw_release(taken);
    tw_context_free(context);
}

static const char *nearest(const char *name) {
    static const char *const names[] = {"lr",       "beta1",   "beta2", "eps",
                                        "momentum", "rmsprop", "adam"};
    return tw_nearest_name(name, names, sizeof names / sizeof *names);
}

static void a_misspelt_name_finds_its_nearest(void **state) {
    (void)state;
    assert_string_equal(nearest("momentun"), "momentum");  // changed
    assert_string_equal(nearest("momentm"), "momentum");   // left out
    assert_string_equal(nearest("mommentum"), "momentum"); // put in
    assert_string_equal(nearest("moemntum"), "momentum");  // swapped
    assert_string_equal(nearest("omemntum"), "momentum");  // two edits
    assert_string_equal(nearest("beta3"), "beta1");        // of equals the first
    assert_string_equal(nearest("btea2"), "beta2");
    assert_string_equal(nearest("RMSProp"), "rmsprop");
    assert_string_equal(nearest("mom"), "momentum"); // begun
    assert_string_equal(nearest("beta"), "beta1");
    assert_string_equal(nearest("adam_weight_decay"), "adam"); // gone on with
    assert_null(nearest("be"));
    assert_null(nearest("lrate"));
}

static void a_name_far_from_all_finds_none(void **state) {
    (void)state;
    assert_null(nearest("moxxxtum"));
    assert_null(nearest("x"));
    assert_null(nearest("ls")); // half of it is wrong
    assert_null(nearest("exp4"));
    assert_null(nearest(""));
    assert_null(tw_nearest_name("lr", NULL, 0));
}

static void a_name_of_any_length_is_asked_for_safely(void **state) {
    (void)state;
    char longest[65536];
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_null(nearest(longest));
    const char *const names[] = {longest};
    assert_null(tw_nearest_name("aaaa", names, 1));
    longest[64] = '\0';
    assert_ptr_equal(tw_nearest_name(longest, names, 1), longest);
}

static void one_thing_alone_has_no_plural(void **state) {
    (void)state;
    assert_string_equal(tw_plural(1), "");
    assert_string_equal(tw_plural(0), "s");
    assert_string_equal(tw_plural(2), "s");
    assert_string_equal(tw_plural(INT64_MAX), "s");
}

static void globs_match_what_they_say(void **state) {
    (void)state;

    const struct {
        const char *pattern, *text;
        bool matches;
    } cases[] = {
        {"", "", true},
        {"", "a", false},
        {"*", "", true},
        {"*", "abc", true},
        {"?", "", false},
        {"?", "a", true},
        {"a?c", "abc", true},
        {"a?c", "ac", false},
        {"*bias*", "layer1.bias", true},
        {"*bias", "bias", true},
        {"*bias", "biases", false},
        {"a*b*c", "a1b2b3c", true},
        {"a*b*c", "a1c2", false},
        {"**", "x", true},
        {"*a", "aaab", false},
        {"layer?", "layer10", false},
        {"?", "\xc3\xa9", true},
        {"a", "A", false},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (tw_glob_matches(cases[i].pattern, cases[i].text) != cases[i].matches) {
            fail_msg("%s and %s", cases[i].pattern, cases[i].text);
        }
    }
}

static void a_glob_of_many_stars_ends_soon(void **state) {
    (void)state;
    char pattern[201], text[5001];
    for (size_t i = 0; i < 200; i += 2) memcpy(pattern + i, "*a", 2);
    pattern[199] = 'b', pattern[200] = '\0';
    memset(text, 'a', 5000);
    text[5000] = '\0';
    assert_false(tw_glob_matches(pattern, text));
}

static void utf8_takes_what_the_standard_takes(void **state) {
    (void)state;

    const struct {
        const char *text;
        size_t length;
    } cases[] = {
        {"a", 1},
        {"\x7f", 1},
        {"\x80", 0},
        {"\xc1\xbf", 0},
        {"\xc2\x80", 2},
        {"\xdf\xbf", 2},
        {"\xe0\x9f\xbf", 0},
        {"\xe0\xa0\x80", 3},
        {"\xc2", 0},
        {"\xed\x9f\xbf", 3},
        {"\xed\xa0\x80", 0},
        {"\xef\xbf\xbf", 3},
        {"\xe2\x82", 0},
        {"\xe2\x28\xa1", 0},
        {"\xe2\x82\x28", 0},
        {"\xf0\x8f\xbf\xbf", 0},
        {"\xf0\x90\x80\x80", 4},
        {"\xf4\x8f\xbf\xbf", 4},
        {"\xf4\x90\x80\x80", 0},
        {"\xf5\x80\x80\x80", 0},
        {"", 0},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t length = tw_utf8_length(cases[i].text, strlen(cases[i].text));
        if (length != cases[i].length) fail_msg("case %zu gives %zu", i, length);
    }
}

static void utf8_is_cut_between_characters(void **state) {
    (void)state;
    const char *text = "a\xc3\xa9\xe2\x82\xac"; // 1, 2 and 3 bytes
    static const size_t kept[] = {0, 1, 1, 3, 3, 3, 6, 6};
    for (size_t most = 0; most < sizeof kept / sizeof *kept; most++)
        assert_int_equal(tw_utf8_cut(text, 6, most), kept[most]);
    assert_int_equal(tw_utf8_cut(text, 3, 2), 1);
    assert_int_equal(tw_utf8_cut("", 0, 0), 0);
    assert_true(tw_utf8_is_whole(text, 6) && tw_utf8_is_whole(text, 0));
    assert_false(tw_utf8_is_whole(text, 5));
}

TW_TESTS(a_text_grows_and_always_ends_with_nul,
         formatted_text_of_every_length_around_the_room_arrives_whole, bytes_are_added_as_they_are,
         a_cleared_text_is_built_again_without_allocating,
         a_failure_is_latched_and_the_text_stays_as_it_was,
         every_failing_allocation_of_a_text_is_told, an_empty_text_is_taken_as_an_empty_string,
         a_misspelt_name_finds_its_nearest, a_name_far_from_all_finds_none,
         a_name_of_any_length_is_asked_for_safely, one_thing_alone_has_no_plural,
         globs_match_what_they_say, a_glob_of_many_stars_ends_soon,
         utf8_takes_what_the_standard_takes, utf8_is_cut_between_characters)
