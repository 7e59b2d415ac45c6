// How a function says that it failed: the status is returned, the words go to the context.
#ifndef TW_BASE_FAIL_H
#define TW_BASE_FAIL_H

#include <stdarg.h>

#include "thalweg/context.h"

#define TW_MESSAGE_BYTES 2048 // longer messages are cut, at a whole character

// Stores "where: what is wrong; what would be right" in the context and returns `status`.
// Control characters in the result (other than line feeds) are shown as \xNN: names come from files.
tw_status tw_fail(tw_context *context, tw_status status, const char *format, ...) TW_PRINTF(3, 4);

// The same with the arguments in a list.
tw_status tw_fail_list(tw_context *context, tw_status status, const char *format, va_list list)
    TW_PRINTF(3, 0);

#endif
