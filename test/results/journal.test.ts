import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { canonical, Journal, type JournalLine, journalName, resultKey } from '../../dist/results/journal.js';
import { readResults } from '../../dist/results/read-results.js';

const test = suite<{ folder: string; path: string }>('results/journal');
test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'facewright-journal-'));
  context.path = join(context.folder, journalName());
});
test.after.each(({ folder }) => rmSync(folder, { recursive: true }));

function line(output: string, change: Partial<JournalLine> = {}): JournalLine {
  return {
    v: 1,
    key: `key of ${output}`,
    status: 'done',
    at: '2026-01-01T00:00:00.000Z',
    input: 'in/ä.png',
    output,
    target: 'ä.target.png',
    seed: 1,
    duplicate: 0,
    restart: 0,
    model: { name: 'm', sha256: 'aa', licence: 'CC0' },
    engine: 'webgpu',
    adapter: 'none',
    options: {},
    steps: 1,
    best_step: 0,
    losses: { L2: 1, TOTAL: 1 },
    eps: 0.002,
    met: false,
    seconds: 1,
    ...change,
  };
}

test('what was appended is there again', async ({ folder, path }) => {
  const first = await Journal.open(folder);
  await first.append(line('a.png'));
  await first.append(line('b.png', { status: 'failed', error: 'no' }));
  await first.close();
  assert.is(readFileSync(path, 'utf8').split('\n').length, 3);
  const second = await Journal.open(folder);
  assert.is(second.lines.length, 2);
  assert.is(second.latest('a.png')?.key, 'key of a.png');
  assert.is(second.latest('b.png'), undefined);
  await second.append(line('a.png', { key: 'later' }));
  assert.is(second.latest('a.png')?.key, 'later');
  await second.close();
});

for (const cut of [1, 20, 300]) {
  test(`a last line that lacks ${cut} bytes is dropped`, async ({ folder, path }) => {
    const whole = `${JSON.stringify(line('a.png'))}\n`;
    const torn = `${JSON.stringify(line('b.png'))}\n`.slice(0, -cut - 1);
    writeFileSync(path, whole + torn);
    const journal = await Journal.open(folder);
    assert.is(journal.lines.length, 1);
    await journal.append(line('c.png'));
    await journal.close();
    assert.is(readFileSync(path, 'utf8'), `${whole}${JSON.stringify(line('c.png'))}\n`);
  });
}

test('a last line that lacks only its end of line is kept', async ({ folder, path }) => {
  writeFileSync(path, JSON.stringify(line('a.png')));
  const journal = await Journal.open(folder);
  assert.is(journal.lines.length, 1);
  await journal.append(line('b.png'));
  await journal.close();
  const again = await Journal.open(folder);
  assert.is(again.lines.length, 2);
  await again.close();
});

test('a file of other origin is refused and left as it is', async ({ folder, path }) => {
  for (const text of ['hello\nworld\n', 'hello', '{"v":2,"key":"","output":""}\n', 'null\n', '[]\n']) {
    writeFileSync(path, text);
    try {
      await Journal.open(folder);
      assert.unreachable();
    } catch (error) {
      assert.match((error as Error).message, /line 1 is not one that this version of facewright wrote/);
    }
    assert.is(readFileSync(path, 'utf8'), text);
  }
});

test('an empty line does no harm', async ({ folder, path }) => {
  writeFileSync(path, `\n${JSON.stringify(line('a.png'))}\n\n`);
  appendFileSync(path, '');
  const journal = await Journal.open(folder);
  assert.is(journal.lines.length, 1);
  await journal.close();
});

test('the key follows from everything, in any order of names', () => {
  const identity = {
    target: 't',
    model: 'm',
    options: { steps: 1, eps: 0.1, badNoise: [3, 1] },
    seed: 0,
    duplicate: 0,
  };
  const key = resultKey(identity);
  assert.match(key, /^[0-9a-f]{32}$/);
  assert.is(resultKey({ ...identity, options: { badNoise: [3, 1], eps: 0.1, steps: 1 } }), key);
  for (const change of [
    { target: 'u' },
    { model: 'n' },
    { seed: 1 },
    { duplicate: 1 },
    { options: { ...identity.options, steps: 2 } },
    { options: { ...identity.options, badNoise: [1, 3] } },
  ]) {
    assert.is.not(resultKey({ ...identity, ...change }), key);
  }
  assert.is(canonical({ b: [{ d: 1, c: null }], a: 'x' }), '{"a":"x","b":[{"c":null,"d":1}]}');
});

test('lines that are added at once stand one after the other', async ({ folder, path }) => {
  const journal = await Journal.open(folder);
  await Promise.all(Array.from({ length: 50 }, (_, i) => journal.append(line(`${i}.png`))));
  await journal.close();
  const outputs = readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((text) => JSON.parse(text).output);
  assert.equal(
    outputs,
    Array.from({ length: 50 }, (_, i) => `${i}.png`),
  );
});

test('what other shards did counts as done, and is theirs to write', async ({ folder }) => {
  const shard = (index: number) => ({ index, count: 2 });
  const second = await Journal.open(folder, 'run', shard(2));
  await second.append(line('b.png'));
  await second.append(line('c.png', { status: 'failed' }));
  appendFileSync(join(folder, 'run.2-of-2.jsonl'), '{"v":1,"key":"to');
  const first = await Journal.open(folder, 'run', shard(1));
  assert.is(first.latest('b.png')?.key, 'key of b.png');
  assert.is(first.lastFailure('c.png')?.key, 'key of c.png');
  await first.append(line('a.png'));
  await Promise.all([first.close(), second.close()]);
  assert.ok(readFileSync(join(folder, 'run.2-of-2.jsonl'), 'utf8').endsWith('{"v":1,"key":"to'), 'it is left alone');
  assert.equal(
    (await readResults(folder)).map(({ output }) => output),
    ['a.png', 'b.png', 'c.png'],
  );
  const whole = await Journal.open(folder);
  assert.is(whole.lines.length, 3);
  await whole.close();
});

test('results: what was found stays found when a later run fails at it', async ({ folder }) => {
  const journal = await Journal.open(folder);
  await journal.append(line('a.png'));
  await journal.append(line('a.png', { status: 'failed', key: 'other' }));
  await journal.append(line('b.png', { status: 'failed' }));
  await journal.append(line('b.png', { seed: 7 }));
  await journal.close();
  assert.equal(
    (await readResults(folder)).map(({ status, seed }) => [status, seed]),
    [
      ['done', 1],
      ['done', 7],
    ],
  );
});

test('what was written last counts, in whatever journal; that there is no face undoes a find', async ({ folder }) => {
  const [whole, shard] = [await Journal.open(folder), await Journal.open(folder, 'run', { index: 1, count: 1 })];
  await whole.append(line('a.png', { seed: 1, at: '2026-01-01T00:00:00.000Z' }));
  await shard.append(line('a.png', { seed: 2, at: '2026-01-02T00:00:00.000Z' }));
  await whole.append(line('b.png', { at: '2026-01-01T00:00:00.000Z' }));
  await whole.append(line('b.png', { status: 'failed', failure: 'no-face', at: '2026-01-02T00:00:00.000Z' }));
  await Promise.all([whole.close(), shard.close()]);
  for (const stem of [undefined, { index: 1, count: 1 }]) {
    const journal = await Journal.open(folder, 'run', stem);
    assert.is(journal.latest('a.png')?.seed, 2);
    await journal.close();
  }
  assert.equal(
    (await readResults(folder)).map(({ seed, status }) => [seed, status]),
    [
      [2, 'done'],
      [1, 'failed'],
    ],
  );
});

test('results: a journal that leads out of its folder is refused', async ({ folder }) => {
  for (const change of [{ output: '../a.png' }, { output: '/etc/a.png' }, { target: 'x/../../a.png' }] as const) {
    const own = join(folder, `${Object.keys(change)[0]}${Object.values(change)[0].length}`);
    const journal = await Journal.open(own);
    await journal.append(line('a.png', change));
    await journal.close();
    try {
      await readResults(own);
      assert.unreachable();
    } catch (error) {
      assert.match((error as Error).message, /its journal names .*, which lies outside/);
    }
  }
});

test.run();
