//! `erf x`.

use crate::lanes::F32;
use crate::math::error::erf;

crate::unary!(erf, heavy; F64 erf_f64);
crate::unary!(float, heavy; F32 erf_f32);

#[inline(always)]
fn float(x: F32) -> F32 {
    F32::from_doubles(x.doubles().map(erf))
}
