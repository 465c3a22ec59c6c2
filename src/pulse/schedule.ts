// Learning-rate schedules of the PULSE search: what the learning rate of a step is multiplied with.

/** The schedules by name, as `--schedule` takes them. */
export const scheduleNames = ['fixed', 'linear1cycle', 'linear1cycledrop'] as const;

export type ScheduleName = (typeof scheduleNames)[number];

/** The part of all steps that `linear1cycledrop` spends on its cycle; the rest is the drop. */
const CYCLE = 0.9;

/** Where a cycle begins and ends, and where the drop ends, as parts of the learning rate. */
const CYCLE_ENDS = 1 / 10;
const DROP_END = 1 / 1000;

/** Rises from 1/10 to 1 in the middle and falls back to 1/10; `position` is 0 at the beginning and 1 at the end. */
function cycle(position: number): number {
  return (9 * (1 - Math.abs(2 * position - 1)) + 1) / 10;
}

/**
 * The factor of the learning rate at a step.
 *
 * @param schedule the schedule's name
 * @param step the step, counted from 0
 * @param steps how many steps the search has
 *
 * @example
 * scheduleFactor('linear1cycledrop', 45, 100); // 1: the top of the cycle over the first 90 steps
 */
export function scheduleFactor(schedule: ScheduleName, step: number, steps: number): number {
  switch (schedule) {
    case 'fixed':
      return 1;
    case 'linear1cycle':
      return cycle(step / steps);
    case 'linear1cycledrop': {
      const end = CYCLE * steps;
      if (step < end) return cycle(step / end);
      return CYCLE_ENDS + ((step - end) / (steps - end)) * (DROP_END - CYCLE_ENDS);
    }
  }
}
