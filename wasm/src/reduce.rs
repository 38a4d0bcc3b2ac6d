//! Reductions. The input is read in blocks of [`BLOCK`] elements, and each block gives its partial results whatever
//! slice it lies in; the host combines them in their order. So a result does not depend on the number of threads.

use crate::lanes::{F64, Floats, Lanes, Wide};

/// Elements of one block: as many as fit the first-level cache twice.
pub const BLOCK: usize = 2048;
/// Elements of which the sum is taken by lanes, without halving further.
const LEAF: usize = 256;

/// Calls `f(start, length, block)` for each block of `n` elements.
#[inline(always)]
pub unsafe fn blocks(n: usize, mut f: impl FnMut(usize, usize, usize)) {
    let (mut start, mut block) = (0, 0);
    while start < n {
        let length = if n - start < BLOCK { n - start } else { BLOCK };
        f(start, length, block);
        start += BLOCK;
        block += 1;
    }
}

/// The sum of both lanes.
#[inline(always)]
pub fn across(v: F64) -> f64 {
    v.lane(0) + v.lane(1)
}

/// The pairwise sum of `f(i, count)` for `i` in steps of 4 below `n`, where `count` is 4 or, at the end, fewer: its
/// error is at most `(log2(n / 256) + 20) · 2^-53 · Σ|x|`.
#[inline(always)]
pub fn pairwise(n: usize, f: impl Fn(usize, usize) -> [F64; 2] + Copy) -> f64 {
    let mut first = 0.0;
    // A block has at most eight leaves: (((0+1)+(2+3))+((4+5)+(6+7))), without a stack.
    let (mut at, mut leaf) = (0, 0);
    let (mut one, mut two) = (0.0, 0.0);
    while at < n {
        let sum = leaf_sum(at, if n - at < LEAF { n - at } else { LEAF }, f);
        if leaf & 1 == 0 {
            one = sum;
        } else {
            one += sum;
            if leaf & 2 == 0 {
                two = one;
            } else {
                // The second half of the block is only complete with its eighth leaf, the last.
                if leaf & 4 == 0 {
                    first = two + one;
                    two = 0.0;
                } else {
                    return first + (two + one);
                }
            }
            one = 0.0;
        }
        at += LEAF;
        leaf += 1;
    }
    first + (two + one)
}

/// The sum of `length <= LEAF` elements from `start`, in 16 lanes.
#[inline(always)]
fn leaf_sum(start: usize, length: usize, f: impl Fn(usize, usize) -> [F64; 2] + Copy) -> f64 {
    let mut acc = [F64::zero(); 8];
    let mut i = 0;
    while i + 16 <= length {
        for k in 0..4 {
            let [a, b] = f(start + i + 4 * k, 4);
            acc[2 * k] = acc[2 * k].add(a);
            acc[2 * k + 1] = acc[2 * k + 1].add(b);
        }
        i += 16;
    }
    let mut k = 0;
    while i < length {
        let [a, b] = f(start + i, if length - i < 4 { length - i } else { 4 });
        if k == 0 {
            acc[0] = acc[0].add(a);
            acc[1] = acc[1].add(b);
        } else if k == 1 {
            acc[2] = acc[2].add(a);
            acc[3] = acc[3].add(b);
        } else if k == 2 {
            acc[4] = acc[4].add(a);
            acc[5] = acc[5].add(b);
        } else {
            acc[6] = acc[6].add(a);
            acc[7] = acc[7].add(b);
        }
        k += 1;
        i += 4;
    }
    let low = acc[0].add(acc[1]).add(acc[2].add(acc[3]));
    let high = acc[4].add(acc[5]).add(acc[6].add(acc[7]));
    across(low.add(high))
}

/// Elements `p[i..i + count]`, zeros after them.
#[inline(always)]
pub unsafe fn four<V: Wide>(p: *const V::E, i: usize, count: usize, fill: f64) -> [F64; 2] {
    unsafe { if count == 4 { V::load4(p.add(i)) } else { V::load4_part(p.add(i), count, fill) } }
}

/// The bits of a number that tells NaN from the rest: `x != x`.
#[inline(always)]
pub fn unordered<V: Floats>(x: V) -> V {
    x.eq(x).not()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairwise_sums_every_length() {
        for n in 0..=BLOCK {
            let xs: Vec<f64> = (0..n).map(|i| i as f64).collect();
            let sum = pairwise(n, |i, count| unsafe { four::<F64>(xs.as_ptr(), i, count, 0.0) });
            assert_eq!(sum, (n * n.saturating_sub(1) / 2) as f64, "length {n}");
        }
    }
}
