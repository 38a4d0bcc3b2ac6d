//! `-x`.

use crate::lanes::Lanes;
use crate::map::UNROLL;

#[inline(always)]
fn neg<V: Lanes>(x: V) -> V {
    x.neg()
}

crate::unary!(neg, UNROLL; F64 neg_f64, F32 neg_f32, I32 neg_i32);

#[cfg(test)]
mod tests {
    use super::neg;
    use crate::lanes::{F32, F64, I32};
    use crate::map::tests::*;

    #[test]
    fn neg_equals_its_reference() {
        check1::<F64>(neg, f64s, |x| -x);
        check1::<F32>(neg, f32s, |x| -x);
        check1::<I32>(neg, i32s, i32::wrapping_neg);
    }
}
