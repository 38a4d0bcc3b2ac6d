//! A kernel of one's own: `y = x³ - x`, for slices of an array of doubles.

use core::arch::wasm32::*;

/// `n` elements from `xs` to `out`, which may be the same; any number of threads call it at once, each for its slice.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cube_less(xs: *const f64, out: *mut f64, n: usize) {
    unsafe {
        let whole = n & !1;
        let mut i = 0;
        while i < whole {
            let x = v128_load(xs.add(i).cast());
            let y = f64x2_sub(f64x2_mul(f64x2_mul(x, x), x), x);
            v128_store(out.add(i).cast(), y);
            i += 2;
        }
        if i < n {
            let x = *xs.add(i);
            *out.add(i) = x * x * x - x;
        }
    }
}

// wasm-bindgen wants an allocator in a module for threads; this one never allocates.
#[unsafe(no_mangle)]
pub extern "C" fn __wbindgen_malloc(_bytes: usize, _align: usize) -> usize {
    unreachable()
}
#[unsafe(no_mangle)]
pub extern "C" fn __wbindgen_free(_address: usize, _bytes: usize, _align: usize) {
    unreachable()
}
