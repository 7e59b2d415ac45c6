// The loops over vectors, of which every pass is made. Included once for each pair of types, with SPACE,
// KEPT and KERNEL(name) defined. Types meet in double.
// Sums run in lanes that are added in order, products are fused: bits do not depend on the machine.

typedef SPACE KERNEL(space_quad) __attribute__((vector_size(QUAD * sizeof(SPACE))));
typedef KEPT KERNEL(kept_quad) __attribute__((vector_size(QUAD * sizeof(KEPT))));

static INLINE void KERNEL(space_at)(quad *out, const SPACE *a) {
    *out = (quad){(double)a[0], (double)a[1], (double)a[2], (double)a[3]};
}

static INLINE void KERNEL(kept_at)(quad *out, const KEPT *a) {
    *out = (quad){(double)a[0], (double)a[1], (double)a[2], (double)a[3]};
}

// As whole numbers the bits of sizes are in order, infinity and what is no number behind all others.
TW_SIMD_256 static void KERNEL(slope_lanes)(double *sums, const SPACE *g, const SPACE *d,
                                            int64_t size) {
    quad product[2] = {{0}}, at = {0}, of = {0};
    quad_bits top[2] = {{0}};
    int64_t i = 0;
    for (; i + LANES <= size; i += LANES)
#pragma GCC unroll 2
        for (int q = 0; q < 2; q++) {
            KERNEL(space_at)(&at, g + i + QUAD * q);
            KERNEL(space_at)(&of, d + i + QUAD * q);
            fuse(&product[q], &at, &of);
            quad_bits bits = (quad_bits)at & INT64_MAX, more = bits > top[q];
            top[q] = (bits & more) | (top[q] & ~more);
        }
    double sum = 0, largest = 0, lanes[LANES], tops[LANES];
    memcpy(lanes, product, sizeof lanes);
    memcpy(tops, top, sizeof tops);
    for (int l = 0; l < LANES; l++) {
        sum += lanes[l];
        largest = larger(largest, tops[l]);
    }
    for (; i < size; i++) {
        sum = __builtin_fma((double)g[i], (double)d[i], sum);
        largest = larger(largest, fabs((double)g[i]));
    }
    sums[0] = sum;
    sums[1] = isfinite(largest) ? largest : (double)NAN;
}

static void KERNEL(slope)(double *sums, const void *g, const void *d, int64_t size) {
    KERNEL(slope_lanes)(sums, g, d, size);
}

// In double also for f32: one rounding.
TW_SIMD_256 static void KERNEL(step)(SPACE *to, const SPACE *x, double step, const SPACE *d,
                                     int64_t size) {
    for (int64_t i = 0; i < size; i++)
        to[i] = (SPACE)__builtin_fma(step, (double)d[i], (double)x[i]);
}

static void KERNEL(move)(void *to, const void *x, double step, const void *d, int64_t size) {
    KERNEL(step)(to, x, step, d, size);
}

TW_SIMD_256 static void KERNEL(widen)(double *restrict out, double factor, const SPACE *restrict a,
                                      int64_t size) {
    for (int64_t i = 0; i < size; i++) out[i] = factor * (double)a[i];
}

static void KERNEL(load)(double *out, double factor, const void *a, int64_t size) {
    KERNEL(widen)(out, factor, a, size);
}

TW_SIMD_256 static void KERNEL(store_lanes)(SPACE *restrict out, const double *restrict sum,
                                            const SPACE *restrict with, double *sums,
                                            int64_t size) {
    quad to_with[2] = {{0}}, to_out[2] = {{0}}, at, of;
    int64_t i = 0;
    for (; i + LANES <= size; i += LANES)
#pragma GCC unroll 2
        for (int q = 0; q < 2; q++) {
            memcpy(&at, sum + i + QUAD * q, sizeof at);
            KERNEL(space_quad) stored = __builtin_convertvector(at, KERNEL(space_quad));
            memcpy(out + i + QUAD * q, &stored, sizeof stored);
            KERNEL(space_at)(&at, out + i + QUAD * q);
            KERNEL(space_at)(&of, with + i + QUAD * q);
            fuse(&to_with[q], &of, &at);
            fuse(&to_out[q], &at, &at);
        }
    double lanes[2][LANES], sum_with = 0, sum_out = 0;
    memcpy(lanes[0], to_with, sizeof to_with);
    memcpy(lanes[1], to_out, sizeof to_out);
    for (int l = 0; l < LANES; l++) {
        sum_with += lanes[0][l];
        sum_out += lanes[1][l];
    }
    for (; i < size; i++) {
        out[i] = (SPACE)sum[i];
        sum_with = __builtin_fma((double)with[i], (double)out[i], sum_with);
        sum_out = __builtin_fma((double)out[i], (double)out[i], sum_out);
    }
    sums[0] += sum_with;
    sums[1] += sum_out;
}

static void KERNEL(store)(void *out, const double *sum, const void *with, double *sums,
                          int64_t size) {
    KERNEL(store_lanes)(out, sum, with, sums, size);
}

// Stores four numbers as what is kept, and rounds them as it does.
static INLINE void KERNEL(keep_at)(KEPT *out, quad *a) {
    KERNEL(kept_quad) rounded = __builtin_convertvector(*a, KERNEL(kept_quad));
    memcpy(out, &rounded, sizeof rounded);
    KERNEL(kept_at)(a, out);
}

TW_SIMD_256 static void KERNEL(newest_lanes)(KEPT *restrict step, double step_factor,
                                             const SPACE *restrict direction, KEPT *restrict change,
                                             double change_factor, const SPACE *restrict after,
                                             const SPACE *restrict before, int64_t size,
                                             double *with_change, double *with_after) {
    quad sy = {0}, yy = {0}, sg = {0}, yg = {0}, s = {0}, y = {0}, g = {0};
    int64_t i = 0;
    for (; i + LANES <= size; i += LANES)
#pragma GCC unroll 2
        for (int64_t at = i; at < i + LANES; at += QUAD) {
            KERNEL(space_at)(&s, direction + at);
            KERNEL(space_at)(&g, after + at);
            KERNEL(space_at)(&y, before + at);
            s = step_factor * s;
            y = change_factor * (g - y);
            KERNEL(keep_at)(step + at, &s);
            KERNEL(keep_at)(change + at, &y);
            fuse(&sy, &s, &y);
            fuse(&yy, &y, &y);
            fuse(&sg, &s, &g);
            fuse(&yg, &y, &g);
        }
    double s_y = across(&sy), y_y = across(&yy), s_g = across(&sg), y_g = across(&yg);
    for (; i < size; i++) {
        double now = (double)after[i];
        step[i] = (KEPT)(step_factor * (double)direction[i]);
        change[i] = (KEPT)(change_factor * (now - (double)before[i]));
        s_y = __builtin_fma((double)step[i], (double)change[i], s_y);
        y_y = __builtin_fma((double)change[i], (double)change[i], y_y);
        s_g = __builtin_fma((double)step[i], now, s_g);
        y_g = __builtin_fma((double)change[i], now, y_g);
    }
    with_change[0] += s_y;
    with_change[1] += y_y;
    with_after[0] += s_g;
    with_after[1] += y_g;
}

static void KERNEL(newest)(const tw_pair *pair, int64_t at, int64_t size, double *with_change,
                           double *with_after) {
    KEPT passing[PAIR_TILE], *step = pair->step == NULL ? passing : (KEPT *)pair->step + at;
    KERNEL(newest_lanes)
    (step, pair->step_factor, (const SPACE *)pair->direction + at, (KEPT *)pair->change + at,
     pair->change_factor, (const SPACE *)pair->after + at, (const SPACE *)pair->before + at, size,
     with_change, with_after);
}

// Factors come four times each.
TW_SIMD_256 static void KERNEL(add_some)(double *restrict sum, const quad factors[SUM],
                                         const KEPT *const vectors[SUM], int64_t size) {
    const KEPT *v[SUM];
    quad c[SUM];
    memcpy(v, vectors, sizeof v);
    memcpy(c, factors, sizeof c);
    int64_t i = 0;
#pragma GCC unroll 4
    for (; i + QUAD <= size; i += QUAD) {
        quad at, of;
        memcpy(&at, sum + i, sizeof at);
#pragma GCC unroll 5
        for (int k = 0; k < SUM; k++) {
            KERNEL(kept_at)(&of, v[k] + i);
            fuse(&at, &of, &c[k]);
        }
        memcpy(sum + i, &at, sizeof at);
    }
    for (; i < size; i++)
        for (int k = 0; k < SUM; k++) sum[i] = __builtin_fma((double)v[k][i], c[k][0], sum[i]);
}

TW_SIMD_256 static void KERNEL(add_one)(double *restrict sum, double factor, const KEPT *restrict v,
                                        int64_t size) {
    for (int64_t i = 0; i < size; i++) sum[i] = __builtin_fma((double)v[i], factor, sum[i]);
}

static void KERNEL(add)(double *sum, const double *factors, const tw_vectors *vectors, int64_t at,
                        int64_t size) {
    int i = 0;
    for (; i + SUM <= vectors->count; i += SUM) {
        const KEPT *v[SUM];
        quad c[SUM];
        for (int k = 0; k < SUM; k++) {
            double f = factors[i + k];
            v[k] = (const KEPT *)vectors->at[i + k] + at;
            c[k] = (quad){f, f, f, f};
        }
        KERNEL(add_some)(sum, c, v, size);
    }
    for (; i < vectors->count; i++)
        KERNEL(add_one)(sum, factors[i], (const KEPT *)vectors->at[i] + at, size);
}

// Products of `count` vectors, a constant, with y and with g. A line of each vector is read once.
static INLINE void KERNEL(meet_some)(const KEPT *const *vectors, int count, const KEPT *y,
                                     const SPACE *g, int64_t size, double *with_y, double *with_g) {
    const KEPT *v[MEET];
    quad to_y[MEET], to_g[MEET];
#pragma GCC unroll 6
    for (int k = 0; k < count; k++) {
        v[k] = vectors[k];
        to_y[k] = to_g[k] = (quad){0};
    }
    int64_t i = 0;
    for (; i + LANES <= size; i += LANES)
#pragma GCC unroll 2
        for (int64_t at = i; at < i + LANES; at += QUAD) {
            quad y_at, g_at, v_at;
            KERNEL(kept_at)(&y_at, y + at);
            KERNEL(space_at)(&g_at, g + at);
#pragma GCC unroll 6
            for (int k = 0; k < count; k++) {
                KERNEL(kept_at)(&v_at, v[k] + at);
                fuse(&to_y[k], &v_at, &y_at);
                fuse(&to_g[k], &v_at, &g_at);
            }
        }
    for (int k = 0; k < count; k++) {
        with_y[k] = across(&to_y[k]);
        with_g[k] = across(&to_g[k]);
        for (int64_t rest = i; rest < size; rest++) {
            with_y[k] = __builtin_fma((double)v[k][rest], (double)y[rest], with_y[k]);
            with_g[k] = __builtin_fma((double)v[k][rest], (double)g[rest], with_g[k]);
        }
    }
}

TW_SIMD_256 static void KERNEL(meet_many)(const KEPT *const vectors[MEET], const KEPT *y,
                                          const SPACE *g, int64_t size, double with_y[MEET],
                                          double with_g[MEET]) {
    KERNEL(meet_some)(vectors, MEET, y, g, size, with_y, with_g);
}

TW_SIMD_256 static void KERNEL(meet_few)(const KEPT *const vectors[MEET_FEW], const KEPT *y,
                                         const SPACE *g, int64_t size, double with_y[MEET_FEW],
                                         double with_g[MEET_FEW]) {
    KERNEL(meet_some)(vectors, MEET_FEW, y, g, size, with_y, with_g);
}

// Products of ten vectors with g alone. As a case of the loop above, L-BFGS takes a tenth longer.
TW_SIMD_256 static void KERNEL(meet_ten)(const KEPT *const vectors[TEN], const SPACE *g,
                                         int64_t size, double with_g[TEN]) {
    const KEPT *v[TEN];
    quad to_g[TEN];
#pragma GCC unroll 10
    for (int k = 0; k < TEN; k++) {
        v[k] = vectors[k];
        to_g[k] = (quad){0};
    }
    int64_t i = 0;
    for (; i + QUAD <= size; i += QUAD) {
        quad g_at, v_at;
        KERNEL(space_at)(&g_at, g + i);
#pragma GCC unroll 10
        for (int k = 0; k < TEN; k++) {
            KERNEL(kept_at)(&v_at, v[k] + i);
            fuse(&to_g[k], &v_at, &g_at);
        }
    }
    for (int k = 0; k < TEN; k++) {
        with_g[k] = across(&to_g[k]);
        for (int64_t rest = i; rest < size; rest++)
            with_g[k] = __builtin_fma((double)v[k][rest], (double)g[rest], with_g[k]);
    }
}

// Where `room` vectors from number `first` on are; the last one again for those that are not there.
static void KERNEL(list)(const KEPT **v, int room, const tw_vectors *vectors, int first,
                         int64_t at) {
    int last = vectors->count - 1;
    for (int k = 0; k < room; k++)
        v[k] = (const KEPT *)vectors->at[first + k < last ? first + k : last] + at;
}

static void KERNEL(meet)(const tw_pair *pair, int64_t at, int64_t size, double *with_change,
                         double *with_after) {
    const KEPT *v[MEET], *y = (const KEPT *)pair->change + at;
    const SPACE *g = (const SPACE *)pair->after + at;
    double with_y[MEET], with_g[MEET];
    int count = pair->vectors.count;
    for (int i = 0; i < count; i += MEET) {
        KERNEL(list)(v, MEET, &pair->vectors, i, at);
        bool few = count - i <= MEET_FEW;
        (few ? KERNEL(meet_few) : KERNEL(meet_many))(v, y, g, size, with_y, with_g);
        for (int k = 0; k < MEET && i + k < count; k++) {
            with_change[i + k] += with_y[k];
            with_after[i + k] += with_g[k];
        }
    }
}

static void KERNEL(meet_after)(const tw_pair *pair, int64_t at, int64_t size, double *with_after) {
    const KEPT *v[TEN];
    double with_g[TEN];
    int count = pair->vectors.count;
    for (int i = 0; i < count; i += TEN) {
        KERNEL(list)(v, TEN, &pair->vectors, i, at);
        KERNEL(meet_ten)(v, (const SPACE *)pair->after + at, size, with_g);
        for (int k = 0; k < TEN && i + k < count; k++) with_after[i + k] += with_g[k];
    }
}

static const kernels KERNEL(kernels) = {
    .space_size = sizeof(SPACE),
    .slope = KERNEL(slope),
    .move = KERNEL(move),
    .load = KERNEL(load),
    .add = KERNEL(add),
    .store = KERNEL(store),
    .newest = KERNEL(newest),
    .meet = KERNEL(meet),
    .meet_after = KERNEL(meet_after),
};

#undef SPACE
#undef KEPT
#undef KERNEL
