#!/bin/sh
# Runs each example and looks for what only a right result says.
# Usage: examples_test.sh PROGRAMS_FOLDER SOURCE_FOLDER [short]    short: without the one that takes long
set -eu
programs=$1
source=$2
passed=0
failed=0

# check NAME PATTERN COMMAND...: the output of the command holds a line that matches.
check() {
    name=$1
    pattern=$2
    shift 2
    if output=$("$@" 2>&1) && printf '%s\n' "$output" | grep -Eq "$pattern"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf '%s: no line matches %s in\n%s\n' "$name" "$pattern" "$output"
    fi
}

[ "${3:-}" = short ] ||
    check first_trains '^[0-4]\.[0-9]+ % of the test digits wrong' "$programs/first"
check own_rule_trains_and_is_shown 'two_speeds.rule +test loss 0\.[0-9]+, error [0-5]\.' \
    "$programs/own_rule" "$source/examples/two_speeds.rule"
check second_derivatives_are_exact 'largest curvature 1506\.36698' "$programs/second_derivatives"
check draw_methods_draws_each_method '^2$' sh -c '"$1" "$2" moons mlp:4 20 2 adam sgd && grep -c "curve l1\" d=\"M 68" "$2" && rm "$2"' \
    sh "$programs/draw_methods" "$programs/methods.svg"
check host_loop_tells_springs_apart 'test error [01]\.[0-9] %' "$programs/host_loop"

# Small files in MNIST's form: clothes, to train on and to test on the same.
sample=${TW_DATA:-}/fashion_mnist_sample/sample900
if [ -e "$sample-labels-idx1-ubyte.gz" ]; then
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    for part in train t10k; do
        ln -s "$sample-images-idx3-ubyte.gz" "$folder/$part-images-idx3-ubyte.gz"
        ln -s "$sample-labels-idx1-ubyte.gz" "$folder/$part-labels-idx1-ubyte.gz"
    done
    check train_mnist_learns '^epoch 10: .* test error (1[0-7]|[0-9])\.' "$programs/train_mnist" "$folder" 10
else
    echo "skipped: train_mnist, for TW_DATA=${TW_DATA:-} holds no fashion_mnist_sample"
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
