/** A measured figure with its 95 % confidence interval. */
export interface Figure {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** How many pictures it is from. */
  readonly n: number;
  /** How many different emoji those show, all tones of one counted once: what the interval takes for independent. */
  readonly emoji: number;
}

/** What is measured of each group of pictures. */
export interface Measure {
  /** Fit for a column of a CSV file: `recognised`. */
  readonly key: string;
  readonly title: string;
  /** `%`, `°`, or empty. */
  readonly unit: string;
  /** Decimals that are shown. */
  readonly decimals: number;
  /** What it is and what it does not tell, in a sentence or two. */
  readonly explanation: string;
}

/** A row: all pictures of a set, of a tone, of a category. */
export interface ReportRow {
  readonly name: string;
  /** Pictures in it, whatever became of them; a drawing that there is no result of counts once, whatever sizes and seeds. */
  readonly n: number;
  /** By the measure's key; missing where nothing could be measured. */
  readonly figures: Readonly<Record<string, Figure>>;
}

/** A table with its plots: by set and skin tone, by category, by size. */
export interface ReportTable {
  /** Fit for a file's name: `by-set-and-tone`. */
  readonly key: string;
  readonly title: string;
  readonly rows: readonly ReportRow[];
  /** A plot of a measure over the rows, as a whole SVG document that suits light and dark pages. */
  readonly plots: readonly { readonly measure: string; readonly svg: string }[];
  /** What this table does and does not show, in plain sentences. */
  readonly reading: string;
}

/** What `facewright report` says: what the gallery's report page shows, too. */
export interface ReportData {
  readonly measures: readonly Measure[];
  readonly tables: readonly ReportTable[];
  /** Model, options, seed, numbers of pictures. */
  readonly about: readonly string[];
}

/** What is measured of one result. Colours are CIELAB (D65), angles are degrees. */
export interface Measured {
  /** The result's file, as in run.jsonl. */
  readonly output: string;
  /** Mean CIEDE2000 difference between the target and the face scaled down, in the face's region; where that is known. */
  readonly colourDifference?: number;
  /** Individual typology angle of the mean colour in that region; where that is known. */
  readonly angle?: { readonly target: number; readonly result: number };
  /** How far the faces for one target lie apart; with the first of them only. */
  readonly spread?: number;
}
