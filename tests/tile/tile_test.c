// Programs as wholes: what lowering makes of them, that it keeps their meaning, that building fails
// cleanly.
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/parallel.h"
#include "support/tile_check.h"
#include "support/tile_programs.h"

#define NONE TW_TILE_NO_VALUE

static tw_context *context;

static int make_context(void **state) {
    (void)state;
    return context != NULL || tw_context_new(&context) == TW_OK ? 0 : -1;
}

static tw_tile_builder *start(void) {
    tw_tile_builder *builder = NULL;
    assert_int_equal(make_context(NULL), 0);
    assert_ok(context, tw_tile_builder_new(context, &builder));
    return builder;
}

static tw_tile_program *finish(tw_tile_builder *builder) {
    tw_tile_program *program = NULL;
    assert_ok(context, tw_tile_build(builder, &program));
    tw_tile_builder_free(builder);
    return program;
}

static tw_tile_program *rule(int number) {
    tw_tile_builder *builder = start();
    tw_test_rule(builder, number);
    return finish(builder);
}

static void check(tw_tile_builder *builder, int64_t elements, double tolerance_f32) {
    const tw_tile_check check = {.context = context,
                                 .builder = builder,
                                 .array_count = 4,
                                 .elements = elements,
                                 .arguments = tw_test_rule_arguments,
                                 .low = 0.05,
                                 .high = 1,
                                 .tolerance_f32 = tolerance_f32,
                                 .tolerance_f64 = 1e-12};
    tw_test_tile(&check);
}

// ---- what lowering makes

static void rules_become_few_instructions_without_registers(void **state) {
    (void)state;
    static const int instructions[TW_TEST_RULES] = {1, 2, 2, 2, 2, 3, 3, 3};
    for (int i = 0; i < TW_TEST_RULES; i++) {
        tw_tile_program *program = rule(i);
        assert_int_equal(program->instruction_count, instructions[i]);
        assert_int_equal(program->register_count, 0);
        assert_int_equal(program->filled_count, 0);
        tw_tile_program_free(program);
    }
}

static void a_program_tells_what_it_touches(void **state) {
    (void)state;
    tw_tile_program *program = rule(4); // rmsprop
    assert_int_equal(tw_tile_arrays_read(program), 3);
    assert_int_equal(tw_tile_arrays_written(program), 2);
    assert_true(tw_tile_reads(program, 1) && !tw_tile_writes(program, 1));
    assert_true(!tw_tile_reads(program, 2) && tw_tile_writes(program, 3));
    assert_int_equal(tw_tile_reduction_count(program), 0);
    tw_tile_program_free(program);
}

static void a_program_can_be_shown_as_text(void **state) {
    (void)state;
    tw_tile_program *program = rule(0);
    tw_text text;
    tw_text_start(&text, context);
    tw_tile_format(program, &text);
    assert_string_equal(text.data, "s0 = argument0\ns1 = 1\ns2 = negate(s0)\n"
                                   "array0 = combine(x: array0, y: array1, a: s1, b: s2)"
                                   "  # FUSED(b, y, a * x)\n");
    tw_text_free(&text);
    tw_tile_program_free(program);
}

static void values_that_nobody_needs_are_dropped(void **state) {
    (void)state;
    tw_tile_builder *b = start();
    const tw_tile_value x = tw_tile_read(b, 0);
    tw_tile_apply(b, TW_TILE_EXP, x, NONE, NONE);
    tw_tile_write(b, 1, tw_tile_apply(b, TW_TILE_TANH, x, NONE, NONE));
    tw_tile_program *program = finish(b);
    assert_int_equal(program->instruction_count, 1);
    tw_tile_program_free(program);
}

static void equal_operations_on_equal_operands_are_one_value(void **state) {
    (void)state;
    tw_tile_builder *b = start();
    const tw_tile_value x = tw_tile_read(b, 0), y = tw_tile_read(b, 1);
    assert_int_equal(tw_tile_apply(b, TW_TILE_ADD, x, y, NONE),
                     tw_tile_apply(b, TW_TILE_ADD, tw_tile_read(b, 1), x, NONE));
    assert_int_not_equal(tw_tile_constant(b, 0.0), tw_tile_constant(b, -0.0));
    assert_int_equal(
        tw_tile_apply(b, TW_TILE_ADD, tw_tile_constant(b, 2), tw_tile_constant(b, 3), NONE),
        tw_tile_constant(b, 5));
    tw_tile_builder_free(b);
}

// ---- meaning

static void rules_agree_with_plain_evaluation(void **state) {
    (void)state;
    for (int i = 0; i < TW_TEST_RULES; i++) {
        tw_tile_builder *b = start();
        tw_test_rule(b, i);
        check(b, 1300, 1e-5);
        tw_tile_builder_free(b);
    }
}

static void drawn_programs_agree_with_plain_evaluation(void **state) {
    (void)state;
    for (uint64_t seed = 0; seed < 300; seed++) {
        tw_tile_builder *b = start();
        tw_test_random_program(b, seed, seed % 2 == 0);
        check(b, seed % 10 == 0 ? 1100 : 40, 1e-3);
        tw_tile_builder_free(b);
    }
}

static void all_reads_see_the_arrays_as_they_were(void **state) {
    (void)state;
    tw_tile_builder *b = start();
    const tw_tile_value x = tw_tile_read(b, 0), y = tw_tile_read(b, 1), z = tw_tile_read(b, 2);
    tw_tile_write(b, 0, y); // a turn of three, and a fourth that reads the first
    tw_tile_write(b, 1, z);
    tw_tile_write(b, 2, x);
    tw_tile_write(b, 3, tw_tile_apply(b, TW_TILE_SQUARE, x, NONE, NONE));
    check(b, 1300, 1e-6);
    tw_tile_builder_free(b);
}

static void an_array_may_become_a_scalar_another_array_or_itself(void **state) {
    (void)state;
    tw_tile_builder *b = start();
    const tw_tile_value exponential = tw_tile_apply(b, TW_TILE_EXP, tw_tile_read(b, 3), NONE, NONE);
    tw_tile_write(b, 0, tw_tile_argument(b, 1));
    tw_tile_write(b, 1, tw_tile_read(b, 1));
    tw_tile_write(b, 2, exponential);
    tw_tile_write(b, 3, exponential);
    check(b, 1300, 1e-6);
    tw_tile_builder_free(b);
}

static void scalars_in_the_place_of_vectors_are_filled_in(void **state) {
    (void)state;
    tw_tile_builder *b = start();
    const tw_tile_value x = tw_tile_read(b, 0), s = tw_tile_argument(b, 1);
    tw_tile_write(b, 1, tw_tile_apply(b, TW_TILE_POWER, s, x, NONE));
    tw_tile_write(b, 2, tw_tile_apply(b, TW_TILE_LESS_EQUAL, x, s, NONE));
    tw_tile_write(b, 3, tw_tile_apply(b, TW_TILE_SELECT, x, s, tw_tile_argument(b, 2)));
    check(b, 1300, 1e-6);
    tw_tile_builder_free(b);
}

static void long_programs_with_many_values_waiting_run_on_shorter_tiles(void **state) {
    (void)state;
    tw_tile_builder *b = start();
    tw_tile_value values[200], sum = tw_tile_read(b, 1);
    for (int i = 0; i < 200; i++)
        values[i] = tw_tile_apply(b, TW_TILE_SIN,
                                  tw_tile_apply(b, TW_TILE_MULTIPLY, tw_tile_read(b, 0),
                                                tw_tile_constant(b, 0.01 * i), NONE),
                                  NONE, NONE);
    for (int i = 200; i-- > 0;)
        sum = tw_tile_apply(b, TW_TILE_MAXIMUM, values[i],
                            tw_tile_apply(b, TW_TILE_MULTIPLY, sum, values[199 - i], NONE), NONE);
    tw_tile_write(b, 2, sum);
    check(b, 1300, 1e-5);
    tw_tile_builder_free(b);
}

static void an_output_may_lie_on_an_input_under_another_number(void **state) {
    (void)state;
    tw_tile_builder *b = start();
    const tw_tile_value x = tw_tile_read(b, 0);
    const tw_tile_value e = tw_tile_apply(b, TW_TILE_EXP, x, NONE, NONE);
    tw_tile_write(
        b, 1, tw_tile_apply(b, TW_TILE_DIVIDE, e, tw_tile_apply(b, TW_TILE_ADD, e, x, NONE), NONE));
    tw_tile_program *program = finish(b);
    float apart[700], together[700], out[700];
    for (int k = 0; k < 700; k++) apart[k] = together[k] = 0.01f * (float)k;
    void *two[] = {apart, out}, *one[] = {together, together};
    tw_tile_run(program, TW_F32, &(tw_tile_call){.arrays = two}, 0, 700);
    tw_tile_run(program, TW_F32, &(tw_tile_call){.arrays = one}, 0, 700);
    assert_memory_equal(out, together, sizeof out);
    tw_tile_program_free(program);
}

static void scalars_computed_beforehand_give_the_same_bits(void **state) {
    (void)state;
    tw_tile_program *program = rule(5);
    double scalars[32];
    float memory[2][4][600];
    assert_true(tw_tile_scalar_count(program) <= 32);
    tw_tile_scalars(program, tw_test_rule_arguments, scalars);
    for (int side = 0; side < 2; side++) {
        void *arrays[4];
        for (int i = 0; i < 4; i++) {
            arrays[i] = memory[side][i];
            for (int k = 0; k < 600; k++) memory[side][i][k] = 0.001f * (float)(k + 100 * i);
        }
        const tw_tile_call call = {.arrays = arrays,
                                   .arguments = side == 0 ? tw_test_rule_arguments : NULL,
                                   .scalars = side == 0 ? NULL : scalars};
        tw_tile_run(program, TW_F32, &call, 0, 600);
    }
    assert_memory_equal(memory[0], memory[1], sizeof memory[0]);
    tw_tile_program_free(program);
}

typedef struct job {
    const tw_tile_program *program;
    tw_tile_call call;
} job;

static void run_chunk(void *user, int64_t chunk) {
    const job *j = user;
    tw_tile_run(j->program, TW_F32, &j->call, chunk * 1024, (chunk + 1) * 1024);
}

static void the_number_of_threads_changes_no_bit(void **state) {
    (void)state;
    tw_tile_builder *b = start();
    tw_test_random_program(b, 5, false);
    tw_tile_program *program = finish(b);
    float *memory[3] = {NULL};
    for (int threads = 1; threads <= 3; threads++) {
        float *base = memory[threads - 1] = malloc(4 * 8192 * sizeof *base);
        for (int k = 0; k < 4 * 8192; k++) base[k] = (float)(k % 977) / 977;
        void *arrays[] = {base, base + 8192, base + 2 * 8192, base + 3 * 8192};
        job j = {program, {.arrays = arrays, .arguments = tw_test_rule_arguments}};
        tw_parallel(threads, 8, run_chunk, &j);
    }
    assert_memory_equal(memory[0], memory[1], 4 * 8192 * sizeof(float));
    assert_memory_equal(memory[0], memory[2], 4 * 8192 * sizeof(float));
    for (int i = 0; i < 3; i++) free(memory[i]);
    tw_tile_program_free(program);
}

// A graph of many small parts has a program for each.
static void a_short_program_takes_little_memory(void **state) {
    (void)state;
    assert_int_equal(make_context(NULL), 0);
    uint64_t before = tw_context_memory(context).live_bytes;
    tw_tile_program *program = rule(7); // the longest
    assert_in_range(tw_context_memory(context).live_bytes - before, 100, 4096);
    tw_tile_program_free(program);
    assert_int_equal(tw_context_memory(context).live_bytes, before);
}

// ---- failures

static void too_many_operations_are_refused_with_a_reason(void **state) {
    (void)state;
    tw_tile_builder *b = start();
    tw_tile_value x = tw_tile_read(b, 0);
    for (int i = 0; i < 5000; i++) x = tw_tile_apply(b, TW_TILE_SIN, x, NONE, NONE);
    tw_tile_write(b, 0, x);
    tw_tile_program *program = NULL;
    assert_int_equal(tw_tile_build(b, &program), TW_UNSUPPORTED);
    assert_null(program);
    assert_string_equal(tw_context_message(context),
                        "tile program: too many operations; split it into two");
    tw_tile_builder_free(b);
}

static void too_many_values_waiting_are_refused_with_a_reason(void **state) {
    (void)state;
    tw_tile_builder *b = start();
    tw_tile_value values[600], sum = tw_tile_read(b, 1);
    for (int i = 0; i < 600; i++)
        values[i] =
            tw_tile_apply(b, TW_TILE_POWER, tw_tile_read(b, 0), tw_tile_constant(b, 5 + i), NONE);
    for (int i = 600; i-- > 0;) sum = tw_tile_apply(b, TW_TILE_MAXIMUM, values[i], sum, NONE);
    tw_tile_write(b, 0, sum);
    tw_tile_program *program = NULL;
    assert_int_equal(tw_tile_build(b, &program), TW_UNSUPPORTED);
    assert_string_equal(tw_context_message(context),
                        "tile program: more than 512 values wait at once; split it into two");
    tw_tile_builder_free(b);
}

// Everything from the builder on, 0 if it worked.
static tw_status build_all(void) {
    tw_tile_builder *b = NULL;
    tw_tile_program *program = NULL;
    tw_status status = tw_tile_builder_new(context, &b);
    if (status != TW_OK) return status;
    tw_test_random_program(b, 3, false);
    status = tw_tile_build(b, &program);
    assert_true((status == TW_OK) == (program != NULL));
    tw_tile_program_free(program);
    tw_tile_builder_free(b);
    return status;
}

static void any_allocation_that_fails_is_told_and_leaves_nothing(void **state) {
    (void)state;
    assert_int_equal(make_context(NULL), 0);
    uint64_t nth = 1;
    for (;; nth++) {
        tw_memory_fail_at(context, nth, false);
        const tw_status status = build_all();
        tw_memory_fail_at(context, 0, false);
        assert_int_equal(tw_context_memory(context).live_bytes, 0);
        if (status == TW_OK) break;
        assert_int_equal(status, TW_NO_MEMORY);
    }
    assert_true(nth > 10);
    tw_context_free(context);
}

TW_TESTS(rules_become_few_instructions_without_registers, a_program_tells_what_it_touches,
         a_program_can_be_shown_as_text, values_that_nobody_needs_are_dropped,
         equal_operations_on_equal_operands_are_one_value, rules_agree_with_plain_evaluation,
         drawn_programs_agree_with_plain_evaluation, all_reads_see_the_arrays_as_they_were,
         an_array_may_become_a_scalar_another_array_or_itself,
         scalars_in_the_place_of_vectors_are_filled_in,
         long_programs_with_many_values_waiting_run_on_shorter_tiles,
         an_output_may_lie_on_an_input_under_another_number,
         scalars_computed_beforehand_give_the_same_bits, a_short_program_takes_little_memory,
         the_number_of_threads_changes_no_bit, too_many_operations_are_refused_with_a_reason,
         too_many_values_waiting_are_refused_with_a_reason,
         any_allocation_that_fails_is_told_and_leaves_nothing)
