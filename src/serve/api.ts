// The HTTP API: what is asked becomes searches, and what they tell answers. docs/serve.md says it for people, openapi.ts for programs.

import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { secureHeaders } from 'hono/secure-headers';
import { errorText, FacewrightError } from '../errors.js';
import type { Generator, GeneratorInfo } from '../model/generator.js';
import { targetSizes } from '../pulse/options.js';
import type { NamedOptions } from '../results/journal.js';
import { namedOptions } from '../runs/named-options.js';
import { Turns } from '../turns.js';
import { byteCount, quoted } from '../words.js';
import { type AccessOptions, onlyFriends, onlyThisSite } from './access.js';
import { readAsked } from './asked.js';
import { sendEvents } from './events.js';
import { FaceSearch } from './face-search.js';
import { Generators } from './generators.js';
import type { ServeLimits } from './limits.js';
import type { LiveSearch } from './live-search.js';
import { apiDescription } from './openapi.js';
import { pageFiles } from './page.js';
import { passOver } from './pass-over.js';
import { LineFullError, SearchLine } from './search-line.js';
import { TargetMaker } from './target-maker.js';

/** Searches that are over stay so long, and so many of them. */
const KEPT = { kept: 100, keptMs: 15 * 60_000 };
/** A listener whose connection broke comes back at once; who asks now and then is given a minute. */
const PATIENCE = { first: 60_000, again: 15_000 };
/** Requests whose bodies are in memory at once; the others are read when it is their turn. */
const UPLOADS = 4;
/** Of a form: more would only be thrown back at its sender, or kept. */
const LONGEST = { name: 40, value: 1000 };

export interface Api {
  readonly app: Hono;
  /** Stops all searches. */
  close(): Promise<void>;
}

export interface ApiOptions {
  readonly limits: ServeLimits;
  readonly access: Pick<AccessOptions, 'token'>;
  /** Of facewright. */
  readonly version: string;
  /** Told of errors that are no client's. */
  readonly onDefect?: (error: unknown) => void;
}

/** The API of generators on one engine, and the page. @throws FacewrightError where two of them have the same name */
export function serveApi(given: readonly Generator[], { limits, access, version, onDefect }: ApiOptions): Api {
  const generators = new Generators(given);
  const line = new SearchLine<FaceSearch>(
    { waiting: limits.waiting, ...KEPT, patience: PATIENCE },
    (live, work) => work.perform(live),
    onDefect,
  );
  const uploads = new Turns(UPLOADS);
  const targets = new TargetMaker(limits.pixels);
  const closing = new AbortController();
  const app = new Hono();
  // Over plain HTTP there is no HTTPS to insist on.
  app.use(secureHeaders({ strictTransportSecurity: false }));
  app.use(async (c, next) => {
    await next();
    if (c.res.status >= 400) await passOver(c.req.raw.body, limits.bytes);
  });
  // It holds nothing of anybody's: a browser gets it before it has a token, and by a link of another site.
  app.use(pageFiles());
  app.use(onlyThisSite(access));
  app.use(onlyFriends(access));
  app.use(async (c, next) => {
    await next();
    c.header('Cache-Control', 'no-store');
  });
  app.onError((error, c) => {
    if (error instanceof LineFullError) return c.json({ error: error.message }, 503, { 'Retry-After': '10' });
    if (error instanceof FacewrightError) return c.json({ error: error.message }, 400);
    onDefect?.(error);
    return c.json({ error: errorText(error) }, 500);
  });
  app.notFound((c) =>
    c.json({ error: `${c.req.method} ${quoted(c.req.path)}: nothing is there; /v1/openapi.json says what is` }, 404),
  );

  app.get('/v1', (c) => c.json(aboutServer(given, limits, line.length, version)));
  app.get('/v1/openapi.json', (c) => c.json(apiDescription(version)));
  app.get('/v1/searches', (c) => c.json({ searches: line.searches.map(summaryOf) }));

  const tooLarge = (c: Context) =>
    c.json({ error: `the request is larger than the ${byteCount(limits.bytes)} that this server takes` }, 413);
  app.post('/v1/searches', bodyLimit({ maxSize: limits.bytes, onError: tooLarge }), async (c) => {
    line.checkRoom();
    const work = await uploads.take(async () => {
      const { picture, others } = readForm(await formOf(c));
      const generator = generators.get(others.get('model'));
      const asked = readAsked(others, generator.info, limits);
      const bytes = new Uint8Array(await picture.arrayBuffer());
      const target = await targets.make(
        bytes,
        quoted(picture.name || 'picture'),
        asked,
        AbortSignal.any([c.req.raw.signal, closing.signal]),
      );
      return new FaceSearch(generator, asked, target);
    });
    const search = line.add(work);
    if (c.req.raw.signal.aborted) line.remove(search.id, 'nobody waits for it any more');
    return c.json({ ...summaryOf(search), warnings: work.target.warnings }, 201, { Location: pathOf(search) });
  });

  const found = (c: Context) => {
    const one = line.get(c.req.param('id') ?? '');
    one?.search.seen();
    return one;
  };
  const missing = (c: Context) =>
    c.json({ error: `${quoted(c.req.param('id') ?? '')}: no such search here, or no longer` }, 404);
  app.get('/v1/searches/:id', (c) => {
    const one = found(c);
    return one === undefined ? missing(c) : c.json(summaryOf(one.search));
  });
  app.get('/v1/searches/:id/events', (c) => {
    const one = found(c);
    return one === undefined ? missing(c) : sendEvents(c, one.search);
  });
  app.get('/v1/searches/:id/face.png', async (c) => {
    const one = found(c);
    if (one === undefined) return missing(c);
    const png = await one.work.facePng();
    if (png !== undefined) return c.body(png as Uint8Array<ArrayBuffer>, 200, { 'Content-Type': 'image/png' });
    const why = one.search.isOver ? 'there is none' : 'there is none yet; ask for it with preview=true to see it grow';
    return c.json({ error: `the face of ${one.search.id}: ${why}` }, 404);
  });
  app.get('/v1/searches/:id/target.png', async (c) => {
    const one = found(c);
    if (one === undefined) return missing(c);
    return c.body((await one.work.targetPng()) as Uint8Array<ArrayBuffer>, 200, { 'Content-Type': 'image/png' });
  });
  app.delete('/v1/searches/:id', (c) =>
    line.remove(c.req.param('id'), 'it was deleted') ? c.body(null, 204) : missing(c),
  );
  const close = async () => {
    // Uploads that still wait are not to start its process anew.
    closing.abort();
    targets.close();
    await line.close();
  };
  return { app, close };
}

/** What the server is, what it searches with and what it bears. */
function aboutServer(generators: readonly Generator[], limits: ServeLimits, waiting: number, version: string): object {
  const { kind, adapter, software, precision } = generators[0].engine.info;
  return {
    facewright: version,
    generators: generators.map(({ info }) => aboutGenerator(info)),
    engine: { kind, adapter, software, precision },
    limits,
    waiting,
  };
}

function aboutGenerator(info: GeneratorInfo): object {
  const { name, sha256, licence, kind, resolution, noiseSides, badNoise } = info;
  const sizes = targetSizes(resolution);
  return { name, sha256, licence, kind, resolution, noiseSides, badNoise, sizes, defaults: defaultFields(info) };
}

/** What the fields of a search are where a request leaves them out. */
function defaultFields(info: GeneratorInfo): NamedOptions {
  const { search, size, seed, ...others } = readAsked(new Map(), info, { steps: Number.POSITIVE_INFINITY });
  return { size, seed, ...namedOptions({ search, ...others, precision: 'f32' }, { class: undefined }) };
}

const pathOf = ({ id }: LiveSearch) => `/v1/searches/${id}`;

function summaryOf(search: LiveSearch): object {
  const path = pathOf(search);
  return {
    id: search.id,
    state: search.state,
    last: search.last,
    events: `${path}/events`,
    face: `${path}/face.png`,
    target: `${path}/target.png`,
  };
}

async function formOf(c: Context): Promise<FormData> {
  const type = c.req.header('content-type') ?? '';
  if (!type.startsWith('multipart/form-data')) {
    throw new FacewrightError('a search is asked for with a form: curl -F picture=@face.jpg -F size=16 …');
  }
  try {
    return await c.req.formData();
  } catch {
    throw new FacewrightError('the form is damaged or was cut short; send it again');
  }
}

/** The picture and the other fields. @throws FacewrightError for a form without a picture, and for a field that is there twice */
function readForm(form: FormData): { readonly picture: File; readonly others: ReadonlyMap<string, string> } {
  const others = new Map<string, string>();
  let picture: File | undefined;
  for (const [name, value] of form) {
    const length = typeof value === 'string' ? value.length : 0;
    if (name.length > LONGEST.name || length > LONGEST.value) {
      throw new FacewrightError(`${quoted(name.slice(0, LONGEST.name))}: is too long for a field`);
    }
    const isThere = name === 'picture' ? picture !== undefined : others.has(name);
    if (isThere) throw new FacewrightError(`${quoted(name)}: is there twice; send it once`);
    if (name !== 'picture') {
      if (typeof value !== 'string') throw new FacewrightError(`${quoted(name)}: is a file; only picture is one`);
      others.set(name, value);
    } else {
      if (typeof value === 'string') throw new FacewrightError('picture: is no file; with curl, -F picture=@face.jpg');
      picture = value;
    }
  }
  if (picture === undefined) throw new FacewrightError('picture: is missing; with curl, -F picture=@face.jpg');
  return { picture, others };
}
