//! `x / y`.

use crate::lanes::Floats;
use crate::map::UNROLL;

#[inline(always)]
fn div<V: Floats>(x: V, y: V) -> V {
    x.div(y)
}

crate::binary!(div, UNROLL; F64 div_f64, F32 div_f32);

#[cfg(test)]
mod tests {
    use super::div;
    use crate::lanes::{F32, F64};
    use crate::map::tests::*;

    #[test]
    fn div_equals_its_reference() {
        check2::<F64>(div, f64s, |x, y| x / y);
        check2::<F32>(div, f32s, |x, y| x / y);
    }
}
