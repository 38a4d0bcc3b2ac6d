//! `x == y`.

use crate::lanes::Lanes;
use crate::map::UNROLL;

#[inline(always)]
fn equal<V: Lanes>(x: V, y: V) -> V {
    x.eq(y).and(V::one())
}

crate::binary!(equal, UNROLL; F64 equal_f64, F32 equal_f32, I32 equal_i32);

#[cfg(test)]
mod tests {
    use super::equal;
    use crate::lanes::{F64, I32};
    use crate::map::tests::*;

    #[test]
    fn equal_equals_its_reference() {
        check2::<F64>(equal, f64s, |x, y| if x == y { 1.0 } else { 0.0 });
        check2::<I32>(equal, i32s, |x, y| (x == y) as i32);
    }
}
