#!/bin/sh
# The tree against the house: layers include downwards only (docs/design.md), a file has at most 600
# lines, a function at most 70, a public function has a comment, and nothing goes round src/base.
# Usage: house_test.sh SOURCE_FOLDER
set -eu
cd "$1"
find src include bench examples -name '*.[ch]' 2> /dev/null | sort | xargs awk -f tests/house/house.awk
