/**
 * Figures that a notebook's own scripts draw, in a page of their own.
 *
 * What is in a notebook is its author's text, so that it runs in a frame of no origin, which sees
 * neither this page nor its cookies, and whose policy lets it ask no address whatever. The scripts
 * it needs are written into it, since it could not fetch them either.
 */
import type { Drawn } from './wire';

/** How large what a frame shows is, in pixels. */
export interface ISize {
  readonly width: number;
  readonly height: number;
}

const LEAST = 40;
const MOST: ISize = { width: 2000, height: 6000 };

const POLICY = [
  "default-src 'none'",
  "script-src 'unsafe-inline' 'unsafe-eval'", // BokehJS makes functions of text
  "style-src 'unsafe-inline'",
  'img-src data: blob:',
  'font-src data:'
].join('; ');

const STYLE = `
body { margin: 0; background: white; color: black; font: 13px sans-serif; }
figure { margin: 0 0 12px; }
`;

/** Tells the frame's owner how large its figures are, which is all that it can tell. */
const TELL = `
new ResizeObserver(() => {
  const { scrollWidth: width } = document.documentElement;
  parent.postMessage({ width, height: document.body.scrollHeight }, '*');
}).observe(document.body);
`;

/** The page of these figures, with the scripts that they need. */
export function pageOf(figures: readonly Drawn[], scripts: readonly string[]): string {
  const head = [
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    `<style>${STYLE}</style>`,
    ...scripts.map(text => `<script>${within(text)}</script>`)
  ];
  const body = figures.map(
    ({ name, html }) => `<figure>${html}<figcaption>${escaped(name)}</figcaption></figure>`
  );
  return `<!doctype html><html><head>${head.join('')}</head><body>${body.join('')}<script>${TELL}</script></body></html>`;
}

/** The size that a frame told, held within bounds; null if it told something else. */
export function sizeTold(message: unknown): ISize | null {
  if (typeof message !== 'object' || message === null) {
    return null;
  }
  const { width, height } = message as Partial<Record<keyof ISize, unknown>>;
  const held = (told: unknown, most: number): number =>
    typeof told === 'number' ? Math.min(Math.max(told, LEAST), most) : NaN;
  const size = { width: held(width, MOST.width), height: held(height, MOST.height) };
  return Number.isFinite(size.width) && Number.isFinite(size.height) ? size : null;
}

/** A script as it can stand in a page: what would end it, or hide its end, is written otherwise. */
function within(script: string): string {
  return script.replace(/<\/(?=script)/gi, '<\\/').replaceAll('<!--', '<\\!--');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
