"""The kernels' work as numba compiles it, for two threads where it can."""

import math

import numpy as np
from numba import njit, prange

parallel = njit(parallel=True, error_model="numpy", cache=True)
serial = njit(error_model="numpy", cache=True)


@parallel
def square(x, o):
    for i in prange(x.size):
        o[i] = x[i] * x[i]


@parallel
def axpy(x, y, o):
    for i in prange(x.size):
        o[i] = 2.5 * x[i] + y[i]


@parallel
def polynomial(x, o):
    for i in prange(x.size):
        o[i] = (3.0 * x[i] + 2.0) * x[i] + 1.0


@parallel
def hypot(x, y, o):
    for i in prange(x.size):
        o[i] = math.sqrt(x[i] * x[i] + y[i] * y[i])


@parallel
def exp(x, o):
    for i in prange(x.size):
        o[i] = math.exp(x[i])


@parallel
def sin(x, o):
    for i in prange(x.size):
        o[i] = math.sin(x[i])


@parallel
def sigmoid(x, o):
    for i in prange(x.size):
        o[i] = 1.0 / (1.0 + math.exp(-x[i]))


@parallel
def total(x):
    s = 0.0
    for i in prange(x.size):
        s += x[i]
    return s


@parallel
def dot(x, y):
    s = 0.0
    for i in prange(x.size):
        s += x[i] * y[i]
    return s


@parallel
def greatest(x):
    m = x[0]
    for i in prange(x.size):
        m = max(m, x[i])
    return m


@parallel
def variance(x):
    s = 0.0
    for i in prange(x.size):
        s += x[i]
    mean = s / x.size
    q = 0.0
    for i in prange(x.size):
        q += (x[i] - mean) * (x[i] - mean)
    return q / x.size


@serial
def cumsum(x, o):
    s = 0.0
    for i in range(x.size):
        s += x[i]
        o[i] = s


@parallel
def histogram(x, counts):
    for half in prange(2):
        counts[half] = 0
        for i in range(half * x.size // 2, (half + 1) * x.size // 2):
            counts[half, int(x[i] * 256)] += 1
    return counts[0] + counts[1]


@serial
def sort(x):
    return np.sort(x)


@serial
def argsort(x):
    return np.argsort(x)


@parallel
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


@serial
def normal(d):
    u = 1.0 / (1.0 + 0.2316419 * abs(d))
    p = u * (0.31938153 + u * (-0.356563782 + u * (1.781477937 + u * (-1.821255978 + u * 1.330274429))))
    v = 0.3989422804014327 * math.exp(-0.5 * d * d) * p
    return 1.0 - v if d > 0 else v


@parallel
def black_scholes(s, k, t, calls, puts):
    for i in prange(s.size):
        q = 0.3 * math.sqrt(t[i])
        d1 = (math.log(s[i] / k[i]) + 0.065 * t[i]) / q
        n1, n2, e = normal(d1), normal(d1 - q), k[i] * math.exp(-0.02 * t[i])
        calls[i] = s[i] * n1 - e * n2
        puts[i] = e * (1.0 - n2) - s[i] * (1.0 - n1)


@parallel
def pi(n):
    inside = 0
    for _ in prange(n):
        x, y = np.random.random(), np.random.random()
        inside += x * x + y * y <= 1.0
    return 4.0 * inside / n
