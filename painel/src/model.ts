/** What the panel knows, and what it does. Views draw it again at each `changed`. */

import { Poll } from '@lumino/polling';
import { ISignal, Signal } from '@lumino/signaling';

import type { ICriterion, IExercise, IResult, IStanding, IVerdict } from './documents';
import { CourseServer, Problem } from './server';

const POLL_MS = 2000;
const LONGEST_POLL_MS = 10_000;

/** A check of one exercise: the last one, which may still run. */
export interface ICheck {
  running: boolean;
  done: number;
  total: number;
  verdicts: Map<string, IVerdict>;
  result: IResult | null;
  /** Sentences for the learner: why there is no result, or what was noticed on the way. */
  notices: string[];
}

/** The document that is open in Lab and what to do with it. */
export interface IWorkbench {
  open(path: string): Promise<void>;
  /** Saves what is open and changed below a folder. */
  save(folder: string): Promise<void>;
}

export class PanelModel {
  constructor(
    readonly server: CourseServer,
    private readonly workbench: IWorkbench
  ) {
    this.poll = new Poll({
      name: 'curso-painel:situacao',
      factory: () => this.look(),
      frequency: { interval: POLL_MS, backoff: true, max: LONGEST_POLL_MS },
      standby: () => document.hidden || (this.standing !== null && !this.watched())
    });
  }

  /** Whether anybody can see the panel. */
  watched: () => boolean = () => true;
  standing: IStanding | null = null;
  /** Why what is shown may be old; "" while the server answers. */
  trouble = '';
  /** What came of the last thing asked for, where it came to nothing. */
  refusal = '';
  /** What the server notices once, such as a record that it put right, until the learner has read it. */
  notices: string[] = [];
  /** Told to screen readers, line by line; numbered, so that none is read twice. */
  said: [number: number, words: string][] = [];
  readonly checks = new Map<string, ICheck>();
  readonly hints = new Map<string, string[]>();

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  dispose(): void {
    this.poll.dispose();
    this.aborts.forEach(abort => abort.abort());
    Signal.clearData(this);
  }

  /** Asks the server now, not only when it is time again. */
  refresh(): Promise<void> {
    return this.poll.refresh();
  }

  /** Opens a lesson, or the learner's copy of an exercise, which is made where there is none. */
  open(path: string): Promise<void> {
    return this.attempt(async () => {
      await this.workbench.open(await this.server.openable(path));
    });
  }

  mark(item: string, mine: boolean): Promise<void> {
    return this.attempt(async () => this.notice((await this.server.mark(item, mine)).notice));
  }

  /** The learner has read a notice. */
  dismiss(notice: string): void {
    this.notices = this.notices.filter(one => one !== notice);
    this._changed.emit();
  }

  service(verb: 'start' | 'stop', name: string): Promise<void> {
    return this.attempt(() => this.server.service(verb, name));
  }

  hintsOf(exercise: string, criterion: ICriterion): string[] {
    return this.hints.get(`${exercise}/${criterion.id}`) ?? [];
  }

  /** The hints that were seen, on another day or elsewhere. */
  recallHints(exercise: string, criterion: ICriterion): void {
    if (this.hintsOf(exercise, criterion).length < criterion.hints_seen) {
      void this.attempt(async () => {
        const { hints, notice } = await this.server.hints(exercise, criterion.id);
        this.keepHints(exercise, criterion, hints);
        this.notice(notice);
      });
    }
  }

  oneMoreHint(exercise: string, criterion: ICriterion): Promise<void> {
    return this.attempt(async () => {
      const { hints, notice } = await this.server.oneMoreHint(exercise, criterion.id);
      this.keepHints(exercise, criterion, hints);
      this.notice(notice);
      this.say(`Dica ${hints.length} de 3: ${hints.at(-1) ?? ''}`);
    });
  }

  async check(exercise: IExercise): Promise<void> {
    if (this.checks.get(exercise.id)?.running) {
      return;
    }
    const check: ICheck = { running: true, done: 0, total: 0, verdicts: new Map(), result: null, notices: [] };
    const abort = new AbortController();
    this.checks.set(exercise.id, check);
    this.aborts.set(exercise.id, abort);
    this.say(`Verificando ${exercise.title}.`);
    try {
      await this.workbench.save(`trabalho/${exercise.id}/`);
      for await (const event of this.server.check(exercise.id, abort.signal)) {
        if (event.kind === 'step') {
          check.done = event.done;
          check.total = event.total;
        } else if (event.kind === 'verdict') {
          check.verdicts.set(event.verdict.criterion, event.verdict);
          this.say(verdictSaid(event.verdict));
        } else if (event.kind === 'result') {
          check.result = event.result;
          check.verdicts = new Map(event.result.verdicts.map(verdict => [verdict.criterion, verdict]));
          check.notices = [...event.notices, ...event.result.notes];
          this.say(`Verificação terminada: ${event.result.points} pontos.`);
        } else {
          check.notices = [event.message];
          this.say(event.message);
        }
        this._changed.emit();
      }
    } catch (error) {
      const told = abort.signal.aborted ? 'Verificação interrompida.' : sentence(error);
      check.notices = [told];
      this.say(told);
    }
    check.running = false;
    this.aborts.delete(exercise.id);
    this._changed.emit();
    await this.refresh();
  }

  stopCheck(exercise: IExercise): void {
    this.aborts.get(exercise.id)?.abort();
  }

  private async look(): Promise<void> {
    try {
      const standing = await this.server.standing();
      if (standing) {
        this.standing = standing;
        this.notice(standing.state.notice);
      } else if (!this.trouble) {
        return;
      }
      this.trouble = '';
    } catch (error) {
      const trouble = sentence(error);
      if (trouble !== this.trouble) {
        this.trouble = trouble;
        this._changed.emit();
      }
      throw error; // the poll waits longer before it asks again
    }
    this._changed.emit();
  }

  /** Does what the learner asked for; a refusal is shown until something else is asked for. */
  private async attempt(action: () => Promise<void>): Promise<void> {
    this.refusal = '';
    try {
      await action();
    } catch (error) {
      this.refusal = sentence(error);
    }
    this._changed.emit();
    await this.refresh();
  }

  private notice(words: string): void {
    if (words && !this.notices.includes(words)) {
      this.notices = [...this.notices, words];
    }
  }

  private keepHints(exercise: string, criterion: ICriterion, hints: string[]): void {
    this.hints.set(`${exercise}/${criterion.id}`, hints);
  }

  private say(words: string): void {
    const number = (this.said.at(-1)?.[0] ?? 0) + 1;
    this.said = [...this.said, [number, words] as [number, string]].slice(-40);
    this._changed.emit();
  }

  private readonly poll: Poll;
  private readonly aborts = new Map<string, AbortController>();
  private readonly _changed = new Signal<this, void>(this);
}

function sentence(error: unknown): string {
  return error instanceof Problem ? error.message : `O painel encontrou um defeito seu: ${String(error)}`;
}

export const STATUS_WORDS: Record<IVerdict['status'], [sign: string, words: string]> = {
  passed: ['✔', 'passou'],
  failed: ['✘', 'ainda não'],
  blocked: ['•', 'espera outro'],
  not_attempted: ['○', 'não tentado'],
  waiting: ['…', 'na entrega'],
  error: ['!', 'falha do corretor']
};

function verdictSaid(verdict: IVerdict): string {
  return `${verdict.title}: ${STATUS_WORDS[verdict.status][1]}.`;
}
