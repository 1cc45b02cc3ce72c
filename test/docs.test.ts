import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const START = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'];

/** Every page under docs, and those that people open first. */
const pages = [
  ...START,
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** What a page links to in this repository, from the root. */
function linksOf(page: string): string[] {
  const text = readFileSync(join(root, page), 'utf8').replace(/```[\s\S]*?```|`[^`\n]*`/g, '');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target.replace(/#.*$/, ''))
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target))
    .map((target) => relative(root, join(root, dirname(page), target)));
}

test.each(pages)('%s links only to what is there', (page) => {
  expect(linksOf(page).filter((target) => !existsSync(join(root, target)))).toEqual([]);
});

test('every page is reached from the first ones', () => {
  const reached = new Set(START);
  // A link to a folder stands for the pages in it.
  for (const page of reached)
    for (const link of linksOf(page))
      for (const name of pages) if (name === link || dirname(name) === link) reached.add(name);
  expect(pages.filter((page) => !reached.has(page))).toEqual([]);
});
