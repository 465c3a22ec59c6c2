// Bytes on the disk, read through a window.

import { appendFile, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { partOf, sourceOf } from '../../dist/weights/byte-source.js';
import { ByteReader } from '../../dist/weights/bytes.js';
import { openFile, withFile } from '../../dist/weights/read-file.js';
import { inTemporaryFolder, refuses, refusesLater, SOURCE } from './refuses.js';

/** More than two windows of numbers, with a line feed at the end. */
const BYTES = Uint8Array.from({ length: 150_001 }, (_, at) => (at === 150_000 ? 0x0a : 0x20 + (at % 61)));

async function withBytes(action: (path: string) => Promise<void>): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    const path = join(folder, 'bytes');
    await writeFile(path, BYTES);
    await action(path);
  });
}

test('a file and memory give the same, across the borders of windows', async () => {
  await withBytes(async (path) => {
    await withFile(path, (file) => {
      for (const source of [file, sourceOf(BYTES), partOf(sourceOf(Uint8Array.from([9, ...BYTES, 9])), 1, 150_002)]) {
        const reader = new ByteReader(source, SOURCE);
        assert.is(reader.length, BYTES.length);
        let sum = 0;
        while (reader.remaining > 0) sum += reader.u8();
        assert.is(
          sum,
          BYTES.reduce((total, byte) => total + byte, 0),
        );
        for (const at of [0, 65_533, 65_535, 65_536, 79_999]) {
          reader.offset = at;
          assert.is(reader.u32(), Buffer.from(BYTES).readUInt32LE(at));
          reader.offset = at;
          assert.equal([...reader.take(70_000)], [...BYTES.subarray(at, at + 70_000)]);
        }
        reader.offset = 3;
        assert.is(reader.line(1e6).length, 150_000 - 3, 'a line longer than two windows');
        assert.is(reader.remaining, 0);
        reader.offset = 100;
        const span = reader.span(100_000);
        assert.is(reader.offset, 100_100);
        assert.equal([...span.copy(99_990, 100_000)], [...BYTES.subarray(100_090, 100_100)]);
        assert.is(span.copy(10, 20).buffer.byteLength, 10, 'a copy shares its memory with nothing');
        refuses(() => reader.take(50_000), /ends too early, at byte 150001 where 99 more are expected/);
      }
      assert.equal(Buffer.concat([...file.pieces()].map((piece) => Buffer.from(piece))), Buffer.from(BYTES));
    });
  });
});

test('lines that have no end', () => {
  const reader = new ByteReader(BYTES.subarray(0, 2000), SOURCE);
  refuses(() => reader.line(1000), /the line at byte 0 has no end/);
  refuses(() => new ByteReader(BYTES.subarray(0, 500), SOURCE).line(1000), /ends too early/);
});

test('a file that changes while it is read', async () => {
  await withBytes(async (path) => {
    const shorter = withFile(path, async (file) => {
      await truncate(path, 10);
      file.copy(0, 20);
    });
    await refusesLater(shorter, /became shorter while it was read/, path);
    await withFile(path, async (file) => {
      await appendFile(path, 'more');
      assert.is(file.copy(0, file.length).length, 10, 'what is added is not seen');
    });
  });
});

test('a file that is open for long says when it was written to, and when it was closed', async () => {
  await withBytes(async (path) => {
    const file = await openFile(path);
    file.checkUnchanged();
    await utimes(path, 1, 1);
    refuses(() => file.checkUnchanged(), /was written to since it was opened; open it anew/, path);
    file.close();
    file.close();
    refuses(() => file.copy(0, 1), /was closed before all of it was read/, path);
  });
});

test.run();
