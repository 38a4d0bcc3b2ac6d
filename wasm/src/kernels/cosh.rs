//! `cosh x`.

use crate::lanes::F32;
use crate::math::hyper::cosh;

crate::unary!(cosh, heavy; F64 cosh_f64);
crate::unary!(float, heavy; F32 cosh_f32);

#[inline(always)]
fn float(x: F32) -> F32 {
    F32::from_doubles(x.doubles().map(cosh))
}
