import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readShard } from '../../../dist/cli/shared/values.js';

const test = suite('cli/task-shard');

const known: [name: string, text: string, environment: Record<string, string>, index: number, count: number][] = [
  ['Slurm, from 1', 'auto', { SLURM_ARRAY_TASK_ID: '3', SLURM_ARRAY_TASK_MIN: '1', SLURM_ARRAY_TASK_COUNT: '8' }, 3, 8],
  ['Slurm, from 0', 'auto', { SLURM_ARRAY_TASK_ID: '0', SLURM_ARRAY_TASK_MIN: '0', SLURM_ARRAY_TASK_COUNT: '8' }, 1, 8],
  [
    'Slurm, every fifth number',
    'auto',
    {
      SLURM_ARRAY_TASK_ID: '15',
      SLURM_ARRAY_TASK_MIN: '5',
      SLURM_ARRAY_TASK_STEP: '5',
      SLURM_ARRAY_TASK_COUNT: '4',
    },
    3,
    4,
  ],
  ['Kubernetes', 'auto/6', { JOB_COMPLETION_INDEX: '5' }, 6, 6],
  ['AWS Batch', 'auto', { AWS_BATCH_JOB_ARRAY_INDEX: '0', AWS_BATCH_JOB_ARRAY_SIZE: '2' }, 1, 2],
  ['AWS Batch, told how many', 'auto/3', { AWS_BATCH_JOB_ARRAY_INDEX: '1' }, 2, 3],
];
for (const [name, text, environment, index, count] of known) {
  test(name, () => assert.equal(readShard('--shard', text, environment), { index, count }));
}

const refused: [name: string, text: string, environment: Record<string, string>, message: RegExp][] = [
  ['outside of an array job', 'auto', {}, /is for array jobs, and none of SLURM_ARRAY_TASK_ID/],
  ['Kubernetes without a count', 'auto', { JOB_COMPLETION_INDEX: '1' }, /Kubernetes does not say.*auto\/8/],
  [
    'numbers with gaps',
    'auto',
    { SLURM_ARRAY_TASK_ID: '7', SLURM_ARRAY_TASK_MIN: '1', SLURM_ARRAY_TASK_COUNT: '3' },
    /task 7 is none of 3 without gaps/,
  ],
  ['another word', 'automatic', {}, /must be I\/N/],
  ['auto with something behind', 'auto,2', { JOB_COMPLETION_INDEX: '1' }, /must be I\/N|none of/],
];
for (const [name, text, environment, message] of refused) {
  test(`refused: ${name}`, () => assert.throws(() => readShard('--shard', text, environment), message));
}

test.run();
