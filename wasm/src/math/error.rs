//! The error function: a polynomial up to 1, beyond `1 - e^(-x²)·f(x)`.

use super::exp::{clamp, exp_pair, scale};
use super::{HALF, ONE, Pair, head};
use crate::lanes::Doubles;

tables! {
    /// `erf(x)/x - 1` by powers of x².
    NEAR: 13 = [ 0.128_379_167_095_512_58, -0.376_126_389_031_838_76, 0.112_837_916_709_587_83, -2.686_617_064_563_193e-2, 5.223_977_629_246_368e-3, -8.548_327_199_419_399e-4, 1.205_533_816_424_733_6e-4, -1.492_574_826_097_549_3e-5, 1.646_324_876_660_785_8e-6, -1.637_238_879_294_508_5e-7, 1.479_847_879_820_804_6e-8, -1.187_705_040_890_430_5e-9, 6.763_673_045_041_452e-11, ];
    /// `erfc(x)·e^(x²)` by powers of `1 / (1 + x/2) - 0.45`, from 1 to 6.1.
    FAR: 15 = [ 0.215_015_137_249_648_2, 0.762_410_386_694_211_5, 0.873_028_372_109_314_6, 0.614_448_146_760_403_3, 0.113_131_391_721_709_94, -0.201_204_870_187_850_94, -9.646_383_437_471_721e-2, 0.112_905_693_463_678_13, 5.316_077_218_511_302e-2, -9.411_320_528_635_694e-2, -1.154_022_551_874_354e-2, 8.533_371_185_255_352e-2, -3.281_793_996_832_949e-2, -5.956_556_141_413_143e-2, 6.070_756_686_228_357_5e-2, ];
}

#[inline(always)]
pub fn erf<V: Doubles>(x: V) -> V {
    let a = x.abs();
    let z = a.mul(a);
    let near = a.madd(NEAR.poly(z), a);
    if a.lt(ONE.v()).all() {
        return near.copysign(x);
    }
    let b = clamp(a, ONE.v(), V::num(6.0));
    let t = ONE.v::<V>().div(ONE.v::<V>().add(b.mul(HALF.v()))).sub(V::num(0.45));
    // -x² as a pair: the square of its first half, and the rest.
    let h = head(b);
    let square = Pair { hi: h.mul(h).neg(), lo: h.sub(b).mul(h.add(b)) };
    let (e, reduced) = exp_pair(square);
    let far = ONE.v::<V>().sub(scale(e.value(), reduced.shift).mul(FAR.poly(t)));
    let y = a.lt(ONE.v()).select(near, far);
    a.eq(a).select(y, a).copysign(x)
}
