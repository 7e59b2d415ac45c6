// Extents, and ticks at round numbers.
#include "report/axis.h"

#include <assert.h>
#include <float.h>
#include <math.h>

#define LARGEST 4e307       // so that from tick to tick beyond both ends is finite
#define CLOSEST 1e-300      // numbers less apart than this, ...
#define CLOSEST_OF 1e-12    // ... or than this share of themselves, count as one
#define ROUNDING 1e-9       // of a step: what arithmetic may have lost
#define DECADES_APART 2     // decades from which on labels stand at powers of ten alone
#define STRIDE_MARKED 5     // decades from label to label up to which each of them has a mark
#define DECADES_MARKED 7    // decades up to which 2, 3, ..., 9 times each are marked
#define AIR_LOGARITHMIC .04 // of the length

tw_extent tw_extent_none(void) {
    return (tw_extent){.low = INFINITY, .high = -INFINITY, .whole = true};
}

void tw_extent_add(tw_extent *extent, double value) {
    if (!isfinite(value)) return;
    if (value < extent->low) extent->low = value;
    if (value > extent->high) extent->high = value;
    extent->whole = extent->whole && value == rint(value);
}

void tw_extent_join(tw_extent *extent, const tw_extent *other) {
    if (other->low > other->high) return;
    tw_extent_add(extent, other->low);
    tw_extent_add(extent, other->high);
    extent->whole = extent->whole && other->whole;
}

// 1, 2 or 5 times a power of ten, at least length/count.
static double round_step(double length, int count) {
    double rough = length / count;
    double power = pow(10, floor(log10(rough)));
    double share = rough / power - ROUNDING;
    return power * (share <= 1 ? 1 : share <= 2 ? 2 : share <= 5 ? 5 : 10);
}

static bool is_one_number(double low, double high) {
    return high - low < CLOSEST || high - low < CLOSEST_OF * fmax(fabs(low), fabs(high));
}

static void add_tick(tw_axis *axis, double value, bool labelled) {
    bool within = axis->low <= value && value <= axis->high;
    if (!within || axis->count == TW_TICKS_MAX) return;
    axis->ticks[axis->count++] = (tw_tick){.value = value, .labelled = labelled};
}

static void add_steps(tw_axis *axis) {
    double first = ceil(axis->low / axis->step - ROUNDING);
    double last = floor(axis->high / axis->step + ROUNDING);
    for (double k = first; k <= last && axis->count < TW_TICKS_MAX; k++) {
        // A tick at an end may miss it by a rounding.
        add_tick(axis, fmin(fmax(k * axis->step, axis->low), axis->high), true);
    }
}

static void make_linear(tw_axis *axis, const tw_extent *extent, const tw_axis_wish *wish) {
    double low = fmax(extent->low, -LARGEST), high = fmin(extent->high, LARGEST);
    if (low > high) low = fmin(low, LARGEST), high = low;
    if (wish->from_zero) low = fmin(low, 0), high = fmax(high, 0);
    if (is_one_number(low, high)) {
        double around = fabs(low) / 2 < CLOSEST ? 1 : fabs(low) / 2;
        if (extent->whole) around = fmax(around, 1);
        if (!wish->from_zero || low != 0) low -= around;
        high += around;
    }
    axis->step = round_step(high - low, wish->tick_count);
    if (extent->whole && !wish->percent) axis->step = fmax(axis->step, 1);
    axis->low = wish->widen ? floor(low / axis->step + ROUNDING) * axis->step : low;
    axis->high = wish->widen ? ceil(high / axis->step - ROUNDING) * axis->step : high;
    add_steps(axis);
}

// Marks at the given multiples of the decades that lie within, those of `labelled` with a label.
static int add_multiples(tw_axis *axis, int first, int last, const char *labelled) {
    int count = 0;
    for (int decade = first - 1; decade <= last; decade++) {
        for (int digit = 1; digit <= 9; digit++) {
            int before = axis->count;
            bool label = labelled[digit] == '1';
            add_tick(axis, digit * pow(10, decade), label);
            if (label) count += axis->count - before;
        }
    }
    return count;
}

// Decades from one label to the next: 1, 2, 3 or 5, or ten or a hundred times as many.
static int decade_stride(int decades, int count) {
    static const int round[] = {1, 2, 3, 5};
    int least = (decades + count - 1) / count;
    for (int power = 1;; power *= 10)
        for (int i = 0; i < 4; i++)
            if (round[i] * power >= least) return round[i] * power;
}

// Labels at multiples of so many decades, from 1; where fewer than two are on the axis, from its last.
static void add_decades(tw_axis *axis, int first, int last, int count) {
    int stride = decade_stride(last - first + 1, count);
    int multiples = (int)floor((double)last / stride) - (int)ceil((double)first / stride) + 1;
    int from = multiples >= 2 ? 0 : last;
    for (int decade = first; decade <= last; decade++) {
        bool labelled = (decade - from) % stride == 0;
        if (labelled || stride <= STRIDE_MARKED) add_tick(axis, pow(10, decade), labelled);
    }
}

static void make_logarithmic(tw_axis *axis, const tw_extent *extent, const tw_axis_wish *wish) {
    double low = log10(extent->low), high = log10(fmin(extent->high, LARGEST));
    double air = high - low < CLOSEST_OF ? .3 : wish->widen ? (high - low) * AIR_LOGARITHMIC : 0;
    axis->low = fmax(pow(10, low - air), DBL_MIN);
    axis->high = fmin(pow(10, high + air), LARGEST);
    axis->logarithmic = true;
    int first = (int)ceil(log10(axis->low) - ROUNDING);
    int last = (int)floor(log10(axis->high) + ROUNDING), decades = last - first + 1;
    if (decades > DECADES_MARKED || decades > wish->tick_count) {
        add_decades(axis, first, last, wish->tick_count);
        return;
    }
    bool sparse = decades > DECADES_APART || 3 * decades > wish->tick_count + 1;
    if (add_multiples(axis, first, last, sparse ? "0100000000" : "0110010000") >= 2) return;
    // A step of a good part of the length may have one multiple on the axis: that gives no scale.
    axis->count = 0;
    for (int wanted = wish->tick_count; axis->count < 2 && wanted <= wish->tick_count + 4;
         wanted++) {
        axis->count = 0;
        axis->step = round_step(axis->high - axis->low, wanted);
        if (extent->whole && !wish->percent) axis->step = fmax(axis->step, 1);
        add_steps(axis);
    }
}

tw_axis tw_axis_make(const tw_extent *extent, const tw_axis_wish *wish) {
    assert(wish->tick_count >= 2);
    tw_axis axis = {.percent = wish->percent};
    tw_extent unit = {.low = 0, .high = 1};
    bool empty = extent->low > extent->high;
    if (wish->logarithmic && !empty && extent->low > DBL_MIN && extent->low < LARGEST) {
        make_logarithmic(&axis, extent, wish);
    } else {
        make_linear(&axis, empty ? &unit : extent, wish);
    }
    assert(axis.low < axis.high);
    return axis;
}

double tw_axis_share(const tw_axis *axis, double value) {
    double low = axis->low, high = axis->high, at = fmin(fmax(value, low), high);
    if (axis->logarithmic) low = log(low), high = log(high), at = log(at);
    return (at - low) / (high - low);
}
