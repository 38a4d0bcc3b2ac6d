//! `x · factor`.

use crate::lanes::Lanes;
use crate::map::UNROLL;

#[inline(always)]
fn scale<V: Lanes>(x: V, y: V) -> V {
    x.mul(y)
}

crate::binary!(scale, UNROLL; F64 scale_f64, F32 scale_f32, I32 scale_i32);

#[cfg(test)]
mod tests {
    use super::scale;
    use crate::lanes::{F32, F64, I32};
    use crate::map::tests::*;

    #[test]
    fn scale_equals_its_reference() {
        check2::<F64>(scale, f64s, |x, y| x * y);
        check2::<F32>(scale, f32s, |x, y| x * y);
        check2::<I32>(scale, i32s, i32::wrapping_mul);
    }
}
