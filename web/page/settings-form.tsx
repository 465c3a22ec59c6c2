// What is asked of a search, by the names of the command's options.

import type { ComponentChildren } from 'preact';
import type { BackendInfo } from '../backend.js';
import { type Field, offeredSizes, type Reading, type Settings, spoken } from '../state/settings.js';

interface SettingsFormProps {
  readonly info: BackendInfo | undefined;
  readonly settings: Settings | undefined;
  readonly reading: Reading | undefined;
  readonly running: boolean;
  /** Why a search cannot begin, where that is not the form's fault. */
  readonly waitsFor: string | undefined;
  readonly onSetting: (field: Field, text: string) => void;
  readonly onStart: () => void;
  readonly onStop: () => void;
}

export function SettingsForm(props: SettingsFormProps) {
  const { info, settings, reading, running, waitsFor, onStart, onStop } = props;
  const complaint = reading && 'complaint' in reading ? reading.complaint : undefined;
  return (
    <form
      class="settings"
      aria-label="Search"
      onSubmit={(event) => {
        event.preventDefault();
        if (running) onStop();
        else if (!complaint && !waitsFor) onStart();
      }}
    >
      <fieldset disabled={!info || running}>
        <legend class="unseen">Settings</legend>
        <div class="fields">
          <Labelled field="size">
            <select
              id="size"
              value={settings?.size}
              onChange={(event) => props.onSetting('size', event.currentTarget.value)}
            >
              {info && offeredSizes(info).map((size) => <option key={size}>{size}</option>)}
            </select>
          </Labelled>
          <TextField {...props} field="seed" numeric />
          <TextField {...props} field="steps" numeric />
        </div>
        <details>
          <summary>More</summary>
          <div class="fields">
            <TextField {...props} field="restarts" numeric />
            <TextField {...props} field="eps" numeric />
            <TextField {...props} field="trainable-noise" numeric />
          </div>
          <TextField {...props} field="loss" />
        </details>
      </fieldset>
      <p id="complaint" class="complaint" role="alert">
        {complaint}
      </p>
      <div class="buttons">
        {/* One button, which keeps the focus, and submits what it says at the time. */}
        <button type="submit" class="main" disabled={!running && (complaint !== undefined || waitsFor !== undefined)}>
          {running ? 'Stop' : 'Start'}
        </button>
        {!running && waitsFor && <span class="soft">{waitsFor}</span>}
      </div>
    </form>
  );
}

function Labelled({ field, children }: { field: Field; children: ComponentChildren }) {
  return (
    <div class="field">
      <label for={field}>{capital(spoken(field))}</label>
      {children}
    </div>
  );
}

function TextField({
  field,
  settings,
  reading,
  onSetting,
  numeric = false,
}: SettingsFormProps & { readonly field: Field; readonly numeric?: boolean }) {
  const wrong = reading !== undefined && 'field' in reading && reading.field === field;
  return (
    <Labelled field={field}>
      <input
        id={field}
        inputMode={numeric ? 'decimal' : 'text'}
        autoComplete="off"
        spellcheck={false}
        value={settings?.[field] ?? ''}
        aria-invalid={wrong}
        aria-describedby={wrong ? 'complaint' : undefined}
        onInput={(event) => onSetting(field, event.currentTarget.value)}
      />
    </Labelled>
  );
}

function capital(text: string): string {
  return text[0].toUpperCase() + text.slice(1);
}
