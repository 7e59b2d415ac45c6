// Where characters of UTF-8 end.
#ifndef TW_BASE_UTF8_H
#define TW_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

// The number of bytes, 1 to 4, of the UTF-8 character that `text` of `length` bytes starts with; 0
// if it starts with none (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
size_t tw_utf8_length(const char *text, size_t length);

// How many of the first bytes, at most `most`, are whole characters of UTF-8 text of `length` bytes.
size_t tw_utf8_cut(const char *text, size_t length, size_t most);

// Whether all of `text` is UTF-8.
bool tw_utf8_is_whole(const char *text, size_t length);

#endif
