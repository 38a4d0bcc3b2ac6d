//! `ln x`.

use crate::lanes::F32;
use crate::math::log::{log, log_short};

crate::unary!(log, 1; F64 log_f64);
crate::unary!(float, 1; F32 log_f32);

#[inline(always)]
fn float(x: F32) -> F32 {
    F32::from_doubles(x.doubles().map(log_short))
}
