#!/usr/bin/env python3
"""Evaluations of L-BFGS, ours and its peers', over the problems of More, Garbow and Hillstrom.

    bench/minimize_peers.py build/release/bench/minimize

Every solver keeps 10 pairs, starts from the standard start and stops as bench/minimize.c says (LOOSE=1 too).
Extended Rosenbrock with a jitter of 1/2 stands apart, under the loose test. Needs liblbfgs, NLopt, and Debian's python3-scipy and python3-torch; what
is missing is left out. A line of JSON a solver and function, and one of sums."""
import json
import os
import subprocess
import sys

import numpy as np

MGH = ['rosenbrock', 'powell_badly_scaled', 'brown_badly_scaled', 'beale', 'helical_valley', 'gaussian', 'gulf',
       'box_3d', 'wood', 'brown_dennis', 'biggs_exp6', 'watson', 'extended_powell', 'penalty_1', 'penalty_2',
       'variably_dimensioned', 'trigonometric', 'chebyquad']
LARGE = ['rosenbrock', '10000', '0.5']
LIMIT = 20000


def meets_test(x, value, gradient):
    if 'LOOSE' in os.environ:
        return np.linalg.norm(gradient) <= 1e-5 * max(1, np.linalg.norm(x))
    return np.isfinite(value) and np.max(np.abs(gradient)) <= 1e-8 * max(1, abs(value))


class Hit(Exception):
    pass


class Served:
    """A function that another process evaluates."""

    def __init__(self, program, words):
        self.process = subprocess.Popen([program, 'serve', *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.n = int(self.read(1)[0])
        self.start = self.read(self.n)
        self.evaluations, self.hit = 0, False

    def read(self, count):
        return np.frombuffer(self.process.stdout.read(8 * count)).copy()

    def __call__(self, x):
        self.process.stdin.write(np.ascontiguousarray(x, dtype=float).tobytes())
        self.process.stdin.flush()
        value, gradient = self.read(1)[0], self.read(self.n)
        self.evaluations += 1
        self.value = value
        if meets_test(x, value, gradient):
            self.hit = True
            raise Hit
        if self.evaluations >= LIMIT:
            raise Hit
        return value, gradient

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def run_scipy(function):
    from scipy.optimize import minimize
    minimize(function, function.start, jac=True, method='L-BFGS-B',
             options=dict(maxcor=10, gtol=0, ftol=0, maxiter=LIMIT, maxfun=LIMIT))


def run_torch(function):
    import torch
    x = torch.tensor(function.start, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([x], lr=1, max_iter=LIMIT, max_eval=LIMIT, tolerance_grad=0,
                                  tolerance_change=0, history_size=10, line_search_fn='strong_wolfe')

    def closure():
        value, gradient = function(x.detach().numpy())
        x.grad = torch.from_numpy(gradient)
        return torch.tensor(value)
    optimizer.step(closure)


def count_python(program, run, words):
    function = Served(program, words)
    try:
        run(function)
    except (Hit, FloatingPointError, OverflowError, RuntimeError):
        pass
    function.close()
    return dict(reached=function.hit, evaluations=function.evaluations, f=float(function.value), n=function.n)


def count_c(program, solver, words):
    done = subprocess.run([program, 'count', solver, *words], capture_output=True, text=True)
    if done.returncode != 0:
        return None
    return json.loads(done.stdout)


def main():
    program = sys.argv[1]
    solvers = {name: (lambda words, name=name: count_c(program, name, words)) for name in
               ('thalweg', 'liblbfgs', 'nlopt')}
    for name, run in (('scipy', run_scipy), ('torch', run_torch)):
        try:
            __import__(name)
            solvers[name] = lambda words, run=run: count_python(program, run, words)
        except ImportError:
            print(f'{name} is missing: left out', file=sys.stderr)
    sums, missed = {}, {}
    for words in [[name] for name in MGH] + [LARGE]:
        if words == LARGE:
            os.environ['LOOSE'] = '1'
        for name, count in solvers.items():
            row = count(words)
            if row is None:
                continue
            print(json.dumps(dict(bench='minimize', solver=name, function=' '.join(words), n=row['n'],
                                  reached=row['reached'], evaluations=row['evaluations'], f=row['f'])), flush=True)
            if words != LARGE:
                sums[name] = sums.get(name, 0) + row['evaluations']
                missed[name] = missed.get(name, 0) + (not row['reached'])
    for name in sums:
        print(json.dumps(dict(bench='minimize_sum', solver=name, evaluations=sums[name], missed=missed[name])))


main()
