//! `Math.abs(x)`.

use crate::lanes::Lanes;
use crate::map::UNROLL;

#[inline(always)]
fn abs<V: Lanes>(x: V) -> V {
    x.abs()
}

crate::unary!(abs, UNROLL; F64 abs_f64, F32 abs_f32, I32 abs_i32);

#[cfg(test)]
mod tests {
    use super::abs;
    use crate::lanes::{F32, F64, I32};
    use crate::map::tests::*;

    #[test]
    fn abs_equals_its_reference() {
        check1::<F64>(abs, f64s, f64::abs);
        check1::<F32>(abs, f32s, f32::abs);
        check1::<I32>(abs, i32s, i32::wrapping_abs);
    }
}
