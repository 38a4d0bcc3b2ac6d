//! `tan x`.

use crate::lanes::F32;
use crate::math::trig::{tan, tan_short};

crate::unary!(tan, heavy; F64 tan_f64);
crate::unary!(float, heavy; F32 tan_f32);

#[inline(always)]
fn float(x: F32) -> F32 {
    F32::from_doubles(x.doubles().map(tan_short))
}
