//! `ln x`.

use crate::lanes::F32;
use crate::math::log::{log, log_short};

crate::unary!(log, heavy; F64 log_f64);
crate::unary!(float, heavy; F32 log_f32);

#[inline(always)]
fn float(x: F32) -> F32 {
    F32::from_doubles(x.doubles().map(log_short))
}
