// Each word of help on losses, layers and activations stands in docs/models.md too, so that the page
// cannot grow old.
#include "test.h"

#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "nn/layer.h"
#include "thalweg/loss.h"

#define TW_LAYER(name) extern const tw_layer_kind tw_layer_##name;
#include "nn/layers.def"
#undef TW_LAYER

static const tw_layer_kind *const kinds[] = {
#define TW_LAYER(name) &tw_layer_##name,
#include "nn/layers.def"
#undef TW_LAYER
};

// Without the backslashes that keep bars out of tables.
static void remove_backslashes(char *text) {
    char *to = text;
    for (const char *from = text; *from != '\0'; from++)
        if (*from != '\\') *to++ = *from;
    *to = '\0';
}

typedef struct opened {
    tw_context *context;
    char *page;
} opened;

static opened open_page(void) {
    opened o = {0};
    size_t length = 0;
    assert_int_equal(tw_context_new(&o.context), TW_OK);
    assert_ok(o.context, tw_file_read_all(o.context, "docs/models.md", 1 << 20, &o.page, &length));
    remove_backslashes(o.page);
    return o;
}

static void close_page(opened *o) {
    tw_release(o->page);
    tw_context_free(o->context);
}

static void assert_on_page(const opened *o, const char *words) {
    if (strstr(o->page, words) == NULL) fail_msg("docs/models.md lacks: %s", words);
}

static void every_loss_stands_on_the_page_with_its_formula(void **state) {
    (void)state;
    opened o = open_page();
    for (int i = 0; tw_losses(i) != NULL; i++) {
        assert_on_page(&o, tw_loss_name(tw_losses(i)));
        assert_on_page(&o, tw_loss_formula(tw_losses(i)));
    }
    close_page(&o);
}

static void every_layer_stands_on_the_page_with_its_usage(void **state) {
    (void)state;
    opened o = open_page();
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i]->name != NULL) assert_on_page(&o, kinds[i]->usage);
    for (int i = 0; tw_activation_at(i) != NULL; i++) assert_on_page(&o, tw_activation_at(i)->name);
    close_page(&o);
}

TW_TESTS(every_loss_stands_on_the_page_with_its_formula,
         every_layer_stands_on_the_page_with_its_usage)
