// What tools/gpu-check.sh writes down: every command that was run, and what came of it.

/** One command. */
export interface CheckedCommand {
  /** What it measures, in a few words that no other command of the check has. */
  readonly name: string;
  readonly part: string;
  /** As it would be typed. */
  readonly command: string;
  readonly status: 'done' | 'failed' | 'timed out' | 'left out';
  /** Why it was not done: the end of what it said, or a sentence. */
  readonly why?: string;
  readonly seconds: number;
  /** The JSON that it printed, or what was read from its text. */
  readonly result?: unknown;
}

/** All of it: gpu-check.json. */
export interface GpuCheck {
  readonly format: 'facewright gpu check 1';
  /** ISO 8601. */
  readonly date: string;
  readonly facewright: string;
  /** Of npm `webgpu`. */
  readonly dawn: string;
  readonly node: string;
  readonly platform: string;
  /** Whether small shapes were taken, to try the check itself. */
  readonly quick: boolean;
  readonly seconds: number;
  readonly commands: readonly CheckedCommand[];
}

/** What a test file says. */
export interface TestResult {
  readonly total: number;
  readonly passed: number;
  readonly skipped: number;
  /** The names of those that did not pass. */
  readonly failed: readonly string[];
}

/** The result of a command that was done. */
export function resultOf<T>({ commands }: Pick<GpuCheck, 'commands'>, name: string): T | undefined {
  const found = commands.find((command) => command.name === name && command.status === 'done');
  return found?.result as T | undefined;
}
