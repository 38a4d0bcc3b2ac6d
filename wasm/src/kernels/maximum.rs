//! `Math.max(x, y)`.

use crate::lanes::Lanes;
use crate::map::UNROLL;

#[inline(always)]
fn maximum<V: Lanes>(x: V, y: V) -> V {
    x.max(y)
}

crate::binary!(maximum, UNROLL; F64 maximum_f64, F32 maximum_f32, I32 maximum_i32);

#[cfg(test)]
mod tests {
    use super::maximum;
    use crate::lanes::I32;
    use crate::map::tests::*;

    #[test]
    fn maximum_equals_its_reference() {
        check2::<I32>(maximum, i32s, i32::max);
    }
}
