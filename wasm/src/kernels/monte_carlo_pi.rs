//! How many random points of the unit square lie in the unit circle.

use crate::lanes::{Doubles, F64, Floats, Lanes, Words};
use crate::philox::batches;

/// Adds the points of batches `first..first + count`, eight points each, to `hits`.
///
/// A coordinate is a word, `k · 2^-32`: the points of that grid in the circle are as many, to 2^-31 of them, as its area
/// says, while chance leaves an error of `n^-1/2`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn monte_carlo_pi(hits: *mut f64, k0: u32, k1: u32, first: f64, count: usize) {
    let mut inside = [F64::zero(); 2];
    let mut i = 0;
    while i + 2 <= count {
        let [a, b] = batches(first as u64 + i as u64, 3, [k0, k1]);
        inside = add(add(inside, a), b);
        i += 2;
    }
    if i < count {
        let [a] = batches(first as u64 + i as u64, 3, [k0, k1]);
        inside = add(inside, a);
    }
    unsafe { *hits = (inside[0].counted() + inside[1].counted()) as f64 };
}

/// Adds the eight points of a batch that lie in the circle.
#[inline(always)]
fn add([mut inside, mut more]: [F64; 2], [a, b, c, d]: [Words; 4]) -> [F64; 2] {
    // A word below these bits is a double: 2^52 and the word.
    let bits = F64::bits(0x4330_0000_4330_0000);
    let base = F64::num(4_503_599_627_370_496.0);
    let number = |w: Words| w.below(Words::of(bits)).map(|x| x.sub(base));
    let squared = F64::num(18_446_744_073_709_551_616.0);
    for (x, y) in [(number(a), number(b)), (number(c), number(d))] {
        let within = |i: usize| x[i].mul(x[i]).add(y[i].mul(y[i])).le(squared);
        inside = inside.count(within(0));
        more = more.count(within(1));
    }
    [inside, more]
}
