// Text that grows.
//
//     tw_text text;
//     tw_text_start(&text, context);
//     tw_text_add(&text, "%d,", 3);
//     tw_text_add_number(&text, 0.1);
//     status = text.status == TW_OK ? tw_file_write_all(context, path, text.data, text.length)
//                                   : text.status;
//     tw_text_free(&text);
#ifndef THALWEG_TEXT_H
#define THALWEG_TEXT_H

#include "thalweg/context.h"

#ifdef __cplusplus
extern "C" {
#endif

// A string being built. Start with tw_text_start; the first failure is latched in `status`.
typedef struct tw_text {
    tw_context *context;
    char *data; // always ends with NUL once something was added; "" before
    size_t length, capacity;
    tw_status status;
} tw_text;

// An empty text; nothing is allocated.
TW_API void tw_text_start(tw_text *text, tw_context *context);

// Frees what it holds.
TW_API void tw_text_free(tw_text *text);

// Empties the text, its failure too, and keeps the memory.
TW_API void tw_text_clear(tw_text *text);

// Adds formatted text (numbers as in the "C" locale). Adds nothing if it fails.
TW_API void tw_text_add(tw_text *text, const char *format, ...) TW_PRINTF(2, 3);

// Adds bytes. Adds nothing if it fails.
TW_API void tw_text_add_bytes(tw_text *text, const char *bytes, size_t count);

// Adds the shortest digits that read back as `value`, or "nan", "inf" or "-inf".
TW_API void tw_text_add_number(tw_text *text, double value);

// Hands the string over: owned by the caller: free with tw_release. NULL after a failure, which stays latched. In
// either case nothing is left to be freed.
TW_API char *tw_text_take(tw_text *text);

#ifdef __cplusplus
}
#endif

#endif
