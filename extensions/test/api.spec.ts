import { ServerConnection } from '@jupyterlab/services';
import { expect, test } from 'vitest';

import { PanelApi, PanelError } from '../core/src/api';

/** The panel's requests to a server that gives this answer. */
function answering(answer: () => Promise<Response>): { api: PanelApi; asked: Request[] } {
  const asked: Request[] = [];
  const settings = ServerConnection.makeSettings({
    baseUrl: 'http://lab.test/user/ada/',
    fetch: request => {
      asked.push(request as Request);
      return answer();
    }
  });
  return { api: new PanelApi(settings), asked };
}

const json = (body: unknown, status = 200): (() => Promise<Response>) => {
  return () => Promise.resolve(new Response(JSON.stringify(body), { status }));
};

test('requests go below the base url, and names cannot leave their place', async () => {
  const { api, asked } = answering(json({ path: 'a.ipynb' }));
  await api.runAnalysis('../sst anomaly', { cold: true });
  expect(asked[0]?.url.split('?')[0]).toBe(
    'http://lab.test/user/ada/bluecloud/api/analyses/..%2Fsst%20anomaly/run'
  );
  expect(await asked[0]?.json()).toEqual({ parameters: { cold: true } });
});

test('a refusal keeps its kind, its words and its fields', async () => {
  const fields = [{ field: 'cold', error: "'x' is not of type 'boolean'", allowed: 'boolean' }];
  const { api } = answering(json({ kind: 'RefusedParameters', error: 'cold: no', fields }, 422));
  const refusal = await api.runAnalysis('a', {}).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(PanelError);
  expect(refusal).toMatchObject({ kind: 'RefusedParameters', message: 'cold: no', fields });
});

test.each([
  ['a page of a proxy', 502, '<html>'],
  ['a page with a good status', 200, '<html>'],
  ['json of another shape', 500, '{"message": "no"}']
])('%s is unexpected, and says from where', async (_what, status, body) => {
  const { api } = answering(() => Promise.resolve(new Response(body, { status })));
  await expect(api.laboratory()).rejects.toMatchObject({
    kind: 'Unexpected',
    message: expect.stringContaining('bluecloud/api/laboratory') as string
  });
});

test.each([
  ['a page of the login', 403, '<html>'],
  ['no login for the panel', 403, '{"kind": "ServerError", "error": "Forbidden", "fields": []}'],
  ['no token', 401, '{"message": "Unauthorized"}']
])('%s says that one has been logged out', async (_what, status, body) => {
  const { api } = answering(() => Promise.resolve(new Response(body, { status })));
  await expect(api.server()).rejects.toMatchObject({
    kind: 'LoggedOut',
    message: expect.stringContaining('You have been logged out') as string
  });
});

test('a refusal of the panel’s own is no logout', async () => {
  const { api } = answering(json({ kind: 'ServiceRefused', error: 'not yours', fields: [] }, 403));
  await expect(api.server()).rejects.toMatchObject({ kind: 'ServiceRefused', message: 'not yours' });
});

test('a server that gives no answer is unreachable', async () => {
  const { api } = answering(() => Promise.reject(new TypeError('failed to fetch')));
  await expect(api.catalogue()).rejects.toMatchObject({ kind: 'Unreachable' });
});
