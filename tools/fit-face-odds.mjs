// Fits the weights by which the search for faces in drawings judges, and prints them; they are then copied into
// src/align/drawn-faces.ts and src/align/face-odds.ts.
//
//   node tools/fit-face-odds.mjs test/goldens/landmarks/emoji-list.json
//
// Two logistic regressions over the emoji of four sets, with a face and without: over pairs of holes in a shape (is it a
// pair of eyes?), and over candidates of the looks at the whole (is it a face?). Which candidate of an emoji is its face
// nobody has marked: the likeliest is taken for it, and the fit repeated, until that no longer changes.

import { readFileSync } from 'node:fs';
import { openBundledNetworks } from '../dist/align/bundled-networks.js';
import { DRAWN_SIDE, drawnFaces } from '../dist/align/drawn-faces.js';
import { oddsFeatures } from '../dist/align/face-odds.js';
import { MOST_ASKED } from '../dist/align/find-faces.js';
import { lookAtMeshes } from '../dist/align/mesh-look.js';
import { samplePatch } from '../dist/align/sample.js';
import { lookAtWhole } from '../dist/align/whole-look.js';
import { drawPicture, openEmojiSet, svgSetNames } from '../dist/emoji/sets.js';

const SIDE = 512;
const WHITE = [255, 255, 255];
/** Every so many-th emoji. 1: all. */
const EVERY = Number(process.env.EVERY ?? 1);

const list = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const emoji = [
  ...list.faces.map(({ unified, name, subgroup }) => ({
    unified,
    name,
    kind: subgroup.startsWith('face') ? 'smiley' : 'person',
  })),
  ...list.controls.map(([unified, name]) => ({ unified, name, kind: 'none' })),
].filter((_, i) => i % EVERY === 0);

const networks = await openBundledNetworks();
const pictures = [];
for (const name of svgSetNames) {
  const set = await openEmojiSet(name);
  for (const one of emoji) {
    const drawing = await set.picture(one.unified);
    if (drawing === undefined) continue;
    const picture = await drawPicture(drawing, SIDE, 'white');
    const square = { left: 0, top: 0, side: SIDE };
    const layouts = drawnFaces(samplePatch(picture, square, DRAWN_SIDE, WHITE)).map(({ features }) => features);
    const candidates = lookAtWhole(networks, picture, WHITE).slice(0, MOST_ASKED);
    const meshes = lookAtMeshes(networks, picture, candidates, WHITE);
    const odds = candidates.map((candidate, i) => oddsFeatures(picture, candidate, meshes[i].seen));
    pictures.push({ set: name, ...one, layouts, odds });
  }
  process.stderr.write(`${name}: ${pictures.length} pictures so far\n`);
}

report(
  'drawn faces',
  fit(
    pictures.map(({ kind, layouts }) => ({ kind, candidates: layouts })),
    0.01,
    0.5,
  ),
  'layouts',
);
report(
  'face odds',
  fit(
    pictures.map(({ kind, odds }) => ({ kind, candidates: odds })),
    0.003,
    3,
  ),
  'odds',
);

/** Iteratively reweighted least squares with a ridge, on standardised features; `share`: what all the others weigh to 1. */
function fit(bags, ridge, share) {
  const names = Object.keys(bags.find(({ candidates }) => candidates.length > 0).candidates[0]);
  const rows = bags.map(({ kind, candidates }) => ({
    face: kind !== 'none',
    candidates: candidates.map((features) => names.map((name) => features[name])),
  }));
  const all = rows.flatMap(({ candidates }) => candidates);
  const mean = names.map((name, k) => (name === 'always' ? 0 : average(all.map((row) => row[k]))));
  const spread = names.map((name, k) =>
    name === 'always' ? 1 : Math.sqrt(average(all.map((row) => (row[k] - mean[k]) ** 2))) + 1e-9,
  );
  const standard = (row) => row.map((value, k) => (value - mean[k]) / spread[k]);
  // What the likeliest candidate is at first.
  const first = { others: -1, mouth: 1, shared: 1, bordered: 0.7, sharp: 0.7, soft: 0.7, drawn: 0.7 };
  let weights = names.map((name) => first[name] ?? 0);
  for (let turn = 0; turn < 25; turn++) {
    const x = [];
    const y = [];
    for (const { face, candidates } of rows) {
      const own = candidates.map(standard);
      if (own.length === 0) continue;
      const likeliest = own.reduce((a, b) => (dot(a, weights) >= dot(b, weights) ? a : b));
      for (const row of face ? [likeliest] : own) {
        x.push(row);
        y.push(face ? 1 : 0);
      }
    }
    const faces = y.reduce((a, b) => a + b, 0);
    const others = Math.max(1, (share * faces) / (y.length - faces));
    weights = logistic(
      x,
      y,
      y.map((face) => (face ? 1 : others)),
      ridge,
    );
  }
  const plain = weights.map((weight, k) => weight / spread[k]);
  plain[names.indexOf('always')] = names.reduce(
    (sum, name, k) => sum + (name === 'always' ? weights[k] : (-weights[k] * mean[k]) / spread[k]),
    0,
  );
  return Object.fromEntries(names.map((name, k) => [name, plain[k]]));
}

function logistic(x, y, sample, ridge) {
  const size = x[0].length;
  let weights = new Array(size).fill(0);
  for (let turn = 0; turn < 25; turn++) {
    const gradient = weights.map((weight) => ridge * weight);
    const hessian = weights.map((_, i) => weights.map((_, j) => (i === j ? ridge : 0)));
    for (const [n, row] of x.entries()) {
      const p = 1 / (1 + Math.exp(-Math.min(Math.max(dot(row, weights), -30), 30)));
      const scale = sample[n] / x.length;
      for (let i = 0; i < size; i++) {
        gradient[i] += scale * (p - y[n]) * row[i];
        for (let j = 0; j < size; j++) hessian[i][j] += scale * p * (1 - p) * row[i] * row[j];
      }
    }
    const step = solve(hessian, gradient);
    weights = weights.map((weight, i) => weight - step[i]);
  }
  return weights;
}

/** Gaussian elimination; the matrix is positive definite. */
function solve(matrix, vector) {
  const rows = matrix.map((row, i) => [...row, vector[i]]);
  for (let i = 0; i < rows.length; i++) {
    for (let j = 0; j < rows.length; j++) {
      if (j === i) continue;
      const factor = rows[j][i] / rows[i][i];
      for (let k = i; k <= rows.length; k++) rows[j][k] -= factor * rows[i][k];
    }
  }
  return rows.map((row, i) => row[rows.length] / row[i]);
}

function report(title, weights, key) {
  console.log(`\n${title}`);
  for (const [name, weight] of Object.entries(weights)) console.log(`  ${name}: ${weight.toFixed(2)},`);
  for (const set of svgSetNames) {
    const best = pictures
      .filter((picture) => picture.set === set)
      .map((picture) => ({
        ...picture,
        odds: Math.max(
          -99,
          ...picture[key].map((features) =>
            Object.entries(weights).reduce((sum, [name, w]) => sum + w * features[name], 0),
          ),
        ),
      }));
    const above = (kind, least) => {
      const those = best.filter((picture) => picture.kind === kind);
      return `${((100 * those.filter(({ odds }) => odds > least).length) / those.length).toFixed(1)}`;
    };
    for (const least of [0, 0.5, 1, 1.5, 2, 2.5, 3]) {
      console.log(
        `  ${set} odds > ${least}: people ${above('person', least)} %, smileys ${above('smiley', least)} %, none ${above('none', least)} %`,
      );
    }
    const alarms = best.filter(({ kind }) => kind === 'none').sort((a, b) => b.odds - a.odds);
    console.log(
      `  ${set}: ${alarms
        .slice(0, 6)
        .map(({ name, odds }) => `${name} ${odds.toFixed(1)}`)
        .join(', ')}`,
    );
  }
}

function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function average(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
