//! How many iterations of `z² + c` stay within 2, for each pixel of an image.

use crate::lanes::{F64, Lanes};

/// Pixels of a row that are iterated at once, so that the additions of one do not wait for those of another.
const VECTORS: usize = 4;

/// Rows `row..row + rows` of a `width` pixels wide image; pixel `(x, y)` stands for `left + x·step + i·(top + y·step)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mandelbrot(
    dst: *mut i32,
    width: usize,
    left: f64,
    top: f64,
    step: f64,
    iterations: u32,
    row: usize,
    rows: usize,
) {
    let four = F64::splat(4.0);
    for y in row..row + rows {
        let ci = F64::splat(top + y as f64 * step);
        let mut x = 0;
        while x < width {
            let cr: [F64; VECTORS] = core::array::from_fn(|v| {
                let at = (x + 2 * v) as f64;
                F64::pair(left + at * step, left + (at + 1.0) * step)
            });
            let mut a = [F64::zero(); VECTORS];
            let mut b = [F64::zero(); VECTORS];
            let mut counts = [F64::zero(); VECTORS];
            // A pixel that has escaped stays so, though its z may come back for a moment.
            let mut inside = [F64::zero().not(); VECTORS];
            let mut k = 0;
            while k < iterations {
                // Of four iterations at a time only the last looks whether any pixel still lives.
                let steps = if iterations - k < 4 { iterations - k } else { 4 };
                for _ in 0..steps {
                    for v in 0..VECTORS {
                        let (a2, b2) = (a[v].mul(a[v]), b[v].mul(b[v]));
                        inside[v] = inside[v].and(a2.add(b2).le(four));
                        counts[v] = counts[v].count(inside[v]);
                        b[v] = a[v].add(a[v]).mul(b[v]).add(ci);
                        a[v] = a2.sub(b2).add(cr[v]);
                    }
                }
                let live = inside[0].or(inside[1]).or(inside[2].or(inside[3]));
                if !live.any() {
                    break;
                }
                k += steps;
            }
            for v in 0..VECTORS {
                for lane in 0..2 {
                    let at = x + 2 * v + lane;
                    if at < width {
                        let count = counts[v].lane(lane).to_bits() as i32;
                        unsafe { *dst.add(y * width + at) = count };
                    }
                }
            }
            x += 2 * VECTORS;
        }
    }
}
