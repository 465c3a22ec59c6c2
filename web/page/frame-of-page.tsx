// What stands above and below, and what stands there where nothing can be done.

import type { ComponentChildren } from 'preact';
import type { Backend } from '../backend.js';
import type { Failure } from '../state/state.js';

/** @param privacy what becomes of the picture */
export function Page({ privacy, children }: { privacy: string; children: ComponentChildren }) {
  return (
    <>
      <header>
        <h1>A face for a small picture</h1>
        <p>
          Of all the faces that a generator can draw, one that looks like your picture when scaled down. It is nobody’s
          face: made up by a trained model, one of very many that fit.
        </p>
        <p class="private">{privacy}</p>
      </header>
      {children}
      <footer>
        <p>
          facewright, by the method of PULSE (Menon et al., CVPR 2020). Never use a face that was found to identify
          anyone. Every picture that is saved says in its metadata that a trained model made it, and how.
        </p>
        <p>
          Emoji graphics: Twemoji, © Twitter, Inc and other contributors, CC BY 4.0. Faces are found by MediaPipe’s
          networks, © Google LLC, on TensorFlow.js, both Apache 2.0: <a href="NOTICES.txt">all licences</a>.
        </p>
      </footer>
    </>
  );
}

export function NoEngine({ failure, where }: { failure: Failure; where: Backend['where'] }) {
  return (
    <main class="alone">
      <section role="alert">
        <h2>{where === 'browser' ? 'This browser cannot do it' : 'The server does not let you in'}</h2>
        <p>{sentence(failure.message)}</p>
        {where === 'browser' && (
          <p>
            Without WebGPU, the command line does the same: <code>facewright run</code>.
          </p>
        )}
        <button type="button" onClick={() => location.reload()}>
          Try again
        </button>
      </section>
    </main>
  );
}

/** A message as a paragraph of its own. */
function sentence(message: string): string {
  return `${message[0].toUpperCase()}${message.slice(1)}.`;
}
