//! `x <= y`.

use crate::lanes::Lanes;
use crate::map::UNROLL;

#[inline(always)]
fn less_equal<V: Lanes>(x: V, y: V) -> V {
    x.le(y).and(V::one())
}

crate::binary!(less_equal, UNROLL; F64 less_equal_f64, F32 less_equal_f32, I32 less_equal_i32);

#[cfg(test)]
mod tests {
    use super::less_equal;
    use crate::lanes::{F64, I32};
    use crate::map::tests::*;

    #[test]
    fn less_equal_equals_its_reference() {
        check2::<F64>(less_equal, f64s, |x, y| if x <= y { 1.0 } else { 0.0 });
        check2::<I32>(less_equal, i32s, |x, y| (x <= y) as i32);
    }
}
