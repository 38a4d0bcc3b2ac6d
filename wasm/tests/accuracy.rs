//! The transcendental functions against exact results, on vectors that fuse multiplications and additions and on vectors
//! that do not, whatever this machine does: the documented errors hold on both.

use std::fs;

use lanes_kernels::lanes::{Doubles, F64, Unfused};
use lanes_kernels::math::{error, exp, hyper, inverse, log, power, trig};

/// A file of `tests/fixtures/kernels`: rows of doubles.
fn rows(name: &str) -> Vec<Vec<f64>> {
    let path = format!(
        "{}/../tests/fixtures/kernels/accuracy_{name}.npy",
        env!("CARGO_MANIFEST_DIR")
    );
    let bytes = fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let end = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let header = String::from_utf8_lossy(&bytes[10..end]).into_owned();
    assert!(
        header.contains("'<f8'") && header.contains("'fortran_order': False"),
        "{header}"
    );
    let shape = header.split('(').nth(1).unwrap().split(')').next().unwrap();
    let columns: usize = shape.split(',').nth(1).unwrap().trim().parse().unwrap();
    let all: Vec<f64> = bytes[end..]
        .chunks(8)
        .map(|b| f64::from_le_bytes(b.try_into().unwrap()))
        .collect();
    all.chunks(columns).map(<[f64]>::to_vec).collect()
}

/// The distance of neighbouring numbers at `x`.
fn ulp(x: f64) -> f64 {
    x.abs().next_up() - x.abs()
}

/// The worst error of a function of the first rows, in units of the last place.
fn worst(name: &str, f: impl Fn(&[f64]) -> f64) -> f64 {
    let rows = rows(name);
    let (operands, exact) = rows.split_at(rows.len() - 2);
    let mut worst: f64 = 0.0;
    for i in 0..exact[0].len() {
        let x: Vec<f64> = operands.iter().map(|row| row[i]).collect();
        let (got, hi, lo) = (f(&x), exact[0][i], exact[1][i]);
        if got == hi && !got.is_finite() {
            continue;
        }
        let off = ((got - hi) - lo).abs() / ulp(hi);
        assert!(!off.is_nan(), "{name}{x:?} is {got}");
        worst = worst.max(off);
    }
    worst
}

fn check<V: Doubles>(kind: &str) {
    type One<V> = fn(V) -> V;
    type Two<V> = fn(V, V) -> V;
    let one: [(&str, One<V>, f64); 19] = [
        ("exp", exp::exp, 1.0),
        ("expm1", exp::expm1, 1.0),
        ("exp2", exp::exp2, 1.0),
        ("sigmoid", exp::sigmoid, 1.0),
        ("log", log::log, 1.0),
        ("log1p", log::log1p, 1.0),
        ("log2", log::log2, 1.0),
        ("log10", log::log10, 1.0),
        ("sin", trig::sin, 1.0),
        ("cos", trig::cos, 1.0),
        ("tan", trig::tan, 2.0),
        ("asin", inverse::asin, 1.0),
        ("acos", inverse::acos, 1.0),
        ("atan", inverse::atan, 1.0),
        ("sinh", hyper::sinh, 1.0),
        ("cosh", hyper::cosh, 1.0),
        ("tanh", hyper::tanh, 1.0),
        ("cbrt", power::cbrt, 1.0),
        ("erf", error::erf, 2.0),
    ];
    let two: [(&str, Two<V>, f64); 2] = [("pow", power::pow, 2.0), ("atan2", inverse::atan2, 1.0)];
    let all = one
        .iter()
        .map(|&(name, f, most)| (name, worst(name, |x| f(V::splat(x[0])).lane(0)), most))
        .chain(two.iter().map(|&(name, f, most)| {
            (
                name,
                worst(name, |x| f(V::splat(x[0]), V::splat(x[1])).lane(0)),
                most,
            )
        }));
    for (name, off, most) in all {
        println!("{name:8} {kind:8} worst error {off:.3} ulp");
        assert!(off <= most, "{name}, {kind}, is {off} ulp off");
    }
}

#[test]
fn functions_are_within_their_documented_error_where_all_is_fused() {
    check::<F64>("fused");
}

#[test]
fn functions_are_within_their_documented_error_where_nothing_is_fused() {
    check::<Unfused>("unfused");
}
