"""The kernels' work done by NumPy, numexpr and numba: prints lines of JSON {peer, metric, size, value, unit}.

python kernels.py numpy|numexpr|numba [--seconds=S]; each best of several runs, f64. numexpr and numba use two threads,
NumPy where its BLAS does.
"""

import json
import math
import os
import sys
import time

PEER = sys.argv[1]
SECONDS = next((float(arg[10:]) for arg in sys.argv if arg.startswith("--seconds=")), 0.5)
os.environ["NUMEXPR_MAX_THREADS"] = os.environ["NUMEXPR_NUM_THREADS"] = "2"
os.environ["OPENBLAS_NUM_THREADS"] = "2"
for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    os.environ.pop(name, None)

import numpy as np


def report(metric, size, call, flops=None, calls=1):
    call()
    best = math.inf
    end = time.perf_counter() + SECONDS
    runs = 0
    while runs < 2 or (time.perf_counter() < end and runs < 300):
        start = time.perf_counter()
        for _ in range(calls):
            call()
        best = min(best, (time.perf_counter() - start) / calls)
        runs += 1
    value, unit = (flops / best / 1e9, "GFLOP/s") if flops else (best * 1e9 / size, "ns/element")
    print(json.dumps({"peer": PEER, "metric": metric, "size": size, "value": value, "unit": unit}), flush=True)


def data(n):
    r = np.random.default_rng(1)
    return r.random(n), r.random(n), r.random(n) * 20 - 10, np.empty(n)


def numpy_arrays(n):
    x, y, w, o = data(n)
    squares = np.empty(n)

    # As a product and a root: np.hypot is ten times slower.
    def hypot():
        np.multiply(x, x, out=o)
        np.multiply(y, y, out=squares)
        np.add(o, squares, out=o)
        np.sqrt(o, out=o)

    def axpy():
        np.multiply(x, 2.5, out=o)
        np.add(o, y, out=o)

    def polynomial():
        np.multiply(x, 3.0, out=o)
        np.add(o, 2.0, out=o)
        np.multiply(o, x, out=o)
        np.add(o, 1.0, out=o)

    def sigmoid():
        np.negative(w, out=o)
        np.exp(o, out=o)
        np.add(o, 1.0, out=o)
        np.reciprocal(o, out=o)

    report("square", n, lambda: np.square(x, out=o))
    report("axpy", n, axpy)
    report("polynomial", n, polynomial)
    report("hypot", n, hypot)
    report("sum", n, lambda: np.sum(x))
    report("dot", n, lambda: np.dot(x, y))
    report("max", n, lambda: np.max(x))
    if n > 1_000_000:
        return
    report("exp", n, lambda: np.exp(w, out=o))
    report("sin", n, lambda: np.sin(w, out=o))
    report("sigmoid", n, sigmoid)
    report("variance", n, lambda: np.var(x))
    report("cumsum", n, lambda: np.cumsum(x, out=o))
    report("histogram", n, lambda: np.histogram(x, 256, (0, 1)))
    report("sort", n, lambda: np.sort(x))
    report("argsort", n, lambda: np.argsort(x))


def market(n):
    """Spot prices, strike prices and years of options."""
    r = np.random.default_rng(5)
    return 10 + 90 * r.random(n), 10 + 90 * r.random(n), 0.25 + 1.75 * r.random(n)


def mandelbrot_numpy(n):
    """Points that have left are taken out from time to time."""
    c = (-2 + 2.5 * np.arange(n) / n)[None, :] + 1j * (-1.25 + 2.5 * np.arange(n) / n)[:, None]
    x, y = c.real.ravel().copy(), c.imag.ravel().copy()
    a, b = np.zeros(n * n), np.zeros(n * n)
    out, index = np.zeros(n * n, np.int32), np.arange(n * n)
    for k in range(200):
        a2, b2 = a * a, b * b
        live = a2 + b2 <= 4
        if k % 8 == 0 and not live.all():
            a, b, a2, b2, x, y, index = (each[live] for each in (a, b, a2, b2, x, y, index))
            live = np.ones(len(a), bool)
        out[index] += live
        b = 2 * a * b + y
        a = a2 - b2 + x
    return out


def numpy_all():
    x, _, _, o = data(1000)
    report("square", 1000, lambda: np.square(x, out=o), calls=1000)
    for n in (1_000_000, 16 << 20):
        numpy_arrays(n)
    a, b = np.random.rand(1024, 1024), np.random.rand(1024, 1024)
    report("matmul", 1024, lambda: np.matmul(a, b), 2 * 1024.0**3)
    with np.errstate(all="ignore"):
        report("mandelbrot", 1024 * 1024, lambda: mandelbrot_numpy(1024))
    n = 1_000_000
    s, k, t = market(n)

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
        work = {"square": "x*x", "axpy": "2.5*x+y", "polynomial": "(3*x+2)*x+1", "hypot": "sqrt(x*x+y*y)"}
        if n == 1_000_000:
            work |= {"exp": "exp(w)", "sin": "sin(w)", "sigmoid": "1/(1+exp(-w))"}
        for metric, expression in work.items():
            report(metric, n, lambda: ne.evaluate(expression, local, {}, out=o))
        for metric, expression in {"sum": "sum(x)", "dot": "sum(x*y)", "max": "max(x)"}.items():
            report(metric, n, lambda: ne.evaluate(expression, local, {}))
    n = 1_000_000
    s, k, t = market(n)

    def evaluate(expression, **local):
        return ne.evaluate(expression, {"s": s, "k": k, "t": t, **local}, {})

    def cnd(d):
        u = evaluate("1/(1+0.2316419*abs(d))", d=d)
        p = "u*(0.31938153+u*(-0.356563782+u*(1.781477937+u*(-1.821255978+u*1.330274429))))"
        v = evaluate(f"0.3989422804014327*exp(-0.5*d*d)*{p}", d=d, u=u)
        return evaluate("where(d > 0, 1-v, v)", d=d, v=v)

    def black_scholes():
        d1 = evaluate("(log(s/k)+0.065*t)/(0.3*sqrt(t))")
        last = {"n1": cnd(d1), "n2": cnd(evaluate("d1-0.3*sqrt(t)", d1=d1)), "e": evaluate("k*exp(-0.02*t)")}
        return evaluate("s*n1-e*n2", **last), evaluate("e*(1-n2)-s*(1-n1)", **last)

    report("blackScholes", n, black_scholes)


def numba_all():
    # What it compiles is kept from one run to the next.
    os.environ.setdefault("NUMBA_CACHE_DIR", os.path.join(os.path.dirname(__file__), "..", ".installed", "numba"))
    import numba
    import kernels_numba as jitted

    numba.set_num_threads(2)
    for n in (1_000_000, 16 << 20):
        x, y, w, o = data(n)
        report("square", n, lambda: jitted.square(x, o))
        report("axpy", n, lambda: jitted.axpy(x, y, o))
        report("polynomial", n, lambda: jitted.polynomial(x, o))
        report("hypot", n, lambda: jitted.hypot(x, y, o))
        report("sum", n, lambda: jitted.total(x))
        report("dot", n, lambda: jitted.dot(x, y))
        report("max", n, lambda: jitted.greatest(x))
        if n > 1_000_000:
            continue
        report("exp", n, lambda: jitted.exp(w, o))
        report("sin", n, lambda: jitted.sin(w, o))
        report("sigmoid", n, lambda: jitted.sigmoid(w, o))
        report("variance", n, lambda: jitted.variance(x))
        report("cumsum", n, lambda: jitted.cumsum(x, o))
        counts = np.zeros((2, 256), np.int64)
        report("histogram", n, lambda: jitted.histogram(x, counts))
        report("sort", n, lambda: jitted.sort(x))
        report("argsort", n, lambda: jitted.argsort(x))
    out = np.zeros((1024, 1024), np.int32)
    report("mandelbrot", 1024 * 1024, lambda: jitted.mandelbrot(1024, out))
    n = 1_000_000
    s, k, t = market(n)
    calls, puts = np.empty(n), np.empty(n)
    report("blackScholes", n, lambda: jitted.black_scholes(s, k, t, calls, puts))
    report("monteCarloPi", 10_000_000, lambda: jitted.pi(10_000_000))


{"numpy": numpy_all, "numexpr": numexpr_all, "numba": numba_all}[PEER]()
