#include "support/tile_check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

typedef struct sheet {
    void *memory[TW_TILE_ARRAYS_MAX]; // with a margin that must stay as it is
    double *before[TW_TILE_ARRAYS_MAX];
} sheet;

#define MARGIN 16 // elements

static size_t bytes_of(const tw_tile_check *c, tw_dtype dtype) {
    return (size_t)(c->elements + MARGIN) * (dtype == TW_F32 ? sizeof(float) : sizeof(double));
}

static double load(const void *memory, tw_dtype dtype, int64_t k) {
    return dtype == TW_F32 ? (double)((const float *)memory)[k] : ((const double *)memory)[k];
}

static double first_value(const tw_tile_check *c, int array, int64_t k) {
    if (c->values != NULL) {
        // The second array takes a value for each round of the first: all pairs meet.
        int64_t round = k;
        for (int i = 0; i < array; i++) round /= c->value_count;
        return c->values[round % c->value_count];
    }
    const tw_random random = {7, TW_FOR_TEST, (uint32_t)array, 0};
    return c->low + (c->high - c->low) * tw_random_uniform(&random, (uint64_t)k);
}

static void fill(const tw_tile_check *c, tw_dtype dtype, sheet *s) {
    for (int i = 0; i < c->array_count; i++) {
        s->memory[i] = malloc(bytes_of(c, dtype));
        s->before[i] = malloc((size_t)(c->elements + MARGIN) * sizeof(double));
        for (int64_t k = 0; k < c->elements + MARGIN; k++) {
            const double value = first_value(c, i, k);
            if (dtype == TW_F32)
                ((float *)s->memory[i])[k] = (float)value;
            else
                ((double *)s->memory[i])[k] = value;
            s->before[i][k] = load(s->memory[i], dtype, k);
        }
    }
}

static void drop(const tw_tile_check *c, sheet *s) {
    for (int i = 0; i < c->array_count; i++) {
        free(s->memory[i]);
        free(s->before[i]);
    }
}

// The element of an array that place k of the space reads.
static int64_t element_of(const tw_tile_check *c, int array, int64_t k) {
    if (c->walks == NULL) return k;
    int64_t element = 0;
    for (int i = c->space->rank; i-- > 0;) {
        element += k % c->space->size[i] * c->walks[array].step[i];
        k /= c->space->size[i];
    }
    return element;
}

static void evaluate_all(const tw_tile_check *c, const sheet *s, tw_dtype dtype, int64_t k,
                         double *values) {
    const tw_random random = {3, TW_FOR_RULE, 5, 9};
    for (size_t v = 0; v < c->builder->node_count; v++) {
        const tw_tile_node *node = &c->builder->nodes[v];
        double in[3] = {0, 0, 0};
        for (int i = 0; i < 3; i++)
            if (node->in[i] != TW_TILE_NO_VALUE) in[i] = values[node->in[i]];
        tw_random stream = random;
        stream.stream += (uint32_t)node->number;
        if (node->operation == TW_TILE_READ) {
            values[v] = s->before[node->number][element_of(c, node->number, k)];
        } else if (node->operation == TW_TILE_ARGUMENT) {
            values[v] = c->arguments[node->number];
        } else if (node->operation == TW_TILE_CONSTANT) {
            values[v] = node->constant;
        } else if (node->operation == TW_TILE_UNIFORM && dtype == TW_F32) {
            uint32_t words[4];
            tw_random_block(&stream, (uint64_t)k / 4, words);
            values[v] = ((words[k % 4] >> 9) + 0.5) * 0x1p-23;
        } else if (node->operation == TW_TILE_UNIFORM) {
            values[v] = tw_random_uniform(&stream, (uint64_t)k);
        } else if (node->operation == TW_TILE_COARSE_UNIFORM) {
            uint32_t words[4];
            tw_random_block(&stream, (uint64_t)(k / 64 * 8 + k % 8), words);
            values[v] = ((words[k / 16 % 4] >> k / 8 % 2 * 16 & 0xFFFF) + 0.5) * 0x1p-16;
        } else if (node->operation == TW_TILE_NORMAL && dtype == TW_F32) {
            uint32_t words[4];
            tw_random_block(&stream, (uint64_t)k / 4, words);
            const uint32_t *pair = words + k % 4 / 2 * 2;
            const double radius = sqrt(-2 * log((pair[0] + 0.5) * 0x1p-32));
            const double angle = 2 * acos(-1) * pair[1] * 0x1p-32;
            values[v] = radius * (k % 2 == 0 ? cos(angle) : sin(angle));
        } else if (node->operation == TW_TILE_NORMAL) {
            values[v] = tw_random_normal(&stream, (uint64_t)k);
        } else {
            values[v] = tw_tile_evaluate((tw_tile_operation)node->operation, in[0], in[1], in[2]);
            if (!node->scalar && dtype == TW_F32 && fabs(values[v]) > 3.4028235e38)
                values[v] = copysign(INFINITY, values[v]);
        }
    }
}

static void compare(const tw_tile_check *c, tw_dtype dtype, int array, int64_t k, double found,
                    double expected) {
    const double tolerance = dtype == TW_F32 ? c->tolerance_f32 : c->tolerance_f64;
    if (isnan(expected) ? isnan(found) : found == expected) return;
    if (fabs(found - expected) <= tolerance * (fabs(expected) + 1)) return;
    fail_msg("%s array %d element %d: found %.17g, expected %.17g", dtype == TW_F32 ? "f32" : "f64",
             array, (int)k, found, expected);
}

static void compare_all(const tw_tile_check *c, tw_dtype dtype, const sheet *s,
                        const double *reductions) {
    double values[4 * TW_TILE_VALUES_MAX], expected[TW_TILE_REDUCTIONS_MAX];
    const tw_tile_builder *builder = c->builder;
    for (int i = 0; i < builder->reduction_count; i++)
        expected[i] = builder->reductions[i].reduction == TW_TILE_LARGEST ? -INFINITY : 0;
    for (int64_t k = 0; k < c->elements; k++) {
        evaluate_all(c, s, dtype, k, values);
        for (int i = 0; i < builder->write_count; i++) {
            const int array = builder->write_order[i];
            compare(c, dtype, array, k, load(s->memory[array], dtype, k),
                    values[builder->written[array]]);
        }
        for (int i = 0; i < builder->reduction_count; i++) {
            const double v = values[builder->reductions[i].value];
            switch (builder->reductions[i].reduction) {
            case TW_TILE_SUM:
                expected[i] += v;
                break;
            case TW_TILE_SQUARES:
                expected[i] += v * v;
                break;
            case TW_TILE_LARGEST:
                expected[i] = v > expected[i] ? v : expected[i];
                break;
            }
        }
    }
    for (int i = 0; i < builder->reduction_count; i++)
        compare(c, dtype, -1 - i, -1, reductions[i], expected[i]);
    for (int i = 0; i < c->array_count; i++)
        for (int64_t k = c->elements; k < c->elements + MARGIN; k++)
            compare(c, dtype, i, k, load(s->memory[i], dtype, k), s->before[i][k]);
}

static void run_type(const tw_tile_check *c, const tw_tile_program *program, tw_dtype dtype) {
    sheet whole, cut;
    double reductions[TW_TILE_REDUCTIONS_MAX], pieces[TW_TILE_REDUCTIONS_MAX];
    fill(c, dtype, &whole);
    fill(c, dtype, &cut);
    tw_tile_call call = {.arrays = whole.memory,
                         .walks = c->walks,
                         .space = c->space,
                         .arguments = c->arguments,
                         .random = {3, TW_FOR_RULE, 5, 9},
                         .reductions = reductions};
    tw_tile_run(program, dtype, &call, 0, c->elements);
    compare_all(c, dtype, &whole, reductions);
    call.arrays = cut.memory;
    call.reductions = pieces;
    for (int64_t k = 0; k < c->elements; k += TW_TILE_ELEMENTS) {
        const int64_t end = k + TW_TILE_ELEMENTS;
        tw_tile_run(program, dtype, &call, k, end < c->elements ? end : c->elements);
    }
    for (int i = 0; i < c->array_count; i++)
        assert_memory_equal(whole.memory[i], cut.memory[i], bytes_of(c, dtype));
    drop(c, &whole);
    drop(c, &cut);
}

void tw_test_tile(const tw_tile_check *check) {
    tw_tile_program *program = NULL;
    assert_ok(check->context, tw_tile_build(check->builder, &program));
    run_type(check, program, TW_F32);
    run_type(check, program, TW_F64);
    tw_tile_program_free(program);
}
