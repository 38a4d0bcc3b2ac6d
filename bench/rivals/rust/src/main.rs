//! The kernels' work done by rayon on two threads, matrix products by `matrixmultiply`: prints lines of JSON
//! {peer, metric, size, value, unit}, each the best of several runs. `--seconds=S`: how long each is measured for.

mod programs;

use rayon::prelude::*;
use std::hint::black_box;
use std::time::Instant;

/// Elements of a piece of work.
const PIECE: usize = 32768;

/// The seconds that one figure is measured for.
fn seconds() -> f64 {
    std::env::args().find_map(|arg| arg.strip_prefix("--seconds=").and_then(|s| s.parse().ok())).unwrap_or(0.5)
}

/// The least time of several runs, in seconds.
fn best(mut call: impl FnMut()) -> f64 {
    call();
    let (start, mut best, mut runs) = (Instant::now(), f64::INFINITY, 0);
    while runs < 2 || (start.elapsed().as_secs_f64() < seconds() && runs < 300) {
        let from = Instant::now();
        call();
        best = best.min(from.elapsed().as_secs_f64());
        runs += 1;
    }
    best
}

fn print(metric: &str, size: usize, value: f64, unit: &str) {
    println!(r#"{{"peer":"rayon","metric":"{metric}","size":{size},"value":{value},"unit":"{unit}"}}"#);
}

fn report(metric: &str, size: usize, call: impl FnMut()) {
    print(metric, size, best(call) * 1e9 / size as f64, "ns/element");
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

fn elementwise(n: usize) {
    let (x, y, w) = (data(n, 0.0, 1.0, 1), data(n, 0.0, 1.0, 2), data(n, -10.0, 20.0, 3));
    let mut o = vec![0.0; n];
    report("square", n, || map(black_box(&x), &mut o, |x| x * x));
    report("axpy", n, || map2(black_box(&x), &y, &mut o, |x, y| 2.5 * x + y));
    report("polynomial", n, || map(black_box(&x), &mut o, |x| (3.0 * x + 2.0) * x + 1.0));
    report("hypot", n, || map2(black_box(&x), &y, &mut o, |x, y| (x * x + y * y).sqrt()));
    if n > 1_000_000 {
        return;
    }
    report("exp", n, || map(black_box(&w), &mut o, f64::exp));
    report("sin", n, || map(black_box(&w), &mut o, f64::sin));
    report("sigmoid", n, || map(black_box(&w), &mut o, |x| 1.0 / (1.0 + (-x).exp())));
}

/// The scalar product of two pieces, by sixteen lanes.
fn product(x: &[f64], y: &[f64]) -> f64 {
    let mut sums = [0.0; 16];
    for (x, y) in x.chunks_exact(16).zip(y.chunks_exact(16)) {
        for i in 0..16 {
            sums[i] += x[i] * y[i];
        }
    }
    let whole = x.len() / 16 * 16;
    sums.iter().sum::<f64>() + x[whole..].iter().zip(&y[whole..]).map(|(x, y)| x * y).sum::<f64>()
}

/// The greatest element of a piece, by sixteen lanes.
fn greatest(x: &[f64]) -> f64 {
    let mut most = [f64::NEG_INFINITY; 16];
    for x in x.chunks(16) {
        for (most, &x) in most.iter_mut().zip(x) {
            *most = if x > *most { x } else { *most };
        }
    }
    most.into_iter().fold(f64::NEG_INFINITY, f64::max)
}

fn reductions(n: usize) {
    let (x, y) = (data(n, 0.0, 1.0, 1), data(n, 0.0, 1.0, 2));
    let sum = |x: &[f64]| x.par_chunks(PIECE).map(|x| lanes(x, |x| x)).sum::<f64>();
    report("sum", n, || {
        black_box(sum(black_box(&x)));
    });
    report("dot", n, || {
        black_box(x.par_chunks(PIECE).zip(y.par_chunks(PIECE)).map(|(x, y)| product(x, y)).sum::<f64>());
    });
    report("max", n, || {
        black_box(x.par_chunks(PIECE).map(greatest).reduce(|| f64::NEG_INFINITY, f64::max));
    });
    if n > 1_000_000 {
        return;
    }
    report("variance", n, || {
        let mean = sum(&x) / n as f64;
        black_box(x.par_chunks(PIECE).map(|x| lanes(x, |x| (x - mean) * (x - mean))).sum::<f64>() / n as f64);
    });
    let mut o = vec![0.0; n];
    report("cumsum", n, || running(&x, &mut o));
    report("histogram", n, || {
        black_box(counts(&x));
    });
}

/// Running sums: first the sums of pieces, then each piece from where the one before ends.
fn running(x: &[f64], o: &mut [f64]) {
    let pieces: Vec<f64> = x.par_chunks(PIECE).map(|x| lanes(x, |x| x)).collect();
    let starts: Vec<f64> = pieces
        .iter()
        .scan(0.0, |before, sum| {
            let start = *before;
            *before += sum;
            Some(start)
        })
        .collect();
    o.par_chunks_mut(PIECE).zip(x.par_chunks(PIECE)).zip(starts).for_each(|((o, x), mut total)| {
        for (o, &x) in o.iter_mut().zip(x) {
            total += x;
            *o = total;
        }
    });
}

/// How many elements each 256th of the unit interval has; four tables a thread, so that equal ones need not wait.
fn counts(x: &[f64]) -> Vec<u32> {
    let half = |x: &[f64]| {
        let mut tables = [[0u32; 256]; 4];
        for x in x.chunks(4) {
            for (table, &x) in tables.iter_mut().zip(x) {
                table[((x * 256.0) as i32 as usize).min(255)] += 1;
            }
        }
        (0..256).map(|i| tables.iter().map(|table| table[i]).sum()).collect::<Vec<u32>>()
    };
    let (a, b) = x.split_at(x.len() / 2);
    let (mut a, b) = rayon::join(|| half(a), || half(b));
    a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
    a
}

fn sorting(n: usize) {
    let x = data(n, 0.0, 1.0, 1);
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

fn main() {
    // SAFETY: no other thread runs yet.
    unsafe { std::env::set_var("MATMUL_NUM_THREADS", "2") };
    rayon::ThreadPoolBuilder::new().num_threads(2).build_global().unwrap();
    for n in [1_000_000, 16 << 20] {
        elementwise(n);
        reductions(n);
    }
    sorting(1_000_000);
    programs::all();
}
