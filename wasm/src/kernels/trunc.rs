//! `Math.trunc(x)`.

use crate::lanes::Floats;
use crate::map::UNROLL;

#[inline(always)]
fn trunc<V: Floats>(x: V) -> V {
    x.trunc()
}

crate::unary!(trunc, UNROLL; F64 trunc_f64, F32 trunc_f32);

#[cfg(test)]
mod tests {
    use super::trunc;
    use crate::lanes::{F32, F64};
    use crate::map::tests::*;

    #[test]
    fn trunc_equals_its_reference() {
        check1::<F64>(trunc, f64s, f64::trunc);
        check1::<F32>(trunc, f32s, f32::trunc);
    }
}
