// Text that grows, patterns, and numbers inside longer texts. Whole numbers and nearest names are in
// thalweg/words.h.
#ifndef TW_BASE_TEXT_H
#define TW_BASE_TEXT_H

#include "base/fail.h"
#include "thalweg/words.h"

// A string being built. Start with tw_text_start; the first failure is latched in `status`.
typedef struct tw_text {
    tw_context *context;
    char *data; // always ends with NUL once something was added; "" before
    size_t length, capacity;
    tw_status status;
} tw_text;

void tw_text_start(tw_text *text, tw_context *context);
void tw_text_free(tw_text *text);

// Empties the text, its failure too, and keeps the memory.
void tw_text_clear(tw_text *text);

// Adds formatted text (numbers as in the "C" locale) or bytes. What fails adds nothing.
void tw_text_add(tw_text *text, const char *format, ...) TW_PRINTF(2, 3);
void tw_text_add_bytes(tw_text *text, const char *bytes, size_t count);

// Adds the shortest digits that read back as `value`; "nan", "inf" and "-inf" for what is no number.
void tw_text_add_number(tw_text *text, double value);

// Gives the string away: owned by the caller: free with tw_release. NULL after a failure.
char *tw_text_take(tw_text *text);

// Reads one number at the start of `text` (sign, decimals, exponent; no hex, inf, nan or blanks) and
// returns how many bytes it took, 0 if none. Reads at most `length` bytes. Too large gives an infinity.
size_t tw_parse_number(const char *text, size_t length, double *value);

// Whether `text` matches a pattern of `*` (anything), `?` (one character) and plain characters.
bool tw_glob_matches(const char *pattern, const char *text);

#endif
