#include "test.h"

#include <math.h>
#include <string.h>

#include "base/random.h"

static void assert_words(const uint32_t counter[4], const uint32_t key[2],
                         const uint32_t expected[4]) {
    uint32_t out[4];
    tw_philox(counter, key, out);
    assert_memory_equal(out, expected, sizeof out);
}

// Random123 1.14, examples/kat_vectors, "philox4x32 10".
static void philox_gives_the_published_answers(void **state) {
    (void)state;
    const uint32_t zeros[4] = {0}, ones[4] = {~0u, ~0u, ~0u, ~0u};
    const uint32_t pi[4] = {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344};
    const uint32_t pi_key[2] = {0xa4093822, 0x299f31d0};
    const uint32_t of_zeros[4] = {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8};
    const uint32_t of_ones[4] = {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd};
    const uint32_t of_pi[4] = {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1};
    assert_words(zeros, zeros, of_zeros);
    assert_words(ones, ones, of_ones);
    assert_words(pi, pi_key, of_pi);
}

static void every_part_of_the_place_reaches_its_own_bits(void **state) {
    (void)state;
    const tw_random random = {.seed = 0x0123456789abcdef,
                              .purpose = TW_FOR_TEST,
                              .stream = 0xabcdef,
                              .step = 0x112233445566};
    const uint32_t counter[4] = {0xddeeff00, 0x33445566, 0x1122aabb, 0x06abcdef};
    const uint32_t key[2] = {0x89abcdef, 0x01234567};
    uint32_t expected[4], out[4];
    tw_philox(counter, key, expected);
    tw_random_block(&random, 0xaabbddeeff00, out);
    assert_memory_equal(out, expected, sizeof out);
}

static void uniforms_take_two_words_each_and_leave_out_the_ends(void **state) {
    (void)state;
    const tw_random random = {.seed = 7, .purpose = TW_FOR_TEST, .stream = 3, .step = 11};
    uint32_t words[4];
    tw_random_block(&random, 5, words);
    for (uint64_t i = 0; i < 2; i++) {
        uint64_t bits = (uint64_t)words[2 * i + 1] << 32 | words[2 * i];
        double u = tw_random_uniform(&random, 10 + i);
        assert_true(u == ((double)(bits >> 12) + 0.5) / 4503599627370496.0);
        assert_true(u > 0.0 && u < 1.0);
    }
    assert_true(((double)(UINT64_MAX >> 12) + 0.5) / 4503599627370496.0 < 1.0);
}

enum { DRAWS = 200000 };

// Means of powers, against those of the distribution within five standard errors.
static void assert_mean(double sum, double mean, double variance) {
    double error = sqrt(variance / DRAWS);
    if (!(fabs(sum / DRAWS - mean) < 5.0 * error)) {
        fail_msg("mean %.6f, expected %.6f within %.6f", sum / DRAWS, mean, 5.0 * error);
    }
}

static void uniforms_and_normals_have_their_moments(void **state) {
    (void)state;
    const tw_random random = {.seed = 1, .purpose = TW_FOR_TEST};
    double u1 = 0, u2 = 0, z1 = 0, z2 = 0, z4 = 0, pairs = 0;
    for (uint64_t i = 0; i < DRAWS; i++) {
        double u = tw_random_uniform(&random, i), z = tw_random_normal(&random, i);
        u1 += u;
        u2 += u * u;
        z1 += z;
        z2 += z * z;
        z4 += z * z * z * z;
        pairs += z * tw_random_normal(&random, i ^ 1);
    }
    assert_mean(u1, 1.0 / 2, 1.0 / 12);
    assert_mean(u2, 1.0 / 3, 4.0 / 45);
    assert_mean(z1, 0.0, 1.0);
    assert_mean(z2, 1.0, 2.0);
    assert_mean(z4, 3.0, 96.0);
    assert_mean(pairs, 0.0, 2.0); // a pair is met twice
}

static void normals_are_box_and_mullers(void **state) {
    (void)state;
    const tw_random random = {.seed = 5, .purpose = TW_FOR_TEST};
    double radius = sqrt(-2.0 * log(tw_random_uniform(&random, 8)));
    double angle = 2.0 * acos(-1.0) * tw_random_uniform(&random, 9);
    assert_true(fabs(tw_random_normal(&random, 8) - radius * cos(angle)) < 1e-14);
    assert_true(fabs(tw_random_normal(&random, 9) - radius * sin(angle)) < 1e-14);
}

static void numbers_below_a_bound_are_even_and_below_it(void **state) {
    (void)state;
    const tw_random random = {.seed = 2, .purpose = TW_FOR_TEST};

    enum { BOUND = 10 };

    int counts[BOUND] = {0};
    for (uint64_t i = 0; i < DRAWS; i++) {
        uint64_t drawn = tw_random_below(&random, i, BOUND);
        assert_true(drawn < BOUND);
        counts[drawn]++;
        assert_int_equal(tw_random_below(&random, i, 1), 0);
    }
    for (int k = 0; k < BOUND; k++) assert_mean(counts[k], 1.0 / BOUND, 0.9 / BOUND);
    assert_true(tw_random_below(&random, 0, UINT64_MAX) > UINT32_MAX); // not of one word alone
}

static void purposes_streams_steps_and_seeds_differ(void **state) {
    (void)state;
    const tw_random places[] = {
        {.seed = 0, .purpose = TW_FOR_INIT, .stream = 0, .step = 0},
        {.seed = 1, .purpose = TW_FOR_INIT, .stream = 0, .step = 0},
        {.seed = 0, .purpose = TW_FOR_ORDER, .stream = 0, .step = 0},
        {.seed = 0, .purpose = TW_FOR_INIT, .stream = 1, .step = 0},
        {.seed = 0, .purpose = TW_FOR_INIT, .stream = 0, .step = 1},
    };
    for (size_t i = 0; i < 5; i++) {
        for (size_t j = 0; j < i; j++) {
            assert_true(tw_random_uniform(&places[i], 0) != tw_random_uniform(&places[j], 0));
        }
    }
}

TW_TESTS(philox_gives_the_published_answers, every_part_of_the_place_reaches_its_own_bits,
         uniforms_take_two_words_each_and_leave_out_the_ends,
         uniforms_and_normals_have_their_moments, normals_are_box_and_mullers,
         numbers_below_a_bound_are_even_and_below_it, purposes_streams_steps_and_seeds_differ)
