// The page: its state, and what people do to it.

import { useCallback, useEffect, useMemo, useReducer } from 'preact/hooks';
import type { Backend, BackendInfo, Readying } from '../backend.js';
import { centreFrame, sameFrame } from '../state/frame.js';
import { readSettings } from '../state/settings.js';
import { initialState, reduce, type State } from '../state/state.js';
import { NoEngine, Page } from './frame-of-page.js';
import { useHandedFiles } from './handed-files.js';
import { KeptStrip } from './kept-strip.js';
import { Live } from './live.js';
import { useFaces } from './look-for-faces.js';
import { ModelPanel } from './model-panel.js';
import { readPicture } from './picture-file.js';
import { PicturePanel } from './picture-panel.js';
import { SettingsForm } from './settings-form.js';
import { useTarget } from './target.js';
import { failureOf, useSearch } from './use-search.js';

export function App({ backend }: { backend: Backend }) {
  const [state, dispatch] = useReducer(reduce, initialState);
  const { model, picture, frame, faces, settings, search } = state;
  const { info } = model;
  const running = search?.state === 'running';
  const { start, stop } = useSearch(backend, dispatch);

  const ready = useCallback((getReady: (onReadying: (readying: Readying) => void) => Promise<BackendInfo>) => {
    getReady((readying) => dispatch({ type: 'readying', readying })).then(
      (info) => dispatch({ type: 'ready', info }),
      (error) => dispatch({ type: 'unready', failure: failureOf(error) }),
    );
  }, []);
  useEffect(() => ready((onReadying) => backend.open(onReadying)), [backend, ready]);
  useEffect(() => () => picture && URL.revokeObjectURL(picture.address), [picture]);

  useFaces(picture, faces, dispatch);
  const takePicture = useCallback((file: Blob, name: string, look: boolean) => {
    readPicture(file, name).then(
      (picture) => dispatch({ type: 'picture', picture, look }),
      (error: Error) => dispatch({ type: 'no picture', complaint: error.message }),
    );
  }, []);
  const useWeights = backend.useWeights?.bind(backend);
  const takeWeights = useWeights && ((file: File) => ready((onReadying) => useWeights(file, onReadying)));
  const dragged = useHandedFiles((file) => {
    if (!/\.safetensors$/i.test(file.name)) takePicture(file, file.name, true);
    else if (!running && !model.readying) takeWeights?.(file);
  });

  const reading = useMemo(() => (settings && info ? readSettings(settings, info) : undefined), [settings, info]);
  const asked = reading && 'asked' in reading ? reading.asked : undefined;
  const target = useTarget(picture, frame, asked?.size);

  return (
    <Page privacy={backend.privacy}>
      {model.failure?.kind === 'no-engine' && !info ? (
        <NoEngine failure={model.failure} where={backend.where} />
      ) : (
        <main class={dragged ? 'dragged' : undefined}>
          <div class="asked">
            <PicturePanel
              state={state}
              onPicture={takePicture}
              onFrame={(frame) => dispatch({ type: 'frame', frame })}
            />
            <SettingsForm
              {...{ info, settings, reading, running }}
              waitsFor={waitsFor(state)}
              onSetting={(field, text) => dispatch({ type: 'setting', field, text })}
              onStart={() => asked && picture && frame && info && start(asked, picture, frame, info)}
              onStop={stop}
            />
          </div>
          <Live search={search} last={state.kept[0]} target={target} />
          <ModelPanel
            {...{ model, running }}
            where={backend.where}
            onWeights={takeWeights}
            onGenerator={(generator) => info && dispatch({ type: 'ready', info: { ...info, generator } })}
          />
          <KeptStrip kept={state.kept} dispatch={dispatch} />
        </main>
      )}
    </Page>
  );
}

function waitsFor({ model, picture, frame, faces }: State): string | undefined {
  if (!picture || !frame) return 'A picture is wanted first.';
  if (faces?.state === 'looking' && sameFrame(frame, centreFrame(picture))) return 'A face is being looked for.';
  if (model.readying) return 'The generator is being loaded.';
  return model.info ? undefined : 'A generator is wanted first.';
}
