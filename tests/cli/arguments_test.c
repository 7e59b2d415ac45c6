// Command lines: what is understood, what is refused, and with which words.
#include "support/program.h"

#include <stdio.h>
#include <string.h>

#include "support/folder.h"

static void assert_starts(const char *text, const char *start) {
    if (strncmp(text, start, strlen(start)) != 0)
        fail_msg("%s\ndoes not start with %s", text, start);
}

static void every_command_has_a_page_of_help(void **state) {
    (void)state;
    static const char *const commands[] = {
#define TW_COMMAND(id, name, behind, summary, examples) #name,
#include "cli/commands.def"
#undef TW_COMMAND
    };
    tw_test_ran overview = tw_test_program(&(tw_test_call){.line = "--help"});
    assert_int_equal(overview.status, 0);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        char line[64], start[64], shown[64];
        snprintf(line, sizeof line, "%s --help", commands[i]);
        snprintf(start, sizeof start, "thalweg %s: ", commands[i]);
        snprintf(shown, sizeof shown, "\n  %s ", commands[i]);
        tw_test_ran ran = tw_test_program(&(tw_test_call){.line = line});
        assert_int_equal(ran.status, 0);
        assert_starts(ran.out, start);
        assert_non_null(strstr(ran.out, "--seed N"));
        assert_non_null(strstr(ran.out, "\nExamples:\n"));
        assert_string_equal(ran.err, "");
        assert_non_null(strstr(overview.out, shown));
        snprintf(line, sizeof line, "help %s", commands[i]);
        tw_test_ran again = tw_test_program(&(tw_test_call){.line = line});
        assert_string_equal(again.out, ran.out);
        tw_test_ran_free(&again);
        tw_test_ran_free(&ran);
    }
    tw_test_ran_free(&overview);
}

static void help_of_the_whole_is_an_overview(void **state) {
    (void)state;
    static const char *const lines[] = {"--help", "-h", "help"};
    for (size_t i = 0; i < 3; i++) {
        tw_test_ran ran = tw_test_program(&(tw_test_call){.line = lines[i]});
        assert_int_equal(ran.status, 0);
        assert_starts(ran.out, "thalweg trains deep models in C.\n");
        assert_string_equal(ran.err, "");
        tw_test_ran_free(&ran);
    }
    tw_test_ran bare = tw_test_program(&(tw_test_call){.line = ""});
    assert_int_equal(bare.status, 2);
    assert_string_equal(bare.out, "");
    assert_starts(bare.err, "thalweg trains deep models in C.\n");
    tw_test_ran_free(&bare);
}

static void version_is_that_of_the_library(void **state) {
    (void)state;
    char expected[64];
    snprintf(expected, sizeof expected, "thalweg %s\n", tw_version());
    tw_test_ran ran = tw_test_program(&(tw_test_call){.line = "--version"});
    assert_int_equal(ran.status, 0);
    assert_string_equal(ran.out, expected);
    tw_test_ran_free(&ran);
}

static void an_option_and_what_it_does_stand_apart(void **state) {
    (void)state;
    tw_test_ran ran = tw_test_program(&(tw_test_call){.line = "regret --help"});
    assert_non_null(strstr(ran.out, "  --plot FILE.svg|.html|.png\n" // as wide as its column
                                    "                            draw the curves"));
    tw_test_ran_free(&ran);
}

static void lines_of_help_fit_a_terminal(void **state) {
    (void)state;
    tw_test_ran ran = tw_test_program(&(tw_test_call){.line = "train --help"});
    const char *examples = strstr(ran.out, "\nExamples:");
    for (const char *line = ran.out; line < examples; line += strcspn(line, "\n") + 1)
        assert_in_range(strcspn(line, "\n"), 0, 79);
    tw_test_ran_free(&ran);
}

static void unknown_words_suggest_the_nearest(void **state) {
    (void)state;
#define TW_COMMAND(id, name, behind, summary, examples) ", " #name
    static const char all[] =
#include "cli/commands.def"
        ;
#undef TW_COMMAND
    char unknown[512]; // lists them, without the comma in front
    snprintf(unknown, sizeof unknown, "no command 'zzz'; give one of %s", all + 2);
    const tw_test_refused table[] = {
        {"zzz", unknown},
        {"trian", "no command 'trian'; did you mean train?"},
        {"Train", "no command 'Train'; did you mean train?"},
        {"--versoin", "no option '--versoin'; did you mean --version?"},
        {"--json train", "--json stands behind the command: thalweg COMMAND --json"},
        {"--threads=2 train", "--threads=2 stands behind the command: thalweg COMMAND --threads=2"},
        {"help trian", "no command 'trian'; did you mean train?"},
        {"train --epcohs 3", "train: no option --epcohs; did you mean --epochs?"},
        {"train --epcohs=3", "train: no option --epcohs; did you mean --epochs?"},
        {"train -q", "train: no option -q; `thalweg train --help` lists them"},
        {"minimize -x --start 1", "minimize: no option -x; `thalweg minimize --help` lists them"},
        {"train --zzzzzz", "train: no option --zzzzzz; `thalweg train --help` lists them"},
        {"data moons --epochs 3", "data: no option --epochs; `thalweg data --help` lists them"},
        {"rules shwo adam", "no verb of rules 'shwo'; did you mean show?"},
        {"rules zzz", "no verb of rules 'zzz'; give one of list, show, check, trace"},
        {"completion bsh", "no shell 'bsh'; did you mean bash?"},
    };
    tw_test_refusals_of(NULL, 2, table, sizeof table / sizeof *table);
    tw_test_ran ran = tw_test_program(&(tw_test_call){.line = "zzz"});
    assert_int_equal(ran.status, 2);
    assert_starts(ran.err, "thalweg: no command 'zzz'; give one of train, eval, ");
    tw_test_ran_free(&ran);
}

static void missing_and_superfluous_words_are_named(void **state) {
    (void)state;
    static const tw_test_refused table[] = {
        {"train --epochs", "--epochs needs a value: --epochs N"},
        {"train --out", "--out needs a value: --out DIR|FILE"},
        {"train --epochs ''", "--epochs needs a value: --epochs N"},
        {"train --out=", "--out needs a value: --out DIR|FILE"},
        {"train --groups=", "--groups needs a value: --groups LIST"},
        {"train --json=1", "--json is a switch and takes no value"},
        {"train --diagnose evry=2", "--diagnose: 'evry=2' is not every=N, N a number of steps"},
        {"train --diagnose=2", "--diagnose: '2' is not every=N, N a number of steps"},
        {"train --diagnose --zzzzzz",
         "train: no option --zzzzzz; `thalweg train --help` lists them"},
        {"train --resume run --diagnose",
         "--resume takes the run's own --diagnose; only --epochs or --steps can change"},
        {"train moons", "train: 'moons' stands alone; data sets are named by --data"},
        {"train --epochs 2 --steps 3", "--epochs and --steps both say when to end; give one"},
        {"train --test moons --holdout 0.1",
         "--test and --holdout both say what to test on; give one"},
        {"train --force", "--force: --out DIR is missing, the folder that it would empty"},
        {"train --checkpoint-every 9",
         "--checkpoint-every: --out DIR is missing, where checkpoints are kept"},
        {"train --resume run --checkpoint-every 9",
         "--resume takes the run's own --checkpoint-every; only --epochs or --steps can change"},
        {"train --resume run --batch 3",
         "--resume takes the run's own --batch; only --epochs or --steps can change"},
        {"eval", "eval: give one run folder or checkpoint: thalweg eval RUN --data SPEC"},
        {"eval run", "eval: --data SPEC is missing"},
        {"predict", "predict: give one run folder or checkpoint"},
        {"predict run --data moons",
         "predict: --data SPEC and --out FILE.csv|.npy are both needed"},
        {"data moons spirals", "data: give one data set"},
        {"init he uniform --shape 2", "init: give one initialiser"},
        {"init he --shape 2,2", "init: --out FILE.npy is missing"},
        {"checkpoint", "checkpoint: give one file"},
        {"completion", "completion: name a shell: bash, zsh or fish"},
        {"completion bash --json", "completion: prints a script; there is none in JSON"},
        {"manual more", "manual: takes no words"},
        {"data --plot x.svg", "data without a data set takes no --plot"},
        {"minimize --method adam", "minimize without a function takes no --method"},
        {"init --shape 3,4", "init without an initialiser takes no --shape"},
        {"bench limits --model mlp:4", "bench limits takes no --model"},
        {"bench rules --batch 4", "bench rules takes no --batch"},
        {"rules --latex", "rules list takes no --latex"},
        {"rules check x.rule --theta 1", "rules check takes no --theta"},
        {"rules show adam --precision f32", "rules show takes no --precision"},
        {"rules show adam --latex --plan",
         "rules show: --latex and --plan are two forms; give one"},
        {"rules trace adam --plan", "rules trace takes no --plan"},
        {"bench rules --params 10 --json --methods 'sgd; adm'",
         "method:1:1: unknown rule 'adm'\n    adm\n    ^ did you mean adam?"},
        {"regret --problem linear --rounds 10 --json --methods 'sgd; adm'",
         "method:1:1: unknown rule 'adm'\n    adm\n    ^ did you mean adam?"},
        {"bench rules --methods 'adam; ;sgd'", // before anything is measured
         "--methods: a method is missing; as in \"sgd; adam\""},
        {"manual --json", "manual: prints a man page; there is none in JSON"},
        {"graph adam", "graph: 'adam' stands alone; models are named by --model"},
        {"graph --precision f64",
         "graph: no option --precision; `thalweg graph --help` lists them"},
        {"graph --out g.svgz", "graph: --out g.svgz: give a name that ends in .dot"},
        {"rules list adam", "rules list: takes no words; `rules show adam` shows one"},
        {"rules show", "rules show: give one rule or method, in quotes if it has blanks"},
        {"rules check", "rules check: give one file"},
        {"rules trace sgd", "rules trace: --theta a,b,... and --grads FILE.csv are both needed"},
        {"data 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17", "data: too many words"},
    };
    tw_test_refusals_of(NULL, 2, table, sizeof table / sizeof *table);
}

static void numbers_that_are_none_are_refused(void **state) {
    (void)state;
    static const tw_test_refused table[] = {
        {"train --epochs 0", "--epochs: '0' is no whole number of 1 or more"},
        {"train --epochs=1.5", "--epochs: '1.5' is no whole number of 1 or more"},
        {"train --epochs x", "--epochs: 'x' is no whole number of 1 or more"},
        {"train --epochs 1e3", "--epochs: '1e3' is no whole number of 1 or more"},
        {"train --epochs 99999999999999999999",
         "--epochs: 99999999999999999999 is too large; at most 9223372036854775807"},
        {"train --epochs -99999999999999999999",
         "--epochs: '-99999999999999999999' is no whole number of 1 or more"},
        {"train --epochs 9223372036854775807", "epochs or steps: more than can be counted"},
        {"train --steps -1", "--steps: '-1' is no whole number of 1 or more"},
        {"train --batch 0", "--batch: '0' is no whole number of 1 or more"},
        {"train --batch 2000000000", "batch: 2000000000 examples; give 1 to 1000000000"},
        {"train --accumulate 0", "--accumulate: '0' is no whole number of 1 or more"},
        {"train --patience 0", "--patience: '0' is no whole number of 1 or more"},
        {"train --checkpoint-every x", "--checkpoint-every: 'x' is no whole number of 1 or more"},
        {"train --seed -1", "--seed: '-1' is no whole number of 0 or more"},
        {"train --seed 1,5", "--seed: '1,5' is no whole number of 0 or more"},
        {"data --seed x moons", "--seed: 'x' is no whole number of 0 or more"},
        {"train --threads 0", "--threads: '0' is no whole number of 1 or more"},
        {"train --threads 5000",
         "--threads: '5000' is too many; give 1 to 1024, or leave it away for all cores"},
        {"train --threads 9223372036854775807", "--threads: '9223372036854775807' is too many; "
                                                "give 1 to 1024, or leave it away for all cores"},
        {"train --holdout 1", "holdout: 1; give a share from 0 to below 1"},
        {"train --holdout -0.1", "--holdout: '-0.1' is no number of 0 or more"},
        {"train --holdout 0,2", "--holdout: '0,2' is no number of 0 or more"},
        {"train --l2 nan", "--l2: 'nan' is no number of 0 or more"},
        {"train --l1 inf", "--l1: 'inf' is no number of 0 or more"},
        {"train --precision f16", "--precision: 'f16' is neither f32 nor f64"},
        {"init he --out w.npy --shape 2,,2",
         "init: --shape '2,,2': give sizes, inputs first, such as --shape 784,400"},
        {"init he --out w.npy --shape 2,2,",
         "init: --shape '2,2,': give sizes, inputs first, such as --shape 784,400"},
        {"init he --out w.npy --shape 0",
         "init: --shape '0': give sizes, inputs first, such as --shape 784,400"},
    };
    tw_test_refusals_of(NULL, 2, table, sizeof table / sizeof *table);
}

static void values_follow_a_blank_or_an_equals_sign(void **state) {
    (void)state;
    tw_test_ran blank = tw_test_program(
        &(tw_test_call){.line = "train --show-schedule --json --data moons --method sgd:lr=0.25 "
                                "--schedule linear --epochs 2 --batch 500"});
    tw_test_ran equals = tw_test_program(
        &(tw_test_call){.line = "train --show-schedule --json --data=moons --method=sgd:lr=0.25 "
                                "--schedule=linear --epochs=2 --batch=500"});
    assert_int_equal(blank.status, 0);
    assert_string_equal(blank.out, equals.out);
    tw_test_ran_free(&blank);
    tw_test_ran_free(&equals);
}

static void a_double_dash_ends_the_options(void **state) {
    (void)state;
    static const tw_test_refused table[] = {
        {"checkpoint -- --help", "--help: No such file or directory"},
        {"checkpoint -- -o", "-o: No such file or directory"},
    };
    tw_test_refusals_of("/", 2, table, 1);
}

// Nothing in a command line reaches the terminal as an order to it.
static void control_characters_are_shown(void **state) {
    (void)state;
    static const tw_test_refused table[] = {
        {"rules \033[31mfoo",
         "no verb of rules '\\x1b[31mfoo'; give one of list, show, check, trace"},
        {"minimize beale --tol \033[31m", "--tol: '\\x1b[31m' is no number of 0 or more"},
        {"minimize beale --\177",
         "minimize: no option --\\x7f; `thalweg minimize --help` lists them"},
        {"diagnose \033", "objective:1:1: character '\\x1b' does not belong here\n    ?\n    ^\n"
                          "thalweg: nor is there a run folder '\\x1b'"},
    };
    tw_test_refusals_of(NULL, 2, table, sizeof table / sizeof *table);
}

TW_TESTS(every_command_has_a_page_of_help, help_of_the_whole_is_an_overview,
         version_is_that_of_the_library, an_option_and_what_it_does_stand_apart,
         lines_of_help_fit_a_terminal, unknown_words_suggest_the_nearest,
         missing_and_superfluous_words_are_named, numbers_that_are_none_are_refused,
         values_follow_a_blank_or_an_equals_sign, a_double_dash_ends_the_options,
         control_characters_are_shown)
