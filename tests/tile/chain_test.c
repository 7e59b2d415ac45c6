// Chains: the loop of several instructions does what theirs do one after the other, but for a result that
// only the next one reads.
#include "test.h"

#include <string.h>

#include "tile/kernels.h"
#include "tile/program.h"

#define PLACES 5
#define ELEMENTS 100

static const double scalars[] = {0.9, 0.1, 1e-3, 1e-8, 1, -0.3};

// The result of a nest's first instruction goes to the last place, which the second reads as the nest says.
static void nest(const tw_tile_sequence *chain, tw_tile_instruction *instructions) {
    instructions[0].out = PLACES - 1;
    for (int k = 0; k < 4; k++) {
        int32_t *in = &instructions[1].in[k];
        if ((chain->operands >> k & 1) != 0)
            *in = PLACES - 1;
        else if (*in == PLACES - 1)
            *in = 0;
    }
}

// Instructions on drawn places, so that they read what others wrote and write where they read.
static void draw(const tw_tile_sequence *chain, uint32_t seed, tw_tile_instruction *instructions) {
    const tw_random random = {seed, TW_FOR_TEST, 0, 0};
    uint64_t at = 0;
    for (int i = 0; i < chain->length; i++) {
        instructions[i] = (tw_tile_instruction){.code = (uint8_t)chain->codes[i]};
        instructions[i].out = (int32_t)tw_random_below(&random, at++, PLACES);
        for (int k = 0; k < 4; k++) {
            instructions[i].in[k] = (int32_t)tw_random_below(&random, at++, PLACES);
            instructions[i].scalar[k] = (int32_t)tw_random_below(&random, at++, 6);
        }
    }
    if (chain->operands != 0) nest(chain, instructions);
}

static void place(double *buffer, size_t size, void *places[PLACES]) {
    const tw_random random = {7, TW_FOR_TEST, 0, 0};
    for (int i = 0; i < PLACES; i++) {
        places[i] = buffer + i * ELEMENTS;
        for (int k = 0; k < ELEMENTS; k++) {
            const double value = 0.1 + tw_random_uniform(&random, (uint64_t)(i * ELEMENTS + k));
            if (size == sizeof(float))
                ((float *)places[i])[k] = (float)value;
            else
                ((double *)places[i])[k] = value;
        }
    }
}

static void check(const tw_tile_sequence *chain, tw_tile_kernel *together,
                  tw_tile_kernel *const *kernels, size_t size) {
    static const int64_t counts[] = {0, 1, 7, 8, 9, 15, 16, 17, 32, 99, 100};
    for (uint32_t seed = 0; seed < 20; seed++) {
        tw_tile_instruction instructions[3];
        draw(chain, seed, instructions);
        for (size_t n = 0; n < sizeof counts / sizeof *counts; n++) {
            double one[PLACES * ELEMENTS] = {0}, other[PLACES * ELEMENTS] = {0};
            void *places[PLACES], *others[PLACES];
            place(one, size, places);
            place(other, size, others);
            together(places, instructions, scalars, counts[n]);
            for (int i = 0; i < chain->length; i++)
                kernels[chain->codes[i]](others, &instructions[i], scalars, counts[n]);
            const bool passed_on = chain->operands != 0 && instructions[1].out != PLACES - 1;
            const size_t compared = passed_on ? PLACES - 1 : PLACES;
            assert_memory_equal(one, other, compared * ELEMENTS * sizeof *one);
        }
    }
}

static void a_chain_gives_the_bits_of_its_instructions(void **state) {
    (void)state;
    for (int i = TW_CHAIN_NONE + 1; i < TW_CHAIN_COUNT; i++) {
        check(&tw_tile_sequences[i], tw_tile_chains_f32[i], tw_tile_kernels_f32, sizeof(float));
        if (tw_tile_sequences[i].operands == 0)
            check(&tw_tile_sequences[i], tw_tile_chains_f64[i], tw_tile_kernels_f64,
                  sizeof(double));
    }
}

// theta moves by the difference of g and s that s moves by, or by the new s.
static tw_tile_chain first_chain(tw_context *context, bool difference_again) {
    tw_tile_builder *b = NULL;
    tw_tile_program *program = NULL;
    assert_int_equal(tw_tile_builder_new(context, &b), TW_OK);
    const tw_tile_value none = TW_TILE_NO_VALUE, theta = tw_tile_read(b, 0), s = tw_tile_read(b, 2);
    const tw_tile_value d = tw_tile_apply(b, TW_TILE_SUBTRACT, tw_tile_read(b, 1), s, none);
    const tw_tile_value part = tw_tile_apply(b, TW_TILE_MULTIPLY, tw_tile_argument(b, 0), d, none);
    const tw_tile_value moved = tw_tile_apply(b, TW_TILE_ADD, s, part, none);
    const tw_tile_value step = tw_tile_apply(b, TW_TILE_MULTIPLY, difference_again ? d : moved,
                                             tw_tile_argument(b, 1), none);
    tw_tile_write(b, 2, moved);
    tw_tile_write(b, 0, tw_tile_apply(b, TW_TILE_SUBTRACT, theta, step, none));
    assert_int_equal(tw_tile_build(b, &program), TW_OK);
    assert_int_equal(program->instructions[0].code, TW_CODE_subtract);
    const tw_tile_chain chain = (tw_tile_chain)program->instructions[0].chain;
    tw_tile_program_free(program);
    tw_tile_builder_free(b);
    return chain;
}

static void only_a_result_that_nobody_else_reads_is_nested(void **state) {
    (void)state;
    tw_context *context = NULL;
    assert_int_equal(tw_context_new(&context), TW_OK);
    assert_int_equal(first_chain(context, false), TW_CHAIN_subtract_in_y_of_combine);
    assert_int_equal(first_chain(context, true), TW_CHAIN_NONE);
    tw_context_free(context);
}

TW_TESTS(a_chain_gives_the_bits_of_its_instructions, only_a_result_that_nobody_else_reads_is_nested)
