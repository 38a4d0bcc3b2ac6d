//! `asin x`.

use crate::lanes::F32;
use crate::math::inverse::asin;

crate::unary!(asin, heavy; F64 asin_f64);
crate::unary!(float, heavy; F32 asin_f32);

#[inline(always)]
fn float(x: F32) -> F32 {
    F32::from_doubles(x.doubles().map(asin))
}
