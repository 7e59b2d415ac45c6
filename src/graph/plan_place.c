// Places: at which offset of the arena each piece of memory lies. Pieces are placed from the largest on, each at the
// lowest offset that is free while it lives. That takes quadratic time, as each piece is compared with all placed
// before, so only the largest LOOKED_AT_MAX are placed in this way. In a very long graph the others lie behind them:
// in the order of their first waves, each goes into the first gap that is large enough at that time.
#include "base/checked.h"
#include "base/memory.h"
#include "graph/plan_parts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define LOOKED_AT_MAX 2048

static size_t aligned(size_t bytes) {
    return (bytes + TW_ALIGN - 1) / TW_ALIGN * TW_ALIGN;
}

static tw_status put(tw_plan *plan, tw_plan_slot *slot, size_t offset) {
    size_t end;
    if (!tw_checked_add_size(offset, aligned(slot->bytes), &end)) {
        return tw_fail(plan->context, TW_NO_MEMORY,
                       "plan: needs more memory than there are addresses");
    }
    slot->offset = offset;
    if (end > plan->arena_bytes) plan->arena_bytes = end;
    return TW_OK;
}

// ---- orders; equal pieces go by root

static int by_root(const tw_plan_slot *x, const tw_plan_slot *y) {
    return x->root < y->root ? -1 : x->root > y->root;
}

static int larger_first(const void *a, const void *b) {
    const tw_plan_slot *x = *(tw_plan_slot *const *)a, *y = *(tw_plan_slot *const *)b;
    if (x->bytes != y->bytes) return x->bytes > y->bytes ? -1 : 1;
    return by_root(x, y);
}

static int begun_first(const void *a, const void *b) {
    const tw_plan_slot *x = *(tw_plan_slot *const *)a, *y = *(tw_plan_slot *const *)b;
    if (x->first_wave != y->first_wave) return x->first_wave < y->first_wave ? -1 : 1;
    return larger_first(a, b);
}

static int ended_first(const void *a, const void *b) {
    const tw_plan_slot *x = *(tw_plan_slot *const *)a, *y = *(tw_plan_slot *const *)b;
    if (x->last_wave != y->last_wave) return x->last_wave < y->last_wave ? -1 : 1;
    return by_root(x, y);
}

// ---- the largest

static bool meet(const tw_plan_slot *a, const tw_plan_slot *b) {
    return a->first_wave <= b->last_wave && b->first_wave <= a->last_wave;
}

// Puts `slot` at the lowest offset that is free while it lives. `placed` is sorted by offset.
static tw_status place(tw_plan *plan, tw_plan_slot *slot, tw_plan_slot **placed, size_t count) {
    size_t offset = 0;
    for (size_t i = 0; i < count; i++) {
        if (!meet(placed[i], slot)) continue;
        if (placed[i]->offset >= offset && placed[i]->offset - offset >= slot->bytes) break;
        size_t behind = placed[i]->offset + aligned(placed[i]->bytes);
        if (behind > offset) offset = behind;
    }
    size_t at = count;
    for (; at > 0 && placed[at - 1]->offset > offset; at--) placed[at] = placed[at - 1];
    placed[at] = slot;
    return put(plan, slot, offset);
}

// ---- the rest

typedef struct gap {
    size_t offset, end;
} gap;

// What is free now: gaps sorted by offset, of which no two touch, and everything from `top` on.
typedef struct gaps {
    gap *list; // has room for one gap more than there are pieces
    size_t count, top;
} gaps;

// Takes the first place that has that many bytes; returns its offset. A gap that ends at `top` is as large as needed.
static size_t take(gaps *free, size_t bytes) {
    for (size_t i = 0; i < free->count; i++) {
        gap *g = &free->list[i];
        if (g->end - g->offset < bytes && g->end != free->top) continue;
        size_t offset = g->offset;
        g->offset += bytes;
        if (g->offset > free->top) free->top = g->offset;
        if (g->offset < g->end) return offset;
        free->count -= 1;
        memmove(g, g + 1, (free->count - i) * sizeof *g);
        return offset;
    }
    size_t offset = free->top;
    free->top += bytes;
    return offset;
}

static void give_back(gaps *free, size_t offset, size_t bytes) {
    if (bytes == 0) return;
    size_t low = 0, high = free->count;
    while (low < high) { // finds the first gap behind the offset
        size_t middle = low + (high - low) / 2;
        if (free->list[middle].offset < offset)
            low = middle + 1;
        else
            high = middle;
    }
    gap *at = &free->list[low], made = {offset, offset + bytes};
    bool before = low > 0 && at[-1].end == made.offset;
    bool behind = low < free->count && at->offset == made.end;
    if (before && behind) {
        at[-1].end = at->end;
        free->count -= 1;
        memmove(at, at + 1, (free->count - low) * sizeof *at);
    } else if (before) {
        at[-1].end = made.end;
    } else if (behind) {
        at->offset = made.offset;
    } else {
        memmove(at + 1, at, (free->count - low) * sizeof *at);
        *at = made;
        free->count += 1;
    }
}

// Places `count` pieces behind everything placed before. `list` and `ends` both hold them, and are sorted here.
static tw_status place_rest(tw_plan *plan, tw_plan_slot **list, tw_plan_slot **ends, size_t count) {
    gaps free = {.top = plan->arena_bytes};
    free.list = tw_allocate(plan->context, count + 1, sizeof *free.list);
    if (free.list == NULL) return TW_NO_MEMORY;
    qsort(list, count, sizeof *list, begun_first);
    qsort(ends, count, sizeof *ends, ended_first);
    tw_status status = TW_OK;
    size_t ended = 0;
    for (size_t i = 0; i < count && status == TW_OK; i++) {
        for (; ends[ended]->last_wave < list[i]->first_wave; ended++) {
            assert(ended < i); // what ended before this wave was placed before
            give_back(&free, ends[ended]->offset, aligned(ends[ended]->bytes));
        }
        status = put(plan, list[i], take(&free, aligned(list[i]->bytes)));
    }
    tw_release(free.list);
    return status;
}

// ---- all

// Lists the roots that lie in the arena and are used, the largest first; returns how many. Adds up unshared_bytes.
static size_t list_roots(tw_plan *plan, tw_plan_slot **list) {
    size_t count = 0;
    for (int32_t i = 0; i < plan->slot_count; i++) {
        tw_plan_slot *slot = &plan->slots[i];
        if (slot->kind != TW_SLOT_ARENA) continue;
        plan->unshared_bytes += aligned(slot->bytes);
        if (slot->root == i && slot->first_wave >= 0) list[count++] = slot;
    }
    qsort(list, count, sizeof *list, larger_first);
    return count;
}

tw_status tw_plan_place(tw_plan *plan) {
    size_t slots = (size_t)plan->slot_count;
    tw_plan_slot **list = tw_allocate(plan->context, 2 * slots, sizeof *list);
    if (list == NULL) return TW_NO_MEMORY;
    tw_plan_slot **other =
        list + slots; // first the placed ones by offset, then the rest a second time
    size_t count = list_roots(plan, list), most = count < LOOKED_AT_MAX ? count : LOOKED_AT_MAX;
    tw_status status = TW_OK;
    for (size_t i = 0; i < most && status == TW_OK; i++) status = place(plan, list[i], other, i);
    if (status == TW_OK && count > most) {
        memcpy(other, list + most, (count - most) * sizeof *other);
        status = place_rest(plan, list + most, other, count - most);
    }
    tw_release(list);
    return status;
}
