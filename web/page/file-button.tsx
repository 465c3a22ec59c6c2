import type { ComponentChildren } from 'preact';

interface FileButtonProps {
  readonly id: string;
  /** As the `accept` of an input. */
  readonly accept: string;
  readonly disabled?: boolean;
  readonly onFile: (file: File) => void;
  readonly children: ComponentChildren;
}

/** A file dialogue's button that looks like the others: the input itself, which keyboards and screen readers know, is not seen. */
export function FileButton({ id, accept, disabled, onFile, children }: FileButtonProps) {
  return (
    <div class="file-button">
      <input
        id={id}
        class="unseen"
        type="file"
        accept={accept}
        disabled={disabled}
        onChange={(event) => {
          const input = event.currentTarget;
          const file = input.files?.[0];
          if (file) onFile(file);
          // The same file may be chosen again.
          input.value = '';
        }}
      />
      <label for={id}>{children}</label>
    </div>
  );
}
