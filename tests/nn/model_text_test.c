// Models as text: short forms, lists and files, one way to write them; what is wrong, with its place; and
// bounds on what is read.
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/fault.h"
#include "support/folder.h"
#include "thalweg/model.h"

static tw_context *context;

static void start(void) {
    assert_int_equal(tw_context_new(&context), TW_OK);
}

static void stop(void) {
    assert_int_equal(tw_context_memory(context).live_bytes, 0);
    tw_context_free(context);
}

static void assert_reads(const char *text, const char *want) {
    tw_model *model = NULL;
    assert_ok(context, tw_model_parse(context, text, &model));
    assert_string_equal(tw_model_text(model), want);
    tw_model_free(model);
}

static void assert_refused(const char *text, tw_status status, const char *words) {
    tw_model *model = NULL;
    assert_int_equal(tw_model_parse(context, text, &model), status);
    assert_null(model);
    assert_string_equal(tw_context_message(context), words);
}

typedef struct pair {
    const char *text, *want;
} pair;

static void texts_have_one_way_to_be_written(void **state) {
    (void)state;
    static const pair table[] = {
        {"logistic", "dense outputs"},
        {"mlp:400", "dense 400 relu; dense outputs"},
        {"mlp:400,4e2", "dense 400 relu; dense 400 relu; dense outputs"},
        {"dense 400   relu ;dense 10", "dense 400 relu; dense 10"},
        {"dense 400 relu\n\n  # the last one\ndense outputs\n", "dense 400 relu; dense outputs"},
        {";; dense 10 ;;\n;", "dense 10"},
        {"maxout 240 5; dropout 0.50; flatten; sigmoid",
         "maxout 240 5; dropout 0.5; flatten; sigmoid"},
        {"maxout outputs 2; dropout 0", "maxout outputs 2; dropout 0"},
        {"dense 1e7 leaky_relu", "dense 10000000 leaky_relu"},
        {"\xef\xbb\xbf"
         "dense 10 # \xe2\x82\xac",
         "dense 10"},
    };
    start();
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        assert_reads(table[i].text, table[i].want);
        assert_reads(table[i].want, table[i].want); // what is written is read the same
    }
    tw_model_free(NULL);
    stop();
}

static void wrong_texts_are_refused_with_their_place(void **state) {
    (void)state;
    static const pair table[] = {
        {"", "model:1:1: a model needs a layer\n"
             "    such as 'dense 400 relu; dense outputs'"},
        {"   # nothing\n", "model:1:1: a model needs a layer\n"
                           "       # nothing\n"
                           "    ^ such as 'dense 400 relu; dense outputs'"},
        {";;", "model:1:1: a model needs a layer\n"
               "    ;;\n"
               "    ^ such as 'dense 400 relu; dense outputs'"},
        {"dense", "model:1:6: expected a width, such as dense 400 here\n"
                  "    dense\n"
                  "         ^"},
        {"dense 400 rely", "model:1:11: unknown activation 'rely'\n"
                           "    dense 400 rely\n"
                           "              ^ did you mean relu?"},
        {"dens 400", "model:1:1: unknown layer 'dens'\n"
                     "    dens 400\n"
                     "    ^ did you mean dense?"},
        {"reul", "model:1:1: unknown layer 'reul'\n"
                 "    reul\n"
                 "    ^ did you mean relu?"},
        {"qqqqqqqq 3", "model:1:1: unknown layer 'qqqqqqqq'\n"
                       "    qqqqqqqq 3\n"
                       "    ^ a layer is dense, maxout, dropout, flatten or an activation"},
        {"dense 0", "model:1:7: expected a width, such as dense 400 here\n"
                    "    dense 0\n"
                    "          ^"},
        {"dense -4", "model:1:7: expected a width, such as dense 400 here\n"
                     "    dense -4\n"
                     "          ^"},
        {"dense 2.5", "model:1:7: expected a width, such as dense 400 here\n"
                      "    dense 2.5\n"
                      "          ^"},
        {"dense 1e8", "model:1:7: expected a width of at most 10000000 here\n"
                      "    dense 1e8\n"
                      "          ^"},
        {"dense 1e999", "model:1:7: number '1e999' is too large for a double\n"
                        "    dense 1e999\n"
                        "          ^"},
        {"dense relu", "model:1:7: expected a width, such as dense 400 here\n"
                       "    dense relu\n"
                       "          ^"},
        {"dense 10 relu 7",
         "model:1:15: expected the end of the layer here\n"
         "    dense 10 relu 7\n"
         "                  ^ layers are separated by ';' or stand on lines of their own"},
        {"dense 10 relu relu",
         "model:1:15: expected the end of the layer here\n"
         "    dense 10 relu relu\n"
         "                  ^ layers are separated by ';' or stand on lines of their own"},
        {"dense 10 relu dense 4",
         "model:1:15: expected the end of the layer here\n"
         "    dense 10 relu dense 4\n"
         "                  ^ layers are separated by ';' or stand on lines of their own"},
        {"dense 10; dropout",
         "model:1:18: expected the share to drop, 0 up to below 1, such as dropout 0.5 here\n"
         "    dense 10; dropout\n"
         "                     ^"},
        {"dense 10; dropout 1",
         "model:1:19: expected the share to drop, 0 up to below 1, such as dropout 0.5 here\n"
         "    dense 10; dropout 1\n"
         "                      ^"},
        {"dense 10; dropout -0.1",
         "model:1:19: expected the share to drop, 0 up to below 1, such as dropout 0.5 here\n"
         "    dense 10; dropout -0.1\n"
         "                      ^"},
        {"dense 10; dropout 50%",
         "model:1:19: expected the share to drop, 0 up to below 1, such as dropout 0.5 here\n"
         "    dense 10; dropout 50%\n"
         "                      ^"},
        {"maxout 240", "model:1:11: expected how many pieces, 2 to 64 here\n"
                       "    maxout 240\n"
                       "              ^"},
        {"maxout 240 1", "model:1:12: expected how many pieces, 2 to 64 here\n"
                         "    maxout 240 1\n"
                         "               ^"},
        {"maxout 240 2.5", "model:1:12: expected how many pieces, 2 to 64 here\n"
                           "    maxout 240 2.5\n"
                           "               ^"},
        {"maxout 240 65", "model:1:12: expected how many pieces, 2 to 64 here\n"
                          "    maxout 240 65\n"
                          "               ^"},
        {"maxout outputs", "model:1:15: expected how many pieces, 2 to 64 here\n"
                           "    maxout outputs\n"
                           "                  ^"},
        {"flatten 3", "model:1:9: expected the end of the layer here\n"
                      "    flatten 3\n"
                      "            ^ layers are separated by ';' or stand on lines of their own"},
        {"relu 3", "model:1:6: expected the end of the layer here\n"
                   "    relu 3\n"
                   "         ^ layers are separated by ';' or stand on lines of their own"},
        {"dense 10\n"
         "  dence 4\n",
         "model:2:3: unknown layer 'dence'\n"
         "      dence 4\n"
         "      ^ did you mean dense?"},
        {"dense 10,4", "model:1:9: expected the end of the layer here\n"
                       "    dense 10,4\n"
                       "            ^ layers are separated by ';' or stand on lines of their own"},
        {"mlp", "model:1:1: unknown layer 'mlp'\n"
                "    mlp\n"
                "    ^ did you mean mlp:400,400?"},
        {"mpl:400", "model:1:1: unknown layer 'mpl'\n"
                    "    mpl:400\n"
                    "    ^ did you mean mlp:400,400?"},
        {"lgistic", "model:1:1: unknown layer 'lgistic'\n"
                    "    lgistic\n"
                    "    ^ did you mean logistic?"},
        {"relu; lgistic",
         "model:1:7: unknown layer 'lgistic'\n" // no layer is called so
         "    relu; lgistic\n"
         "          ^ a layer is dense, maxout, dropout, flatten or an activation"},
        {"mlp:", "model:1:5: expected the width of a hidden layer here\n"
                 "    mlp:\n"
                 "        ^ such as mlp:400,400"},
        {"mlp:400,", "model:1:9: expected the width of a hidden layer here\n"
                     "    mlp:400,\n"
                     "            ^ such as mlp:400,400"},
        {"mlp:400,,300", "model:1:9: expected the width of a hidden layer here\n"
                         "    mlp:400,,300\n"
                         "            ^ such as mlp:400,400"},
        {"mlp:400;300", "model:1:8: expected a comma or the end here\n"
                        "    mlp:400;300\n"
                        "           ^ such as mlp:400,400"},
        {"mlp:0", "model:1:5: expected the width of a hidden layer here\n"
                  "    mlp:0\n"
                  "        ^ such as mlp:400,400"},
        {"mlp:12.5", "model:1:5: expected the width of a hidden layer here\n"
                     "    mlp:12.5\n"
                     "        ^ such as mlp:400,400"},
        {"mlp:relu", "model:1:5: expected the width of a hidden layer here\n"
                     "    mlp:relu\n"
                     "        ^ such as mlp:400,400"},
        {"mlp:400,1e9", "model:1:9: expected a width of at most 10000000 here\n"
                        "    mlp:400,1e9\n"
                        "            ^ such as mlp:400,400"},
        {"mlp: 400", "model:1:5: expected the width of a hidden layer here\n"
                     "    mlp: 400\n"
                     "        ^ such as mlp:400,400"},
        {"logistic 3", "model:1:1: unknown layer 'logistic'\n"
                       "    logistic 3\n"
                       "    ^ a layer is dense, maxout, dropout, flatten or an activation"},
        {"dense 10 \303\251", "model:1:10: character '\303\251' does not belong here\n"
                              "    dense 10 \303\251\n"
                              "             ^"},
        {"dense 10 \377", "model:1:10: byte \\xff is not UTF-8; write plain text\n"
                          "    dense 10 ?\n"
                          "             ^"},
        {"400 dense", "model:1:1: expected a layer, such as dense 400 relu, here\n"
                      "    400 dense\n"
                      "    ^"},
        {"2x dense", "model:1:1: '2x' is not a number\n"
                     "    2x dense\n"
                     "    ^ a product is written with *, as in 2*x"},
        {"and 3", "model:1:1: expected a layer, such as dense 400 relu, here\n"
                  "    and 3\n"
                  "    ^ this word belongs to the language"},
    };
    start();
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        assert_refused(table[i].text, TW_BAD_TEXT, table[i].want);
    stop();
}

// `piece` repeated.
static char *repeated(const char *head, const char *piece, size_t times) {
    size_t start = strlen(head), length = strlen(piece);
    char *text = malloc(start + length * times + 1);
    assert_non_null(text);
    memcpy(text, head, start + 1);
    for (size_t i = 0; i < times; i++) memcpy(text + start + i * length, piece, length);
    text[start + length * times] = '\0';
    return text;
}

static void assert_begins(const char *text, const char *words) {
    tw_model *model = NULL;
    assert_int_equal(tw_model_parse(context, text, &model), TW_BAD_TEXT);
    const char *message = tw_context_message(context);
    if (strncmp(message, words, strlen(words)) != 0)
        fail_msg("\"%s\" does not begin with \"%s\"", message, words);
}

static void models_have_at_most_256_layers(void **state) {
    (void)state;
    start();
    char *most = repeated("", "relu;", 256), *more = repeated("", "relu;", 257);
    char *mlp = repeated("mlp:9", ",9", 254), *more_mlp = repeated("mlp:9", ",9", 255);
    tw_model *model = NULL;
    assert_ok(context, tw_model_parse(context, most, &model));
    assert_int_equal(tw_model_layers(model), 256);
    tw_model_free(model);
    assert_ok(context, tw_model_parse(context, mlp, &model));
    assert_int_equal(tw_model_layers(model), 256);
    tw_model_free(model);
    assert_begins(more, "model:1:1281: more than 256 layers\n");
    assert_begins(more_mlp, "model:1:515: more than 256 layers\n");
    free(most);
    free(more);
    free(mlp);
    free(more_mlp);
    stop();
}

// Refused at once: none takes time or memory that grows with it.
static void a_million_layers_are_refused(void **state) {
    (void)state;
    start();
    char *list = repeated("", "relu;", 1000000), *mlp = repeated("mlp:9", ",9", 1000000);
    assert_begins(list, "model:1:1: a text of 5000000 bytes is too long; at most 65536");
    assert_begins(mlp, "model:1:515: more than 256 layers\n");
    assert_true(tw_context_memory(context).peak_bytes < 1 << 20);
    free(list);
    free(mlp);
    stop();
}

static void long_names_and_numbers_are_refused(void **state) {
    (void)state;
    start();
    char *name = repeated("", "n", 65535), *number = repeated("dense ", "1", 65000);
    assert_begins(name, "model:1:1: a name of 65535 characters is too long; at most 64\n");
    assert_begins(number, "model:1:7: a number of 65000 characters is too long; at most 64\n");
    free(name);
    free(number);
    stop();
}

// ---- files

static char folder[TW_TEST_PATH_BYTES], path[TW_TEST_PATH_BYTES];

static void start_folder(void) {
    start();
    tw_test_folder_make(folder);
    tw_test_path(folder, "deep.model", path);
}

static void stop_folder(void) {
    tw_test_folder_remove(folder);
    stop();
}

static void write_file(const char *bytes, size_t count) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, count, file), count);
    fclose(file);
}

static void assert_file_refused(tw_status status, const char *words) {
    tw_model *model = NULL;
    assert_int_equal(tw_model_parse(context, path, &model), status);
    assert_null(model);
    assert_int_equal(strncmp(tw_context_message(context), path, strlen(path)), 0);
    assert_string_equal(tw_context_message(context) + strlen(path), words);
}

static void files_hold_one_layer_a_line(void **state) {
    (void)state;
    start_folder();
    static const char good[] = "# mine\r\n\ndense 400 relu\r\ndropout 0.5  # here\n  dense outputs";
    write_file(good, sizeof good - 1);
    assert_reads(path, "dense 400 relu; dropout 0.5; dense outputs");
    write_file("dense 4\ndense x\n", 16);
    assert_file_refused(TW_BAD_TEXT, ":2:7: expected a width, such as dense 400 here\n"
                                     "    dense x\n"
                                     "          ^");
    write_file("dense 4\0; dense 3", 17);
    assert_file_refused(TW_BAD_TEXT, ":1:8: a NUL byte; write plain text\n"
                                     "    dense 4?; dense 3\n"
                                     "           ^");
    write_file("", 0);
    assert_file_refused(TW_BAD_TEXT, ":1:1: a model needs a layer\n"
                                     "    such as 'dense 400 relu; dense outputs'");
    stop_folder();
}

static void files_that_cannot_be_read_are_told(void **state) {
    (void)state;
    start_folder();
    tw_model *model = NULL;
    assert_int_equal(tw_model_parse(context, path, &model), TW_NOT_FOUND);
    assert_int_equal(strncmp(tw_context_message(context), path, strlen(path)), 0);
    char *large = repeated("", "relu;\n", 20000);
    write_file(large, strlen(large));
    assert_int_equal(tw_model_parse(context, path, &model), TW_BAD_FILE);
    assert_null(model);
    free(large);
    stop_folder();
}

static tw_status parse(tw_context *in, void *user) {
    tw_model *model = NULL;
    tw_status status = tw_model_parse(in, user, &model);
    assert_true((status == TW_OK) == (model != NULL));
    tw_model_free(model);
    return status;
}

static void any_allocation_that_fails_is_told_and_leaves_nothing(void **state) {
    (void)state;
    char mlp[] = "mlp:400,300", list[] = "dense 400 relu; dropout 0.5; maxout outputs 2";
    assert_true(tw_test_failing_allocations(parse, mlp) >= 4);
    assert_true(tw_test_failing_allocations(parse, list) >= 4);
}

TW_TESTS(texts_have_one_way_to_be_written, wrong_texts_are_refused_with_their_place,
         models_have_at_most_256_layers, a_million_layers_are_refused,
         long_names_and_numbers_are_refused, files_hold_one_layer_a_line,
         files_that_cannot_be_read_are_told, any_allocation_that_fails_is_told_and_leaves_nothing)
