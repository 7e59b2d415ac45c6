// Names as they are set in formulas: theta, beta1, s_hat, lr0, weight_decay.
#ifndef TW_EXPR_LATEX_NAME_H
#define TW_EXPR_LATEX_NAME_H

#include "base/text.h"

// Writes a name of `length` bytes in LaTeX: a greek name as its letter, one letter as itself, a word
// upright; digits at the end, and what follows an underscore behind a letter, as subscripts; _hat,
// _bar, _tilde and _dot as accents.
void tw_latex_name(const char *name, size_t length, tw_text *text);

#endif
