// The API as its clients see it: a server on a port of its own, asked with fetch.

import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import * as assert from 'uvu/assert';
import type { Engine } from '../../dist/engine/engine.js';
import { toRgb8 } from '../../dist/image/write.js';
import type { Generator } from '../../dist/model/generator.js';
import { defaultSearchOptions } from '../../dist/pulse/options.js';
import { search } from '../../dist/pulse/search.js';
import { randomStart } from '../../dist/pulse/start.js';
import { notesIn } from '../../dist/results/picture-notes.js';
import { serveApi } from '../../dist/serve/api.js';
import { usualLimits } from '../../dist/serve/limits.js';
import { type FaceServer, serveFaces } from '../../dist/serve/server.js';
import { engineSuite, openTestEngine, quickestEngine } from '../engines.js';
import { tinyGenerator } from '../tiny-generator.js';

const test = engineSuite(quickestEngine, 'serve: the API');
let engine: Engine;
let generator: Generator;
let server: FaceServer;
let picture: Blob;

test.before(async () => {
  engine = await openTestEngine(quickestEngine);
  generator = tinyGenerator(engine);
  server = await serveFaces(generator, { port: 0, waiting: 60, bytes: 200_000, pixels: 10_000 });
  picture = await pictureOf(8, '#c98');
});
test.after(async () => {
  await server.close();
  generator.close();
  engine.close();
});

async function pictureOf(side: number, background: string): Promise<Blob> {
  const png = await sharp({ create: { width: side, height: side, channels: 3, background } })
    .png()
    .toBuffer();
  return new Blob([new Uint8Array(png)], { type: 'image/png' });
}

type Fields = Record<string, string | number | boolean | Blob>;

function ask(others: Fields = {}, url = server.url): Promise<Response> {
  const form = new FormData();
  for (const [name, value] of Object.entries({ picture, size: 4, steps: 3, ...others })) {
    if (value instanceof Blob) form.append(name, value, 'face.png');
    else form.append(name, `${value}`);
  }
  return fetch(`${url}/v1/searches`, { method: 'POST', body: form });
}

interface Summary {
  readonly id: string;
  readonly state: string;
  readonly last: { readonly type: string };
  readonly events: string;
  readonly face: string;
  readonly target: string;
}

async function asked(others?: Fields, url?: string): Promise<Summary> {
  const response = await ask(others, url);
  assert.is(response.status, 201);
  return (await response.json()) as Summary;
}

interface Heard {
  readonly id: number;
  readonly event: string;
  readonly data: Record<string, unknown>;
}

/** The events of a text/event-stream. */
function eventsIn(text: string): Heard[] {
  return text
    .split('\n\n')
    .filter((block) => block.includes('event:'))
    .map((block) => {
      const line = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)![1];
      return { id: Number(line('id')), event: line('event'), data: JSON.parse(line('data')) };
    });
}

async function hear({ events }: Summary, headers: Record<string, string> = {}): Promise<Heard[]> {
  return eventsIn(await (await fetch(server.url + events, { headers })).text());
}

async function errorOf(response: Response): Promise<string> {
  return ((await response.json()) as { error: string }).error;
}

test('a whole search: told step by step, and the same face as anywhere else, to the bit', async () => {
  const summary = await asked({ seed: 5, steps: 6, fit: 'crop' });
  const heard = await hear(summary);
  assert.equal(
    heard.map(({ event }) => event),
    ['waiting', 'begun', ...Array(6).fill('step'), 'done'],
  );
  assert.equal(
    heard.map(({ id }) => id),
    heard.map((_, i) => i),
  );
  const options = { ...defaultSearchOptions(generator.info), steps: 6 };
  const rgb = new Uint8Array(4 * 4 * 3).map((_, i) => [0xcc, 0x99, 0x88][i % 3]);
  const start = await randomStart(generator.info, options, { seed: 5, target: rgb, duplicate: 0, restart: 0 });
  const [expected] = await search(generator, [{ rgb, size: 4, start }], options).results;
  const { losses, best_step, met } = heard.at(-1)!.data;
  assert.equal(
    { losses, best_step, met },
    { losses: expected.losses, best_step: expected.bestStep, met: expected.met },
  );
  const png = Buffer.from(await (await fetch(server.url + summary.face)).arrayBuffer());
  assert.equal(new Uint8Array(await sharp(png).raw().toBuffer()), new Uint8Array(toRgb8(expected.image, 16, 16)));
  const notes = JSON.parse(notesIn(png)!);
  assert.equal(
    [notes.made_by, notes.seed, notes.options.size, notes.losses],
    ['facewright serve', 5, 4, expected.losses],
  );
  const target = await (await fetch(server.url + summary.target)).arrayBuffer();
  assert.equal(new Uint8Array(await sharp(Buffer.from(target)).raw().toBuffer()), rgb);
  const again = await (await fetch(`${server.url}/v1/searches/${summary.id}`)).json();
  assert.is((again as Summary).state, 'done');
});

test('whoever comes back hears the rest', async () => {
  const summary = await asked();
  await hear(summary);
  const rest = await hear(summary, { 'Last-Event-ID': '3' });
  assert.equal(
    rest.map(({ id, event }) => `${id} ${event}`),
    ['4 step', '5 done'],
  );
});

test('restarts: the best of several, told one after another', async () => {
  const heard = await hear(await asked({ restarts: 3, steps: 2 }));
  const steps = heard.filter(({ event }) => event === 'step').map(({ data }) => [data.restart, data.step]);
  assert.equal(steps, [
    [0, 1],
    [0, 2],
    [1, 1],
    [1, 2],
    [2, 1],
    [2, 2],
  ]);
  assert.ok([0, 1, 2].includes(heard.at(-1)!.data.restart as number));
});

test('with a preview the face can be had while it is searched for; without one it is said why not', async () => {
  const [seen, unseen] = [await asked({ steps: 5000, preview: true }), await asked({ steps: 5000 })];
  let response: Response;
  do {
    await sleep(20);
    response = await fetch(server.url + seen.face);
  } while (response.status === 404);
  assert.is(response.headers.get('content-type'), 'image/png');
  const { width } = await sharp(Buffer.from(await response.arrayBuffer())).metadata();
  assert.is(width, 16);
  assert.match(await errorOf(await fetch(server.url + unseen.face)), /none yet; ask for it with preview=true/);
  for (const { id } of [seen, unseen]) {
    assert.is((await fetch(`${server.url}/v1/searches/${id}`, { method: 'DELETE' })).status, 204);
    assert.is((await fetch(`${server.url}/v1/searches/${id}`)).status, 404);
  }
});

test('a search whose client is gone ends, and the next one begins', async () => {
  const patient = await serveFaces(generator, { port: 0, steps: 1e7 });
  try {
    const summary = await asked({ steps: 1e7 }, patient.url);
    const gone = new AbortController();
    const stream = await fetch(patient.url + summary.events, { signal: gone.signal });
    await stream.body!.getReader().read();
    const next = await asked({}, patient.url);
    gone.abort();
    const heard = eventsIn(await (await fetch(patient.url + next.events)).text());
    assert.is(heard.at(-1)!.event, 'done');
    const before = (await (await fetch(`${patient.url}/v1/searches/${summary.id}`)).json()) as Summary;
    assert.equal(before.last, { type: 'stopped', reason: 'nobody asked for it any more' });
  } finally {
    await patient.close();
  }
});

for (const [others, status, message] of [
  [{ stpes: 3 }, 400, /^stpes: no such field; did you mean steps\?$/],
  [{ steps: 'many' }, 400, /^steps many: must be a number$/],
  [{ steps: 0 }, 400, /^steps 0: must be a whole number, 1 or more/],
  [{ steps: 1e9 }, 400, /^steps 1000000000: more than the 10000 that this server allows$/],
  [{ steps: 6000, restarts: 2 }, 400, /^steps 6000 with 2 restarts: more than the 10000/],
  [{ size: 5 }, 400, /^size 5: .*choose one of 4, 8/],
  [{ seed: -1 }, 400, /^seed -1: must be a whole number, 0 or more$/],
  [{ loss: '100*L3' }, 400, /has no term L3/],
  [{ noise: 'loud' }, 400, /^noise 'loud': must be one of/],
  [{ fit: 'squeeze' }, 400, /^fit squeeze: must be pad, crop, stretch or error$/],
  [{ background: 'plaid' }, 400, /plaid/],
  [{ tile: 'yes' }, 400, /^tile yes: must be true or false$/],
  [{ 'bad-noise': '0,x' }, 400, /^bad-noise x: must be a number$/],
  [{ loss: `${'1'.repeat(100_000)}*L2` }, 400, /^loss: is too long for a field$/],
  [{ ['x'.repeat(100_000)]: 1 }, 400, /^x{40}: is too long for a field$/],
  [{ eps: '' }, 400, /^eps: is empty; leave it out, or give it a value$/],
  [{ picture: 'face.png' }, 400, /^picture: is no file; with curl, -F picture=@face\.jpg$/],
  [{ picture: new Blob(['no picture']) }, 400, /^face\.png: not a picture/],
  [{ picture: new Blob([]) }, 400, /^face\.png: an empty file/],
  [{ size: new Blob(['4']) }, 400, /^size: is a file; only picture is one$/],
  [
    { picture: new Blob([new Uint8Array(300_000)]) },
    413,
    /^the request is larger than the 200 kB that this server takes$/,
  ],
] as [Fields, number, RegExp][]) {
  test(`refused: ${JSON.stringify(others)}`, async () => {
    const response = await ask(others);
    assert.match(await errorOf(response), message);
    assert.is(response.status, status);
  });
}

test('refused: a picture of too many pixels, before it is decoded; no form; a form that is cut', async () => {
  assert.match(
    await errorOf(await ask({ picture: await pictureOf(101, 'red') })),
    /^face\.png: 101 × 101 pixels, more than the 10,000 allowed/,
  );
  const long = await sharp({ create: { width: 1000, height: 1, channels: 3, background: 'red' } })
    .png()
    .toBuffer();
  assert.match(
    await errorOf(await ask({ picture: new Blob([new Uint8Array(long)]) })),
    /^face\.png: 1000 × 1 pixels, as a square more than the 10,000 allowed; crop it$/,
  );
  const post = (body: string, type: string) =>
    fetch(`${server.url}/v1/searches`, { method: 'POST', body, headers: { 'content-type': type } });
  assert.match(await errorOf(await post('{}', 'application/json')), /^a search is asked for with a form: curl -F/);
  assert.match(await errorOf(await post('--x\r\nContent-', 'multipart/form-data; boundary=x')), /^the form is damaged/);
});

test('who has heard the end and comes back is told not to', async () => {
  const summary = await asked();
  const last = (await hear(summary)).at(-1)!.id;
  const again = await fetch(server.url + summary.events, { headers: { 'Last-Event-ID': `${last}` } });
  assert.is(again.status, 204);
  assert.is((await fetch(server.url + summary.events, { method: 'HEAD' })).status, 200);
});

test('as many wait as may', async () => {
  const small = await serveFaces(generator, { port: 0, waiting: 2 });
  try {
    for (let i = 0; i < 3; i++) await asked({ steps: 5000 }, small.url);
    const response = await ask({}, small.url);
    assert.is(response.status, 503);
    assert.is(response.headers.get('retry-after'), '10');
    assert.match(await errorOf(response), /^the line is full, 2 searches long; try again later$/);
  } finally {
    await small.close();
  }
});

test('closed: who listens is told, and the port is free', async () => {
  const short = await serveFaces(generator, { port: 0 });
  const { events } = await asked({ steps: 10_000 }, short.url);
  const stream = fetch(short.url + events).then((response) => response.text());
  await sleep(200);
  await short.close();
  assert.equal(eventsIn(await stream).at(-1)?.data, { reason: 'the server was stopped' });
  const port = Number(new URL(short.url).port);
  const next = await serveFaces(generator, { port });
  const taken = await serveFaces(generator, { port }).catch((error: Error) => error.message);
  assert.match(String(taken), new RegExp(`127\\.0\\.0\\.1:${port}: cannot be listened on \\(EADDRINUSE\\)`));
  await next.close();
});

test('fifty at once, and among them slow, broken and hostile ones', async () => {
  const { hostname, port } = new URL(server.url);
  const raw = (text: string) => {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined).write(text);
    return socket;
  };
  const head = `POST /v1/searches HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=x\r\n`;
  const bad = [
    raw('GET /v1/../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n'),
    raw('\0\0\0'),
    raw(`${head}Content-Length: 1000\r\n\r\n--x\r\n`), // and no more
    raw(`${head}Content-Length: 99999999999\r\n\r\n`),
    raw(`${head}Transfer-Encoding: chunked\r\n\r\nzzzz\r\n`),
    raw('GET /v1 HTTP/1.1\r\nHost: loc'),
  ];
  const clients = Array.from({ length: 50 }, async (_, i) => {
    const summary = await asked({ seed: i, steps: 4 });
    // Some only listen for a moment, and some never.
    if (i % 10 === 3) return (await fetch(server.url + summary.events)).body!.cancel();
    if (i % 10 === 7) return undefined;
    const heard = await hear(summary);
    assert.is(heard.at(-1)!.event, 'done', `client ${i}`);
    assert.is(heard.filter(({ event }) => event === 'step').length, 4, `client ${i}`);
    assert.is((await fetch(server.url + summary.face)).status, 200, `client ${i}`);
  });
  await Promise.all(clients);
  for (const socket of bad) socket.destroy();
  assert.is((await fetch(`${server.url}/v1`)).status, 200);
});

interface About {
  readonly generators: readonly {
    readonly name: string;
    readonly resolution: number;
    readonly sizes: readonly number[];
    readonly defaults: Record<string, unknown>;
  }[];
  readonly limits: Record<string, number>;
}

async function aboutServer(url = server.url): Promise<About> {
  return (await (await fetch(`${url}/v1`)).json()) as About;
}

test('of several generators the one that is asked for', async () => {
  const other = tinyGenerator(engine, 'other', true);
  const both = await serveFaces([generator, other], { port: 0 });
  const { generators } = await aboutServer(both.url);
  assert.equal(
    generators.map(({ name }) => name),
    ['tiny', 'other'],
  );
  for (const [fields, expected] of [
    [{}, 'tiny'],
    [{ model: 'other' }, 'other'],
  ] as const) {
    const summary = await asked(fields, both.url);
    await (await fetch(both.url + summary.events)).text();
    const png = Buffer.from(await (await fetch(both.url + summary.face)).arrayBuffer());
    assert.is(JSON.parse(notesIn(png)!).model.name, expected);
  }
  const refused = await ask({ model: 'another' }, both.url);
  assert.is(refused.status, 400);
  assert.is(await errorOf(refused), 'model another: is not here; there are tiny and other');
  await both.close();
  const twice = await serveFaces([generator, generator], { port: 0 }).catch((error: Error) => error.message);
  assert.is(twice, 'two generators are called tiny; give one of the files another name');
  other.close();
});

test('what the server says of itself', async () => {
  const about = await aboutServer();
  const [{ name, resolution, sizes, defaults }, ...others] = about.generators;
  assert.equal([name, resolution, sizes, others], ['tiny', 16, [1, 2, 4, 8], []]);
  assert.equal([defaults['trainable-noise'], defaults.steps, defaults.size], [5, 100, 8]);
  assert.is(about.limits.pixels, 10_000);
  const missing = await fetch(`${server.url}/v1/face`);
  assert.is(missing.status, 404);
  assert.match(await errorOf(missing), /^GET \/v1\/face: nothing is there; \/v1\/openapi\.json says what is$/);
});

test('the description has every path and field, and no other', async () => {
  const { app, close } = serveApi([generator], { limits: usualLimits, access: {}, version: '0' });
  await close();
  const served = app.routes
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
  const description = (await (await fetch(`${server.url}/v1/openapi.json`)).json()) as {
    paths: Record<
      string,
      Record<string, { requestBody?: { content: Record<string, { schema: { properties: object } }> } }>
    >;
  };
  const described = Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.keys(methods)
      .filter((method) => method !== 'parameters')
      .map((method) => `${method.toUpperCase()} ${path}`),
  );
  assert.equal([...new Set(served)].sort(), described.sort());
  const form = description.paths['/v1/searches'].post.requestBody!.content['multipart/form-data'].schema.properties;
  const [{ defaults }] = (await aboutServer()).generators;
  const names = Object.keys(form).filter((name) => !['picture', 'model', 'preview'].includes(name));
  assert.equal(new Set(names), new Set(Object.keys(defaults)));
});

test.run();
