/** What the panel asks of the server. Whatever goes wrong is a `Problem`, whose message is a sentence for people. */

import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import type { CheckEvent, IHints, IStanding } from './documents';

export class Problem extends Error {
  /** True where nobody answered: asking again may help. */
  constructor(
    message: string,
    readonly silent = false
  ) {
    super(message);
  }
}

const NO_ANSWER = 'O Lab não responde. Tento de novo em instantes; nada do que você fez se perdeu.';
const NO_SENSE = 'O Lab respondeu algo que o painel não entende: recarregue a página.';
const CUT_OFF = 'A conexão com o Lab caiu no meio da verificação. Quando ele voltar, verifique de novo.';

export class CourseServer {
  constructor(private readonly settings: ServerConnection.ISettings) {}

  /** Where a page below the Lab's address is. */
  page(path: string): string {
    return URLExt.join(this.settings.baseUrl, path);
  }

  /** Where the learner and the services stand; null where nothing has changed since the last time. */
  async standing(): Promise<IStanding | null> {
    const headers: Record<string, string> = this.etag ? { 'If-None-Match': this.etag } : {};
    const answer = await this.request('situacao', { headers });
    if (answer.status === 304) {
      return null;
    }
    const standing = await json<IStanding>(answer);
    this.etag = answer.headers.get('ETag') ?? '';
    return standing;
  }

  async openable(path: string): Promise<string> {
    return (await json<{ path: string }>(await this.post('abrir', { path }))).path;
  }

  async hints(exercise: string, criterion: string): Promise<IHints> {
    const query = URLExt.objectToQueryString({ exercise, criterion });
    return json<IHints>(await this.request(`dica${query}`, {}));
  }

  async oneMoreHint(exercise: string, criterion: string): Promise<IHints> {
    return json<IHints>(await this.post('dica', { exercise, criterion }));
  }

  async mark(item: string, mine: boolean): Promise<{ notice: string }> {
    return json(await this.post('dominio', { item, mine }));
  }

  async service(verb: 'start' | 'stop', name: string): Promise<void> {
    await this.post('servico', { verb, name });
  }

  /** Checks the learner's copy: verdicts as they come. Aborting the signal ends the check on the server too. */
  async *check(exercise: string, signal: AbortSignal): AsyncGenerator<CheckEvent> {
    const answer = await this.post('verificar', { exercise }, signal);
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    let ended = false;
    while (true) {
      const { done, value } = await reader.read().catch(() => {
        throw new Problem(CUT_OFF);
      });
      if (done) {
        break;
      }
      const lines = (rest + value).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const event = JSON.parse(line) as CheckEvent;
        ended ||= event.kind === 'result' || event.kind === 'problem';
        yield event;
      }
    }
    if (!ended) {
      throw new Problem(CUT_OFF);
    }
  }

  private post(name: string, body: object, signal?: AbortSignal): Promise<Response> {
    const init: RequestInit = { method: 'POST', body: JSON.stringify(body) };
    return this.request(name, signal ? { ...init, signal } : init);
  }

  private async request(name: string, init: RequestInit): Promise<Response> {
    let answer: Response;
    try {
      const url = URLExt.join(this.settings.baseUrl, 'curso', 'painel', name);
      answer = await ServerConnection.makeRequest(url, init, this.settings);
    } catch {
      throw new Problem(NO_ANSWER, true);
    }
    if (!answer.ok && answer.status !== 304) {
      const told = await answer.json().catch(() => ({}));
      throw new Problem(typeof told.message === 'string' ? told.message : NO_ANSWER, answer.status >= 502);
    }
    return answer;
  }

  private etag = '';
}

async function json<T>(answer: Response): Promise<T> {
  try {
    return (await answer.json()) as T;
  } catch {
    throw new Problem(NO_SENSE);
  }
}
