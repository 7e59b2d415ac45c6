// Programs against plain evaluation of the same values, one element at a time.
#include "test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "tile/program.h"

#define NONE TW_TILE_NO_VALUE
#define ELEMENTS 1300 // two whole tiles and a tail

static tw_context *context;
static tw_tile_builder *builder;

static void start(void) {
    if (context == NULL) assert_int_equal(tw_context_new(&context), TW_OK);
    assert_ok(context, tw_tile_builder_new(context, &builder));
}

static tw_tile_program *finish(void) {
    tw_tile_program *program = NULL;
    assert_ok(context, tw_tile_build(builder, &program));
    tw_tile_builder_free(builder);
    return program;
}

static tw_tile_value two(tw_tile_operation operation, tw_tile_value a, tw_tile_value b) {
    return tw_tile_apply(builder, operation, a, b, NONE);
}

static tw_tile_value one(tw_tile_operation operation, tw_tile_value a) {
    return tw_tile_apply(builder, operation, a, NONE, NONE);
}

// s = beta1*s + (1 - beta1)*g, ...: arrays theta 0, g 1, s 2, r 3; arguments lr, beta1, beta2, eps,
// 1 - beta1^t, 1 - beta2^t.
static tw_tile_program *adam(void) {
    start();
    tw_tile_value theta = tw_tile_read(builder, 0), g = tw_tile_read(builder, 1);
    tw_tile_value s = tw_tile_read(builder, 2), r = tw_tile_read(builder, 3);
    tw_tile_value argument[6];
    for (int i = 0; i < 6; i++) argument[i] = tw_tile_argument(builder, i);
    tw_tile_value unit = tw_tile_constant(builder, 1);
    s = two(TW_TILE_ADD, two(TW_TILE_MULTIPLY, argument[1], s),
            two(TW_TILE_MULTIPLY, two(TW_TILE_SUBTRACT, unit, argument[1]), g));
    r = two(TW_TILE_ADD, two(TW_TILE_MULTIPLY, argument[2], r),
            two(TW_TILE_MULTIPLY, two(TW_TILE_SUBTRACT, unit, argument[2]),
                two(TW_TILE_POWER, g, tw_tile_constant(builder, 2))));
    tw_tile_value s_hat = two(TW_TILE_DIVIDE, s, argument[4]);
    tw_tile_value r_hat = two(TW_TILE_DIVIDE, r, argument[5]);
    tw_tile_value step = two(TW_TILE_DIVIDE, two(TW_TILE_MULTIPLY, argument[0], s_hat),
                             two(TW_TILE_ADD, argument[3], one(TW_TILE_SQUARE_ROOT, r_hat)));
    tw_tile_write(builder, 2, s);
    tw_tile_write(builder, 3, r);
    tw_tile_write(builder, 0, two(TW_TILE_SUBTRACT, theta, step));
    return finish();
}

static void adam_becomes_three_instructions_without_registers(void **state) {
    (void)state;
    tw_tile_program *program = adam();
    tw_text text;
    tw_text_start(&text, context);
    tw_tile_format(program, &text);
    puts(text.data);
    assert_int_equal(program->instruction_count, 3);
    assert_int_equal(program->register_count, 0);
    assert_int_equal(tw_tile_arrays_read(program), 4);
    assert_int_equal(tw_tile_arrays_written(program), 3);
    tw_text_free(&text);
    tw_tile_program_free(program);
}

TW_TESTS(adam_becomes_three_instructions_without_registers)
