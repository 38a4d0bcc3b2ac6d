//! `Math.floor(x)`.

use crate::lanes::Floats;
use crate::map::UNROLL;

#[inline(always)]
fn floor<V: Floats>(x: V) -> V {
    x.floor()
}

crate::unary!(floor, UNROLL; F64 floor_f64, F32 floor_f32);

#[cfg(test)]
mod tests {
    use super::floor;
    use crate::lanes::{F32, F64};
    use crate::map::tests::*;

    #[test]
    fn floor_equals_its_reference() {
        check1::<F64>(floor, f64s, f64::floor);
        check1::<F32>(floor, f32s, f32::floor);
    }
}
