//! Elementwise loops, one for each number of operands.
//!
//! An operand is an address and a step: 1 for an array; 0 for a number, of which 64 bytes of copies lie at the address,
//! so that one loop serves every mix of arrays and numbers. The result may be one of the operands.

use crate::lanes::Lanes;

/// How many vectors a light loop handles at once; copies of a number fill as many.
pub const UNROLL: usize = 4;

/// `dst[i] = f(a[i])` of a heavy `f`, of which there is to be one copy: what is left behind the last whole vector goes
/// through the kernel again, as a vector of its own.
#[inline(always)]
pub unsafe fn heavy1<V: Lanes>(
    mut a: *const V::E,
    sa: usize,
    mut dst: *mut V::E,
    mut n: usize,
    f: impl Fn(V) -> V,
    again: unsafe extern "C" fn(*const V::E, usize, *mut V::E, usize),
) {
    unsafe {
        while n >= V::N {
            f(V::load(a)).store(dst);
            a = a.add(sa * V::N);
            dst = dst.add(V::N);
            n -= V::N;
        }
        if n > 0 {
            let mut rest = V::load_part(a, n, V::one());
            let place: *mut V::E = (&raw mut rest).cast();
            again(place, 1, place, V::N);
            rest.store_part(dst, n);
        }
    }
}

/// `dst[i] = f(a[i])` of a heavy `f`, by several vectors (`M`) at once where all of their elements are usual ones, for
/// which `quick` gives what `f` gives; `rest(a, sa, dst, count)` does the others, of at most one `M`.
///
/// The loop itself calls nothing: around a call V8 would keep its constants in memory.
#[inline(always)]
pub unsafe fn quick1<M: Lanes>(
    mut a: *const M::E,
    sa: usize,
    mut dst: *mut M::E,
    mut n: usize,
    unusual: impl Fn(M) -> M,
    quick: impl Fn(M) -> M,
    rest: unsafe fn(*const M::E, usize, *mut M::E, usize),
) {
    unsafe {
        loop {
            while n >= M::N {
                let x = M::load(a);
                if unusual(x).any() {
                    break;
                }
                quick(x).store(dst);
                a = a.add(sa * M::N);
                dst = dst.add(M::N);
                n -= M::N;
            }
            if n == 0 {
                return;
            }
            let count = if n < M::N { n } else { M::N };
            rest(a, sa, dst, count);
            a = a.add(sa * count);
            dst = dst.add(count);
            n -= count;
        }
    }
}

/// `dst[i] = f(a[i])` of a heavy `f`, one vector after the other: what [`quick1`] leaves.
#[inline(always)]
pub unsafe fn rest1<V: Lanes>(mut a: *const V::E, sa: usize, mut dst: *mut V::E, mut n: usize, f: impl Fn(V) -> V) {
    unsafe {
        while n > 0 {
            let whole = n >= V::N;
            let y = f(if whole { V::load(a) } else { V::load_part(a, n, V::one()) });
            if !whole {
                return y.store_part(dst, n);
            }
            y.store(dst);
            a = a.add(sa * V::N);
            dst = dst.add(V::N);
            n -= V::N;
        }
    }
}

/// `dst[i] = f(a[i], b[i])` of a heavy `f`, likewise.
#[inline(always)]
pub unsafe fn heavy2<V: Lanes>(
    (mut a, sa): (*const V::E, usize),
    (mut b, sb): (*const V::E, usize),
    mut dst: *mut V::E,
    mut n: usize,
    f: impl Fn(V, V) -> V,
    again: unsafe extern "C" fn(*const V::E, usize, *const V::E, usize, *mut V::E, usize),
) {
    unsafe {
        while n >= V::N {
            f(V::load(a), V::load(b)).store(dst);
            a = a.add(sa * V::N);
            b = b.add(sb * V::N);
            dst = dst.add(V::N);
            n -= V::N;
        }
        if n > 0 {
            let mut rest = V::load_part(a, n, V::one());
            let mut other = V::load_part(b, n, V::one());
            let place: *mut V::E = (&raw mut rest).cast();
            again(place, 1, (&raw mut other).cast(), 1, place, V::N);
            rest.store_part(dst, n);
        }
    }
}

/// `dst[i] = f(a[i])`.
#[inline(always)]
pub unsafe fn map1<V: Lanes, const U: usize>(
    mut a: *const V::E,
    sa: usize,
    mut dst: *mut V::E,
    mut n: usize,
    f: impl Fn(V) -> V,
) {
    unsafe {
        if U > 1 {
            while n >= U * V::N {
                for u in 0..U {
                    f(V::load(a.add(u * V::N))).store(dst.add(u * V::N));
                }
                a = a.add(sa * U * V::N);
                dst = dst.add(U * V::N);
                n -= U * V::N;
            }
        }
        while n > 0 {
            let whole = n >= V::N;
            let x = if whole { V::load(a) } else { V::load_part(a, n, V::one()) };
            let y = f(x);
            if !whole {
                return y.store_part(dst, n);
            }
            y.store(dst);
            a = a.add(sa * V::N);
            dst = dst.add(V::N);
            n -= V::N;
        }
    }
}

/// `dst[i] = f(a[i], b[i])`.
#[inline(always)]
pub unsafe fn map2<V: Lanes, const U: usize>(
    (mut a, sa): (*const V::E, usize),
    (mut b, sb): (*const V::E, usize),
    mut dst: *mut V::E,
    mut n: usize,
    f: impl Fn(V, V) -> V,
) {
    unsafe {
        if U > 1 {
            while n >= U * V::N {
                for u in 0..U {
                    f(V::load(a.add(u * V::N)), V::load(b.add(u * V::N))).store(dst.add(u * V::N));
                }
                a = a.add(sa * U * V::N);
                b = b.add(sb * U * V::N);
                dst = dst.add(U * V::N);
                n -= U * V::N;
            }
        }
        while n > 0 {
            let whole = n >= V::N;
            let one = V::one();
            let (x, y) = if whole {
                (V::load(a), V::load(b))
            } else {
                (V::load_part(a, n, one), V::load_part(b, n, one))
            };
            let z = f(x, y);
            if !whole {
                return z.store_part(dst, n);
            }
            z.store(dst);
            a = a.add(sa * V::N);
            b = b.add(sb * V::N);
            dst = dst.add(V::N);
            n -= V::N;
        }
    }
}

/// `dst[i] = f(a[i], b[i], c[i])`.
#[inline(always)]
pub unsafe fn map3<V: Lanes, const U: usize>(
    (mut a, sa): (*const V::E, usize),
    (mut b, sb): (*const V::E, usize),
    (mut c, sc): (*const V::E, usize),
    mut dst: *mut V::E,
    mut n: usize,
    f: impl Fn(V, V, V) -> V,
) {
    unsafe {
        if U > 1 {
            while n >= U * V::N {
                for u in 0..U {
                    let at = u * V::N;
                    f(V::load(a.add(at)), V::load(b.add(at)), V::load(c.add(at))).store(dst.add(at));
                }
                a = a.add(sa * U * V::N);
                b = b.add(sb * U * V::N);
                c = c.add(sc * U * V::N);
                dst = dst.add(U * V::N);
                n -= U * V::N;
            }
        }
        while n > 0 {
            let whole = n >= V::N;
            let one = V::one();
            let (x, y, z) = if whole {
                (V::load(a), V::load(b), V::load(c))
            } else {
                (V::load_part(a, n, one), V::load_part(b, n, one), V::load_part(c, n, one))
            };
            let w = f(x, y, z);
            if !whole {
                return w.store_part(dst, n);
            }
            w.store(dst);
            a = a.add(sa * V::N);
            b = b.add(sb * V::N);
            c = c.add(sc * V::N);
            dst = dst.add(V::N);
            n -= V::N;
        }
    }
}

/// Exports a function of one vector as a kernel of each dtype named: `unary!(f, 4; F64 f_f64, F32 f_f32)`, with how many
/// vectors the loop handles at once, or `heavy` for a long function.
#[macro_export]
macro_rules! unary {
    ($f:expr, heavy; $($v:ident $name:ident),+ $(,)?) => {
        $(#[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(
            a: *const <$crate::lanes::$v as $crate::lanes::Lanes>::E, sa: usize,
            dst: *mut <$crate::lanes::$v as $crate::lanes::Lanes>::E, n: usize,
        ) {
            unsafe { $crate::map::heavy1::<$crate::lanes::$v>(a, sa, dst, n, |x| $f(x), $name) }
        })+
    };
    ($f:expr, quick($unusual:expr, $quick:expr, $count:literal); $($v:ident $name:ident),+ $(,)?) => {
        $(#[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(
            a: *const <$crate::lanes::$v as $crate::lanes::Lanes>::E, sa: usize,
            dst: *mut <$crate::lanes::$v as $crate::lanes::Lanes>::E, n: usize,
        ) {
            use $crate::lanes::{$v as V, Lanes, Many};
            type E = <V as Lanes>::E;
            #[inline(never)]
            unsafe fn rest(a: *const E, sa: usize, dst: *mut E, n: usize) {
                unsafe { $crate::map::rest1::<V>(a, sa, dst, n, |x| $f(x)) }
            }
            unsafe { $crate::map::quick1::<Many<V, $count>>(a, sa, dst, n, |x| $unusual(x), |x| $quick(x), rest) }
        })+
    };
    ($f:expr, $unroll:expr; $($v:ident $name:ident),+ $(,)?) => {
        $(#[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(
            a: *const <$crate::lanes::$v as $crate::lanes::Lanes>::E, sa: usize,
            dst: *mut <$crate::lanes::$v as $crate::lanes::Lanes>::E, n: usize,
        ) {
            unsafe { $crate::map::map1::<$crate::lanes::$v, { $unroll }>(a, sa, dst, n, |x| $f(x)) }
        })+
    };
}

/// Exports a function of two vectors as a kernel of each dtype named.
#[macro_export]
macro_rules! binary {
    ($f:expr, heavy; $($v:ident $name:ident),+ $(,)?) => {
        $(#[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(
            a: *const <$crate::lanes::$v as $crate::lanes::Lanes>::E, sa: usize,
            b: *const <$crate::lanes::$v as $crate::lanes::Lanes>::E, sb: usize,
            dst: *mut <$crate::lanes::$v as $crate::lanes::Lanes>::E, n: usize,
        ) {
            unsafe { $crate::map::heavy2::<$crate::lanes::$v>((a, sa), (b, sb), dst, n, |x, y| $f(x, y), $name) }
        })+
    };
    ($f:expr, $unroll:expr; $($v:ident $name:ident),+ $(,)?) => {
        $(#[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(
            a: *const <$crate::lanes::$v as $crate::lanes::Lanes>::E, sa: usize,
            b: *const <$crate::lanes::$v as $crate::lanes::Lanes>::E, sb: usize,
            dst: *mut <$crate::lanes::$v as $crate::lanes::Lanes>::E, n: usize,
        ) {
            unsafe { $crate::map::map2::<$crate::lanes::$v, { $unroll }>((a, sa), (b, sb), dst, n, |x, y| $f(x, y)) }
        })+
    };
}

/// Exports a function of three vectors as a kernel of each dtype named.
#[macro_export]
macro_rules! ternary {
    ($f:expr, $unroll:expr; $($v:ident $name:ident),+ $(,)?) => {
        $(#[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(
            a: *const <$crate::lanes::$v as $crate::lanes::Lanes>::E, sa: usize,
            b: *const <$crate::lanes::$v as $crate::lanes::Lanes>::E, sb: usize,
            c: *const <$crate::lanes::$v as $crate::lanes::Lanes>::E, sc: usize,
            dst: *mut <$crate::lanes::$v as $crate::lanes::Lanes>::E, n: usize,
        ) {
            unsafe {
                $crate::map::map3::<$crate::lanes::$v, { $unroll }>(
                    (a, sa), (b, sb), (c, sc), dst, n, |x, y, z| $f(x, y, z),
                )
            }
        })+
    };
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// Checks `f` over every length to 67, aligned and not, into another array and in place, against `reference`.
    pub fn check1<V: Lanes>(f: impl Fn(V) -> V + Copy, sample: impl Fn(usize) -> V::E, reference: impl Fn(V::E) -> V::E)
    where
        V::E: core::fmt::Debug,
    {
        for n in 0..68 {
            for offset in 0..3 {
                let xs: Vec<V::E> = (0..n + offset + 1).map(&sample).collect();
                let mut out = xs.clone();
                unsafe { map1::<V, UNROLL>(xs.as_ptr().add(offset), 1, out.as_mut_ptr().add(offset), n, f) };
                for i in 0..xs.len() {
                    let inside = i >= offset && i < offset + n;
                    let want = if inside { reference(xs[i]) } else { xs[i] };
                    assert!(same(out[i], want), "length {n}, element {i}: {:?} for {:?}", out[i], want);
                }
                let mut place = xs.clone();
                unsafe { map1::<V, UNROLL>(place.as_ptr().add(offset), 1, place.as_mut_ptr().add(offset), n, f) };
                for i in 0..xs.len() {
                    assert!(same(place[i], out[i]), "in place, length {n}, element {i}");
                }
            }
        }
    }

    /// Checks `f` of two operands likewise, with each of them a number too.
    pub fn check2<V: Lanes>(
        f: impl Fn(V, V) -> V + Copy,
        sample: impl Fn(usize) -> V::E,
        reference: impl Fn(V::E, V::E) -> V::E,
    ) where
        V::E: core::fmt::Debug,
    {
        for n in 0..68 {
            for form in 0..3 {
                let xs: Vec<V::E> = (0..n + 1).map(&sample).collect();
                let ys: Vec<V::E> = (0..n + 1).map(|i| sample(i * 7 + 3)).collect();
                let cell = vec![sample(5); 64 / core::mem::size_of::<V::E>()];
                let a = if form == 1 { (cell.as_ptr(), 0) } else { (xs.as_ptr(), 1) };
                let b = if form == 2 { (cell.as_ptr(), 0) } else { (ys.as_ptr(), 1) };
                let mut out = xs.clone();
                unsafe { map2::<V, UNROLL>(a, b, out.as_mut_ptr(), n, f) };
                for i in 0..n {
                    let x = if form == 1 { cell[0] } else { xs[i] };
                    let y = if form == 2 { cell[0] } else { ys[i] };
                    let want = reference(x, y);
                    assert!(same(out[i], want), "length {n}, element {i}: {:?} for {:?}", out[i], want);
                }
                assert!(same(out[n], xs[n]), "wrote past the end at length {n}");
            }
        }
    }

    /// Equal, or both not a number.
    #[allow(clippy::eq_op, reason = "NaN is what differs from itself")]
    fn same<T: PartialOrd>(a: T, b: T) -> bool {
        a == b || (a != a && b != b)
    }

    /// Doubles of both signs and many sizes.
    pub fn f64s(i: usize) -> f64 {
        (i as f64 - 20.5) * if i % 5 == 0 { 1e200 } else { 0.37 }
    }
    pub fn f32s(i: usize) -> f32 {
        (i as f32 - 20.5) * if i % 5 == 0 { 1e20 } else { 0.37 }
    }
    /// Integers whose products overflow.
    pub fn i32s(i: usize) -> i32 {
        (i as i32 - 20).wrapping_mul(if i % 5 == 0 { 123_456_789 } else { 3 })
    }
}
