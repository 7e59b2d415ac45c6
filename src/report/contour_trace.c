// Marching squares: each cell that a level passes through has a piece of line from edge to edge; pieces
// that share an edge become one line.
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "report/contour.h"

// Edges have numbers: those along rows first, then those along columns. Each has at most two pieces, one
// in each cell beside it.
typedef struct tw_tracer {
    const tw_field *field;
    double level;
    int64_t along_rows, edge_count;
    int64_t (*next)[2]; // by edge, the edges that its pieces lead to; -1: none
    bool *used;         // by edge
    tw_grid_point *points;
    tw_contour_function *function;
    void *user;
} tw_tracer;

static double at(const tw_tracer *t, int column, int row) {
    return t->field->values[(int64_t)row * t->field->columns + column];
}

static int64_t row_edge(const tw_tracer *t, int column, int row) {
    return (int64_t)row * (t->field->columns - 1) + column;
}

static int64_t column_edge(const tw_tracer *t, int column, int row) {
    return t->along_rows + (int64_t)row * t->field->columns + column;
}

static void connect(tw_tracer *t, int64_t a, int64_t b) {
    t->next[a][t->next[a][0] >= 0] = b;
    t->next[b][t->next[b][0] >= 0] = a;
}

// The pieces in the cell whose least corner is (column, row).
static void march(tw_tracer *t, int column, int row) {
    double corner[4] = {at(t, column, row), at(t, column + 1, row), at(t, column + 1, row + 1),
                        at(t, column, row + 1)};
    int64_t edge[4] = {row_edge(t, column, row), column_edge(t, column + 1, row),
                       row_edge(t, column, row + 1), column_edge(t, column, row)};
    int64_t crossed[4];
    int count = 0;
    double mean = 0;
    for (int i = 0; i < 4; i++) {
        if (!isfinite(corner[i])) return;
        mean += corner[i] / 4;
        bool here = corner[i] >= t->level, there = corner[(i + 1) % 4] >= t->level;
        if (here != there) crossed[count++] = edge[i];
    }
    if (count == 2) connect(t, crossed[0], crossed[1]);
    if (count != 4) return;
    // A saddle: the corners that are of the mean's kind belong together.
    bool first = (corner[0] >= t->level) == (mean >= t->level);
    connect(t, crossed[0], crossed[first ? 1 : 3]);
    connect(t, crossed[2], crossed[first ? 3 : 1]);
}

static tw_grid_point crossing(const tw_tracer *t, int64_t edge) {
    bool in_row = edge < t->along_rows;
    int width = t->field->columns - (in_row ? 1 : 0);
    int64_t number = in_row ? edge : edge - t->along_rows;
    int column = (int)(number % width), row = (int)(number / width);
    double a = at(t, column, row), b = at(t, column + in_row, row + !in_row);
    double share = (t->level - a) / (b - a);
    if (!(share >= 0 && share <= 1)) share = 0.5; // the difference was too large for a number
    return (tw_grid_point){column + (in_row ? share : 0), row + (in_row ? 0 : share)};
}

// The line from an edge on, to its end or back to where it began.
static void follow(tw_tracer *t, int64_t start) {
    int64_t count = 0, edge = start;
    bool closed = false;
    while (edge >= 0 && !closed) {
        t->used[edge] = true;
        t->points[count++] = crossing(t, edge);
        int64_t on = t->next[edge][0];
        if (on < 0 || t->used[on]) on = t->next[edge][1];
        if (on >= 0 && t->used[on]) {
            closed = count > 2 && (t->next[edge][0] == start || t->next[edge][1] == start);
            on = -1;
        }
        edge = on;
    }
    if (closed) t->points[count++] = t->points[0];
    t->function(t->points, count, t->user);
}

static void trace(tw_tracer *t) {
    for (int64_t i = 0; i < t->edge_count; i++) t->next[i][0] = t->next[i][1] = -1;
    for (int row = 0; row + 1 < t->field->rows; row++)
        for (int column = 0; column + 1 < t->field->columns; column++) march(t, column, row);
    // Lines with ends first, from an end; what is left goes round.
    for (int64_t i = 0; i < t->edge_count; i++)
        if (!t->used[i] && t->next[i][0] >= 0 && t->next[i][1] < 0) follow(t, i);
    for (int64_t i = 0; i < t->edge_count; i++)
        if (!t->used[i] && t->next[i][0] >= 0) follow(t, i);
}

tw_status tw_contour_trace(tw_context *context, const tw_field *field, double level,
                           tw_contour_function *function, void *user) {
    tw_tracer t = {.field = field, .level = level, .function = function, .user = user};
    t.along_rows = (int64_t)field->rows * (field->columns - 1);
    t.edge_count = t.along_rows + (int64_t)(field->rows - 1) * field->columns;
    t.next = tw_allocate(context, (size_t)t.edge_count, sizeof *t.next);
    t.used = tw_allocate(context, (size_t)t.edge_count, sizeof *t.used);
    t.points = tw_allocate(context, (size_t)t.edge_count + 1, sizeof *t.points);
    bool whole = t.next != NULL && t.used != NULL && t.points != NULL;
    if (whole) trace(&t);
    tw_release(t.next);
    tw_release(t.used);
    tw_release(t.points);
    return whole ? TW_OK : TW_NO_MEMORY;
}

// ---- thinning

static double distance(tw_grid_point p, tw_grid_point a, tw_grid_point b) {
    double dx = b.x - a.x, dy = b.y - a.y, length = hypot(dx, dy);
    if (length == 0) return hypot(p.x - a.x, p.y - a.y);
    return fabs((p.x - a.x) * dy - (p.y - a.y) * dx) / length;
}

// Whether all points between two lie near the line through these.
static bool is_near(const tw_grid_point *points, int64_t first, int64_t last, double tolerance) {
    for (int64_t i = first + 1; i < last; i++)
        if (distance(points[i], points[first], points[last]) > tolerance) return false;
    return true;
}

enum { LEFT_OUT_MAX = 64 }; // bounds the time

// `from` stays before `kept` moves on, so that what is still to be read is not overwritten.
int64_t tw_contour_thin(tw_grid_point *points, int64_t count, double tolerance) {
    int64_t kept = count > 0 ? 1 : 0, from = 0;
    while (from + 1 < count) {
        int64_t to = from + 1;
        while (to + 1 < count && to - from < LEFT_OUT_MAX &&
               is_near(points, from, to + 1, tolerance))
            to++;
        points[kept++] = points[to];
        from = to;
    }
    return kept;
}
