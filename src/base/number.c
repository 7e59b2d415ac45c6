// Numbers to text and back: shortest digits out, correctly rounded in, the same in every locale.
#include "base/text.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/locale.h"

// Every decimal of up to 15 digits survives the way to a double and back, and %g drops zeros at the end, so the
// search begins with 15 digits; denormal numbers have fewer, so for them with 1. 17 digits are always enough.
static void shortest_digits(double value, char buffer[TW_NUMBER_BYTES]) {
    int digits = fabs(value) < DBL_MIN ? 1 : DBL_DIG;
    for (; digits <= DBL_DECIMAL_DIG; digits++) {
        snprintf(buffer, TW_NUMBER_BYTES, "%.*g", digits, value);
        if (strtod(buffer, NULL) == value) return;
    }
}

const char *tw_format_number(double value, char buffer[TW_NUMBER_BYTES]) {
    if (isnan(value)) return strcpy(buffer, "nan");
    if (isinf(value)) return strcpy(buffer, value < 0 ? "-inf" : "inf");
    tw_plain_locale plain = tw_plain_locale_enter();
    shortest_digits(value, buffer);
    tw_plain_locale_leave(plain);
    return buffer;
}

// A number as it was read: digits without leading zeros and without a point, times 10^exponent. How a decimal
// rounds to a double depends on its first 768 digits and on whether a digit other than 0 follows them.
enum { DIGITS_MAX = 770, EXPONENT_MAX = 100000 };

typedef struct decimal {
    bool negative;
    int digit_count;
    int64_t exponent;
    uint64_t mantissa; // the first 15 digits, as a number
    char digits[DIGITS_MAX + 1];
} decimal;

static void add_digit(decimal *number, char digit, bool fraction) {
    if (number->digit_count == 0 && digit == '0') {
        number->exponent -= fraction;
        return;
    }
    if (number->digit_count < DIGITS_MAX) {
        number->exponent -= fraction;
        number->digits[number->digit_count++] = digit;
        if (number->digit_count <= DBL_DIG) {
            number->mantissa = 10 * number->mantissa + (uint64_t)(digit - '0');
        }
        return;
    }
    number->exponent += !fraction;
    if (digit != '0') number->digits[DIGITS_MAX - 1] = '1'; // stands for any that are dropped
}

// Reads the digits before or behind the point, from `at` on; returns where they end.
static size_t read_digits(decimal *number, const char *text, size_t length, size_t at,
                          bool fraction) {
    for (; at < length && tw_is_digit(text[at]); at++) add_digit(number, text[at], fraction);
    return at;
}

// Reads an exponent (e, perhaps a sign, digits) at `at`; returns where it ends, or `at` if there is none.
static size_t read_exponent(decimal *number, const char *text, size_t length, size_t at) {
    size_t i = at;
    if (i == length || (text[i] != 'e' && text[i] != 'E')) return at;
    i++;
    bool negative = i < length && text[i] == '-';
    if (i < length && (text[i] == '-' || text[i] == '+')) i++;
    if (i == length || !tw_is_digit(text[i])) return at;
    int64_t exponent = 0;
    for (; i < length && tw_is_digit(text[i]); i++) {
        if (exponent < INT64_MAX / 16) exponent = 10 * exponent + (text[i] - '0');
    }
    number->exponent += negative ? -exponent : exponent;
    return i;
}

// Where the number ends that `text` starts with; 0 if it starts with none.
static size_t read_decimal(decimal *number, const char *text, size_t length) {
    number->negative = false;
    number->digit_count = 0;
    number->exponent = 0;
    number->mantissa = 0;
    size_t at = 0;
    if (at < length && (text[at] == '+' || text[at] == '-')) number->negative = text[at++] == '-';
    size_t whole = read_digits(number, text, length, at, false);
    size_t digits = whole - at;
    at = whole;
    if (at < length && text[at] == '.') {
        at = read_digits(number, text, length, at + 1, true);
        digits += at - whole - 1;
    }
    return digits == 0 ? 0 : read_exponent(number, text, length, at);
}

// If mantissa and power of ten are both exact doubles, one operation gives the correctly rounded value (Clinger, 1990).
static bool value_is_simple(const decimal *number, double *value) {
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    const int64_t largest = (int64_t)(sizeof powers / sizeof *powers) - 1;
    int64_t exponent = number->exponent;
    if (number->digit_count > DBL_DIG) return false;
    *value = (double)number->mantissa;
    if (number->mantissa == 0) return true;
    if (exponent > largest || exponent < -largest) return false;
    *value = exponent < 0 ? *value / powers[-exponent] : *value * powers[exponent];
    return true;
}

static double value_of(decimal *number) {
    double value = 0.0;
    if (!value_is_simple(number, &value)) {
        char text[DIGITS_MAX + 16]; // the digits, an e and up to 7 bytes of exponent
        int64_t exponent = number->exponent;
        if (exponent > EXPONENT_MAX) exponent = EXPONENT_MAX;
        if (exponent < -EXPONENT_MAX) exponent = -EXPONENT_MAX;
        number->digits[number->digit_count] = '\0';
        snprintf(text, sizeof text, "%se%" PRId64, number->digits, exponent);
        value = strtod(text, NULL); // without a decimal point, so every locale reads it alike
    }
    return number->negative ? -value : value;
}

size_t tw_parse_number(const char *text, size_t length, double *value) {
    decimal number; // its digits are written before they are read
    size_t used = read_decimal(&number, text, length);
    *value = used == 0 ? 0.0 : value_of(&number);
    return used;
}

bool tw_parse_double(const char *text, double *value) {
    size_t length = strlen(text);
    size_t used = tw_parse_number(text, length, value);
    if (used != 0 && used == length && isfinite(*value)) return true;
    *value = 0.0;
    return false;
}

bool tw_parse_integer(const char *text, int64_t *value) {
    *value = 0;
    bool negative = *text == '-';
    if (*text == '-' || *text == '+') text++;
    if (*text == '\0') return false;
    int64_t sum = 0; // kept negative, since -INT64_MIN does not fit
    for (; *text != '\0'; text++) {
        if (!tw_is_digit(*text)) return false;
        if (__builtin_mul_overflow(sum, 10, &sum)) return false;
        if (__builtin_sub_overflow(sum, *text - '0', &sum)) return false;
    }
    if (!negative && sum == INT64_MIN) return false;
    *value = negative ? sum : -sum;
    return true;
}
