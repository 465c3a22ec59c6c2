// Which generator draws the faces, how far it is loaded, and how to take another.

import type { Backend, BackendInfo } from '../backend.js';
import type { Model } from '../state/state.js';
import { aboutText, generatorText, readyingText } from '../state/words.js';
import { FileButton } from './file-button.js';

interface ModelPanelProps {
  readonly where: Backend['where'];
  readonly model: Model;
  /** Absent where the backend takes none. */
  readonly onWeights: ((file: File) => void) | undefined;
  /** Takes one of the choice. */
  readonly onGenerator: (generator: BackendInfo['generator']) => void;
  readonly running: boolean;
}

export function ModelPanel({ model, where, onWeights, onGenerator, running }: ModelPanelProps) {
  const { info, readying, failure } = model;
  const choice = info?.choice;
  const busy = running || readying !== undefined;
  return (
    <section class="model" aria-labelledby="generator">
      <h2 id="generator">Generator</h2>
      {choice && (
        <select
          id="model"
          aria-labelledby="generator"
          value={info.generator.name}
          disabled={busy}
          onChange={({ currentTarget }) => onGenerator(choice[currentTarget.selectedIndex])}
        >
          {choice.map((generator) => (
            <option key={generator.name} value={generator.name}>
              {generatorText({ generator })}
            </option>
          ))}
        </select>
      )}
      {info && !readying && (
        <p>
          {!choice && generatorText(info)} <span class="soft">{aboutText(info)}</span>
        </p>
      )}
      {readying && (
        <div class="readying">
          <label for="readying">{capital(readyingText(readying))}</label>
          <progress id="readying" value={readying.share} max={1} />
        </div>
      )}
      {failure && (
        <p class="complaint" role="alert">
          {failure.message}
        </p>
      )}
      {where === 'browser' && info?.engine.software && (
        <p class="note">
          There is no GPU that may be used, and the processor does it all: compiling takes minutes, and each step
          seconds.
        </p>
      )}
      {onWeights && (
        <FileButton id="weights" accept=".safetensors" disabled={busy} onFile={onWeights}>
          Take your own .safetensors
        </FileButton>
      )}
    </section>
  );
}

function capital(text: string): string {
  return text[0].toUpperCase() + text.slice(1);
}
