/** The text of every file in shaders/, by path below it without `.wgsl`: tools/shader-module.mjs makes this module. */
export declare const shaders: Readonly<Record<string, string>>;
