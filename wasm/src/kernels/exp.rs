//! `e^x`.

use crate::lanes::F32;
use crate::math::exp::{exp, exp_short};

crate::unary!(exp, heavy; F64 exp_f64);
crate::unary!(float, heavy; F32 exp_f32);

#[inline(always)]
fn float(x: F32) -> F32 {
    F32::from_doubles(x.doubles().map(exp_short))
}
