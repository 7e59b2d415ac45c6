// Methods by name: a solver with its keys.
#include <inttypes.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "minimize/solver.h"
#include "rules/rule_files.h"

static const tw_solver *const solvers[] = {
#define TW_SOLVER(name) &tw_solver_##name,
#include "minimize/solvers.def"
#undef TW_SOLVER
};

enum { SOLVER_COUNT = sizeof solvers / sizeof *solvers, NAMES_MAX = 128, NAME_BYTES = 64 };

const tw_solver_words *tw_solver_describe(int index) {
    return index >= 0 && index < SOLVER_COUNT ? &solvers[index]->about : NULL;
}

static const tw_solver *find(const char *name) {
    for (int i = 0; i < SOLVER_COUNT; i++)
        if (strcmp(solvers[i]->about.name, name) == 0) return solvers[i];
    return NULL;
}

static tw_status read_keys(tw_minimization *self, const tw_solver *solver, const char *text) {
    tw_keyed keyed = {"method", solver->about.name, solver->about.keys, solver->about.key_count};
    tw_status status = tw_keys_read(self->context, &keyed, text, self->keys);
    if (status != TW_OK) return status;
    const char *wrong = solver->check == NULL ? NULL : solver->check(self->keys);
    if (wrong != NULL)
        return tw_fail(self->context, TW_BAD_ARGUMENT, "method %s: %s", keyed.name, wrong);
    tw_text method;
    tw_text_start(&method, self->context);
    tw_keys_format(&keyed, self->keys, &method);
    self->method = tw_text_take(&method);
    self->solver = solver;
    return self->method == NULL ? TW_NO_MEMORY : TW_OK;
}

static tw_status keep_files(tw_minimization *self, const tw_rule_files *files) {
    if (files->count == 0) return TW_OK;
    tw_text text;
    tw_text_start(&text, self->context);
    for (int i = 0; i < files->count; i++) {
        const char *rule = files->file[i].text;
        tw_text_add(&text, "%s:\n", files->file[i].path);
        tw_text_add_bytes(&text, rule, strlen(rule));
    }
    self->rules = tw_text_take(&text);
    tw_text_free(&text);
    return self->rules == NULL ? TW_NO_MEMORY : TW_OK;
}

// A chain of rules, or what is meant to be one: its own parser says what is wrong with it.
static tw_status read_rules(tw_minimization *self, const char *text) {
    tw_method *method = NULL;
    tw_rule_files files = {0};
    tw_status status = tw_method_parse_with(self->context, text, &files, &method);
    if (status == TW_OK) status = keep_files(self, &files);
    tw_rule_files_free(&files);
    if (status != TW_OK) {
        tw_method_free(method);
        return status;
    }
    const char *whole = tw_method_text(method);
    self->method = tw_copy_text(self->context, whole, strlen(whole));
    self->solver = &tw_solver_rule;
    tw_method_free(method);
    return self->method == NULL ? TW_NO_MEMORY : TW_OK;
}

// The one word that a method begins with; false where it can be no solver's.
static bool read_name(const char *text, char name[NAME_BYTES]) {
    size_t length = strcspn(text, ":");
    if (length >= NAME_BYTES || strcspn(text, "|/.") < length) return false;
    memcpy(name, text, length);
    name[length] = '\0';
    return true;
}

static const tw_solver *solver_of(const char *text) {
    char name[NAME_BYTES];
    return read_name(text + strspn(text, " "), name) ? find(name) : NULL;
}

bool tw_solver_is_named(const char *text) {
    return solver_of(text) != NULL;
}

tw_status tw_solver_check_name(tw_context *context, const char *text, const char *also) {
    char name[NAME_BYTES];
    const char *names[NAMES_MAX];
    int count = 0;
    if (!read_name(text + strspn(text, " "), name) || find(name) || tw_rule_text(name))
        return TW_OK;
    for (int i = 0; i < SOLVER_COUNT; i++) names[count++] = solvers[i]->about.name;
    if (also != NULL) names[count++] = also;
    for (int i = 0; i < tw_rule_count() && count < NAMES_MAX; i++) names[count++] = tw_rule_name(i);
    const char *nearest = tw_nearest_name(name, names, (size_t)count);
    if (nearest == NULL || tw_rule_text(nearest) != NULL) return TW_OK;
    return tw_fail(context, TW_NOT_FOUND, "method '%s': not known; did you mean %s?", name,
                   nearest);
}

tw_status tw_solver_spell(tw_context *context, const char *text, char **method) {
    tw_minimization reader = {.context = context};
    tw_status status = tw_solver_parse(&reader, text);
    *method = reader.method;
    tw_release(reader.rules);
    return status;
}

bool tw_solver_takes_products(const char *text) {
    const tw_solver *solver = solver_of(text);
    return solver != NULL && solver->takes_products;
}

tw_status tw_solver_check_dimension(tw_context *context, const char *text, int64_t dimension) {
    const tw_solver *solver = solver_of(text);
    if (solver == NULL || solver->dimension_max == 0 || dimension <= solver->dimension_max)
        return TW_OK;
    return tw_fail(context, TW_BAD_ARGUMENT,
                   "method %s: its matrix would be %" PRId64 " wide; at most %" PRId64
                   ": take lbfgs or newton_cg",
                   text, dimension, solver->dimension_max);
}

tw_status tw_solver_parse(tw_minimization *minimization, const char *text) {
    text += strspn(text, " ");
    const tw_solver *solver = solver_of(text);
    if (solver != NULL) {
        const char *keys = strchr(text, ':');
        return read_keys(minimization, solver, keys != NULL ? keys + 1 : NULL);
    }
    tw_status status = tw_solver_check_name(minimization->context, text, NULL);
    return status == TW_OK ? read_rules(minimization, text) : status;
}
