// What the page knows after what happened.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { differing, factsOf } from '../../dist-test/page/state/facts.js';
import { type Action, initialState, reduce, type State } from '../../dist-test/page/state/state.js';
import { facesText, searchText } from '../../dist-test/page/state/words.js';
import { asked, film, found, info, pixels, told } from './about.js';

const test = suite('web state');
const after = (actions: readonly Action[], state: State = initialState) => actions.reduce(reduce, state);
const started = after([
  { type: 'ready', info },
  { type: 'start', asked, now: 1000 },
]);
const say = (state: State, now = 1000) => searchText(state.search!, now);

test('a generator that is ready brings the settings with it, and one that fails leaves the other', () => {
  const ready = after([
    { type: 'readying', readying: { what: 'weights', share: 0.5 } },
    { type: 'ready', info },
  ]);
  assert.equal(ready.model, { info });
  assert.is(ready.settings?.size, '16');
  const typed = after(
    [
      { type: 'setting', field: 'seed', text: '9' },
      { type: 'ready', info },
    ],
    ready,
  );
  assert.is(typed.settings?.seed, '9');
  const failure = { kind: 'no-generator', message: 'mine: no' } as const;
  const failed = after(
    [
      { type: 'readying', readying: { what: 'weights' } },
      { type: 'unready', failure },
    ],
    ready,
  );
  assert.equal(failed.model, { info, failure });
});

test('a picture begins with its middle, and ends the complaint about another', () => {
  const picture = { name: 'a', address: 'blob:a', width: 30, height: 20 };
  const state = after([
    { type: 'no picture', complaint: 'b: none' },
    { type: 'picture', picture, look: false },
  ]);
  assert.equal(state.frame, { left: 5, top: 0, side: 20 });
  assert.is(state.pictureComplaint, undefined);
});

const photo = { name: 'a', address: 'blob:a', width: 300, height: 200 };
const seen = [
  { frame: { left: 20, top: 30, side: 90 }, turned: 3 },
  { frame: { left: 200, top: 10, side: 40 }, turned: -14.4 },
];
const looking = after([{ type: 'picture', picture: photo, look: true }]);
const looked: Action = { type: 'faces', picture: photo, faces: { state: 'looked', seen } };
const sayFaces = (state: State) => facesText(state.faces!, state.frame!);

test('the frame goes to the largest face, and to another where that is chosen', () => {
  assert.is(sayFaces(looking), 'Looking for a face …');
  const state = after([looked], looking);
  assert.equal(state.frame, seen[0].frame);
  assert.is(sayFaces(state), '2 faces were found, the largest first. The square is around the largest.');
  const other = after([{ type: 'frame', frame: seen[1].frame }], state);
  assert.match(sayFaces(other), /The square is around another, which is turned by 14°\.$/);
  const one = after([{ ...looked, faces: { state: 'looked', seen: seen.slice(0, 1) } }], looking);
  assert.is(sayFaces(one), 'A face was found. The square is around it.');
});

test('a frame that was moved stays, and so it does where no face was found', () => {
  const moved = { left: 1, top: 2, side: 90 };
  const state = after([{ type: 'frame', frame: moved }, looked], looking);
  assert.equal(state.frame, moved);
  assert.is(sayFaces(state), '2 faces were found, the largest first.');
  const none = after([{ ...looked, faces: { state: 'looked', seen: [] } }], looking);
  assert.equal(none.frame, { left: 50, top: 0, side: 200 });
  assert.match(sayFaces(none), /^No face was found; cut the square/);
});

test('the faces of another picture are nobody’s', () => {
  const emoji = { ...photo, address: 'blob:b' };
  const state = after([{ type: 'picture', picture: emoji, look: false }, looked], looking);
  assert.is(state.faces, undefined);
  assert.equal(state.frame, { left: 50, top: 0, side: 200 });
});

test('steps that come together are as those that come one by one', () => {
  const steps = [told(1, 0.5), told(2, 0.4), told(1, 0.3, 1), told(2, 0.2, 1)];
  const oneByOne = after(
    steps.map((one) => ({ type: 'steps' as const, steps: [one] })),
    started,
  );
  assert.equal(after([{ type: 'steps', steps }], started), oneByOne);
  assert.is(oneByOne.search!.trace.length, 2);
});

test('a search is told step by step', () => {
  assert.is(say(started, 13_400), 'compiling 12 s');
  const stepped = after(
    [told(1, 0.5), told(2, 0.25)].map((one) => ({ type: 'steps', steps: [one] })),
    started,
  );
  assert.is(say(stepped), 'step 2 of 100: L2 0.2500');
  assert.equal(
    stepped.search!.trace.map(({ L2 }) => L2),
    [0.5, 0.25],
  );
  assert.equal(stepped.search!.face, pixels(128));
});

test('a backend that tells no faces on the way shows that of the end', () => {
  const { face: _, ...faceless } = told(1, 0.5);
  const state = after([{ type: 'steps', steps: [faceless] }], started);
  assert.is(state.search!.face, undefined);
  assert.equal(after([{ type: 'found', result: found(0.1), film }], state).search!.face, pixels(128));
});

test('each restart has a curve of its own', () => {
  const steps = [told(1, 0.5), told(2, 0.4), told(1, 0.3, 1)];
  const restarts = reduce(started, { type: 'start', asked: { ...asked, restarts: 2 }, now: 0 });
  const state = after(
    steps.map((one) => ({ type: 'steps', steps: [one] })),
    restarts,
  );
  assert.equal(
    state.search!.trace.map(({ L2 }) => L2),
    [0.3],
  );
  assert.is(say(state), 'restart 2 of 2, step 1 of 100: L2 0.3000');
});

test('what was found is kept, the latest first', () => {
  const state = after(
    [
      { type: 'found', result: found(0.0015), film },
      { type: 'stopped' },
      { type: 'start', asked: { ...asked, seed: 1 }, now: 0 },
      { type: 'found', result: found(0.0031), film },
    ],
    started,
  );
  assert.is(say(state), 'missed: L2 0.0031, beyond eps 0.002; best at step 73');
  assert.equal(
    state.kept.map(({ id, asked: { seed } }) => [id, seed]),
    [
      [2, 1],
      [1, 0],
    ],
  );
  const fewer = after(
    [
      { type: 'compare', id: 1, compared: true },
      { type: 'remove', id: 2 },
    ],
    state,
  );
  assert.equal(
    fewer.kept.map(({ id, compared }) => [id, compared]),
    [[1, true]],
  );
  assert.equal(differing(state.kept.map(factsOf)), [
    { Outcome: 'missed', L2: '0.0031', 'Best step': '73 of 100', Seed: '1' },
    { Outcome: 'met', L2: '0.0015', 'Best step': '73 of 100', Seed: '0' },
  ]);
});

test('a search that was stopped or failed says where, and hears no more', () => {
  const stepped = after([{ type: 'steps', steps: [told(40, 0.0031)] }], started);
  const stopped = after([{ type: 'stopped' }, { type: 'steps', steps: [told(41, 0.003)] }], stepped);
  assert.is(say(stopped), 'stopped at step 40 of 100: L2 0.0031');
  assert.is(say(after([{ type: 'stopped' }], started)), 'stopped');
  const failure = { kind: 'lost', message: 'a smaller --batch' } as const;
  const failed = after([{ type: 'failed', failure }, { type: 'stopped' }], stepped);
  assert.is(say(failed), 'failed: the GPU was lost');
  assert.is(failed.kept.length, 0);
});

test.run();
