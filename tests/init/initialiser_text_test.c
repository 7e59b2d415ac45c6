// Initialisers as text: what is read, how it is written back, the words for what is wrong, shapes that a
// kind has no meaning for, and memory that runs out.
#include "test.h"

#include <stdio.h>
#include <string.h>

#include "support/fault.h"
#include "thalweg/init.h"

static tw_context *context;

static void start(void) {
    assert_int_equal(tw_context_new(&context), TW_OK);
}

static void stop(void) {
    assert_int_equal(tw_context_memory(context).live_bytes, 0);
    tw_context_free(context);
}

typedef struct pair {
    const char *text, *want;
} pair;

static void texts_are_written_back_with_all_keys(void **state) {
    (void)state;
    static const pair table[] = {
        {"he", "he:gain=1"},
        {"constant:value=0.1", "constant:value=0.1"},
        {"gaussian:mean=-1e-3", "gaussian:std=0.01,mean=-0.001"},
        {"gaussian:mean=2,std=3", "gaussian:std=3,mean=2"},
        {" gaussian : mean = 2 , std = 3 ", "gaussian:std=3,mean=2"},
        {"uniform", "uniform:low=-0.05,high=0.05"},
        {"sparse:k=3", "sparse:k=3,std=1"},
        {"orthogonal:gain=1.4142135623730951", "orthogonal:gain=1.4142135623730951"},
    };
    start();
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        tw_initialiser *initialiser = NULL, *again = NULL;
        assert_ok(context, tw_initialiser_parse(context, table[i].text, &initialiser));
        assert_string_equal(tw_initialiser_text(initialiser), table[i].want);
        assert_ok(context, tw_initialiser_parse(context, tw_initialiser_text(initialiser), &again));
        assert_string_equal(tw_initialiser_text(again), table[i].want);
        tw_initialiser_free(initialiser);
        tw_initialiser_free(again);
    }
    stop();
}

static void every_kind_is_listed_and_can_be_read(void **state) {
    (void)state;
    start();
    int count = 0;
    for (; tw_initialiser_kinds(count) != NULL; count++) {
        const tw_initialiser_kind *kind = tw_initialiser_kinds(count);
        tw_initialiser *initialiser = NULL;
        assert_true(kind->formula[0] != '\0' && kind->source[0] != '\0');
        assert_ok(context, tw_initialiser_parse(context, kind->name, &initialiser));
        tw_initialiser_free(initialiser);
        for (int k = 0; k < kind->key_count; k++) assert_true(kind->keys[k].about[0] != '\0');
    }
    assert_true(count >= 11);
    assert_null(tw_initialiser_kinds(-1));
    tw_initialiser_free(NULL);
    stop();
}

static void wrong_texts_are_refused_with_words(void **state) {
    (void)state;
    static const pair table[] = {
        {"hee", "initialiser 'hee': not known; did you mean he?"},
        {"xavier_unifrom", "initialiser 'xavier_unifrom': not known; did you mean xavier_uniform?"},
        {"zzzzzzzzzz", "initialiser 'zzzzzzzzzz': not known; `thalweg init` lists them"},
        {"", "initialiser '': not known; `thalweg init` lists them"},
        {"he:", "initialiser he: '' is no key=value"},
        {"he:gain", "initialiser he: 'gain' is no key=value"},
        {"he:gain=", "initialiser he: gain='' is no number"},
        {"he:gain=1x", "initialiser he: gain='1x' is no number"},
        {"he:gain=nan", "initialiser he: gain='nan' is no number"},
        {"he:gain=1e999", "initialiser he: gain='1e999' is no number"},
        {"he:gain=1,", "initialiser he: '' is no key=value"},
        {"he:lr=1", "initialiser he: no key 'lr'; it has gain"},
        {"gaussian:std=1,std=2", "initialiser gaussian: std is given twice"},
        {"gaussian:sd=1", "initialiser gaussian: no key 'sd'; it has std, mean"},
        {"he:gain=-1", "initialiser he: gain=-1 is negative; give 0 or more"},
        {"gaussian:std=-0.5", "initialiser gaussian: std=-0.5 is negative; give 0 or more"},
        {"uniform:low=1,high=0", "initialiser uniform: low=1 is above high=0; give low below high"},
        {"sparse:k=0", "initialiser sparse: k=0; give a whole number of inputs, 1 or more"},
        {"sparse:k=2.5", "initialiser sparse: k=2.5; give a whole number of inputs, 1 or more"},
        {"sparse:k=1e30", "initialiser sparse: k=1e+30; give a whole number of inputs, 1 or more"},
        {"sparse:std=-1", "initialiser sparse: std=-1 is negative"},
    };
    start();
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        tw_initialiser *initialiser = NULL;
        assert_int_equal(tw_initialiser_parse(context, table[i].text, &initialiser),
                         TW_BAD_ARGUMENT);
        assert_null(initialiser);
        assert_string_equal(tw_context_message(context), table[i].want);
    }
    stop();
}

typedef struct misfit {
    const char *text;
    tw_dtype dtype;
    tw_shape shape;
    uint32_t stream;
    tw_status status;
    const char *want;
} misfit;

static void what_cannot_be_filled_is_refused_with_words(void **state) {
    (void)state;
    static const misfit table[] = {
        {"he",
         TW_F32,
         {0, {0}},
         0,
         TW_BAD_SHAPE,
         "initialiser he: a scalar has no fan; give a shape of one axis or more"},
        {"orthogonal",
         TW_F32,
         {1, {4}},
         0,
         TW_BAD_SHAPE,
         "initialiser orthogonal: fills matrices, not biases"},
        {"sparse",
         TW_F32,
         {1, {4}},
         0,
         TW_BAD_SHAPE,
         "initialiser sparse: fills weights, not biases; units have no inputs here"},
        {"identity",
         TW_F32,
         {1, {4}},
         0,
         TW_BAD_SHAPE,
         "initialiser identity: fills matrices; this parameter has 1 axes"},
        {"identity",
         TW_F32,
         {3, {2, 2, 2}},
         0,
         TW_BAD_SHAPE,
         "initialiser identity: fills matrices; this parameter has 3 axes"},
        {"he",
         TW_I32,
         {1, {4}},
         0,
         TW_BAD_ARGUMENT,
         "initialiser he: the parameter is of type i32; f32 and f64 can be filled"},
        {"he",
         TW_F32,
         {1, {4}},
         1u << 24,
         TW_BAD_ARGUMENT,
         "initialiser he: stream 16777216 is not possible; give 0 to 16777215"},
    };
    start();
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        tw_initialiser *initialiser = NULL;
        tw_tensor *tensor = NULL;
        assert_ok(context, tw_initialiser_parse(context, table[i].text, &initialiser));
        assert_ok(context, tw_tensor_new(context, table[i].dtype, &table[i].shape, &tensor));
        assert_int_equal(tw_initialiser_fill(context, initialiser, tensor, 1, table[i].stream),
                         table[i].status);
        assert_string_equal(tw_context_message(context), table[i].want);
        tw_initialiser_free(initialiser);
        tw_tensor_free(tensor);
    }
    stop();
}

static tw_status parse_and_fill(tw_context *in, void *user) {
    tw_initialiser *initialiser = NULL;
    tw_tensor *tensor = NULL;
    const tw_shape shape = {2, {6, 4}};
    tw_status status = tw_initialiser_parse(in, user, &initialiser);
    if (status == TW_OK) status = tw_tensor_new(in, TW_F32, &shape, &tensor);
    if (status == TW_OK) status = tw_initialiser_fill(in, initialiser, tensor, 1, 0);
    tw_initialiser_free(initialiser);
    tw_tensor_free(tensor);
    return status;
}

static void any_allocation_that_fails_is_told_and_leaves_nothing(void **state) {
    (void)state;
    for (int i = 0; tw_initialiser_kinds(i) != NULL; i++) {
        char name[64];
        snprintf(name, sizeof name, "%s", tw_initialiser_kinds(i)->name);
        assert_true(tw_test_failing_allocations(parse_and_fill, name) >= 5);
    }
}

TW_TESTS(texts_are_written_back_with_all_keys, every_kind_is_listed_and_can_be_read,
         wrong_texts_are_refused_with_words, what_cannot_be_filled_is_refused_with_words,
         any_allocation_that_fails_is_told_and_leaves_nothing)
