// UTF-8, after the table of well-formed byte sequences (The Unicode Standard, table 3-7).
#include "base/utf8.h"

#include <stdbool.h>

static bool in(unsigned char byte, unsigned char low, unsigned char high) {
    return low <= byte && byte <= high;
}

// The second byte tells overlong forms, surrogates and what is above U+10FFFF.
static bool second_is_right(unsigned char first, unsigned char second) {
    switch (first) {
    case 0xE0:
        return in(second, 0xA0, 0xBF);
    case 0xED:
        return in(second, 0x80, 0x9F);
    case 0xF0:
        return in(second, 0x90, 0xBF);
    case 0xF4:
        return in(second, 0x80, 0x8F);
    default:
        return in(second, 0x80, 0xBF);
    }
}

static size_t length_from(unsigned char first) {
    if (first < 0x80) return 1;
    if (in(first, 0xC2, 0xDF)) return 2;
    if (in(first, 0xE0, 0xEF)) return 3;
    return in(first, 0xF0, 0xF4) ? 4 : 0;
}

size_t tw_utf8_length(const char *text, size_t length) {
    if (length == 0) return 0;
    const unsigned char *bytes = (const unsigned char *)text;
    size_t needed = length_from(bytes[0]);
    if (needed > length) return 0;
    if (needed > 1 && !second_is_right(bytes[0], bytes[1])) return 0;
    for (size_t i = 2; i < needed; i++) {
        if (!in(bytes[i], 0x80, 0xBF)) return 0;
    }
    return needed;
}

bool tw_utf8_is_whole(const char *text, size_t length) {
    for (size_t at = 0, bytes; at < length; at += bytes) {
        bytes = tw_utf8_length(text + at, length - at);
        if (bytes == 0) return false;
    }
    return true;
}

size_t tw_utf8_cut(const char *text, size_t length, size_t most) {
    if (length <= most) return length;
    while (most > 0 && in((unsigned char)text[most], 0x80, 0xBF)) most--; // inside a character
    return most;
}
