//! `x != y`.

use crate::lanes::Lanes;
use crate::map::UNROLL;

#[inline(always)]
fn not_equal<V: Lanes>(x: V, y: V) -> V {
    V::one().andnot(x.eq(y))
}

crate::binary!(not_equal, UNROLL; F64 not_equal_f64, F32 not_equal_f32, I32 not_equal_i32);

#[cfg(test)]
mod tests {
    use super::not_equal;
    use crate::lanes::{F64, I32};
    use crate::map::tests::*;

    #[test]
    fn not_equal_equals_its_reference() {
        check2::<F64>(not_equal, f64s, |x, y| if x != y { 1.0 } else { 0.0 });
        check2::<I32>(not_equal, i32s, |x, y| (x != y) as i32);
    }
}
