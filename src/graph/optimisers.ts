// The constants of the optimisers, as PyTorch has them; the definitions are in `ops.ts`.

/** Adam and Adamax (Kingma & Ba, ICLR 2015). */
export const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

/** The momentum of `sgdm`. */
export const MOMENTUM = 0.9;
