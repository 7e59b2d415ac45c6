// thalweg eval, predict and checkpoint: what is done with a model once it is trained.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/folder.h"
#include "support/program.h"

static char folder[TW_TEST_PATH_BYTES];

// A folder with a run in it, once for all tests.
static void have_a_run(void) {
    if (*folder != '\0') return;
    tw_test_folder_make(folder);
    json_t *result = tw_test_result_of(
        folder, "train --json --data moons?examples=400&test=150 --model mlp:8 --epochs 20 "
                "--method adam:lr=0.02 --out run");
    json_decref(result);
}

static json_t *at(const json_t *array, int i) {
    return json_array_get(array, (size_t)i);
}

static void eval_counts_every_example_once(void **state) {
    (void)state;
    have_a_run();
    json_t *result = tw_test_result_of(
        folder, "eval run/last.safetensors --data moons?examples=400&test=150 --json");
    tw_test_assert_number(result, "examples", 150.0);
    const json_t *confusion = json_object_get(result, "confusion");
    assert_int_equal(json_array_size(confusion), 2);
    json_int_t all = 0, wrong = 0;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(json_array_size(at(confusion, i)), 2);
        for (int j = 0; j < 2; j++) {
            json_int_t count = json_integer_value(at(at(confusion, i), j));
            all += count;
            wrong += i != j ? count : 0;
        }
    }
    assert_int_equal(all, 150);
    assert_true(tw_test_number(result, "error") == (double)wrong / 150.0);
    assert_true(tw_test_number(result, "loss") > 0.0);
    json_decref(result);
}

static void eval_gives_the_numbers_of_the_training(void **state) {
    (void)state;
    have_a_run();
    tw_test_ran shown =
        tw_test_program(&(tw_test_call){.line = "train --json --resume run", .folder = folder});
    json_t *trained = tw_test_result(&shown);
    json_t *result = tw_test_result_of(
        folder, "eval run/last.safetensors --data moons?examples=400&test=150 --json --threads 1");
    tw_test_assert_number(result, "loss", tw_test_number(trained, "test_loss"));
    tw_test_assert_number(result, "error", tw_test_number(trained, "test_error"));
    json_decref(result);
    json_decref(trained);
    tw_test_ran_free(&shown);
    tw_test_ran people = tw_test_program(
        &(tw_test_call){.line = "eval run --data moons?test=150", .folder = folder});
    assert_int_equal(people.status, 0);
    assert_non_null(strstr(people.out, "150 examples: loss "));
    assert_non_null(strstr(people.out, "onfusion"));
    tw_test_ran_free(&people);
}

// The run's own test set unless another seed is asked for.
static void eval_makes_its_set_by_the_seed(void **state) {
    (void)state;
    have_a_run();
    static const char *const seeds[] = {"", "--seed 1", "--seed 2"};
    double loss[3];
    for (int i = 0; i < 3; i++) {
        char line[200];
        snprintf(line, sizeof line, "eval run --data moons?test=150 --json %s", seeds[i]);
        json_t *result = tw_test_result_of(folder, line);
        loss[i] = tw_test_number(result, "loss");
        json_decref(result);
    }
    assert_true(loss[0] == loss[1]);
    assert_true(loss[0] != loss[2]);
    static const tw_test_refused table[] = {
        {"eval run --data moons --seed x", "--seed: 'x' is no whole number of 0 or more"},
        {"checkpoint run --seed x", "--seed: 'x' is no whole number of 0 or more"}};
    tw_test_refusals_of(folder, 2, table, 2);
}

// As train says it of the training set; --quiet does not.
static void what_is_measured_is_said(void **state) {
    (void)state;
    char path[TW_TEST_PATH_BYTES];
    have_a_run();
    tw_test_path(folder, "kinds.csv", path);
    tw_test_write(path, "x,kind,c\n1,u,a\n2,v,a\n8,u,b\n9,v,b\n");
    tw_test_path(folder, "other.csv", path);
    tw_test_write(path, "x,kind,c\n1,w,a\n9,v,b\n");
    json_decref(tw_test_result_of(folder, "train --data csv:kinds.csv?target=c --holdout 0 "
                                          "--epochs 1 --model logistic --out kinds --json"));
    static const char *const lines[] = {
        "eval kinds --data csv:other.csv?target=c",
        "predict kinds --data csv:other.csv?target=c --out other.out.csv",
        "train --data csv:kinds.csv?target=c --test csv:other.csv?target=c --epochs 1",
        "eval kinds --data csv:other.csv?target=c --quiet"};
    for (int i = 0; i < 4; i++) {
        tw_test_ran ran = tw_test_program(&(tw_test_call){.line = lines[i], .folder = folder});
        assert_int_equal(ran.status, 0);
        bool said = strstr(ran.err, "csv:other.csv?target=c: 2 examples\n") != NULL &&
                    strstr(ran.err, "          1 text unknown in training: ") != NULL &&
                    strstr(ran.err, "the first row is a header (found)") != NULL;
        assert_true(said == (i < 3));
        tw_test_ran_free(&ran);
    }
}

static void predict_writes_a_row_an_example(void **state) {
    (void)state;
    have_a_run();
    char path[TW_TEST_PATH_BYTES], head[200];
    json_t *result = tw_test_result_of(
        folder, "predict run --data moons?examples=400&test=150 --out p.csv --json");
    tw_test_assert_number(result, "examples", 150.0);
    assert_string_equal(json_string_value(json_object_get(result, "out")), "p.csv");
    tw_test_path(folder, "p.csv", path);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(head, sizeof head, file));
    assert_string_equal(head, "class,p(0),p(1)\n");
    int class = 0, rows = 0;
    double a = 0.0, b = 0.0;
    while (fscanf(file, "%d,%lf,%lf\n", &class, &a, &b) == 3) {
        assert_true(fabs(a + b - 1.0) < 1e-12 && a >= 0.0 && b >= 0.0);
        assert_int_equal(class, b > a ? 1 : 0);
        rows++;
    }
    assert_int_equal(rows, 150);
    assert_int_equal(fgetc(file), EOF);
    fclose(file);
    json_decref(result);
}

static void names_that_would_break_a_row_are_quoted(void **state) {
    (void)state;
    have_a_run();
    char path[TW_TEST_PATH_BYTES], line[200];
    tw_test_path(folder, "named.csv", path);
    tw_test_write(path, "x,c\n1,\"a,b\"\n2,\"a,b\"\n8,\"q \"\"r\"\"\"\n9,\"q \"\"r\"\"\"\n");
    json_decref(tw_test_result_of(folder,
                                  "train --data csv:named.csv?target=c --holdout 0 --epochs "
                                  "200 --model logistic --method sgd:lr=1 --out named "
                                  "--json"));
    json_decref(tw_test_result_of(
        folder, "predict named --data csv:named.csv?target=none --out named.out.csv --json"));
    tw_test_path(folder, "named.out.csv", path);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    assert_string_equal(line, "class,\"p(a,b)\",\"p(q \"\"r\"\")\"\n");
    assert_non_null(fgets(line, sizeof line, file));
    assert_memory_equal(line, "\"a,b\",", 6);
    assert_non_null(fgets(line, sizeof line, file));
    assert_non_null(fgets(line, sizeof line, file));
    assert_memory_equal(line, "\"q \"\"r\"\"\",", 10);
    fclose(file);
}

static void predict_writes_npy_too(void **state) {
    (void)state;
    have_a_run();
    char path[TW_TEST_PATH_BYTES], bytes[129] = "";
    json_decref(tw_test_result_of(
        folder, "predict run --data moons?examples=400&test=150 --out p.npy --json"));
    tw_test_path(folder, "p.npy", path);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fread(bytes, 1, 128, file), 128);
    assert_memory_equal(bytes, "\x93NUMPY\x01", 7);
    assert_non_null(
        strstr(bytes + 10, "'descr': '<f8', 'fortran_order': False, 'shape': (150, 3)"));
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    assert_int_equal((ftell(file) - 128) % (150 * 3 * 8), 0);
    fclose(file);
    static const tw_test_refused table[] = {
        {"predict run --data moons --out p.txt",
         "predict: --out p.txt: give a name that ends in .csv or .npy"}};
    tw_test_refusals_of(folder, 2, table, 1);
}

static void other_data_are_refused(void **state) {
    (void)state;
    have_a_run();
    static const char *const lines[] = {"eval run --data strokes --json",
                                        "predict run --data strokes --out q.csv --json",
                                        "eval run --data zzz --json"};
    for (int i = 0; i < 3; i++) {
        tw_test_ran ran = tw_test_program(&(tw_test_call){.line = lines[i], .folder = folder});
        assert_int_equal(ran.status, 2);
        assert_string_equal(ran.out, "");
        assert_memory_equal(ran.err, "thalweg: ", 9);
        tw_test_ran_free(&ran);
    }
}

static void checkpoint_lists_what_it_holds(void **state) {
    (void)state;
    have_a_run();
    tw_test_ran ran = tw_test_program(
        &(tw_test_call){.line = "checkpoint run/last.safetensors --json", .folder = folder});
    assert_int_equal(ran.status, 0);
    json_t *lines = tw_test_lines(&ran);
    size_t count = json_array_size(lines) - 1;
    const json_t *result = json_array_get(lines, count);
    tw_test_assert_number(result, "tensors", (double)count);
    assert_int_equal(count, 4 * 3); // weights and biases of two layers, with adam's two states
    tw_test_assert_number(result, "elements", 3 * (2 * 8 + 8 + 8 * 2 + 2));
    assert_true(json_is_true(json_object_get(result, "whole")));
    assert_true(json_is_true(json_object_get(result, "crc32_checked")));
    const json_t *texts = json_object_get(result, "texts");
    assert_string_equal(json_string_value(json_object_get(texts, "format")),
                        "thalweg-checkpoint-1");
    bool found = false;
    for (size_t i = 0; i < count; i++) {
        const json_t *tensor = json_array_get(lines, i);
        if (strcmp(json_string_value(json_object_get(tensor, "name")), "dense1/weight") != 0)
            continue;
        found = true;
        assert_string_equal(json_string_value(json_object_get(tensor, "dtype")), "f32");
        assert_int_equal(json_integer_value(at(json_object_get(tensor, "shape"), 0)), 2);
        assert_int_equal(json_integer_value(at(json_object_get(tensor, "shape"), 1)), 8);
    }
    assert_true(found);
    json_decref(lines);
    tw_test_ran_free(&ran);
}

// Asked whether a file is whole, it answers, and the check did not hold: 1.
static void a_damaged_checkpoint_is_told(void **state) {
    (void)state;
    have_a_run();
    char from[TW_TEST_PATH_BYTES], to[TW_TEST_PATH_BYTES];
    static char bytes[1 << 20];
    tw_test_path(folder, "run/last.safetensors", from);
    tw_test_path(folder, "damaged.safetensors", to);
    FILE *file = fopen(from, "rb");
    assert_non_null(file);
    size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    bytes[size - 5] ^= 1;
    for (int cut = 0; cut < 2; cut++) {
        file = fopen(to, "wb");
        assert_non_null(file);
        assert_int_equal(fwrite(bytes, 1, size - (size_t)cut, file), size - (size_t)cut);
        fclose(file);
        tw_test_ran ran = tw_test_program(
            &(tw_test_call){.line = "checkpoint damaged.safetensors --json", .folder = folder});
        assert_int_equal(ran.status, 1);
        json_t *result = tw_test_result(&ran);
        assert_true(json_is_false(json_object_get(result, "whole")));
        assert_memory_equal(ran.err, "thalweg: damaged.safetensors: ", 30);
        json_decref(result);
        tw_test_ran_free(&ran);
        ran = tw_test_program(
            &(tw_test_call){.line = "eval damaged.safetensors --data moons", .folder = folder});
        assert_int_equal(ran.status, 2);
        tw_test_ran_free(&ran);
    }
    static const tw_test_refused folder_given = {"checkpoint run",
                                                 "run: is a folder; a file is needed"};
    tw_test_refusals_of(folder, 2, &folder_given, 1); // nothing was checked
}

// From another folder its relative paths lead nowhere.
static void who_misses_the_data_learns_where_the_run_began(void **state) {
    (void)state;
    char began[TW_TEST_PATH_BYTES], path[TW_TEST_PATH_BYTES], message[2 * TW_TEST_PATH_BYTES];
    tw_test_folder_make(began);
    tw_test_path(began, "d.csv", path);
    tw_test_write(path, "1,2,0\n2,1,1\n0,2,0\n2,0,1\n1,3,0\n3,1,1\n");
    json_decref(tw_test_result_of(
        began, "train --data csv:d.csv?target=2 --holdout 0 --epochs 1 --out run --json --quiet"));
    snprintf(message, sizeof message,
             "d.csv: No such file or directory; the run began in %s: if its data are named from "
             "there, go there first",
             began);
    char resume[2 * TW_TEST_PATH_BYTES], diagnose[2 * TW_TEST_PATH_BYTES];
    snprintf(resume, sizeof resume, "train --resume %s/run --epochs 2", began);
    snprintf(diagnose, sizeof diagnose, "diagnose %s/run", began);
    const tw_test_refused from_elsewhere[] = {{resume, message}, {diagnose, message}};
    tw_test_refusals_of(NULL, 2, from_elsewhere, 2);
    json_decref(tw_test_result_of(began, "train --resume run --epochs 2 --json --quiet"));
    static const tw_test_refused gone = {"train --resume run --epochs 3",
                                         "d.csv: No such file or directory"};
    assert_int_equal(remove(path), 0);
    tw_test_refusals_of(began, 2, &gone, 1);
    tw_test_refusals_of(NULL, 2, from_elsewhere, 2); // a resumed run still says where it began
    tw_test_folder_remove(began);
}

static void the_run_is_thrown_away(void **state) {
    (void)state;
    tw_test_folder_remove(folder);
}

TW_TESTS(eval_counts_every_example_once, eval_gives_the_numbers_of_the_training,
         eval_makes_its_set_by_the_seed, what_is_measured_is_said, predict_writes_a_row_an_example,
         names_that_would_break_a_row_are_quoted, predict_writes_npy_too, other_data_are_refused,
         checkpoint_lists_what_it_holds, a_damaged_checkpoint_is_told,
         who_misses_the_data_learns_where_the_run_began, the_run_is_thrown_away)
