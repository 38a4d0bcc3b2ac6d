//! `x · x`.

use crate::lanes::Lanes;
use crate::map::UNROLL;

#[inline(always)]
fn square<V: Lanes>(x: V) -> V {
    x.mul(x)
}

crate::unary!(square, UNROLL; F64 square_f64, F32 square_f32, I32 square_i32);

#[cfg(test)]
mod tests {
    use super::square;
    use crate::lanes::{F32, F64, I32};
    use crate::map::tests::*;

    #[test]
    fn square_equals_its_reference() {
        check1::<F64>(square, f64s, |x| x * x);
        check1::<F32>(square, f32s, |x| x * x);
        check1::<I32>(square, i32s, |x| x.wrapping_mul(x));
    }
}
