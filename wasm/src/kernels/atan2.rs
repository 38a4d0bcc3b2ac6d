//! `the angle of the point (x, y)`.

use crate::lanes::F32;
use crate::math::inverse::atan2;

crate::binary!(atan2, heavy; F64 atan2_f64);
crate::binary!(float, heavy; F32 atan2_f32);

#[inline(always)]
fn float(x: F32, y: F32) -> F32 {
    let (a, b) = (x.doubles(), y.doubles());
    F32::from_doubles([atan2(a[0], b[0]), atan2(a[1], b[1])])
}
