// thalweg data, init, graph, completion, manual.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/folder.h"
#include "support/png.h"
#include "support/program.h"
#include "support/xml.h"

static char *read_text(const char *folder, const char *name, size_t *size) {
    char path[TW_TEST_PATH_BYTES];
    tw_test_path(folder, name, path);
    FILE *file = fopen(path, "rb");
    if (file == NULL) fail_msg("%s is missing", path);
    char *text = calloc(1, 1 << 22);
    *size = fread(text, 1, (1 << 22) - 1, file);
    fclose(file);
    return text;
}

static void data_are_described(void **state) {
    (void)state;
    json_t *classes = tw_test_result_of(NULL, "data strokes?examples=500&test=100 --json");
    tw_test_assert_number(classes, "examples", 500.0);
    tw_test_assert_number(classes, "test_examples", 100.0);
    tw_test_assert_number(classes, "features", 784.0);
    tw_test_assert_number(classes, "classes", 10.0);
    assert_int_equal(json_array_size(json_object_get(classes, "shape")), 2);
    json_int_t all = 0;
    for (size_t i = 0; i < 10; i++)
        all += json_integer_value(json_array_get(json_object_get(classes, "class_counts"), i));
    assert_int_equal(all, 500);
    json_decref(classes);
    json_t *numbers = tw_test_result_of(NULL, "data teacher --json");
    assert_true(json_is_null(json_object_get(numbers, "classes")));
    json_decref(numbers);
    tw_test_ran people = tw_test_program(&(tw_test_call){.line = "data moons"});
    assert_int_equal(people.status, 0);
    assert_memory_equal(people.out, "moons: 2000 examples and 500 to test, 2 features, 2 classes\n",
                        60);
    tw_test_ran_free(&people);
}

static void what_can_be_named_is_listed(void **state) {
    (void)state;
    json_t *formats = tw_test_result_of(NULL, "data --json");
    assert_true(tw_test_number(formats, "formats") >= 10.0);
    json_t *initialisers = tw_test_result_of(NULL, "init --json");
    assert_true(tw_test_number(initialisers, "initialisers") >= 11.0);
    json_decref(formats);
    json_decref(initialisers);
    tw_test_ran data = tw_test_program(&(tw_test_call){.line = "data"});
    assert_non_null(strstr(data.out, "\nmnist:DIR"));
    tw_test_ran init = tw_test_program(&(tw_test_call){.line = "init"});
    assert_non_null(strstr(init.out, "\nxavier_uniform "));
    tw_test_ran_free(&data);
    tw_test_ran_free(&init);
}

static void tables_are_described_and_their_errors_placed(void **state) {
    (void)state;
    char folder[TW_TEST_PATH_BYTES], path[TW_TEST_PATH_BYTES];
    tw_test_folder_make(folder);
    tw_test_path(folder, "t.csv", path);
    tw_test_write(path, "width,kind\n1.5,a\n2,b\n3,a\n");
    json_t *result = tw_test_result_of(folder, "data csv:t.csv?target=kind --json");
    tw_test_assert_number(result, "examples", 3.0);
    tw_test_assert_number(result, "classes", 2.0);
    json_decref(result);
    tw_test_path(folder, "ragged.csv", path);
    tw_test_write(path, "1,2\n3,4\n5\n");
    tw_test_ran ran = tw_test_program(
        &(tw_test_call){.line = "data csv:ragged.csv?target=1 --json", .folder = folder});
    assert_int_equal(ran.status, 2);
    assert_memory_equal(ran.err, "thalweg: ragged.csv:3:", 22);
    assert_string_equal(ran.out, "");
    tw_test_ran_free(&ran);
    tw_test_folder_remove(folder);
}

static void a_sheet_of_examples_is_drawn(void **state) {
    (void)state;
    char folder[TW_TEST_PATH_BYTES];
    size_t size = 0;
    tw_test_folder_make(folder);
    json_decref(tw_test_result_of(folder, "data strokes?examples=100&test=10 --plot s.svg --json"));
    char *text = read_text(folder, "s.svg", &size);
    tw_test_assert_xml(text);
    free(text);
    json_decref(tw_test_result_of(folder, "data strokes?examples=100&test=10 --plot s.png --json"));
    char *bytes = read_text(folder, "s.png", &size);
    tw_test_image image = tw_test_png((unsigned char *)bytes, size);
    assert_int_equal(image.width, 1440);
    free(image.pixels);
    free(bytes);
    tw_test_folder_remove(folder);
}

static void a_draw_is_a_function_of_the_seed(void **state) {
    (void)state;
    char folder[TW_TEST_PATH_BYTES];
    static const char *const lines[] = {
        "init xavier_uniform --shape 300,200 --out a.npy --json",
        "init xavier_uniform --shape 300,200 --out b.npy --json --threads 1",
        "init xavier_uniform --shape 300,200 --out c.npy --json --seed 2",
        "init xavier_uniform --shape 300,200 --out d.npy --json --precision f64"};
    tw_test_folder_make(folder);
    double limit = sqrt(6.0 / 500.0);
    for (int i = 0; i < 4; i++) {
        json_t *result = tw_test_result_of(folder, lines[i]);
        tw_test_assert_number(result, "elements", 60000.0);
        assert_true(fabs(tw_test_number(result, "mean")) < 0.002);
        assert_true(fabs(tw_test_number(result, "std") - limit / sqrt(3.0)) < 0.001);
        json_decref(result);
    }
    size_t size[4];
    char *file[4];
    static const char *const names[] = {"a.npy", "b.npy", "c.npy", "d.npy"};
    for (int i = 0; i < 4; i++) file[i] = read_text(folder, names[i], &size[i]);
    assert_int_equal(size[0], 128 + 60000 * 4);
    assert_int_equal(size[3], 128 + 60000 * 8);
    assert_memory_equal(file[0], "\x93NUMPY", 6);
    assert_memory_equal(file[0], file[1], size[0]);
    assert_memory_not_equal(file[0], file[2], size[0]);
    for (int i = 0; i < 4; i++) free(file[i]);
    tw_test_folder_remove(folder);
}

static void a_graph_counts_and_draws_its_nodes(void **state) {
    (void)state;
    char folder[TW_TEST_PATH_BYTES];
    size_t size = 0;
    tw_test_folder_make(folder);
    json_t *result = tw_test_result_of(folder, "graph --data moons --model mlp:4 -o g.dot --json");
    double nodes = tw_test_number(result, "nodes");
    tw_test_assert_number(result, "nodes",
                          tw_test_number(result, "model_nodes") +
                              tw_test_number(result, "gradient_nodes") +
                              tw_test_number(result, "optimizer_nodes"));
    assert_string_equal(json_string_value(json_object_get(result, "out")), "g.dot");
    char *text = read_text(folder, "g.dot", &size);
    assert_memory_equal(text, "digraph thalweg {\n", 18);
    assert_int_equal(tw_test_occurrences(text, ", label=\""), (int)nodes);
    const char *optimizer = strstr(text, "label=\"optimizer: adam\"");
    assert_non_null(optimizer);
    assert_non_null(strstr(optimizer, "label=\"dense1/weight:adam.s\\n")); // its states are its own
    json_decref(result);
    tw_test_ran ran =
        tw_test_program(&(tw_test_call){.line = "graph --data moons --model mlp:4 --quiet"});
    assert_string_equal(ran.out, text);
    assert_string_equal(ran.err, "");
    tw_test_ran_free(&ran);
    free(text);
    tw_test_folder_remove(folder);
}

static void completions_are_scripts_that_shells_read(void **state) {
    (void)state;
    static const char *const lines[] = {"completion bash", "completion zsh", "completion fish"};
    for (int i = 0; i < 3; i++) {
        tw_test_ran ran = tw_test_program(&(tw_test_call){.line = lines[i]});
        assert_int_equal(ran.status, 0);
        assert_string_equal(ran.err, "");
        assert_non_null(strstr(ran.out, "checkpoint-every"));
        bool escaped = strstr(ran.out, "why training is hard there\\:") != NULL;
        bool plain = strstr(ran.out, "why training is hard there:") != NULL;
        assert_int_equal(escaped, i == 1); // zsh splits at a colon
        assert_int_equal(plain, i == 2);   // bash has no summaries
        tw_test_ran_free(&ran);
    }
    char folder[TW_TEST_PATH_BYTES], command[2 * TW_TEST_PATH_BYTES], path[TW_TEST_PATH_BYTES];
    tw_test_folder_make(folder);
    tw_test_path(folder, "thalweg.bash", path);
    tw_test_ran ran = tw_test_program(&(tw_test_call){.line = "completion bash", .out = path});
    assert_int_equal(ran.status, 0);
    snprintf(command, sizeof command,
             "bash -c 'source %s && COMP_WORDS=(thalweg train --epo) COMP_CWORD=2 && _thalweg && "
             "[ \"${COMPREPLY[*]}\" = --epochs ]'",
             path);
    assert_int_equal(system(command), 0);
    tw_test_ran_free(&ran);
    tw_test_folder_remove(folder);
}

static void the_manual_has_every_command(void **state) {
    (void)state;
    tw_test_ran ran = tw_test_program(&(tw_test_call){.line = "manual"});
    assert_int_equal(ran.status, 0);
    assert_memory_equal(ran.out, ".TH THALWEG 1 ", 14);
    static const char *const parts[] = {".SS thalweg train ", ".SS thalweg manual",
                                        ".SH EXIT STATUS\n", "\\-\\-checkpoint\\-every",
                                        "\\-\\-seed \\fIN\\fR\n"};
    for (int i = 0; i < 5; i++) assert_non_null(strstr(ran.out, parts[i]));
    tw_test_ran_free(&ran);
}

TW_TESTS(data_are_described, what_can_be_named_is_listed,
         tables_are_described_and_their_errors_placed, a_sheet_of_examples_is_drawn,
         a_draw_is_a_function_of_the_seed, a_graph_counts_and_draws_its_nodes,
         completions_are_scripts_that_shells_read, the_manual_has_every_command)
