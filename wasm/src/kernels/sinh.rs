//! `sinh x`.

use crate::lanes::F32;
use crate::math::hyper::sinh;

crate::unary!(sinh, heavy; F64 sinh_f64);
crate::unary!(float, heavy; F32 sinh_f32);

#[inline(always)]
fn float(x: F32) -> F32 {
    F32::from_doubles(x.doubles().map(sinh))
}
