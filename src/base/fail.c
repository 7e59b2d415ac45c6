// The last message of a context: formatted alike in every locale, and safe to print on a terminal.
#include "base/context.h"

#include <stdio.h>
#include <string.h>

#include "base/locale.h"
#include "base/utf8.h"

enum { CHARACTER_BYTES_MAX = 4 }; // of UTF-8; \xNN has as many

// Whether a well-formed character of `bytes` bytes controls a terminal: C0 but line feeds, delete, C1.
static bool is_control(const char *text, size_t bytes) {
    unsigned char first = (unsigned char)text[0];
    if (bytes == 1) return (first < 0x20 && first != '\n') || first == 0x7F;
    return bytes == 2 && first == 0xC2 && (unsigned char)text[1] < 0xA0;
}

// Copies as many whole characters as fit. Bytes that form no character, and control characters, become \xNN.
static void copy_harmless(char *out, size_t capacity, const char *raw, size_t length) {
    size_t used = 0;
    for (size_t i = 0; i < length;) {
        size_t bytes = tw_utf8_length(raw + i, length - i);
        bool shown = bytes != 0 && !is_control(raw + i, bytes);
        size_t needed = shown ? bytes : CHARACTER_BYTES_MAX;
        if (used + needed >= capacity) break;
        if (shown) {
            memcpy(out + used, raw + i, bytes);
            i += bytes;
        } else {
            snprintf(out + used, CHARACTER_BYTES_MAX + 1, "\\x%02x",
                     (unsigned)(unsigned char)raw[i]);
            i += 1;
        }
        used += needed;
    }
    out[used] = '\0';
}

tw_status tw_fail_list(tw_context *context, tw_status status, const char *format, va_list list) {
    // Not the context's buffer, since an argument may be the last message. Longer than it by a character, so that
    // the copy ends before a character that vsnprintf may have cut.
    char raw[TW_MESSAGE_BYTES + CHARACTER_BYTES_MAX];
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
