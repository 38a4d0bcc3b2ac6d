//! `cos x`.

use crate::lanes::F32;
use crate::math::trig::{cos, cos_quick, cos_short, trig_unusual};

crate::unary!(cos, quick(trig_unusual, cos_quick, 4); F64 cos_f64);
crate::unary!(float, heavy; F32 cos_f32);

#[inline(always)]
fn float(x: F32) -> F32 {
    F32::from_doubles(x.doubles().map(cos_short))
}
