//! `x * y`.

use crate::lanes::Lanes;
use crate::map::UNROLL;

#[inline(always)]
fn mul<V: Lanes>(x: V, y: V) -> V {
    x.mul(y)
}

crate::binary!(mul, UNROLL; F64 mul_f64, F32 mul_f32, I32 mul_i32);

#[cfg(test)]
mod tests {
    use super::mul;
    use crate::lanes::{F32, F64, I32};
    use crate::map::tests::*;

    #[test]
    fn mul_equals_its_reference() {
        check2::<F64>(mul, f64s, |x, y| x * y);
        check2::<F32>(mul, f32s, |x, y| x * y);
        check2::<I32>(mul, i32s, i32::wrapping_mul);
    }
}
