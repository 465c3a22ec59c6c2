import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { duration, loss, shorten, table } from '../../../dist/cli/shared/table.js';

const tables = suite('cli/table');

tables('columns are as wide as they must be, numbers stand at the right', () => {
  const text = table(
    [{ title: 'name' }, { title: 'L2', right: true }, { title: '' }],
    [
      ['a', '1.5', 'x'],
      ['longer', '10.25', ''],
    ],
  );
  assert.is(text, ['name       L2', 'a         1.5  x', 'longer  10.25'].join('\n'));
});

tables('a long cell loses its middle', () => {
  assert.is(shorten('a/very/long/path/face.png', 11), 'a/ver…e.png');
  assert.is([...shorten('a/very/long/path/face.png', 10)].length, 10);
  assert.is(shorten('short', 5), 'short');
  assert.is(table([{ title: 'x', most: 3 }], [['abcdef']]), 'x\na…f');
});

tables('durations and losses', () => {
  assert.equal([0, 0.84, 9.94, 9.96, 59.4, 59.6, 185, 3600, 7805].map(duration), [
    '0.0 s',
    '0.8 s',
    '9.9 s',
    '10 s',
    '59 s',
    '1 min 00 s',
    '3 min 05 s',
    '1 h 00 min',
    '2 h 10 min',
  ]);
  assert.equal([0, 1.2e-7, 0.00212, 0.4, 12.3456].map(loss), ['0.00000', '1.2e-7', '0.00212', '0.40000', '12.35']);
});
tables.run();
