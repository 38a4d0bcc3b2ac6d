//! Whole programs.

use crate::{best, data, print, report};
use rayon::prelude::*;
use std::hint::black_box;

pub fn all() {
    matmul();
    mandelbrot();
    black_scholes();
    let n = 10_000_000;
    report("monteCarloPi", n, || {
        let (a, b) = rayon::join(|| hits(n / 2, 1), || hits(n / 2, 2));
        black_box(4.0 * (a + b) as f64 / n as f64);
    });
}

fn matmul() {
    let n = 1024;
    let (a, b) = (data(n * n, 0.0, 1.0, 1), data(n * n, 0.0, 1.0, 2));
    let mut c = vec![0.0; n * n];
    let seconds = best(|| unsafe {
        let s = n as isize;
        matrixmultiply::dgemm(n, n, n, 1.0, a.as_ptr(), s, 1, b.as_ptr(), s, 1, 0.0, c.as_mut_ptr(), s, 1);
    });
    print("matmul", n, 2.0 * (n as f64).powi(3) / seconds / 1e9, "GFLOP/s");
}

/// Points that are iterated together, as a compiler makes vectors of.
const WIDTH: usize = 8;

fn mandelbrot() {
    let n = 1024;
    let mut image = vec![0u32; n * n];
    report("mandelbrot", n * n, || {
        image.par_chunks_mut(n).enumerate().with_min_len(8).for_each(|(y, row)| {
            let im = -1.25 + 2.5 * y as f64 / n as f64;
            for (first, out) in row.chunks_exact_mut(WIDTH).enumerate() {
                let re = std::array::from_fn(|i| -2.0 + 2.5 * (first * WIDTH + i) as f64 / n as f64);
                iterations(re, im).iter().zip(out).for_each(|(&count, out)| *out = count as u32);
            }
        });
    });
}

/// How many iterations, of at most 200, the points stay within 2.
fn iterations(re: [f64; WIDTH], im: f64) -> [u64; WIDTH] {
    let (mut a, mut b, mut count) = ([0.0; WIDTH], [0.0; WIDTH], [0u64; WIDTH]);
    for _ in 0..50 {
        for _ in 0..4 {
            for i in 0..WIDTH {
                let (a2, b2) = (a[i] * a[i], b[i] * b[i]);
                count[i] += (a2 + b2 <= 4.0) as u64;
                b[i] = 2.0 * a[i] * b[i] + im;
                a[i] = a2 - b2 + re[i];
            }
        }
        if (0..WIDTH).all(|i| !(a[i] * a[i] + b[i] * b[i] <= 4.0)) {
            break;
        }
    }
    count
}

/// The share of normally distributed numbers below `d`, to seven digits (Abramowitz and Stegun 26.2.17).
fn normal(d: f64) -> f64 {
    let u = 1.0 / (1.0 + 0.2316419 * d.abs());
    let p = u * (0.31938153 + u * (-0.356563782 + u * (1.781477937 + u * (-1.821255978 + u * 1.330274429))));
    let v = 0.3989422804014327 * (-0.5 * d * d).exp() * p;
    if d > 0.0 { 1.0 - v } else { v }
}

fn black_scholes() {
    let n = 1_000_000;
    let (spot, strike, years) = (data(n, 10.0, 90.0, 5), data(n, 10.0, 90.0, 6), data(n, 0.25, 1.75, 7));
    let (mut calls, mut puts) = (vec![0.0; n], vec![0.0; n]);
    report("blackScholes", n, || {
        let given = spot.par_iter().zip(&strike).zip(&years).with_min_len(8192);
        given.zip(calls.par_iter_mut().zip(&mut puts)).for_each(|(((&s, &k), &t), (call, put))| {
            let q = 0.3 * t.sqrt();
            let d1 = ((s / k).ln() + 0.065 * t) / q;
            let (n1, n2, e) = (normal(d1), normal(d1 - q), k * (-0.02 * t).exp());
            *call = s * n1 - e * n2;
            *put = e * (1.0 - n2) - s * (1.0 - n1);
        });
    });
}

/// How many of `n` random points lie in the unit circle, by xoshiro256+.
fn hits(n: usize, seed: u64) -> u64 {
    let mut s = [seed, seed ^ 0x9E3779B97F4A7C15, !seed, 0x94D049BB133111EB];
    let mut next = || {
        let result = s[0].wrapping_add(s[3]);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        (result >> 11) as f64 / (1u64 << 53) as f64
    };
    (0..n).map(|_| (next(), next())).map(|(x, y)| u64::from(x * x + y * y <= 1.0)).sum()
}
