// What the names of a text mean: variables by how they are written, n, pi, e, parameters, data, parts.
#include "objective/text.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"

static const char *const letters[] = {"x", "y", "z", "w"};

enum { LETTERS = 4 };

static bool is_spelled(const tw_expr_node *node) {
    return node->kind == TW_EXPR_NAME || node->kind == TW_EXPR_ELEMENT;
}

// ---- variables

// The number of "x12", 0 if the node is no such name.
static int64_t numbered(const tw_objective_text *text, const tw_expr_node *node) {
    char digits[TW_EXPR_NAME_BYTES_MAX + 1];
    const char *name = text->tree->source.text + node->offset;
    int64_t number;
    if (node->kind != TW_EXPR_NAME || node->length < 2 || name[0] != 'x' || name[1] == '0')
        return 0;
    snprintf(digits, sizeof digits, "%.*s", (int)node->length - 1, name + 1);
    return tw_parse_integer(digits, &number) && number > 0 ? number : 0;
}

static int64_t lettered(const tw_objective_text *text, uint32_t node) {
    for (int i = 0; i < LETTERS; i++) {
        bool named = text->tree->nodes[node].kind == TW_EXPR_NAME;
        if (named && tw_expr_is_named(text->tree, node, letters[i])) return i + 1;
    }
    return 0;
}

static void find_style(tw_objective_text *text, const tw_objective_options *options) {
    int64_t most_number = 0, most_letter = 0;
    bool indexed = false;
    for (uint32_t i = 0; i < text->tree->node_count; i++) {
        const tw_expr_node *node = &text->tree->nodes[i];
        int64_t number = numbered(text, node), letter = lettered(text, i);
        if (number > most_number) most_number = number;
        if (letter > most_letter) most_letter = letter;
        indexed =
            indexed || (node->kind == TW_EXPR_ELEMENT && tw_expr_is_named(text->tree, i, "x"));
    }
    text->style = options->variables != NULL ? TW_STYLE_GIVEN
                  : indexed                  ? TW_STYLE_INDEXED
                  : most_number > 0          ? TW_STYLE_NUMBERS
                                             : TW_STYLE_LETTERS;
    text->least = text->style == TW_STYLE_LETTERS ? most_letter : most_number;
}

static void add_symbol(tw_objective_text *text, const char *name, size_t length,
                       const tw_objective_symbol *meaning) {
    assert(text->symbol_count + 1 < text->symbol_capacity && length <= TW_EXPR_NAME_BYTES_MAX);
    tw_objective_symbol *symbol = &text->symbols[text->symbol_count];
    *symbol = *meaning;
    memcpy(symbol->name, name, length);
    symbol->name[length] = '\0';
    text->symbol_names[text->symbol_count++] = symbol->name;
}

static const tw_objective_symbol *find_symbol(const tw_objective_text *text, const char *name,
                                              size_t length) {
    for (size_t i = 0; i < text->symbol_count; i++) {
        const char *known = text->symbols[i].name;
        if (strlen(known) == length && memcmp(known, name, length) == 0) return &text->symbols[i];
    }
    return NULL;
}

static void add_coordinate(tw_objective_text *text, const char *name, size_t length,
                           int64_t index) {
    tw_objective_symbol meaning = {.meaning = TW_MEANS_COORDINATE, .index = index};
    add_symbol(text, name, length, &meaning);
}

// Names of the form x12, each once.
static void add_numbered(tw_objective_text *text) {
    for (uint32_t i = 0; i < text->tree->node_count; i++) {
        const tw_expr_node *node = &text->tree->nodes[i];
        const char *name = text->tree->source.text + node->offset;
        int64_t number = numbered(text, node);
        if (number == 0 || find_symbol(text, name, node->length) != NULL) continue;
        add_coordinate(text, name, node->length, number - 1);
    }
}

static bool is_name(const char *name, size_t length) {
    if (length < 1 || length > TW_EXPR_NAME_BYTES_MAX) return false;
    for (size_t i = 0; i < length; i++) {
        char c = name[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && (i == 0 || c < '0' || c > '9')) return false;
    }
    return true;
}

// "a,b,c" of the options.
static tw_status add_given(tw_objective_text *text, const char *variables) {
    for (const char *at = variables;; at++) {
        at += strspn(at, " ");
        size_t length = strcspn(at, ", ");
        tw_function function;
        char name[TW_EXPR_NAME_BYTES_MAX + 1];
        snprintf(name, sizeof name, "%.*s", (int)length, at);
        const char *wrong = NULL;
        if (!is_name(at, length))
            wrong = "is no name";
        else if (tw_function_find(name, &function))
            wrong = "is a function";
        else if (find_symbol(text, at, length) != NULL)
            wrong = "is there already";
        if (wrong != NULL || text->least == TW_EXPR_NODES_MAX)
            return tw_fail(text->context, TW_BAD_ARGUMENT,
                           "objective: variables \"%s\": '%s' %s; as in \"a,b,c\"", variables, name,
                           wrong == NULL ? "is one too many" : wrong);
        add_coordinate(text, at, length, text->least++);
        at += length + strspn(at + length, " ");
        if (*at == '\0') return TW_OK;
        if (*at != ',')
            return tw_fail(text->context, TW_BAD_ARGUMENT,
                           "objective: variables \"%s\": a comma must stand between '%s' and '%s'",
                           variables, name, at);
    }
}

static tw_status add_variables(tw_objective_text *text, const tw_objective_options *options) {
    bool file = text->item_count > 0 && text->items[0].kind != TW_ITEM_FORMULA;
    switch (text->style) {
    case TW_STYLE_GIVEN:
        text->least = 0;
        return add_given(text, options->variables);
    case TW_STYLE_INDEXED:
        add_symbol(text, "x", 1, &(tw_objective_symbol){.meaning = TW_MEANS_VECTOR});
        add_numbered(text);
        return TW_OK;
    case TW_STYLE_NUMBERS:
        add_numbered(text);
        return TW_OK;
    case TW_STYLE_LETTERS:
        for (int i = 0; i < LETTERS && (!file || i < text->n); i++)
            add_coordinate(text, letters[i], 1, i);
        return TW_OK;
    }
    return TW_OK;
}

// ---- the dimension

#define DIMENSIONS "1 to 2^30 are possible"

static tw_status fail_dimension(const tw_objective_text *text, int64_t n, const char *what) {
    return tw_fail(text->context, TW_BAD_ARGUMENT, "objective %s: a dimension of %lld; %s",
                   text->name, (long long)n, what);
}

// Resolves the names of an item alone: later ones are not known to `names` yet.
static tw_status resolve_nodes(tw_objective_text *text, const tw_objective_item *item,
                               const char *const *names, size_t count) {
    uint32_t all = text->tree->node_count;
    text->tree->node_count = item->end;
    tw_status status = tw_expr_resolve(text->tree, item->first, names, count);
    text->tree->node_count = all;
    return status;
}

static bool is_dimension(double number) {
    return number >= 1 && number <= (double)TW_OBJECTIVE_DIMENSION_MAX && number == rint(number);
}

// The dimension of a file's function: asked for, that of the start, or its own.
static tw_status choose_dimension(tw_objective_text *text, const tw_objective_item *item,
                                  int64_t asked) {
    double numbers[4] = {0, 0, 0, 0};
    tw_status status = resolve_nodes(text, item, NULL, 0);
    for (int i = 0; i < 4 && status == TW_OK; i++) {
        tw_expr_root root = text->values[item->value_first + i];
        if (root == TW_EXPR_NONE) continue;
        status = tw_objective_text_number(text, root, "a dimension", &numbers[i]);
        if (status == TW_OK && !is_dimension(numbers[i]))
            status = tw_objective_text_fail(text, root, NULL, "a dimension is a whole number");
    }
    if (status != TW_OK) return status;
    bool any = false;
    for (int i = 1; i < 4; i++) any = any || numbers[i] > 0;
    int64_t own = (int64_t)numbers[0], least = numbers[1] > 0 ? (int64_t)numbers[1] : own;
    int64_t most = numbers[2] > 0 ? (int64_t)numbers[2] : any ? TW_OBJECTIVE_DIMENSION_MAX : own;
    int64_t step = numbers[3] > 0 ? (int64_t)numbers[3] : 1;
    text->n = asked > 0 ? asked : own;
    if (text->n >= least && text->n <= most && (text->n - least) % step == 0) return TW_OK;
    char what[128];
    if (!any)
        snprintf(what, sizeof what, "it has %lld", (long long)own);
    else if (step > 1)
        snprintf(what, sizeof what, "it may have %lld, %lld, %lld, ...", (long long)least,
                 (long long)(least + step), (long long)(least + 2 * step));
    else if (numbers[2] > 0)
        snprintf(what, sizeof what, "it may have %lld to %lld", (long long)least, (long long)most);
    else
        snprintf(what, sizeof what, "at least %lld is needed", (long long)least);
    return fail_dimension(text, text->n, what);
}

// The highest of indices that are plain numbers, as in x[1]*x[2]; 0 if one is not.
static int64_t most_element(const tw_objective_text *text) {
    double most = 0;
    for (uint32_t i = 0; i < text->tree->node_count; i++) {
        const tw_expr_node *node = &text->tree->nodes[i];
        if (node->kind != TW_EXPR_ELEMENT) continue;
        const tw_expr_node *index = &text->tree->nodes[node->child[0]];
        if (index->kind != TW_EXPR_NUMBER) return 0;
        most = index->number > most ? index->number : most;
    }
    return most < (double)TW_OBJECTIVE_DIMENSION_MAX ? (int64_t)most : 0;
}

// That of an expression: by its variables, or by who asks.
static tw_status count_variables(tw_objective_text *text, const tw_objective_options *options) {
    int64_t n = options->dimension;
    if (n == 0 && text->style == TW_STYLE_INDEXED) n = options->start_count;
    if (n == 0 && text->style == TW_STYLE_INDEXED) n = most_element(text);
    if (n == 0 && text->style == TW_STYLE_INDEXED)
        return tw_fail(text->context, TW_BAD_ARGUMENT,
                       "objective: x[i] may have any dimension; give one, or a start");
    if (n == 0) n = text->least > 0 ? text->least : 1;
    if (n > TW_OBJECTIVE_DIMENSION_MAX) return fail_dimension(text, n, DIMENSIONS);
    text->n = n;
    char what[64];
    snprintf(what, sizeof what, "it has %lld variables", (long long)text->least);
    return n < text->least ? fail_dimension(text, n, what) : TW_OK;
}

// The last one counts.
static const tw_objective_setting *setting_of(const tw_objective_settings *settings,
                                              const char *name) {
    for (int i = settings == NULL ? 0 : settings->count; i-- > 0;)
        if (strcmp(settings->settings[i].name, name) == 0) return &settings->settings[i];
    return NULL;
}

// "dim=" counts where the options ask for nothing; else they must ask for the same.
static tw_status take_setting(const tw_objective_text *text, const tw_objective_settings *settings,
                              tw_objective_options *asked) {
    const tw_objective_setting *set = setting_of(settings, "dim");
    char given[TW_NUMBER_BYTES];
    if (set == NULL) return TW_OK;
    if (!is_dimension(set->value))
        return tw_source_fail(text->context, settings->source, set->offset, NULL,
                              "%s: dim is %s; a whole number from 1 to %lld is needed", text->name,
                              tw_format_number(set->value, given),
                              (long long)TW_OBJECTIVE_DIMENSION_MAX);
    if (asked->dimension != 0 && (double)asked->dimension != set->value)
        return tw_source_fail(text->context, settings->source, set->offset, NULL,
                              "%s: dim is %s, and a dimension of %lld is asked for too", text->name,
                              tw_format_number(set->value, given), (long long)asked->dimension);
    asked->dimension = (int64_t)set->value;
    return TW_OK;
}

static tw_status settle_dimension(tw_objective_text *text, const tw_objective_options *options,
                                  const tw_objective_settings *settings) {
    const tw_objective_item *item = tw_objective_text_item(text, TW_ITEM_DIMENSION);
    tw_objective_options asked = *options;
    if (options->dimension < 0 || options->dimension > TW_OBJECTIVE_DIMENSION_MAX)
        return fail_dimension(text, options->dimension, DIMENSIONS);
    tw_status status = take_setting(text, settings, &asked);
    if (status != TW_OK) return status;
    if (item == NULL) return count_variables(text, &asked);
    return choose_dimension(text, item, asked.dimension > 0 ? asked.dimension : asked.start_count);
}

// Asked last: where names are unknown, there seem to be fewer variables than were meant.
static tw_status check_start(const tw_objective_text *text, const tw_objective_options *options) {
    if (options->start_count == 0 || options->start_count == text->n) return TW_OK;
    return tw_fail(text->context, TW_BAD_ARGUMENT,
                   "objective %s: a start of %lld number%s; it has %lld variable%s", text->name,
                   (long long)options->start_count, tw_plural(options->start_count),
                   (long long)text->n, tw_plural(text->n));
}

// ---- items

// Whether a new name may be `name`; says why not.
static tw_status check_new_name(const tw_objective_text *text, const tw_objective_item *item,
                                const char *name) {
    static const char *const reserved[] = {
        "objective", "param", "dim", "start", "domain", "minimum", "data", "f",   "and",
        "or",        "x",     "to",  "from",  "step",   "at",      "for",  "prod"};
    const char *reason = NULL;
    tw_function function;
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
        if (strcmp(name, reserved[i]) == 0) reason = "is a word of the language";
    if (tw_function_find(name, &function)) reason = "is a function";
    if (find_symbol(text, name, strlen(name)) != NULL) reason = "is there already";
    if (reason == NULL) return TW_OK;
    return tw_source_fail(text->context, &text->tree->source, item->offset, "choose another name",
                          "'%s' %s", name, reason);
}

// A parameter's number: its default, or what it was set to, from its least to its most.
static tw_status read_parameter(tw_objective_text *text, const tw_objective_item *item,
                                const tw_objective_settings *settings, double *number) {
    const tw_expr_root *values = text->values + item->value_first;
    double numbers[3] = {0.0, -INFINITY, INFINITY}; // default, least, most
    tw_status status = TW_OK;
    for (int i = 0; i < 3 && status == TW_OK; i++)
        if (values[i] != TW_EXPR_NONE)
            status = tw_objective_text_number(text, values[i], "a parameter", &numbers[i]);
    if (status != TW_OK) return status;
    const tw_objective_setting *set = setting_of(settings, item->name);
    *number = set != NULL ? set->value : numbers[0];
    bool low = *number < numbers[1];
    if (!low && *number <= numbers[2]) return TW_OK;
    char given[TW_NUMBER_BYTES], bound[TW_NUMBER_BYTES];
    return tw_source_fail(text->context, set != NULL ? settings->source : &text->tree->source,
                          set != NULL ? set->offset : item->offset, NULL,
                          low ? "%s: %s is %s; at least %s is needed"
                              : "%s: %s is %s; at most %s is possible",
                          text->name, item->name, tw_format_number(*number, given),
                          tw_format_number(numbers[low ? 1 : 2], bound));
}

static tw_status define(tw_objective_text *text, int number,
                        const tw_objective_settings *settings) {
    static const tw_objective_meaning meanings[] = {[TW_ITEM_PARAMETER] = TW_MEANS_NUMBER,
                                                    [TW_ITEM_DATA] = TW_MEANS_TABLE,
                                                    [TW_ITEM_PART] = TW_MEANS_PART};
    const tw_objective_item *item = &text->items[number];
    bool names =
        item->kind == TW_ITEM_PARAMETER || item->kind == TW_ITEM_DATA || item->kind == TW_ITEM_PART;
    if (!names) return TW_OK;
    tw_objective_symbol symbol = {.meaning = meanings[item->kind], .index = number};
    tw_status status = check_new_name(text, item, item->name);
    if (status == TW_OK && item->kind == TW_ITEM_PARAMETER)
        status = read_parameter(text, item, settings, &symbol.number);
    if (status != TW_OK) return status;
    if (item->kind == TW_ITEM_PART && item->index[0] != '\0') symbol.meaning = TW_MEANS_SEQUENCE;
    add_symbol(text, item->name, strlen(item->name), &symbol);
    return TW_OK;
}

// x where x[i] is meant, and the other way round.
static tw_status check_elements(const tw_objective_text *text, const tw_objective_item *item) {
    for (uint32_t i = item->first; i < item->end; i++) {
        const tw_expr_node *node = &text->tree->nodes[i];
        if (!is_spelled(node) || node->symbol == TW_EXPR_NONE) continue;
        const tw_objective_symbol *symbol = &text->symbols[node->symbol];
        bool many = symbol->meaning == TW_MEANS_VECTOR || symbol->meaning == TW_MEANS_TABLE ||
                    symbol->meaning == TW_MEANS_SEQUENCE;
        if (many && node->kind == TW_EXPR_NAME)
            return tw_objective_text_fail(text, i, NULL, "%s has elements; write one, as in %s[1]",
                                          symbol->name, symbol->name);
        if (!many && node->kind == TW_EXPR_ELEMENT)
            return tw_objective_text_fail(text, i, NULL, "%s is a number and has no elements",
                                          symbol->name);
    }
    return TW_OK;
}

// The index of a named part has a place behind all other symbols: it is known to that part alone.
static void settle_index(tw_objective_text *text, const tw_objective_item *item, size_t symbol) {
    tw_objective_symbol *last = &text->symbols[text->symbol_capacity - 1];
    *last = (tw_objective_symbol){.meaning = TW_MEANS_INDEX};
    for (uint32_t i = item->first; i < item->end; i++) {
        tw_expr_node *node = &text->tree->nodes[i];
        if (is_spelled(node) && node->symbol == symbol)
            node->symbol = (uint32_t)(text->symbol_capacity - 1);
    }
}

static tw_status resolve_item(tw_objective_text *text, const tw_objective_item *item) {
    size_t before = text->symbol_count;
    tw_status status = TW_OK;
    if (item->index[0] != '\0') {
        status = check_new_name(text, item, item->index);
        if (status != TW_OK) return status;
        add_symbol(text, item->index, strlen(item->index),
                   &(tw_objective_symbol){.meaning = TW_MEANS_INDEX});
    }
    status = resolve_nodes(text, item, text->symbol_names, text->symbol_count);
    if (status == TW_OK) status = check_elements(text, item);
    text->symbol_count = before;
    if (status == TW_OK && item->index[0] != '\0') settle_index(text, item, before);
    return status;
}

// "known: condition, rotate" or that there are none.
static tw_status check_settings(const tw_objective_text *text,
                                const tw_objective_settings *settings) {
    const char *names[TW_OBJECTIVE_ITEMS_MAX + 1] = {"dim"};
    size_t count = 1;
    for (int i = 0; i < text->item_count; i++)
        if (text->items[i].kind == TW_ITEM_PARAMETER) names[count++] = text->items[i].name;
    for (int i = 0; settings != NULL && i < settings->count; i++) {
        const tw_objective_setting *setting = &settings->settings[i];
        bool found = false;
        for (size_t k = 0; k < count; k++) found = found || strcmp(names[k], setting->name) == 0;
        if (found) continue;
        const char *nearest = tw_nearest_name(setting->name, names, count);
        char hint[TW_EXPR_NAME_BYTES_MAX + 32], known[256] = "";
        snprintf(hint, sizeof hint, "did you mean %s?", nearest == NULL ? "" : nearest);
        for (size_t k = 0; k < count; k++) {
            size_t used = strlen(known);
            snprintf(known + used, sizeof known - used, "%s%s", k == 0 ? "" : ", ", names[k]);
        }
        return tw_source_fail(text->context, settings->source, setting->offset,
                              nearest == NULL ? NULL : hint, "%s has no parameter '%s'; it has %s",
                              text->name, setting->name, known);
    }
    return TW_OK;
}

static tw_status allocate_symbols(tw_objective_text *text) {
    size_t most = (size_t)text->tree->node_count + TW_OBJECTIVE_ITEMS_MAX + 16;
    if (text->style == TW_STYLE_GIVEN) most += TW_EXPR_NODES_MAX;
    text->symbol_capacity = most;
    text->symbols = tw_allocate(text->context, most, sizeof *text->symbols);
    text->symbol_names = tw_allocate(text->context, most, sizeof *text->symbol_names);
    return text->symbols == NULL || text->symbol_names == NULL ? TW_NO_MEMORY : TW_OK;
}

static tw_status add_known(tw_objective_text *text, const tw_objective_options *options) {
    tw_objective_symbol pi = {.meaning = TW_MEANS_NUMBER, .number = 3.14159265358979323846};
    tw_objective_symbol e = {.meaning = TW_MEANS_NUMBER, .number = 2.71828182845904523536};
    add_symbol(text, "n", 1, &(tw_objective_symbol){.meaning = TW_MEANS_DIMENSION});
    add_symbol(text, "pi", 2, &pi);
    add_symbol(text, "e", 1, &e);
    return add_variables(text, options);
}

tw_status tw_objective_text_resolve(tw_objective_text *text, const tw_objective_options *options,
                                    const tw_objective_settings *settings) {
    find_style(text, options);
    tw_status status = check_settings(text, settings);
    if (status == TW_OK) status = allocate_symbols(text);
    bool given = text->style == TW_STYLE_GIVEN; // how many there are says the dimension
    if (status == TW_OK && given) status = add_known(text, options);
    if (status == TW_OK) status = settle_dimension(text, options, settings);
    if (status == TW_OK && !given) status = add_known(text, options);
    for (int i = 0; i < text->item_count && status == TW_OK; i++) {
        if (text->items[i].kind == TW_ITEM_DIMENSION) continue;
        status = resolve_item(text, &text->items[i]);
        if (status == TW_OK) status = define(text, i, settings);
    }
    return status == TW_OK ? check_start(text, options) : status;
}

// ---- numbers

tw_status tw_objective_text_number(const tw_objective_text *text, tw_expr_root root,
                                   const char *what, double *value) {
    *value = 0;
    double *values = tw_allocate(text->context, text->symbol_count + 1, sizeof *values);
    if (values == NULL) return TW_NO_MEMORY;
    tw_status status = TW_OK;
    tw_expr_root first = tw_expr_first(text->tree, root);
    for (tw_expr_root i = first; i <= root && status == TW_OK; i++) {
        const tw_expr_node *node = &text->tree->nodes[i];
        if (node->kind != TW_EXPR_NAME || node->symbol == TW_EXPR_NONE) continue;
        const tw_objective_symbol *symbol = &text->symbols[node->symbol];
        if (symbol->meaning == TW_MEANS_DIMENSION)
            values[node->symbol] = (double)text->n;
        else if (symbol->meaning == TW_MEANS_NUMBER)
            values[node->symbol] = symbol->number;
        else // an index among them, which has its place behind `values`
            status =
                tw_objective_text_fail(text, i, NULL, "%s is made of numbers; %.*s is none", what,
                                       (int)node->length, text->tree->source.text + node->offset);
    }
    if (status == TW_OK && !tw_expr_is_scalar(text->tree, root))
        status = tw_objective_text_fail(text, root, NULL, "%s is one number", what);
    if (status == TW_OK) *value = tw_expr_evaluate(text->tree, root, values);
    tw_release(values);
    return status;
}
