//! `cos x`.

use crate::lanes::{F32, Many};
use crate::math::trig::{cos, cos_quick, cos_short, cos_short_quick, short_unusual, trig_unusual};

crate::unary!(cos, quick(trig_unusual, cos_quick, 4); F64 cos_f64);
crate::unary!(float, quick(short_unusual, floats, 2); F32 cos_f32);

#[inline(always)]
fn float(x: F32) -> F32 {
    F32::from_doubles(x.doubles().map(cos_short))
}

#[inline(always)]
fn floats(x: Many<F32, 2>) -> Many<F32, 2> {
    Many::from_doubles(cos_short_quick(x.doubles()))
}
