import { expect, test, vi } from 'vitest';
import type { Run } from '@bluecloud/core';

import { comparedTables, comparedText, table } from '../core/src/numbers';
import { pageOf, sizeTold } from '../core/src/sandboxed';

import { Desk, ENDED, detail } from './desk';
import { press, sees, shown } from './window';

const FIRST: Run = { ...ENDED, id: 'a-0000', submission: 'a', varied: { percentile: 90 } };
const SECOND: Run = { ...ENDED, id: 'b-0000', submission: 'b', varied: { percentile: 95 } };

test('a table is read with quotes, tabs, semicolons and either line end', () => {
  expect(table('a,"b, ""c"""\r\n1,"x\ny"\n')).toEqual({ columns: ['a', 'b, "c"'], rows: [['1', 'x\ny']] });
  expect(table('a;b\n1;2,5').rows).toEqual([['1', '2,5']]);
  expect(table('a\tb\n1\t2').rows).toEqual([['1', '2']]);
  expect(table('')).toEqual({ columns: [], rows: [] });
});

test('tables are compared by their first cell and column, and numbers by value', () => {
  const first = 'year,mean,note\n2000,0.1,a\n2001,2.50,b\n';
  const second = 'year,note,mean\n2001,b,2.5\n2000,c,0.3\n2002,d,1\n';
  expect(comparedTables(first, second)).toEqual({
    alike: 2,
    unlike: [
      { place: '2000 · mean', first: '0.1', second: '0.3', difference: 0.2 },
      { place: '2000 · note', first: 'a', second: 'c', difference: null },
      { place: '2002 · mean', first: '–', second: '1', difference: null },
      { place: '2002 · note', first: '–', second: 'd', difference: null }
    ]
  });
});

test('rows that no first cell tells apart are compared by their place', () => {
  expect(comparedTables('a,b\n1,2\n1,3\n', 'a,b\n1,2\n1,5\n')).toEqual({
    alike: 3,
    unlike: [{ place: '2 · b', first: '3', second: '5', difference: 2 }]
  });
});

test('printed results with the same words are compared by their numbers, wherever they are', () => {
  const first = 'mean: 1.5 m s-1 in 2000\ncells: 1,200\nstrong\nbest: 3';
  const second = 'best: 3\nmean:  -2e1 m s-1 in 2000\ncells: 1,150.\nweak\nmost: 4';
  expect(comparedText(first, second)).toEqual({
    alike: 2,
    unlike: [
      { place: 'mean:', first: '1.5', second: '-2e1', difference: -21.5 },
      { place: '', first: 'cells: 1200', second: '–', difference: null },
      { place: '', first: '–', second: 'cells: 1150.', difference: null },
      { place: '', first: '–', second: 'most: 4', difference: null }
    ]
  });
  expect(comparedText('Of 1,200 cells.', 'Of 900 cells.').unlike).toEqual([
    { place: 'Of', first: '1200', second: '900', difference: -300 }
  ]);
});

test('two runs are compared by figures side by side and numbers with their difference', async () => {
  const desk = new Desk();
  desk.kept = [FIRST, SECOND];
  desk.details = [detail(FIRST, []), detail(SECOND, [])];
  desk.pictures = {
    figures: [{ name: 'map (3)', address: 'data:image/png;base64,AA==' }],
    drawn: [],
    interactive: 0,
    words: ''
  };
  const printed = (text: string) => [{ name: 'c1 (2)', text }];
  desk.numbers = {
    'a-0000': { printed: printed('events: 12'), tables: [{ name: 'r 2026-11-25 100010/e.csv', text: 'y,n\n1,2\n' }], words: '' },
    'b-0000': { printed: printed('events: 7'), tables: [{ name: 'r 2026-11-25 100050/e.csv', text: 'y,n\n1,2\n' }], words: '' }
  };
  const node = await shown(desk);
  const boxes = await vi.waitFor(() => {
    const found = [...node.querySelectorAll<HTMLInputElement>('.bc-Cards input[type=checkbox]')];
    return found.length === 2 ? found : expect.fail();
  });
  boxes[0]!.click();
  await sees(node, 'Choose one more run');
  boxes[1]!.click();
  await sees(node, 'Printed by cell c1 (2)');
  await sees(node, 'events:127-5');
  await sees(node, 'r/e.csv: its 1 value is the same.');
  expect([...node.querySelectorAll('mark')].map(mark => mark.textContent)).toEqual(['90', '95', '12', '7']);
  const fold = [...node.querySelectorAll('details')].find(each => each.textContent.includes('side by side'));
  fold!.open = true;
  await vi.waitFor(() => {
    const alts = [...fold!.querySelectorAll('img')].map(image => image.alt);
    expect(alts).toEqual(['map (3) of the first run', 'map (3) of the second run']);
  });
});

const DRAWN = { name: 'c2 (3) <b>', html: '<div id="a"></div><script>draw()</script>', bokeh: '3.9.2' };

test('what scripts draw is drawn in a frame without an origin or a network', async () => {
  const desk = new Desk();
  desk.kept = [ENDED];
  desk.pictures = { figures: [], drawn: [DRAWN, { ...DRAWN, bokeh: '3.1.0' }], interactive: 1, words: '' };
  desk.scripts = { bokeh: '3.9.2', texts: ['"</script>"; "<!--"'] };
  const node = await shown(desk);
  await press(node, 'Figures');
  const frame = await vi.waitFor(() => node.querySelector('iframe') ?? expect.fail('no frame'));
  expect(frame.getAttribute('sandbox')).toBe('allow-scripts'); // and no more
  expect(frame.title).toBe('Interactive figures of Heatwaves');
  expect(frame.srcdoc).toContain("default-src 'none'");
  expect(frame.srcdoc.match(/draw\(\)/g)).toHaveLength(1); // the other needs another BokehJS
  await sees(node, '2 interactive figures are drawn in its notebook.');
  const from = (source: Window | null, data: unknown): void => {
    window.dispatchEvent(new MessageEvent('message', { source, data }));
  };
  from(window, { width: 300, height: 900 }); // nobody else tells how large it is
  from(frame.contentWindow, { width: 300, height: 500 });
  await vi.waitFor(() => expect(frame.parentElement?.style.height).toBe('500px'));
});

test('without scripts of the laboratory its notebook draws them', async () => {
  const desk = new Desk();
  desk.kept = [ENDED];
  desk.pictures = { figures: [], drawn: [DRAWN], interactive: 0, words: '' };
  const node = await shown(desk);
  await press(node, 'Figures');
  await sees(node, '1 interactive figure is drawn in its notebook.');
  expect(node.querySelector('iframe')).toBeNull();
  await press(node, 'Open it');
  expect(desk.done).toContainEqual(['fetch', 'r-0000']);
});

test('no script ends the page it is written into, and no size is beyond bounds', () => {
  const page = pageOf([DRAWN], ['"</script>"; "<!--"']);
  const parsed = new DOMParser().parseFromString(page, 'text/html');
  expect(parsed.querySelector('script')?.textContent).toBe('"<\\/script>"; "<\\!--"');
  expect(parsed.querySelector('figcaption')?.textContent).toBe('c2 (3) <b>');
  expect(sizeTold({ width: 1, height: 1e9 })).toEqual({ width: 40, height: 6000 });
  const others = [{ height: 1 }, { width: NaN, height: 1 }, { width: '9', height: 9 }, 'x', null];
  expect(others.map(sizeTold)).toEqual([null, null, null, null, null]);
});
