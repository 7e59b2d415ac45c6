// Names of methods for the legends of pictures.
#include "cli/cli.h"

#include <string.h>

// "clip_norm:c=1 | adam:lr=0.1" without the hyperparameters: "clip_norm | adam".
static void shorten(const char *method, char name[CLI_SHORT_NAME_BYTES]) {
    size_t length = 0;
    bool skip = false;
    for (const char *at = method; *at != '\0' && length < CLI_SHORT_NAME_BYTES - 2; at++) {
        if (*at == ':') skip = true;
        if (*at == '|' && skip) name[length++] = ' ';
        if (*at == '|') skip = false;
        if (!skip) name[length++] = *at;
    }
    name[length] = '\0';
}

void cli_short_names(const char *const *methods, int count, char names[][CLI_SHORT_NAME_BYTES]) {
    bool alike = false;
    for (int i = 0; i < count; i++) {
        shorten(methods[i], names[i]);
        for (int k = 0; k < i; k++) alike = alike || strcmp(names[i], names[k]) == 0;
    }
    for (int i = 0; i < count && alike; i++)
        snprintf(names[i], CLI_SHORT_NAME_BYTES, "%s", methods[i]);
}
