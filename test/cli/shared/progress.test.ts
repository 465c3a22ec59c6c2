import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Progress } from '../../../dist/cli/shared/progress.js';

const progress = suite('cli/progress');

progress('without a terminal: no more than a line now and then', () => {
  let written = '';
  const bar = new Progress(1000, {
    write: (text) => {
      written += text;
    },
  });
  for (let done = 0; done <= 1000; done++) bar.update({ done, count: '1 of 2 done', L2: 0.5 });
  bar.aside(() => {});
  bar.end();
  assert.is(written, '');
});
progress.run();
