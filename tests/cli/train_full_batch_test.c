// thalweg train by methods that take all examples for each step.
#include <string.h>

#include "support/folder.h"
#include "support/program.h"

#define MOONS "train --data moons?examples=200&test=50 --model mlp:8 "

static void each_step_is_an_epoch_and_lr_is_null(void **state) {
    (void)state;
    tw_test_ran ran = tw_test_program(
        &(tw_test_call){.line = MOONS "--method newton_cg:inner=20 --epochs 4 --json"});
    assert_int_equal(ran.status, 0);
    json_t *lines = tw_test_lines(&ran);
    assert_int_equal(json_array_size(lines), 5);
    for (size_t i = 0; i < 4; i++) {
        const json_t *epoch = json_array_get(lines, i);
        tw_test_assert_number(epoch, "epoch", (double)i + 1.0);
        tw_test_assert_number(epoch, "step", (double)i + 1.0);
        assert_true(json_is_null(json_object_get(epoch, "lr")));
        assert_true(tw_test_number(epoch, "grad_norm") > 0.0);
    }
    const json_t *first = json_array_get(lines, 0), *result = json_array_get(lines, 4);
    assert_true(tw_test_number(result, "train_loss") < tw_test_number(first, "train_loss"));
    assert_string_equal(json_string_value(json_object_get(result, "status")), "done");
    json_decref(lines);
    tw_test_ran_free(&ran);
}

// A method without a learning rate has no empty panel for it; the title keeps a part of each option.
static void a_picture_shows_what_there_is(void **state) {
    (void)state;
    char folder[TW_TEST_PATH_BYTES], path[TW_TEST_PATH_BYTES], picture[1 << 16];
    tw_test_folder_make(folder);
    tw_test_ran ran = tw_test_program(&(tw_test_call){
        .folder = folder,
        .line = "train --data moons?examples=200&test=50 --epochs 2 --plot t.svg --method lbfgs "
                "--model 'dense 8 relu; dropout 0.5; dense 8 relu; dropout 0.5; dense outputs'"});
    assert_int_equal(ran.status, 0);
    assert_non_null(strstr(ran.out, "The model is not kept"));
    assert_null(strstr(ran.out, "Nothing was written"));
    tw_test_path(folder, "t.svg", path);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    picture[fread(picture, 1, sizeof picture - 1, file)] = '\0';
    fclose(file);
    assert_non_null(strstr(picture, ">surrogate loss<"));
    assert_null(strstr(picture, ">learning rate<"));
    const char *title = strstr(picture, "class=\"title\">dense 8 relu; ");
    assert_non_null(title);
    assert_non_null(strstr(title, "… on moons?examples=200&amp;test=50 by lbfgs</text>"));
    tw_test_ran_free(&ran);
    tw_test_folder_remove(folder);
}

static void the_summary_says_why_it_ended_early(void **state) {
    (void)state;
    tw_test_ran ran = tw_test_program(
        &(tw_test_call){.line = "train --data moons --model logistic --method newton --l2 0.1 "
                                "--precision f64 --epochs 50 --quiet"});
    assert_int_equal(ran.status, 0);
    if (strstr(ran.out, "newton has converged: the largest component of the gradient") == NULL)
        fail_msg("%s", ran.out);
    tw_test_ran_free(&ran);
}

static void what_cannot_be_is_refused(void **state) {
    (void)state;
    char folder[TW_TEST_PATH_BYTES];
    tw_test_folder_make(folder);
    static const tw_test_refused table[] = {
        {MOONS "--method lbfgs --schedule linear --out a",
         "schedule: method lbfgs has no use for it; leave it away, or take a rule"},
        {MOONS "--method lbfgs:m=0", "method lbfgs: m is a whole number from 1 to 50"},
        {MOONS "--method lbfgs --show-schedule",
         "--show-schedule: the method has no learning rate"},
        {"train --data moons --model mlp:5000 --method newton --out a",
         "method newton: its matrix would be 25002 wide; at most 10000: take lbfgs or "
         "newton_cg"}};
    tw_test_refusals_of(folder, 2, table, (int)(sizeof table / sizeof *table));
    tw_test_folder_remove(folder);
}

static void phases_follow_one_another(void **state) {
    (void)state;
    tw_test_ran ran = tw_test_program(&(tw_test_call){
        .line = MOONS "--method 'adam:lr=0.02 for 2; lbfgs' --epochs 5 --batch 50 --json"});
    assert_int_equal(ran.status, 0);
    json_t *lines = tw_test_lines(&ran);
    assert_int_equal(json_array_size(lines), 6);
    static const double steps[] = {4, 8, 9, 10, 11};
    for (size_t i = 0; i < 5; i++) {
        const json_t *epoch = json_array_get(lines, i);
        tw_test_assert_number(epoch, "epoch", (double)i + 1.0);
        tw_test_assert_number(epoch, "step", steps[i]);
        if (i < 2)
            tw_test_assert_number(epoch, "lr", 0.02);
        else
            assert_true(json_is_null(json_object_get(epoch, "lr")));
    }
    json_decref(lines);
    tw_test_ran_free(&ran);
}

TW_TESTS(each_step_is_an_epoch_and_lr_is_null, a_picture_shows_what_there_is,
         the_summary_says_why_it_ended_early, what_cannot_be_is_refused, phases_follow_one_another)
