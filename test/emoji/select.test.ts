import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { articleCategories, categoriesOf } from '../../dist/emoji/categories.js';
import { allEmoji, type SelectOptions, selectEmoji } from '../../dist/emoji/select.js';
import { codePointsOf, emojiTable, slugOf } from '../../dist/emoji/unicode.js';

const table = await emojiTable();
const PLAIN: SelectOptions = { tones: ['none'], seed: 1 };
const named = (words: string[], options = PLAIN) => selectEmoji(table, words, options).map(({ name }) => name);

const unicode = suite('emoji/unicode');

unicode('has the emoji of Unicode 17 with their groups', () => {
  assert.ok(table.all.length > 1900);
  assert.equal(table.groups.slice(0, 2), ['smileys-emotion', 'people-body']);
  const distorted = table.byCodePoints('1fAEa')!;
  assert.equal([distorted.name, distorted.tone], ['distorted face', 'none']);
  assert.ok(distorted.subgroup.startsWith('face-'));
});

unicode('knows a variant by its tone and its base', () => {
  const bearded = table.byCodePoints('1f9d4-1f3fd')!;
  assert.equal(
    [bearded.tone, bearded.base, bearded.name, bearded.baseName, bearded.character],
    ['medium', '1f9d4', 'person: medium skin tone, beard', 'person: beard', '🧔🏽'],
  );
  assert.is(table.byCodePoints('1f9d1-1f3fb-200d-1f91d-200d-1f9d1-1f3ff')!.tone, 'mixed');
  assert.is(table.byCodePoints('1f9d1-1f3fb-200d-1f91d-200d-1f9d1-1f3fb')!.tone, 'light');
});

unicode('finds emoji with variation selectors and without', () => {
  const frowning = table.byCodePoints('2639')!;
  assert.is(frowning, table.byCodePoints('2639-fe0f'));
  assert.is(table.byCodePoints(codePointsOf('🏴‍☠️'))!.name, 'pirate flag');
});

unicode('gives every emoji a slug of its own', () => {
  const names = table.all.flatMap((base) => [base, ...base.variants]).map(({ name }) => slugOf(name));
  assert.is(new Set(names).size, names.length);
  assert.ok(names.every((name) => /^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)));
});

unicode.run();

const select = suite('emoji/select');

select('takes emoji, code points, names and slugs', () => {
  assert.equal(named(['👩🏽‍🍳 😀']), ['grinning face', 'woman cook: medium skin tone']);
  for (const word of [
    '1f9d4-1f3fb',
    'U+1F9D4 U+1F3FB',
    '1F9D4_1F3FB',
    'person: light skin tone, beard',
    'person-light-skin-tone-beard',
  ]) {
    assert.equal(named([word]), ['person: light skin tone, beard'], word);
  }
  assert.equal(named(['#️⃣', 'a9']), ['copyright', 'keycap: #']);
});

select('takes groups, subgroups, patterns and categories', () => {
  const role = selectEmoji(table, ['person-role'], PLAIN);
  assert.ok(role.length > 50 && role.every(({ subgroup }) => subgroup === 'person-role'));
  assert.ok(selectEmoji(table, ['Smileys & Emotion'], PLAIN).every(({ group }) => group === 'smileys-emotion'));
  const faces = selectEmoji(table, ['face-*'], PLAIN);
  assert.ok(faces.length > 100 && faces.every(({ subgroup }) => subgroup.startsWith('face-')));
  assert.ok(!faces.some(({ subgroup }) => subgroup === 'cat-face'));
  assert.equal(named(['red-hair']), ['man: red hair', 'woman: red hair', 'person: red hair']);
  assert.ok(named(['person-*']).includes('woman'), 'person-* means person as well');
  assert.equal(named(['santa-claus']), named(['category:santa-claus']));
  assert.equal(named(['name:glasses']), ['glasses']);
  assert.equal(named(['Massage: hands at the head']), named(['massage']));
});

select('names an emoji once, in the order of Unicode', () => {
  assert.equal(named(['🧔', '😀', '1f9d4', 'grinning face']), ['grinning face', 'person: beard']);
});

select('asks what is meant by a word with two meanings', () => {
  assert.throws(
    () => named(['cat-face']),
    /cat-face: is a name and a subgroup; say name:cat-face or subgroup:cat-face/,
  );
  assert.equal(named(['name:cat-face']), ['cat face']);
  assert.ok(named(['subgroup:cat-face']).length > 5);
});

select('says what may have been meant', () => {
  assert.throws(() => named(['grinn']), /grinn: names no emoji; did you mean .*grinning-face/);
  assert.throws(() => named(['xyzzy']), /xyzzy: names no emoji; an emoji, its code points/);
  assert.throws(() => named(['👩‍👩']), /1f469-200d-1f469 is no emoji/);
  assert.throws(() => named(['1f3f']), /names no emoji/);
});

select('adds the tones that are asked for, where there are any', () => {
  assert.equal(named(['😀', '🧔'], { tones: ['light', 'dark'], seed: 1 }), [
    'grinning face',
    'person: light skin tone, beard',
    'person: dark skin tone, beard',
  ]);
  assert.is(named(['🧔'], { tones: ['all'], seed: 1 }).length, 6);
  assert.is(named(['people holding hands'], { tones: ['mixed'], seed: 1 }).length, 20);
  // What is named in a tone is meant in that tone.
  assert.equal(named(['🧔🏿'], { tones: ['light'], seed: 1 }), ['person: dark skin tone, beard']);
});

select('draws tones at random: the same for the same seed, whatever else is selected', () => {
  const random = (words: string[], seed: number) => selectEmoji(table, words, { tones: ['random'], seed });
  const alone = random(['🧔'], 3);
  assert.equal(
    random(['person-*', '🧔'], 3).filter(({ base }) => base === '1f9d4'),
    alone,
  );
  const tones = random(['person-role', 'person-sport'], 3).map(({ tone }) => tone);
  const counts = ['light', 'medium-light', 'medium', 'medium-dark', 'dark'].map(
    (tone) => tones.filter((one) => one === tone).length,
  );
  // About 120 draws: each tone about 24 times.
  assert.ok(
    counts.every((count) => count > 8 && count < 45),
    `${counts}`,
  );
  assert.not.equal(
    tones,
    random(['person-role', 'person-sport'], 4).map(({ tone }) => tone),
  );
});

select('all are all', () => {
  assert.is(allEmoji(table, PLAIN).length, table.all.length - 9, 'all but five tones and four hair styles');
});

select.run();

const categories = suite('emoji/categories');

categories("are the article's, of emoji that there are, without tones", () => {
  assert.is(articleCategories.length, 33);
  assert.is(new Set(articleCategories.map(({ slug }) => slug)).size, articleCategories.length);
  for (const { slug, emoji } of articleCategories) {
    assert.is(new Set(emoji).size, emoji.length, slug);
    for (const character of emoji) {
      const known = table.byCodePoints(codePointsOf(character));
      assert.is(known?.tone, 'none', `${slug}: ${character}`);
      assert.ok(categoriesOf(known!.base).includes(slug), `${slug}: ${character}`);
    }
  }
});

categories.run();
