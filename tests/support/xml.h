// Looks at SVG as text.
#ifndef TW_TEST_XML_H
#define TW_TEST_XML_H

#include "test.h"

// Asserts that a text is well-formed XML, as far as the library writes any: one root, tags that nest,
// quoted attributes, the five entities, no control characters.
void tw_test_assert_xml(const char *text);

// How often `part` stands in `text`.
size_t tw_test_occurrences(const char *text, const char *part);

#endif
