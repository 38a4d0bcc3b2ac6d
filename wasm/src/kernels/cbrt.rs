//! `∛x`.

use crate::lanes::F32;
use crate::math::power::cbrt;

crate::unary!(cbrt, heavy; F64 cbrt_f64);
crate::unary!(float, heavy; F32 cbrt_f32);

#[inline(always)]
fn float(x: F32) -> F32 {
    F32::from_doubles(x.doubles().map(cbrt))
}
