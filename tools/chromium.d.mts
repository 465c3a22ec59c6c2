export const chromiumPath: string | undefined;
export const NO_CHROMIUM: string;
export const chromiumArguments: string[];
