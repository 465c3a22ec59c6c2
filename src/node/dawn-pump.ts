// npm webgpu asks Dawn what has happened in every turn of the event loop, for as long as anything is awaited (webgpu 0.6.2; loops that
// are always idle otherwise were measured at a utilisation of 1.00, and see https://github.com/dawn-gpu/node-webgpu/issues/17). That takes
// a core for the length of a search; on lavapipe it is a core that computes.

/** Often enough: several steps are in flight (pulse/flight.ts). Node's timers know no shorter time. */
const INTERVAL_MS = 1;
/** What a function that an addon makes looks like; of bound ones the name tells. */
const NATIVE = 'function () { [native code] }';

let hurried = 0;
let isCalm = false;

/**
 * Makes Dawn be asked once in a millisecond. npm webgpu takes `setImmediate` from the global object each time that it wants to be called
 * again, so what stands there puts such calls off. All others are handed on. For programs whose process is their own: it changes a
 * global function.
 */
export function calmDawn(): void {
  if (isCalm) return;
  isCalm = true;
  globalThis.setImmediate = new Proxy(globalThis.setImmediate, {
    apply(immediate, self, args: unknown[]) {
      const [callback] = args;
      if (hurried === 0 && args.length === 1 && isAddons(callback)) return setTimeout(callback, INTERVAL_MS);
      return Reflect.apply(immediate, self, args);
    },
  });
}

/** Until what is returned is called, Dawn is asked all the time: for clocks that would measure the millisecond. */
export function hurryDawn(): () => void {
  let isOver = false;
  hurried++;
  return () => {
    if (!isOver) hurried--;
    isOver = true;
  };
}

function isAddons(callback: unknown): callback is () => void {
  return (
    typeof callback === 'function' && callback.name === '' && Function.prototype.toString.call(callback) === NATIVE
  );
}
