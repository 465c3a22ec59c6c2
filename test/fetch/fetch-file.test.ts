// Files from servers that stall, cut off, answer ranges wrongly, send on and send pages instead.

import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { AbortedError, FacewrightError } from '../../dist/errors.js';
import type { FetchEvent } from '../../dist/fetch/events.js';
import { type FetchOptions, fetchFile } from '../../dist/fetch/fetch-file.js';
import { PartialFile } from '../../dist/fetch/partial.js';
import { isWebPage } from '../../dist/fetch/web-page.js';
import {
  type Answering,
  listen,
  send,
  sendPage,
  serve,
  serveBytes,
  someBytes,
  stop,
  type TestServer,
} from './server.js';

const test = suite('fetch: files');

const bytes = someBytes(300_000);
const sha256 = createHash('sha256').update(bytes).digest('hex');
const patience = { answerMs: 300, stallMs: 300, firstWaitMs: 5, longestWaitMs: 50, tries: 4 };

const root = mkdtempSync(join(tmpdir(), 'facewright-fetch-'));
process.on('exit', () => rmSync(root, { recursive: true, force: true }));

/** One fetch in a folder of its own. */
interface Try {
  readonly server: TestServer;
  readonly folder: string;
  readonly path: string;
  readonly events: FetchEvent[];
  fetch(options?: FetchOptions, way?: string): Promise<void>;
  /** What it fails with. */
  fails(options?: FetchOptions, way?: string): Promise<Error>;
}

let count = 0;

async function trying(answer: Answering, work: (t: Try) => Promise<void>): Promise<void> {
  const server = await serve(answer);
  const folder = join(root, String(count++));
  mkdirSync(folder);
  const path = join(folder, 'net.pkl');
  const events: FetchEvent[] = [];
  const fetch = (options: FetchOptions = {}, way = '/net.pkl') =>
    fetchFile(way.startsWith('http') ? way : server.origin + way, path, {
      patience,
      ...options,
      onEvent: (event) => {
        events.push(event);
        options.onEvent?.(event);
        if (event.kind === 'progress') server.cut(event.bytes);
      },
    });
  const fails = async (options?: FetchOptions, way?: string) => {
    const error = await fetch(options, way).then(
      () => undefined,
      (thrown: Error) => thrown,
    );
    assert.instance(error, FacewrightError);
    assert.not.match(error!.message, /\n|undefined|\[object/);
    assert.not.ok(existsSync(path), 'nothing is there that is not whole');
    return error!;
  };
  try {
    await work({ server, folder, path, events, fetch, fails });
  } finally {
    await server.close();
  }
}

/** It is there, the same to the bit, and nothing beside it. */
function isWhole({ folder, path }: Try): void {
  assert.ok(readFileSync(path).equals(bytes));
  assert.equal(readdirSync(folder), ['net.pkl']);
}

const kinds = (events: readonly FetchEvent[]) => events.map(({ kind }) => kind).filter((kind) => kind !== 'progress');

test('a file, with its progress and its digest', async () => {
  await trying(
    (request, response) => serveBytes(request, response, bytes),
    async (t) => {
      await t.fetch({ sha256, bytes: bytes.length });
      isWhole(t);
      assert.equal(kinds(t.events), ['begun', 'checking']);
      const progress = t.events.filter((event) => event.kind === 'progress');
      assert.is(progress.at(-1)!.bytes, bytes.length);
      assert.ok(progress.every(({ total }) => total === bytes.length));
      assert.equal(t.server.ranges(), [undefined]);
    },
  );
});

test('a file without a length, in pieces', async () => {
  await trying(
    (_, response) => {
      response.write(bytes.subarray(0, 1));
      setTimeout(() => response.end(bytes.subarray(1)), 30);
    },
    async (t) => {
      await t.fetch();
      isWhole(t);
    },
  );
});

test('cut off twice: goes on by ranges', async () => {
  const serving = { etag: '"a"' };
  await trying(
    (request, response, nth) =>
      serveBytes(request, response, bytes, nth < 2 ? { ...serving, cutAfter: 100_000 } : serving),
    async (t) => {
      await t.fetch({ sha256 });
      isWhole(t);
      assert.equal(t.server.ranges(), [undefined, 'bytes=100000-', 'bytes=200000-']);
      assert.is(t.server.asked[1].headers['if-range'], '"a"');
      assert.equal(kinds(t.events), ['begun', 'retry', 'begun', 'retry', 'begun', 'checking']);
      assert.ok(t.events.some((event) => event.kind === 'retry' && event.reason === 'the connection was cut'));
    },
  );
});

test('a stall: goes on', async () => {
  const serving = { lastModified: 'Wed, 21 Oct 2015 07:28:00 GMT' };
  await trying(
    (request, response, nth) =>
      serveBytes(request, response, bytes, nth === 0 ? { ...serving, stallAfter: 70_000 } : serving),
    async (t) => {
      await t.fetch();
      isWhole(t);
      assert.equal(t.server.ranges(), [undefined, 'bytes=70000-']);
      assert.is(t.server.asked[1].headers['if-range'], serving.lastModified);
      assert.ok(t.events.some((event) => event.kind === 'retry' && event.reason === 'nothing more came'));
    },
  );
});

test('no answer at all, a cut before the answer, 503 with Retry-After: tried again', async () => {
  await trying(
    (request, response, nth) => {
      if (nth === 0) return;
      if (nth === 1) response.destroy();
      else if (nth === 2) response.writeHead(503, { 'retry-after': '0' }).end('busy');
      else serveBytes(request, response, bytes);
    },
    async (t) => {
      await t.fetch();
      isWhole(t);
      const reasons = t.events.flatMap((event) => (event.kind === 'retry' ? event.reason : []));
      assert.equal(reasons, ['no answer came', 'the connection was cut', 'the server answers 503']);
    },
  );
});

test('a slow server is waited for', async () => {
  await trying(
    (_, response) => {
      response.writeHead(200, { 'content-length': bytes.length });
      const part = bytes.length / 10;
      for (let i = 0; i < 10; i++) setTimeout(() => response.write(bytes.subarray(i * part, (i + 1) * part)), i * 60);
    },
    async (t) => {
      await t.fetch(); // 540 ms, more than anything is waited for at once
      isWhole(t);
    },
  );
});

test('without anything that tells whether it is the same file, it begins again', async () => {
  await trying(
    (request, response, nth) => serveBytes(request, response, bytes, nth === 0 ? { cutAfter: 100_000 } : {}),
    async (t) => {
      await t.fetch();
      isWhole(t);
      assert.equal(t.server.ranges(), [undefined, undefined]);
    },
  );
});

test('a weak ETag is not enough, a known digest is', async () => {
  const answer: Answering = (request, response, nth) =>
    serveBytes(request, response, bytes, nth === 0 ? { etag: 'W/"a"', cutAfter: 100_000 } : { etag: 'W/"a"' });
  await trying(answer, async (t) => {
    await t.fetch();
    isWhole(t);
    assert.equal(t.server.ranges(), [undefined, undefined]);
  });
  await trying(answer, async (t) => {
    await t.fetch({ sha256 });
    isWhole(t);
    assert.equal(t.server.ranges(), [undefined, 'bytes=100000-']);
  });
});

/** What a server may do wrong when it is asked for the rest. */
const wrong: Record<string, Answering> = {
  'the whole file (200)': (_, response) => response.writeHead(200, { 'content-length': bytes.length }).end(bytes),
  'another part': (_, response) =>
    response
      .writeHead(206, {
        'content-range': `bytes 0-${bytes.length - 1}/${bytes.length}`,
        'content-length': bytes.length,
      })
      .end(bytes),
  'no Content-Range': (_, response) =>
    response.writeHead(206, { 'content-length': bytes.length - 100_000 }).end(bytes.subarray(100_000)),
  'a Content-Range that is none': (_, response) =>
    response.writeHead(206, { 'content-range': 'bytes 9-5/3' }).end(bytes.subarray(100_000)),
  'a part of a file of another length': (_, response) =>
    response
      .writeHead(206, { 'content-range': `bytes 100000-${bytes.length - 1}/${bytes.length + 5}` })
      .end(bytes.subarray(100_000)),
  'a part of another file (ETag)': (_, response) =>
    response
      .writeHead(206, { etag: '"b"', 'content-range': `bytes 100000-${bytes.length - 1}/${bytes.length}` })
      .end(Buffer.alloc(bytes.length - 100_000)),
  '416': (_, response) => response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end(),
  'parts in one body': (_, response) =>
    response.writeHead(206, { 'content-type': 'multipart/byteranges; boundary=x' }).end('--x\r\n\r\n--x--'),
  'a web page': (_, response) => sendPage(response, '<!doctype html><title>Busy</title>'),
};
for (const [what, answer] of Object.entries(wrong)) {
  test(`asked for the rest, a server sends ${what}: nothing is spoilt`, async () => {
    await trying(
      (request, response, nth) => {
        if (nth === 0) serveBytes(request, response, bytes, { etag: '"a"', cutAfter: 100_000 });
        else if (request.headers.range === undefined) serveBytes(request, response, bytes, { etag: '"c"' });
        else answer(request, response, nth);
      },
      async (t) => {
        await t.fetch();
        isWhole(t);
        assert.is(t.server.ranges()[1], 'bytes=100000-');
      },
    );
  });
}

test('a part shorter than it might be is gone on with', async () => {
  await trying(
    (request, response, nth) => {
      if (nth === 0) return serveBytes(request, response, bytes, { etag: '"a"', cutAfter: 100_000 });
      const from = Number(/\d+/.exec(request.headers.range!)![0]);
      const to = Math.min(bytes.length, from + 90_000);
      response
        .writeHead(206, { 'content-range': `bytes ${from}-${to - 1}/${bytes.length}`, 'content-length': to - from })
        .end(bytes.subarray(from, to));
    },
    async (t) => {
      await t.fetch();
      isWhole(t);
      assert.is(t.server.asked.length, 4);
    },
  );
});

test('the file changes on the server while it is fetched: the new one comes, whole', async () => {
  const old = Buffer.alloc(250_000, 1);
  await trying(
    (request, response, nth) => {
      if (nth === 0) serveBytes(request, response, old, { etag: '"old"', cutAfter: 100_000 });
      else serveBytes(request, response, bytes, { etag: '"new"' });
    },
    async (t) => {
      await t.fetch();
      isWhole(t);
    },
  );
});

test('given up after some tries without a new byte; the part is kept, and the next time goes on', async () => {
  let broken = true;
  await trying(
    (request, response, nth) => {
      if (nth === 0) serveBytes(request, response, bytes, { etag: '"a"', cutAfter: 100_000 });
      else if (broken) response.destroy();
      else serveBytes(request, response, bytes, { etag: '"a"' });
    },
    async (t) => {
      const error = await t.fails();
      assert.match(
        error.message,
        /^http:.*net\.pkl: the connection was cut, 4 times in a row; try again later; 100 kB are there and are kept/,
      );
      assert.is(t.server.asked.length, 4);
      const [left] = readdirSync(t.folder);
      assert.match(left, /^\.net\.pkl\.part-free-/);
      broken = false;
      await t.fetch();
      isWhole(t);
      assert.is(t.server.ranges().at(-1), 'bytes=100000-');
    },
  );
});

test('stopped by its signal: at once, the part is kept', async () => {
  await trying(
    (request, response, nth) =>
      serveBytes(request, response, bytes, nth === 0 ? { etag: '"a"', stallAfter: 100_000 } : { etag: '"a"' }),
    async (t) => {
      const stopping = new AbortController();
      const began = Date.now();
      const onEvent = (event: FetchEvent) => {
        if (event.kind === 'progress' && event.bytes === 100_000) stopping.abort();
      };
      const error = await t.fails({ signal: stopping.signal, onEvent, patience: { ...patience, stallMs: 60_000 } });
      assert.instance(error, AbortedError);
      assert.ok(Date.now() - began < 5000);
      assert.instance(await t.fails({ signal: stopping.signal }), AbortedError);
      await t.fetch();
      isWhole(t);
      assert.equal(t.server.ranges(), [undefined, 'bytes=100000-']);
    },
  );
});

test('stopped while it waits to try again', async () => {
  await trying(
    (_, response) => response.destroy(),
    async (t) => {
      const stopping = new AbortController();
      setTimeout(() => stopping.abort(), 50);
      const error = await t.fails({
        signal: stopping.signal,
        patience: { ...patience, firstWaitMs: 60_000, longestWaitMs: 60_000 },
      });
      assert.instance(error, AbortedError);
      assert.equal(readdirSync(t.folder), []);
    },
  );
});

test('a part of another address, or of nobody knows what, is not gone on with', async () => {
  await trying(
    (request, response) => serveBytes(request, response, bytes, { etag: '"a"' }),
    async (t) => {
      const about = JSON.stringify({ source: 'http://elsewhere/net.pkl', etag: '"a"', total: bytes.length });
      for (const [i, content] of [about, 'not JSON', '[1]', 'null'].entries()) {
        const folder = join(t.folder, `.net.pkl.part-free-${String(i).padStart(12, '0')}`);
        mkdirSync(folder);
        writeFileSync(join(folder, 'data'), Buffer.alloc(1000, 7));
        writeFileSync(join(folder, 'about.json'), content);
      }
      await t.fetch();
      isWhole(t);
      assert.equal(t.server.ranges(), [undefined]);
    },
  );
});

test('what a process that is gone left is gone on with; what one that is alive has is left alone', async () => {
  await trying(
    (request, response) => serveBytes(request, response, bytes, { etag: '"a"', cutAfter: 100_000 }),
    async (t) => {
      await t.fails({ patience: { ...patience, tries: 1 } });
      const [left] = readdirSync(t.folder);
      const gone = left.replace('free-', `${await ownHost(t.folder)}.4194305-`); // above the greatest process number
      renameSync(join(t.folder, left), join(t.folder, gone));
      const alive = gone.replace('.4194305-', `.${process.pid}-`).replace(/.$/, (digit) => (digit === '0' ? '1' : '0'));
      mkdirSync(join(t.folder, alive));
      writeFileSync(join(t.folder, alive, 'data'), 'x');
      await t.fails({ patience: { ...patience, tries: 1 } });
      assert.equal(t.server.ranges(), [undefined, 'bytes=100000-']);
      assert.ok(existsSync(join(t.folder, alive, 'data')));
      assert.not.ok(existsSync(join(t.folder, gone)));
    },
  );
});

/** How names of folders tell of this machine. */
async function ownHost(folder: string): Promise<string> {
  const partial = await PartialFile.take(join(folder, 'host'), 'x');
  const name = readdirSync(folder).find((entry) => entry.startsWith('.host.part-'))!;
  await partial.release();
  return /part-([0-9a-f]{8})/.exec(name)![1];
}

test('two at once do not meet', async () => {
  await trying(
    (request, response, nth) =>
      serveBytes(request, response, bytes, nth < 3 ? { etag: '"a"', cutAfter: 50_000 } : { etag: '"a"' }),
    async (t) => {
      await Promise.all([t.fetch({ sha256 }), t.fetch({ sha256 }), t.fetch()]);
      isWhole(t);
    },
  );
});

test('sent on: by way of several addresses, not in circles, not for ever, not from https to http', async () => {
  await trying(
    (request, response) => {
      const { url } = request;
      if (url === '/circle') response.writeHead(302, { location: '/circle' }).end();
      else if (url!.startsWith('/ever')) response.writeHead(302, { location: `${url}x` }).end();
      else if (url === '/odd') response.writeHead(302, { location: 'ftp://127.0.0.1/net.pkl' }).end();
      else if (url === '/a') response.writeHead(301, { location: '/b' }).end();
      else if (url === '/b') response.writeHead(307, { location: `/c` }).end('a page');
      else serveBytes(request, response, bytes);
    },
    async (t) => {
      assert.match((await t.fails({}, '/circle')).message, /circle: is sent on in circles/);
      assert.match((await t.fails({}, '/ever')).message, /ever: is sent on in circles, or too often/);
      assert.match((await t.fails({}, '/odd')).message, /odd: cannot be fetched/);
      await t.fetch({}, '/a');
      isWhole(t);
    },
  );
});

test('names and passwords go to their own server alone, and into no message', async () => {
  const others = await serve((_, response) => response.writeHead(404).end());
  await trying(
    (_, response, nth) => {
      if (nth === 0) response.writeHead(302, { location: `${others.origin}/net.pkl` }).end();
      else response.writeHead(401).end();
    },
    async (t) => {
      const way = t.server.origin.replace('//', '//me:p%40ss@');
      const first = await t.fails({}, `${way}/net.pkl?token=abc`);
      assert.match(first.message, /^http:\/\/\*\*\*@127.*: the server answers 404/);
      assert.not.match(first.message, /me:|p%40ss|p@ss|abc/);
      assert.is(t.server.asked[0].headers.authorization, `Basic ${Buffer.from('me:p@ss').toString('base64')}`);
      assert.is(others.asked[0].headers.authorization, undefined);
      assert.match((await t.fails({}, `${way}/net.pkl`)).message, /401: a name and a password are wanted/);
    },
  );
  await others.close();
});

test('a web page instead of the file is told, by what the server calls it and by how it begins', async () => {
  await trying(
    (request, response) => {
      if (request.url === '/called') sendPage(response, '<html><head><title>Sign\n in &amp; see</title>');
      else response.writeHead(200, { 'content-type': 'application/octet-stream' }).end('\n<!DOCTYPE html><p>hello');
    },
    async (t) => {
      assert.match(
        (await t.fails({}, '/called')).message,
        /called: a web page came \(“Sign in & see”\), not the file; open it/,
      );
      assert.match((await t.fails({}, '/begins')).message, /begins: a web page came, not the file/);
      assert.equal(readdirSync(t.folder), []);
    },
  );
  assert.not.ok(isWebPage('text/html', bytes), 'a server that calls everything a page');
});

/** Google Drive's page about a file that is too large to look for viruses in, as it is in 2024. */
const drivePage = (
  action: string,
) => `<!DOCTYPE html><html><head><title>Google Drive - Virus scan warning</title></head><body>
  <p>Google Drive can't scan this file for viruses.</p><form id="download-form" action="${action}" method="get">
  <input type="submit" id="uc-download-link" value="Download anyway"/><input type="hidden" name="id" value="1AbC">
  <input type="hidden" name="export" value="download"><input type="hidden" name="confirm" value="t">
  <input type="hidden" name="uuid" value="5f0e-aa&amp;b"></form></body></html>`;

test('Google Drive’s page: its button is pressed, also to go on', async () => {
  await trying(
    (request, response, nth) => {
      const url = new URL(request.url!, 'http://x');
      if (url.pathname === '/uc') sendPage(response, drivePage('/download'));
      else {
        assert.equal(Object.fromEntries(url.searchParams), {
          id: '1AbC',
          export: 'download',
          confirm: 't',
          uuid: '5f0e-aa&b',
        });
        serveBytes(request, response, bytes, nth === 1 ? { etag: '"a"', cutAfter: 100_000 } : { etag: '"a"' });
      }
    },
    async (t) => {
      await t.fetch({}, '/uc?export=download&id=1AbC');
      isWhole(t);
      assert.is(t.server.ranges().at(-1), 'bytes=100000-');
    },
  );
});

test('Google Drive’s page for ever, its quota and its sign-in are told', async () => {
  await trying(
    (request, response) => {
      if (request.url!.startsWith('/uc')) sendPage(response, drivePage('/uc'));
      else if (request.url === '/quota') sendPage(response, '<html><title>Google Drive - Quota exceeded</title>');
      else if (request.url === '/quota403') {
        response
          .writeHead(403, { 'content-type': 'text/html' })
          .end('<html>Too many users have viewed or downloaded this file');
      } else sendPage(response, '<html><a href="https://accounts.google.com/ServiceLogin">Sign in</a>');
    },
    async (t) => {
      assert.match((await t.fails({}, '/uc')).message, /only web pages come/);
      assert.match((await t.fails({}, '/quota')).message, /fetched too often lately; try again tomorrow/);
      assert.match((await t.fails({}, '/quota403')).message, /fetched too often lately/);
      assert.match((await t.fails({}, '/sign')).message, /wants you to sign in/);
    },
  );
});

test('errors that do not pass are told at once', async () => {
  await trying(
    (request, response) => {
      if (request.url === '/packed') response.writeHead(200, { 'content-encoding': 'gzip' }).end(bytes);
      else response.writeHead(Number(request.url!.slice(1)), { 'content-type': 'text/html' }).end('<html>');
    },
    async (t) => {
      assert.match(
        (await t.fails({}, '/404')).message,
        /404: the server answers 404: there is nothing at this address/,
      );
      assert.match((await t.fails({}, '/403')).message, /403: the server refuses it/);
      assert.match((await t.fails({}, '/204')).message, /the server answers 204/);
      assert.match((await t.fails({}, '/packed')).message, /sends it packed \(gzip\)/);
      assert.is(t.server.asked.length, 4);
    },
  );
});

test('500 for ever is given up, and a long Retry-After not waited for', async () => {
  await trying(
    (request, response) => {
      if (request.url === '/long') response.writeHead(429, { 'retry-after': '3600' }).end();
      else response.writeHead(500).end();
    },
    async (t) => {
      assert.match((await t.fails({}, '/500')).message, /the server answers 500, 4 times in a row; try again later$/);
      assert.match((await t.fails({}, '/long')).message, /the server answers 429; try again in 3600 s$/);
    },
  );
});

test('another length or another digest than is known', async () => {
  await trying(
    (request, response) => serveBytes(request, response, bytes),
    async (t) => {
      assert.match((await t.fails({ bytes: 5 })).message, /has 300000 bytes; expected 5: it is another file/);
      const digest = 'ab'.repeat(32);
      assert.match(
        (await t.fails({ sha256: digest })).message,
        /its SHA-256 is [0-9a-f]{64}; expected (ab)+: it is damaged/,
      );
      assert.match((await t.fails({ largest: 1000 })).message, /is larger than 1 kB/);
      assert.match((await t.fails({ refuse: () => 'a cat; give weights' })).message, /net\.pkl: a cat; give weights$/);
      assert.equal(readdirSync(t.folder), []);
      await t.fetch({ sha256: sha256.slice(0, 8).toUpperCase() });
      isWhole(t);
    },
  );
});

test('a body that never ends is not written for ever', async () => {
  await trying(
    (_, response) => {
      const more = () => response.write(bytes, (error) => (error ? undefined : setImmediate(more)));
      more();
    },
    async (t) => {
      assert.match((await t.fails({ largest: 2_000_000 })).message, /is larger than 2.0 MB/);
    },
  );
});

test('parts that do not fit together: all of it is fetched once more', async () => {
  await trying(
    (request, response, nth) => {
      // The rest of another file under the same ETag.
      const file = nth === 1 ? Buffer.alloc(bytes.length, 3) : bytes;
      serveBytes(request, response, file, nth === 0 ? { etag: '"a"', cutAfter: 100_000 } : { etag: '"a"' });
    },
    async (t) => {
      await t.fetch({ sha256 });
      isWhole(t);
      assert.equal(kinds(t.events), ['begun', 'retry', 'begun', 'checking', 'restart', 'begun', 'checking']);
    },
  );
});

test('too little room, and a disk that fills up', async () => {
  await trying(
    (_, response) => {
      response.writeHead(200, { 'content-length': 2 ** 52 });
      send(response, bytes, { stallAfter: 5000 });
    },
    async (t) => {
      assert.match((await t.fails()).message, /net\.pkl: [\d.]+ GB are needed there and .* are free; make room/);
    },
  );
  if (!existsSync('/dev/full')) return;
  await trying(
    (request, response) => serveBytes(request, response, bytes, { etag: '"a"' }),
    async (t) => {
      const folder = join(t.folder, '.net.pkl.part-free-0123456789ab');
      mkdirSync(folder);
      symlinkSync('/dev/full', join(folder, 'data'));
      const about = { source: `${t.server.origin}/net.pkl`, etag: '"a"', total: bytes.length };
      writeFileSync(join(folder, 'about.json'), JSON.stringify(about));
      assert.match((await t.fails()).message, /net\.pkl: the disk is full; make room or choose another folder/);
    },
  );
});

test('a folder that cannot be written to', async () => {
  await trying(
    (request, response) => serveBytes(request, response, bytes),
    async (t) => {
      writeFileSync(join(t.folder, 'file'), '');
      const error = await fetchFile(`${t.server.origin}/net.pkl`, join(t.folder, 'file', 'net.pkl')).catch(
        (e: Error) => e,
      );
      assert.match((error as Error).message, /a part of its folder is a file/);
      assert.is(t.server.asked.length, 0);
    },
  );
});

test('addresses that are none, servers that are none', async () => {
  await trying(
    () => {},
    async (t) => {
      for (const address of ['ftp://host/a', 'http://', 'https://a b/']) {
        const error = await fetchFile(address, t.path).catch((e: Error) => e);
        assert.match((error as Error).message, /is no address such as https/);
      }
      const closed = await serve(() => {});
      await closed.close();
      assert.match(
        (await t.fails({}, `${closed.origin}/a`)).message,
        /the server takes no connections, 4 times in a row/,
      );
      assert.match(
        (await t.fails({ patience: { ...patience, tries: 1 } }, 'http://nowhere.invalid/a')).message,
        /no such server|could not be looked up/,
      );
    },
  );
});

test('the proxies of the environment are used, and NO_PROXY is heeded', async () => {
  await trying(
    (request, response) => serveBytes(request, response, bytes),
    async (t) => {
      const ways: string[] = [];
      const proxy = createServer((request, response) => {
        ways.push(`${request.method} ${request.url}`);
        serveBytes(request, response, bytes);
      });
      proxy.on('connect', (request, socket) => {
        ways.push(`${request.method} ${request.url}`);
        if (request.headers['proxy-authorization'] !== `Basic ${Buffer.from('me:pass').toString('base64')}`) {
          socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
          return;
        }
        const through = connect(Number(new URL(t.server.origin).port), '127.0.0.1', () => {
          socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
          through.pipe(socket).pipe(through);
        });
        for (const end of [through, socket]) end.on('error', () => {});
      });
      const address = await listen(proxy);
      const names = ['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'];
      const before = names.map((name) => process.env[name]);
      const set = (values: Record<string, string>) => {
        for (const name of names) delete process.env[name];
        Object.assign(process.env, values);
      };
      try {
        set({ HTTP_PROXY: address.replace('http://', '') }); // as other programs take it
        await t.fetch({}, 'http://weights.invalid/net.pkl');
        isWhole(t);
        assert.equal(ways, ['GET http://weights.invalid/net.pkl']);
        rmSync(t.path);
        set({ HTTP_PROXY: address, NO_PROXY: '127.0.0.1' });
        await t.fetch();
        isWhole(t);
        assert.is(ways.length, 1);
        rmSync(t.path);
        // An https server is reached through a tunnel; here the tunnel ends at one that speaks no TLS.
        set({ HTTPS_PROXY: address.replace('//', '//me:pass@') });
        await t.fails({}, 'https://weights.invalid/net.pkl');
        assert.is(ways[1], 'CONNECT weights.invalid:443');
        set({ HTTPS_PROXY: address });
        assert.match(
          (await t.fails({}, 'https://weights.invalid/net.pkl')).message,
          /the proxy answers 407; check HTTPS_PROXY/,
        );
        set({ HTTPS_PROXY: 'http://' });
        assert.match(
          (await t.fails({}, 'https://weights.invalid/net.pkl')).message,
          /^HTTPS_PROXY: is no proxy's address/,
        );
      } finally {
        for (const [i, name] of names.entries()) {
          if (before[i] === undefined) delete process.env[name];
          else process.env[name] = before[i];
        }
        await stop(proxy);
      }
    },
  );
});

test.run();
