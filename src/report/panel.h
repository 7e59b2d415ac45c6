// What SVG and characters share about a panel: whether it can be drawn, and what its numbers span.
#ifndef TW_REPORT_PANEL_H
#define TW_REPORT_PANEL_H

#include "report/axis.h"
#include "thalweg/plot.h"

// Errors: TW_BAD_ARGUMENT, with `where` before what is wrong.
tw_status tw_panel_check(tw_context *context, const char *where, const tw_panel *panel);

// The numbers of points that are drawn: both finite.
void tw_panel_extents(const tw_panel *panel, tw_extent *x, tw_extent *y);

// Whether a series needs its name said: not if it is alone and the axis, or the title, says the same.
bool tw_panel_names(const tw_panel *panel);

#endif
