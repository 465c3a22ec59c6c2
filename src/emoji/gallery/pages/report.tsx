// report.html: what the pictures say, measured.

import { countText, number } from '../../report/format.js';
import type { Figure, Measure, ReportData, ReportTable } from '../../report/report-data.js';
import { Page } from '../components/page.js';
import { linkTo, sitePaths } from '../paths.js';
import type { Site } from '../site.js';

const path = sitePaths.report;

export function ReportPage({ site, report }: { site: Site; report: ReportData }) {
  const { about, measures, tables } = report;
  return (
    <Page site={site} path={path} title="Report" kind="report">
      <h1>What the pictures say, measured</h1>
      <ul class="about">
        {about.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      <nav class="jump" aria-label="Tables">
        {tables.map(({ key, title }) => (
          <a key={key} href={`#${encodeURIComponent(key)}`}>
            {title}
          </a>
        ))}
      </nav>
      <section>
        <h2>What is measured</h2>
        <dl class="measures">
          {measures.map(({ key, title, unit, explanation }) => (
            <div key={key}>
              <dt>
                {title}
                {unit !== '' && ` (${unit})`}
              </dt>
              <dd>{explanation}</dd>
            </div>
          ))}
        </dl>
      </section>
      {tables.map((table) => (
        <TableSection key={table.key} table={table} measures={measures} csv={site.csv.get(table.key)} />
      ))}
    </Page>
  );
}

interface TableProps {
  readonly table: ReportTable;
  readonly measures: readonly Measure[];
  readonly csv: string | undefined;
}

function TableSection({ table, measures, csv }: TableProps) {
  const { key, title, rows, plots, reading } = table;
  const used = measures.filter((measure) => rows.some(({ figures }) => Object.hasOwn(figures, measure.key)));
  return (
    <section id={key}>
      <h2>{title}</h2>
      <p class="reading">{reading}</p>
      <section class="wide" tabindex={0} aria-label={title}>
        <table>
          <caption class="unseen">
            {title}; below each figure its 95 % confidence interval and n, the number of pictures
          </caption>
          <thead>
            <tr>
              <th scope="col">
                <span class="unseen">of</span>
              </th>
              <th scope="col">pictures</th>
              {used.map((measure) => (
                <th key={measure.key} scope="col">
                  {measure.title}
                  {measure.unit !== '' && `,\u00a0${measure.unit}`}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name, n, figures }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{n.toLocaleString('en')}</td>
                {used.map((measure) => (
                  <td key={measure.key}>
                    {Object.hasOwn(figures, measure.key) ? (
                      <FigureCell figure={figures[measure.key]} decimals={measure.decimals} />
                    ) : (
                      '–'
                    )}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {csv !== undefined && (
        <p>
          <a href={linkTo(csv, path)} download>
            The table as CSV
          </a>
        </p>
      )}
      {plots.length > 0 && (
        <div class="plots">
          {plots.map(({ measure, svg }) => (
            <Plot key={measure} title={measures.find((known) => known.key === measure)?.title ?? measure} svg={svg} />
          ))}
        </div>
      )}
    </section>
  );
}

function FigureCell({ figure: { value, low, high, n }, decimals }: { figure: Figure; decimals: number }) {
  return (
    <>
      {number(value, decimals)}
      <small>
        {number(low, decimals)} to {number(high, decimals)}
        <br />n {countText(n)}
      </small>
    </>
  );
}

function Plot({ title, svg }: { title: string; svg: string }) {
  // A whole document may begin with a declaration, which has no place inside a page.
  const drawing = svg.slice(Math.max(0, svg.indexOf('<svg')));
  return (
    <figure>
      {/* The drawing has its title in it. */}
      <figcaption class="unseen">{title}</figcaption>
      <div dangerouslySetInnerHTML={{ __html: drawing }} />
    </figure>
  );
}
