// Schedules as text: what is read, what is refused and how, and what help and documents say.
#include "schedules/opened_schedule.h"

#include <stdio.h>

#include "base/file.h"
#include "base/memory.h"

static void a_schedule_is_written_with_every_key_and_reads_back(void **state) {
    (void)state;
    static const char *const table[][2] = {
        {"linear", "linear:end=0.01"},
        {" linear : tau = 10*469 , end = 1/4 \n", "linear:tau=4690,end=0.25"},
        {"constant:warmup=0.1", "constant:warmup=0.1"},
        {"plateau:measure=train_loss",
         "plateau:factor=0.5,patience=3,measure=train_loss,min=0.001,cooldown=0"},
        {"piecewise:at=10:20,values=1:.1:1e-2", "piecewise:at=10:20,values=1:0.1:0.01"},
        {"lr0/(sqrt(t)),warmup=5", "lr0/sqrt(t), warmup=5"},
        {"step:steps=7|lr0*2", "step:factor=0.5,steps=7 | lr0*2"},
        {"(1 + t)*lr0 | constant:warmup=3", "(1 + t)*lr0 | constant:warmup=3"},
        {"exponential:k=log(2)/10", "exponential:k=0.06931471805599453"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        opened o = schedule_open(table[i][0]);
        assert_string_equal(tw_schedule_text(o.schedule), table[i][1]);
        opened again = schedule_open(table[i][1]);
        assert_string_equal(tw_schedule_text(again.schedule), table[i][1]);
        for (uint64_t t = 1; t <= 101; t++) {
            assert_true(schedule_at(o.schedule, &clock_of_100, t, 0.3) ==
                        schedule_at(again.schedule, &clock_of_100, t, 0.3));
        }
        schedule_close(&o);
        schedule_close(&again);
    }
}

#define ALL                                                                                        \
    "constant, linear, step, exponential, inverse, cosine, polynomial, one_cycle, piecewise, "     \
    "plateau"

static const char *const wrong[][2] = {
    {"", "schedule:1:1: expected a schedule; the text is empty"},
    {"linaer:tau=5", "schedule:1:1: there is no schedule 'linaer'; choose from " ALL "\n"
                     "    linaer:tau=5\n"
                     "    ^ did you mean linear?"},
    {"cosin", "schedule:1:1: there is no schedule 'cosin'; choose from " ALL "\n"
              "    cosin\n"
              "    ^ did you mean cosine?"},
    {"lr", "schedule:1:1: there is no schedule 'lr'; choose from " ALL "\n"
           "    lr\n"
           "    ^ an expression knows lr0, t, epoch, T, N and B"},
    {"linear:tua=5", "schedule:1:8: linear has no key 'tua'; choose from tau, end, warmup\n"
                     "    linear:tua=5\n"
                     "           ^ did you mean tau?"},
    {"constant:lr=1", "schedule:1:10: constant has no key 'lr'; choose from warmup\n"
                      "    constant:lr=1\n"
                      "             ^"},
    {"lr0, tau=1", "schedule:1:6: an expression has no key 'tau'; choose from warmup\n"
                   "    lr0, tau=1\n"
                   "         ^"},
    {"linear:tau=5,tau=6", "schedule:1:14: tau is given twice\n"
                           "    linear:tau=5,tau=6\n"
                           "                 ^"},
    {"linear:", "schedule:1:8: expected the name of a key here\n    linear:\n           ^"},
    {"linear:tau", "schedule:1:11: expected '=' here\n    linear:tau\n              ^"},
    {"linear,tau=5", "schedule:1:7: expected ':' here\n    linear,tau=5\n          ^"},
    {"linear:tau=0", "schedule:1:12: tau is 0; it must be above 0\n"
                     "    linear:tau=0\n"
                     "               ^"},
    {"linear:tau=1e16", "schedule:1:12: tau is 1e+16; it must be smaller\n"
                        "    linear:tau=1e16\n"
                        "               ^"},
    {"linear:end=-1", "schedule:1:12: end is -1; it must be at least 0\n"
                      "    linear:end=-1\n"
                      "               ^"},
    {"linear:end=1/0", "schedule:1:12: end is inf; it must be smaller\n"
                       "    linear:end=1/0\n"
                       "               ^"},
    {"one_cycle:peak=2", "schedule:1:16: peak is 2; it must be from 0 to 1\n"
                         "    one_cycle:peak=2\n"
                         "                   ^"},
    {"linear:tau=T/2", "schedule:1:12: unknown name 'T'; known here: pi, e\n"
                       "    linear:tau=T/2\n"
                       "               ^"},
    {"linear:tau=5 6", "schedule:1:14: expected ',', '|' or the end of the schedule here\n"
                       "    linear:tau=5 6\n"
                       "                 ^"},
    {"linear:end=1:2", "schedule:1:13: expected ',', '|' or the end of the schedule here\n"
                       "    linear:end=1:2\n"
                       "                ^"},
    {"plateau:measure=loss",
     "schedule:1:17: there is no measure 'loss'; choose from test_error, test_loss, "
     "train_loss\n"
     "    plateau:measure=loss\n"
     "                    ^"},
    {"plateau | constant | plateau", "schedule:1:22: a chain takes one plateau\n"
                                     "    plateau | constant | plateau\n"
                                     "                         ^"},
    {"step:every=1,steps=2", "schedule:1:1: step counts epochs or steps; give `every` or `steps`\n"
                             "    step:every=1,steps=2\n"
                             "    ^"},
    {"lr0*tt", "schedule:1:5: unknown name 'tt'; known here: lr0, t, epoch, T, N, B, pi, e\n"
               "    lr0*tt\n"
               "        ^"},
    {"lr0*normal()", "schedule:1:1: this is not one number; sums over an index, elements, random "
                     "numbers and reductions have no place in a schedule"},
    {"piecewise", "schedule:1:1: piecewise needs `at`, and `values` or `factors`: "
                  "at=1000:2000,factors=1:0.1:0.01\n    piecewise\n    ^"},
    {"piecewise:at=1:2,values=1:2", "schedule:1:1: piecewise needs one value more than `at` has "
                                    "steps\n    piecewise:at=1:2,values=1:2\n    ^"},
    {"piecewise:at=2:2,values=1:2:3", "schedule:1:1: piecewise needs steps in `at` that rise, "
                                      "above 0\n    piecewise:at=2:2,values=1:2:3\n    ^"},
    {"piecewise:at=0.5:2,values=1:2:3", "schedule:1:1: piecewise needs steps or fractions of T in "
                                        "`at`, not both\n    piecewise:at=0.5:2,values=1:2:3\n"
                                        "    ^"},
    {"constant|", "schedule:1:10: expected a number, a name or '(' here\n"
                  "    constant|\n"
                  "             ^"},
};

static void each_mistake_is_told_with_its_place_and_a_hint(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        opened o = {0};
        assert_int_equal(tw_context_new(&o.context), TW_OK);
        assert_int_equal(tw_schedule_parse(o.context, wrong[i][0], &o.schedule), TW_BAD_TEXT);
        assert_null(o.schedule);
        const char *message = tw_context_message(o.context);
        // A message without a line is only compared up to there.
        size_t length =
            strchr(wrong[i][1], '\n') == NULL ? strcspn(message, "\n") : strlen(message);
        if (strlen(wrong[i][1]) != length || strncmp(message, wrong[i][1], length) != 0) {
            fail_msg("%s: %s\n-- not --\n%s", wrong[i][0], message, wrong[i][1]);
        }
        schedule_close(&o);
    }
}

static void check_fails(const char *text, const tw_clock *clock, const char *message) {
    opened o = schedule_open(text);
    assert_int_equal(tw_schedule_check(o.schedule, clock, 0.1), TW_BAD_ARGUMENT);
    assert_string_equal(tw_context_message(o.context), message);
    schedule_close(&o);
}

static void what_cannot_be_followed_is_told_before_the_first_step(void **state) {
    (void)state;
    tw_clock nothing_known = {.step = 1};
    check_fails(
        "linear", &nothing_known,
        "schedule linear:end=0.01: depends on T, the number of all steps, which is not known");
    check_fails("constant:warmup=0.1", &nothing_known,
                "schedule constant:warmup=0.1: depends on T, the number of all steps, which is not "
                "known");
    check_fails("step", &nothing_known,
                "schedule step:factor=0.5: depends on epochs or examples, and there are none here");
    check_fails("lr0*B/N", &nothing_known,
                "schedule lr0*B/N: depends on epochs or examples, and there are none here");
    check_fails("lr0/(t - 100)", &clock_of_100,
                "schedule lr0/(t - 100): is not finite at step 100");
    check_fails("constant:warmup=100", &clock_of_100,
                "schedule constant:warmup=100: the warm-up takes 100 steps, the training has 100");
}

static void every_named_schedule_can_be_followed_with_its_defaults(void **state) {
    (void)state;
    for (int i = 0; i < tw_schedule_count(); i++) {
        const char *name = tw_schedule_describe(i).name;
        opened o =
            schedule_open(strcmp(name, "piecewise") == 0 ? "piecewise:at=5,values=1:2" : name);
        assert_ok(o.context, tw_schedule_check(o.schedule, &clock_of_100, 0.1));
        tw_clock one_step = {.step = 1, .total_steps = 1, .steps_per_epoch = 1};
        assert_ok(o.context, tw_schedule_check(o.schedule, &one_step, 0.1));
        schedule_close(&o);
    }
    opened o = schedule_open("lr0/sqrt(t) | inverse:k=1 | cosine:period=10,warmup=5");
    tw_clock nothing_known = {.step = 1};
    assert_ok(o.context, tw_schedule_check(o.schedule, &nothing_known, 0.1));
    schedule_close(&o);
}

// Each word of help stands in docs/schedules.md too, so that the page cannot grow old.
static void the_documentation_names_every_schedule_key_and_formula(void **state) {
    (void)state;
    opened o = schedule_open("constant");
    char *page = NULL;
    size_t length = 0;
    assert_ok(o.context, tw_file_read_all(o.context, "docs/schedules.md", 1 << 20, &page, &length));
    for (int i = 0; i < tw_schedule_count(); i++) {
        tw_schedule_words words = tw_schedule_describe(i);
        char heading[128];
        snprintf(heading, sizeof heading, "## %s\n", words.name);
        if (strstr(page, heading) == NULL) fail_msg("%s has no heading", words.name);
        if (strstr(page, words.formula) == NULL) fail_msg("%s lacks its formula", words.name);
        for (int k = 0; k < words.key_count; k++) {
            tw_schedule_key_text key = tw_schedule_describe_key(i, k);
            char row[256];
            snprintf(row, sizeof row, "| `%s` | %s | %s |", key.name, key.fallback, key.meaning);
            if (strstr(page, row) == NULL) fail_msg("%s lacks: %s", words.name, row);
        }
    }
    tw_release(page);
    schedule_close(&o);
}

static void no_memory_is_told_and_nothing_leaks(void **state) {
    (void)state;
    bool succeeded = false;
    for (uint64_t nth = 1; nth < 100 && !succeeded; nth++) {
        opened o = {0};
        assert_int_equal(tw_context_new(&o.context), TW_OK);
        tw_memory_fail_at(o.context, nth, true);
        tw_status status = tw_schedule_parse(
            o.context, "piecewise:at=1:2:3:4:5:6:7:8:9,values=1:2:3:4:5:6:7:8:9:10 | lr0*t",
            &o.schedule);
        succeeded = status == TW_OK;
        assert_int_equal(status, succeeded ? TW_OK : TW_NO_MEMORY);
        schedule_close(&o);
    }
    assert_true(succeeded);
}

TW_TESTS(a_schedule_is_written_with_every_key_and_reads_back,
         each_mistake_is_told_with_its_place_and_a_hint,
         what_cannot_be_followed_is_told_before_the_first_step,
         every_named_schedule_can_be_followed_with_its_defaults,
         the_documentation_names_every_schedule_key_and_formula,
         no_memory_is_told_and_nothing_leaks)
