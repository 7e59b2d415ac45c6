// Text to a schedule: links joined by |, each a name with keys or an expression.
#include "schedules/schedule.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"

enum { HINT_BYTES = 2 * TW_EXPR_NAME_BYTES_MAX, NAMES_MAX = 64 };

// Up to this, whole numbers of steps are exact in a double.
static const double steps_max = 1e15;

static const char *const symbols[] = {TW_SCHEDULE_SYMBOLS};

typedef struct parser {
    tw_lexer lexer;
    tw_schedule *schedule;
    tw_schedule_link *link; // the one that is read
    bool seen[TW_SCHEDULE_KEYS_MAX + 1];
} parser;

// Says which names there are, and which of them is meant, or `otherwise` (may be NULL).
static tw_status fail_with_names(parser *p, size_t offset, const char *what, const char *name,
                                 const char *const *names, size_t count, const char *otherwise) {
    char list[512] = "", hint[HINT_BYTES];
    size_t used = 0;
    for (size_t i = 0; i < count && used < sizeof list; i++) {
        used +=
            (size_t)snprintf(list + used, sizeof list - used, "%s%s", i == 0 ? "" : ", ", names[i]);
    }
    const char *nearest = tw_nearest_name(name, names, count);
    if (nearest != NULL) snprintf(hint, sizeof hint, "did you mean %s?", nearest);
    return tw_lexer_fail(&p->lexer, offset, nearest == NULL ? otherwise : hint,
                         "%s '%s'; choose from %s", what, name, list);
}

// Reads one expression in `names` that is a plain number for each step.
static tw_status parse_scalar(parser *p, const char *const *names, size_t count,
                              tw_expr_root *root) {
    tw_expr_tree *tree = p->schedule->tree;
    size_t offset = p->lexer.token.offset;
    uint32_t first = tree->node_count;
    tw_status status = tw_expr_parse(&p->lexer, tree, root);
    if (status == TW_OK) status = tw_expr_resolve(tree, first, names, count);
    if (status != TW_OK) return status;
    if (tw_expr_is_scalar(tree, *root)) return TW_OK;
    return tw_lexer_fail(&p->lexer, offset, NULL,
                         "this is not one number; sums over an index, elements, random numbers and "
                         "reductions have no place in a schedule");
}

// ---- values of keys

static tw_status check_range(parser *p, const tw_schedule_key *key, size_t offset, double value) {
    char digits[TW_NUMBER_BYTES], low[TW_NUMBER_BYTES], high[TW_NUMBER_BYTES];
    tw_format_number(value, digits);
    bool positive = key->type == TW_KEY_POSITIVE || key->type == TW_KEY_STEPS;
    if (!isfinite(value) || (key->type == TW_KEY_STEPS && value > steps_max)) {
        return tw_lexer_fail(&p->lexer, offset, NULL, "%s is %s; it must be smaller", key->name,
                             digits);
    }
    if (positive && value <= 0.0) {
        return tw_lexer_fail(&p->lexer, offset, NULL, "%s is %s; it must be above 0", key->name,
                             digits);
    }
    if (key->type != TW_KEY_NUMBER || (key->low <= value && value <= key->high)) return TW_OK;
    if (isinf(key->high)) {
        return tw_lexer_fail(&p->lexer, offset, NULL, "%s is %s; it must be at least %s", key->name,
                             digits, tw_format_number(key->low, low));
    }
    return tw_lexer_fail(&p->lexer, offset, NULL, "%s is %s; it must be from %s to %s", key->name,
                         digits, tw_format_number(key->low, low),
                         tw_format_number(key->high, high));
}

static tw_status parse_number(parser *p, const tw_schedule_key *key, double *value) {
    static const char *const constants[] = {"pi", "e"};
    static const double values[] = {M_PI, M_E};
    size_t offset = p->lexer.token.offset;
    tw_expr_root root;
    tw_status status = parse_scalar(p, constants, 2, &root);
    if (status != TW_OK) return status;
    *value = tw_expr_evaluate(p->schedule->tree, root, values);
    return check_range(p, key, offset, *value);
}

static tw_status parse_word(parser *p, const tw_schedule_key *key, double *value) {
    char name[TW_EXPR_NAME_BYTES_MAX + 1];
    size_t offset = p->lexer.token.offset, count = 0;
    tw_status status = tw_lexer_name(&p->lexer, key->meaning, name);
    if (status != TW_OK) return status;
    for (; key->words[count] != NULL; count++) {
        if (strcmp(key->words[count], name) != 0) continue;
        *value = (double)count;
        return TW_OK;
    }
    return fail_with_names(p, offset, "there is no measure", name, key->words, count, NULL);
}

static tw_status parse_value(parser *p, const tw_schedule_key *key, int index) {
    double *values = p->link->values[index];
    int *count = &p->link->counts[index];
    *count = 1;
    if (key->type == TW_KEY_WORD) return parse_word(p, key, values);
    tw_status status = parse_number(p, key, values);
    while (status == TW_OK && key->type == TW_KEY_LIST && tw_lexer_at(&p->lexer, ":")) {
        if (*count == TW_SCHEDULE_LIST_MAX) {
            return tw_lexer_fail(&p->lexer, p->lexer.token.offset, NULL,
                                 "more than %d numbers in %s", TW_SCHEDULE_LIST_MAX, key->name);
        }
        status = tw_lexer_next(&p->lexer);
        if (status == TW_OK) status = parse_number(p, key, &values[(*count)++]);
    }
    return status;
}

// ---- keys

static const tw_schedule_key warmup_key = {.name = "warmup", .type = TW_KEY_STEPS};

static int key_count(const parser *p) {
    return p->link->kind == NULL ? 0 : p->link->kind->key_count;
}

// The place of a key among those of the link, behind which is `warmup`; or a failure.
static tw_status find_key(parser *p, const char *name, size_t offset, int *index) {
    const char *names[TW_SCHEDULE_KEYS_MAX + 1];
    int count = key_count(p);
    for (int i = 0; i < count; i++) names[i] = p->link->kind->keys[i].name;
    names[count] = warmup_key.name;
    for (*index = 0; *index <= count; (*index)++) {
        if (strcmp(names[*index], name) != 0) continue;
        if (!p->seen[*index]) return TW_OK;
        return tw_lexer_fail(&p->lexer, offset, NULL, "%s is given twice", name);
    }
    char what[TW_EXPR_NAME_BYTES_MAX + 32];
    snprintf(what, sizeof what, "%s has no key",
             p->link->kind == NULL ? "an expression" : p->link->kind->name);
    return fail_with_names(p, offset, what, name, names, (size_t)count + 1, NULL);
}

static tw_status parse_key(parser *p) {
    char name[TW_EXPR_NAME_BYTES_MAX + 1];
    size_t offset = p->lexer.token.offset;
    int index = 0;
    tw_status status = tw_lexer_name(&p->lexer, "the name of a key", name);
    if (status == TW_OK) status = find_key(p, name, offset, &index);
    if (status == TW_OK) status = tw_lexer_expect(&p->lexer, "=");
    if (status != TW_OK) return status;
    p->seen[index] = true;
    if (index == key_count(p)) return parse_number(p, &warmup_key, &p->link->warmup);
    return parse_value(p, &p->link->kind->keys[index], index);
}

static tw_status parse_keys(parser *p) {
    memset(p->seen, 0, sizeof p->seen);
    tw_status status;
    do {
        status = tw_lexer_next(&p->lexer);
        if (status == TW_OK) status = parse_key(p);
    } while (status == TW_OK && tw_lexer_at(&p->lexer, ","));
    return status;
}

static void set_fallbacks(tw_schedule_link *link) {
    for (int i = 0; i < link->kind->key_count; i++) {
        double fallback = link->kind->keys[i].fallback;
        link->values[i][0] = fallback;
        link->counts[i] = !isnan(fallback);
    }
}

// ---- links

// Whether a schedule's name stands here, or what is meant to be one: a name with ':' behind it, or a name
// alone in its link that is not a symbol of expressions.
static bool at_named(const parser *p) {
    if (p->lexer.token.kind != TW_TOKEN_NAME) return false;
    tw_lexer ahead = p->lexer;
    if (tw_lexer_next(&ahead) != TW_OK || tw_lexer_at(&ahead, ":")) return true;
    for (int i = 0; i < TW_SCHEDULE_SYMBOL_COUNT; i++) {
        if (tw_lexer_at(&p->lexer, symbols[i])) return false;
    }
    tw_token_kind kind = ahead.token.kind;
    return kind == TW_TOKEN_END || kind == TW_TOKEN_LINE || tw_lexer_at(&ahead, "|") ||
           tw_lexer_at(&ahead, ",");
}

static tw_status parse_named(parser *p) {
    char name[TW_EXPR_NAME_BYTES_MAX + 1];
    size_t offset = p->lexer.token.offset;
    tw_status status = tw_lexer_name(&p->lexer, "the name of a schedule", name);
    if (status != TW_OK) return status;
    p->link->kind = tw_schedule_find(name);
    if (p->link->kind == NULL) {
        const char *names[NAMES_MAX];
        int count = tw_schedule_count();
        for (int i = 0; i < count; i++) names[i] = tw_schedule_kind_at(i)->name;
        return fail_with_names(p, offset, "there is no schedule", name, names, (size_t)count,
                               "an expression knows lr0, t, epoch, T, N and B");
    }
    set_fallbacks(p->link);
    if (tw_lexer_at(&p->lexer, ":")) {
        status = parse_keys(p);
    } else if (tw_lexer_at(&p->lexer, ",")) {
        status = tw_lexer_expect(&p->lexer, ":");
    }
    if (status != TW_OK || p->link->kind->check == NULL) return status;
    const char *wrong = p->link->kind->check(p->link);
    return wrong == NULL ? TW_OK : tw_lexer_fail(&p->lexer, offset, NULL, "%s", wrong);
}

static tw_status parse_expression(parser *p) {
    tw_status status = parse_scalar(p, symbols, TW_SCHEDULE_SYMBOL_COUNT, &p->link->root);
    if (status != TW_OK || !tw_lexer_at(&p->lexer, ",")) return status;
    return parse_keys(p);
}

static bool listens(const tw_schedule_link *link) {
    return link->kind != NULL && link->kind->observe != NULL;
}

static tw_status parse_link(parser *p) {
    tw_schedule *schedule = p->schedule;
    size_t offset = p->lexer.token.offset;
    if (schedule->link_count == TW_SCHEDULE_LINKS_MAX) {
        return tw_lexer_fail(&p->lexer, offset, NULL, "more than %d schedules in a chain",
                             TW_SCHEDULE_LINKS_MAX);
    }
    p->link = &schedule->links[schedule->link_count];
    p->link->tree = schedule->tree;
    p->link->state = &schedule->state;
    p->link->root = TW_EXPR_NONE;
    tw_status status = at_named(p) ? parse_named(p) : parse_expression(p);
    if (status != TW_OK) return status;
    for (int i = 0; i < schedule->link_count && listens(p->link); i++) {
        if (!listens(&schedule->links[i])) continue;
        return tw_lexer_fail(&p->lexer, offset, NULL, "a chain takes one plateau");
    }
    schedule->link_count++;
    return TW_OK;
}

static tw_status parse_chain(parser *p) {
    tw_status status = parse_link(p);
    while (status == TW_OK && tw_lexer_at(&p->lexer, "|")) {
        status = tw_lexer_next(&p->lexer);
        if (status == TW_OK) status = parse_link(p);
    }
    if (status == TW_OK && p->lexer.token.kind == TW_TOKEN_LINE) status = tw_lexer_end(&p->lexer);
    if (status != TW_OK || p->lexer.token.kind == TW_TOKEN_END) return status;
    return tw_lexer_fail(&p->lexer, p->lexer.token.offset, NULL,
                         "expected ',', '|' or the end of the schedule here");
}

// ---- the whole

static void format_key(const tw_schedule_key *key, const tw_schedule_link *link, int index,
                       tw_text *text) {
    tw_text_add(text, "%s=", key->name);
    if (key->type == TW_KEY_WORD) {
        tw_text_add(text, "%s", key->words[(int)link->values[index][0]]);
        return;
    }
    for (int i = 0; i < link->counts[index]; i++) {
        if (i > 0) tw_text_add(text, ":");
        tw_text_add_number(text, link->values[index][i]);
    }
}

void tw_schedule_format(const tw_schedule *schedule, tw_text *text) {
    for (int i = 0; i < schedule->link_count; i++) {
        const tw_schedule_link *link = &schedule->links[i];
        const char *before = link->kind == NULL ? ", " : ":";
        if (i > 0) tw_text_add(text, " | ");
        if (link->kind == NULL) {
            tw_expr_format(link->tree, link->root, text);
        } else {
            tw_text_add(text, "%s", link->kind->name);
        }
        for (int k = 0; link->kind != NULL && k < link->kind->key_count; k++) {
            if (link->counts[k] == 0) continue;
            tw_text_add(text, "%s", before);
            format_key(&link->kind->keys[k], link, k, text);
            before = ",";
        }
        if (link->warmup == 0.0) continue;
        tw_text_add(text, "%swarmup=", before);
        tw_text_add_number(text, link->warmup);
    }
}

static tw_status parse_all(parser *p) {
    const tw_source *source = &p->schedule->tree->source;
    tw_status status = tw_lexer_start(&p->lexer, p->schedule->context, source);
    if (p->lexer.token.kind == TW_TOKEN_LINE) status = tw_lexer_end(&p->lexer);
    if (status == TW_OK && p->lexer.token.kind == TW_TOKEN_END) {
        return tw_lexer_fail(&p->lexer, p->lexer.token.offset, NULL,
                             "expected a schedule; the text is empty");
    }
    if (status == TW_OK) status = parse_chain(p);
    if (status != TW_OK) return status;
    tw_text text;
    tw_text_start(&text, p->schedule->context);
    tw_schedule_format(p->schedule, &text);
    status = text.status;
    if (status == TW_OK) p->schedule->text = tw_text_take(&text);
    if (status == TW_OK && p->schedule->text == NULL) status = TW_NO_MEMORY;
    tw_text_free(&text);
    return status;
}

tw_status tw_schedule_parse(tw_context *context, const char *text, tw_schedule **schedule) {
    *schedule = NULL;
    tw_schedule *made = tw_allocate(context, 1, sizeof *made);
    if (made == NULL) return TW_NO_MEMORY;
    made->context = context;
    made->state.factor = 1.0;
    tw_source source = {"schedule", text, strlen(text)};
    tw_status status = tw_expr_tree_new(context, &source, &made->tree);
    if (status == TW_OK) {
        parser p = {.schedule = made};
        status = parse_all(&p);
    }
    if (status != TW_OK) {
        tw_schedule_free(made);
        return status;
    }
    *schedule = made;
    return TW_OK;
}
