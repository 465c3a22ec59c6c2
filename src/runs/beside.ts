/** What can stand beside each other in one animation: results that differ in no more than that, or those that were named. */
export const besides = ['size', 'set', 'seed', 'names'] as const;
export type Beside = (typeof besides)[number];
