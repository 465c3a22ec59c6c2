// Generators by path, name and address: what is fetched, and where to.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isAddress } from '../../dist/fetch/address.js';
import { demoModelPath, packagePath } from '../../dist/node/paths.js';
import { knownWeights } from '../../dist/weights/catalogue.js';
import { listWeights } from '../../dist/weights/list.js';
import { type LocateOptions, locateWeights, placeOf } from '../../dist/weights/locate.js';
import { OFFERS, SHIPPED, type WeightsOffer } from '../../dist/weights/offers.js';
import { sendPage, serve, serveBytes, someBytes, type TestServer } from '../fetch/server.js';

const test = suite('weights: locate');

const root = mkdtempSync(join(tmpdir(), 'facewright-locate-'));
process.on('exit', () => rmSync(root, { recursive: true, force: true }));

const bytes = someBytes(5000);
let server: TestServer;
let cache = '';
let count = 0;

test.before(async () => {
  server = await serve((request, response) => {
    if (request.url === '/page.pkl') sendPage(response, '<html><title>Sign in</title>');
    else if (request.url === '/cat.pkl') response.end(Buffer.from('\x89PNG\r\n\x1a\nmeow', 'latin1'));
    else serveBytes(request, response, bytes);
  });
});
test.before.each(() => {
  cache = join(root, String(count++));
  server.asked.length = 0;
});
test.after(() => server.close());

const about = { kind: 'stylegan2', resolution: 256, licence: 'some', page: 'https://example.org/' } as const;
const catalogue = (): WeightsOffer[] => [
  { ...about, name: 'one', title: 'one file', files: [{ url: `${server.origin}/deep/one.pkl?x=1`, bytes: 5000 }] },
  {
    ...about,
    name: 'three',
    title: 'several',
    files: [
      { url: `${server.origin}/a?id=1`, file: 'synthesis.pt' },
      { url: `${server.origin}/a?id=2`, file: 'mapping.pt' },
    ],
  },
  { ...about, name: 'paper', title: 'on a page', files: [] },
];

const locate = (model: string, options: LocateOptions = {}) =>
  locateWeights(model, { cache, catalogue: catalogue(), patience: { tries: 1 }, ...options });

async function fails(model: string, message: RegExp): Promise<void> {
  const error = await locate(model).catch((thrown: Error) => thrown);
  assert.instance(error, Error);
  assert.match((error as Error).message, message);
}

test('a path that exists is taken as it is, also when it is called like a name', async () => {
  const path = join(root, 'mine.pkl');
  writeFileSync(path, 'x');
  assert.equal(await locate(path), { path, offer: undefined });
  const here = process.cwd();
  process.chdir(root);
  try {
    writeFileSync('one', 'x');
    assert.equal(await locate('one'), { path: 'one', offer: undefined });
  } finally {
    rmSync('one');
    process.chdir(here);
  }
  assert.is(server.asked.length, 0);
});

test('a path that does not exist is left to whoever reads it', async () => {
  for (const path of ['missing.pkl', './missing', 'a/b', 'a\\b']) {
    assert.equal(await locate(path), { path, offer: undefined });
  }
});

test('a name: fetched once, told before', async () => {
  const told: string[] = [];
  const onFile: LocateOptions['onFile'] = ({ offer, url, path }) =>
    told.push(`${offer?.licence} ${url} ${existsSync(path)}`);
  const found = await locate('one', { onFile });
  assert.is(found.path, join(cache, 'weights', 'one.pkl'));
  assert.is(found.offer?.name, 'one');
  assert.ok(readFileSync(found.path).equals(bytes));
  assert.equal(told, [`some ${server.origin}/deep/one.pkl?x=1 false`]);
  await locate('one', { onFile });
  assert.is(server.asked.length, 1);
  await locate('one', { onFile, again: true });
  assert.is(server.asked.length, 2);
  assert.equal(readdirSync(join(cache, 'weights')), ['one.pkl']);
});

test('a name of several files: a folder; what is there already is not fetched again', async () => {
  const { path } = await locate('three');
  assert.equal(readdirSync(path).sort(), ['mapping.pt', 'synthesis.pt']);
  rmSync(join(path, 'mapping.pt'));
  await locate('three');
  assert.is(server.asked.length, 3);
  assert.match(server.asked[2].url!, /id=2$/);
});

test('an address: by its own name, apart from others of that name; one of the catalogue is the catalogue’s', async () => {
  const first = await locate(`${server.origin}/x/net.pkl`);
  const second = await locate(`${server.origin}/y/net.pkl`);
  assert.match(first.path, /weights.[0-9a-f]{16}.net\.pkl$/);
  assert.is.not(first.path, second.path);
  await locate(`${server.origin}/x/net.pkl`);
  assert.is(server.asked.length, 2);
  assert.is((await locate(`${server.origin}/deep/one.pkl?x=1`)).offer?.name, 'one');
  const { others } = await listWeights(cache);
  assert.equal(
    others.map(({ bytes: size }) => size),
    [5000, 5000],
  );
});

test('what cannot be had', async () => {
  await fails('tree', /^tree: no such file or folder, and no name of the catalogue;/);
  await fails('ftp://x/y.pkl', /^ftp:\/\/x\/y\.pkl: is no address such as https:\/\/host\/file\.pkl$/);
  await fails('papre', /did you mean paper\?$/);
  await fails(
    'paper',
    /^paper: its owner offers it on a page only: fetch it from https:\/\/example\.org\/ with a browser/,
  );
  await fails(`${server.origin}/page.pkl`, /page\.pkl: a web page came \(“Sign in”\)/);
  await fails(`${server.origin}/cat.pkl`, /cat\.pkl: a PNG picture, not weights; give the address/);
  assert.equal(existsSync(join(cache, 'weights', 'cat.pkl')), false);
});

test('the catalogue itself', async () => {
  const names = OFFERS.map(({ name }) => name);
  assert.is(new Set(names).size, names.length);
  for (const { name, files, licence, page, title } of OFFERS) {
    assert.match(name, /^[a-z][a-z\d-]*$/, 'cannot be taken for a path');
    assert.ok(licence !== '' && title !== '' && isAddress(page), name);
    assert.ok(files.length > 0 || name === SHIPPED, name);
    for (const { url, sha256, file } of files) {
      assert.ok(new URL(url).protocol === 'https:', url);
      assert.match(sha256 ?? 'ab'.repeat(32), /^[0-9a-f]{64}$/);
      assert.is(file === undefined, files.length === 1, name);
    }
  }
  const addresses = OFFERS.flatMap(({ files }) => files.map(({ url }) => url));
  assert.is(new Set(addresses).size, addresses.length);
  assert.is(placeOf(OFFERS.find(({ name }) => name === SHIPPED)!).path, demoModelPath);
  assert.is((await locateWeights(SHIPPED, { cache })).path, demoModelPath);
  const ffhq = OFFERS.find(({ name }) => name === 'ada-ffhq')!;
  assert.is(knownWeights(ffhq.files[0].sha256!)?.licence, ffhq.licence);
});

test('the guide names them all', () => {
  const guide = readFileSync(packagePath('docs', 'weights.md'), 'utf8');
  const rows = guide.split('\n').filter((line) => line.startsWith('| `'));
  const named = rows.flatMap((row) => [...row.split('|')[1].matchAll(/`([a-z][a-z\d-]*)`/g)].map(([, name]) => name));
  assert.equal(
    OFFERS.map(({ name }) => name).filter((name) => !named.includes(name)),
    [],
  );
});

test('the list says what is here', async () => {
  const before = await listWeights(cache);
  assert.equal(before.others, []);
  assert.equal(
    before.offers.filter(({ bytes: size }) => size !== undefined).map(({ offer }) => offer.name),
    [SHIPPED],
  );
});

test.run();
