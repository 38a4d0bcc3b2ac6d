import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { AtomicFile } from "../../lib/cli/_atomic_file.ts";
import { CommandError } from "../../lib/cli/_error.ts";

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function names(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map((entry) => entry.name).sort();
}

Deno.test("AtomicFile.commit() makes the file appear, nothing is there before", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/out`;
    await using file = await AtomicFile.create(path);
    await file.write(new TextEncoder().encode("whole"));
    await assertRejects(() => Deno.stat(path), Deno.errors.NotFound);
    await file.commit();
    assertEquals(names(folder), ["out"]);
    assertEquals(await Deno.readTextFile(path), "whole");
  });
});

Deno.test("AtomicFile leaves an old file and no rest when it is disposed without a commit", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/out`;
    await Deno.writeTextFile(path, "old");
    {
      await using file = await AtomicFile.create(path);
      await file.write(new Uint8Array(100));
    }
    assertEquals(names(folder), ["out"]);
    assertEquals(await Deno.readTextFile(path), "old");
  });
});

Deno.test("AtomicFile.discard() removes what was written, and does nothing after a commit", async () => {
  await inFolder(async (folder) => {
    const gone = await AtomicFile.create(`${folder}/gone`);
    gone.discard();
    gone.discard();
    const kept = await AtomicFile.create(`${folder}/kept`);
    await kept.commit();
    kept.discard();
    assertEquals(names(folder), ["kept"]);
  });
});

Deno.test({
  name: "AtomicFile.commit() keeps the old file's mode, and writes where a link leads",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await inFolder(async (folder) => {
      await Deno.mkdir(`${folder}/there`);
      await Deno.writeTextFile(`${folder}/there/old`, "old");
      await Deno.chmod(`${folder}/there/old`, 0o640);
      await Deno.symlink(`${folder}/there/old`, `${folder}/link`);
      await using file = await AtomicFile.create(`${folder}/link`);
      await file.write(new TextEncoder().encode("new"));
      await file.commit();
      assertEquals(await Deno.readTextFile(`${folder}/there/old`), "new");
      assertEquals((await Deno.stat(`${folder}/there/old`)).mode! & 0o777, 0o640);
      assertEquals((await Deno.lstat(`${folder}/link`)).isSymlink, true);
      assertEquals(names(`${folder}/there`), ["old"]);
    });
  },
});

Deno.test("AtomicFile.create() refuses what cannot be a file", async () => {
  await inFolder(async (folder) => {
    const rows: [string, RegExp][] = [
      [folder, /^it is a directory$/],
      [`${folder}/`, /^it does not name a file$/],
      [`${folder}/no/such/folder`, /^no such file or directory$/],
      ["/dev/null/x", /^not a directory$/],
    ];
    if (Deno.build.os === "linux") rows.push(["/dev/null", /^it is not a regular file$/]);
    for (const [path, message] of rows) {
      const error = await assertRejects(() => AtomicFile.create(path), CommandError);
      assertMatch(error.message, message);
    }
    assertEquals(names(folder), []);
  });
});
