//! `e^x`.

use crate::lanes::F32;
use crate::math::exp::{exp, exp_quick, exp_short, exp_unusual};

crate::unary!(exp, quick(exp_unusual, exp_quick, 4); F64 exp_f64);
crate::unary!(float, heavy; F32 exp_f32);

#[inline(always)]
fn float(x: F32) -> F32 {
    F32::from_doubles(x.doubles().map(exp_short))
}
