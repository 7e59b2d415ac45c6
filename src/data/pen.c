// Draws a digit: a way to write it is chosen, its points wobble, the whole is slanted, stretched,
// turned and moved, the ends of strokes vary, and a pen of varying width leaves ink by its distance.
//
// Only additions, multiplications, divisions and square roots are used, which round alike everywhere.
#include "data/pen.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/random.h"

enum {
    SPAN_STEPS = 4, // straight pieces between two points of a stroke
    LANES = 8,      // pixels that are inked together
};

// Random numbers one after the other. Block 0 of a stream belongs to the label.
typedef struct draws {
    tw_random random;
    uint64_t block;
} draws;

static tw_random stream(uint64_t seed, uint32_t part, uint64_t index) {
    return (tw_random){seed, TW_FOR_DATA, part, index};
}

int tw_pen_label(uint64_t seed, uint32_t part, uint64_t index) {
    const tw_random random = stream(seed, part, index);
    return (int)tw_random_below(&random, 0, TW_PEN_CLASSES);
}

static float unit(uint32_t word) {
    return (float)(word >> 8) * 0x1p-24f;
}

static float uniform(draws *from, float low, float high) {
    uint32_t words[4];
    tw_random_block(&from->random, ++from->block, words);
    return low + (high - low) * unit(words[0]);
}

// Nearly normal with deviation 1: the sum of four uniforms. Never beyond 3.47.
static float bell(draws *from) {
    uint32_t words[4];
    tw_random_block(&from->random, ++from->block, words);
    float sum = unit(words[0]) + unit(words[1]) + unit(words[2]) + unit(words[3]);
    return (sum - 2.0f) * 1.7320508f;
}

// What is the same for all points of a digit: position = matrix * point + shift, in pixels.
typedef struct placing {
    float xx, xy, yx, yy, shift_x, shift_y;
} placing;

static placing place(draws *from) {
    float height = 19.5f * (1.0f + 0.06f * bell(from));
    float width = height * 0.95f * (1.0f + 0.11f * bell(from));
    float slant = 0.08f + 0.25f * bell(from);
    float half_turn = 0.045f * bell(from); // the tangent of half the angle
    float scale = 1.0f / (1.0f + half_turn * half_turn);
    float cosine = (1.0f - half_turn * half_turn) * scale;
    float sine = 2.0f * half_turn * scale;
    float lean = -slant * height;
    float shift_x = 13.5f + 1.2f * bell(from);
    float shift_y = 13.5f + 1.2f * bell(from);
    return (placing){
        .xx = cosine * width,
        .xy = cosine * lean - sine * height,
        .yx = sine * width,
        .yy = sine * lean + cosine * height,
        .shift_x = shift_x,
        .shift_y = shift_y,
    };
}

static tw_pen_point moved(const placing *to, tw_pen_point point) {
    return (tw_pen_point){to->xx * point.x + to->xy * point.y + to->shift_x,
                          to->yx * point.x + to->yy * point.y + to->shift_y};
}

// The distance of each pixel from the pen's edge, negative inside. Rows are padded so that a block of
// LANES pixels may begin at any of them.
typedef struct sheet {
    float ink[TW_PEN_SIDE][TW_PEN_SIDE + LANES];
} sheet;

// A straight piece from `a` in direction (dx, dy), drawn with a round tip.
typedef struct piece {
    tw_pen_point a;
    float dx, dy, inverse, radius; // inverse: 1/(dx^2 + dy^2)
} piece;

// Lowers LANES pixels of a row by one piece. Written without branches, for vectors.
static void press_block(float *restrict ink, const piece *with, float px, float py) {
    for (int k = 0; k < LANES; k++) {
        float ox = px + (float)k;
        float along = (ox * with->dx + py * with->dy) * with->inverse;
        along = along > 0.0f ? along : 0.0f;
        along = along < 1.0f ? along : 1.0f;
        float ex = ox - along * with->dx, ey = py - along * with->dy;
        float distance = sqrtf(ex * ex + ey * ey) - with->radius;
        ink[k] = distance < ink[k] ? distance : ink[k];
    }
}

static void press(sheet *on, tw_pen_point a, tw_pen_point b, float radius) {
    const float reach = radius + 1.0f; // beyond it the edge is transparent
    const float last = (float)(TW_PEN_SIDE - 1);
    float left = (a.x < b.x ? a.x : b.x) - reach, right = (a.x < b.x ? b.x : a.x) + reach;
    float top = (a.y < b.y ? a.y : b.y) - reach, bottom = (a.y < b.y ? b.y : a.y) + reach;
    if (right < 0.0f || bottom < 0.0f || left > last || top > last) return;
    int first_x = left > 0.0f ? (int)left : 0, end_x = right < last ? (int)right + 1 : TW_PEN_SIDE;
    int first_y = top > 0.0f ? (int)top : 0, end_y = bottom < last ? (int)bottom + 1 : TW_PEN_SIDE;
    float dx = b.x - a.x, dy = b.y - a.y, squared = dx * dx + dy * dy;
    const piece with = {a, dx, dy, squared > 0.0f ? 1.0f / squared : 0.0f, radius};
    for (int y = first_y; y < end_y; y++) {
        for (int x = first_x; x < end_x; x += LANES) {
            press_block(&on->ink[y][x], &with, (float)x - a.x, (float)y - a.y);
        }
    }
}

// Catmull and Rom (1974): a cubic through p1 and p2 with the slopes of their neighbours.
static tw_pen_point between(const tw_pen_point p[4], float t) {
    float t2 = t * t, t3 = t2 * t;
    float w0 = 0.5f * (-t3 + 2.0f * t2 - t), w1 = 0.5f * (3.0f * t3 - 5.0f * t2 + 2.0f);
    float w2 = 0.5f * (-3.0f * t3 + 4.0f * t2 + t), w3 = 0.5f * (t3 - t2);
    return (tw_pen_point){w0 * p[0].x + w1 * p[1].x + w2 * p[2].x + w3 * p[3].x,
                          w0 * p[0].y + w1 * p[1].y + w2 * p[2].y + w3 * p[3].y};
}

static void draw_curve(sheet *on, const tw_pen_point *points, int count, float radius,
                       float swelling) {
    tw_pen_point from = points[0];
    for (int i = 0; i + 1 < count; i++) {
        const tw_pen_point around[4] = {points[i > 0 ? i - 1 : 0], points[i], points[i + 1],
                                        points[i + 2 < count ? i + 2 : count - 1]};
        if (around[1].x == around[2].x && around[1].y == around[2].y) continue; // a corner
        for (int step = 1; step <= SPAN_STEPS; step++) {
            float t = (float)step / (float)SPAN_STEPS;
            tw_pen_point to = between(around, t);
            float way = ((float)i + t) / (float)(count - 1) - 0.5f;
            press(on, from, to, radius * (1.0f + swelling * way));
            from = to;
        }
    }
}

// Moves each point a little (both of a corner alike), and the two ends along the stroke and more.
static void wobble(draws *from, const tw_pen_stroke *stroke, float strength, tw_pen_point *points) {
    int count = stroke->count;
    for (int i = 0; i < count; i++) {
        const tw_pen_point *p = &stroke->points[i];
        bool corner = i > 0 && p->x == p[-1].x && p->y == p[-1].y;
        points[i] = corner ? points[i - 1] : *p;
        if (corner) continue;
        points[i].x += strength * bell(from);
        points[i].y += strength * bell(from);
    }
    float begin = 0.18f * bell(from), end = 0.18f * bell(from);
    points[0].x += begin * (points[0].x - points[1].x);
    points[0].y += begin * (points[0].y - points[1].y);
    points[count - 1].x += end * (points[count - 1].x - points[count - 2].x);
    points[count - 1].y += end * (points[count - 1].y - points[count - 2].y);
}

typedef struct light {
    float darkness, sharpness, grain;
} light;

// One row of pixels: ink by distance, with a soft edge, and noise as the difference of two bytes.
static void expose_row(const light *lit, const float *restrict ink, const uint8_t *restrict plus,
                       const uint8_t *restrict minus, uint8_t *restrict pixels) {
    for (int x = 0; x < TW_PEN_SIDE; x++) {
        float cover = 0.5f - ink[x] * lit->sharpness;
        cover = cover > 0.0f ? cover : 0.0f;
        cover = cover < 1.0f ? cover : 1.0f;
        float value = lit->darkness * cover + lit->grain * (float)(plus[x] - minus[x]);
        value = value > 0.0f ? value : 0.0f;
        value = value < 255.0f ? value : 255.0f;
        pixels[x] = (uint8_t)(int)(value + 0.5f);
    }
}

static void expose(draws *from, const sheet *of, uint8_t pixels[TW_PEN_PIXELS]) {
    light lit; // drawn one by one: the order in an initialiser is the compiler's
    lit.darkness = uniform(from, 190.0f, 255.0f);
    lit.sharpness = uniform(from, 0.55f, 1.0f);
    lit.grain = uniform(from, 2.0f, 16.0f) * 0x1p-8f;
    uint8_t bytes[2 * TW_PEN_PIXELS]; // of random bits: a pixel's noise is the difference of two
    for (size_t i = 0; i < sizeof bytes; i += 16) {
        uint32_t words[4];
        tw_random_block(&from->random, ++from->block, words);
        for (size_t k = 0; k < 16; k++) bytes[i + k] = (uint8_t)(words[k / 4] >> (k % 4 * 8));
    }
    for (int y = 0; y < TW_PEN_SIDE; y++) {
        int first = y * TW_PEN_SIDE;
        expose_row(&lit, of->ink[y], bytes + first, bytes + TW_PEN_PIXELS + first, pixels + first);
    }
}

void tw_pen_draw(uint64_t seed, uint32_t part, uint64_t index, uint8_t pixels[TW_PEN_PIXELS]) {
    int label = tw_pen_label(seed, part, index);
    draws from = {stream(seed, part, index), 0};
    int ways = tw_pen_way_counts[label];
    int way = (int)uniform(&from, 0.0f, (float)ways);
    const tw_pen_glyph *glyph = &tw_pen_glyphs[label][way < ways ? way : ways - 1];
    placing to = place(&from);
    float radius = uniform(&from, 1.1f, 2.1f), swelling = 0.3f * bell(&from);
    float strength = uniform(&from, 0.012f, 0.03f);
    sheet paper;
    for (int y = 0; y < TW_PEN_SIDE; y++) {
        for (int x = 0; x < TW_PEN_SIDE + LANES; x++) paper.ink[y][x] = 1e3f;
    }
    for (int s = 0; s < glyph->count; s++) {
        tw_pen_point points[TW_PEN_POINTS_MAX];
        assert(glyph->strokes[s].count >= 2 && glyph->strokes[s].count <= TW_PEN_POINTS_MAX);
        wobble(&from, &glyph->strokes[s], strength, points);
        for (int i = 0; i < glyph->strokes[s].count; i++) points[i] = moved(&to, points[i]);
        draw_curve(&paper, points, glyph->strokes[s].count, radius, swelling);
    }
    expose(&from, &paper, pixels);
}
