//! `Math.ceil(x)`.

use crate::lanes::Floats;
use crate::map::UNROLL;

#[inline(always)]
fn ceil<V: Floats>(x: V) -> V {
    x.ceil()
}

crate::unary!(ceil, UNROLL; F64 ceil_f64, F32 ceil_f32);

#[cfg(test)]
mod tests {
    use super::ceil;
    use crate::lanes::{F32, F64};
    use crate::map::tests::*;

    #[test]
    fn ceil_equals_its_reference() {
        check1::<F64>(ceil, f64s, f64::ceil);
        check1::<F32>(ceil, f32s, f32::ceil);
    }
}
