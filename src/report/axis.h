// Where numbers lie on an axis and where its ticks stand: pure functions, shared by every picture.
//
//     tw_extent extent = tw_extent_none();
//     for (...) tw_extent_add(&extent, y[i]);
//     tw_axis axis = tw_axis_make(&extent, &(tw_axis_wish){.tick_count = 5, .widen = true});
//     double pixel = bottom + tw_axis_share(&axis, y[i]) * (top - bottom);
#ifndef TW_REPORT_AXIS_H
#define TW_REPORT_AXIS_H

#include <stdbool.h>

// The finite ones of some numbers.
typedef struct tw_extent {
    double low, high; // low > high: there were none
    bool whole;       // all are integers
} tw_extent;

tw_extent tw_extent_none(void);
void tw_extent_add(tw_extent *extent, double value); // NaN and infinities change nothing
void tw_extent_join(tw_extent *extent, const tw_extent *other);

typedef struct tw_axis_wish {
    int tick_count;   // labelled ticks there is room for, at least 2
    bool logarithmic; // where all is positive
    bool from_zero;   // a linear axis has 0 in it
    bool percent;     // labels are per cent
    bool widen;       // a linear axis begins and ends at a tick, a logarithmic one has some air
} tw_axis_wish;

typedef struct tw_tick {
    double value;
    bool labelled; // otherwise a mark between
} tw_tick;

#define TW_TICKS_MAX 96

typedef struct tw_axis {
    double low, high; // low < high, both finite
    bool logarithmic, percent;
    double step; // between ticks; 0 where they stand at decades
    int count;
    tw_tick ticks[TW_TICKS_MAX]; // ascending, within low and high
} tw_axis;

// The axis for some numbers: steps of 1, 2 or 5 times a power of ten, or decades. Numbers that are all
// the same stand in its middle; none at all give 0 to 1; ends beyond 4e307 are brought to it.
tw_axis tw_axis_make(const tw_extent *extent, const tw_axis_wish *wish);

// How far `value` lies between low (0) and high (1); what is outside is brought to the end.
double tw_axis_share(const tw_axis *axis, double value);

#define TW_LABEL_BYTES 48

// Writes the label of a tick: as many decimals as the steps need; "2×10⁻⁵" (`plain`: "2e-5") for what
// would be longer without, and then for all of a logarithmic axis.
void tw_axis_label(const tw_axis *axis, double value, bool plain, char label[TW_LABEL_BYTES]);

// Makes a hyphen before a number a minus: a hyphen is too short and too low for one.
void tw_axis_minus(char label[TW_LABEL_BYTES]);

// Writes a number to six digits, with such a minus.
void tw_axis_number(double value, char label[TW_LABEL_BYTES]);

#endif
