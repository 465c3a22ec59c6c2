export const root: string;
export const documents: readonly string[];

export function textOf(path: string): string;
export function linksOf(text: string): string[];
export function titleOf(text: string): string;
export function anchorsOf(text: string): string[];
export function slugOf(heading: string): string;
