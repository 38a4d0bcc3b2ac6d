//! `x^y`.

use crate::lanes::F32;
use crate::math::power::pow;

crate::binary!(pow, heavy; F64 pow_f64);
crate::binary!(float, heavy; F32 pow_f32);

#[inline(always)]
fn float(x: F32, y: F32) -> F32 {
    let (a, b) = (x.doubles(), y.doubles());
    F32::from_doubles([pow(a[0], b[0]), pow(a[1], b[1])])
}
