import { describe, expect, test } from 'vitest';
import { httpsHsts } from '../../checks/web/https-hsts.ts';
import type { Finding } from '../../src/model/finding.ts';
import { captureWith, type Files } from '../facts/web/support.ts';
import { judged } from './recorded.ts';
import { asked, type Replies, type Reply } from './sites.ts';

const SITE = 'https://a.example';
const YEAR = 'max-age=31536000';
const PATH = '/etc/nginx/sites-enabled/a';

const sts = (status: number, ...values: readonly string[]): Reply => ({
  status,
  fields: values.map((value) => `Strict-Transport-Security: ${value}`),
});
const both = (...values: readonly string[]): Replies => ({
  'https-root': sts(200, ...values),
  'https-missing': sts(404, ...values),
});

/** The finding about a site that is configured so and answers so. */
function findingOf(files: Files, replies: Replies): Finding | undefined {
  const capture = captureWith({ files, sites: [SITE] });
  const outside = { taken: true, because: '', exchanges: asked(SITE, replies) };
  return judged(httpsHsts, { ...capture, outside }).find(({ subject }) => subject === `site:${SITE}:443`);
}

function nginx(lines: string, more: Files = {}): Files {
  const server = `server {\nlisten 443 ssl;\nserver_name a.example;\n${lines}\n}`;
  return { '/etc/nginx/nginx.conf': 'http { include sites-enabled/*; }', [PATH]: server, ...more };
}

const SET = `add_header Strict-Transport-Security "${YEAR}" always;`;

describe('what nginx is told, and what it sends', () => {
  test.each<readonly [string, string, Replies, string, string]>([
    ['they agree', SET, both(YEAR), 'pass', ''],
    [
      'it is told, and does not send',
      SET,
      both(),
      'fail',
      `nginx is told to send "${YEAR}" (${PATH}:4), but https://a.example/ has no such header`,
    ],
    [
      'it sends another value',
      SET,
      both('max-age=63072000'),
      'pass',
      `nginx is told to send "${YEAR}" (${PATH}:4), but https://a.example/ has "max-age=63072000".`,
    ],
    [
      'the application sends it',
      'root /x;',
      both(YEAR),
      'pass',
      `nginx itself is not told to send Strict-Transport-Security (${PATH}:1), but https://a.example/ has "${YEAR}": it comes from`,
    ],
    [
      'the application sends it too',
      SET,
      both(YEAR, YEAR),
      'fail',
      `nginx is told to send "${YEAR}" (${PATH}:4) once, but https://a.example/ has it 2 times`,
    ],
    [
      'without always',
      SET.replace(' always', ''),
      { 'https-root': sts(200, YEAR), 'https-missing': 404 },
      'fail',
      `${PATH}:4 sets the header for answers without an error only ("always" is missing).`,
    ],
    [
      'lost in a location that no request met',
      `${SET}\nlocation /api {\nadd_header X-A b;\n}`,
      both(YEAR),
      'fail',
      `Answers of "location /api" go without the Strict-Transport-Security header that the rest of the site gets: ${PATH}:6 stands in its way.`,
    ],
    [
      'lost at the start page',
      `${SET}\nlocation / {\nadd_header X-A b;\n}`,
      both(),
      'fail',
      `Answers of "location /" go without the Strict-Transport-Security header that the rest of the site gets: ${PATH}:6`,
    ],
    ['twice in a comment', `# ${SET}\n# ${SET}`, both(), 'fail', `${PATH}:4, ${PATH}:5 would set it, but those lines`],
    ['in a comment', `# ${SET}`, both(), 'fail', `${PATH}:4 would set it, but that line is commented out.`],
  ])('%s', (_, lines, replies, verdict, sentence) => {
    const finding = findingOf(nginx(lines), replies);
    expect(finding?.verdict, finding?.because).toBe(verdict);
    if (sentence === '') expect(finding?.because).not.toMatch(/nginx|etc/);
    else expect(finding?.because).toContain(sentence);
  });

  test.each([
    ['the line that sets it', SET, `# ${PATH}:4\n`],
    ['the line that takes it away', `${SET}\nlocation /api {\nadd_header X-A b;\n}`, `# ${PATH}:6\n`],
    ['the block, where nothing is set', 'root /x;', `# ${PATH}:1\n`],
    [
      "h5bp's file with its lines in comments",
      'include h5bp/directive-only/ssl.conf;',
      '# /etc/nginx/h5bp/directive-only/ssl.conf:2\n',
    ],
  ])('the remediation names %s', (_, lines, place) => {
    const h5bp = `ssl_protocols TLSv1.2;\n#add_header Strict-Transport-Security "${YEAR};";\n`;
    const more: Files = lines.startsWith('include') ? { '/etc/nginx/h5bp/directive-only/ssl.conf': h5bp } : {};
    const finding = findingOf(nginx(lines, more), both());
    expect(finding?.remediation?.startsWith(place), finding?.remediation).toBe(true);
    expect(finding?.remediation).toContain('proxy_hide_header Strict-Transport-Security;');
    expect(finding?.remediation).toContain('\nnginx -t && systemctl reload nginx');
    expect(finding?.remediation).not.toContain('Caddy');
  });

  test('what cannot be told from the configuration is left to the wire', () => {
    const finding = findingOf(nginx('add_header Strict-Transport-Security $hsts;'), both(YEAR));
    expect([finding?.verdict, finding?.because]).toEqual(['pass', expect.not.stringContaining('nginx')]);
  });
});

test.each([
  [
    'Apache',
    {
      '/etc/apache2/apache2.conf': `Listen 443\n<VirtualHost *:443>\nServerName a.example\nSSLEngine on\nHeader set Strict-Transport-Security "${YEAR}"\n</VirtualHost>\n`,
    },
    'Apache is told to send "max-age=31536000" (/etc/apache2/apache2.conf:5)',
    'Header always set Strict-Transport-Security',
  ],
  [
    'Caddy',
    { '/etc/caddy/Caddyfile': `a.example {\n\theader Strict-Transport-Security "${YEAR}"\n}\n` },
    'Caddy is told to send "max-age=31536000" (/etc/caddy/Caddyfile:2)',
    'header_down -Strict-Transport-Security',
  ],
])('%s that does not send what it is told', (_, files, sentence, remediation) => {
  const finding = findingOf(files, both());
  expect([finding?.verdict, finding?.because, finding?.remediation]).toEqual([
    'fail',
    expect.stringContaining(sentence),
    expect.stringContaining(remediation),
  ]);
});
