// The loops over vectors of one type. Included once for each, with ELEMENT, the whole number BITS of its size
// and KERNEL(name) defined.
// Sums run in lanes that are added in order, products are fused: bits do not depend on the machine.

TW_SIMD static double KERNEL(product)(const ELEMENT *a, const ELEMENT *b, int64_t size) {
    double lane[LANES] = {0}, sum = 0;
    int64_t i = 0;
    for (; i + LANES <= size; i += LANES)
        for (int l = 0; l < LANES; l++)
            lane[l] = __builtin_fma((double)a[i + l], (double)b[i + l], lane[l]);
    for (int l = 0; l < LANES; l++) sum += lane[l];
    for (; i < size; i++) sum = __builtin_fma((double)a[i], (double)b[i], sum);
    return sum;
}

// Largest |g|, or NaN where any is not finite. As whole numbers the bits of sizes are in order, infinity
// and what is no number behind all others.
TW_SIMD static double KERNEL(largest)(const ELEMENT *g, int64_t size) {
    BITS top = 0;
    for (int64_t i = 0; i < size; i++) {
        BITS bits;
        memcpy(&bits, &g[i], sizeof bits);
        bits &= (BITS)-1 >> 1;
        top = bits > top ? bits : top;
    }
    ELEMENT largest;
    memcpy(&largest, &top, sizeof top);
    return isfinite(largest) ? (double)largest : (double)NAN;
}

static tw_slope KERNEL(slope)(const ELEMENT *g, const ELEMENT *d, int64_t size) {
    return (tw_slope){KERNEL(product)(g, d, size), KERNEL(largest)(g, size)};
}

// Four vectors with two others: a line of each is read once.
TW_SIMD static void KERNEL(products)(const ELEMENT *const v[4], const ELEMENT *y, const ELEMENT *g,
                                     int64_t size, double with_y[4], double with_g[4]) {
    const ELEMENT *v0 = v[0], *v1 = v[1], *v2 = v[2], *v3 = v[3];
    double y0[LANES] = {0}, y1[LANES] = {0}, y2[LANES] = {0}, y3[LANES] = {0};
    double g0[LANES] = {0}, g1[LANES] = {0}, g2[LANES] = {0}, g3[LANES] = {0};
    int64_t i = 0;
    for (; i + LANES <= size; i += LANES)
        for (int l = 0; l < LANES; l++) {
            double to_y = y[i + l], to_g = g[i + l];
            y0[l] = __builtin_fma((double)v0[i + l], to_y, y0[l]);
            g0[l] = __builtin_fma((double)v0[i + l], to_g, g0[l]);
            y1[l] = __builtin_fma((double)v1[i + l], to_y, y1[l]);
            g1[l] = __builtin_fma((double)v1[i + l], to_g, g1[l]);
            y2[l] = __builtin_fma((double)v2[i + l], to_y, y2[l]);
            g2[l] = __builtin_fma((double)v2[i + l], to_g, g2[l]);
            y3[l] = __builtin_fma((double)v3[i + l], to_y, y3[l]);
            g3[l] = __builtin_fma((double)v3[i + l], to_g, g3[l]);
        }
    const double *const lanes[2][4] = {{y0, y1, y2, y3}, {g0, g1, g2, g3}};
    for (int k = 0; k < 4; k++) {
        double sum_y = 0, sum_g = 0;
        for (int l = 0; l < LANES; l++) {
            sum_y += lanes[0][k][l];
            sum_g += lanes[1][k][l];
        }
        for (int64_t rest = i; rest < size; rest++) {
            sum_y = __builtin_fma((double)v[k][rest], (double)y[rest], sum_y);
            sum_g = __builtin_fma((double)v[k][rest], (double)g[rest], sum_g);
        }
        with_y[k] = sum_y;
        with_g[k] = sum_g;
    }
}

TW_SIMD static void KERNEL(subtract)(ELEMENT *restrict out, const ELEMENT *restrict a,
                                     const ELEMENT *restrict b, int64_t size) {
    for (int64_t i = 0; i < size; i++) out[i] = a[i] - b[i];
}

TW_SIMD static void KERNEL(add_4)(double *restrict sum, const double c[4],
                                  const ELEMENT *restrict v0, const ELEMENT *restrict v1,
                                  const ELEMENT *restrict v2, const ELEMENT *restrict v3,
                                  int64_t size) {
    double c0 = c[0], c1 = c[1], c2 = c[2], c3 = c[3];
    for (int64_t i = 0; i < size; i++) {
        double at = __builtin_fma(c0, (double)v0[i], sum[i]);
        at = __builtin_fma(c1, (double)v1[i], at);
        at = __builtin_fma(c2, (double)v2[i], at);
        sum[i] = __builtin_fma(c3, (double)v3[i], at);
    }
}

TW_SIMD static void KERNEL(add_1)(double *restrict sum, double c, const ELEMENT *restrict v,
                                  int64_t size) {
    for (int64_t i = 0; i < size; i++) sum[i] = __builtin_fma(c, (double)v[i], sum[i]);
}

TW_SIMD static void KERNEL(store)(ELEMENT *restrict out, const double *restrict sum, int64_t size) {
    for (int64_t i = 0; i < size; i++) out[i] = (ELEMENT)sum[i];
}

// In double also for f32: one rounding.
TW_SIMD static void KERNEL(move)(ELEMENT *to, const ELEMENT *x, double step, const ELEMENT *d,
                                 int64_t size) {
    for (int64_t i = 0; i < size; i++)
        to[i] = (ELEMENT)__builtin_fma(step, (double)d[i], (double)x[i]);
}

// One chunk of tw_pass_combine.
static void KERNEL(combine)(const tw_combination *c, int64_t first, int64_t size, double sums[2]) {
    double sum[TILE];
    sums[0] = sums[1] = 0;
    for (int64_t at = first, left = size; left > 0; at += TILE, left -= TILE) {
        int64_t length = left < TILE ? left : TILE;
        memset(sum, 0, sizeof *sum * (size_t)length);
        int i = 0;
        for (; i + 4 <= c->count; i += 4) {
            const ELEMENT *v[4];
            for (int k = 0; k < 4; k++) v[k] = (const ELEMENT *)c->vectors[i + k] + at;
            KERNEL(add_4)(sum, c->factors + i, v[0], v[1], v[2], v[3], length);
        }
        for (; i < c->count; i++)
            KERNEL(add_1)(sum, c->factors[i], (const ELEMENT *)c->vectors[i] + at, length);
        ELEMENT *out = (ELEMENT *)c->out + at;
        KERNEL(store)(out, sum, length);
        if (c->with != NULL) {
            sums[0] += KERNEL(product)((const ELEMENT *)c->with + at, out, length);
            sums[1] += KERNEL(product)(out, out, length);
        }
        if (c->from == NULL) continue;
        const ELEMENT *from = (const ELEMENT *)c->from + at;
        KERNEL(move)((ELEMENT *)c->moved + at, from, c->step, out, length);
    }
}

// One chunk of tw_pass_products; sums [2, count].
static void KERNEL(pair_products)(const pair_work *w, int64_t first, int64_t size, double *sums) {
    for (int64_t at = first, left = size; left > 0; at += PAIR_TILE, left -= PAIR_TILE) {
        int64_t length = left < PAIR_TILE ? left : PAIR_TILE;
        ELEMENT *y = (ELEMENT *)w->difference + at;
        const ELEMENT *g = (const ELEMENT *)w->after + at;
        KERNEL(subtract)(y, g, (const ELEMENT *)w->before + at, length);
        for (int i = 0; i < w->count; i += 4) {
            double with_y[4], with_g[4];
            const ELEMENT *v[4];
            for (int k = 0; k < 4; k++) {
                int which = i + k < w->count ? i + k : w->count - 1;
                v[k] = (const ELEMENT *)w->vectors[which] + at;
            }
            KERNEL(products)(v, y, g, length, with_y, with_g);
            for (int k = 0; k < 4 && i + k < w->count; k++) {
                sums[i + k] += with_y[k];
                sums[w->count + i + k] += with_g[k];
            }
        }
    }
}

#undef ELEMENT
#undef BITS
#undef KERNEL
