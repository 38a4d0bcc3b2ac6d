//! `x - y`.

use crate::lanes::Lanes;
use crate::map::UNROLL;

#[inline(always)]
fn sub<V: Lanes>(x: V, y: V) -> V {
    x.sub(y)
}

crate::binary!(sub, UNROLL; F64 sub_f64, F32 sub_f32, I32 sub_i32);

#[cfg(test)]
mod tests {
    use super::sub;
    use crate::lanes::{F32, F64, I32};
    use crate::map::tests::*;

    #[test]
    fn sub_equals_its_reference() {
        check2::<F64>(sub, f64s, |x, y| x - y);
        check2::<F32>(sub, f32s, |x, y| x - y);
        check2::<I32>(sub, i32s, i32::wrapping_sub);
    }
}
