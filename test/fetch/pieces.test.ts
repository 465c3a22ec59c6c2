// The pure pieces of fetching: addresses, ranges, waits, pages.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { downloadAddress, driveId, fileNameOf, isAddress, shownAddress } from '../../dist/fetch/address.js';
import { retryAfterMs } from '../../dist/fetch/failures.js';
import { usualPatience, waitMs } from '../../dist/fetch/patience.js';
import { ifRange, parseContentRange, rangeFault, validatorsOf } from '../../dist/fetch/ranges.js';
import { confirmedAddress, isWebPage } from '../../dist/fetch/web-page.js';

const test = suite('fetch: pieces');

test('what Google Drive’s links are about, in all their forms', () => {
  const id = '1MEGjdvVpUsu1jB4zrXZN7Y4kBBOzizDQ';
  for (const link of [
    `https://drive.google.com/uc?id=${id}`,
    `https://drive.google.com/uc?export=download&id=${id}`,
    `https://drive.google.com/open?id=${id}`,
    `https://drive.google.com/u/0/uc?id=${id}&export=download`,
    `https://drive.google.com/file/d/${id}/view?usp=sharing`,
    `https://drive.google.com/file/u/1/d/${id}/edit`,
    `https://drive.usercontent.google.com/download?id=${id}&export=download&confirm=t`,
  ]) {
    assert.is(driveId(new URL(link)), id, link);
    assert.is(downloadAddress(new URL(link)).href, `https://drive.google.com/uc?export=download&id=${id}`);
    assert.is(fileNameOf(new URL(link)), id);
  }
  for (const link of [
    `https://drive.google.com/drive/folders/${id}`,
    `https://example.org/uc?id=${id}`,
    'https://drive.google.com/uc',
  ]) {
    assert.is(driveId(new URL(link)), undefined, link);
    assert.is(downloadAddress(new URL(link)).href, link);
  }
});

test('addresses as they are shown', () => {
  const shown = (text: string) => shownAddress(new URL(text));
  assert.is(shown('https://me:secret@host/a.pkl#x'), 'https://***@host/a.pkl');
  assert.is(shown('https://host/a?e=1&download=1'), 'https://host/a?e=1&download=1');
  assert.is(shown('https://host/a?X-Amz-Signature=ab&id=5'), 'https://host/a?X-Amz-Signature=***&id=5');
  assert.is(shown('https://host/a?access_token=ab&key=c'), 'https://host/a?access_token=***&key=***');
  assert.ok(isAddress('HTTPS://x') && isAddress('http://x') && isAddress('ftp://x') && !isAddress('c:\\x'));
});

test('names for files of addresses can do no harm', () => {
  const name = (text: string) => fileNameOf(new URL(text));
  assert.is(name('https://host/deep/ffhq.pkl?x=1'), 'ffhq.pkl');
  assert.is(name('https://host/deep/'), 'deep');
  assert.is(name('https://host/'), 'host');
  assert.is(name('https://host/a%2F..%2Fb%00c'), 'a_.._b_c');
  assert.is(name('https://host/%2e%2e%2fx'), '_x');
  assert.is(name('https://host/%E0%A4%A'), '_E0_A4_A');
  assert.is(name('https://host/...'), 'weights');
  assert.is(name(`https://host/${'x'.repeat(300)}.pkl`).length, 100);
});

test('Content-Range', () => {
  assert.equal(parseContentRange('bytes 5-9/10'), { first: 5, last: 9, total: 10 });
  assert.equal(parseContentRange(' Bytes 5-9/* '), { first: 5, last: 9, total: undefined });
  for (const text of [undefined, '', 'bytes */10', 'bytes 9-5/10', 'bytes 5-10/10', 'items 0-1/2', 'bytes -5/10']) {
    assert.is(parseContentRange(text), undefined, String(text));
  }
});

test('what must fit for the rest of a file', () => {
  const known = { etag: '"a"', total: 10 };
  assert.is(rangeFault(5, known, { 'content-range': 'bytes 5-9/10', etag: '"a"' }), undefined);
  assert.is(rangeFault(5, known, { 'content-range': 'bytes 5-7/*' }), undefined);
  assert.ok(rangeFault(5, known, { 'content-range': 'bytes 5-9/10', etag: '"b"' })!.changed);
  assert.ok(rangeFault(5, known, { 'content-range': 'bytes 5-9/11' })!.changed);
  assert.not.ok(rangeFault(5, known, { 'content-range': 'bytes 4-9/10' })!.changed);
  assert.not.ok(rangeFault(5, known, {})!.changed);
  assert.is(ifRange({ etag: 'W/"a"', lastModified: 'x' }), 'x');
  assert.is(ifRange({ etag: 'W/"a"' }), undefined);
  assert.equal(validatorsOf({ 'content-length': '12x' }), {});
});

test('waits grow, are bounded, and end', () => {
  const waits = [1, 2, 3, 4, 5, 6].map((failures) => waitMs(usualPatience, failures, undefined, 0.999999)!);
  assert.equal(waits.slice(0, 5).map(Math.round), [1000, 2000, 4000, 8000, 16000]);
  assert.is(waits[5], undefined);
  assert.is(waitMs(usualPatience, 1, 5000), 5000);
  assert.is(waitMs(usualPatience, 1, 61_000), undefined);
  assert.is(waitMs({ ...usualPatience, tries: 99 }, 50, undefined, 0), 45_000);
});

test('Retry-After', () => {
  assert.is(retryAfterMs('120'), 120_000);
  assert.is(retryAfterMs('Wed, 21 Oct 2015 07:28:00 GMT', Date.parse('2015-10-21T07:27:00Z')), 60_000);
  assert.is(retryAfterMs('Wed, 21 Oct 2015 07:28:00 GMT'), 0);
  assert.is(retryAfterMs('soon'), undefined);
});

test('pages', () => {
  const bytes = (text: string) => Buffer.from(text);
  assert.ok(isWebPage('text/html', bytes(' <p>')) && isWebPage(undefined, bytes('\ufeff<!doctype html>')));
  assert.not.ok(isWebPage(undefined, bytes('<p>')) || isWebPage('text/html', bytes('\x80\x02')));
  const base = new URL('https://drive.google.com/uc?id=1');
  assert.is(confirmedAddress('<form id="other" action="/x"></form>', base), undefined);
  assert.is(confirmedAddress('<form id=download-form action="https://[">', base), undefined);
  const quotes = `<form action='/d?x=1&amp;y=2' id='download-form'><input name='id' value='&#49;&#x32;'><input name=a value=b></form>`;
  assert.is(confirmedAddress(quotes, base)?.href, 'https://drive.google.com/d?x=1&y=2&id=12&a=b');
});

test.run();
