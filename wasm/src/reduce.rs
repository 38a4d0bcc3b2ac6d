//! Reductions. The input is read in blocks of [`BLOCK`] elements, and each block gives its partial results whatever
//! slice it lies in; the host combines them in their order. So a result does not depend on the number of threads.

use crate::lanes::{F64, Lanes, Wide};

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

/// Exports a function of one operand's elements as a reduction of each dtype named.
#[macro_export]
macro_rules! reduction {
    ($f:ident; $($v:ident $name:ident),+ $(,)?) => {
        $(#[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(
            a: *const <$crate::lanes::$v as $crate::lanes::Lanes>::E, partials: *mut f64, n: usize,
        ) {
            unsafe { $f::<$crate::lanes::$v>(a, partials, n) }
        })+
    };
}

/// The least (or, by `MOST`, the greatest) of `length` elements from `p`, NaN if there is one, as the block's partial.
#[inline(always)]
pub unsafe fn extreme<V: Wide + Extreme, const MOST: bool>(p: *const V::E, length: usize) -> f64 {
    unsafe {
        let start = V::splat(*p);
        let mut best = [start; 4];
        let mut unordered = V::zero();
        let mut i = 0;
        while i + 4 * V::N <= length {
            for k in 0..4 {
                let x = V::load(p.add(i + k * V::N));
                // One instruction each: the slower `min` that knows of NaN and zeros' signs is left to the end.
                best[k] = if MOST { best[k].quick_max(x) } else { best[k].quick_min(x) };
                unordered = unordered.or(x.eq(x).not());
            }
            i += 4 * V::N;
        }
        let mut rest = start;
        while i < length {
            let count = if length - i < V::N { length - i } else { V::N };
            let x = if count == V::N { V::load(p.add(i)) } else { V::load_part(p.add(i), count, start) };
            rest = if MOST { rest.max(x) } else { rest.min(x) };
            i += V::N;
        }
        if unordered.any() {
            return f64::NAN;
        }
        for b in best {
            rest = if MOST { rest.max(b) } else { rest.min(b) };
        }
        let mut result = V::widen(rest.lane(0));
        for k in 1..V::N {
            let x = V::widen(rest.lane(k));
            let better = if MOST { x > result } else { x < result };
            if better || x != x {
                result = x;
            }
        }
        if result == 0.0 && !V::WHOLE { signed_zero::<V, MOST>(p, length) } else { result }
    }
}

/// The exponent, between ±1000, of the largest finite magnitude of a block.
#[cold]
#[inline(never)]
pub unsafe fn extreme_magnitude<V: Wide>(p: *const V::E, length: usize) -> i32 {
    let mut most = 0.0;
    for i in 0..length {
        let x = V::widen(unsafe { *p.add(i) }).abs();
        if x > most && x <= f64::MAX {
            most = x;
        }
    }
    let exponent = (f64::to_bits(most) >> 52) as i32 - 1023;
    exponent.clamp(-1000, 1000)
}

/// Zeros of both signs are equal to the quick comparison: which of them there is decides.
#[cold]
#[inline(never)]
unsafe fn signed_zero<V: Wide, const MOST: bool>(p: *const V::E, length: usize) -> f64 {
    let wanted = if MOST { 0.0 } else { -0.0 };
    for i in 0..length {
        let x = V::widen(unsafe { *p.add(i) });
        if x == 0.0 && x.is_sign_negative() != MOST {
            return wanted;
        }
    }
    -wanted
}

/// What [`extreme`] needs of an element.
pub trait Extreme: Lanes {
    /// Whether there is neither NaN nor -0.
    const WHOLE: bool;
    fn quick_min(self, b: Self) -> Self;
    fn quick_max(self, b: Self) -> Self;
}

macro_rules! extreme {
    ($v:ident, $whole:literal) => {
        impl Extreme for $crate::lanes::$v {
            const WHOLE: bool = $whole;
            #[inline(always)]
            fn quick_min(self, b: Self) -> Self {
                self.pseudo_min(b)
            }
            #[inline(always)]
            fn quick_max(self, b: Self) -> Self {
                self.pseudo_max(b)
            }
        }
    };
}
extreme!(F64, false);
extreme!(F32, false);
extreme!(I32, true);

/// How many of `length` elements from `p` are not 0; NaN is not.
#[inline(always)]
pub unsafe fn count_nonzero<V: Wide>(p: *const V::E, length: usize) -> f64 {
    unsafe {
        let zero = V::zero();
        let mut zeros = [V::zero(); 4];
        let mut i = 0;
        // A mask is -1 as an integer: subtracting it counts.
        while i + 4 * V::N <= length {
            for k in 0..4 {
                let is = V::load(p.add(i + k * V::N)).eq(zero);
                zeros[k] = zeros[k].count(is);
            }
            i += 4 * V::N;
        }
        let mut total = 0;
        for z in zeros {
            total += z.counted();
        }
        while i < length {
            total += (*p.add(i) == zero.lane(0)) as usize;
            i += 1;
        }
        (length - total) as f64
    }
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
