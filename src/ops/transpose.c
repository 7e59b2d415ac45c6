// transpose: axes in a new order. Axes that stay neighbours are moved as one; where the last one changes,
// squares that fit the nearest cache are turned, so that neither side is read or written in long jumps.
#include "ops/axes.h"

#include <string.h>

#include "tensor/matrix_kernel.h"

#define SIDE 32 // of a square
#define CHUNK_ELEMENTS 16384

// The output's axes after merging, and the input's step along each, in elements.
typedef struct layout {
    int rank;
    int64_t size[TW_RANK_MAX], step[TW_RANK_MAX];
    int fast; // the axis along which the input lies without gaps
} layout;

static tw_status shape(const tw_op_shapes *s) {
    for (int i = 0; i < s->out->rank; i++) {
        s->out->size[i] = s->in[0]->size[s->attributes->integer[i]];
    }
    return TW_OK;
}

static void gradient(const tw_op_gradient *d) {
    int rank = tw_node_shape(d->graph, d->out)->rank;
    int back[TW_RANK_MAX] = {0};
    for (int i = 0; i < rank; i++) back[d->attributes->integer[i]] = i;
    d->d_in[0] = tw_transpose(d->graph, d->d_out, back);
}

static layout layout_of(const tw_kernel *kernel) {
    const tw_shape *x = &kernel->in_shape[0];
    const int64_t *order = kernel->attributes->integer;
    int64_t step[TW_RANK_MAX], next = 1;
    for (int i = x->rank - 1; i >= 0; i--) {
        step[i] = next;
        next *= x->size[i];
    }
    layout l = {.rank = 0};
    for (int i = 0; i < x->rank; i++) {
        int64_t size = x->size[order[i]];
        if (size == 1) continue;
        if (l.rank > 0 && l.step[l.rank - 1] == step[order[i]] * size) {
            l.size[l.rank - 1] *= size;
            l.step[l.rank - 1] = step[order[i]];
            continue;
        }
        l.size[l.rank] = size;
        l.step[l.rank++] = step[order[i]];
    }
    if (l.rank == 0) l = (layout){.rank = 1, .size = {1}, .step = {1}};
    for (int i = 0; i < l.rank; i++) {
        if (l.step[i] == 1) l.fast = i;
    }
    return l;
}

// A unit of work is a square, or, where the last axis stays, SIDE*SIDE elements of it.
typedef struct cut {
    int64_t others, slow_cuts, fast_cuts; // squares along the last axis, along the fast axis
    int64_t slow_side;
} cut;

static cut cut_of(const layout *l) {
    cut c = {1, 1, 1, SIDE};
    int last = l->rank - 1;
    for (int i = 0; i < last; i++) {
        if (i != l->fast) c.others *= l->size[i];
    }
    if (l->fast == last) {
        c.slow_side = SIDE * SIDE;
    } else {
        c.fast_cuts = (l->size[l->fast] + SIDE - 1) / SIDE;
    }
    c.slow_cuts = (l->size[last] + c.slow_side - 1) / c.slow_side;
    return c;
}

static int64_t smaller(int64_t a, int64_t b) {
    return a < b ? a : b;
}

static void prepare(tw_kernel *kernel) {
    int64_t elements = tw_shape_elements(&kernel->out_shape);
    layout l = layout_of(kernel);
    cut c = cut_of(&l);
    int64_t units = elements == 0 ? 0 : c.others * c.slow_cuts * c.fast_cuts;
    int64_t share = units == 0 ? 1 : elements / units; // of a unit, on average
    int64_t chunk_units = share < CHUNK_ELEMENTS ? CHUNK_ELEMENTS / (share < 1 ? 1 : share) : 1;
    kernel->size[0] = units;
    kernel->size[1] = chunk_units;
    kernel->chunk_count = (units + chunk_units - 1) / chunk_units;
    kernel->chunk_ns = 50.0 + 0.5 * (double)(smaller(chunk_units, units) * share);
}

// Moves one unit.
static void move(const tw_kernel *kernel, const layout *l, const cut *c, int64_t unit) {
    int last = l->rank - 1;
    int64_t bytes = (int64_t)tw_dtype_size(kernel->in_dtype[0]);
    int64_t slow = unit % c->slow_cuts * c->slow_side, rest = unit / c->slow_cuts;
    int64_t fast = rest % c->fast_cuts * SIDE;
    rest /= c->fast_cuts;
    int64_t from = slow * l->step[last], to = slow, to_step = l->size[last], fast_step = 1;
    for (int i = last - 1; i >= 0; i--) {
        int64_t index = fast;
        if (i == l->fast) {
            fast_step = to_step;
        } else {
            index = rest % l->size[i];
            rest /= l->size[i];
        }
        from += index * l->step[i];
        to += index * to_step;
        to_step *= l->size[i];
    }
    const char *in = (const char *)kernel->in[0] + from * bytes;
    char *out = (char *)kernel->out + to * bytes;
    int64_t slow_count = smaller(c->slow_side, l->size[last] - slow);
    int64_t fast_count = smaller(SIDE, l->size[l->fast] - fast);
    if (l->fast == last) {
        memcpy(out, in, (size_t)(slow_count * bytes));
    } else {
        // the same turn that matrix products make of what they read transposed
        tw_matrix_kernel_at(bytes == 8, 0)
            ->transpose(in, l->step[last], slow_count, fast_count, out, fast_step);
    }
}

static void chunk(const tw_kernel *kernel, int64_t number) {
    layout l = layout_of(kernel);
    cut c = cut_of(&l);
    int64_t first = number * kernel->size[1];
    int64_t end = smaller(first + kernel->size[1], kernel->size[0]);
    for (int64_t unit = first; unit < end; unit++) move(kernel, &l, &c, unit);
}

static const tw_op op = {
    .name = "transpose",
    .inputs = 1,
    .shape = shape,
    .gradient = gradient,
    .prepare = prepare,
    .chunk = chunk,
};

tw_node tw_transpose(tw_graph *graph, tw_node x, const int *order) {
    if (tw_graph_check(graph) != TW_OK) return TW_NO_NODE;
    const tw_shape *in = tw_node_shape(graph, x);
    tw_attributes attributes = {.object = NULL};
    bool seen[TW_RANK_MAX] = {false}, moved = false;
    for (int i = 0; i < in->rank; i++) {
        if (order[i] < 0 || order[i] >= in->rank || seen[order[i]]) {
            char text[TW_SHAPE_TEXT_BYTES];
            tw_graph_fail(
                graph, TW_BAD_SHAPE,
                "transpose: axis %d at place %d of the order for %s; each axis from 0 to %d "
                "must be there once",
                order[i], i, tw_shape_format(in, text), in->rank - 1);
            return TW_NO_NODE;
        }
        seen[order[i]] = true;
        moved = moved || order[i] != i;
        attributes.integer[i] = order[i];
    }
    return moved ? tw_graph_add(graph, &op, &x, 1, &attributes) : x;
}
