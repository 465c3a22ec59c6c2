// From a site to the texts of its pages.

import type { VNode } from 'preact';
import { render } from 'preact-render-to-string';
import { BrowsePage, CategoryPage } from './pages/browse.js';
import { FailuresPage } from './pages/failures.js';
import { OverviewPage } from './pages/overview.js';
import { ReportPage } from './pages/report.js';
import { SheetPage } from './pages/sheet.js';
import { SubjectPage } from './pages/subject.js';
import { sitePaths } from './paths.js';
import type { Site } from './site.js';

/** The pages of a site by their paths, each rendered when it is called for. */
export function pagesOf(site: Site): Map<string, () => string> {
  const pages = new Map<string, () => string>();
  const add = (path: string, page: () => VNode) => pages.set(path, () => `<!doctype html>\n${render(page())}\n`);
  const { sheet, report, subjects } = site;
  for (const [i, subject] of subjects.entries()) {
    add(subject.page, () => (
      <SubjectPage site={site} subject={subject} previous={subjects[i - 1]} next={subjects[i + 1]} />
    ));
  }
  for (const category of site.categories) add(category.page, () => <CategoryPage site={site} category={category} />);
  add(sitePaths.browse, () => <BrowsePage site={site} />);
  add(sitePaths.failures, () => <FailuresPage site={site} />);
  if (sheet !== undefined) add(sitePaths.sheet, () => <SheetPage site={site} sheet={sheet} />);
  if (report !== undefined) add(sitePaths.report, () => <ReportPage site={site} report={report} />);
  add(sitePaths.index, () => <OverviewPage site={site} />);
  return pages;
}
