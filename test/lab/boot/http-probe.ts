import { get as httpGet } from 'node:http';
import { get as httpsGet } from 'node:https';

/** Keys for a client certificate, in PEM. Without them an https answer is taken from any certificate. */
export interface ClientKeys {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** True when the address answers 2xx. Used for readiness only: every request has its own connection. */
export const answers = (url: string, keys?: ClientKeys): Promise<boolean> =>
  new Promise((done, failed) => {
    const get = url.startsWith('https:')
      ? httpsGet(url, { ...(keys ?? { rejectUnauthorized: false }), agent: false, timeout: 2000 })
      : httpGet(url, { agent: false, timeout: 2000 });
    get.on('response', (response) => {
      response.resume();
      done(response.statusCode !== undefined && response.statusCode >= 200 && response.statusCode < 300);
    });
    get.on('timeout', () => get.destroy(new Error(`${url} did not answer within 2 s`)));
    get.on('error', failed);
  });
