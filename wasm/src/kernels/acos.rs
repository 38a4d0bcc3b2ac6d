//! `acos x`.

use crate::lanes::F32;
use crate::math::inverse::acos;

crate::unary!(acos, heavy; F64 acos_f64);
crate::unary!(float, heavy; F32 acos_f32);

#[inline(always)]
fn float(x: F32) -> F32 {
    F32::from_doubles(x.doubles().map(acos))
}
