//! Matrix products: the right matrix is packed into panels as wide as two vectors, the left one into groups of four rows;
//! tiles of four rows by a panel stay in registers while blocks of both matrices stay in caches.

use crate::lanes::{Doubles, F32, F64, Floats, Lanes};

/// Rows of a tile.
const ROWS: usize = 4;
/// How many products a tile sums up before it is written: panels of as many rows fit the first-level cache.
const DEPTH: usize = 256;

/// Packs panel `panel` of the `k` by `n` matrix `b`: its columns, zeros beyond the last.
#[inline(always)]
unsafe fn pack<V: Floats>(b: *const V::E, to: *mut V::E, k: usize, n: usize, panel: usize) {
    unsafe {
        let width = 2 * V::N;
        let first = panel * width;
        let to = to.add(panel * width * k);
        let zero = V::zero().lane(0);
        for p in 0..k {
            for j in 0..width {
                *to.add(p * width + j) = if first + j < n { *b.add(p * n + first + j) } else { zero };
            }
        }
    }
}

/// Packs rows `row..row + rows` of `a` by groups of four: the first number of each, then the second ones; the last row
/// stands for those beyond it.
#[inline(always)]
unsafe fn group<V: Floats>(a: *const V::E, to: *mut V::E, [k, row, rows]: [usize; 3]) {
    unsafe {
        let mut i = 0;
        while i < rows {
            let from = a.add((row + i) * k);
            let to = to.add((row + i) * k);
            for r in 0..ROWS {
                let from = from.add(if i + r < rows { r } else { rows - 1 - i } * k);
                for p in 0..k {
                    *to.add(p * ROWS + r) = *from.add(p);
                }
            }
            i += ROWS;
        }
    }
}

/// Rows `row..row + rows` of the product of `a` (`k` columns), which are packed into `grouped` first, with the packed
/// matrix.
#[inline(always)]
unsafe fn multiply<V: Tile>(
    [a, packed]: [*const V::E; 2],
    grouped: *mut V::E,
    c: *mut V::E,
    [k, n, row, rows]: [usize; 4],
) {
    unsafe {
        group::<V>(a, grouped, [k, row, rows]);
        let width = 2 * V::N;
        let mut p0 = 0;
        // A product of no columns is zero.
        while p0 == 0 || p0 < k {
            let depth = if k - p0 < DEPTH { k - p0 } else { DEPTH };
            let mut panel = 0;
            while panel * width < n {
                let b = packed.add(panel * width * k + p0 * width);
                let left = n - panel * width;
                let mut i = row;
                while i < row + rows {
                    let count = if row + rows - i < ROWS { row + rows - i } else { ROWS };
                    let s = V::tile(grouped.add(i * k + p0 * ROWS), b, depth);
                    let to = c.add(i * n + panel * width);
                    put::<V>(to, s[0], left, p0 == 0);
                    if count > 1 {
                        put::<V>(to.add(n), s[1], left, p0 == 0);
                    }
                    if count > 2 {
                        put::<V>(to.add(2 * n), s[2], left, p0 == 0);
                    }
                    if count > 3 {
                        put::<V>(to.add(3 * n), s[3], left, p0 == 0);
                    }
                    i += ROWS;
                }
                panel += 1;
            }
            p0 += DEPTH;
        }
    }
}

/// How a tile, of [`ROWS`] rows by two vectors, is summed up over `depth` products.
trait Tile: Floats {
    unsafe fn tile(a: *const Self::E, b: *const Self::E, depth: usize) -> [[Self; 2]; ROWS];
}

impl Tile for F64 {
    /// Two rows' numbers are one vector; it is multiplied with two columns' as they are, and exchanged: two loads do for
    /// four products, where each number alone in all lanes would be a load, with a check of its address.
    #[inline(always)]
    unsafe fn tile(a: *const f64, b: *const f64, depth: usize) -> [[F64; 2]; ROWS] {
        unsafe {
            let mut s = [F64::zero(); 8];
            for p in 0..depth {
                s = step(s, a.add(p * ROWS), b.add(p * 4));
            }
            // (0,0) (1,1) and (0,1) (1,0) become (0,0) (0,1) and (1,0) (1,1).
            let first = |i: usize| s[i].firsts(s[i + 1]);
            let second = |i: usize| s[i + 1].seconds(s[i]);
            [[first(0), first(4)], [second(0), second(4)], [first(2), first(6)], [second(2), second(6)]]
        }
    }
}

/// Adds the products of four rows' numbers and four columns' to the tile.
#[inline(always)]
unsafe fn step(s: [F64; 8], a: *const f64, b: *const f64) -> [F64; 8] {
    unsafe {
        let (u, v) = (F64::load(a), F64::load(a.add(2)));
        let (x, y) = (F64::load(b), F64::load(b.add(2)));
        let (xs, ys) = (x.seconds(x).firsts(x), y.seconds(y).firsts(y));
        [
            u.madd(x, s[0]),
            u.madd(xs, s[1]),
            v.madd(x, s[2]),
            v.madd(xs, s[3]),
            u.madd(y, s[4]),
            u.madd(ys, s[5]),
            v.madd(y, s[6]),
            v.madd(ys, s[7]),
        ]
    }
}

impl Tile for F32 {
    #[inline(always)]
    unsafe fn tile(a: *const f32, b: *const f32, depth: usize) -> [[F32; 2]; ROWS] {
        unsafe {
            let mut s = [[F32::zero(); 2]; ROWS];
            for p in 0..depth {
                let (x, y) = (F32::load(b.add(8 * p)), F32::load(b.add(8 * p + 4)));
                let rows = F32::load(a.add(p * ROWS)).spread();
                for r in 0..ROWS {
                    let v = rows[r];
                    s[r] = [v.madd(x, s[r][0]), v.madd(y, s[r][1])];
                }
            }
            s
        }
    }
}

/// Writes a row of a tile, or adds to what is there.
#[inline(always)]
unsafe fn put<V: Floats>(c: *mut V::E, s: [V; 2], left: usize, first: bool) {
    unsafe {
        let mut at = 0;
        for v in s {
            if left <= at {
                return;
            }
            let p = c.add(at);
            if left - at >= V::N {
                (if first { v } else { v.add(V::load(p)) }).store(p);
            } else {
                let v = if first { v } else { v.add(V::load_part(p, left - at, v)) };
                v.store_part(p, left - at);
            }
            at += V::N;
        }
    }
}

macro_rules! matmul {
    ($v:ident, $t:ty, $pack:ident, $multiply:ident) => {
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $pack(b: *const $t, to: *mut $t, k: usize, n: usize, panel: usize) {
            unsafe { pack::<$v>(b, to, k, n, panel) }
        }
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $multiply(
            a: *const $t,
            packed: *const $t,
            grouped: *mut $t,
            c: *mut $t,
            k: usize,
            n: usize,
            row: usize,
            rows: usize,
        ) {
            unsafe { multiply::<$v>([a, packed], grouped, c, [k, n, row, rows]) }
        }
    };
}

matmul!(F64, f64, matmul_pack_f64, matmul_f64);
matmul!(F32, f32, matmul_pack_f32, matmul_f32);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matmul_of_every_small_shape() {
        for m in 1..7usize {
            for k in [0usize, 1, 2, 5, 300] {
                for n in 1..10usize {
                    let a: Vec<f64> = (0..m * k).map(|i| (i % 7) as f64 - 3.0).collect();
                    let b: Vec<f64> = (0..k * n).map(|i| (i % 5) as f64 - 2.0).collect();
                    let mut packed = vec![0.0; k * n.div_ceil(4) * 4];
                    let mut grouped = vec![0.0; m.div_ceil(4) * 4 * k];
                    let mut c = vec![9.0; m * n];
                    unsafe {
                        for panel in 0..n.div_ceil(4) {
                            matmul_pack_f64(b.as_ptr(), packed.as_mut_ptr(), k, n, panel);
                        }
                        matmul_f64(a.as_ptr(), packed.as_ptr(), grouped.as_mut_ptr(), c.as_mut_ptr(), k, n, 0, m);
                    }
                    for i in 0..m {
                        for j in 0..n {
                            let want: f64 = (0..k).map(|p| a[i * k + p] * b[p * n + j]).sum();
                            assert_eq!(c[i * n + j], want, "{m} {k} {n}: {i} {j}");
                        }
                    }
                }
            }
        }
    }
}
