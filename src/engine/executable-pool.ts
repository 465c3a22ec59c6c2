import { FacewrightError } from '../errors.js';
import type { Constants } from '../graph/constant.js';
import { Graph } from '../graph/graph.js';
import type { Engine, Executable } from './engine.js';

/** A compiled graph, and whether somebody works with it. */
interface Slot {
  readonly executable: Promise<Executable>;
  busy: boolean;
}

/** An executable that is its holder's alone until it is released. */
export interface Lease {
  readonly executable: Executable;
  release(): void;
}

/** Compiled graphs that are kept while nobody uses them; the least recently used is closed. */
const EXECUTABLES_KEPT = 3;

/** Graphs compiled for one engine, by keys: made when they are wanted, lent to one user at a time, kept for the next. */
export class ExecutablePool {
  readonly #slots = new Map<string, Slot>();
  #closed = false;

  /** @param owner what errors call the pool's owner */
  constructor(
    private readonly engine: Engine,
    private readonly owner: string,
  ) {}

  /**
   * Lends the executable of the graph that `build` makes, or one that was made earlier under the same key and is free. It is
   * the caller's until `release`.
   *
   * @param key must name everything that the graph and its constants depend on, the batch included
   * @param batch pictures in one run
   * @param constants a value for each constant of the graph
   * @throws FacewrightError when the pool was closed, or the graph cannot be compiled
   */
  async lease(
    key: string,
    batch: number,
    build: (graph: Graph) => void,
    constants: Constants = new Map(),
  ): Promise<Lease> {
    if (this.#closed) throw new FacewrightError(`${this.owner}: this generator was closed`);
    let index = 0;
    while (this.#slots.get(`${key} ${index}`)?.busy) index++;
    const name = `${key} ${index}`;
    let slot = this.#slots.get(name);
    if (!slot) {
      const graph = new Graph(batch);
      build(graph);
      slot = { busy: true, executable: this.#compile(graph, constants) };
    }
    slot.busy = true;
    // Last in the map is last to be closed.
    this.#slots.delete(name);
    this.#slots.set(name, slot);
    const leased = slot;
    try {
      const executable = await leased.executable;
      const release = () => {
        leased.busy = false;
        this.#closeOldest();
      };
      return { executable, release };
    } catch (error) {
      if (this.#slots.get(name) === leased) this.#slots.delete(name);
      throw error;
    }
  }

  /** As `lease`, for work that is a function: nobody else uses the executable until `work` has ended. */
  async use<T>(
    key: string,
    batch: number,
    build: (graph: Graph) => void,
    work: (executable: Executable) => Promise<T>,
    constants?: Constants,
  ): Promise<T> {
    const { executable, release } = await this.lease(key, batch, build, constants);
    try {
      return await work(executable);
    } finally {
      release();
    }
  }

  /** Closes all executables, also those that are lent, and lends no more. */
  close(): void {
    this.#closed = true;
    this.clear();
  }

  /** Closes all executables, also those that are lent: what is wanted from now on is compiled anew. */
  clear(): void {
    for (const slot of this.#slots.values()) closeSlot(slot);
    this.#slots.clear();
  }

  /** Compiles a graph; where memory is short, what nobody uses makes room first. */
  async #compile(graph: Graph, constants: Constants): Promise<Executable> {
    try {
      return await this.engine.compile(graph, constants);
    } catch (error) {
      const closing = this.#closeOldest(0);
      if (closing.length === 0) throw error;
      await Promise.all(closing);
      return this.engine.compile(graph, constants);
    }
  }

  /** Closes the least recently used executables until at most `keep` stand idle: a promise for each that it closes. */
  #closeOldest(keep = EXECUTABLES_KEPT): Promise<void>[] {
    const closing: Promise<void>[] = [];
    let free = [...this.#slots.values()].filter(({ busy }) => !busy).length;
    for (const [name, slot] of this.#slots) {
      if (free <= keep) break;
      if (slot.busy) continue;
      free--;
      this.#slots.delete(name);
      closing.push(closeSlot(slot));
    }
    return closing;
  }
}

function closeSlot({ executable }: Slot): Promise<void> {
  return executable.then(
    (compiled) => compiled.close(),
    () => undefined, // it was never made, and whoever wanted it knows
  );
}
