// Who is answered.

import { Hono } from 'hono';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkAccess, isLoopback, onlyFriends, onlyThisSite } from '../../dist/serve/access.js';

const test = suite('serve: access');
const TOKEN = 'a-token-of-some-length';

async function status(access: Parameters<typeof onlyFriends>[0], headers: Record<string, string>): Promise<number> {
  const app = new Hono().use(onlyThisSite(access), onlyFriends(access)).get('/', (c) => c.text('in'));
  return (await app.request('/', { headers })).status;
}

const local = {};
for (const [headers, expected] of [
  [{ host: 'localhost:8420' }, 200],
  [{ host: '127.0.0.1:8420' }, 200],
  [{ host: '[::1]:8420' }, 200],
  [{ host: 'LOCALHOST' }, 200],
  [{}, 403],
  [{ host: 'faces.example' }, 403],
  [{ host: 'localhost.evil.example:8420' }, 403],
  [{ host: '127.0.0.1.evil.example' }, 403],
  [{ host: 'localhost:8420', origin: 'http://localhost:8420' }, 200],
  [{ host: 'localhost:8420', origin: 'http://localhost:9000' }, 403],
  [{ host: 'localhost:8420', origin: 'https://evil.example' }, 403],
  [{ host: 'localhost:8420', origin: 'null' }, 403],
  [{ host: 'localhost:8420', 'sec-fetch-site': 'cross-site' }, 403],
  [{ host: 'localhost:8420', 'sec-fetch-site': 'same-site' }, 403],
  [{ host: 'localhost:8420', 'sec-fetch-site': 'none' }, 200],
  [{ host: 'localhost:8420', 'sec-fetch-site': 'same-origin' }, 200],
] as [Record<string, string>, number][]) {
  test(`this machine alone: ${JSON.stringify(headers)}`, async () => {
    assert.is(await status(local, headers), expected);
  });
}

const open = { token: TOKEN };
for (const [headers, expected] of [
  [{ host: 'gpu.example:8420' }, 401],
  [{ host: 'localhost:8420' }, 401],
  [{ host: 'gpu.example:8420', authorization: TOKEN }, 401],
  [{ host: 'gpu.example:8420', authorization: `Bearer ${TOKEN}x` }, 401],
  [{ host: 'gpu.example:8420', authorization: `Bearer ${TOKEN}` }, 200],
  [{ host: 'gpu.example:8420', authorization: `Bearer ${TOKEN}`, origin: 'http://evil.example' }, 403],
] as [Record<string, string>, number][]) {
  test(`others, with a token: ${JSON.stringify(headers)}`, async () => {
    assert.is(await status(open, headers), expected);
  });
}

test('addresses of this machine', () => {
  for (const host of ['localhost', '127.0.0.1', '127.8.9.1', '::1', '[::1]']) assert.ok(isLoopback(host), host);
  for (const host of ['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example', 'localhost.example', '']) {
    assert.not(isLoopback(host), host);
  }
});

test('an open address wants a token, and a token has to be one', () => {
  checkAccess({ host: '127.0.0.1' });
  checkAccess({ host: '0.0.0.0', token: TOKEN });
  assert.throws(() => checkAccess({ host: '0.0.0.0' }), /^host 0\.0\.0\.0: others reach this address; add a token/);
  assert.throws(() => checkAccess({ host: '127.0.0.1', token: 'short' }), /5 characters; at least 16/);
  assert.throws(() => checkAccess({ host: '127.0.0.1', token: 'a token with spaces' }), /no header takes/);
});

test.run();
