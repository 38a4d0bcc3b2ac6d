//! `x < y`.

use crate::lanes::Lanes;
use crate::map::UNROLL;

#[inline(always)]
fn less<V: Lanes>(x: V, y: V) -> V {
    x.lt(y).and(V::one())
}

crate::binary!(less, UNROLL; F64 less_f64, F32 less_f32, I32 less_i32);

#[cfg(test)]
mod tests {
    use super::less;
    use crate::lanes::{F64, I32};
    use crate::map::tests::*;

    #[test]
    fn less_equals_its_reference() {
        check2::<F64>(less, f64s, |x, y| if x < y { 1.0 } else { 0.0 });
        check2::<I32>(less, i32s, |x, y| (x < y) as i32);
    }
}
