// Arithmetic on sizes that says when it does not fit. Anything computed from input goes through it.
#ifndef TW_BASE_CHECKED_H
#define TW_BASE_CHECKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// `*result` = a + b or a * b; false, and 0 there, if it does not fit.
static inline bool tw_checked_add(int64_t a, int64_t b, int64_t *result) {
    if (!__builtin_add_overflow(a, b, result)) return true;
    *result = 0;
    return false;
}

static inline bool tw_checked_multiply(int64_t a, int64_t b, int64_t *result) {
    if (!__builtin_mul_overflow(a, b, result)) return true;
    *result = 0;
    return false;
}

static inline bool tw_checked_add_size(size_t a, size_t b, size_t *result) {
    if (!__builtin_add_overflow(a, b, result)) return true;
    *result = 0;
    return false;
}

static inline bool tw_checked_multiply_size(size_t a, size_t b, size_t *result) {
    if (!__builtin_mul_overflow(a, b, result)) return true;
    *result = 0;
    return false;
}

#endif
