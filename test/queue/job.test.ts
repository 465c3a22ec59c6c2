// What a job is called, and what is refused of it.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseQueueAddress } from '../../dist/queue/address.js';
import { isInside, type JobData, jobId, kindOf, readJob, resultId } from '../../dist/queue/job.js';
import { parseBucket } from '../../dist/queue/store.js';

const job = {
  v: 1,
  key: 'a'.repeat(32),
  name: 'smile',
  size: 16,
  setting: { out: '/share/faces', written: { metadata: true }, search: { steps: 3 } },
} as unknown as JobData;

const test = suite('queue/job');

test('the id begins with the key, and tells name, files and place', () => {
  assert.ok(jobId(job).startsWith(`${job.key}-`));
  const { setting } = job;
  const others: JobData[] = [
    { ...job, key: 'b'.repeat(32) },
    { ...job, name: 'twin' },
    { ...job, setting: { ...setting, out: '/share/other' } },
    { ...job, setting: { ...setting, written: { metadata: true, saveNpz: true } } },
  ];
  assert.is(new Set([job, ...others].map(jobId)).size, 5);
  assert.is(jobId({ ...job, setting: { ...setting } }), jobId(job));
  assert.is(resultId(others[2]), resultId(job), 'where it goes is no part of the result');
  assert.not.match(jobId(job), /:/, 'BullMQ takes no colon');
});

test('jobs of one kind differ in nothing that a batch has in common', () => {
  assert.is(kindOf({ ...job, name: 'other', key: 'c' }), kindOf(job));
  assert.is.not(kindOf({ ...job, size: 32 }), kindOf(job));
});

test('what cannot be worked on', () => {
  assert.is(readJob(job), job);
  for (const other of [null, {}, { ...job, v: 2 }, { ...job, setting: {} }]) {
    assert.throws(() => readJob(other), /enqueued by another version of facewright; enqueue it again/);
  }
  for (const name of ['', '/etc/passwd', '../x', 'a/../../x', 'C:\\x', 'c:x', '..\\x', 'a\0']) {
    assert.not.ok(isInside(name), name);
    assert.throws(() => readJob({ ...job, name }), /outside of the output folder/);
  }
  for (const name of ['a', '16/noto/grinning', 'a..b', 'photo 12:30']) assert.ok(isInside(name), name);
});

test('addresses of queues', () => {
  const shown = (text: string) => parseQueueAddress(text).shown;
  assert.is(parseQueueAddress('redis://host').kind, 'redis');
  assert.is(parseQueueAddress('valkeys://:secret@host:6380/2').url, 'rediss://:secret@host:6380/2');
  assert.is(parseQueueAddress('postgresql:///faces').kind, 'postgres');
  assert.is(shown('postgres://me:secret@host/faces?sslmode=require'), 'postgres://host/faces');
  for (const text of ['host', 'http://host', 'redis://', 'redis:', 'mysql://me:secret@host/x']) {
    assert.throws(() => parseQueueAddress(text), /^(?!.*secret).*must be redis:\/\/HOST/);
  }
});

test('addresses of buckets', () => {
  assert.equal(parseBucket('s3://b/run/1/'), { bucket: 'b', prefix: 'run/1/' });
  assert.equal(parseBucket('s3://b'), { bucket: 'b', prefix: '' });
  assert.is(parseBucket('faces'), undefined);
  assert.throws(() => parseBucket('s3:///run'), /must be s3:\/\/BUCKET\/PREFIX/);
});

test.run();
