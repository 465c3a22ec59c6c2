/** The original's searches that `npm test` repeats on webgpu: what a search is by default, a batch of three, and other losses with a tiled latent. */
export const quickSearches: ReadonlySet<string> = new Set(['default', 'batch3', 'tiled-geocross']);
