//! `1 / x`.

use crate::lanes::Floats;
use crate::map::UNROLL;

#[inline(always)]
fn reciprocal<V: Floats>(x: V) -> V {
    V::one().div(x)
}

crate::unary!(reciprocal, UNROLL; F64 reciprocal_f64, F32 reciprocal_f32);

#[cfg(test)]
mod tests {
    use super::reciprocal;
    use crate::lanes::{F32, F64};
    use crate::map::tests::*;

    #[test]
    fn reciprocal_equals_its_reference() {
        check1::<F64>(reciprocal, f64s, |x| 1.0 / x);
        check1::<F32>(reciprocal, f32s, |x| 1.0 / x);
    }
}
