// Encodings as text: there and back, and what somebody else's text must not do.
#include "support/sets.h"

#include <string.h>

#include "base/memory.h"
#include "data/encoding.h"

static tw_test_sets at;

static void an_encoding_survives_its_text(void **state) {
    (void)state;
    tw_test_sets_start(&at);
    tw_test_put(&at, "a.csv", "x,c,y\n0.1,\"p\"\"\t\xc3\xa9\",a\n0.7,q,b\n0.2,q,b\n");
    tw_data *train = tw_test_open(&at, "csv:%s/a.csv?target=y", NULL);
    tw_encoding *read = NULL;
    char *again = NULL;
    assert_ok(at.context, tw_encoding_parse(at.context, tw_data_encoding(train), &read));
    assert_ok(at.context, tw_encoding_format(read, &again));
    assert_string_equal(again, tw_data_encoding(train));
    assert_string_equal(read->columns[1].categories.items[0], "p\"\t\xc3\xa9");
    assert_null(strchr(again, '\n'));
    tw_release(again);
    tw_encoding_free(read);
    tw_data_free(train);
    tw_test_sets_end(&at);
}

#define TARGET                                                                                     \
    "\"target\":\"class\",\"classes\":[\"a\",\"b\"],\"target_width\":0,\"target_mean\":0,"
#define REST "\"target_deviation\":1,\"index_base\":0}"
#define NUMBER "{\"name\":\"x\",\"kind\":\"number\",\"fill\":0,\"categories\":[]}"

static const char *const wrong[][2] = {
    {"", "not one object of JSON"},
    {"[]", "not one object of JSON"},
    {"{\"shape\":[1],\"shape\":[2]}", "not one object of JSON"},
    {"{}", "no shape"},
    {"{\"shape\":[]," TARGET REST, "no shape"},
    {"{\"shape\":[1,1,1,1,1,1,1,1,1]," TARGET REST, "no shape"},
    {"{\"shape\":[0]," TARGET REST, "a size below 1"},
    {"{\"shape\":[-4]," TARGET REST, "a size below 1"},
    {"{\"shape\":[4194305]," TARGET REST, "a shape of too many features"},
    {"{\"shape\":[4611686018427387904,4]," TARGET REST, "a shape of too many features"},
    {"{\"shape\":[1]}", "no target kind"},
    {"{\"shape\":[1],\"target\":\"class\",\"classes\":[],\"target_width\":0,\"target_mean\":"
     "0," REST,
     "classes and target kind do not fit"},
    {"{\"shape\":[1],\"target\":\"value\",\"classes\":[\"a\"],\"target_width\":1,"
     "\"target_mean\":0," REST,
     "classes and target kind do not fit"},
    {"{\"shape\":[1],\"target\":\"value\",\"target_width\":0,\"target_mean\":0," REST,
     "target width and target kind do not fit"},
    {"{\"shape\":[1],\"target\":\"value\",\"target_width\":4194305,\"target_mean\":0," REST,
     "target width and target kind do not fit"},
    {"{\"shape\":[1],\"target\":\"class\",\"classes\":[1]," REST, "a name that is not text"},
    {"{\"shape\":[1]," TARGET "\"target_deviation\":1,\"index_base\":2}",
     "an index base other than 0 and 1"},
    {"{\"shape\":[1]," TARGET "\"target_deviation\":0,\"index_base\":0}",
     "the target's deviation is not above 0"},
    {"{\"shape\":[2],\"mean\":[1]," TARGET REST, "not a mean and a deviation for every feature"},
    {"{\"shape\":[2],\"mean\":[1,2],\"deviation\":[1]," TARGET REST,
     "not a mean and a deviation for every feature"},
    {"{\"shape\":[2],\"columns\":[" NUMBER "]," TARGET REST, "columns and shape do not fit"},
    {"{\"shape\":[1],\"columns\":[{\"kind\":\"number\"}]," TARGET REST,
     "a column without name or kind"},
    {"{\"shape\":[1],\"columns\":[{\"name\":\"x\",\"kind\":\"other\"}]," TARGET REST,
     "a column without name or kind"},
    {"{\"shape\":[2],\"columns\":[{\"name\":\"x\",\"kind\":\"number\",\"categories\":[\"a\"]}]"
     "," TARGET REST,
     "categories of a column that is not of texts"},
};

static void a_text_that_is_no_encoding_is_refused(void **state) {
    (void)state;
    tw_test_sets_start(&at);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char expected[256] = "encoding: ";
        tw_encoding *encoding = NULL;
        strcat(expected, wrong[i][1]);
        strcat(expected, "; an encoding is the text that a training set gave");
        if (tw_encoding_parse(at.context, wrong[i][0], &encoding) != TW_BAD_TEXT) {
            fail_msg("%s is read", wrong[i][0]);
        }
        assert_null(encoding);
        assert_string_equal(tw_context_message(at.context), expected);
    }
    tw_test_sets_end(&at);
}

TW_TESTS(an_encoding_survives_its_text, a_text_that_is_no_encoding_is_refused)
