// SVG to pixels by librsvg, which is opened when a picture is first asked for as .png: who asks for none
// loads, starts and links nothing more.
#ifndef TW_REPORT_RSVG_H
#define TW_REPORT_RSVG_H

#include "base/text.h"

#define TW_RSVG_LIBRARY "librsvg-2.so.2"
#define TW_RSVG_SIDE_MAX 32767 // pixels: cairo's

// Whether `library` (for tests another than TW_RSVG_LIBRARY) is here and has all that is needed; `path`
// is for the message. Errors: TW_UNSUPPORTED.
tw_status tw_rsvg_check(tw_context *context, const char *path, const char *library);

// Draws an SVG in light colours over the whole of pixels [height, width, 3]: red, green and blue, 8 bits
// each. `*pixels` is owned by the caller: free with tw_release. `path` is for messages. Errors:
// TW_UNSUPPORTED without librsvg and for sides above TW_RSVG_SIDE_MAX, TW_NO_MEMORY. What librsvg itself
// allocates is not the context's, and where there is no more memory it ends the process.
tw_status tw_rsvg_draw(const tw_text *svg, const char *path, int64_t width, int64_t height,
                       unsigned char **pixels);

#endif
