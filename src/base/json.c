// The writer of JSON Lines (RFC 8259): a text, and the objects and arrays that are open in it.
#include "thalweg/json.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/utf8.h"

enum { DEPTH_MAX = 16 };

typedef struct level {
    bool is_array, has_members;
} level;

struct tw_json {
    tw_text text;
    tw_status status;
    int depth;
    level levels[DEPTH_MAX];
};

tw_status tw_json_new(tw_context *context, tw_json **json) {
    *json = tw_allocate(context, 1, sizeof **json);
    if (*json == NULL) return TW_NO_MEMORY;
    tw_text_start(&(*json)->text, context);
    return TW_OK;
}

void tw_json_free(tw_json *json) {
    if (json == NULL) return;
    tw_text_free(&json->text);
    tw_release(json);
}

void tw_json_clear(tw_json *json) {
    tw_text_clear(&json->text);
    json->status = TW_OK;
    json->depth = 0;
}

static void add(tw_json *json, const char *text) {
    tw_text_add_bytes(&json->text, text, strlen(text));
}

static void refuse(tw_json *json, const char *what) {
    if (tw_json_status(json) != TW_OK) return;
    json->status = tw_fail(json->text.context, TW_BAD_ARGUMENT, "json: %s", what);
}

static void add_escaped(tw_json *json, unsigned char c) {
    static const char plain[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
    const char *found = strchr(plain, c);
    if (c != 0 && found != NULL) {
        tw_text_add(&json->text, "\\%c", letters[found - plain]);
    } else {
        tw_text_add(&json->text, "\\u%04x", (unsigned)c);
    }
}

static bool is_plain(unsigned char c) {
    return c >= 0x20 && c != '"' && c != '\\';
}

static void add_quoted(tw_json *json, const char *text) {
    size_t length = strlen(text);
    size_t start = 0, at = 0; // bytes [start, at) are plain and not copied yet
    add(json, "\"");
    while (at < length) {
        size_t bytes = tw_utf8_length(text + at, length - at);
        if (bytes != 0 && is_plain((unsigned char)text[at])) {
            at += bytes;
            continue;
        }
        tw_text_add_bytes(&json->text, text + start, at - start);
        if (bytes == 0) {
            add(json, "\xEF\xBF\xBD"); // U+FFFD for a byte of no character
        } else {
            add_escaped(json, (unsigned char)text[at]);
        }
        start = ++at;
    }
    tw_text_add_bytes(&json->text, text + start, at - start);
    add(json, "\"");
}

// Writes what comes before a value: a comma, its name. False if no such value may stand here.
static bool prepare(tw_json *json, const char *name) {
    if (tw_json_status(json) != TW_OK) return false;
    bool named = json->depth > 0 && !json->levels[json->depth - 1].is_array;
    if (named != (name != NULL)) {
        refuse(json, named ? "a member needs a name" : "only a member has a name");
        return false;
    }
    if (json->depth == 0) return true;
    level *here = &json->levels[json->depth - 1];
    if (here->has_members) add(json, ",");
    here->has_members = true;
    if (named) {
        add_quoted(json, name);
        add(json, ":");
    }
    return true;
}

// The same for a value that may only stand inside of an object or array.
static bool prepare_inside(tw_json *json, const char *name) {
    if (json->depth > 0) return prepare(json, name);
    refuse(json, "a line is an object; begin one first");
    return false;
}

static void open_level(tw_json *json, bool is_array) {
    if (json->depth == DEPTH_MAX) {
        refuse(json, "nested deeper than 16");
        return;
    }
    json->levels[json->depth++] = (level){.is_array = is_array};
    add(json, is_array ? "[" : "{");
}

static void close_level(tw_json *json, bool is_array) {
    if (tw_json_status(json) != TW_OK) return;
    if (json->depth == 0 || json->levels[json->depth - 1].is_array != is_array) {
        refuse(json, "an end without its beginning");
        return;
    }
    json->depth--;
    add(json, is_array ? "]" : "}");
    if (json->depth == 0) add(json, "\n");
}

void tw_json_begin(tw_json *json, const char *name) {
    if (prepare(json, name)) open_level(json, false);
}

void tw_json_end(tw_json *json) {
    close_level(json, false);
}

void tw_json_begin_array(tw_json *json, const char *name) {
    if (prepare_inside(json, name)) open_level(json, true);
}

void tw_json_end_array(tw_json *json) {
    close_level(json, true);
}

void tw_json_string(tw_json *json, const char *name, const char *text) {
    if (!prepare_inside(json, name)) return;
    if (text == NULL) {
        add(json, "null");
    } else {
        add_quoted(json, text);
    }
}

void tw_json_number(tw_json *json, const char *name, double value) {
    if (!prepare_inside(json, name)) return;
    if (isfinite(value)) {
        tw_text_add_number(&json->text, value);
    } else {
        add(json, "null");
    }
}

void tw_json_integer(tw_json *json, const char *name, int64_t value) {
    if (prepare_inside(json, name)) tw_text_add(&json->text, "%" PRId64, value);
}

void tw_json_boolean(tw_json *json, const char *name, bool value) {
    if (prepare_inside(json, name)) add(json, value ? "true" : "false");
}

void tw_json_null(tw_json *json, const char *name) {
    if (prepare_inside(json, name)) add(json, "null");
}

const char *tw_json_text(const tw_json *json) {
    return tw_json_status(json) == TW_OK ? json->text.data : "";
}

tw_status tw_json_status(const tw_json *json) {
    return json->status != TW_OK ? json->status : json->text.status;
}
