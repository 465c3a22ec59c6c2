import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { labelLines, textWidth } from '../../dist/plot/label.js';

const test = suite('plot/label');

test('long labels go on in more lines, and nothing of them is lost', () => {
  assert.equal(labelLines('short', 100), ['short']);
  const long = 'a label of quite some words that goes on and on, as labels do';
  const lines = labelLines(long, 120);
  assert.ok(lines.length > 2);
  assert.is(lines.join(' '), long);
  const word = 'x'.repeat(90);
  assert.is(labelLines(word, 120).join(''), word);
  for (const line of [...lines, ...labelLines(word, 120)]) assert.ok(textWidth(line) <= 120, line);
});

test.run();
