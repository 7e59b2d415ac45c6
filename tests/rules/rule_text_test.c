// The texts of tests/rules/texts: each says beside the line what is wrong with it, or that it is fine.
#include "test.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/rule.h"
#include "thalweg/method.h"

enum { TEXT_BYTES = 4096, NAME_BYTES = 512 };

static void read_text(const char *path, char text[TEXT_BYTES]) {
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t length = fread(text, 1, TEXT_BYTES - 1, file);
    text[length] = '\0';
    fclose(file);
}

// "# expect error LINE:COLUMN: what | hint" somewhere in the text.
static void check_message(const char *name, const char *expected, const char *message) {
    char wanted[NAME_BYTES];
    size_t length = strcspn(expected, "\n");
    const char *bar = memchr(expected, '|', length);
    size_t what = bar == NULL ? length : (size_t)(bar - expected) - 1;
    snprintf(wanted, sizeof wanted, "%s:%.*s\n", name, (int)what, expected);
    if (strncmp(message, wanted, strlen(wanted)) != 0) {
        fail_msg("%s: expected\n%s\ngot\n%s", name, wanted, message);
    }
    if (bar != NULL) {
        snprintf(wanted, sizeof wanted, "^ %.*s", (int)(length - what - 3), bar + 2);
        if (strstr(message, wanted) == NULL) {
            fail_msg("%s: expected '%s', got\n%s", name, wanted, message);
        }
    }
}

static void check_file(tw_context *context, const char *name) {
    char path[NAME_BYTES], text[TEXT_BYTES];
    static const char error[] = "# expect error ";
    snprintf(path, sizeof path, "tests/rules/texts/%s", name);
    read_text(path, text);
    const char *expected = strstr(text, error);
    tw_status status = tw_rule_check(context, name, text);
    if (strstr(text, "# expect ok") != NULL) {
        assert_ok(context, status);
        return;
    }
    if (expected == NULL) fail_msg("%s expects nothing", name);
    assert_int_equal(status, TW_BAD_TEXT);
    check_message(name, expected + sizeof error - 1, tw_context_message(context));
}

static void every_text_gets_the_verdict_it_expects(void **state) {
    (void)state;
    tw_context *context;
    assert_int_equal(tw_context_new(&context), TW_OK);
    DIR *folder = opendir("tests/rules/texts");
    assert_non_null(folder);
    int count = 0;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (strstr(entry->d_name, ".rule") == NULL) continue;
        check_file(context, entry->d_name);
        count++;
    }
    closedir(folder);
    assert_true(count > 25);
    assert_int_equal(tw_context_memory(context).live_bytes, 0);
    tw_context_free(context);
}

static void every_built_in_rule_is_a_correct_text_with_words(void **state) {
    (void)state;
    tw_context *context;
    assert_int_equal(tw_context_new(&context), TW_OK);
    for (int i = 0; i < tw_rule_count(); i++) {
        const char *text = tw_rule_text(tw_rule_name(i));
        tw_rule *rule;
        tw_source source = {tw_rule_name(i), text, strlen(text)};
        assert_ok(context, tw_rule_parse(context, &source, &rule));
        assert_string_equal(rule->name, tw_rule_name(i));
        assert_int_equal(rule->link, tw_rule_is_link(i));
        assert_true(strlen(tw_rule_summary(i)) > 10);
        for (int k = 0; k < rule->parameter_count; k++) {
            assert_true(strlen(rule->parameters[k].meaning) > 0);
        }
        tw_rule_free(rule);
    }
    tw_context_free(context);
}

static void symbols_of_the_lecture_come_from_comments(void **state) {
    (void)state;
    tw_context *context;
    assert_int_equal(tw_context_new(&context), TW_OK);
    static const char text[] =
        "rule a\nparam lr = 1, eps = 2  # in the lecture: epsilon, delta\n"
        "param beta1 = 3 # rho_1: decay of an average\nparam c = 4 # no symbol here\n"
        "theta = theta - lr*g/(eps + beta1 + c)\n";
    tw_rule *rule;
    tw_source source = {"a", text, sizeof text - 1};
    assert_ok(context, tw_rule_parse(context, &source, &rule));
    assert_string_equal(rule->parameters[0].notation, "epsilon");
    assert_string_equal(rule->parameters[1].notation, "delta");
    assert_string_equal(rule->parameters[2].notation, "rho_1");
    assert_string_equal(rule->parameters[2].meaning, "decay of an average");
    assert_string_equal(rule->parameters[3].notation, "");
    assert_string_equal(rule->parameters[3].meaning, "no symbol here");
    tw_rule_free(rule);
    tw_context_free(context);
}

// A text of `count` pieces, each with its number inside unless `after_number` is NULL.
static char *repeat(const char *before, const char *before_number, const char *after_number,
                    int count, const char *after) {
    size_t size = strlen(before) + strlen(after) + (size_t)count * 40 + 1, used = 0;
    char *text = malloc(size);
    assert_non_null(text);
    used += (size_t)snprintf(text + used, size - used, "%s", before);
    for (int i = 0; i < count; i++) {
        used += (size_t)snprintf(text + used, size - used, "%s", before_number);
        if (after_number != NULL) {
            used += (size_t)snprintf(text + used, size - used, "%d%s", i, after_number);
        }
    }
    snprintf(text + used, size - used, "%s", after);
    return text;
}

static void assert_refused(tw_context *context, char *text, const char *words) {
    assert_int_equal(tw_rule_check(context, "a", text), TW_BAD_TEXT);
    if (strstr(tw_context_message(context), words) == NULL) {
        fail_msg("expected '%s', got\n%s", words, tw_context_message(context));
    }
    free(text);
}

static void hostile_texts_are_refused_with_a_message(void **state) {
    (void)state;
    tw_context *context;
    assert_int_equal(tw_context_new(&context), TW_OK);
    assert_refused(context, repeat("rule a\n", "param p", " = 1\n", 33, "theta = g\n"),
                   "too many hyperparameters; at most 32");
    assert_refused(context, repeat("rule a\n", "state s", "\n", 9, "theta = g\n"),
                   "too many states; at most 8");
    assert_refused(context, repeat("rule a\n", "x", " = g\n", 257, "theta = g\n"),
                   "too many equations; at most 256");
    assert_refused(context, repeat("rule a\ntheta = ", "(", NULL, 30000, "g"), "deep");
    assert_refused(context, repeat("rule ", "a", NULL, 100, "\ntheta = g\n"), "too long");
    assert_refused(context, repeat("", "", NULL, 0, ""), "expected 'rule NAME'");
    tw_context_free(context);
}

static void a_text_may_have_as_many_names_as_its_limits_add_up_to(void **state) {
    (void)state;
    tw_context *context;
    assert_int_equal(tw_context_new(&context), TW_OK);
    char *states = repeat("", "state s", "\n", 8, "");
    char *parameters = repeat("", "param p", " = 1\n", 32, states);
    // The equations come first: with all their names, the last state is the last symbol.
    assert_refused(context, repeat("rule a\ntheta = g\n", "x", " = g\n", 255, parameters),
                   "'x0' is never used");
    free(parameters);
    free(states);
    tw_context_free(context);
}

TW_TESTS(every_text_gets_the_verdict_it_expects, every_built_in_rule_is_a_correct_text_with_words,
         symbols_of_the_lecture_come_from_comments, hostile_texts_are_refused_with_a_message,
         a_text_may_have_as_many_names_as_its_limits_add_up_to)
