//! `x >= y`.

use crate::lanes::Lanes;
use crate::map::UNROLL;

#[inline(always)]
fn greater_equal<V: Lanes>(x: V, y: V) -> V {
    y.le(x).and(V::one())
}

crate::binary!(greater_equal, UNROLL; F64 greater_equal_f64, F32 greater_equal_f32, I32 greater_equal_i32);

#[cfg(test)]
mod tests {
    use super::greater_equal;
    use crate::lanes::{F64, I32};
    use crate::map::tests::*;

    #[test]
    fn greater_equal_equals_its_reference() {
        check2::<F64>(greater_equal, f64s, |x, y| if x >= y { 1.0 } else { 0.0 });
        check2::<I32>(greater_equal, i32s, |x, y| (x >= y) as i32);
    }
}
