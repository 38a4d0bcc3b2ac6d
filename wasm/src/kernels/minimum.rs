//! `Math.min(x, y)`.

use crate::lanes::Lanes;
use crate::map::UNROLL;

#[inline(always)]
fn minimum<V: Lanes>(x: V, y: V) -> V {
    x.min(y)
}

crate::binary!(minimum, UNROLL; F64 minimum_f64, F32 minimum_f32, I32 minimum_i32);

#[cfg(test)]
mod tests {
    use super::minimum;
    use crate::lanes::I32;
    use crate::map::tests::*;

    #[test]
    fn minimum_equals_its_reference() {
        check2::<I32>(minimum, i32s, i32::min);
    }
}
