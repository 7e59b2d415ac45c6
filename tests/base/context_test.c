#include "test.h"

#include <signal.h>
#include <string.h>

#include "base/fail.h"

static tw_context *context;

static void renew(void) {
    tw_context_free(context);
    assert_int_equal(tw_context_new(&context), TW_OK);
}

static void each_status_has_its_words(void **state) {
    (void)state;
    assert_string_equal(tw_status_name(TW_OK), "ok");
    assert_string_equal(tw_status_name(TW_IO), "input or output failed");
    assert_string_equal(tw_status_name((tw_status)1000), "unknown status");
    for (int i = 0; i <= TW_IO; i++) {
        assert_string_not_equal(tw_status_name((tw_status)i), "unknown status");
    }
    assert_int_equal(strspn(tw_version(), "0123456789."), strlen(tw_version()));
}

static void a_new_context_has_no_message_and_all_cores(void **state) {
    (void)state;
    renew();
    assert_string_equal(tw_context_message(context), "");
    assert_in_range(tw_context_threads(context), 1, 1024);
    int all = tw_context_threads(context);
    assert_ok(context, tw_context_set_threads(context, 3));
    assert_int_equal(tw_context_threads(context), 3);
    assert_ok(context, tw_context_set_threads(context, 0));
    assert_int_equal(tw_context_threads(context), all);
    tw_context_free(NULL);
}

static void impossible_thread_counts_are_refused_and_change_nothing(void **state) {
    (void)state;
    renew();
    assert_ok(context, tw_context_set_threads(context, 2));
    assert_int_equal(tw_context_set_threads(context, -1), TW_BAD_ARGUMENT);
    assert_int_equal(tw_context_set_threads(context, 1025), TW_BAD_ARGUMENT);
    assert_string_equal(tw_context_message(context),
                        "threads: 1025 is not possible; give 1 to 1024, or 0 for all cores");
    assert_int_equal(tw_context_threads(context), 2);
}

static void cancel_in_handler(int number) {
    (void)number;
    tw_context_cancel(context);
}

static void a_signal_handler_cancels_until_resumed(void **state) {
    (void)state;
    renew();
    assert_false(tw_context_cancelled(context));
    void (*former)(int) = signal(SIGUSR1, cancel_in_handler);
    raise(SIGUSR1);
    signal(SIGUSR1, former);
    assert_true(tw_context_cancelled(context));
    tw_context_resume(context);
    assert_false(tw_context_cancelled(context));
}

static void a_failure_returns_its_status_and_replaces_the_message(void **state) {
    (void)state;
    renew();
    assert_int_equal(tw_fail(context, TW_BAD_SHAPE, "first: %d", 1), TW_BAD_SHAPE);
    assert_string_equal(tw_context_message(context), "first: 1");
    tw_fail(context, TW_BAD_TEXT, "second");
    assert_string_equal(tw_context_message(context), "second");
}

static void a_message_may_quote_the_former_one(void **state) {
    (void)state;
    renew();
    tw_fail(context, TW_BAD_TEXT, "inner");
    tw_fail(context, TW_BAD_TEXT, "outer: %s", tw_context_message(context));
    assert_string_equal(tw_context_message(context), "outer: inner");
}

static void control_characters_and_broken_bytes_are_shown_harmless(void **state) {
    (void)state;
    renew();
    tw_fail(context, TW_BAD_FILE, "%s", "a\x1b[31mb\tc\nd\x7f");
    assert_string_equal(tw_context_message(context), "a\\x1b[31mb\\x09c\nd\\x7f");
    tw_fail(context, TW_BAD_FILE, "%s", "\xc2\x9b"); // the C1 control that starts a sequence
    assert_string_equal(tw_context_message(context), "\\xc2\\x9b");
    tw_fail(context, TW_BAD_FILE, "%s", "\xc3\xa9 \xff \xe2\x82");
    assert_string_equal(tw_context_message(context), "\xc3\xa9 \\xff \\xe2\\x82");
}

static void long_messages_are_cut_at_a_whole_character(void **state) {
    (void)state;
    renew();
    char text[3 * TW_MESSAGE_BYTES];
    for (size_t shift = 0; shift < 3; shift++) {
        for (size_t i = 0; i + 3 < sizeof text - shift; i += 3) {
            memcpy(text + shift + i, "\xe2\x82\xac", 3); // the euro sign
            text[shift + i + 3] = '\0';
        }
        memset(text, 'a', shift);
        tw_fail(context, TW_BAD_TEXT, "%s", text);
        size_t length = strlen(tw_context_message(context));
        assert_in_range(length, TW_MESSAGE_BYTES - 4, TW_MESSAGE_BYTES - 1);
        assert_int_equal((length - shift) % 3, 0);
        assert_memory_equal(tw_context_message(context), text, length);
    }
    memset(text, '\x01', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    tw_fail(context, TW_BAD_TEXT, "%s", text);
    assert_int_equal(strlen(tw_context_message(context)) % 4, 0); // \x01 is never cut
    renew();
}

TW_TESTS(each_status_has_its_words, a_new_context_has_no_message_and_all_cores,
         impossible_thread_counts_are_refused_and_change_nothing,
         a_signal_handler_cancels_until_resumed,
         a_failure_returns_its_status_and_replaces_the_message, a_message_may_quote_the_former_one,
         control_characters_and_broken_bytes_are_shown_harmless,
         long_messages_are_cut_at_a_whole_character)
