// The "C" locale, for this thread and for a while.
#include "base/locale.h"

#include <errno.h>

tw_plain_locale tw_plain_locale_enter(void) {
    int error = errno;
    tw_plain_locale locale = {.plain = newlocale(LC_ALL_MASK, "C", (locale_t)0)};
    locale.former = uselocale(locale.plain); // if there was no memory for it, nothing changes
    errno = error;
    return locale;
}

void tw_plain_locale_leave(tw_plain_locale locale) {
    int error = errno;
    uselocale(locale.former);
    if (locale.plain != (locale_t)0) freelocale(locale.plain);
    errno = error;
}
