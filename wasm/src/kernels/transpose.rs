//! The transpose of a matrix, by tiles that fit the first-level cache.

const TILE: usize = 16;

macro_rules! transpose {
    ($t:ty, $name:ident) => {
        /// Rows `first..first + count` of a `rows` by `cols` matrix become columns of `dst`.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(
            a: *const $t,
            dst: *mut $t,
            rows: usize,
            cols: usize,
            first: usize,
            count: usize,
        ) {
            let end = first + count;
            let mut i0 = first;
            while i0 < end {
                let i1 = if i0 + TILE < end { i0 + TILE } else { end };
                let mut j0 = 0;
                while j0 < cols {
                    let j1 = if j0 + TILE < cols { j0 + TILE } else { cols };
                    for j in j0..j1 {
                        for i in i0..i1 {
                            unsafe { *dst.add(j * rows + i) = *a.add(i * cols + j) };
                        }
                    }
                    j0 = j1;
                }
                i0 = i1;
            }
        }
    };
}

transpose!(f64, transpose_f64);
transpose!(f32, transpose_f32);
transpose!(i32, transpose_i32);
