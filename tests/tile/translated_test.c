// Programs translated to C when the tests are built give the interpreter's bits.
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "support/tile_programs.h"
#include "tile/program.h"

#define ELEMENTS 1301

extern const tw_tile_fused *const tw_test_fused_list;
extern const size_t tw_test_fused_count;

static tw_context *context;

static tw_tile_program *build(int rule, uint64_t seed) {
    tw_tile_builder *builder = NULL;
    tw_tile_program *program = NULL;
    if (context == NULL) assert_int_equal(tw_context_new(&context), TW_OK);
    assert_ok(context, tw_tile_builder_new(context, &builder));
    if (rule >= 0)
        tw_test_rule(builder, rule);
    else
        tw_test_random_program(builder, seed, true);
    assert_ok(context, tw_tile_build(builder, &program));
    tw_tile_builder_free(builder);
    return program;
}

static void fill(tw_dtype dtype, void *arrays[4]) {
    const size_t size = dtype == TW_F32 ? sizeof(float) : sizeof(double);
    for (uint32_t i = 0; i < 4; i++) {
        const tw_random random = {11, TW_FOR_TEST, i, 0};
        arrays[i] = malloc(ELEMENTS * size);
        for (uint64_t k = 0; k < ELEMENTS; k++) {
            const double value = tw_random_uniform(&random, k);
            if (dtype == TW_F32)
                ((float *)arrays[i])[k] = (float)value;
            else
                ((double *)arrays[i])[k] = value;
        }
    }
}

static void check_bits(tw_tile_program *program, tw_dtype dtype) {
    const size_t size = dtype == TW_F32 ? sizeof(float) : sizeof(double);
    void *interpreted[4], *translated[4];
    fill(dtype, interpreted);
    fill(dtype, translated);
    program->fused = NULL;
    tw_tile_call call = {.arrays = interpreted, .arguments = tw_test_rule_arguments};
    tw_tile_run(program, dtype, &call, 0, ELEMENTS);
    program->fused = tw_tile_fused_find(program, tw_test_fused_list, tw_test_fused_count);
    assert_non_null(program->fused);
    call.arrays = translated;
    tw_tile_run(program, dtype, &call, 0, 1024);
    tw_tile_run(program, dtype, &call, 1024, ELEMENTS);
    for (int i = 0; i < 4; i++) {
        assert_memory_equal(interpreted[i], translated[i], ELEMENTS * size);
        free(interpreted[i]);
        free(translated[i]);
    }
}

static void translated_rules_give_the_interpreters_bits(void **state) {
    (void)state;
    for (int rule = 0; rule < TW_TEST_RULES; rule++) {
        tw_tile_program *program = build(rule, 0);
        check_bits(program, TW_F32);
        check_bits(program, TW_F64);
        tw_tile_program_free(program);
    }
}

static void translated_programs_of_any_kind_give_the_interpreters_bits(void **state) {
    (void)state;
    for (uint64_t seed = 0; seed < 12; seed++) {
        tw_tile_program *program = build(-1, seed);
        check_bits(program, TW_F32);
        check_bits(program, TW_F64);
        tw_tile_program_free(program);
    }
}

static void sums_written_the_other_way_round_are_the_same_program(void **state) {
    (void)state;
    tw_tile_program *adam = build(5, 0), *swapped = build(7, 0);
    assert_int_equal(adam->code_length, swapped->code_length);
    assert_memory_equal(adam->code, swapped->code, adam->code_length * sizeof *adam->code);
    tw_tile_program_free(adam);
    tw_tile_program_free(swapped);
}

static void a_program_that_was_not_translated_is_not_found(void **state) {
    (void)state;
    tw_tile_program *program = build(-1, 1000);
    assert_null(tw_tile_fused_find(program, tw_test_fused_list, tw_test_fused_count));
    tw_tile_program_free(program);
    tw_context_free(context);
}

TW_TESTS(translated_rules_give_the_interpreters_bits,
         translated_programs_of_any_kind_give_the_interpreters_bits,
         sums_written_the_other_way_round_are_the_same_program,
         a_program_that_was_not_translated_is_not_found)
