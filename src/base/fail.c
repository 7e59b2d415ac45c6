// The last message of a context: formatted the same in every locale, made harmless to print.
#include "base/context.h"

#include <stdio.h>
#include <string.h>

#include "base/locale.h"
#include "base/utf8.h"

enum { WHOLE_CHARACTER = 4 }; // the most bytes of one, and of \xNN

// Whether a well-formed character of `bytes` bytes would steer a terminal: C0, delete, C1.
static bool is_control(const char *text, size_t bytes) {
    unsigned char first = (unsigned char)text[0];
    if (bytes == 1) return (first < 0x20 && first != '\n') || first == 0x7F;
    return bytes == 2 && first == 0xC2 && (unsigned char)text[1] < 0xA0;
}

// Copies characters that fit whole; what is no character or controls becomes \xNN.
static void copy_harmless(char *out, size_t capacity, const char *raw, size_t length) {
    size_t used = 0;
    for (size_t i = 0; i < length;) {
        size_t bytes = tw_utf8_length(raw + i, length - i);
        bool shown = bytes != 0 && !is_control(raw + i, bytes);
        size_t needed = shown ? bytes : WHOLE_CHARACTER;
        if (used + needed >= capacity) break;
        if (shown) {
            memcpy(out + used, raw + i, bytes);
            i += bytes;
        } else {
            snprintf(out + used, WHOLE_CHARACTER + 1, "\\x%02x", (unsigned)(unsigned char)raw[i]);
            i += 1;
        }
        used += needed;
    }
    out[used] = '\0';
}

tw_status tw_fail_list(tw_context *context, tw_status status, const char *format, va_list list) {
    // Apart from the context's buffer, as an argument may be the former message; and a character
    // longer than it, so that one which was cut here is never reached there.
    char raw[TW_MESSAGE_BYTES + WHOLE_CHARACTER];
    tw_plain_locale plain = tw_plain_locale_enter();
    int length = vsnprintf(raw, sizeof raw, format, list);
    tw_plain_locale_leave(plain);
    if (length < 0) raw[0] = '\0';
    pthread_mutex_lock(&context->message_lock);
    copy_harmless(context->message, sizeof context->message, raw, strlen(raw));
    pthread_mutex_unlock(&context->message_lock);
    return status;
}

tw_status tw_fail(tw_context *context, tw_status status, const char *format, ...) {
    va_list list;
    va_start(list, format);
    tw_fail_list(context, status, format, list);
    va_end(list);
    return status;
}
