import { assertEquals } from "@std/assert";
import { judge } from "./program.ts";
import { ROWS } from "./rows.ts";

for (const row of ROWS) {
  Deno.test(`a pool survives: ${row.name}`, async () => {
    assertEquals((await judge(row)).wrong, []);
  });
}
