// Writes JSON Lines: one object a line, numbers with enough digits to be read back exactly, numbers that are not
// finite as null, strings as valid UTF-8 with escapes. The same in every locale.
//
//     tw_json *line = NULL;
//     tw_json_new(context, &line);
//     tw_json_begin(line, NULL);               // {
//     tw_json_string(line, "type", "epoch");   // "type":"epoch"
//     tw_json_number(line, "train_loss", 0.25);
//     tw_json_end(line);                       // }
//     fputs(tw_json_text(line), stdout);       // ends with a line feed
//
// The functions that build return nothing: the first failure is latched, and tw_json_status returns it.
#ifndef THALWEG_JSON_H
#define THALWEG_JSON_H

#include "thalweg/context.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tw_json tw_json;

// `*json` is owned by the caller: free with tw_json_free. Errors: TW_NO_MEMORY.
TW_API tw_status tw_json_new(tw_context *context, tw_json **json);

// Frees a writer; NULL is fine.
TW_API void tw_json_free(tw_json *json);

// Forgets what was written, so that the next line can be built without allocating.
TW_API void tw_json_clear(tw_json *json);

// Opens an object; `name` is NULL for the line itself and inside an array. Depth at most 16.
TW_API void tw_json_begin(tw_json *json, const char *name);

// Closes the innermost object; after the outermost one a line feed follows.
TW_API void tw_json_end(tw_json *json);

// Opens an array; `name` as for an object.
TW_API void tw_json_begin_array(tw_json *json, const char *name);

// Closes the innermost array.
TW_API void tw_json_end_array(tw_json *json);

// A text (copied): a member where `name` is given, an element of an array where it is NULL. A NULL text is
// written as null. The functions below take `name` in the same way.
TW_API void tw_json_string(tw_json *json, const char *name, const char *text);

// A number, with the digits that read back as it; null if it is not finite.
TW_API void tw_json_number(tw_json *json, const char *name, double value);

// A whole number.
TW_API void tw_json_integer(tw_json *json, const char *name, int64_t value);

// true or false.
TW_API void tw_json_boolean(tw_json *json, const char *name, bool value);

// null.
TW_API void tw_json_null(tw_json *json, const char *name);

// The text so far. Borrowed: valid until the next call on `json`. "" after a failure.
TW_API const char *tw_json_text(const tw_json *json);

// TW_OK, or the first failure: TW_NO_MEMORY, or TW_BAD_ARGUMENT for nesting that does not match.
TW_API tw_status tw_json_status(const tw_json *json);

#ifdef __cplusplus
}
#endif

#endif
