"""The worst errors of the transcendental kernels on a million and more random operands each, as this machine rounds and
where nothing is fused. Results of 80-bit floating-point numbers are what they are held against: exact to 1/2000 of a
double's last place.

python dense.py [SEED]: needs NumPy, on a processor with 80-bit numbers (x86-64); fails where an error is more than the
kernel's documented one.
"""

import pathlib
import subprocess
import sys
import tempfile

import numpy as np

COUNT = 500_000
HERE = pathlib.Path(__file__).parent
SEED = int(sys.argv[1]) if len(sys.argv) > 1 else 7
random = np.random.default_rng(SEED)


def uniform(low, high):
    return random.uniform(low, high, COUNT)


def sizes(low, high):
    """Numbers of all sizes from 2^low to 2^high, of both signs."""
    return np.ldexp(random.uniform(1, 2, COUNT), random.integers(low, high, COUNT)) * random.choice([-1, 1], COUNT)


def logs():
    return [uniform(0.3, 3), np.abs(sizes(-1022, 1023)), 1 + sizes(-40, -2)]


def angles():
    return [uniform(-10, 10), sizes(-60, 20), sizes(-10, 30)]


# NumPy's function, the most units in the last place, and the operands.
ONE = {
    "exp": (np.exp, 1, [uniform(-1, 1), uniform(-708, 709.7), sizes(-60, 9)]),
    "expm1": (np.expm1, 1, [uniform(-1, 1), uniform(-40, 709), sizes(-60, 8)]),
    "exp2": (np.exp2, 1, [uniform(-1, 1), uniform(-1021, 1023), sizes(-60, 9)]),
    "log": (np.log, 1, logs()),
    "log1p": (np.log1p, 1, [uniform(-0.999, 3), np.abs(sizes(-1000, 1023)), sizes(-60, -1)]),
    "log2": (np.log2, 1, logs()),
    "log10": (np.log10, 1, logs()),
    "sin": (np.sin, 1, angles()),
    "cos": (np.cos, 1, angles()),
    "tan": (np.tan, 2, angles()),
    "asin": (np.arcsin, 1, [uniform(-1, 1), sizes(-60, -1)]),
    "acos": (np.arccos, 1, [uniform(-1, 1), sizes(-60, -1)]),
    "atan": (np.arctan, 1, [uniform(-5, 5), sizes(-60, 1000)]),
    "sinh": (np.sinh, 1, [uniform(-3, 3), uniform(-710, 710), sizes(-60, 3)]),
    "cosh": (np.cosh, 1, [uniform(-3, 3), uniform(-710, 710)]),
    "tanh": (np.tanh, 1, [uniform(-3, 3), uniform(-20, 20), sizes(-60, 3)]),
    "cbrt": (np.cbrt, 1, [uniform(-8, 8), sizes(-1000, 1023)]),
    "sigmoid": (lambda x: 1 / (1 + np.exp(-x)), 1, [uniform(-10, 10), uniform(-700, 40)]),
}
TWO = {
    "pow": (np.power, 2, [(uniform(0, 5), uniform(-100, 100)), (np.abs(sizes(-40, 40)), uniform(-20, 20))]),
    "atan2": (np.arctan2, 1, [(uniform(-5, 5), uniform(-5, 5)), (sizes(-100, 100), sizes(-100, 100))]),
}
ALL = {name: (f, most, [np.concatenate(parts)]) for name, (f, most, parts) in ONE.items()}
for name, (f, most, parts) in TWO.items():
    ALL[name] = (f, most, [np.concatenate([part[i] for part in parts]) for i in range(2)])


def worst(name, got):
    """The largest error, and the operands it is at. Denormal results have last places of their own."""
    f, _, operands = ALL[name]
    exact = f(*[x.astype(np.longdouble) for x in operands])
    rounded = exact.astype(np.float64)
    normal = np.isfinite(rounded) & (np.abs(rounded) >= 2.3e-308)
    same = (got == rounded) | (np.isnan(got) & np.isnan(rounded)) | (np.abs(rounded) < 2.3e-308)
    error = np.where(normal, np.abs(got.astype(np.longdouble) - exact) / np.spacing(np.abs(rounded)), 0)
    error = np.where(normal | same, error, np.inf)
    at = int(np.argmax(error))
    return float(error[at]), [float(x[at]) for x in operands]


if np.finfo(np.longdouble).nmant < 63:
    sys.exit("This processor has no 80-bit floating-point numbers")
failed = False
with tempfile.TemporaryDirectory() as folder, np.errstate(all="ignore"):
    for name, (_, _, operands) in ALL.items():
        np.concatenate(operands).tofile(f"{folder}/in_{name}.f64")
    for kind in ([], ["--unfused"]):
        subprocess.run(["deno", "run", "-A", "--no-check", HERE / "dense.ts", folder, *kind], check=True, cwd=HERE)
        for name, (_, most, operands) in ALL.items():
            error, at = worst(name, np.fromfile(f"{folder}/out_{name}.f64"))
            failed |= not error <= most
            words = "nothing fused" if kind else "this machine"
            print(f"{name:8} {words:14} worst error {error:.4f} of {most} ulp, of {len(operands[0])}, at {at}")
sys.exit(f"An error is too large; the seed was {SEED}" if failed else 0)
