// Fields of the tables that commands write.
#include "cli/cli.h"

#include <string.h>

// Whether a field must be quoted to be read back as it is (RFC 4180, and blanks at its ends).
static bool needs_quotes(const char *field) {
    size_t length = strlen(field);
    if (length == 0 || strpbrk(field, ",\"\r\n") != NULL) return true;
    return field[0] == ' ' || field[length - 1] == ' ';
}

// A quote in a quoted field is doubled.
void cli_csv_field(tw_text *text, const char *field) {
    bool quoted = needs_quotes(field);
    if (quoted) tw_text_add_bytes(text, "\"", 1);
    for (const char *at = field; *at != '\0'; at++) {
        if (*at == '"') tw_text_add_bytes(text, "\"", 1);
        tw_text_add_bytes(text, at, 1);
    }
    if (quoted) tw_text_add_bytes(text, "\"", 1);
}
