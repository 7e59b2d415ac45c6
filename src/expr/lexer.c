// Text to tokens, with one token of look-ahead. All bytes are checked to be UTF-8 first; the rest may
// then think in ASCII, since other characters stand in comments or are refused.
#include "expr/expr.h"

#include <math.h>
#include <string.h>

#include "base/utf8.h"

enum { NUMBER_BYTES_MAX = 64 };

tw_status tw_lexer_fail(tw_lexer *lexer, size_t offset, const char *hint, const char *format, ...) {
    va_list list;
    va_start(list, format);
    lexer->status = tw_source_fail_list(lexer->context, lexer->source, offset, hint, format, list);
    va_end(list);
    lexer->position = lexer->source->length;
    lexer->token = (tw_token){.kind = TW_TOKEN_END, .offset = lexer->position};
    return lexer->status;
}

static bool starts_name(char c) {
    return ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z') || c == '_';
}

static bool continues_name(char c) {
    return starts_name(c) || tw_is_digit(c);
}

// The byte `ahead` of the position, NUL behind the end: no other NUL is in a checked text.
static char peek(const tw_lexer *lexer, size_t ahead) {
    size_t at = lexer->position + ahead;
    return at < lexer->source->length ? lexer->source->text[at] : '\0';
}

static tw_status check_bytes(tw_lexer *lexer) {
    const tw_source *source = lexer->source;
    for (size_t i = lexer->position, bytes; i < source->length; i += bytes) {
        bytes = tw_utf8_length(source->text + i, source->length - i);
        if (bytes == 0) {
            unsigned byte = (unsigned char)source->text[i];
            return tw_lexer_fail(lexer, i, NULL, "byte \\x%02x is not UTF-8; write plain text",
                                 byte);
        }
        if (source->text[i] == '\0') {
            return tw_lexer_fail(lexer, i, NULL, "a NUL byte; write plain text");
        }
    }
    return TW_OK;
}

// Skips blanks, comments and line ends. Returns whether one of these line ends ends a statement;
// `*line_end` is where the first such one is.
static bool skip_blanks(tw_lexer *lexer, size_t *line_end) {
    bool found = false;
    for (;; lexer->position++) {
        char c = peek(lexer, 0);
        if (c == '#') {
            while (peek(lexer, 0) != '\0' && peek(lexer, 0) != '\n') lexer->position++;
            c = peek(lexer, 0);
        }
        if (c == '\n' && lexer->open == 0 && !found) {
            found = true;
            *line_end = lexer->position;
        }
        if (c != ' ' && c != '\t' && c != '\r' && c != '\n') return found;
    }
}

static tw_status read_name(tw_lexer *lexer) {
    tw_token *token = &lexer->token;
    token->kind = TW_TOKEN_NAME;
    while (continues_name(peek(lexer, token->length))) token->length++;
    if (token->length <= TW_EXPR_NAME_BYTES_MAX) return TW_OK;
    return tw_lexer_fail(lexer, token->offset, NULL,
                         "a name of %zu characters is too long; at most %d", token->length,
                         TW_EXPR_NAME_BYTES_MAX);
}

static const char *hint_for_number(const char *text, size_t read, size_t length) {
    bool is_product = read < length && starts_name(text[read]);
    for (size_t i = read; i < length; i++) is_product = is_product && text[i] != '.';
    return is_product ? "a product is written with *, as in 2*x" : NULL;
}

// Whether a digit other than 0 is in it: then the number is not 0 either.
static bool has_value(const char *text, size_t length) {
    for (size_t i = 0; i < length && text[i] != 'e' && text[i] != 'E'; i++) {
        if ('1' <= text[i] && text[i] <= '9') return true;
    }
    return false;
}

static tw_status read_number(tw_lexer *lexer) {
    tw_token *token = &lexer->token;
    const char *text = lexer->source->text + token->offset;
    size_t read = tw_parse_number(text, lexer->source->length - token->offset, &token->number);
    token->kind = TW_TOKEN_NUMBER;
    token->length = read > 0 ? read : 1;
    while (continues_name(peek(lexer, token->length)) || peek(lexer, token->length) == '.') {
        token->length++;
    }
    if (token->length > NUMBER_BYTES_MAX) {
        return tw_lexer_fail(lexer, token->offset, NULL,
                             "a number of %zu characters is too long; at most %d", token->length,
                             NUMBER_BYTES_MAX);
    }
    int shown = (int)token->length;
    if (token->length != read) {
        return tw_lexer_fail(lexer, token->offset, hint_for_number(text, read, token->length),
                             "'%.*s' is not a number", shown, text);
    }
    bool lost = token->number == 0.0 && has_value(text, read);
    if (!isfinite(token->number) || lost) {
        return tw_lexer_fail(lexer, token->offset, NULL, "number '%.*s' is too %s for a double",
                             shown, text, lost ? "small" : "large");
    }
    return TW_OK;
}

typedef struct spelling {
    const char *text, *hint;
} spelling;

// What people type or paste, and what the language wants instead.
static const spelling foreign[] = {
    {"\u2212", "minus is written -"},
    {"\u00d7", "times is written *"},
    {"\u00b7", "times is written *"},
    {"\u22c5", "times is written *"},
    {"\u00f7", "division is written /"},
    {"\u00b2", "a square is written ^2"},
    {"\u00b3", "a cube is written ^3"},
    {"\u221a", "a root is written sqrt(x)"},
    {"\u2264", "it is written <="},
    {"\u2265", "it is written >="},
    {"\u2260", "it is written !="},
    {"\u03b8", "it is written theta"},
    {"\u03b2", "it is written beta"},
    {"\u03c0", "it is written pi"},
    {"\u03b5", "it is written eps"},
    {"&", "it is written and"},
    {"!", "unequal is written !="},
    {"%", "there is no sign for remainders"},
    {"{", "groups are written with ( )"},
    {"}", "groups are written with ( )"},
    {"\\", "inside ( ) a line may be broken"},
};

static tw_status refuse_character(tw_lexer *lexer) {
    size_t offset = lexer->token.offset;
    const char *text = lexer->source->text + offset, *hint = NULL;
    size_t bytes = tw_utf8_length(text, lexer->source->length - offset);
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) {
        bool same = strlen(foreign[i].text) == bytes && memcmp(foreign[i].text, text, bytes) == 0;
        if (same) hint = foreign[i].hint;
    }
    return tw_lexer_fail(lexer, offset, hint, "character '%.*s' does not belong here", (int)bytes,
                         text);
}

static tw_status read_sign(tw_lexer *lexer) {
    tw_token *token = &lexer->token;
    char c = peek(lexer, 0);
    bool two = strchr("<>=!", c) != NULL && peek(lexer, 1) == '=';
    if (!two && strchr("+-*/^()[],=:|;<>?", c) == NULL) return refuse_character(lexer);
    token->kind = TW_TOKEN_SIGN;
    token->length = two ? 2 : 1;
    if (c == '(' || c == '[') lexer->open++;
    if ((c == ')' || c == ']') && lexer->open > 0) lexer->open--;
    return TW_OK;
}

static tw_status read_token(tw_lexer *lexer) {
    size_t line_end = 0;
    bool line = skip_blanks(lexer, &line_end);
    lexer->token = (tw_token){.kind = TW_TOKEN_END, .offset = lexer->position};
    if (line) {
        lexer->token = (tw_token){.kind = TW_TOKEN_LINE, .offset = line_end, .length = 1};
        return TW_OK;
    }
    char c = peek(lexer, 0);
    tw_status status = TW_OK;
    if (c == '\0') return TW_OK;
    if (starts_name(c)) {
        status = read_name(lexer);
    } else if (tw_is_digit(c) || c == '.') {
        status = read_number(lexer);
    } else {
        status = read_sign(lexer);
    }
    if (status == TW_OK) lexer->position += lexer->token.length;
    return status;
}

tw_status tw_lexer_start_at(tw_lexer *lexer, tw_context *context, const tw_source *source,
                            size_t first) {
    *lexer = (tw_lexer){.context = context, .source = source, .position = first, .status = TW_OK};
    if (source->length > TW_EXPR_TEXT_BYTES_MAX) {
        return tw_lexer_fail(lexer, 0, NULL, "a text of %zu bytes is too long; at most %d",
                             source->length, TW_EXPR_TEXT_BYTES_MAX);
    }
    tw_status status = check_bytes(lexer);
    if (status != TW_OK) return status;
    static const char mark[] = "\xef\xbb\xbf"; // some editors begin a file with it
    bool has_mark = source->length >= 3 && memcmp(source->text, mark, 3) == 0;
    if (first == 0 && has_mark) lexer->position = 3;
    return read_token(lexer);
}

tw_status tw_lexer_start(tw_lexer *lexer, tw_context *context, const tw_source *source) {
    return tw_lexer_start_at(lexer, context, source, 0);
}

tw_status tw_lexer_next(tw_lexer *lexer) {
    return lexer->status != TW_OK ? lexer->status : read_token(lexer);
}

bool tw_lexer_at(const tw_lexer *lexer, const char *text) {
    const tw_token *token = &lexer->token;
    if (token->kind != TW_TOKEN_SIGN && token->kind != TW_TOKEN_NAME) return false;
    return strlen(text) == token->length &&
           memcmp(lexer->source->text + token->offset, text, token->length) == 0;
}

tw_status tw_lexer_expect(tw_lexer *lexer, const char *text) {
    if (lexer->status != TW_OK) return lexer->status;
    if (tw_lexer_at(lexer, text)) return tw_lexer_next(lexer);
    return tw_lexer_fail(lexer, lexer->token.offset, NULL, "expected '%s' here", text);
}

tw_status tw_lexer_name(tw_lexer *lexer, const char *what, char name[TW_EXPR_NAME_BYTES_MAX + 1]) {
    name[0] = '\0';
    if (lexer->status != TW_OK) return lexer->status;
    bool reserved = tw_lexer_at(lexer, "and") || tw_lexer_at(lexer, "or");
    if (lexer->token.kind != TW_TOKEN_NAME || reserved) {
        return tw_lexer_fail(lexer, lexer->token.offset,
                             reserved ? "this word belongs to the language" : NULL,
                             "expected %s here", what);
    }
    memcpy(name, lexer->source->text + lexer->token.offset, lexer->token.length);
    name[lexer->token.length] = '\0';
    return tw_lexer_next(lexer);
}

static const char *hint_for_end(const tw_lexer *lexer) {
    tw_token_kind kind = lexer->token.kind;
    if (tw_lexer_at(lexer, "=")) return "equality is written ==";
    if (tw_lexer_at(lexer, ")") || tw_lexer_at(lexer, "]")) return "it closes nothing";
    bool operand = kind == TW_TOKEN_NAME || kind == TW_TOKEN_NUMBER || tw_lexer_at(lexer, "(");
    return operand ? "a product is written with *" : NULL;
}

tw_status tw_lexer_end(tw_lexer *lexer) {
    if (lexer->status != TW_OK || lexer->token.kind == TW_TOKEN_END) return lexer->status;
    if (lexer->token.kind == TW_TOKEN_LINE) return tw_lexer_next(lexer);
    return tw_lexer_fail(lexer, lexer->token.offset, hint_for_end(lexer),
                         "expected an operator or the end here");
}
