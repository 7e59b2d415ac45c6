// Options that hold several methods: "A; B; C".
#include "cli/cli.h"

#include <string.h>

// The next entry at `*text`, without the blanks around it; `*text` moves to the semicolon or the end behind it.
static const char *next_entry(const char **text, size_t *length) {
    const char *entry = *text + strspn(*text, " ");
    *text = entry + strcspn(entry, ";");
    *length = (size_t)(*text - entry);
    while (*length > 0 && entry[*length - 1] == ' ') --*length;
    return entry;
}

int cli_list_read(const cli_arguments *arguments, cli_option_id id, const char *otherwise, int most,
                  cli_list *list) {
    const char *text = cli_text(arguments, id, otherwise), *option = cli_option_at((int)id)->name;
    *list = (cli_list){0};
    for (bool more = true; more;) {
        size_t length = 0;
        const char *entry = next_entry(&text, &length);
        more = *text++ == ';';
        if (length == 0 && !more && list->count > 0) break; // behind a last semicolon
        if (length == 0) return cli_wrong("--%s: a method is missing; as in \"sgd; adam\"", option);
        if (list->count == most) return cli_wrong("--%s: more than %d methods", option, most);
        char *copy = tw_copy_text(arguments->context, entry, length);
        if (copy == NULL) return cli_failed(arguments->context, TW_NO_MEMORY);
        list->entry[list->count++] = copy;
    }
    return CLI_DONE;
}

int cli_list_check_rules(const cli_arguments *arguments, const cli_list *list) {
    for (int i = 0; i < list->count; i++) {
        tw_method *method = NULL;
        tw_status status = tw_method_parse(arguments->context, list->entry[i], &method);
        tw_method_free(method);
        if (status != TW_OK) return cli_failed(arguments->context, status);
    }
    return CLI_DONE;
}

void cli_list_free(cli_list *list) {
    for (int i = 0; i < list->count; i++) tw_release(list->entry[i]);
    *list = (cli_list){0};
}
