//! `e^x`.

use crate::lanes::{F32, Many};
use crate::math::exp::{exp, exp_quick, exp_short, exp_short_quick, exp_unusual, short_unusual};

crate::unary!(exp, quick(exp_unusual, exp_quick, 4); F64 exp_f64);
crate::unary!(float, quick(short_unusual, floats, 2); F32 exp_f32);

#[inline(always)]
fn float(x: F32) -> F32 {
    F32::from_doubles(x.doubles().map(exp_short))
}

#[inline(always)]
fn floats(x: Many<F32, 2>) -> Many<F32, 2> {
    Many::from_doubles(exp_short_quick(x.doubles()))
}
