import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Turns } from '../../dist/turns.js';

const soon = () => new Promise((resolve) => setTimeout(resolve, 2));

test('so many go on at once, and the others in their order, what fails included', async () => {
  const turns = new Turns(2);
  const begun: number[] = [];
  let now = 0;
  let most = 0;
  const results = await Promise.allSettled(
    Array.from({ length: 9 }, (_, i) =>
      turns.take(async () => {
        begun.push(i);
        most = Math.max(most, ++now);
        await soon();
        now--;
        if (i % 3 === 0) throw new Error(`no ${i}`);
        return i;
      }),
    ),
  );
  assert.equal(begun, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
  assert.is(most, 2);
  assert.equal(
    results.map((result) => (result.status === 'fulfilled' ? result.value : result.reason.message)),
    ['no 0', 1, 2, 'no 3', 4, 5, 'no 6', 7, 8],
  );
});

test('nobody comes before those that wait', async () => {
  const turns = new Turns(1);
  const order: string[] = [];
  const first = turns.take(async () => {
    await soon();
    // Asks again as soon as it is done, as a search does.
    queueMicrotask(() => void turns.take(async () => void order.push('again')));
  });
  const second = turns.take(async () => void order.push('second'));
  await Promise.all([first, second]);
  await soon();
  assert.equal(order, ['second', 'again']);
});

test.run();
