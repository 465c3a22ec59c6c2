import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ZipArchive } from '../../dist/weights/zip.js';
import { bytesOf, u16, zip } from './assemble.js';
import { refuses, SOURCE } from './refuses.js';

const ENTRIES = { 'a/one': bytesOf('first'), 'a/zwei': bytesOf('second'), 'a/empty': bytesOf() };

function open(bytes: Uint8Array): ZipArchive {
  return new ZipArchive(bytes, SOURCE);
}

/** Every entry as text. */
function contents(bytes: Uint8Array): Record<string, string> {
  const archive = open(bytes);
  return Object.fromEntries(
    archive.names.map((name) => [name, Buffer.from(archive.open(name).copy(0, archive.open(name).length)).toString()]),
  );
}

const EXPECTED = { 'a/one': 'first', 'a/zwei': 'second', 'a/empty': '' };

test('stored entries, with a comment, and with 64-bit sizes', () => {
  assert.equal(contents(zip(ENTRIES)), EXPECTED);
  assert.equal(contents(zip(ENTRIES, { comment: 'PK\x05\x06 is no end' })), EXPECTED);
  assert.equal(contents(zip(ENTRIES, { zip64: true })), EXPECTED);
  assert.equal(contents(zip({})), {});
});

test('an entry is a part of the archive, and is checked as a whole before any part of it is given', () => {
  const bytes = zip(ENTRIES);
  const entry = open(bytes).open('a/one');
  assert.is(entry.length, 5);
  assert.is(entry.view(1, 3).buffer, bytes.buffer);
  assert.is(Buffer.from(entry.copy(1, 3)).toString(), 'ir');
  const damaged = Buffer.from(bytes);
  damaged[bytes.indexOf(0x66, 30)]! ^= 1; // the f of first
  refuses(() => open(damaged).open('a/one').copy(3, 5), /a\/one does not match its checksum/);
});

test('checksums are verified, unless torch was told to write none', () => {
  refuses(() => contents(zip(ENTRIES, { crc: 7 })), /a\/one does not match its checksum/);
  assert.equal(contents(zip(ENTRIES, { crc: 0 })), EXPECTED);
});

test('what torch.save does not write is refused', () => {
  refuses(() => contents(zip(ENTRIES, { method: 8 })), /a\/one is compressed/);
  refuses(() => contents(zip(ENTRIES, { flags: 1 })), /a\/one is encrypted/);
  refuses(() => contents(zip(ENTRIES, { header: 3 })), /a\/one is not where the directory says/);
  refuses(() => contents(zip(ENTRIES, { header: 1e6 })), /a\/one lies behind the end/);
  refuses(() => contents(zip(ENTRIES, { zip64: true, header: 2 ** 60 })), /a\/one lies behind the end/);
  refuses(() => open(zip(ENTRIES)).open('a/none'), /no entry a\/none/);
  const twice = [
    ['x', bytesOf('1')],
    ['x', bytesOf('2')],
  ] as const;
  refuses(() => open(zip(twice)), /names x twice/);
});

test('entries that overlap cannot be read over and over', () => {
  const body = bytesOf('x'.repeat(1000));
  const names = Array.from({ length: 50 }, (_, i) => [`e${i + 10}`, i === 0 ? body : bytesOf()] as const);
  const bytes = Buffer.from(zip(names, { header: 0, crc: 0 }));
  // Every entry claims the first one's thousand bytes.
  for (let at = bytes.indexOf('PK\x01\x02'); at >= 0; at = bytes.indexOf('PK\x01\x02', at + 4)) {
    bytes.writeUInt32LE(1000, at + 20);
    bytes.writeUInt32LE(1000, at + 24);
  }
  refuses(() => contents(bytes), /overlap/);
});

test('damaged directories', () => {
  const good = zip(ENTRIES);
  refuses(() => open(good.subarray(0, -5)), /without its end; the file is truncated/);
  refuses(() => open(bytesOf('PK\x03\x04')), /without its end/);
  const end = Buffer.from(good).lastIndexOf('PK\x05\x06');
  const count = bytesOf(good.subarray(0, end + 8), u16(900), u16(900), good.subarray(end + 12));
  refuses(() => open(count), /does not hold the 900 entries/);
  const place = Buffer.from(good);
  place.writeUInt32LE(1, end + 16);
  refuses(() => open(place), /directory is damaged at byte 1/);
  place.writeUInt32LE(0xfffffff0, end + 16);
  refuses(() => open(place), /behind the end of the file/);
});

test.run();
