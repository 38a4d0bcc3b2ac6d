//! How many random points of the unit square lie in the unit circle.

use crate::philox::units;

/// Adds the points of batches `first..first + count`, four points each, to `hits`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn monte_carlo_pi(hits: *mut f64, k0: u32, k1: u32, first: f64, count: usize) {
    let mut inside = 0;
    for i in 0..count {
        let u = units(first as u64 + i as u64, 3, [k0, k1]);
        for k in 0..4 {
            let (x, y) = (u[2 * k], u[2 * k + 1]);
            inside += (x * x + y * y <= 1.0) as u32;
        }
    }
    unsafe { *hits = inside as f64 };
}
