//! The kernels' work done by rayon on two threads: prints lines of JSON {peer, metric, size, value, unit}, best of several.

use rayon::prelude::*;
use std::hint::black_box;
use std::time::Instant;

/// Elements of a piece of work.
const PIECE: usize = 32768;

fn report(metric: &str, size: usize, mut call: impl FnMut()) {
    call();
    let (start, mut best, mut runs) = (Instant::now(), f64::INFINITY, 0);
    while runs < 3 || (start.elapsed().as_secs_f64() < 0.8 && runs < 300) {
        let from = Instant::now();
        call();
        best = best.min(from.elapsed().as_secs_f64());
        runs += 1;
    }
    let value = best * 1e9 / size as f64;
    println!(r#"{{"peer":"rayon","metric":"{metric}","size":{size},"value":{value},"unit":"ns/element"}}"#);
}

fn data(n: usize, low: f64, width: f64, seed: u64) -> Vec<f64> {
    let mut state = seed;
    (0..n)
        .map(|_| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            low + width * ((state >> 11) as f64 / (1u64 << 53) as f64)
        })
        .collect()
}

fn map(x: &[f64], o: &mut [f64], f: impl Fn(f64) -> f64 + Sync) {
    o.par_chunks_mut(PIECE).zip(x.par_chunks(PIECE)).for_each(|(o, x)| {
        for (o, &x) in o.iter_mut().zip(x) {
            *o = f(x);
        }
    });
}

fn map2(x: &[f64], y: &[f64], o: &mut [f64], f: impl Fn(f64, f64) -> f64 + Sync) {
    o.par_chunks_mut(PIECE).zip(x.par_chunks(PIECE)).zip(y.par_chunks(PIECE)).for_each(|((o, x), y)| {
        for ((o, &x), &y) in o.iter_mut().zip(x).zip(y) {
            *o = f(x, y);
        }
    });
}

/// A sum by sixteen lanes, as a compiler makes vectors of.
fn lanes(x: &[f64], f: impl Fn(f64) -> f64) -> f64 {
    let mut sums = [0.0; 16];
    let chunks = x.chunks_exact(16);
    let rest: f64 = chunks.remainder().iter().map(|&x| f(x)).sum();
    for chunk in chunks {
        for (sum, &x) in sums.iter_mut().zip(chunk) {
            *sum += f(x);
        }
    }
    sums.iter().sum::<f64>() + rest
}

fn main() {
    rayon::ThreadPoolBuilder::new().num_threads(2).build_global().unwrap();
    for n in [1_000_000, 16 << 20] {
        let (x, y, w) = (data(n, 0.0, 1.0, 1), data(n, 0.0, 1.0, 2), data(n, -10.0, 20.0, 3));
        let mut o = vec![0.0; n];
        report("square", n, || map(black_box(&x), &mut o, |x| x * x));
        report("axpy", n, || map2(black_box(&x), &y, &mut o, |x, y| 2.5 * x + y));
        report("hypot", n, || map2(black_box(&x), &y, &mut o, |x, y| (x * x + y * y).sqrt()));
        report("sum", n, || {
            black_box(black_box(&x).par_chunks(PIECE).map(|x| lanes(x, |x| x)).sum::<f64>());
        });
        report("dot", n, || {
            black_box(x.par_chunks(PIECE).zip(y.par_chunks(PIECE)).map(|(x, y)| {
                let mut sums = [0.0; 16];
                for (x, y) in x.chunks_exact(16).zip(y.chunks_exact(16)) {
                    for i in 0..16 {
                        sums[i] += x[i] * y[i];
                    }
                }
                sums.iter().sum::<f64>()
            }).sum::<f64>());
        });
        report("max", n, || {
            black_box(x.par_chunks(PIECE).map(|x| x.iter().fold(f64::NEG_INFINITY, |a, &b| if b > a { b } else { a })).reduce(|| f64::NEG_INFINITY, f64::max));
        });
        if n > 1_000_000 {
            continue;
        }
        report("exp", n, || map(black_box(&w), &mut o, f64::exp));
        report("sin", n, || map(black_box(&w), &mut o, f64::sin));
        report("sigmoid", n, || map(black_box(&w), &mut o, |x| 1.0 / (1.0 + (-x).exp())));
        report("variance", n, || {
            let mean = x.par_chunks(PIECE).map(|x| lanes(x, |x| x)).sum::<f64>() / n as f64;
            black_box(x.par_chunks(PIECE).map(|x| lanes(x, |x| (x - mean) * (x - mean))).sum::<f64>() / n as f64);
        });
        report("histogram", n, || {
            black_box(x.par_chunks(n / 2).map(|x| {
                let mut counts = [0u32; 256];
                for &x in x {
                    counts[((x * 256.0) as usize).min(255)] += 1;
                }
                counts
            }).reduce(|| [0; 256], |mut a, b| {
                a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
                a
            }));
        });
        let mut b = x.clone();
        report("sort", n, || {
            b.copy_from_slice(&x);
            b.par_sort_unstable_by(f64::total_cmp);
        });
        let mut order: Vec<u32> = vec![0; n];
        report("argsort", n, || {
            order.iter_mut().enumerate().for_each(|(i, o)| *o = i as u32);
            order.par_sort_by(|&a, &b| x[a as usize].total_cmp(&x[b as usize]));
        });
    }
    let n = 1024;
    let mut image = vec![0u32; n * n];
    report("mandelbrot", n * n, || {
        image.par_chunks_mut(n).enumerate().for_each(|(y, row)| {
            for (x, out) in row.iter_mut().enumerate() {
                let (cr, ci) = (-2.0 + 2.5 * x as f64 / n as f64, -1.25 + 2.5 * y as f64 / n as f64);
                let (mut a, mut b, mut k) = (0.0f64, 0.0f64, 0);
                while k < 200 && a * a + b * b <= 4.0 {
                    (a, b) = (a * a - b * b + cr, 2.0 * a * b + ci);
                    k += 1;
                }
                *out = k;
            }
        });
    });
}
