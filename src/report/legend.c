// Places names so that none covers another.
#include "report/legend.h"

#include <assert.h>
#include <math.h>

#include "report/palette.h"

#define GAP 12.0    // between the axes and the samples
#define SAMPLE 26.0 // a sample of a line: longer than any of the dashes' periods
#define SPACE 7.0   // between sample and name
#define WIDEST (TW_SVG_WIDTH / 3)

double tw_legend_width(const tw_legend_entry *entries, int count) {
    double widest = 0;
    for (int i = 0; i < count; i++) widest = fmax(widest, tw_svg_width(entries[i].name));
    return count == 0 ? 0 : fmin(ceil(GAP + SAMPLE + SPACE + widest), WIDEST);
}

// Names may reach half into the margin.
double tw_legend_left(double width) {
    return TW_SVG_WIDTH - TW_SVG_MARGIN - fmax(width - TW_SVG_MARGIN / 2, 0);
}

// From the highest to the lowest.
static void sort(tw_legend_entry *entries, int count) {
    for (int i = 1; i < count; i++) {
        tw_legend_entry entry = entries[i];
        int k = i;
        for (; k > 0 && entries[k - 1].wanted > entry.wanted; k--) entries[k] = entries[k - 1];
        entries[k] = entry;
    }
}

// Each as far down as the one before it pushes; then, what was pushed out below, up again.
static void place(tw_legend_entry *entries, int count, double top, double bottom) {
    double least = top;
    for (int i = 0; i < count; i++) {
        entries[i].wanted = fmax(entries[i].wanted, least);
        least = entries[i].wanted + TW_LEGEND_LINE;
    }
    double most = bottom;
    for (int i = count - 1; i >= 0; i--) {
        entries[i].wanted = fmin(entries[i].wanted, most);
        most = entries[i].wanted - TW_LEGEND_LINE;
    }
}

static void draw_entry(tw_svg *svg, const tw_legend_entry *entry, double left, bool points) {
    enum { HALF_HEIGHT = 4, POINT_RIGHT = 8, POINT_WIDTH = 14 };

    double from = left + GAP, y = entry->wanted, width = points ? POINT_WIDTH : SAMPLE;
    if (points) {
        tw_text_add(&svg->text, "<path class=\"p%d\" d=\"M%.1f %.1f%s\"/>\n", entry->index,
                    from + POINT_RIGHT, y, tw_palette_shape(entry->index));
    } else {
        tw_text_add(&svg->text, "<path class=\"curve l%d\" d=\"M%.1f %.1fh%.0f\"/>\n", entry->index,
                    from + 1, y, SAMPLE - 2);
    }
    double names = from + width + SPACE, room = TW_SVG_WIDTH - TW_SVG_MARGIN / 2 - names;
    tw_svg_words(svg, &(tw_words){names, y + HALF_HEIGHT, "name", NULL, entry->name, room});
}

void tw_legend_draw(tw_svg *svg, const tw_legend_entry *entries, int count, double left, double top,
                    double bottom, bool points) {
    assert(count <= TW_SVG_SERIES_MAX);
    tw_legend_entry placed[TW_SVG_SERIES_MAX];
    for (int i = 0; i < count; i++) placed[i] = entries[i];
    sort(placed, count);
    place(placed, count, top, bottom);
    for (int i = 0; i < count; i++) draw_entry(svg, &placed[i], left, points);
}
