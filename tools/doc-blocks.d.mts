export interface DocBlock {
  readonly language: string;
  readonly code: string;
  /** Why no test runs it. */
  readonly notRun?: string;
}

export function blocksOf(text: string): DocBlock[];
export function programsOf(text: string): string[];
export function strictCompiler(root: string, files: string[]): string[];
