#include "test.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "base/fail.h"
#include "support/fault.h"
#include "thalweg/json.h"

static tw_context *context;
static tw_json *line;

static int start(void **state) {
    (void)state;
    if (tw_context_new(&context) != TW_OK) return -1;
    return tw_json_new(context, &line) == TW_OK ? 0 : -1;
}

static int stop(void) {
    tw_json_free(line);
    int left = tw_context_memory(context).live_bytes != 0;
    tw_context_free(context);
    return left;
}

static void build_line(tw_json *json) {
    tw_json_begin(json, NULL);
    tw_json_string(json, "type", "epoch");
    tw_json_number(json, "loss", 0.25);
    tw_json_integer(json, "step", INT64_MIN);
    tw_json_boolean(json, "best", true);
    tw_json_boolean(json, "last", false);
    tw_json_null(json, "test");
    tw_json_string(json, "note", NULL);
    tw_json_begin_array(json, "pairs");
    tw_json_number(json, NULL, 1.5);
    tw_json_begin(json, NULL);
    tw_json_end(json);
    tw_json_begin_array(json, NULL);
    tw_json_end_array(json);
    tw_json_end_array(json);
    tw_json_begin(json, "inner");
    tw_json_string(json, "a", "");
    tw_json_end(json);
    tw_json_end(json);
}

static void a_line_of_all_kinds_is_written_as_json_wants_it(void **state) {
    start(state);
    assert_string_equal(tw_json_text(line), "");
    build_line(line);
    assert_ok(context, tw_json_status(line));
    assert_string_equal(tw_json_text(line),
                        "{\"type\":\"epoch\",\"loss\":0.25,\"step\":-9223372036854775808,"
                        "\"best\":true,\"last\":false,\"test\":null,\"note\":null,"
                        "\"pairs\":[1.5,{},[]],\"inner\":{\"a\":\"\"}}\n");
    assert_int_equal(stop(), 0);
}

static void a_cleared_writer_starts_anew_without_allocating(void **state) {
    start(state);
    build_line(line);
    uint64_t before = tw_context_memory(context).allocation_count;
    for (int i = 0; i < 10; i++) {
        tw_json_clear(line);
        assert_string_equal(tw_json_text(line), "");
        build_line(line);
    }
    assert_int_equal(tw_context_memory(context).allocation_count, before);
    tw_json_clear(line);
    tw_json_begin(line, NULL); // left open: clear forgets it
    tw_json_clear(line);
    tw_json_begin(line, NULL);
    tw_json_end(line);
    assert_string_equal(tw_json_text(line), "{}\n");
    assert_int_equal(stop(), 0);
}

static void numbers_that_are_not_finite_become_null(void **state) {
    start(state);
    tw_json_begin(line, NULL);
    tw_json_number(line, "a", NAN);
    tw_json_number(line, "b", INFINITY);
    tw_json_number(line, "c", -INFINITY);
    tw_json_number(line, "d", 5e-324);
    tw_json_end(line);
    assert_string_equal(tw_json_text(line), "{\"a\":null,\"b\":null,\"c\":null,\"d\":5e-324}\n");
    assert_int_equal(stop(), 0);
}

static void strings_and_names_are_escaped(void **state) {
    start(state);
    tw_json_begin(line, NULL);
    tw_json_string(line, "a\"b", "\"\\\b\f\n\r\t\x01\x1f/\x7f\xc3\xa9");
    tw_json_end(line);
    assert_string_equal(tw_json_text(line), "{\"a\\\"b\":\"\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f/"
                                            "\x7f\xc3\xa9\"}\n");
    assert_int_equal(stop(), 0);
}

static void bytes_of_no_character_become_the_replacement_character(void **state) {
    start(state);
    tw_json_begin(line, NULL);
    tw_json_string(line, "a", "x\xffy\xe2\x82z\xed\xa0\x80");
    tw_json_end(line);
    assert_string_equal(tw_json_text(line),
                        "{\"a\":\"x\xEF\xBF\xBDy\xEF\xBF\xBD\xEF\xBF\xBDz\xEF\xBF\xBD\xEF\xBF\xBD"
                        "\xEF\xBF\xBD\"}\n");
    assert_int_equal(stop(), 0);
}

static void every_byte_reads_back_through_another_reader(void **state) {
    start(state);
    char text[128];
    for (int i = 0; i < 127; i++) text[i] = (char)(i + 1);
    text[127] = '\0';
    tw_json_begin(line, NULL);
    tw_json_string(line, "text", text);
    tw_json_number(line, "number", 0.1 + 0.2);
    tw_json_end(line);
    json_t *read = json_loads(tw_json_text(line), JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(read);
    assert_string_equal(json_string_value(json_object_get(read, "text")), text);
    assert_true(json_real_value(json_object_get(read, "number")) == 0.1 + 0.2);
    json_decref(read);
    assert_int_equal(stop(), 0);
}

static void assert_refused(const char *message) {
    assert_int_equal(tw_json_status(line), TW_BAD_ARGUMENT);
    assert_string_equal(tw_context_message(context), message);
    assert_string_equal(tw_json_text(line), "");
    tw_json_clear(line);
    assert_ok(context, tw_json_status(line));
}

static void nesting_that_does_not_match_is_refused(void **state) {
    start(state);
    tw_json_end(line);
    assert_refused("json: an end without its beginning");
    tw_json_begin(line, NULL);
    tw_json_end_array(line);
    assert_refused("json: an end without its beginning");
    tw_json_number(line, NULL, 1.0);
    assert_refused("json: a line is an object; begin one first");
    tw_json_begin_array(line, NULL);
    assert_refused("json: a line is an object; begin one first");
    tw_json_begin(line, "name");
    assert_refused("json: only a member has a name");
    tw_json_begin(line, NULL);
    tw_json_number(line, NULL, 1.0);
    assert_refused("json: a member needs a name");
    tw_json_begin(line, NULL);
    tw_json_begin_array(line, "a");
    tw_json_number(line, "name", 1.0);
    assert_refused("json: only a member has a name");
    assert_int_equal(stop(), 0);
}

static void sixteen_levels_are_taken_and_seventeen_refused(void **state) {
    start(state);
    tw_json_begin(line, NULL);
    for (int i = 1; i < 16; i++) tw_json_begin(line, "a");
    assert_ok(context, tw_json_status(line));
    tw_json_begin(line, "a");
    assert_refused("json: nested deeper than 16");
    assert_int_equal(stop(), 0);
}

static void the_first_failure_is_the_one_that_is_told(void **state) {
    start(state);
    tw_json_end(line);
    tw_fail(context, TW_OK, "overwritten");
    tw_json_number(line, "a", 1.0);
    tw_json_end_array(line);
    assert_string_equal(tw_context_message(context), "overwritten");
    assert_int_equal(tw_json_status(line), TW_BAD_ARGUMENT);
    assert_int_equal(stop(), 0);
}

static tw_status build_in_new(tw_context *of, void *user) {
    (void)user;
    tw_json *json = NULL;
    tw_status status = tw_json_new(of, &json);
    if (status != TW_OK) {
        assert_null(json);
        return status;
    }
    build_line(json);
    status = tw_json_status(json);
    assert_int_equal(tw_json_text(json)[0], status == TW_OK ? '{' : '\0');
    tw_json_free(json);
    return status;
}

static void every_failing_allocation_of_a_line_is_told(void **state) {
    (void)state;
    assert_int_equal(tw_test_failing_allocations(build_in_new, NULL), 4); // itself; 64, 128, 256
}

TW_TESTS(a_line_of_all_kinds_is_written_as_json_wants_it,
         a_cleared_writer_starts_anew_without_allocating, numbers_that_are_not_finite_become_null,
         strings_and_names_are_escaped, bytes_of_no_character_become_the_replacement_character,
         every_byte_reads_back_through_another_reader, nesting_that_does_not_match_is_refused,
         sixteen_levels_are_taken_and_seventeen_refused, the_first_failure_is_the_one_that_is_told,
         every_failing_allocation_of_a_line_is_told)
