/** Networks as NVIDIA's code pickles them: dnnlib's (TensorFlow) and torch_utils.persistence's (PyTorch). */

import { type PickleContext, PickleDict, type PickleGlobal, PickleObject, PickleTuple } from './pickle-values.js';
import { dictLike } from './python-globals.js';
import { FETCH_AGAIN } from './words.js';

/**
 * A dnnlib `Network`: version, name, static_kwargs, components (networks), variables (pairs of a name and an array), and the
 * source of its module, which nobody here looks at.
 */
export class DnnlibNetwork extends PickleObject {
  state = new PickleDict();

  override setState(state: unknown, context: PickleContext): void {
    if (!(state instanceof PickleDict)) context.fail(`a network in it has no state; ${FETCH_AGAIN}`);
    this.state = state;
  }

  /** The arrays by their names. */
  *variables(): Generator<[name: string, value: unknown]> {
    const list = this.state.get('variables');
    for (const pair of Array.isArray(list) ? list : []) {
      const [name, value] = pair instanceof PickleTuple ? pair.items : Array.isArray(pair) ? pair : [];
      if (typeof name === 'string') yield [name, value];
    }
  }
}

/** An object of torch_utils.persistence: its class's name and its attributes, not the source of its module. */
export class PersistentObject {
  constructor(
    readonly className: string,
    readonly state: PickleDict,
  ) {}
}

/** `_reconstruct_persistent_obj({type, version, module_src, class_name, state})`. */
const PERSISTENT: PickleGlobal = {
  name: 'torch_utils.persistence._reconstruct_persistent_obj',
  construct([meta], context) {
    const name = meta instanceof PickleDict ? meta.get('class_name') : undefined;
    if (!(meta instanceof PickleDict) || typeof name !== 'string') {
      return context.fail(`an object in it has no class; ${FETCH_AGAIN}`);
    }
    const state = meta.get('state');
    return new PersistentObject(name, state instanceof PickleDict ? state : new PickleDict());
  },
};

/** The names that dnnlib's class of networks has had. */
const NETWORKS = ['dnnlib.tflib.network.Network', 'dnnlib.tflib.Network', 'tflib.network.Network', 'tfutil.Network'];

export const NVIDIA_GLOBALS: readonly PickleGlobal[] = [
  ...NETWORKS.map((name) => ({ name, construct: () => new DnnlibNetwork() })),
  dictLike('dnnlib.util.EasyDict'),
  dictLike('dnnlib.EasyDict'),
  PERSISTENT,
];
