// Names as they are set in formulas.
#include "expr/latex_name.h"

#include <string.h>

static const char *const greek[] = {
    "alpha",   "beta",   "gamma", "delta",   "epsilon", "zeta",  "eta",   "theta", "iota",
    "kappa",   "lambda", "mu",    "nu",      "xi",      "pi",    "rho",   "sigma", "tau",
    "upsilon", "phi",    "chi",   "psi",     "omega",   "Gamma", "Delta", "Theta", "Lambda",
    "Xi",      "Pi",     "Sigma", "Upsilon", "Phi",     "Psi",   "Omega",
};

static const char *const accents[] = {"hat", "bar", "tilde", "dot"};

// A stretch of the name.
typedef struct piece {
    const char *text;
    size_t length;
} piece;

static bool is(piece p, const char *word) {
    return strlen(word) == p.length && memcmp(p.text, word, p.length) == 0;
}

static const char *find(piece p, const char *const *words, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (is(p, words[i])) return words[i];
    }
    return NULL;
}

static const char *greek_of(piece p) {
    if (is(p, "eps")) return "epsilon";
    return find(p, greek, sizeof greek / sizeof *greek);
}

static const char *accent_of(piece p) {
    return find(p, accents, sizeof accents / sizeof *accents);
}

static bool is_number(piece p) {
    size_t i = 0;
    while (i < p.length && tw_is_digit(p.text[i])) i++;
    return p.length > 0 && i == p.length;
}

static void add_word(piece p, tw_text *text) {
    const char *letter = greek_of(p);
    if (letter != NULL) {
        tw_text_add(text, "\\%s", letter);
    } else if ((p.length == 1 && *p.text != '_') || is_number(p)) {
        tw_text_add_bytes(text, p.text, p.length);
    } else {
        tw_text_add(text, "\\mathrm{");
        for (size_t i = 0; i < p.length; i++) {
            tw_text_add(text, p.text[i] == '_' ? "\\_" : "%c", p.text[i]);
        }
        tw_text_add(text, "}");
    }
}

// Takes off `rest` the part before its next underscore, and the underscore with it.
static piece take_part(piece *rest) {
    const char *end = memchr(rest->text, '_', rest->length);
    piece part = {rest->text, end == NULL ? rest->length : (size_t)(end - rest->text)};
    size_t used = end == NULL ? part.length : part.length + 1;
    *rest = (piece){rest->text + used, rest->length - used};
    return part;
}

// Writes the stem under its accents, which stand among the parts.
static void add_stem(piece stem, piece parts, tw_text *text) {
    int count = 0;
    while (parts.length > 0) {
        const char *accent = accent_of(take_part(&parts));
        if (accent == NULL) continue;
        tw_text_add(text, "\\%s{", accent);
        count++;
    }
    add_word(stem, text);
    for (; count > 0; count--) tw_text_add(text, "}");
}

static void add_subscripts(piece digits, piece parts, tw_text *text) {
    const char *before = "_{";
    if (digits.length > 0) {
        tw_text_add(text, "%s", before);
        add_word(digits, text);
        before = ", ";
    }
    while (parts.length > 0) {
        piece part = take_part(&parts);
        if (part.length == 0 || accent_of(part) != NULL) continue;
        tw_text_add(text, "%s", before);
        add_word(part, text);
        before = ", ";
    }
    if (before[0] == ',') tw_text_add(text, "}");
}

// Whether all parts are accents: then a word may have them too.
static bool only_accents(piece parts) {
    while (parts.length > 0) {
        if (accent_of(take_part(&parts)) == NULL) return false;
    }
    return true;
}

void tw_latex_name(const char *name, size_t length, tw_text *text) {
    piece rest = {name, length};
    piece stem = take_part(&rest), digits = {stem.text + stem.length, 0};
    while (stem.length > 1 && tw_is_digit(stem.text[stem.length - 1])) {
        stem.length--;
        digits = (piece){stem.text + stem.length, digits.length + 1};
    }
    bool is_letter = stem.length == 1 || greek_of(stem) != NULL;
    if (stem.length == 0 || (!is_letter && !only_accents(rest))) {
        add_word((piece){name, length}, text);
        return;
    }
    add_stem(stem, rest, text);
    add_subscripts(digits, rest, text);
}
