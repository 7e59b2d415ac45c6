// A string that grows by doubling and latches its first failure.
#include "base/text.h"

#include <stdio.h>
#include <string.h>

#include "base/checked.h"
#include "base/locale.h"
#include "base/memory.h"

void tw_text_start(tw_text *text, tw_context *context) {
    *text =
        (tw_text){.context = context, .data = "", .status = TW_OK}; // capacity 0: not to be freed
}

void tw_text_free(tw_text *text) {
    if (text->capacity != 0) tw_release(text->data);
    tw_text_start(text, text->context);
}

void tw_text_clear(tw_text *text) {
    if (text->capacity != 0) text->data[0] = '\0';
    text->length = 0;
    text->status = TW_OK;
}

// Makes room for `count` more bytes and the NUL.
static bool reserve(tw_text *text, size_t count) {
    enum { FIRST_CAPACITY = 64 };

    if (text->status != TW_OK) return false;
    size_t needed = 0;
    if (!tw_checked_add_size(text->length, count, &needed) ||
        !tw_checked_add_size(needed, 1, &needed)) {
        text->status = tw_fail(text->context, TW_NO_MEMORY, "text: longer than memory can be");
        return false;
    }
    if (needed <= text->capacity) return true;
    size_t wider = text->capacity == 0 ? FIRST_CAPACITY : text->capacity;
    while (wider < needed && tw_checked_multiply_size(wider, 2, &wider)) continue;
    if (wider < needed) wider = needed;
    void *data = text->capacity == 0 ? NULL : text->data;
    text->status = tw_reallocate(text->context, &data, text->capacity, wider, 1);
    if (text->status != TW_OK) return false;
    text->data = data;
    text->capacity = wider;
    return true;
}

void tw_text_add_bytes(tw_text *text, const char *bytes, size_t count) {
    if (count == 0 || !reserve(text, count)) return;
    memcpy(text->data + text->length, bytes, count);
    text->length += count;
    text->data[text->length] = '\0';
}

// Formats into the room there is; returns the length that the whole text has, negative if it cannot be formatted.
static int format_here(tw_text *text, const char *format, va_list list) {
    size_t room = text->capacity - text->length;
    tw_plain_locale plain = tw_plain_locale_enter();
    int length = vsnprintf(text->data + text->length, room, format, list);
    tw_plain_locale_leave(plain);
    return length;
}

void tw_text_add(tw_text *text, const char *format, ...) {
    if (!reserve(text, 0)) return;
    va_list list, again;
    va_start(list, format);
    va_copy(again, list);
    int length = format_here(text, format, list);
    size_t count = length < 0 ? 0 : (size_t)length;
    bool fits = count < text->capacity - text->length;
    if (length < 0) {
        text->status = tw_fail(text->context, TW_NO_MEMORY, "text: longer than can be formatted");
    } else if (fits || reserve(text, count)) {
        if (!fits) format_here(text, format, again);
        text->length += count;
    }
    text->data[text->length] = '\0';
    va_end(again);
    va_end(list);
}

void tw_text_add_number(tw_text *text, double value) {
    char digits[TW_NUMBER_BYTES];
    tw_format_number(value, digits);
    tw_text_add_bytes(text, digits, strlen(digits));
}

char *tw_text_take(tw_text *text) {
    if (!reserve(text, 0)) {
        tw_status status = text->status;
        tw_text_free(text);
        text->status = status;
        return NULL;
    }
    char *taken = text->data;
    tw_text_start(text, text->context);
    return taken;
}
