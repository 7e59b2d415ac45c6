// Specs: how they are cut, and what is said about those that are none.
#include "support/sets.h"

#include <errno.h>
#include <string.h>

#include "base/file.h"
#include "data/spec.h"

static tw_test_sets at;

static void a_spec_is_cut_at_its_last_question_mark(void **state) {
    (void)state;
    tw_spec spec;
    tw_test_sets_start(&at);
    assert_ok(at.context, tw_spec_parse(at.context, "csv:a?b:c.csv?target=x=y&header=", &spec));
    assert_string_equal(spec.format, "csv");
    assert_string_equal(spec.place, "a?b:c.csv");
    assert_string_equal(tw_spec_value(&spec, "target"), "x=y");
    assert_string_equal(tw_spec_value(&spec, "header"), "");
    assert_null(tw_spec_value(&spec, "heade"));
    tw_spec_free(&spec);
    assert_ok(at.context, tw_spec_parse(at.context, "moons?", &spec));
    assert_int_equal(spec.option_count, 0);
    tw_spec_free(&spec);
    tw_test_sets_end(&at);
}

typedef struct wrong_spec {
    const char *spec, *message;
    tw_status status;
} wrong_spec;

#define KNOWN "known: strokes, spirals, moons, teacher, mnist, idx, cifar10, csv, npy, libsvm"

static const wrong_spec wrong[] = {
    {"", "data '': unknown format ''; " KNOWN, TW_BAD_ARGUMENT},
    {"stroke", "data 'stroke': unknown format 'stroke'; did you mean 'strokes'? " KNOWN,
     TW_BAD_ARGUMENT},
    {"/data/iris.csv", "data '/data/iris.csv': unknown format '/data/iris.csv'; " KNOWN,
     TW_BAD_ARGUMENT},
    {"CSV:a.csv", "data 'CSV:a.csv': unknown format 'CSV'; did you mean 'csv'? " KNOWN,
     TW_BAD_ARGUMENT},
    {"csv",
     "data 'csv': no file is named; write csv:FILE?target=NAME|INDEX|none"
     "[&header=yes|no][&separator=C][&missing=few|error|mean|drop]"
     "[&target_kind=class|value][&standardize=yes|no][&ignore=NAME|INDEX,...]",
     TW_BAD_ARGUMENT},
    {"moons:a", "data 'moons:a': takes no file; write moons[?examples=N&test=N&noise=X]",
     TW_BAD_ARGUMENT},
    {"moons?examples",
     "data 'moons?examples': 'examples' is not an option; write key=value, several "
     "with '&' between",
     TW_BAD_ARGUMENT},
    {"moons?=3",
     "data 'moons?=3': '=3' is not an option; write key=value, several with '&' between",
     TW_BAD_ARGUMENT},
    {"moons?noise=0&noise=1", "data 'moons?noise=0&noise=1': 'noise' is given twice; once will do",
     TW_BAD_ARGUMENT},
    {"moons?nose=0",
     "data 'moons?nose=0': unknown option 'nose'; did you mean 'noise'? known: "
     "examples, test, noise",
     TW_BAD_ARGUMENT},
    {"mnist:a?noise=0", "data 'mnist:a?noise=0': unknown option 'noise'; 'mnist' has none",
     TW_BAD_ARGUMENT},
    {"moons?examples=0",
     "data 'moons?examples=0': examples=0 is not possible; a whole number from "
     "1 to 100000000 is",
     TW_BAD_ARGUMENT},
    {"moons?examples=1e3",
     "data 'moons?examples=1e3': examples=1e3 is not possible; a whole "
     "number from 1 to 100000000 is",
     TW_BAD_ARGUMENT},
    {"strokes?test=99999999999999999999",
     "data 'strokes?test=99999999999999999999': test=99999999999999999999 is not possible; a "
     "whole number from 1 to 100000000 is",
     TW_BAD_ARGUMENT},
    {"moons?noise=-1", "data 'moons?noise=-1': noise=-1 is not possible; a number from 0 to 100 is",
     TW_BAD_ARGUMENT},
    {"moons?noise=nan",
     "data 'moons?noise=nan': noise=nan is not possible; a number from 0 to 100 is",
     TW_BAD_ARGUMENT},
    {"spirals?classes=1",
     "data 'spirals?classes=1': classes=1 is not possible; a whole number "
     "from 2 to 100 is",
     TW_BAD_ARGUMENT},
    {"teacher?classes=1",
     "data 'teacher?classes=1': one class leaves nothing to learn; 0 (a "
     "value) or 2 to 100",
     TW_BAD_ARGUMENT},
    {"moons?a=1&b=1&c=1&d=1&e=1&f=1&g=1&h=1&i=1&j=1&k=1&l=1&m=1&n=1&o=1&p=1&q=1",
     "data 'moons?a=1&b=1&c=1&d=1&e=1&f=1&g=1&h=1&i=1&j=1&k=1&l=1&m=1&n=1&o=1&p=1&q=1': more than "
     "16 options",
     TW_BAD_ARGUMENT},
    {"csv:%s?target=0", "%s: is a folder; a file is needed", TW_BAD_FILE},
    {"csv:%s/none?target=0", "%s/none: No such file or directory", TW_NOT_FOUND},
    {"libsvm:%s/none", "%s/none: No such file or directory", TW_NOT_FOUND},
    {"libsvm:%s", "%s: is a folder; a file is needed", TW_BAD_FILE},
    {"idx:%s/none,%s/none", "%s/none: No such file or directory", TW_NOT_FOUND},
    {"idx:%s", "%s: is a folder; a file is needed", TW_BAD_FILE},
    {"npy:%s/none", "%s/none: No such file or directory", TW_NOT_FOUND},
    {"npy:%s", "%s: is a folder; a file is needed", TW_BAD_FILE},
    {"npy:a,b,c", "data 'npy:a,b,c': give two paths with a comma between, or one without targets",
     TW_BAD_ARGUMENT},
    {"csv:/dev/null?target=0", "/dev/null: is a pipe, a device or a socket; a file is needed",
     TW_BAD_FILE},
};

static void what_is_wrong_with_a_spec_is_told(void **state) {
    (void)state;
    tw_test_sets_start(&at);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        tw_test_refused(&at, NULL, wrong[i].spec, wrong[i].status, wrong[i].message);
    }
    tw_test_sets_end(&at);
}

static void a_file_that_may_not_be_read_is_told(void **state) {
    (void)state;
    tw_test_sets_start(&at);
    tw_test_put(&at, "a.csv", "1,2\n");
    tw_file_fail_at(at.context, 1, EACCES, false); // root may read all: so it is made up
    tw_test_refused(&at, NULL, "csv:%s/a.csv?target=0", TW_IO, "%s/a.csv: Permission denied");
    tw_test_sets_end(&at);
}

static void every_format_says_how_it_is_written(void **state) {
    (void)state;
    int count = 0;
    for (const tw_data_format *about = NULL; (about = tw_data_format_at(count)) != NULL; count++) {
        assert_memory_equal(about->usage, about->name, strlen(about->name));
        assert_true(strlen(about->summary) > 0);
    }
    assert_true(count >= 10);
    assert_null(tw_data_format_at(-1));
}

TW_TESTS(a_spec_is_cut_at_its_last_question_mark, what_is_wrong_with_a_spec_is_told,
         a_file_that_may_not_be_read_is_told, every_format_says_how_it_is_written)
