//! Sorting in chunks that fit the second-level cache, each by radix, and then merging pairs of sorted runs.
//!
//! A chunk is sorted by the upper 22 of the bits in which its keys differ, in two passes; few elements of most data are
//! still out of order then, and insertion puts them right. Where it has much to move, all digits are sorted by instead.
//!
//! Elements are sorted as whole numbers, whose order is that of `TypedArray.sort`: -0 before 0, NaN last. An index that
//! travels along makes the sort an argsort, which is stable.

/// Bits of a digit.
const DIGIT: u32 = 11;
const BUCKETS: usize = 1 << DIGIT;
/// How far an element may be moved by insertion, on average: more would take longer than further digits.
const MOVES: usize = 4;
/// The most digits that a key has.
pub const MOST_DIGITS: usize = 6;
/// Bytes of the counts that [`sort_chunk`] needs.
pub const COUNTS_BYTES: usize = MOST_DIGITS * BUCKETS * 4;

/// A whole number that stands for an element.
pub trait Key: Copy + PartialOrd {
    /// How many bits the number has.
    const BITS: u32;
    fn number(self) -> u64;
}

impl Key for u32 {
    const BITS: u32 = 32;
    #[inline(always)]
    fn number(self) -> u64 {
        self as u64
    }
}

impl Key for u64 {
    const BITS: u32 = 64;
    #[inline(always)]
    fn number(self) -> u64 {
        self
    }
}

/// A 32-bit key above the index of its element.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
pub struct Indexed32(pub u64);

impl Key for Indexed32 {
    const BITS: u32 = 32;
    #[inline(always)]
    fn number(self) -> u64 {
        self.0 >> 32
    }
}

/// A 64-bit key and the index of its element.
#[derive(Clone, Copy, PartialEq)]
#[repr(C)]
pub struct Indexed64 {
    key: u64,
    index: u64,
}

impl PartialOrd for Indexed64 {
    #[inline(always)]
    fn partial_cmp(&self, b: &Self) -> Option<core::cmp::Ordering> {
        self.key.partial_cmp(&b.key)
    }
    #[inline(always)]
    fn lt(&self, b: &Self) -> bool {
        self.key < b.key
    }
    #[inline(always)]
    fn le(&self, b: &Self) -> bool {
        self.key <= b.key
    }
}

impl Key for Indexed64 {
    const BITS: u32 = 64;
    #[inline(always)]
    fn number(self) -> u64 {
        self.key
    }
}

/// The whole number whose order is that of the double.
#[inline(always)]
pub fn key64(x: f64) -> u64 {
    let bits = if x.is_nan() { 0x7ff8_0000_0000_0000 } else { x.to_bits() };
    bits ^ (((bits as i64 >> 63) as u64) | 1 << 63)
}

/// The double of a key.
#[inline(always)]
pub fn unkey64(key: u64) -> f64 {
    f64::from_bits(key ^ ((!(key as i64 >> 63)) as u64 | 1 << 63))
}

#[inline(always)]
pub fn key32(x: f32) -> u32 {
    let bits = if x.is_nan() { 0x7fc0_0000 } else { x.to_bits() };
    bits ^ (((bits as i32 >> 31) as u32) | 1 << 31)
}

#[inline(always)]
pub fn unkey32(key: u32) -> f32 {
    f32::from_bits(key ^ ((!(key as i32 >> 31)) as u32 | 1 << 31))
}

/// Elements that can be sorted.
pub trait Sortable: Copy {
    /// Its key alone.
    type Key: Key;
    /// Its key with an index.
    type Indexed: Key;
    fn key(self) -> Self::Key;
    fn unkey(key: Self::Key) -> Self;
    fn indexed(self, index: u32) -> Self::Indexed;
    fn index(key: Self::Indexed) -> u32;
}

impl Sortable for f64 {
    type Key = u64;
    type Indexed = Indexed64;
    #[inline(always)]
    fn key(self) -> u64 {
        key64(self)
    }
    #[inline(always)]
    fn unkey(key: u64) -> f64 {
        unkey64(key)
    }
    #[inline(always)]
    fn indexed(self, index: u32) -> Indexed64 {
        Indexed64 { key: key64(self), index: index as u64 }
    }
    #[inline(always)]
    fn index(key: Indexed64) -> u32 {
        key.index as u32
    }
}

macro_rules! sortable32 {
    ($t:ty, $key:expr, $unkey:expr) => {
        impl Sortable for $t {
            type Key = u32;
            type Indexed = Indexed32;
            #[inline(always)]
            fn key(self) -> u32 {
                $key(self)
            }
            #[inline(always)]
            fn unkey(key: u32) -> $t {
                $unkey(key)
            }
            #[inline(always)]
            fn indexed(self, index: u32) -> Indexed32 {
                Indexed32(($key(self) as u64) << 32 | index as u64)
            }
            #[inline(always)]
            fn index(key: Indexed32) -> u32 {
                key.0 as u32
            }
        }
    };
}
sortable32!(f32, key32, unkey32);
sortable32!(i32, |x: i32| x as u32 ^ 1 << 31, |k: u32| (k ^ 1 << 31) as i32);

/// Sorts the `n` keys `make(0..n)` into `a`, by way of `b`; `counts` has room for [`COUNTS_BYTES`].
#[inline(always)]
pub unsafe fn sort_chunk<K: Key>(a: *mut K, b: *mut K, counts: *mut u32, n: usize, make: impl Fn(usize) -> K) {
    unsafe {
        if n == 0 {
            return;
        }
        let first = make(0).number();
        let mut differ = 0;
        for i in 0..n {
            let key = make(i);
            *a.add(i) = key;
            differ |= key.number() ^ first;
        }
        let top = 64 - differ.leading_zeros();
        let low = top.saturating_sub(2 * DIGIT);
        radix(a, b, counts, n, low, (top - low).div_ceil(DIGIT) as usize);
        if low > 0 && !insertion(a, n) {
            radix(a, b, counts, n, 0, K::BITS.div_ceil(DIGIT) as usize);
        }
    }
}

/// Sorts `a` by `digits` digits from bit `low` on, equal ones in their order.
#[inline(never)]
unsafe fn radix<K: Key>(a: *mut K, b: *mut K, counts: *mut u32, n: usize, low: u32, digits: usize) {
    unsafe {
        let digit = |key: K, d: usize| (key.number() >> (low + d as u32 * DIGIT)) as usize & (BUCKETS - 1);
        for i in 0..digits * BUCKETS {
            *counts.add(i) = 0;
        }
        let mut d = 0;
        // Two digits at a time: their counts fit the first-level cache.
        while d < digits {
            let second = if d + 1 < digits { d + 1 } else { d };
            for i in 0..n {
                let key = *a.add(i);
                *counts.add(d * BUCKETS + digit(key, d)) += 1;
                if second > d {
                    *counts.add(second * BUCKETS + digit(key, second)) += 1;
                }
            }
            d += 2;
        }
        let (mut from, mut to) = (a, b);
        for d in 0..digits {
            let count = counts.add(d * BUCKETS);
            // One digit in all keys: nothing moves.
            if *count.add(digit(*from, d)) as usize == n {
                continue;
            }
            let mut place = 0;
            for i in 0..BUCKETS {
                let here = *count.add(i);
                *count.add(i) = place;
                place += here;
            }
            for i in 0..n {
                let key = *from.add(i);
                let next = count.add(digit(key, d));
                *to.add(*next as usize) = key;
                *next += 1;
            }
            (from, to) = (to, from);
        }
        if from != a {
            core::ptr::copy_nonoverlapping(from, a, n);
        }
    }
}

/// Sorts `a` by insertion, equal keys in their order, unless elements move by more than [`MOVES`] each on average.
#[inline(always)]
unsafe fn insertion<K: Key>(a: *mut K, n: usize) -> bool {
    unsafe {
        let mut left = n * MOVES;
        let mut before = *a;
        for i in 1..n {
            let key = *a.add(i);
            if !(key < before) {
                before = key;
                continue;
            }
            let mut j = i;
            while j > 0 && key < *a.add(j - 1) {
                *a.add(j) = *a.add(j - 1);
                j -= 1;
            }
            *a.add(j) = key;
            if i - j > left {
                return false;
            }
            left -= i - j;
        }
        true
    }
}

/// Merges sorted runs of `width` (a power of two) keys of `from` by pairs, as far as the results from `start` on, `count` of them.
#[inline(always)]
pub unsafe fn merge<K: Key>(from: *const K, n: usize, width: usize, start: usize, count: usize, mut put: impl FnMut(usize, K)) {
    unsafe {
        // A power of two: a division could fail, and bring all of the standard library's panics along.
        let base = start & !(2 * width - 1);
        let left = width.min(n - base);
        let right = width.min(n - base - left);
        let (a, b) = (from.add(base), from.add(base + left));
        let (mut i, end) = (split(a, left, b, right, start - base), start + count);
        let mut j = start - base - i;
        let mut at = start;
        while at < end && i < left && j < right {
            let (x, y) = (*a.add(i), *b.add(j));
            // Equal keys come from the left run first.
            let second = y < x;
            put(at, if second { y } else { x });
            j += second as usize;
            i += !second as usize;
            at += 1;
        }
        while at < end && i < left {
            put(at, *a.add(i));
            i += 1;
            at += 1;
        }
        while at < end {
            put(at, *b.add(j));
            j += 1;
            at += 1;
        }
    }
}

/// How many of the first `k` results come from the left run.
#[inline(always)]
unsafe fn split<K: Key>(a: *const K, left: usize, b: *const K, right: usize, k: usize) -> usize {
    let (mut low, mut high) = (k.saturating_sub(right), k.min(left));
    while low < high {
        let i = (low + high) / 2;
        // a[i] belongs to the first k unless k - i keys of b are less.
        if unsafe { *b.add(k - i - 1) < *a.add(i) } {
            high = i;
        } else {
            low = i + 1;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_order_as_numbers() {
        let xs = [f64::NEG_INFINITY, -1e300, -1.0, -5e-324, -0.0, 0.0, 5e-324, 1.0, f64::INFINITY, f64::NAN];
        for pair in xs.windows(2) {
            assert!(key64(pair[0]) < key64(pair[1]));
            assert!(key32(pair[0] as f32) <= key32(pair[1] as f32));
        }
        for x in xs {
            assert!(x.is_nan() || unkey64(key64(x)).to_bits() == x.to_bits());
        }
        assert!(i32::MIN.key() < (-1).key() && (-1).key() < 0.key() && 0.key() < i32::MAX.key());
    }

    #[test]
    fn chunks_and_merges_sort() {
        for n in [0, 1, 2, 100, 1000, 5000] {
            let xs: Vec<i32> = (0..n).map(|i| (i as i32).wrapping_mul(-1640531527) >> (i % 7 * 4)).collect();
            let (mut a, mut b) = (vec![0u32; n], vec![0u32; n]);
            let mut counts = vec![0u32; COUNTS_BYTES / 4];
            let width = 256;
            for start in (0..n).step_by(width) {
                let count = width.min(n - start);
                unsafe {
                    sort_chunk(a.as_mut_ptr().add(start), b.as_mut_ptr().add(start), counts.as_mut_ptr(), count, |i| {
                        xs[start + i].key()
                    })
                };
            }
            let mut run = width;
            while run < n {
                for start in (0..n).step_by(128) {
                    let count = 128.min(n - start);
                    unsafe { merge(a.as_ptr(), n, run, start, count, |i, key| b[i] = key) };
                }
                core::mem::swap(&mut a, &mut b);
                run *= 2;
            }
            let mut want = xs.clone();
            want.sort();
            assert_eq!(a.iter().map(|&key| i32::unkey(key)).collect::<Vec<_>>(), want);
        }
    }

    /// Keys that differ in their last bits mostly, in descending order, take all digits; with indices equal ones stay in
    /// their order.
    #[test]
    fn keys_alike_in_their_upper_bits_sort_stably() {
        for n in [1, 2, 700, 5000] {
            for alike in [0, 1, 40] {
                let x = |i: usize| if i == n / 2 { -1e300 } else { f64::from_bits(0x3ff0_0000_0000_0000 + ((n - i) as u64 >> alike)) };
                let (mut a, mut b) = (vec![0f64.indexed(0); n], vec![0f64.indexed(0); n]);
                let mut counts = vec![0u32; COUNTS_BYTES / 4];
                unsafe { sort_chunk(a.as_mut_ptr(), b.as_mut_ptr(), counts.as_mut_ptr(), n, |i| x(i).indexed(i as u32)) };
                let mut want: Vec<u32> = (0..n as u32).collect();
                want.sort_by(|&i, &j| x(i as usize).total_cmp(&x(j as usize)));
                assert_eq!(a.iter().map(|&key| f64::index(key)).collect::<Vec<_>>(), want, "{n} {alike}");
            }
        }
    }
}
