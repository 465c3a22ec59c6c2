/** The original's searches that `npm test` repeats on webgpu: what a search is by default, and a batch of three. */
export const quickSearches: ReadonlySet<string> = new Set(['default', 'batch3']);
