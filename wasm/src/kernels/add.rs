//! `x + y`.

use crate::lanes::Lanes;
use crate::map::UNROLL;

#[inline(always)]
fn add<V: Lanes>(x: V, y: V) -> V {
    x.add(y)
}

crate::binary!(add, UNROLL; F64 add_f64, F32 add_f32, I32 add_i32);

#[cfg(test)]
mod tests {
    use super::add;
    use crate::lanes::{F32, F64, I32};
    use crate::map::tests::*;

    #[test]
    fn add_equals_its_reference() {
        check2::<F64>(add, f64s, |x, y| x + y);
        check2::<F32>(add, f32s, |x, y| x + y);
        check2::<I32>(add, i32s, i32::wrapping_add);
    }
}
