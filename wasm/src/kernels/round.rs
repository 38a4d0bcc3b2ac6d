//! `Math.round(x)`.

use crate::lanes::Floats;
use crate::map::UNROLL;

#[inline(always)]
fn round<V: Floats>(x: V) -> V {
    let down = x.floor();
    // The difference is exact, x + ½ is not. The sign is that of x, also where the result is zero.
    let up = V::num(0.5).le(x.sub(down)).and(V::one());
    down.add(up).copysign(x)
}

crate::unary!(round, UNROLL; F64 round_f64, F32 round_f32);

#[cfg(test)]
mod tests {
    use super::round;
    use crate::lanes::F64;
    use crate::map::tests::*;

    #[test]
    fn round_equals_its_reference() {
        check1::<F64>(round, f64s, |x| if (x - x.floor()) >= 0.5 { x.ceil() } else { x.floor() });
    }
}
