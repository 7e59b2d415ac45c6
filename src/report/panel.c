#include "report/panel.h"

#include <math.h>
#include <string.h>

#include "base/fail.h"

tw_status tw_panel_check(tw_context *context, const char *where, const tw_panel *panel) {
    if (panel->series_count < 0 || panel->series_count > TW_SERIES_MAX) {
        return tw_fail(context, TW_BAD_ARGUMENT,
                       "%s: %d series in a panel; 0 to %d can be told apart", where,
                       panel->series_count, TW_SERIES_MAX);
    }
    for (int i = 0; i < panel->series_count; i++) {
        const tw_series *series = &panel->series[i];
        bool missing = series->x == NULL || series->y == NULL;
        if (series->count < 0 || (series->count > 0 && missing)) {
            return tw_fail(context, TW_BAD_ARGUMENT,
                           "%s: series %d has %lld points and %s arrays; give x and y", where, i,
                           (long long)series->count, missing ? "no" : "two");
        }
    }
    return TW_OK;
}

void tw_panel_extents(const tw_panel *panel, tw_extent *x, tw_extent *y) {
    *x = *y = tw_extent_none();
    for (int i = 0; i < panel->series_count; i++) {
        const tw_series *series = &panel->series[i];
        for (int64_t k = 0; k < series->count; k++) {
            if (!isfinite(series->x[k]) || !isfinite(series->y[k])) continue;
            tw_extent_add(x, series->x[k]);
            tw_extent_add(y, series->y[k]);
        }
    }
}

static bool same(const char *a, const char *b) {
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

bool tw_panel_names(const tw_panel *panel) {
    if (panel->series_count != 1) return panel->series_count > 1;
    const char *name = panel->series[0].name;
    return name != NULL && name[0] != '\0' && !same(name, panel->y_label) &&
           !same(name, panel->title);
}
