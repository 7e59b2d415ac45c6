// Kinds of characters, patterns, and numbers inside longer texts. Text that grows is in thalweg/text.h, whole numbers and
// nearest names are in thalweg/words.h.
#ifndef TW_BASE_TEXT_H
#define TW_BASE_TEXT_H

#include <math.h>

#include "base/fail.h"
#include "thalweg/text.h"
#include "thalweg/words.h"

// A constant's digits as they stand in its #define, to be joined to the words of a message.
#define TW_DIGITS(constant) TW_DIGITS_AS_THEY_STAND(constant)
#define TW_DIGITS_AS_THEY_STAND(digits) #digits

// A decimal digit; a blank, a tab or a part of a line end. The same in every locale.
static inline bool tw_is_digit(char c) {
    return '0' <= c && c <= '9';
}

static inline bool tw_is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// Reads one number at the start of `text` (sign, decimals, exponent; no hexadecimal, inf, nan or blanks) and
// returns how many bytes it has, 0 if there is none. Reads at most `length` bytes. A number too large for a double
// becomes an infinity.
size_t tw_parse_number(const char *text, size_t length, double *value);

// The value, with the sign of a NaN removed: printf would show it, and whether 0/0 or log(-1) has one depends on the
// processor.
static inline double tw_plain_nan(double value) {
    return isnan(value) ? (double)NAN : value;
}

// Whether `text` matches a pattern of `*` (anything), `?` (one character) and plain characters.
bool tw_glob_matches(const char *pattern, const char *text);

#endif
