// See rule_files.h.
#include "rules/rule_files.h"

#include <assert.h>
#include <string.h>

#include "base/fail.h"
#include "base/file.h"
#include "base/memory.h"
#include "expr/expr.h"
#include "rules/method_parts.h"

static_assert(TW_METHOD_RULES_MAX <= TW_RULE_FILES_MAX, "each rule of a chain may be a file");

tw_status tw_rule_files_add(tw_context *context, tw_rule_files *files, const char *path,
                            const char *text) {
    if (files->count == TW_RULE_FILES_MAX)
        return tw_fail(context, TW_BAD_ARGUMENT, "%s: one rule file too many; at most %d are kept",
                       path, TW_RULE_FILES_MAX);
    tw_rule_file file = {tw_copy_text(context, path, strlen(path)),
                         tw_copy_text(context, text, strlen(text))};
    if (file.path == NULL || file.text == NULL) {
        tw_release(file.path);
        tw_release(file.text);
        return TW_NO_MEMORY;
    }
    files->file[files->count++] = file;
    return TW_OK;
}

static const tw_rule_file *find(const tw_rule_files *files, const char *path) {
    for (int i = 0; i < files->count; i++)
        if (strcmp(files->file[i].path, path) == 0) return &files->file[i];
    return NULL;
}

tw_status tw_rule_files_read(tw_context *context, tw_rule_files *files, const char *path,
                             const char **text) {
    const tw_rule_file *kept = find(files, path);
    *text = NULL;
    if (kept == NULL) {
        char *read = NULL;
        size_t length = 0;
        tw_status status = tw_file_read_all(context, path, TW_EXPR_TEXT_BYTES_MAX, &read, &length);
        if (status == TW_OK && strlen(read) < length)
            status = tw_fail(context, TW_BAD_TEXT, "%s: no text: it holds a NUL byte", path);
        if (status == TW_OK) status = tw_rule_files_add(context, files, path, read);
        tw_release(read);
        if (status != TW_OK) return status;
        kept = &files->file[files->count - 1];
    }
    *text = kept->text;
    return TW_OK;
}

tw_status tw_rule_files_copy(tw_context *context, const tw_rule_files *from, tw_rule_files *to) {
    tw_status status = TW_OK;
    *to = (tw_rule_files){0};
    for (int i = 0; i < from->count && status == TW_OK; i++)
        status = tw_rule_files_add(context, to, from->file[i].path, from->file[i].text);
    if (status != TW_OK) tw_rule_files_free(to);
    return status;
}

void tw_rule_files_free(tw_rule_files *files) {
    for (int i = 0; i < files->count; i++) {
        tw_release(files->file[i].path);
        tw_release(files->file[i].text);
    }
    *files = (tw_rule_files){0};
}
