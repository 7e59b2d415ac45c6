// Panels under each other, for pictures that have more in them.
#ifndef TW_REPORT_PANELS_H
#define TW_REPORT_PANELS_H

#include "report/svg.h"
#include "thalweg/plot.h"

// The height that panels need, with the words above and below them.
double tw_panels_height(const tw_panel *panels, int count);

// Draws them from `top` on.
void tw_panels_draw(tw_svg *svg, const tw_panel *panels, int count, double top);

// The height of a picture's title, and the title itself from the margin on; none for NULL or "".
double tw_title_height(const char *title);
void tw_title_draw(tw_svg *svg, const char *title);

#endif
