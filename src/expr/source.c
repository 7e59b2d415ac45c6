// Says where a text is wrong: file, line, column, the line itself, a caret, and a hint.
#include "expr/expr.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

enum {
    SHOWN_CHARACTERS = 76, // of a line; more than that is cut around the caret
    SHOWN_BYTES = 4 * SHOWN_CHARACTERS + 8,
    WHAT_BYTES = 1024 // leaves room for the line in a message of TW_MESSAGE_BYTES
};

typedef struct place {
    size_t line, column;     // from 1; columns count characters
    size_t first, end;       // bytes of the line
    size_t character_count;  // in it
    char shown[SHOWN_BYTES]; // the part of it that is shown
    size_t caret;            // columns before it there
} place;

// A byte that starts no character counts as one.
static size_t character_at(const tw_source *source, size_t offset, size_t end) {
    size_t bytes = tw_utf8_length(source->text + offset, end - offset);
    return bytes == 0 ? 1 : bytes;
}

static void find_line(const tw_source *source, size_t offset, place *at) {
    static const char mark[] = "\xef\xbb\xbf"; // some editors begin a file with it
    if (offset >= 3 && memcmp(source->text, mark, 3) == 0) at->first = 3;
    for (size_t i = 0; i < offset; i++) {
        if (source->text[i] != '\n') continue;
        at->line++;
        at->first = i + 1;
    }
    at->end = offset;
    while (at->end < source->length && source->text[at->end] != '\n') at->end++;
    if (at->end > offset && source->text[at->end - 1] == '\r') at->end--;
    for (size_t i = at->first; i < at->end; i += character_at(source, i, at->end)) {
        at->character_count++;
        if (i < offset) at->column++;
    }
}

// What would move the cursor is shown as a blank or a question mark, so that the caret stays right.
static size_t copy_character(char *out, const char *text, size_t bytes) {
    unsigned char first = (unsigned char)*text;
    if (bytes > 1 && first != 0xC2) {
        memcpy(out, text, bytes);
        return bytes;
    }
    *out = first == '\t' ? ' ' : first < 0x20 || first > 0x7E ? '?' : *text;
    return 1;
}

static void show_line(const tw_source *source, place *at) {
    size_t column = at->column - 1, from = 0;
    if (at->character_count > SHOWN_CHARACTERS && column > SHOWN_CHARACTERS / 2) {
        from = column - SHOWN_CHARACTERS / 2;
    }
    size_t used = 0, index = 0;
    const char *cut = from > 0 ? "..." : "";
    used = (size_t)snprintf(at->shown, SHOWN_BYTES, "%s", cut);
    at->caret = column - from + used;
    for (size_t i = at->first, bytes; i < at->end; i += bytes, index++) {
        bytes = character_at(source, i, at->end);
        if (index < from || index >= from + SHOWN_CHARACTERS) continue;
        used += copy_character(at->shown + used, source->text + i, bytes);
    }
    cut = at->character_count > from + SHOWN_CHARACTERS ? "..." : "";
    snprintf(at->shown + used, SHOWN_BYTES - used, "%s", cut);
}

tw_status tw_source_fail_list(tw_context *context, const tw_source *source, size_t offset,
                              const char *hint, const char *format, va_list list) {
    char what[WHAT_BYTES];
    vsnprintf(what, sizeof what, format, list);
    if (offset >= source->length) {
        offset = source->length;
        while (offset > 0 && tw_is_blank(source->text[offset - 1])) offset--;
    }
    place at = {.line = 1, .column = 1};
    find_line(source, offset, &at);
    show_line(source, &at);
    const char *gap = hint == NULL ? "" : " ";
    if (hint == NULL) hint = "";
    if (at.shown[strspn(at.shown, " ")] == '\0') { // nothing to point at
        return tw_fail(context, TW_BAD_TEXT, "%s:%zu:%zu: %s%s%s", source->name, at.line, at.column,
                       what, *hint == '\0' ? "" : "\n    ", hint);
    }
    return tw_fail(context, TW_BAD_TEXT, "%s:%zu:%zu: %s\n    %s\n    %*s^%s%s", source->name,
                   at.line, at.column, what, at.shown, (int)at.caret, "", gap, hint);
}

tw_status tw_source_fail(tw_context *context, const tw_source *source, size_t offset,
                         const char *hint, const char *format, ...) {
    va_list list;
    va_start(list, format);
    tw_status status = tw_source_fail_list(context, source, offset, hint, format, list);
    va_end(list);
    return status;
}
