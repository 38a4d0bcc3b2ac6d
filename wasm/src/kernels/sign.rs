//! `Math.sign(x)`.

use crate::lanes::Lanes;
use crate::map::UNROLL;

#[inline(always)]
fn sign<V: Lanes>(x: V) -> V {
    let minus = x.lt(V::zero()).and(V::one().neg());
    let plus = V::zero().lt(x).and(V::one());
    // What is neither keeps itself: zeros with their sign, and NaN.
    let other = x.lt(V::zero()).or(V::zero().lt(x)).not();
    minus.or(plus).or(x.and(other))
}

crate::unary!(sign, UNROLL; F64 sign_f64, F32 sign_f32, I32 sign_i32);

#[cfg(test)]
mod tests {
    use super::sign;
    use crate::lanes::I32;
    use crate::map::tests::*;

    #[test]
    fn sign_equals_its_reference() {
        check1::<I32>(sign, i32s, i32::signum);
    }
}
