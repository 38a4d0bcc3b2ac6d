//! `ln x`.

use crate::lanes::F32;
use crate::math::log::{log, log_quick, log_short, log_unusual};

crate::unary!(log, quick(log_unusual, log_quick, 4); F64 log_f64);
crate::unary!(float, heavy; F32 log_f32);

#[inline(always)]
fn float(x: F32) -> F32 {
    F32::from_doubles(x.doubles().map(log_short))
}
