//! `cosh x`.

use crate::lanes::F32;
use crate::math::hyper::cosh;

crate::unary!(cosh, 1; F64 cosh_f64);
crate::unary!(float, 1; F32 cosh_f32);

#[inline(always)]
fn float(x: F32) -> F32 {
    F32::from_doubles(x.doubles().map(cosh))
}
