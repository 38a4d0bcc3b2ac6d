"""The kernels' work done by NumPy, numexpr and numba: prints lines of JSON {peer, metric, size, value, unit}.

python kernels.py numpy|numexpr|numba [--quick]; each best of several runs, f64. numexpr and numba use two threads, NumPy where its
BLAS does.
"""

import json
import math
import os
import sys
import time

PEER = sys.argv[1]
SECONDS = 0.001 if "--quick" in sys.argv else 0.8
os.environ["NUMEXPR_MAX_THREADS"] = os.environ["NUMEXPR_NUM_THREADS"] = "2"
os.environ["OPENBLAS_NUM_THREADS"] = "2"
for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    os.environ.pop(name, None)

import numpy as np


def report(metric, size, call, flops=None):
    call()
    best = math.inf
    end = time.perf_counter() + SECONDS
    runs = 0
    while runs < 3 or (time.perf_counter() < end and runs < 300):
        start = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - start)
        runs += 1
    value, unit = (flops / best / 1e9, "GFLOP/s") if flops else (best * 1e9 / size, "ns/element")
    print(json.dumps({"peer": PEER, "metric": metric, "size": size, "value": value, "unit": unit}), flush=True)


def data(n):
    r = np.random.default_rng(1)
    return r.random(n), r.random(n), r.random(n) * 20 - 10, np.empty(n)


def numpy_all():
    for n in (1_000_000, 16 << 20):
        x, y, w, o = data(n)

        def axpy():
            np.multiply(x, 2.5, out=o)
            np.add(o, y, out=o)

        def sigmoid():
            np.negative(w, out=o)
            np.exp(o, out=o)
            np.add(o, 1.0, out=o)
            np.reciprocal(o, out=o)

        report("square", n, lambda: np.square(x, out=o))
        report("axpy", n, axpy)
        report("hypot", n, lambda: np.hypot(x, y, out=o))
        report("sum", n, lambda: np.sum(x))
        report("dot", n, lambda: np.dot(x, y))
        report("max", n, lambda: np.max(x))
        if n > 1_000_000:
            continue
        report("exp", n, lambda: np.exp(w, out=o))
        report("sin", n, lambda: np.sin(w, out=o))
        report("sigmoid", n, sigmoid)
        report("variance", n, lambda: np.var(x))
        report("cumsum", n, lambda: np.cumsum(x, out=o))
        report("histogram", n, lambda: np.histogram(x, 256, (0, 1)))
        report("sort", n, lambda: np.sort(x))
        report("argsort", n, lambda: np.argsort(x))
    a, b = np.random.rand(1024, 1024), np.random.rand(1024, 1024)
    report("matmul", 1024, lambda: np.matmul(a, b), 2 * 1024.0**3)
    n = 1_000_000
    s, k, t = (np.random.default_rng(5).random((3, n)).T * [90, 90, 1.75] + [10, 10, 0.25]).T.copy()

    def black_scholes():
        def cnd(d):
            u = 1 / (1 + 0.2316419 * np.abs(d))
            p = u * (0.31938153 + u * (-0.356563782 + u * (1.781477937 + u * (-1.821255978 + u * 1.330274429))))
            v = 0.3989422804014327 * np.exp(-0.5 * d * d) * p
            return np.where(d > 0, 1 - v, v)

        q = 0.3 * np.sqrt(t)
        d1 = (np.log(s / k) + 0.065 * t) / q
        n1, n2, e = cnd(d1), cnd(d1 - q), k * np.exp(-0.02 * t)
        return s * n1 - e * n2, e * (1 - n2) - s * (1 - n1)

    report("blackScholes", n, black_scholes)
    r = np.random.default_rng(1)
    report("monteCarloPi", 10_000_000, lambda: np.count_nonzero(r.random(10_000_000) ** 2 + r.random(10_000_000) ** 2 <= 1))


def numexpr_all():
    import numexpr as ne

    ne.set_num_threads(2)
    for n in (1_000_000, 16 << 20):
        x, y, w, o = data(n)
        local = {"x": x, "y": y, "w": w}
        work = {"square": "x*x", "axpy": "2.5*x+y", "hypot": "sqrt(x*x+y*y)"}
        if n == 1_000_000:
            work |= {"exp": "exp(w)", "sin": "sin(w)", "sigmoid": "1/(1+exp(-w))"}
        for metric, expression in work.items():
            report(metric, n, lambda: ne.evaluate(expression, local, {}, out=o))


def numba_all():
    import numba
    from numba import njit, prange

    numba.set_num_threads(2)
    jit = njit(parallel=True, error_model="numpy")

    @jit
    def square(x, o):
        for i in prange(x.size):
            o[i] = x[i] * x[i]

    @jit
    def axpy(x, y, o):
        for i in prange(x.size):
            o[i] = 2.5 * x[i] + y[i]

    @jit
    def hypot(x, y, o):
        for i in prange(x.size):
            o[i] = math.sqrt(x[i] * x[i] + y[i] * y[i])

    @jit
    def exp(x, o):
        for i in prange(x.size):
            o[i] = math.exp(x[i])

    @jit
    def sin(x, o):
        for i in prange(x.size):
            o[i] = math.sin(x[i])

    @jit
    def sigmoid(x, o):
        for i in prange(x.size):
            o[i] = 1.0 / (1.0 + math.exp(-x[i]))

    @jit
    def total(x):
        s = 0.0
        for i in prange(x.size):
            s += x[i]
        return s

    @jit
    def mandelbrot(n, out):
        for y in prange(n):
            for x in range(n):
                a = b = 0.0
                k = 0
                while k < 200:
                    a2, b2 = a * a, b * b
                    if a2 + b2 > 4.0:
                        break
                    b = 2 * a * b + (-1.25 + 2.5 * y / n)
                    a = a2 - b2 + (-2 + 2.5 * x / n)
                    k += 1
                out[y, x] = k

    for n in (1_000_000, 16 << 20):
        x, y, w, o = data(n)
        report("square", n, lambda: square(x, o))
        report("axpy", n, lambda: axpy(x, y, o))
        report("hypot", n, lambda: hypot(x, y, o))
        report("sum", n, lambda: total(x))
        if n == 1_000_000:
            report("exp", n, lambda: exp(w, o))
            report("sin", n, lambda: sin(w, o))
            report("sigmoid", n, lambda: sigmoid(w, o))
    out = np.zeros((1024, 1024), np.int32)
    report("mandelbrot", 1024 * 1024, lambda: mandelbrot(1024, out))


{"numpy": numpy_all, "numexpr": numexpr_all, "numba": numba_all}[PEER]()
