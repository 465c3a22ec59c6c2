// --shard auto: which part of the work is this task's, as the scheduler of an array job says it.

import type { Shard } from '../../index.js';
import { UsageError } from './exit.js';

/** A scheduler's variables. */
interface Scheduler {
  readonly name: string;
  /** The task's number. */
  readonly index: string;
  /** The number of the first task, where that is not 0. */
  readonly first?: string;
  /** How many numbers further the next task is, where that is not 1. */
  readonly step?: string;
  /** How many tasks there are, where it says so. */
  readonly count?: string;
}

const SCHEDULERS: readonly Scheduler[] = [
  {
    name: 'Slurm',
    index: 'SLURM_ARRAY_TASK_ID',
    first: 'SLURM_ARRAY_TASK_MIN',
    step: 'SLURM_ARRAY_TASK_STEP',
    count: 'SLURM_ARRAY_TASK_COUNT',
  },
  // Kubernetes does not tell a pod of an Indexed Job how many there are.
  { name: 'Kubernetes', index: 'JOB_COMPLETION_INDEX' },
  { name: 'AWS Batch', index: 'AWS_BATCH_JOB_ARRAY_INDEX', count: 'AWS_BATCH_JOB_ARRAY_SIZE' },
];

/**
 * The part of a task.
 *
 * @param text `auto`, or `auto/N` where the scheduler does not say how many tasks there are
 * @throws UsageError outside of an array job, and where its numbers have gaps
 */
export function shardOfTask(option: string, text: string, environment: NodeJS.ProcessEnv): Shard {
  const given = /\d+$/.exec(text)?.[0];
  const scheduler = SCHEDULERS.find(({ index }) => environment[index] !== undefined);
  if (scheduler === undefined) {
    const variables = SCHEDULERS.map(({ index }) => index).join(', ');
    throw new UsageError(
      `${option} ${text}: is for array jobs, and none of ${variables} is set; say I/N, for example 2/8`,
    );
  }
  const number = (variable: string | undefined, otherwise: number) =>
    Number((variable === undefined ? undefined : environment[variable]) ?? otherwise);
  const { name, index, first, step, count } = scheduler;
  const shard = {
    index: (number(index, Number.NaN) - number(first, 0)) / number(step, 1) + 1,
    count: given === undefined ? number(count, Number.NaN) : Number(given),
  };
  if (Number.isNaN(shard.count)) {
    throw new UsageError(
      `${option} ${text}: ${name} does not say how many tasks there are; add it, for example auto/8`,
    );
  }
  if (!(Number.isSafeInteger(shard.index) && shard.index >= 1 && shard.index <= shard.count)) {
    throw new UsageError(
      `${option} ${text}: task ${environment[index]} is none of ${shard.count} without gaps; give the array numbers in a row, or say I/N`,
    );
  }
  return shard;
}
