// Any bytes as a number, a name, a pattern and a text of JSON: no crash; what is written reads as the same.
#include <jansson.h>
#include <string.h>

#include "base/text.h"
#include "base/utf8.h"
#include "fuzz/fuzz.h"
#include "thalweg/json.h"

static void check_numbers(const char *text, size_t count) {
    char digits[TW_NUMBER_BYTES];
    double value = 0.0, again = 0.0;
    int64_t whole = 0;
    tw_fuzz_require(tw_parse_number(text, count, &value) <= count);
    if (tw_parse_double(text, &value)) {
        tw_fuzz_require(tw_parse_double(tw_format_number(value, digits), &again));
        tw_fuzz_require(memcmp(&value, &again, sizeof value) == 0);
    }
    if (tw_parse_integer(text, &whole)) {
        tw_fuzz_require(tw_parse_double(text, &value) && value == (double)whole);
    }
}

static void check_utf8(const char *text, size_t count) {
    for (size_t at = 0; at < count;) {
        size_t length = tw_utf8_length(text + at, count - at);
        tw_fuzz_require(length <= 4 && length <= count - at);
        at += length > 0 ? length : 1;
    }
}

static void check_json(tw_context *context, const char *text) {
    tw_json *line = NULL;
    tw_fuzz_require(tw_json_new(context, &line) == TW_OK);
    tw_json_begin(line, NULL);
    tw_json_string(line, "text", text);
    tw_json_end(line);
    tw_fuzz_require(tw_json_status(line) == TW_OK);
    json_t *read = json_loads(tw_json_text(line), 0, NULL);
    tw_fuzz_require(json_is_string(json_object_get(read, "text")));
    json_decref(read);
    tw_json_free(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    static const char *const names[] = {"momentum", "adam", "adamw", "", "rmsprop"};
    size_t rest_count = 0;
    const uint8_t *rest = tw_fuzz_cut(bytes, &count, &rest_count);
    char *text = tw_fuzz_text(bytes, count);
    char *other = rest == NULL ? NULL : tw_fuzz_text(rest, rest_count);
    tw_context *context = tw_fuzz_begin();
    check_numbers(text, count);
    check_utf8(text, count);
    check_json(context, text);
    tw_nearest_name(text, names, 5);
    tw_fuzz_require(tw_glob_matches("*", text));
    if (other != NULL) tw_glob_matches(text, other);
    free(other);
    free(text);
    return tw_fuzz_end(context);
}
