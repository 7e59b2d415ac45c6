// Makes numbers print and read alike whatever locale the host program has set.
//
//     tw_plain_locale plain = tw_plain_locale_enter();
//     snprintf(...);
//     tw_plain_locale_leave(plain);
//
// Nothing is kept between calls: glibc and musl return a constant for the "C" locale, so asking for it
// each time allocates nothing and needs no global variable.
#ifndef TW_BASE_LOCALE_H
#define TW_BASE_LOCALE_H

#include <locale.h>

typedef struct tw_plain_locale {
    locale_t plain, former;
} tw_plain_locale;

// Gives this thread, and no other, the "C" locale until it leaves.
tw_plain_locale tw_plain_locale_enter(void);
void tw_plain_locale_leave(tw_plain_locale locale);

#endif
