// Pixels as PNG, and bytes as text for embedding them.
#ifndef TW_REPORT_PNG_H
#define TW_REPORT_PNG_H

#include "base/text.h"

typedef struct tw_png {
    unsigned char *bytes; // owned by the caller: free with tw_release
    size_t count;
} tw_png;

// Encodes pixels [height, width, channels], 8 bits each, channels 1 (grey) or 3 (red, green, blue).
// Errors: TW_BAD_ARGUMENT, TW_NO_MEMORY. Source: PNG (Portable Network Graphics), W3C, 2003.
tw_status tw_png_encode(tw_context *context, const unsigned char *pixels, int64_t width,
                        int64_t height, int channels, tw_png *png);

// Adds bytes in base 64 (RFC 4648, section 4).
void tw_base64_add(tw_text *text, const unsigned char *bytes, size_t count);

#endif
