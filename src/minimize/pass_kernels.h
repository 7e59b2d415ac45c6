// The loops over vectors of one type, of which every pass is made. Included once for each type, with
// ELEMENT, the whole number BITS of its size and KERNEL(name) defined. Types meet in double.
// Sums run in lanes that are added in order, products are fused: bits do not depend on the machine.

TW_SIMD static double KERNEL(product_lanes)(const ELEMENT *a, const ELEMENT *b, int64_t size) {
    double lane[LANES] = {0}, sum = 0;
    int64_t i = 0;
    for (; i + LANES <= size; i += LANES)
        for (int l = 0; l < LANES; l++)
            lane[l] = __builtin_fma((double)a[i + l], (double)b[i + l], lane[l]);
    for (int l = 0; l < LANES; l++) sum += lane[l];
    for (; i < size; i++) sum = __builtin_fma((double)a[i], (double)b[i], sum);
    return sum;
}

static double KERNEL(product)(const void *a, const void *b, int64_t size) {
    return KERNEL(product_lanes)(a, b, size);
}

// As whole numbers the bits of sizes are in order, infinity and what is no number behind all others.
TW_SIMD static BITS KERNEL(largest_bits)(const ELEMENT *g, int64_t size) {
    BITS top = 0;
    for (int64_t i = 0; i < size; i++) {
        BITS bits;
        memcpy(&bits, &g[i], sizeof bits);
        bits &= (BITS)-1 >> 1;
        top = bits > top ? bits : top;
    }
    return top;
}

static double KERNEL(largest)(const void *g, int64_t size) {
    BITS top = KERNEL(largest_bits)(g, size);
    ELEMENT largest;
    memcpy(&largest, &top, sizeof top);
    return isfinite(largest) ? (double)largest : (double)NAN;
}

TW_SIMD static void KERNEL(widen)(double *restrict out, double factor, const ELEMENT *restrict a,
                                  int64_t size) {
    for (int64_t i = 0; i < size; i++) out[i] = factor * (double)a[i];
}

static void KERNEL(load)(double *out, double factor, const void *a, int64_t size) {
    KERNEL(widen)(out, factor, a, size);
}

TW_SIMD static void KERNEL(narrow)(ELEMENT *restrict out, double factor, const double *restrict a,
                                   int64_t size) {
    for (int64_t i = 0; i < size; i++) out[i] = (ELEMENT)(factor * a[i]);
}

static void KERNEL(store)(void *out, double factor, const double *a, int64_t size) {
    KERNEL(narrow)(out, factor, a, size);
}

TW_SIMD static void KERNEL(difference)(double *restrict out, const ELEMENT *restrict a,
                                       const ELEMENT *restrict b, int64_t size) {
    for (int64_t i = 0; i < size; i++) out[i] = (double)a[i] - (double)b[i];
}

static void KERNEL(subtract)(double *out, const void *a, const void *b, int64_t size) {
    KERNEL(difference)(out, a, b, size);
}

// In double also for f32: one rounding.
TW_SIMD static void KERNEL(step)(ELEMENT *to, const ELEMENT *x, double step, const ELEMENT *d,
                                 int64_t size) {
    for (int64_t i = 0; i < size; i++)
        to[i] = (ELEMENT)__builtin_fma(step, (double)d[i], (double)x[i]);
}

static void KERNEL(move)(void *to, const void *x, double step, const void *d, int64_t size) {
    KERNEL(step)(to, x, step, d, size);
}

TW_SIMD static void KERNEL(weigh_lanes)(double *sums, const ELEMENT *a, const ELEMENT *b,
                                        int64_t size) {
    double to_a[LANES] = {0}, to_b[LANES] = {0}, sum_a = 0, sum_b = 0;
    int64_t i = 0;
    for (; i + LANES <= size; i += LANES)
        for (int l = 0; l < LANES; l++) {
            double at = (double)b[i + l];
            to_a[l] = __builtin_fma((double)a[i + l], at, to_a[l]);
            to_b[l] = __builtin_fma(at, at, to_b[l]);
        }
    for (int l = 0; l < LANES; l++) {
        sum_a += to_a[l];
        sum_b += to_b[l];
    }
    for (; i < size; i++) {
        sum_a = __builtin_fma((double)a[i], (double)b[i], sum_a);
        sum_b = __builtin_fma((double)b[i], (double)b[i], sum_b);
    }
    sums[0] += sum_a;
    sums[1] += sum_b;
}

static void KERNEL(weigh)(double *sums, const void *a, const void *b, int64_t size) {
    KERNEL(weigh_lanes)(sums, a, b, size);
}

// sum += a*b, fused. Written out, it becomes a load that widens and one fused operation; loops over floats
// and doubles do not, they are cut by the width of the floats.
static inline __attribute__((always_inline)) void KERNEL(fuse)(quad *sum, const ELEMENT *a,
                                                               const quad *b) {
    quad s = *sum, f = *b;
    *sum = (quad){__builtin_fma((double)a[0], f[0], s[0]), __builtin_fma((double)a[1], f[1], s[1]),
                  __builtin_fma((double)a[2], f[2], s[2]), __builtin_fma((double)a[3], f[3], s[3])};
}

// Factors come four times each.
TW_SIMD static void KERNEL(add_some)(double *restrict sum, const quad factors[SUM],
                                     const ELEMENT *const vectors[SUM], int64_t size) {
    const ELEMENT *v[SUM];
    quad c[SUM];
    memcpy(v, vectors, sizeof v);
    memcpy(c, factors, sizeof c);
    int64_t i = 0;
#pragma GCC unroll 4
    for (; i + QUAD <= size; i += QUAD) {
        quad at;
        memcpy(&at, sum + i, sizeof at);
#pragma GCC unroll 5
        for (int k = 0; k < SUM; k++) KERNEL(fuse)(&at, v[k] + i, &c[k]);
        memcpy(sum + i, &at, sizeof at);
    }
    for (; i < size; i++)
        for (int k = 0; k < SUM; k++) sum[i] = __builtin_fma((double)v[k][i], c[k][0], sum[i]);
}

TW_SIMD static void KERNEL(add_one)(double *restrict sum, double factor, const ELEMENT *restrict v,
                                    int64_t size) {
    for (int64_t i = 0; i < size; i++) sum[i] = __builtin_fma((double)v[i], factor, sum[i]);
}

static void KERNEL(add)(double *sum, const double *factors, const tw_vectors *vectors, int64_t at,
                        int64_t size) {
    int i = 0;
    for (; i + SUM <= vectors->count; i += SUM) {
        const ELEMENT *v[SUM];
        quad c[SUM];
        for (int k = 0; k < SUM; k++) {
            double f = factors[i + k];
            v[k] = (const ELEMENT *)vectors->at[i + k] + at;
            c[k] = (quad){f, f, f, f};
        }
        KERNEL(add_some)(sum, c, v, size);
    }
    for (; i < vectors->count; i++)
        KERNEL(add_one)(sum, factors[i], (const ELEMENT *)vectors->at[i] + at, size);
}

// A line of each vector is read once.
TW_SIMD static void KERNEL(meet_some)(const ELEMENT *const vectors[MEET], const ELEMENT *y,
                                      const double *g, int64_t size, double with_y[MEET],
                                      double with_g[MEET]) {
    const ELEMENT *v[MEET];
    quad to_y[MEET], to_g[MEET];
#pragma GCC unroll 6
    for (int k = 0; k < MEET; k++) {
        v[k] = vectors[k];
        to_y[k] = to_g[k] = (quad){0};
    }
    int64_t i = 0;
    for (; i + LANES <= size; i += LANES)
#pragma GCC unroll 2
        for (int64_t at = i; at < i + LANES; at += QUAD) {
            quad y_at = {(double)y[at], (double)y[at + 1], (double)y[at + 2], (double)y[at + 3]};
            quad g_at;
            memcpy(&g_at, g + at, sizeof g_at);
#pragma GCC unroll 6
            for (int k = 0; k < MEET; k++) {
                KERNEL(fuse)(&to_y[k], v[k] + at, &y_at);
                KERNEL(fuse)(&to_g[k], v[k] + at, &g_at);
            }
        }
    for (int k = 0; k < MEET; k++) {
        with_y[k] = (to_y[k][0] + to_y[k][1]) + (to_y[k][2] + to_y[k][3]);
        with_g[k] = (to_g[k][0] + to_g[k][1]) + (to_g[k][2] + to_g[k][3]);
        for (int64_t rest = i; rest < size; rest++) {
            with_y[k] = __builtin_fma((double)v[k][rest], (double)y[rest], with_y[k]);
            with_g[k] = __builtin_fma((double)v[k][rest], g[rest], with_g[k]);
        }
    }
}

static void KERNEL(meet)(double *sums, const tw_vectors *vectors, int64_t at, const void *y,
                         const double *g, int64_t size) {
    int count = vectors->count;
    for (int i = 0; i < count; i += MEET) {
        double with_y[MEET], with_g[MEET];
        const ELEMENT *v[MEET];
        for (int k = 0; k < MEET; k++) {
            int which = i + k < count ? i + k : count - 1;
            v[k] = (const ELEMENT *)vectors->at[which] + at;
        }
        KERNEL(meet_some)(v, y, g, size, with_y, with_g);
        for (int k = 0; k < MEET && i + k < count; k++) {
            sums[i + k] += with_y[k];
            sums[count + i + k] += with_g[k];
        }
    }
}

static const kernels KERNEL(kernels) = {
    .size = sizeof(ELEMENT),
    .product = KERNEL(product),
    .largest = KERNEL(largest),
    .load = KERNEL(load),
    .store = KERNEL(store),
    .subtract = KERNEL(subtract),
    .move = KERNEL(move),
    .weigh = KERNEL(weigh),
    .add = KERNEL(add),
    .meet = KERNEL(meet),
};

#undef ELEMENT
#undef BITS
#undef KERNEL
