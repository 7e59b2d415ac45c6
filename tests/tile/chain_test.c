// Chains: the loop of several instructions does what theirs do one after the other.
#include "test.h"

#include <string.h>

#include "tile/kernels.h"

#define PLACES 5
#define ELEMENTS 100

typedef struct sequence {
    int length;
    tw_tile_code codes[3];
} sequence;

// clang-format off
static const sequence chains[TW_CHAIN_COUNT] = {
#define TW_TILE_ENTRY(first, second, third)                                                        \
    [TW_CHAIN_##first##_##second##_##third] =                                                      \
        {3, {TW_CODE_##first, TW_CODE_##second, TW_CODE_##third}},
    TW_TILE_TRIPLES(TW_TILE_ENTRY)
#undef TW_TILE_ENTRY
#define TW_TILE_ENTRY(first, second)                                                               \
    [TW_CHAIN_##first##_##second] = {2, {TW_CODE_##first, TW_CODE_##second}},
    TW_TILE_PAIRS(TW_TILE_ENTRY)
#undef TW_TILE_ENTRY
};
// clang-format on

static const double scalars[] = {0.9, 0.1, 1e-3, 1e-8, 1, -0.3};

// Instructions on drawn places, so that they read what others wrote and write where they read.
static void draw(const sequence *chain, uint32_t seed, tw_tile_instruction *instructions) {
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

static void check(const sequence *chain, tw_tile_kernel *together, tw_tile_kernel *const *kernels,
                  size_t size) {
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
            assert_memory_equal(one, other, sizeof one);
        }
    }
}

static void a_chain_gives_the_bits_of_its_instructions(void **state) {
    (void)state;
    for (int i = TW_CHAIN_NONE + 1; i < TW_CHAIN_COUNT; i++) {
        check(&chains[i], tw_tile_chains_f32[i], tw_tile_kernels_f32, sizeof(float));
        check(&chains[i], tw_tile_chains_f64[i], tw_tile_kernels_f64, sizeof(double));
    }
}

TW_TESTS(a_chain_gives_the_bits_of_its_instructions)
