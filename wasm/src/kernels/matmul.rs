//! Matrix products: the right matrix is packed into panels as wide as two vectors; tiles of four rows by a panel stay in
//! registers while blocks of both matrices stay in caches.

use crate::lanes::{F32, F64, Floats};

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

/// Rows `row..row + rows` of the product of `a` (`k` columns) with the packed matrix.
#[inline(always)]
unsafe fn multiply<V: Floats>(
    a: *const V::E,
    packed: *const V::E,
    c: *mut V::E,
    [k, n, row, rows]: [usize; 4],
) {
    unsafe {
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
                    let to = c.add(i * n + panel * width);
                    tile::<V>(a.add(i * k + p0), b, to, [k, n, depth, count, left], p0 == 0);
                    i += ROWS;
                }
                panel += 1;
            }
            p0 += DEPTH;
        }
    }
}

/// One tile: `count` rows (4, or fewer at the lower edge) by a panel (of which `left` columns exist).
#[inline(always)]
unsafe fn tile<V: Floats>(
    a: *const V::E,
    b: *const V::E,
    c: *mut V::E,
    [k, n, depth, count, left]: [usize; 5],
    first: bool,
) {
    unsafe {
        let width = 2 * V::N;
        // Rows that do not exist are computed from the last one that does, and not written.
        let row = |r: usize| a.add(if r < count { r } else { count - 1 } * k);
        let (a0, a1, a2, a3) = (row(0), row(1), row(2), row(3));
        let zero = V::zero();
        let mut s = [[zero; 2]; ROWS];
        for p in 0..depth {
            let (x, y) = (V::load(b.add(p * width)), V::load(b.add(p * width + V::N)));
            let v = V::splat(*a0.add(p));
            s[0] = [v.madd(x, s[0][0]), v.madd(y, s[0][1])];
            let v = V::splat(*a1.add(p));
            s[1] = [v.madd(x, s[1][0]), v.madd(y, s[1][1])];
            let v = V::splat(*a2.add(p));
            s[2] = [v.madd(x, s[2][0]), v.madd(y, s[2][1])];
            let v = V::splat(*a3.add(p));
            s[3] = [v.madd(x, s[3][0]), v.madd(y, s[3][1])];
        }
        put::<V>(c, s[0], left, first);
        if count > 1 {
            put::<V>(c.add(n), s[1], left, first);
        }
        if count > 2 {
            put::<V>(c.add(2 * n), s[2], left, first);
        }
        if count > 3 {
            put::<V>(c.add(3 * n), s[3], left, first);
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
            c: *mut $t,
            k: usize,
            n: usize,
            row: usize,
            rows: usize,
        ) {
            unsafe { multiply::<$v>(a, packed, c, [k, n, row, rows]) }
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
                    let mut c = vec![9.0; m * n];
                    unsafe {
                        for panel in 0..n.div_ceil(4) {
                            matmul_pack_f64(b.as_ptr(), packed.as_mut_ptr(), k, n, panel);
                        }
                        matmul_f64(a.as_ptr(), packed.as_ptr(), c.as_mut_ptr(), k, n, 0, m);
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
