// A rule of the user's own, from a file: the same equations give the same bits as a built-in one, and
// the C that was made for that one runs it too.
#include "rules/rule_reference.h"

#include <stdio.h>
#include <string.h>

#include "rules/method_parts.h"
#include "support/folder.h"

// Writes a built-in rule's text under the name `mine`, and runs both.
static void compare(const char *rule, const char *header, tw_dtype dtype) {
    char folder[TW_TEST_PATH_BYTES], path[TW_TEST_PATH_BYTES], text[4096];
    const char *own = tw_rule_text(rule), *line = strstr(own, header);
    assert_non_null(line);
    snprintf(text, sizeof text, "%.*srule mine%s", (int)(line - own), own, line + strlen(header));
    tw_test_folder_make(folder);
    tw_test_path(folder, "mine.rule", path);
    tw_test_write(path, text);
    tw_rule_run *built_in = tw_rule_run_new(rule, NULL, dtype, 1);
    tw_rule_run *mine = tw_rule_run_new(path, NULL, dtype, 1);
    tw_rule_run_start(built_in);
    tw_rule_run_start(mine);
    for (uint64_t t = 1; t <= TW_REFERENCE_STEPS; t++) {
        tw_rule_run_step(built_in, t);
        tw_rule_run_step(mine, t);
    }
    for (int i = 0; i < TW_REFERENCE_TENSORS; i++) {
        for (int64_t k = 0; k < tw_reference_elements(i); k++) {
            assert_true(tw_rule_run_value(built_in, i, NULL, k) ==
                        tw_rule_run_value(mine, i, NULL, k));
        }
    }
    assert_string_equal(tw_method_name(tw_rule_run_method(mine)), "mine");
    tw_rule_run_free(built_in);
    tw_rule_run_free(mine);
    tw_test_folder_remove(folder);
}

static void the_same_text_gives_the_same_bits(void **state) {
    (void)state;
    for (int i = 0; i < tw_rule_count(); i++) {
        char header[TW_EXPR_NAME_BYTES_MAX + 16];
        if (tw_rule_is_link(i)) continue;
        snprintf(header, sizeof header, "rule %s", tw_rule_name(i));
        compare(tw_rule_name(i), header, TW_F32);
        compare(tw_rule_name(i), header, TW_F64);
    }
}

static void own_names_for_the_same_equations_run_at_the_speed_of_the_built_in(void **state) {
    (void)state;
    static const char text[] = "rule mine\nparam rate = 0.1, first = 0.9, second = 0.99, tiny = 1\n"
                               "state mean_of_g, mean_of_squares\n"
                               "mean_of_g = first*mean_of_g + (1 - first)*g\n"
                               "mean_of_squares = second*mean_of_squares + (1 - second)*g^2\n"
                               "a = mean_of_g/(1 - first^t)\nb = mean_of_squares/(1 - second^t)\n"
                               "theta = theta - rate*a/(tiny + sqrt(b))\n";
    char folder[TW_TEST_PATH_BYTES], path[TW_TEST_PATH_BYTES];
    tw_context *context;
    tw_method *method;
    tw_test_folder_make(folder);
    tw_test_path(folder, "mine.rule", path);
    tw_test_write(path, text);
    assert_int_equal(tw_context_new(&context), TW_OK);
    assert_ok(context, tw_method_parse(context, path, &method));
    assert_true(tw_tile_is_fused(method->update->update[0]));
    tw_method_free(method);
    tw_context_free(context);
    tw_test_folder_remove(folder);
}

TW_TESTS(the_same_text_gives_the_same_bits,
         own_names_for_the_same_equations_run_at_the_speed_of_the_built_in)
