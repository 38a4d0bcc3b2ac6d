import { assertEquals } from "@std/assert";
import { judge } from "./program.ts";
import { ROWS } from "./rows.ts";

for (const isolation of ["worker", "process"] as const) {
  for (const row of ROWS.filter(({ only = isolation }) => only === isolation)) {
    Deno.test(`a pool with isolation ${isolation} survives: ${row.name}`, async () => {
      assertEquals((await judge(row, isolation)).wrong, []);
    });
  }
}
