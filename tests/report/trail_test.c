// Trails against lines whose cells are plain to see.
#include "test.h"

#include "report/trail.h"

static void a_line_is_met_along_all_of_its_way(void **state) {
    (void)state;
    tw_context *context = NULL;
    tw_trail trail;
    assert_int_equal(tw_context_new(&context), TW_OK);
    assert_ok(context, tw_trail_make(context, 100, 50, 200, 150, &trail));
    assert_false(tw_trail_meets(&trail, 100, 50, 100, 100));
    assert_true(tw_trail_add(&trail, (double[]){100, 50}, (double[]){200, 150}));
    for (int i = 0; i <= 100; i += 10) assert_true(tw_trail_meets(&trail, 100 + i, 50 + i, 1, 1));
    assert_false(tw_trail_meets(&trail, 100, 60, 5, 90));  // below the diagonal
    assert_false(tw_trail_meets(&trail, 110, 50, 90, 5));  // above it
    assert_true(tw_trail_meets(&trail, 100, 100, 100, 1)); // a row that it crosses
    tw_trail_free(&trail);
    tw_context_free(context);
}

static void a_step_over_what_is_drawn_is_not_new(void **state) {
    (void)state;
    tw_context *context = NULL;
    tw_trail trail;
    assert_int_equal(tw_context_new(&context), TW_OK);
    assert_ok(context, tw_trail_make(context, 0, 0, 100, 100, &trail));
    const double a[] = {10, 50}, b[] = {90, 50}, beyond[] = {100, 50}, corner[] = {100, 100};
    assert_true(tw_trail_add(&trail, a, b));
    assert_false(tw_trail_add(&trail, b, a));
    assert_false(tw_trail_add(&trail, a, a));
    assert_true(tw_trail_add(&trail, a, beyond));
    assert_true(tw_trail_add(&trail, corner, corner)); // the edge belongs to the picture
    tw_trail_free(&trail);
    tw_context_free(context);
}

TW_TESTS(a_line_is_met_along_all_of_its_way, a_step_over_what_is_drawn_is_not_new)
