import { checkOut, plainArray } from "./_operand.ts";
import { defineWhole, integerOption, numberOption } from "./_whole.ts";
import { arrayInput } from "./_operand.ts";
import { type PlanOptions, Workspace } from "./plan.ts";
import type { ImageKernel } from "./signatures.ts";

/** Rows of a slice: few, since some take a hundred times as long as others. */
const ROWS = 4;

/**
 * The Mandelbrot set: for each pixel of a `width` by `height` image how many iterations of `z² + c`, at most
 * `iterations` (default 200), stay within 2. The image begins at `left + i·top` (default -2 - 1.25i), a pixel is `step`
 * (default `2.5 / width`) wide. A whole program as a kernel; the operand is the array of `i32` that is filled.
 *
 * @example
 * ```ts
 * import { mandelbrot } from "@lanes/lanes/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * const image = mandelbrot(new Int32Array(16 * 16), { width: 16, height: 16 });
 * assertEquals(image[8 * 16 + 12], 200);
 * ```
 */
export const mandelbrot: ImageKernel = defineWhole<ImageKernel>({
  name: "mandelbrot",
  arity: 1,
  dtypes: ["i32"],
  reference: (image: Int32Array, options: PlanOptions) => {
    const { width, height, left, top, step, iterations } = shape(options);
    return image.map((_, i) =>
      i < width * height ? escape(left + (i % width) * step, top + Math.floor(i / width) * step, iterations) : 0
    );
  },
  plan: ([operand], options) => {
    const { width, height, left, top, step, iterations } = shape(options);
    const length = width * height;
    const out = checkOut("mandelbrot", options.out ?? operand ?? plainArray("i32", length), "i32", length);
    const space = new Workspace();
    const to = space.result(arrayInput(out.value)!);
    space.open();
    return {
      job: space.job([{
        name: "mandelbrot",
        slices: Math.ceil(height / ROWS),
        args: [space.at(to), width, left, top, step, iterations, [0, ROWS], [ROWS, height, 1]],
      }]),
      cost: length * iterations * 0.0005,
      finish: () => {
        space.copyOut();
        return out.value;
      },
      dispose: () => space.close(),
    };
  },
});

interface Shape {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly top: number;
  readonly step: number;
  readonly iterations: number;
}

function shape(options: PlanOptions): Shape {
  const width = integerOption("mandelbrot", options, "width", 1);
  return {
    width,
    height: integerOption("mandelbrot", options, "height", 1),
    left: numberOption("mandelbrot", options, "left", -2),
    top: numberOption("mandelbrot", options, "top", -1.25),
    step: numberOption("mandelbrot", options, "step", 2.5 / width),
    iterations: integerOption("mandelbrot", { iterations: options.iterations ?? 200 }, "iterations", 1),
  };
}

function escape(x: number, y: number, iterations: number): number {
  let a = 0, b = 0, count = 0;
  while (count < iterations && a * a + b * b <= 4) {
    [a, b] = [a * a - b * b + x, (a + a) * b + y];
    count++;
  }
  return count;
}
