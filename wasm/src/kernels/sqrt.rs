//! `Math.sqrt(x)`.

use crate::lanes::Floats;
use crate::map::UNROLL;

#[inline(always)]
fn sqrt<V: Floats>(x: V) -> V {
    x.sqrt()
}

crate::unary!(sqrt, UNROLL; F64 sqrt_f64, F32 sqrt_f32);

#[cfg(test)]
mod tests {
    use super::sqrt;
    use crate::lanes::{F32, F64};
    use crate::map::tests::*;

    #[test]
    fn sqrt_equals_its_reference() {
        check1::<F64>(sqrt, f64s, f64::sqrt);
        check1::<F32>(sqrt, f32s, f32::sqrt);
    }
}
