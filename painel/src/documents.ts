/** What the server says, as `curso/state.py`, `curso/panel/` and `autograder/model/result.py` write it. */

export type Status = 'passed' | 'failed' | 'blocked' | 'not_attempted' | 'waiting' | 'error';

export interface IItem {
  item: string;
  title: string;
  points: number;
  max_points: number;
  /** Proven by evidence. */
  done: boolean;
  /** The learner's own "já domino". */
  mine: boolean;
  /** No exercise proves it yet. */
  building: boolean;
}

export interface ILesson {
  id: string;
  title: string;
  path: string;
  minutes: number;
  challenges_done: number;
  challenges_total: number;
  predictions_done: number;
  predictions_total: number;
}

export interface ICriterion {
  id: string;
  title: string;
  visible: boolean;
  status: Status;
  best: Status;
  points: number;
  max_points: number;
  tries: number;
  hints_seen: number;
}

export interface IExercise {
  id: string;
  title: string;
  path: string;
  optional: boolean;
  started: boolean;
  points: number;
  max_points: number;
  criteria: ICriterion[];
}

export interface INext {
  kind: 'lesson' | 'exercise' | 'item';
  title: string;
  path: string;
  command: string;
  why: string;
}

export interface IState {
  checklist: IItem[];
  lessons: ILesson[];
  exercises: IExercise[];
  next: INext;
  notice: string;
}

export type Phase = 'parado' | 'iniciando' | 'pronto' | 'falhou';

export interface IService {
  name: string;
  title: string;
  phase: Phase;
  step: number;
  steps: number;
  words: string;
  stopping: boolean;
  /** Below the Lab's address; "" where it has none. */
  page: string;
}

export interface IStanding {
  state: IState;
  services: IService[];
}

export interface IVerdict {
  criterion: string;
  title: string;
  status: Status;
  points: number;
  max_points: number;
  expected: string;
  seen: string;
  rows: { table: string; what: string }[];
  log: string;
  hint: string;
}

export interface IResult {
  points: number;
  max_points: number;
  verdicts: IVerdict[];
  notes: string[];
}

/** The hints of a criterion that were seen so far. */
export interface IHints {
  hints: string[];
  notice: string;
}

/** One line of a check. */
export type CheckEvent =
  | { kind: 'step'; done: number; total: number }
  | { kind: 'verdict'; verdict: IVerdict }
  | { kind: 'result'; result: IResult; notices: string[] }
  | { kind: 'problem'; message: string };
