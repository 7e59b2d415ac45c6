// Arrays that are smaller than the space and repeat in it, against plain indexing.
#include "test.h"

#include "support/tile_check.h"

static tw_context *context;

// Arrays 0 and 1 are read through walks, array 2 becomes their product and array 3 their sum.
static void check_walks(const tw_tile_space *space, tw_tile_walk first, tw_tile_walk second) {
    tw_tile_walk whole = {{0}};
    int64_t elements = 1;
    for (int i = space->rank; i-- > 0;) {
        whole.step[i] = elements;
        elements *= space->size[i];
    }
    const tw_tile_walk walks[4] = {first, second, whole, whole};
    tw_tile_check check = {.context = context,
                           .array_count = 4,
                           .elements = elements,
                           .walks = walks,
                           .space = space,
                           .low = -1,
                           .high = 1,
                           .tolerance_f32 = 1e-6,
                           .tolerance_f64 = 1e-15};
    if (context == NULL) assert_int_equal(tw_context_new(&check.context), TW_OK);
    context = check.context;
    assert_ok(context, tw_tile_builder_new(context, &check.builder));
    const tw_tile_value x = tw_tile_read(check.builder, 0), y = tw_tile_read(check.builder, 1);
    tw_tile_write(check.builder, 2,
                  tw_tile_apply(check.builder, TW_TILE_MULTIPLY, x, y, TW_TILE_NO_VALUE));
    tw_tile_write(check.builder, 3,
                  tw_tile_apply(check.builder, TW_TILE_ADD, x, y, TW_TILE_NO_VALUE));
    tw_test_tile(&check);
    tw_tile_builder_free(check.builder);
}

// The walk of an array that has the dimensions in `kept` (a bit each) and repeats in the others.
static tw_tile_walk walk_of(const tw_tile_space *space, unsigned kept) {
    tw_tile_walk walk = {{0}};
    int64_t step = 1;
    for (int i = space->rank; i-- > 0;) {
        if (!(kept >> i & 1)) continue;
        walk.step[i] = step;
        step *= space->size[i];
    }
    return walk;
}

static void every_pattern_of_repetition_reads_what_indexing_reads(void **state) {
    (void)state;
    static const tw_tile_space spaces[] = {
        {1, {1300}},          {2, {130, 10}},  {2, {3, 700}},      {2, {1, 9}},
        {3, {7, 1, 90}},      {3, {5, 33, 8}}, {4, {3, 4, 9, 11}}, {4, {2, 1, 40, 16}},
        {4, {1, 1, 1, 1024}}, {2, {2048, 1}},  {3, {2, 512, 3}},   {8, {2, 1, 3, 2, 2, 3, 2, 5}},
    };
    for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++) {
        const unsigned forms = 1u << spaces[i].rank;
        for (unsigned kept = 0; kept < forms; kept++)
            check_walks(&spaces[i], walk_of(&spaces[i], kept),
                        walk_of(&spaces[i], forms - 1 - kept));
    }
}

static void a_transposed_array_is_read_through_its_steps(void **state) {
    (void)state;
    static const tw_tile_space space = {2, {37, 41}};
    check_walks(&space, (tw_tile_walk){{1, 37}}, (tw_tile_walk){{41, 1}});
}

static void nothing_is_left_allocated(void **state) {
    (void)state;
    assert_int_equal(tw_context_memory(context).live_bytes, 0);
    tw_context_free(context);
}

TW_TESTS(every_pattern_of_repetition_reads_what_indexing_reads,
         a_transposed_array_is_read_through_its_steps, nothing_is_left_allocated)
