//! How many random points of the unit square lie in the unit circle.

use crate::lanes::{F64, Lanes};
use crate::philox::units;

/// Adds the points of batches `first..first + count`, four points each, to `hits`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn monte_carlo_pi(hits: *mut f64, k0: u32, k1: u32, first: f64, count: usize) {
    let mut inside = F64::zero();
    for i in 0..count {
        let u = units(first as u64 + i as u64, 3, [k0, k1]);
        for (x, y) in [(u[0], u[2]), (u[1], u[3])] {
            inside = inside.count(x.mul(x).add(y.mul(y)).le(F64::one()));
        }
    }
    unsafe { *hits = inside.counted() as f64 };
}
