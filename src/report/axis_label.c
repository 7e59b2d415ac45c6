// The words at a tick.
#include <math.h>
#include <string.h>

#include "base/locale.h"
#include "report/axis.h"
#include "thalweg/words.h"

#include <stdio.h>

#define PLAIN_FROM 1e-4 // axes whose largest number is between these show it without exponent
#define PLAIN_TO 1e6
#define DIGITS_TO 1e15 // up to which a double has all digits
#define DECIMALS_MAX 15

static const char *const superscripts[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};

static int exponent_of(double value) {
    return (int)floor(log10(value) + 1e-9);
}

// What it is counted in: tenths need 1 decimal, hundredths 2.
static int decimals_of(double step) {
    int decimals = -exponent_of(step);
    return decimals < 0 ? 0 : decimals > DECIMALS_MAX ? DECIMALS_MAX : decimals;
}

static void add_superscript(char *label, size_t room, int exponent) {
    char digits[16];
    snprintf(digits, sizeof digits, "%d", exponent);
    for (const char *c = digits; *c != '\0'; c++) {
        const char *sign = *c == '-' ? "⁻" : superscripts[*c - '0'];
        if (strlen(label) + strlen(sign) < room) strcat(label, sign);
    }
}

// Writes value * 10^shift, given the exponent of the value.
static void with_exponent(char label[TW_LABEL_BYTES], double value, int exponent, int shift,
                          int decimals, bool plain) {
    double mantissa = value / pow(10, exponent);
    if (!isfinite(mantissa)) mantissa = value * pow(10, -exponent); // the power is below all
    if (plain) {
        snprintf(label, TW_LABEL_BYTES, "%.*fe%d", decimals, mantissa, exponent + shift);
        return;
    }
    bool power_alone = decimals == 0 && fabs(fabs(mantissa) - 1) < 1e-9;
    if (power_alone) snprintf(label, TW_LABEL_BYTES, mantissa < 0 ? "-10" : "10");
    if (!power_alone) snprintf(label, TW_LABEL_BYTES, "%.*f×10", decimals, mantissa);
    add_superscript(label, TW_LABEL_BYTES, exponent + shift);
}

// Whether the numbers of an axis are shown without exponents: all of them or none.
static bool is_plain(double least, double largest, int factor) {
    double nearly = 1 + 1e-9; // a power of ten may be a rounding beside itself
    return least * nearly >= PLAIN_FROM / factor && largest * nearly < PLAIN_TO / factor;
}

// Whether all digits of a large number take less room than a mantissa and a power of ten.
static bool is_shorter_plain(double largest, double step) {
    if (largest < 1 || largest >= DIGITS_TO) return false;
    int exponent = exponent_of(largest), decimals = decimals_of(step);
    int digits = exponent + 1 + (decimals > 0 ? 1 + decimals : 0);
    return digits < exponent - exponent_of(step) + 6; // with "1." and "×10⁶"
}

// Without a step the number has its own digits: 1, 2 or 5 times a power of ten.
static void write_label(const tw_axis *axis, double value, bool plain, char *label) {
    const char *unit = axis->percent ? "%" : "";
    int shift = axis->percent ? 2 : 0, factor = axis->percent ? 100 : 1;
    if (value == 0) {
        snprintf(label, TW_LABEL_BYTES, "0%s", unit);
        return;
    }
    double largest = axis->step > 0 ? fmax(fabs(axis->low), fabs(axis->high)) : fabs(value);
    double step = axis->step > 0 ? axis->step : fabs(value);
    bool powers = axis->logarithmic && axis->step == 0;
    bool all_plain = powers ? is_plain(axis->low, axis->high, factor)
                            : is_plain(largest, largest, factor) ||
                                  is_shorter_plain(largest * factor, step * factor);
    if (all_plain) {
        int decimals = decimals_of(step * factor);
        snprintf(label, TW_LABEL_BYTES, "%.*f%s", decimals, value * factor, unit);
        return;
    }
    int exponent = exponent_of(largest), decimals = exponent - exponent_of(step);
    if (decimals > DECIMALS_MAX) decimals = DECIMALS_MAX;
    with_exponent(label, value, exponent, shift, decimals, plain);
    if (strlen(label) + strlen(unit) < TW_LABEL_BYTES) strcat(label, unit);
}

void tw_axis_minus(char label[TW_LABEL_BYTES]) {
    if (label[0] != '-') return;
    char digits[TW_LABEL_BYTES];
    snprintf(digits, sizeof digits, "−%.*s", TW_LABEL_BYTES - 4, label + 1);
    memcpy(label, digits, sizeof digits);
}

void tw_axis_label(const tw_axis *axis, double value, bool plain, char label[TW_LABEL_BYTES]) {
    tw_plain_locale locale = tw_plain_locale_enter();
    write_label(axis, value, plain, label);
    tw_plain_locale_leave(locale);
    if (!plain) tw_axis_minus(label);
}

void tw_axis_number(double value, char label[TW_LABEL_BYTES]) {
    double scale = value == 0 ? 1 : pow(10, 5 - floor(log10(fabs(value))));
    bool rounded = isfinite(scale) && scale > 0;
    char digits[TW_NUMBER_BYTES];
    tw_format_number(rounded ? rint(value * scale) / scale : value, digits);
    snprintf(label, TW_LABEL_BYTES, "%s", digits);
    tw_axis_minus(label);
}
